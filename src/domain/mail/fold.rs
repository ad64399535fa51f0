//! Ranges of a text that are folded away when shown.

use serde::{Deserialize, Serialize};

words! {
    /// What a folded range of a text is.
    pub enum FoldKind {
        /// Somebody else's words, repeated.
        Quote = "quote",
        /// The lines below every mail of this person.
        Signature = "signature",
    }
}

/// A range of a text that is folded away when shown; never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    /// The first character (not byte) of the range.
    pub start: usize,
    /// The character after its last.
    pub end: usize,
    /// What it is.
    pub kind: FoldKind,
}

/// The text without its folds, blank lines at both ends removed. `folds` are sorted and disjoint.
pub fn unfolded(text: &str, folds: &[Fold]) -> String {
    let mut left = String::with_capacity(text.len());
    let mut folds = folds.iter().peekable();
    for (position, character) in text.chars().enumerate() {
        while folds.next_if(|fold| fold.end <= position).is_some() {}
        if folds.peek().is_none_or(|fold| position < fold.start) {
            left.push(character);
        }
    }
    let end = left.trim_end().len();
    let start = left
        .find(|c: char| !c.is_whitespace())
        .map_or(end, |first| {
            left.get(..first)
                .and_then(|head| head.rfind('\n'))
                .map_or(0, |at| at + 1)
        });
    left.get(start..end).unwrap_or_default().to_owned()
}

/// What stands in a shortened text where something was left out.
pub const LEFT_OUT: &str = "[···]";
/// A quote that is answered below it stays, if it is at most so many lines long.
const SHORT: usize = 12;

/// A text for people who see only this: without its folds, each of which leaves a line. Short quotes with an answer below
/// them stay, for without the question the answer says nothing; and so do short ones that nothing introduces: they may be
/// lines of a shell.
pub fn abridged(text: &str, folds: &[Fold]) -> String {
    let characters: Vec<char> = text.chars().collect();
    let part = |from: usize, to: usize| characters.get(from..to).unwrap_or_default();
    let shows = |part: &[char]| part.iter().any(|c| !c.is_whitespace());
    let ends = folds.iter().map(|fold| fold.start).skip(1);
    let mut ends: Vec<bool> = folds
        .iter()
        .zip(ends.chain([characters.len()]))
        .map(|(fold, next)| shows(part(fold.end, next)))
        .collect();
    // Whether anything shows below a fold, not only until the next one.
    for at in (1..ends.len()).rev() {
        let below = ends.get(at).copied().unwrap_or_default();
        if let Some(above) = ends.get_mut(at - 1) {
            *above |= below;
        }
    }
    let mut left = String::with_capacity(text.len());
    let mut at = 0;
    for (fold, answered) in folds.iter().zip(ends) {
        left.extend(part(at, fold.start));
        at = fold.end;
        let folded = part(fold.start, fold.end);
        let lines = folded
            .split(|c| *c == '\n')
            .filter(|line| shows(line))
            .count();
        let bare = folded.iter().find(|c| !c.is_whitespace()) == Some(&'>');
        if (answered || bare) && fold.kind == FoldKind::Quote && lines <= SHORT {
            left.extend(folded);
            continue;
        }
        if !(left.is_empty() || left.ends_with('\n')) {
            left.push('\n');
        }
        left.push_str(LEFT_OUT);
        left.push('\n');
    }
    left.extend(part(at, characters.len()));
    unfolded(&left, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_left_out_by_characters_not_bytes() {
        let fold = Fold {
            start: 3,
            end: 8,
            kind: FoldKind::Quote,
        };
        assert_eq!(unfolded("Ja\n> ö?\nGrüße\n", &[fold]), "Ja\nGrüße");
        assert_eq!(unfolded("Ja", &[]), "Ja");
        assert_eq!(
            unfolded(
                "> all\n",
                &[Fold {
                    start: 0,
                    end: 6,
                    kind: FoldKind::Quote
                }]
            ),
            ""
        );
    }

    #[test]
    fn a_shortened_text_says_where_something_is_left_out_and_keeps_what_is_answered() {
        use crate::domain::mail::folds;
        let long = "> line\n".repeat(20);
        for (text, want) in [
            ("Hello\n".to_owned(), "Hello".to_owned()),
            (
                "> 1. Version?\n4.2\n> 2. System?\nLinux\n".to_owned(),
                "> 1. Version?\n4.2\n> 2. System?\nLinux".to_owned(),
            ),
            (
                "Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Ada <ada@acme.test> wrote:\n> Is it?\n"
                    .to_owned(),
                "Yes.\n\n[···]".to_owned(),
            ),
            (
                "On page:\n> own text\n".to_owned(),
                "On page:\n> own text".to_owned(),
            ),
            (format!("{long}\nYes.\n"), "[···]\n\nYes.".to_owned()),
            (
                "My list:\n--\nitem 1\nitem 2?\n".to_owned(),
                "My list:\n[···]".to_owned(),
            ),
            (
                "> 1. Version?\n4.2\n\n-- \nGrace\n\n> the rest\n".to_owned(),
                "> 1. Version?\n4.2\n\n[···]\n\n> the rest".to_owned(),
            ),
        ] {
            assert_eq!(abridged(&text, &folds(&text, &[])), want, "{text}");
        }
    }

    #[test]
    fn indentation_of_the_first_line_is_kept() {
        assert_eq!(unfolded("\n\n  code\n", &[]), "  code");
    }
}
