//! Which ranges of a text are somebody else's words, and which are a signature. Nothing is ever cut: a fold
//! is a range, and the whole text stays.
//!
//! First what the HTML marks, then what the text shows: lines with `>`, the line that introduces a quote
//! ("On … wrote:"), header blocks of Outlook, separators. Answers between quoted lines stay visible.

mod attribution;
mod delimiters;
mod header_block;
mod lines;
pub(super) mod marks;
mod signature;

use super::fold::{Fold, FoldKind};
use lines::{Line, lines};

/// The folds of a text: sorted, disjoint, never empty, within the text.
pub fn folds(text: &str, marked: &[Fold]) -> Vec<Fold> {
    let lines = lines(text);
    let mut kinds: Vec<Option<FoldKind>> = vec![None; lines.len()];
    fold_marked(&lines, marked, &mut kinds);
    fold_rest(&lines, &mut kinds);
    fold_quoted(&lines, &mut kinds);
    signature::fold(&lines, &mut kinds);
    join(&lines, &kinds)
}

/// Folds what the HTML marks, with the introducing line before it.
fn fold_marked(lines: &[Line<'_>], marked: &[Fold], kinds: &mut [Option<FoldKind>]) {
    for mark in marked {
        let inside = |line: &Line<'_>| {
            line.start >= mark.start && line.text_end() <= mark.end && !line.is_blank()
        };
        let from = lines.partition_point(|line| line.start < mark.start);
        let Some(first) = (from..lines.len()).find(|&at| lines.get(at).is_some_and(inside)) else {
            continue;
        };
        let first = match mark.kind {
            FoldKind::Quote => attribution::before(lines, first).unwrap_or(first),
            FoldKind::Signature => first,
        };
        for (line, kind) in lines.iter().zip(kinds.iter_mut()).skip(first) {
            if line.start >= mark.end {
                break;
            }
            if kind.is_none() || mark.kind == FoldKind::Quote {
                *kind = Some(mark.kind);
            }
        }
    }
    unfold_everything(lines, kinds);
}

/// Folds everything from the first separator, header block or unquoted introduction on. Where nothing stands
/// above it, the mail is passed on as a whole: only the introduction is folded.
fn fold_rest(lines: &[Line<'_>], kinds: &mut [Option<FoldKind>]) {
    let visible = |at: usize| kinds.get(at) == Some(&None);
    let cut = (0..lines.len())
        .filter(|&at| visible(at))
        .find_map(|at| Some((at, introduction(lines, at)?)));
    let Some((start, last)) = cut else { return };
    let above = lines
        .iter()
        .zip(kinds.iter())
        .take(start)
        .any(|(line, kind)| kind.is_none() && !line.is_blank() && !line.is_quoted());
    let end = if above { kinds.len() } else { last + 1 };
    fill(kinds, start..end, FoldKind::Quote);
}

/// The introduction of an unquoted mail that begins at this line: its last line.
fn introduction(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let unquoted_below = |last: usize| {
        lines
            .iter()
            .skip(last + 1)
            .find(|line| !line.is_blank())
            .is_some_and(|line| !line.is_quoted())
    };
    delimiters::separator(lines, at)
        .or_else(|| header_block::starting(lines, at))
        .or_else(|| attribution::starting(lines, at).filter(|&last| unquoted_below(last)))
}

/// Folds runs of `>` lines with the line that introduces them.
fn fold_quoted(lines: &[Line<'_>], kinds: &mut [Option<FoldKind>]) {
    let mut at = 0;
    while let Some(first) = (at..lines.len())
        .find(|&at| kinds.get(at) == Some(&None) && lines.get(at).is_some_and(Line::is_quoted))
    {
        let mut end = first;
        for (index, line) in lines.iter().enumerate().skip(first) {
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
/// that ends in the middle of a sentence, and the quote follows. Answers between quotes do not look so.
fn is_wrapped(lines: &[Line<'_>], at: usize) -> bool {
    let (Some(line), Some(before), Some(after)) = (
        lines.get(at),
        at.checked_sub(1).and_then(|before| lines.get(before)),
        lines.get(at + 1),
    ) else {
        return false;
    };
    let full = before.is_quoted()
        && before.text.len() >= 60
        && !before.text.trim_end().ends_with(['.', '?', '!', ':']);
    full && after.is_quoted() && line.text.starts_with(char::is_lowercase)
}

/// Marks lines as folded.
fn fill(kinds: &mut [Option<FoldKind>], range: std::ops::Range<usize>, kind: FoldKind) {
    if let Some(range) = kinds.get_mut(range) {
        range.fill(Some(kind));
    }
}

/// A mail that would be folded as a whole is shown as a whole: it was forwarded, or its HTML lies.
fn unfold_everything(lines: &[Line<'_>], kinds: &mut [Option<FoldKind>]) {
    let shown = lines
        .iter()
        .zip(kinds.iter())
        .any(|(line, kind)| kind.is_none() && !line.is_blank());
    if !shown {
        kinds.fill(None);
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
mod tests;
