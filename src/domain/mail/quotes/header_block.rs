//! The block of header lines that Outlook and others put above the mail they answer.

use super::attribution::is_dated;
use super::header_words::{Field, field};
use super::lines::Line;

/// Lines that are looked at from the first one.
const MAX_LINES: usize = 24;

/// Lines that are no field and do not look like addresses.
const MAX_OTHER: usize = 2;

/// What was read of a block so far.
#[derive(Default)]
struct Block {
    seen: Vec<Field>,
    addressed: bool,
    dated: bool,
}

impl Block {
    fn add(&mut self, field: Field, value: &str) {
        if !self.seen.contains(&field) {
            self.seen.push(field);
        }
        self.addressed |= value.contains('@');
        let date = matches!(field, Field::Date | Field::Sent);
        self.dated |= date && is_dated(value);
    }

    fn has(&self, field: Field) -> bool {
        self.seen.contains(&field)
    }

    /// Three fields, the sender among them, and one that only mail has: people who write `From: Berlin`,
    /// `To: Paris`, `Date: Monday` mean a journey.
    fn is_block(&self) -> bool {
        let fields = self
            .seen
            .iter()
            .filter(|field| **field != Field::Other)
            .count();
        let mail_only = self.has(Field::Subject) || self.addressed || self.has(Field::Sent);
        fields >= 3 && self.has(Field::From) && mail_only
    }

    /// Two fields suffice directly below each other, if one is a date and the other an address.
    fn is_short_block(&self) -> bool {
        self.addressed && self.dated && (self.has(Field::From) || self.has(Field::To))
    }
}

/// The header block that starts at this line: its last line.
pub(super) fn starting(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let first = lines.get(at)?;
    let (name, value) = split(first.text)?;
    let opening = name_of_first(name, value, first.text)?;
    let mut block = Block::default();
    block.add(opening, value);
    if opening == Field::From && first.text.len() > 60 {
        fields_inside(value, &mut block);
        if block.is_block() {
            return Some(at);
        }
    }
    let (mut last, mut other, mut blank) = (at, 0, 0);
    let mut short = None;
    let mut goes_on = value.trim_end().ends_with([',', ';']);
    for (index, line) in lines.iter().enumerate().skip(at + 1).take(MAX_LINES) {
        if line.is_blank() {
            blank += 1;
            if blank > 3 {
                break;
            }
            continue;
        }
        if let Some((field, value)) =
            split(line.text).and_then(|(name, value)| Some((field(name)?, value)))
        {
            block.add(field, value);
            last = index;
            goes_on = value.trim_end().ends_with([',', ';']);
            if blank == 0 && other == 0 && block.is_short_block() {
                short = Some(index);
            }
            continue;
        }
        // A long list of recipients or a long subject goes on in the next line.
        if blank > 0 && block.is_block() {
            break;
        }
        let addresses = goes_on || line.text.contains('@') && line.text.len() < 200;
        other += usize::from(!addresses || blank > 0);
        goes_on = line.text.trim_end().ends_with([',', ';']);
        if other > MAX_OTHER {
            break;
        }
    }
    if block.is_block() {
        Some(tail(lines, last))
    } else {
        short
    }
}

/// The last of the fields that stand on the lines from this one on, however few; for below a separator.
pub(super) fn fields(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let is_field = |line: &&Line<'_>| {
        split(line.text)
            .is_some_and(|(name, value)| !value.trim().is_empty() && field(name).is_some())
    };
    let known = lines
        .iter()
        .skip(at)
        .take(MAX_LINES)
        .take_while(is_field)
        .count();
    (known > 0).then(|| at + known - 1)
}

/// The last field's value may be an address list that was wrapped.
fn tail(lines: &[Line<'_>], last: usize) -> usize {
    let goes_on = |line: &Line<'_>| {
        line.text.trim_start().starts_with(['<', '\t']) && line.text.contains('@')
    };
    if lines.get(last + 1).is_some_and(goes_on) {
        last + 1
    } else {
        last
    }
}

/// A line's name and value: `*From:* Ada`.
fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '>' | '*' | '|' | '_' | '•' | '\u{200e}' | '\u{200f}')
    });
    text.split_once([':', '：'])
        .filter(|(name, _)| name.len() <= 40)
}

/// What the first line is. Something stands behind its colon, or the name is in bold.
fn name_of_first(name: &str, value: &str, text: &str) -> Option<Field> {
    let empty = value.trim().trim_matches('*').is_empty();
    if empty && !text.trim_end().ends_with('*') {
        return None;
    }
    field(name).filter(|field| *field != Field::Other)
}

/// Fields of a block whose lines were joined: `Ada Sent: Monday To: Desk Subject: Order`.
fn fields_inside(value: &str, block: &mut Block) {
    let mut name = None;
    for piece in value.split([':', '：']).take(12) {
        if let Some(known) = name {
            block.add(known, piece);
        }
        name = piece
            .rsplit([' ', '*', '\t'])
            .find(|word| !word.is_empty())
            .and_then(field)
            .filter(|field| *field != Field::Other);
    }
}

/// Whether a line is one of a block's.
pub(in crate::domain::mail) fn is_header_line(text: &str) -> bool {
    split(text).is_some_and(|(name, _)| field(name).is_some())
}

/// What stands in the line that names the sender.
pub(in crate::domain::mail) fn sender_line(text: &str) -> Option<&str> {
    let (name, value) = split(text)?;
    (field(name)? == Field::From).then_some(value)
}
