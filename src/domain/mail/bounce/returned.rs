//! The mail that comes back inside a bounce.

use super::phrases::DIVIDER;
use crate::domain::mail::headers::Headers;
use crate::domain::mail::parts::{Part, Tree};
use crate::domain::mail::{address_list, limits, message_ids};

/// Bytes of a text that are searched for what was returned (A32).
const MAX_TEXT: usize = 256 * 1024;
/// Bytes of a text that are tried as one header block.
const MAX_BLOCK: usize = 16 * 1024;

/// The header of the returned mail, from wherever it stands.
pub(super) fn header(tree: &Tree<'_>, below: Option<&str>) -> Option<Headers> {
    let parts = tree.parts.iter().skip(1).filter(|part| is_returned(part));
    let from_part = parts.map(|part| read(&tree.bytes(part))).find(is_header);
    from_part
        .or_else(|| {
            below
                .map(|text| read(text.trim_start().as_bytes()))
                .filter(is_header)
        })
        .or_else(|| {
            // Some programs attach the header as plain text.
            let texts = tree
                .parts
                .iter()
                .skip(2)
                .filter(|part| part.is("text/plain"));
            texts.map(|part| read(&tree.bytes(part))).find(is_header)
        })
}

/// Splits the text of a bounce: what it says, and the returned mail below it.
pub(super) fn split(text: &str) -> (&str, Option<&str>) {
    let text = limits::beginning(text, MAX_TEXT);
    if let Some(at) = DIVIDER.find(text) {
        let (notice, rest) = text.split_at(at);
        return (
            notice,
            rest.split_once('\n')
                .map(|(_, below)| below.trim_start_matches(['-', '=', '\n', ' '])),
        );
    }
    match header_in_text(text) {
        Some(at) => {
            let (notice, below) = text.split_at(at);
            (notice, Some(below))
        }
        None => (text, None),
    }
}

/// Message-ID of the returned mail.
pub(super) fn message_id(header: &Headers) -> Option<String> {
    message_ids::message_id(header.first_raw("Message-ID")?)
}

/// Where tokens may stand in a returned mail, each place as an address or an id without brackets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// What names that very mail: its return path, its ids, the address for answers.
    pub own: Vec<String>,
    /// What names its conversation: the mails before it.
    pub before: Vec<String>,
}

/// Addresses and ids that are looked at in each field.
const MAX_TRACES: usize = 60;

/// Reads where tokens may stand in a returned mail.
pub(super) fn traces(header: &Headers) -> Traces {
    let of = |names: &[&str]| -> Vec<String> {
        let values = names.iter().flat_map(|name| header.all_raw(name));
        let words = values.flat_map(|value| {
            value
                .split(|c: char| c.is_whitespace() || "<>,;()\"".contains(c))
                .filter(|word| word.contains('@'))
                .map(str::to_owned)
        });
        words.take(MAX_TRACES).collect()
    };
    Traces {
        own: of(&[
            "Return-Path",
            "Message-ID",
            "X-Original-Message-ID",
            "X-Microsoft-Original-Message-ID",
            "Original-Message-ID",
            "Resent-Message-ID",
            "Reply-To",
            "Errors-To",
        ]),
        before: of(&["In-Reply-To", "References", "To", "Cc"]),
    }
}

/// Whom the returned mail was for.
pub(super) fn recipients(header: &Headers) -> Vec<String> {
    let lists = header
        .all_raw("To")
        .chain(header.all_raw("Cc"))
        .map(address_list::read);
    lists
        .flat_map(|list| list.parties)
        .map(|party| party.email)
        .filter(|email| email.contains('@'))
        .collect()
}

fn is_returned(part: &Part) -> bool {
    matches!(
        part.content_type.value.as_str(),
        "message/rfc822"
            | "text/rfc822-headers"
            | "text/rfc822-header"
            | "message/rfc822-headers"
            | "message/global"
            | "message/global-headers"
            | "message/partial"
    )
}

fn read(bytes: &[u8]) -> Headers {
    Headers::read(bytes, &mut Vec::new()).0
}

/// Whether the fields are those of a mail.
fn is_header(headers: &Headers) -> bool {
    known_fields(headers) >= 2
}

fn known_fields(headers: &Headers) -> usize {
    let known = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Received",
        "Return-Path",
    ];
    known.iter().filter(|name| headers.has(name)).count()
}

/// Where a header block begins in a text without a dividing line: after a blank line, a field that only mail
/// headers have.
fn header_in_text(text: &str) -> Option<usize> {
    let mut at = 0;
    let mut after_blank = false;
    for line in text.split_inclusive('\n') {
        let starts = [
            "Received:",
            "Return-Path:",
            "Return-path:",
            "Message-ID:",
            "Message-Id:",
            "From:",
            "Date:",
            "Subject:",
            "To:",
            "DomainKey-Signature:",
        ];
        if after_blank && starts.iter().any(|start| line.starts_with(start)) {
            let rest = text.get(at..).unwrap_or_default();
            // Two fields are what some programs say about the mail; three are its header.
            if known_fields(&read(block(rest.as_bytes()))) >= 3 {
                return Some(at);
            }
        }
        after_blank = line.trim().is_empty();
        at += line.len();
    }
    None
}

/// What may be a header block: up to the next blank line, so that no line of the text is read for two of them.
fn block(rest: &[u8]) -> &[u8] {
    let rest = rest.get(..MAX_BLOCK).unwrap_or(rest);
    let mut at = 0;
    for line in rest.split_inclusive(|&byte| byte == b'\n') {
        if line.trim_ascii().is_empty() {
            break;
        }
        at += line.len();
    }
    rest.get(..at).unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::hostile::costs_little;

    #[test]
    fn a_header_below_a_notice_is_found() {
        let header = "Received: by a\nTo: ada@b.test\nSubject: x\n\nText";
        let text = format!("Sorry.\n\nTo: whom it may concern\n\n{header}");
        assert_eq!(split(&text).1, Some(header));
    }

    #[test]
    fn a33_each_line_is_tried_as_a_header_once() {
        // A character of two bytes at every second place: no block ends where a character does.
        let text = "\nTo: é\n\n".repeat(200_000);
        costs_little(|| assert_eq!(split(&text).1, None));
    }
}
