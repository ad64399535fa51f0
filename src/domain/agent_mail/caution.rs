//! What speaks against sending even a proven answer by itself. A held answer costs one click; a note in a customer's
//! mailbox cannot be taken back.

use std::collections::{BTreeSet, HashSet};

use super::files::{Betrays, File, betrays};
use super::words::Words;
use crate::domain::address::EmailAddress;

/// So many words in a row are no coincidence.
const RUN: usize = 6;
/// A shorter note counts as repeated if all of it is, from so many characters on.
const SHORT: usize = 8;

words! {
    /// Why an agent's answer waits for their second look.
    pub enum Because {
        /// Nothing trustworthy proves that it is theirs.
        Unproven = "unproven",
        /// The trusted server says that it is forged.
        Forged = "forged",
        /// Answers by mail are switched off.
        Off = "off",
        /// It bears a mark that programs set.
        Marked = "marked",
        /// Only its beginning is here.
        Partial = "partial",
        /// Something newer arrived than what it answers (AU4).
        Stale = "stale",
        /// Our line stands among its words.
        Marker = "marker",
        /// It passes a notice on.
        Forwarded = "forwarded",
        /// It repeats an internal note.
        Note = "note",
        /// It shows an agent's address, or one that only agents may know.
        Address = "address",
        /// It went to people outside who take no part.
        Outsiders = "outsiders",
        /// It would go to one of our own addresses.
        Ours = "ours",
        /// It answers a note, and shall be public.
        Public = "public",
        /// A command in it was not understood.
        Commands = "commands",
        /// What may be a quote stands among its words.
        Quoted = "quoted",
        /// It is encrypted, or signed in one piece.
        Sealed = "sealed",
    }
}

impl Because {
    /// Whether it may not be theirs at all; everything else is a proven answer that needs a second look.
    pub const fn is_doubt(self) -> bool {
        matches!(
            self,
            Self::Unproven | Self::Forged | Self::Off | Self::Marked
        )
    }
}

/// An answer about to be sent.
pub struct Answer<'a> {
    /// Its words, as far as they are the agent's own.
    pub words: &'a Words,
    /// Its subject.
    pub subject: &'a str,
    /// Whole mails are attached to it.
    pub carries_mail: bool,
    /// It cannot be read here.
    pub sealed: bool,
    /// Its files that would go along.
    pub files: &'a [File<'a>],
    /// Whom else it went to: neither ours, nor of the house, nor taking part.
    pub outsiders: &'a [EmailAddress],
    /// The internal notes of the ticket.
    pub notes: &'a [&'a str],
    /// Addresses of the house's people, and everything else that must not be seen outside.
    pub private: &'a [&'a str],
}

/// Why it should wait, if it should, with a sentence for the agent.
pub fn why(answer: &Answer<'_>) -> Option<(Because, String)> {
    let text = answer.words.text.as_str();
    if forwards(answer) {
        let sentence =
            "It looks like a notice that is passed on. Postroom passes nothing on by itself.";
        return Some((Because::Forwarded, sentence.to_owned()));
    }
    if answer.words.marker_left {
        let sentence = "The line \"write above\" stands in it as your own words; what was below it has been cut.";
        return Some((Because::Marker, sentence.to_owned()));
    }
    if answer.notes.iter().any(|note| repeats(text, note)) {
        let sentence = "It repeats words of an internal note, which the customer must not see.";
        return Some((Because::Note, sentence.to_owned()));
    }
    let lower = text.to_lowercase();
    if let Some(private) = answer
        .private
        .iter()
        .find(|p| !p.is_empty() && lower.contains(&p.to_lowercase()))
    {
        let sentence = format!("It shows {private}, which customers do not get to see.");
        return Some((Because::Address, sentence));
    }
    if answer.sealed {
        let sentence = "It is encrypted, or signed in one piece: what it says cannot be read here, and would be sent as it is.";
        return Some((Because::Sealed, sentence.to_owned()));
    }
    if let Some(found) = in_files(answer) {
        return Some(found);
    }
    if let Some(beginning) = &answer.words.doubtful {
        let sentence = format!(
            "What begins with \"{beginning}\" may be a quote, or words of yours. Nothing was cut from there on."
        );
        return Some((Because::Quoted, sentence));
    }
    if !answer.outsiders.is_empty() {
        let all: Vec<&str> = answer.outsiders.iter().map(EmailAddress::as_str).collect();
        let sentence = format!(
            "It went to {} too, who take no part in this ticket.",
            all.join(", ")
        );
        return Some((Because::Outsiders, sentence));
    }
    None
}

/// What one of its files would show.
fn in_files(answer: &Answer<'_>) -> Option<(Because, String)> {
    let private: BTreeSet<String> = answer.private.iter().map(|p| p.to_lowercase()).collect();
    answer.files.iter().find_map(|file| {
        let name = file.name;
        Some(match betrays(*file, &private)? {
            Betrays::Notice => (
                Because::Marker,
                format!("The file {name} holds a notice to you, or a part of one: the line \"write above\" stands in it."),
            ),
            Betrays::Token => (
                Because::Address,
                format!("The file {name} shows an address for answers that is yours or somebody else's alone."),
            ),
            Betrays::Address(address) => (
                Because::Address,
                format!("The file {name} shows {address}, which customers do not get to see."),
            ),
        })
    })
}

