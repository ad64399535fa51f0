//! Folds what the HTML marks.

use super::lines::Line;
use super::{attribution, delimiters, fill, header_block};
use crate::domain::mail::fold::{Fold, FoldKind};

/// Folds what the HTML marks, with the introducing line before it. A mail that would be folded as a whole is
/// shown as a whole: it was passed on, or its HTML lies.
pub(super) fn fold(
    lines: &[Line<'_>],
    marked: &[Fold],
    forwarded: bool,
    kinds: &mut [Option<FoldKind>],
) {
    for mark in marked {
        fold_one(lines, mark, forwarded, kinds);
    }
    let shown = lines
        .iter()
        .zip(kinds.iter())
        .any(|(line, kind)| kind.is_none() && !line.is_blank());
    if !shown {
        kinds.fill(None);
    }
}

fn fold_one(lines: &[Line<'_>], mark: &Fold, forwarded: bool, kinds: &mut [Option<FoldKind>]) {
    let from = lines.partition_point(|line| line.start < mark.start);
    let to = lines.partition_point(|line| line.start < mark.end);
    let inside = |at: &usize| {
        lines
            .get(*at)
            .is_some_and(|line| line.text_end() <= mark.end && !line.is_blank())
    };
    let Some(first) = (from..to).find(inside) else {
        return;
    };
    if mark.kind == FoldKind::Signature {
        for kind in kinds.iter_mut().take(to).skip(first) {
            kind.get_or_insert(FoldKind::Signature);
        }
        return;
    }
    if is_passed_on(lines, first, to, forwarded) {
        return;
    }
    let start = match attribution::starting(lines, first) {
        Some(_) => first,
        None => attribution::before(lines, first).unwrap_or(first),
    };
    let end = introduced(lines, first, to).unwrap_or(to);
    fill(kinds, start..end, FoldKind::Quote);
}

/// Whether a marked range holds a mail that is passed on: Gmail and Outlook mark it as they mark a quote.
fn is_passed_on(lines: &[Line<'_>], first: usize, to: usize, forwarded: bool) -> bool {
    let near =
        || (first..to.min(first + 4)).filter(|&at| lines.get(at).is_some_and(|l| !l.is_blank()));
    let separator = near().find_map(|at| delimiters::separator(lines, at));
    match separator {
        Some((_, delimiters::Below::Forwarded)) => true,
        Some(_) => forwarded,
        None => forwarded && near().any(|at| header_block::starting(lines, at).is_some()),
    }
}

/// Of a range that is an introduction and quoted lines, where the introduction ends: answers may stand between
/// the quoted lines, and the text tells which lines are quoted. None if the whole range is a quote.
fn introduced(lines: &[Line<'_>], first: usize, to: usize) -> Option<usize> {
    let text = |at: &usize| lines.get(*at).is_some_and(|line| !line.is_blank());
    let quoted = |at: &usize| lines.get(*at).is_some_and(Line::is_quoted);
    let below = match attribution::starting(lines, first) {
        Some(last) => (last + 1..to).find(text).filter(quoted)?,
        None => (first..to).filter(text).take(2).find(quoted)?,
    };
    Some(below)
}
