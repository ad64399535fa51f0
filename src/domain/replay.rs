//! What today's program reads in a mail, beside what was read when it came: the differences, each with whether it may
//! be applied to the message that people know. What decides who somebody is, or where a message stands, is shown and
//! left alone; what only says how a mail is read is applied.

use serde::Serialize;

use crate::domain::address::Party;
use crate::domain::mail::{Bounce, Fold, Machine, Mail};
use crate::domain::message::{Identity, Message};

/// Lines of a text that a difference shows, at most.
const LINES: usize = 40;
/// Characters of one value that a difference shows, at most.
const CHARACTERS: usize = 4000;

/// What a mail says, as far as a message keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Who wrote it.
    pub from: Party,
    /// To.
    pub to: Vec<Party>,
    /// Cc.
    pub cc: Vec<Party>,
    /// Reply-To.
    pub reply_to: Vec<Party>,
    /// Its subject.
    pub subject: String,
    /// Its whole text.
    pub text: String,
    /// What is folded away in it.
    pub folds: Vec<Fold>,
    /// Whether it has an HTML body.
    pub has_html: bool,
    /// Its attachments.
    pub attachments: Vec<Piece>,
    /// If a machine wrote it, which kind.
    pub machine: Option<Machine>,
    /// If it reports deliveries, which.
    pub bounce: Option<Bounce>,
    /// Whether there is exactly one sender.
    pub identity: Identity,
}

/// An attachment as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Which part of the mail.
    pub part: i64,
    /// Its name.
    pub filename: String,
    /// The type the sender claims.
    pub content_type: String,
    /// Bytes after decoding.
    pub size: i64,
    /// SHA-256 of them.
    pub sha256: String,
    /// Shown in place.
    pub inline: bool,
    /// Content-ID.
    pub content_id: Option<String>,
}

impl Reading {
    /// What a stored message says.
    pub fn of_message(message: &Message) -> Self {
        Self {
            from: message.from.clone(),
            to: message.to.clone(),
            cc: message.cc.clone(),
            reply_to: message.reply_to.clone(),
            subject: message.subject.clone(),
            text: message.text.clone(),
            folds: message.folds.clone(),
            has_html: message.has_html,
            attachments: message
                .attachments
                .iter()
                .map(|a| Piece {
                    part: a.part,
                    filename: a.filename.clone(),
                    content_type: a.content_type.clone(),
                    size: a.size,
                    sha256: a.sha256.clone(),
                    inline: a.inline,
                    content_id: a.content_id.clone(),
                })
                .collect(),
            machine: message.machine,
            bounce: message.bounce.clone(),
            identity: message.identity,
        }
    }

    /// What a mail says today.
    pub fn of_mail(mail: &Mail) -> Self {
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        Self {
            from: mail.from.first().cloned().unwrap_or_default(),
            to: mail.to.clone(),
            cc: mail.cc.clone(),
            reply_to: mail.reply_to.clone(),
            subject: mail.subject.clone(),
            text: mail.text.clone(),
            folds: mail.folds.clone(),
            has_html: mail.has_html,
            attachments: mail
                .attachments
                .iter()
                .map(|a| Piece {
                    part: number(a.part),
                    filename: a.filename.clone(),
                    content_type: a.content_type.clone(),
                    size: number(a.size),
                    sha256: a.sha256.clone(),
                    inline: a.inline,
                    content_id: a.content_id.clone(),
                })
                .collect(),
            machine: mail.machine,
            bounce: mail.bounce.clone(),
            identity: mail.identity,
        }
    }
}

/// One thing that is read differently today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What: `text`, `subject`, `ticket` …
    pub field: &'static str,
    /// As it was read; of a text, the lines that differ.
    pub was: String,
    /// As it is read today.
    pub now: String,
    /// Why it is left alone; absent if it may be applied.
    pub left_alone: Option<&'static str>,
}