fn forwards(answer: &Answer<'_>) -> bool {
    crate::domain::mail::is_forwarded(answer.subject) || answer.carries_mail
}

/// Whether a text repeats a note: a run of its words, or all of a short one. Line ends, quote marks and case do not
/// matter; clients wrap and mark as they like.
pub fn repeats(text: &str, note: &str) -> bool {
    let (text, note) = (plain(text), plain(note));
    if note.len() < RUN {
        let note = note.join(" ");
        return note.chars().count() >= SHORT
            && format!(" {} ", text.join(" ")).contains(&format!(" {note} "));
    }
    let runs: HashSet<&[String]> = note.windows(RUN).collect();
    text.windows(RUN).any(|run| runs.contains(run))
}

fn plain(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '>' | '|'))
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
        })
        .filter(|word| !word.is_empty())
        .take(20_000)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, doubtful: Option<&str>) -> Words {
        Words {
            text: text.to_owned(),
            marker_left: false,
            doubtful: doubtful.map(str::to_owned),
        }
    }

    fn answer(words: &Words) -> Answer<'_> {
        Answer {
            words,
            subject: "Re: [ACME-1] Printer",
            carries_mail: false,
            sealed: false,
            files: &[],
            outsiders: &[],
            notes: &[
                "The customer is difficult; be careful with her.",
                "CANARY-77",
                "ok",
            ],
            private: &["ada@agents.test"],
        }
    }

    fn because(text: &str, change: impl Fn(&mut Answer<'_>)) -> Option<Because> {
        let words = words(text, None);
        let mut answer = answer(&words);
        change(&mut answer);
        why(&answer).map(|(because, _)| because)
    }

    #[test]
    fn a35_what_could_betray_a_note_or_an_address_waits() {
        for (text, wanted) in [
            ("Use water, please.", None),
            ("You are difficult to reach; be careful with water.", None),
            ("ok", None),
            (
                "> The customer is difficult; be\n> careful with her.",
                Some(Because::Note),
            ),
            ("the CUSTOMER is difficult\nbe careful", Some(Because::Note)),
            ("canary-77", Some(Because::Note)),
            ("I said CANARY-77!", Some(Because::Note)),
            ("To: Ada <ADA@agents.test>", Some(Because::Address)),
        ] {
            assert_eq!(because(text, |_| ()), wanted, "{text}");
        }
    }

    #[test]
    fn a35_what_cannot_be_read_or_shows_a_notice_in_a_file_waits() {
        let file = |bytes| {
            [File {
                name: "a.txt",
                content_type: "text/plain",
                bytes,
            }]
        };
        let (line, address) = (b"x =-=-=-= y".as_slice(), b"ADA@agents.test".as_slice());
        assert_eq!(because("Hi", |a| a.sealed = true), Some(Because::Sealed));
        let held = |bytes| {
            why(&Answer {
                files: &file(bytes),
                ..answer(&words("Hi", None))
            })
            .map(|(because, _)| because)
        };
        assert_eq!(held(line), Some(Because::Marker));
        assert_eq!(held(address), Some(Because::Address));
        assert_eq!(held(b"water"), None);
        let doubtful = words("Hi", Some("From: Berlin"));
        let (because, sentence) = why(&answer(&doubtful)).unwrap();
        assert!(
            because == Because::Quoted && sentence.contains("From: Berlin"),
            "{sentence}"
        );
    }

    #[test]
    fn a36_what_is_passed_on_or_went_elsewhere_waits() {
        let eve = ["eve@evil.test".parse().unwrap()];
        assert_eq!(because("Hi", |_| ()), None);
        assert_eq!(because("Hi", |a| a.outsiders = &[]), None);
        // Finnish for an answer.
        assert_eq!(because("Hei", |a| a.subject = "VS: Tulostin"), None);
        for subject in [
            "Fwd: [ACME-1] Printer",
            "WG: Printer",
            "TR : x",
            "Re: Fwd: Printer",
        ] {
            let wanted = if subject.starts_with("Re:") {
                None
            } else {
                Some(Because::Forwarded)
            };
            assert_eq!(because("FYI", |a| a.subject = subject), wanted, "{subject}");
        }
        assert_eq!(
            because("FYI", |a| a.carries_mail = true),
            Some(Because::Forwarded)
        );
        let words = words("Hi", None);
        let answer = Answer {
            outsiders: &eve,
            notes: &[],
            private: &[],
            ..answer(&words)
        };
        let (because, sentence) = why(&answer).unwrap();
        assert_eq!(because, Because::Outsiders);
        assert!(sentence.contains("eve@evil.test"));
    }
}
