//! Which lines at the end of an answer are certainly a signature. A list below a line of dashes, a question or a P.S.
//! are words.

use std::ops::Range;

use crate::domain::mail::Sheet;

/// Below the delimiter of RFC 3676, `-- `, a signature has so many lines at most.
const LONGEST: usize = 12;
/// Below two bare dashes, and shorter ones.
const LONGEST_BARE: usize = 5;
const WIDEST: usize = 160;
const WIDEST_BARE: usize = 72;
/// What a device says of itself is so many words long at most.
const DEVICE_WORDS: usize = 9;

/// Lines that a reader of mail would fold away as a signature.
#[derive(Debug)]
pub(super) struct Marked {
    pub lines: Range<usize>,
    /// The program marks them so in its HTML.
    pub in_html: bool,
}

/// The signature at the end of the last words that are not cut.
pub(super) fn find(
    sheet: &Sheet<'_>,
    cut: &[Range<usize>],
    marked: &[Marked],
) -> Option<Range<usize>> {
    let is_cut = |at: &usize| cut.iter().any(|lines| lines.contains(at));
    let shown = |at: &usize| !sheet.is_blank(*at) && !is_cut(at);
    let last = (0..sheet.len()).rev().find(shown)?;
    let section = (0..last).rev().find(is_cut).map_or(0, |at| at + 1)..last + 1;
    if let Some(found) = delimited(sheet, section.clone(), cut) {
        return Some(found);
    }
    let found = marked
        .iter()
        .find(|m| section.contains(&m.lines.start) && m.lines.end > last)?;
    let lines = found.lines.start..last + 1;
    let texts: Vec<&str> = texts(sheet, lines.clone()).collect();
    let device = || {
        let alone = sheet.begins_paragraph(lines.start) && texts.len() <= 2;
        alone && texts.iter().all(|line| is_device(line))
    };
    let certain = if found.in_html {
        is_calm(&texts, LONGEST, WIDEST)
    } else {
        device()
    };
    certain.then_some(lines)
}

/// What stands below the only delimiter.
fn delimited(
    sheet: &Sheet<'_>,
    section: Range<usize>,
    cut: &[Range<usize>],
) -> Option<Range<usize>> {
    let mut found = section
        .clone()
        .filter(|&at| !sheet.is_quoted(at) && is_delimiter(sheet.text(at)));
    let (at, None) = (found.next()?, found.next()) else {
        return None;
    };
    let below: Vec<&str> = texts(sheet, at + 1..section.end).collect();
    let mut above = (0..at)
        .filter(|at| !cut.iter().any(|lines| lines.contains(at)))
        .map(|at| sheet.text(at).trim())
        .filter(|line| !line.is_empty());
    let strict = sheet.text(at).starts_with("-- ") || sheet.text(at) == "--=20";
    // The links in notices open a mail with a command and the delimiter below it: what follows is not for the customer.
    let commands = above.clone().all(|line| line.starts_with(['#', '@', '/']));
    if strict && commands {
        return Some(at..section.end);
    }
    let introduces = above.next_back().is_some_and(|line| line.ends_with(':'));
    let calm = if strict {
        is_calm(&below, LONGEST, WIDEST)
    } else {
        !introduces && is_calm(&below, LONGEST_BARE, WIDEST_BARE)
    };
    calm.then_some(at..section.end)
}

fn texts<'a>(sheet: &'a Sheet<'_>, lines: Range<usize>) -> impl Iterator<Item = &'a str> {
    lines
        .map(|at| sheet.text(at).trim_end())
        .filter(|line| !line.trim().is_empty())
}

fn is_delimiter(line: &str) -> bool {
    matches!(line.trim_end(), "--" | "--=20")
}

/// A few short lines without anything that is said or asked.
fn is_calm(lines: &[&str], most: usize, widest: usize) -> bool {
    lines.len() <= most
        && lines
            .iter()
            .all(|line| line.chars().count() <= widest && !says_something(line.trim()))
}

fn says_something(line: &str) -> bool {
    let lower = line.to_lowercase();
    let bullet = line.starts_with(['-', '*', '•', '+', '>', '#', '@'])
        && line
            .chars()
            .nth(1)
            .is_some_and(|c| c.is_whitespace() || c.is_alphabetic());
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = digits.len() < line.len()
        && digits.starts_with(['.', ')'])
        && digits.chars().nth(1).is_some_and(char::is_whitespace);
    let asks = line
        .split_whitespace()
        .any(|word| word.ends_with(['?', '？']) && !word.contains("://"));
    let afterwards = [
        "p.s", "ps:", "ps ", "p.p.s", "pps", "n.b", "nb:", "ps.", "edit:", "update:",
    ]
    .iter()
    .any(|word| lower.starts_with(word));
    bullet || numbered || asks || afterwards
}

/// A line that names the device or program, and nothing more.
fn is_device(line: &str) -> bool {
    let line = line.trim();
    let goes_on = line
        .char_indices()
        .filter(|(_, c)| matches!(c, '.' | '!' | '?'))
        .any(|(at, c)| {
            let rest = line.get(at + c.len_utf8()..).unwrap_or_default();
            rest.starts_with(char::is_whitespace) && rest.split_whitespace().count() > 1
        });
    let words = line.chars().any(char::is_alphanumeric) || line == "ᐧ";
    words && !goes_on && line.split_whitespace().count() <= DEVICE_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_few_calm_lines_are_a_signature() {
        for (text, left) in [
            ("Hi\n\n-- \nAda\nAcme GmbH\nwww.acme.test/?a=1\n", 2),
            ("Hi\n--\nAda\n", 1),
            (
                "Two options:\n--\n1. reinstall\n2. replace\n\nWhich one?\n",
                6,
            ),
            ("Two lists:\n--\na\n--\nb\n", 5),
            ("Take one of these:\n--\nred\nblue\n", 4),
            ("Hi\n\n-- \nAda\n\nP.S. Do not forget the cable.\n", 6),
            ("Hi\n--\nWhich one?\n", 3),
            ("Hi\n--\n- one\n- two\n", 4),
            (
                "#resolve\n\n-- \nAda\n\nThis mail is confidential? Yes.\n",
                2,
            ),
            ("Hi\n\nAda\n", 3),
        ] {
            let sheet = Sheet::of(text);
            let found = find(&sheet, &[], &[]);
            assert_eq!(
                found.map_or(sheet.len(), |lines| lines.start),
                left,
                "{text}"
            );
        }
    }

    #[test]
    fn what_a_device_says_stands_alone() {
        for (line, is) in [
            ("Sent from my iPhone", true),
            ("Get Outlook for iOS<https://aka.ms/o0ukef>", true),
            (
                "Sent from my iPhone the pictures never arrive. Please help.",
                false,
            ),
            ("Sent from my iPhone. Please help soon.", false),
        ] {
            assert_eq!(is_device(line), is, "{line}");
        }
    }
}
