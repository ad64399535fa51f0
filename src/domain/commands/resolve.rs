//! What the lines of the head mean here: names become people, words become values, the rest becomes questions.

use super::head::{self, Line, Said};
use super::matching::{self, Found};
use super::verb::Verb;
use super::{Known, Orders, Snooze, Unclear, Understood, Voice};
use crate::domain::address::EmailAddress;
use crate::domain::snooze;
use crate::domain::ticket::{Priority, Status};

/// Words for a status beside its own.
const STATUSES: &[(&str, Status)] = &[
    ("open", Status::Open),
    ("new", Status::Open),
    ("in progress", Status::InProgress),
    ("progress", Status::InProgress),
    ("on hold", Status::OnHold),
    ("hold", Status::OnHold),
    ("pending", Status::OnHold),
    ("waiting", Status::OnHold),
    ("resolved", Status::Resolved),
    ("solved", Status::Resolved),
    ("done", Status::Resolved),
    ("closed", Status::Closed),
];

/// Takes a text apart: the commands on top of it, checked against what is known, and the text below them.
pub fn understand(text: &str, known: &Known) -> Understood {
    let (lines, rest) = head::split(text, known);
    let mut reading = Reading {
        known,
        orders: Orders::default(),
        inline: String::new(),
        unclear: Vec::new(),
    };
    for line in &lines {
        reading.take(line);
    }
    let Reading {
        orders,
        inline,
        mut unclear,
        ..
    } = reading;
    let text = match (inline.is_empty(), rest.trim().is_empty()) {
        (true, _) => rest.trim_end().to_owned(),
        (false, true) => inline,
        (false, false) => format!("{inline}\n{}", rest.trim_end()),
    };
    let is_public = orders.voice != Voice::Note;
    if orders.spam == Some(true) && is_public && !text.trim().is_empty() {
        let choices = ["#spam alone", "the text alone"].map(str::to_owned);
        unclear.push(Unclear::new(
            "#spam",
            "Spam is not answered.",
            choices.to_vec(),
        ));
    }
    Understood {
        orders,
        written: lines.into_iter().map(|line| line.written).collect(),
        text: text.trim_start_matches(['\n', '\r']).to_owned(),
        unclear,
    }
}

struct Reading<'a> {
    known: &'a Known,
    orders: Orders,
    /// What stands behind `#note` on its own line.
    inline: String,
    unclear: Vec<Unclear>,
}