impl Difference {
    /// A difference, shortened to what people can read.
    pub fn new(
        field: &'static str,
        was: impl Into<String>,
        now: impl Into<String>,
        left_alone: Option<&'static str>,
    ) -> Self {
        Self {
            field,
            was: short(was.into()),
            now: short(now.into()),
            left_alone,
        }
    }
}

const SENDER: &str = "who a message is from decides what was done with it; that stays as it was";

/// What differs between two readings of one mail.
pub fn differences(was: &Reading, now: &Reading) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |field, was: String, now: String, left_alone| {
        if was != now {
            found.push(Difference::new(field, was, now, left_alone));
        }
    };
    compare("subject", was.subject.clone(), now.subject.clone(), None);
    if was.text != now.text {
        let (was, now) = changed_lines(&was.text, &now.text);
        // Lines may differ in nothing but their ends.
        if was == now {
            compare("text", "(other line ends)".to_owned(), String::new(), None);
        } else {
            compare("text", was, now, None);
        }
    }
    compare(
        "folds",
        folds(&was.text, &was.folds),
        folds(&now.text, &now.folds),
        None,
    );
    compare("html", yes(was.has_html), yes(now.has_html), None);
    compare(
        "attachments",
        pieces(&was.attachments),
        pieces(&now.attachments),
        None,
    );
    compare("machine", kind(was.machine), kind(now.machine), None);
    compare(
        "bounce",
        report(was.bounce.as_ref()),
        report(now.bounce.as_ref()),
        None,
    );
    compare(
        "from_name",
        was.from.name.clone(),
        now.from.name.clone(),
        None,
    );
    compare(
        "from",
        was.from.email.clone(),
        now.from.email.clone(),
        Some(SENDER),
    );
    compare("to", parties(&was.to), parties(&now.to), None);
    compare("cc", parties(&was.cc), parties(&now.cc), None);
    compare(
        "reply_to",
        parties(&was.reply_to),
        parties(&now.reply_to),
        None,
    );
    // A message that was held is doubtful for other reasons than how its sender is written.
    let identity = if now.identity == Identity::Unverified {
        was.identity
    } else {
        now.identity
    };
    compare(
        "identity",
        identity.to_string(),
        now.identity.to_string(),
        Some(SENDER),
    );
    found
}

/// The reading that may be stored: today's, with what is left alone as it was.
pub fn applicable(was: &Reading, now: &Reading) -> Reading {
    let mut applied = now.clone();
    applied.from.email.clone_from(&was.from.email);
    applied.identity = was.identity;
    applied
}

