//! Which ranges of a text are somebody else's words, and which are a signature. Nothing is ever cut: a fold
//! is a range, and the whole text stays.
//!
//! First what the HTML marks, then what the text shows: the line that introduces a quote ("On … wrote:"),
//! header blocks of Outlook, separators, lines with `>`. Answers between quoted lines stay visible, and so does
//! a mail that is passed on: it is what this mail is about.

mod attribution;
mod counterpart;
mod delimiters;
mod forward;
mod header_block;
mod header_words;
mod lines;
mod marked;
pub(super) mod marks;
mod prefixes;
mod sheet;
mod signature;

use super::fold::{Fold, FoldKind, unfolded};
pub(super) use counterpart::{marks as counterparts, may_mark};
use delimiters::Below;
pub use forward::is_forwarded;
pub(super) use header_block::{is_header_line, sender_line};
use lines::{Line, lines};
pub use sheet::Sheet;

/// The folds of a text: sorted, disjoint, never empty, within the text. `marked` is what the HTML says.
pub fn folds(text: &str, marked: &[Fold]) -> Vec<Fold> {
    folds_of(text, marked, "")
}

/// The folds of a text under this subject, which tells an answer from a mail that is passed on. Where nothing would be
/// left to read, nothing is folded, unless a line says that all of it is another mail.
pub fn folds_of(text: &str, marked: &[Fold], subject: &str) -> Vec<Fold> {
    let folds = every_fold(text, marked, subject);
    if unfolded(text, &folds).trim().is_empty() && !repeats_a_mail(text) {
        return Vec::new();
    }
    folds
}

/// Whether a text says at its beginning that it is another mail, behind whatever marks of quoting.
fn repeats_a_mail(text: &str) -> bool {
    const MAX_LINES: usize = 60;
    let bare = text.lines().take(MAX_LINES).map(|line| {
        let line = line.trim_start_matches(['>', '＞', ' ']);
        format!("{line}\n")
    });
    let bare: String = bare.collect();
    let lines = lines(&bare);
    (0..lines.len()).any(|at| introduction(&lines, at).is_some())
}

/// As [`folds_of`], even if that is all of the text.
pub fn every_fold(text: &str, marked: &[Fold], subject: &str) -> Vec<Fold> {
    let mut lines = lines(text);
    prefixes::settle(&mut lines);
    let mut kinds: Vec<Option<FoldKind>> = vec![None; lines.len()];
    let forwarded = forward::passes_on(subject, text);
    marked::fold(&lines, marked, forwarded, &mut kinds);
    let content = fold_rest(&lines, forwarded, &mut kinds);
    fold_quoted(&lines, content, &mut kinds);
    signature::fold(&lines, content, &mut kinds);
    join(&lines, &kinds)
}

/// Folds everything from the first separator, header block or unquoted introduction on; of one that quoted lines
/// follow, itself. Where nothing stands above it, the mail is passed on as a whole: only the introduction is
/// folded. Gives the line from which on all is content.
fn fold_rest(lines: &[Line<'_>], forwarded: bool, kinds: &mut [Option<FoldKind>]) -> usize {
    let mut at = 0;
    let mut above = false;
    while let Some(line) = lines.get(at) {
        let visible = kinds.get(at) == Some(&None) && !line.is_quoted() && !line.is_blank();
        let Some((last, below)) = visible.then(|| introduction(lines, at)).flatten() else {
            above |= visible;
            at += 1;
            continue;
        };
        if below == Some(Below::Forwarded) || below.is_some() && forwarded {
            if let Some(rest) = kinds.get_mut(at..) {
                rest.fill(None);
            }
            if !above {
                fill(kinds, at..last + 1, FoldKind::Quote);
            }
            return at;
        }
        if !above && !quoted_below(lines, last) {
            fill(kinds, at..last + 1, FoldKind::Quote);
            return lines.len();
        }
        if !quoted_below(lines, last) {
            fill(kinds, at..kinds.len(), FoldKind::Quote);
            return lines.len();
        }
        fill(kinds, at..last + 1, FoldKind::Quote);
        at = last + 1;
    }
    lines.len()
}

/// The introduction that begins at this line: its last line, and for separators and header blocks what stands
/// below.
fn introduction(lines: &[Line<'_>], at: usize) -> Option<(usize, Option<Below>)> {
    delimiters::separator(lines, at)
        .or_else(|| header_block::starting(lines, at).map(|last| (last, Below::Answered)))
        .map(|(last, below)| (last, Some(below)))
        .or_else(|| attribution::starting(lines, at).map(|last| (last, None)))
}

/// Whether quoted lines follow.
fn quoted_below(lines: &[Line<'_>], last: usize) -> bool {
    lines
        .iter()
        .skip(last + 1)
        .find(|line| !line.is_blank())
        .is_some_and(Line::is_quoted)
}

/// Folds runs of quoted lines with the line that introduces them, as far as `content`.
fn fold_quoted(lines: &[Line<'_>], content: usize, kinds: &mut [Option<FoldKind>]) {
    let mut at = 0;
    while let Some(first) = (at..content)
        .find(|&at| kinds.get(at) == Some(&None) && lines.get(at).is_some_and(Line::is_quoted))
    {
        let mut end = first;
        for (index, line) in lines.iter().enumerate().take(content).skip(first) {
            if line.is_quoted() {
                end = index;
            } else if !line.is_blank() && !is_wrapped(lines, index) {
                break;
            }
        }
        let start = attribution::before(lines, first).unwrap_or(first);
        fill(kinds, start..end + 1, FoldKind::Quote);
        at = end + 1;
    }
}

/// The rest of a quoted line that a program wrapped without a `>`: it goes on in lower case after a full line
/// that ends in the middle of a sentence, and the quote follows; or it is nothing but a bracketed address.
/// Answers between quotes do not look so.
fn is_wrapped(lines: &[Line<'_>], at: usize) -> bool {
    let (Some(line), Some(before), Some(after)) = (
        lines.get(at),
        at.checked_sub(1).and_then(|before| lines.get(before)),
        lines.get(at + 1),
    ) else {
        return false;
    };
    if !before.is_quoted() || !after.is_quoted() {
        return false;
    }
    let text = line.text.trim();
    let address = text.starts_with(['(', '<', '[']) && text.contains("://");
    let full = before.text.len() >= 60 && !before.text.trim_end().ends_with(['.', '?', '!', ':']);
    address || full && line.text.starts_with(char::is_lowercase)
}

/// Marks lines as folded.
fn fill(kinds: &mut [Option<FoldKind>], range: std::ops::Range<usize>, kind: FoldKind) {
    if let Some(range) = kinds.get_mut(range) {
        range.fill(Some(kind));
    }
}

/// Joins neighbouring lines of one kind into ranges; blank lines between them go along.
fn join(lines: &[Line<'_>], kinds: &[Option<FoldKind>]) -> Vec<Fold> {
    let mut folds: Vec<Fold> = Vec::new();
    let mut blank_since = None;
    for (line, kind) in lines.iter().zip(kinds) {
        if line.is_blank() {
            blank_since.get_or_insert(line.start);
            continue;
        }
        if let Some(kind) = *kind {
            let bridged = blank_since.unwrap_or(line.start);
            match folds.last_mut() {
                Some(last) if last.kind == kind && last.end == bridged => last.end = line.end,
                _ => folds.push(Fold {
                    start: line.start,
                    end: line.end,
                    kind,
                }),
            }
        }
        blank_since = None;
    }
    folds
}

#[cfg(test)]
mod html_samples;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