impl Reading<'_> {
    fn take(&mut self, line: &Line) {
        let problem = match &line.said {
            Said::Order(verb, words) => self.order(*verb, words),
            Said::Word(word, verbs) => Err(question(word, verbs)),
            Said::Nearly(verbs) => Err(nearly(&line.written, verbs)),
        };
        // What was nearly a note is nobody else's business, whatever else was meant.
        if problem.is_err() && line.said.means_note() {
            self.orders.voice = Voice::Note;
        }
        if let Err((problem, choices)) = problem {
            self.unclear
                .push(Unclear::new(&line.written, problem, choices));
        }
    }

    fn order(&mut self, verb: Verb, words: &str) -> Result<(), Question> {
        let usage = || vec![verb.usage().to_owned()];
        if verb.takes_words() && words.is_empty() && !matches!(verb, Verb::Note | Verb::Public) {
            return Err((format!("Something is missing behind #{verb}."), usage()));
        }
        if !verb.takes_words() && !words.is_empty() {
            let problem = format!("Nothing may stand behind #{verb} on its line.");
            let as_text = format!("\\#{verb} {words}   (if it is meant for the reader)");
            return Err((problem, vec![verb.usage().to_owned(), as_text]));
        }
        match verb {
            Verb::Resolve => set(&mut self.orders.status, Status::Resolved),
            Verb::Close => set(&mut self.orders.status, Status::Closed),
            Verb::Reopen => set(&mut self.orders.status, Status::Open),
            Verb::Hold => set(&mut self.orders.status, Status::OnHold),
            Verb::Progress => set(&mut self.orders.status, Status::InProgress),
            Verb::Status => self.status(words),
            Verb::Assign => self.assign(words),
            Verb::Team => self.team(words),
            Verb::Priority => self.priority(words),
            Verb::Category => self.category(words),
            Verb::Tag => tags(&mut self.orders.tag, words),
            Verb::Untag => tags(&mut self.orders.untag, words),
            Verb::Note => self.speak(Voice::Note, words),
            Verb::Public => self.speak(Voice::Public, words),
            Verb::Snooze => self.snooze(words),
            Verb::Merge => self.merge(words),
            Verb::Cc => self.cc(words),
            Verb::Customer => self.customer(words),
            Verb::Spam => set(&mut self.orders.spam, true),
            Verb::Unspam => set(&mut self.orders.spam, false),
            Verb::Send => {
                self.orders.send = true;
                Ok(())
            }
        }
    }

    fn status(&mut self, words: &str) -> Result<(), Question> {
        match matching::word(STATUSES.iter().map(|(name, _)| *name), words) {
            Found::One(name) => {
                let status = STATUSES.iter().find(|(n, _)| *n == name).map(|(_, s)| *s);
                set(&mut self.orders.status, status.unwrap_or(Status::Open))
            }
            Found::Choose(_) => Err(no_such("status", words, Status::WORDS)),
        }
    }

    fn priority(&mut self, words: &str) -> Result<(), Question> {
        match matching::word(Priority::WORDS.iter().copied(), words) {
            Found::One(name) => set(
                &mut self.orders.priority,
                name.parse().unwrap_or(Priority::Normal),
            ),
            Found::Choose(_) => Err(no_such("priority", words, Priority::WORDS)),
        }
    }

    fn assign(&mut self, words: &str) -> Result<(), Question> {
        let assignee = match words.to_lowercase().as_str() {
            "me" | "myself" => Some(self.known.me.ok_or_else(|| {
                let problem = "Nobody is speaking whom a ticket could be given to.";
                (problem.to_owned(), Vec::new())
            })?),
            "none" | "nobody" | "no one" | "-" => None,
            _ => match matching::named(&self.known.people, words) {
                Found::One(person) => Some(person),
                Found::Choose(people) => return Err(not_one("person", words, people)),
            },
        };
        set(&mut self.orders.assignee, assignee)
    }

    fn team(&mut self, words: &str) -> Result<(), Question> {
        if is_none(words) {
            return set(&mut self.orders.team, None);
        }
        match matching::named(&self.known.teams, words) {
            Found::One(team) => set(&mut self.orders.team, Some(team)),
            Found::Choose(teams) => Err(not_one("team", words, teams)),
        }
    }

    fn category(&mut self, words: &str) -> Result<(), Question> {
        if is_none(words) {
            return set(&mut self.orders.category, None);
        }
        match matching::word(self.known.categories.iter().map(String::as_str), words) {
            Found::One(name) => set(&mut self.orders.category, Some(name.to_owned())),
            Found::Choose(all) => Err(not_one("category", words, all)),
        }
    }

    fn speak(&mut self, voice: Voice, words: &str) -> Result<(), Question> {
        if self.orders.voice != Voice::AsAddressed && self.orders.voice != voice {
            let problem = "It cannot be a note and public at once.";
            // Of the two, the one that cannot be taken back gives way.
            self.orders.voice = Voice::Note;
            return Err((problem.to_owned(), Vec::new()));
        }
        self.orders.voice = voice;
        self.inline.push_str(words);
        Ok(())
    }

    fn snooze(&mut self, words: &str) -> Result<(), Question> {
        let usage = || vec![Verb::Snooze.usage().to_owned()];
        if matches!(words.to_lowercase().as_str(), "off" | "none" | "end" | "-") {
            return set(&mut self.orders.snooze, Snooze::Off);
        }
        let at = snooze::read(words, self.known.now, self.known.zone);
        let at = at.map_err(|problem| (problem, usage()))?;
        set(&mut self.orders.snooze, Snooze::Until(at))
    }

    fn merge(&mut self, words: &str) -> Result<(), Question> {
        let example = format!("#merge {}-12", self.known.key_prefix);
        let bare = words.strip_prefix("into ").unwrap_or(words);
        let bare = bare.trim_matches(|c: char| matches!(c, '#' | '[' | ']') || c.is_whitespace());
        let upper = bare.to_uppercase();
        let number = upper
            .strip_prefix(&self.known.key_prefix.to_uppercase())
            .and_then(|rest| rest.strip_prefix('-'))
            .unwrap_or(&upper)
            .parse::<i64>()
            .ok()
            .filter(|number| *number > 0);
        let Some(number) = number else {
            let problem = format!("{words:?} is not a ticket's number.");
            return Err((problem, vec![example]));
        };
        set(&mut self.orders.merge, number)
    }

    fn cc(&mut self, words: &str) -> Result<(), Question> {
        for address in addresses(words)? {
            if !self.orders.cc.contains(&address) {
                self.orders.cc.push(address);
            }
        }
        Ok(())
    }

    fn customer(&mut self, words: &str) -> Result<(), Question> {
        // `Grace Hopper <grace@example.org>` is fine too.
        let word = words.rsplit(' ').next().unwrap_or(words);
        set(&mut self.orders.customer, address(word)?)
    }
}

