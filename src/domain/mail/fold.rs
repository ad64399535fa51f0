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
    fn indentation_of_the_first_line_is_kept() {
        assert_eq!(unfolded("\n\n  code\n", &[]), "  code");
    }
}
