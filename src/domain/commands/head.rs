//! Which lines at the top of a text are commands, and where the text itself begins. Meaning comes later.

use super::Known;
use super::disguise::{self, Seen};
use super::resolve::addresses;
use super::verb::Verb;

/// More commands than these are no mail that a person wrote.
const MOST: usize = 40;
/// Values of a block are at most this many words long: a longer line is a sentence.
const BLOCK_WORDS: usize = 4;

/// One line of the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// As it was written.
    pub written: String,
    /// What it is.
    pub said: Said,
}

/// What a line of the head says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// A verb and what stands behind it.
    Order(Verb, String),
    /// A word that is no verb, or the beginning of several.
    Word(String, Vec<Verb>),
    /// A verb that is not written as a command, and was hardly meant for a customer.
    Nearly(Vec<Verb>),
}

impl Said {
    /// Whether it says, or nearly says, that what follows is a note.
    pub fn means_note(&self) -> bool {
        match self {
            Self::Order(verb, _) => *verb == Verb::Note,
            Self::Word(_, verbs) | Self::Nearly(verbs) => verbs.as_slice() == [Verb::Note],
        }
    }
}

/// The commands at the top of a text, and the text below them.
pub(super) fn split(text: &str, known: &Known) -> (Vec<Line>, String) {
    let mut lines = Vec::new();
    let mut rest = text;
    while lines.len() < MOST {
        let here = rest.trim_start_matches(['\n', '\r']);
        let (line, below) = first_line(here);
        let line = shown(line);
        if line.is_empty() && !here.is_empty() {
            rest = below;
            continue;
        }
        if let Some(plain) = escaped(here) {
            return (lines, plain);
        }
        if let Some(found) = marked(&line, known).or_else(|| dressed(&line, known)) {
            let begins_note = matches!(&found.said, Said::Order(Verb::Note | Verb::Public, words) if !words.is_empty());
            lines.push(found);
            rest = below;
            if begins_note {
                return (lines, below.to_owned());
            }
            continue;
        }
        let (block, below) = block(here);
        if block.is_empty() {
            return (lines, here.to_owned());
        }
        lines.extend(block);
        rest = below;
    }
    (lines, rest.to_owned())
}

/// What of a line shows. Programs and telephones leave characters that do not, and a command behind one is a command:
/// it looks like one to whoever wrote it.
pub(super) fn shown(line: &str) -> String {
    let shown: String = line.chars().filter(|c| !is_hidden(*c)).collect();
    let ends = |c: char| c.is_whitespace() || is_joiner(c);
    shown.trim_matches(ends).to_owned()
}

/// Joiners stand between the letters of some languages, and there they stay.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Other characters of no width: marks of direction, the soft hyphen, the byte order mark.
const fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

fn first_line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

/// `\#` at the beginning stands for the mark itself, and so does a `\` before whatever looks like a command.
fn escaped(text: &str) -> Option<String> {
    let rest = text.trim_start_matches(|c: char| c.is_whitespace() || is_hidden(c) || is_joiner(c));
    let rest = rest.strip_prefix('\\')?;
    let looks = || disguise::look(&shown(first_line(rest).0)).is_some();
    (rest.starts_with(['#', '@', '/']) || looks()).then(|| rest.to_owned())
}

/// A command in other clothes: understood where only emphasis was put around it, asked about otherwise.
fn dressed(line: &str, known: &Known) -> Option<Line> {
    let said = match disguise::look(line)? {
        Seen::Plain(plain) => marked(&plain, known)?.said,
        Seen::Nearly(verbs) => Said::Nearly(verbs),
    };
    Some(Line {
        written: line.to_owned(),
        said,
    })
}

/// A line that begins with a mark and a word. None: it is text.
fn marked(line: &str, known: &Known) -> Option<Line> {
    let mark = line.chars().next().filter(|c| "#@/".contains(*c))?;
    let rest = line.get(1..)?;
    let end = rest
        .find(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '_' | '-')))
        .unwrap_or(rest.len());
    let (word, behind) = rest.split_at(end);
    if !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let (word, behind) = disguise::apart(word, behind, rest);
    let verbs = Verb::find(word);
    let ends = behind.is_empty() || behind.starts_with(|c: char| c.is_whitespace() || c == ':');
    let words = behind.trim_start_matches(':').trim();
    let said = match (verbs.as_slice(), ends) {
        ([verb], true) => Said::Order(*verb, words.to_owned()),
        // `#resolve.` and `#priority=high` were meant for us; `@Ada, thanks` and `/etc/hosts` were not.
        (_, false) if !disguise::ends(word, behind, mark) => return None,
        _ if mark == '@' && verbs.is_empty() && is_name(word, known) => return None,
        _ => Said::Word(word.to_owned(), verbs),
    };
    Some(Line {
        written: line.to_owned(),
        said,
    })
}

/// Whether somebody here, or on the ticket, is called so.
fn is_name(word: &str, known: &Known) -> bool {
    let word = word.to_lowercase();
    let people = known
        .people
        .iter()
        .flat_map(|p| [p.name.as_str(), p.address.as_str()]);
    let others = known.others.iter().map(String::as_str);
    people.chain(others).any(|name| {
        let name = name.to_lowercase();
        let local = name.split('@').next().unwrap_or_default();
        local
            .split(|c: char| c.is_whitespace() || matches!(c, '.' | '-' | '_' | ','))
            .any(|part| part == word)
            || local == word
    })
}

/// A paragraph of `Field: value` lines, each a command; none of it if one line is anything else.
fn block(text: &str) -> (Vec<Line>, &str) {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let (line, below) = first_line(rest);
        let line = shown(line);
        if line.is_empty() {
            return (lines, rest);
        }
        let Some(found) = field(&line).filter(|_| lines.len() < MOST) else {
            return (Vec::new(), text);
        };
        lines.push(found);
        rest = below;
    }
}

fn field(line: &str) -> Option<Line> {
    let (field, value) = line.split_once(':')?;
    let (verb, value) = (Verb::of_field(field.trim())?, value.trim());
    let words = value.split_whitespace().count();
    let is_sentence = value.ends_with(['.', '?', '!', ',', ';', ':']);
    // The address in `Cc: a@b.test` must be one: in anything else a colon ends a greeting.
    let fits = match verb {
        Verb::Cc | Verb::Customer => addresses(value).is_ok_and(|found| !found.is_empty()),
        _ => words <= BLOCK_WORDS && !is_sentence,
    };
    (fits && words > 0).then(|| Line {
        written: line.to_owned(),
        said: Said::Order(verb, value.to_owned()),
    })
}