/// What is wrong, and what could have been meant.
type Question = (String, Vec<String>);

/// Sets a value, unless the same text said something else before.
fn set<T: PartialEq>(place: &mut Option<T>, value: T) -> Result<(), Question> {
    if place.as_ref().is_some_and(|before| *before != value) {
        let problem = "Another line says something else.";
        return Err((problem.to_owned(), Vec::new()));
    }
    *place = Some(value);
    Ok(())
}

fn tags(list: &mut Vec<String>, words: &str) -> Result<(), Question> {
    let separators: &[char] = if words.contains(',') {
        &[',']
    } else {
        &[' ', '\t']
    };
    for tag in words.split(separators) {
        let tag = tag.trim().trim_start_matches('#').to_lowercase();
        if tag.chars().count() > 60 {
            return Err(("A tag has at most 60 characters.".to_owned(), Vec::new()));
        }
        if !tag.is_empty() && !list.contains(&tag) {
            list.push(tag);
        }
    }
    Ok(())
}

/// Addresses with or without names: `a@b.test c@d.test`, `Zoe <zoe@b.test>, Bob <bob@b.test>`.
pub(super) fn addresses(words: &str) -> Result<Vec<EmailAddress>, Question> {
    let mut found = Vec::new();
    for part in words.split([',', ';']).map(str::trim) {
        let named = part.strip_suffix('>').and_then(|part| part.split_once('<'));
        match named.filter(|(name, inside)| !name.contains(['@', '>']) && !inside.contains('<')) {
            Some((_, inside)) => found.push(address(inside)?),
            None => {
                for word in part.split_whitespace() {
                    found.push(address(word)?);
                }
            }
        }
    }
    Ok(found)
}

fn address(word: &str) -> Result<EmailAddress, Question> {
    let bare = word.trim_matches(['<', '>', ',', '"']);
    let bare = bare.trim_start_matches("mailto:");
    bare.parse()
        .map_err(|_| (format!("{word:?} is not a mail address."), Vec::new()))
}

fn is_none(words: &str) -> bool {
    matches!(words.to_lowercase().as_str(), "none" | "no" | "-")
}

fn no_such(what: &str, words: &str, all: &[&str]) -> Question {
    let all = all.iter().map(|word| word.replace('_', " ")).collect();
    not_one(what, words, all)
}

fn not_one(what: &str, words: &str, choices: Vec<String>) -> Question {
    (format!("{words:?} is not exactly one {what}."), choices)
}

/// What to ask about a command that is not written as one.
fn nearly(line: &str, verbs: &[Verb]) -> Question {
    let mut choices: Vec<String> = verbs.iter().map(|verb| verb.usage().to_owned()).collect();
    choices.push(format!("\\{line}   (if it is meant for the reader)"));
    let problem = "It looks like a command, and is not written as one.";
    (problem.to_owned(), choices)
}

/// What to ask about a word that is no verb, or the beginning of several.
fn question(word: &str, verbs: &[Verb]) -> Question {
    let usage = |verbs: &[Verb]| verbs.iter().map(|verb| verb.usage().to_owned()).collect();
    match verbs {
        [] => {
            let near = Verb::near(word);
            let meant = if near.is_empty() { Verb::ALL } else { &near };
            (format!("There is no command {word:?}."), usage(meant))
        }
        [verb] => {
            let problem = format!("{word:?} is followed by something that does not belong there.");
            (problem, vec![verb.usage().to_owned()])
        }
        several => (
            format!("{word:?} begins more than one command."),
            usage(several),
        ),
    }
}