/// The lines that differ, without the common ones before and after.
fn changed_lines(was: &str, now: &str) -> (String, String) {
    let (was, now): (Vec<&str>, Vec<&str>) = (was.lines().collect(), now.lines().collect());
    let before = was.iter().zip(&now).take_while(|(a, b)| a == b).count();
    let (was, now) = (
        was.get(before..).unwrap_or_default(),
        now.get(before..).unwrap_or_default(),
    );
    let after = was
        .iter()
        .rev()
        .zip(now.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let middle = |lines: &[&str]| {
        let lines = lines
            .get(..lines.len().saturating_sub(after))
            .unwrap_or_default();
        let mut shown: Vec<&str> = lines.iter().take(LINES).copied().collect();
        if lines.len() > LINES {
            shown.push("…");
        }
        shown.join("\n")
    };
    (middle(was), middle(now))
}

/// Each folded range by its first words: the ranges themselves mean nothing to people.
fn folds(text: &str, folds: &[Fold]) -> String {
    let characters: Vec<char> = text.chars().collect();
    let shown = folds.iter().map(|fold| {
        let range = characters.get(fold.start..fold.end.min(characters.len()));
        let words: String = range.unwrap_or_default().iter().take(60).collect();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        format!(
            "{}, {} characters: {words}",
            fold.kind,
            fold.end.saturating_sub(fold.start)
        )
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn pieces(pieces: &[Piece]) -> String {
    let shown = pieces.iter().map(|piece| {
        let Piece {
            filename,
            content_type,
            size,
            inline,
            sha256,
            ..
        } = piece;
        let place = if *inline { ", inline" } else { "" };
        let mark = sha256.get(..12).unwrap_or(sha256);
        format!("{filename} ({content_type}, {size} bytes{place}, {mark})")
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn report(bounce: Option<&Bounce>) -> String {
    let Some(bounce) = bounce else {
        return "none".to_owned();
    };
    let shown = bounce.recipients.iter().map(|to| {
        let lasting = if to.permanent { ", permanent" } else { "" };
        format!("{} {} {}{lasting}", to.address, to.action, to.status)
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn parties(parties: &[Party]) -> String {
    let shown = parties.iter().map(|party| {
        format!("{} <{}>", party.name, party.email)
            .trim()
            .to_owned()
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn kind(machine: Option<Machine>) -> String {
    machine.map_or("a person", Machine::as_str).to_owned()
}

fn yes(there: bool) -> String {
    if there { "yes" } else { "no" }.to_owned()
}

fn short(text: String) -> String {
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::{FoldKind, parse};

    fn reading(raw: &str) -> Reading {
        Reading::of_mail(&parse(raw.as_bytes()))
    }

    #[test]
    fn the_same_reading_has_no_difference() {
        let one = reading("From: a@b.test\r\nSubject: x\r\n\r\nhello\r\n");
        assert_eq!(differences(&one, &one), []);
    }

    #[test]
    fn of_a_text_only_the_lines_that_differ_are_shown() {
        let was = reading("From: a@b.test\r\n\r\none\r\ntwo\r\nthree\r\n");
        let now = reading("From: a@b.test\r\n\r\none\r\nzwei\r\nthree\r\n");
        let found = differences(&was, &now);
        assert_eq!(found, [Difference::new("text", "two", "zwei", None)]);
    }

    /// What is edited, in which field that shows, and whether it may be applied.
    type Row = (fn(&mut Reading), (&'static str, bool));

    #[test]
    fn each_field_says_whether_it_may_be_applied() {
        let was = reading("From: Ann <a@b.test>\r\nTo: x@y.test\r\nSubject: x\r\n\r\nhello\r\n");
        let change = |edit: fn(&mut Reading)| {
            let mut now = was.clone();
            edit(&mut now);
            let found = differences(&was, &now);
            assert_eq!(found.len(), 1, "{found:?}");
            let applied = applicable(&was, &now);
            let applies = found[0].left_alone.is_none();
            assert_eq!(applied != was, applies, "{found:?}");
            (found[0].field, applies)
        };

        let table: [Row; 10] = [
            (|r| r.subject = "y".into(), ("subject", true)),
            (|r| r.text = "bye\n".into(), ("text", true)),
            (|r| r.has_html = true, ("html", true)),
            (|r| r.machine = Some(Machine::List), ("machine", true)),
            (|r| r.from.name = "Anna".into(), ("from_name", true)),
            (|r| r.from.email = "c@d.test".into(), ("from", false)),
            (|r| r.to.clear(), ("to", true)),
            (|r| r.identity = Identity::Unverified, ("identity", false)),
            (
                |r| {
                    r.folds.push(Fold {
                        start: 0,
                        end: 5,
                        kind: FoldKind::Quote,
                    });
                },
                ("folds", true),
            ),
            (
                |r| {
                    r.attachments.push(Piece {
                        part: 1,
                        filename: "a.txt".into(),
                        content_type: "text/plain".into(),
                        size: 1,
                        sha256: "00".into(),
                        inline: false,
                        content_id: None,
                    });
                },
                ("attachments", true),
            ),
        ];
        for (edit, expected) in table {
            assert_eq!(change(edit), expected);
        }
    }

    #[test]
    fn what_is_shown_is_short_whatever_came() {
        let was = reading("From: a@b.test\r\n\r\nx\r\n");
        let mut now = was.clone();
        now.text = "line\n".repeat(100_000);
        let found = differences(&was, &now);
        assert!(found[0].now.len() < 4100 && found[0].now.ends_with('…'));
    }
}
