//! Which words of an answer are the agent's own. Notices carry a line above which the answer belongs; whatever a
//! client quotes is folded away; what stands below our line without being quoted is cut.

use crate::domain::mail::{Fold, unfolded};

/// By this our line is known again, whatever language its words are in and whatever a client puts before it.
const RULE: &str = "=-=-=-=";

/// The line above which an answer belongs, with its words in the middle.
pub fn marker(words: &str) -> String {
    format!("{RULE} {words} {RULE}")
}

/// The agent's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What they wrote.
    pub text: String,
    /// Our line stands among their words, not in a quote: what they wrote could not be told from what we wrote.
    pub marker_left: bool,
}

/// Takes the agent's own words out of a mail's text.
pub fn own(text: &str, folds: &[Fold]) -> Words {
    let visible = closed_up(unfolded(text, folds), folds);
    let marker_left = stands_alone(text, folds);
    let Some(at) = visible.find(RULE) else {
        return Words {
            text: visible,
            marker_left,
        };
    };
    let line = visible.get(..at).and_then(|above| above.rfind('\n'));
    let above = visible.get(..line.unwrap_or(0)).unwrap_or_default();
    Words {
        text: above.trim_end().to_owned(),
        marker_left: true,
    }
}

/// Whether our line stands somewhere without being quoted: no mark before it, and no introduction above it that would
/// say that what follows is somebody else's. A fold that begins with it was made because of it.
fn stands_alone(text: &str, folds: &[Fold]) -> bool {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.contains(RULE) && !line.trim_start().starts_with(['>', '|']) {
            let introduced = folds
                .iter()
                .any(|fold| fold.start < start && start < fold.end);
            if !introduced {
                return true;
            }
        }
        start += line.chars().count();
    }
    false
}

/// Where a quote stood between two answers, one blank line is enough.
fn closed_up(mut text: String, folds: &[Fold]) -> String {
    while !folds.is_empty() && text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::folds;

    fn read(text: &str) -> (String, bool) {
        let words = own(text, &folds(text, &[]));
        (words.text, words.marker_left)
    }

    #[test]
    fn a35_what_is_quoted_is_left_out_and_our_line_among_the_words_is_noticed() {
        let line = marker("Write above this line");
        for (text, words, marker_left) in [
            ("Use water.".to_owned(), "Use water.", false),
            // Top-posted, bottom-posted, between the lines.
            (
                format!(
                    "Use water.\n\nOn Mon, 23 Nov 2026, Acme <support@acme.test> wrote:\n> {line}\n> one\n"
                ),
                "Use water.",
                false,
            ),
            (
                format!(
                    "On Mon, 23 Nov 2026, Acme <support@acme.test> wrote:\n> {line}\n> one\n\nUse water.\n"
                ),
                "Use water.",
                false,
            ),
            (
                format!(
                    "On Mon, 23 Nov 2026, Acme <support@acme.test> wrote:\n> {line}\n> one\n\nUse water.\n\n> two\n\nAnd sand.\n"
                ),
                "Use water.\n\nAnd sand.",
                false,
            ),
            (
                format!(
                    "Use water.\n\n-----Original Message-----\nFrom: Acme\nSent: Monday\nTo: Ada\nSubject: x\n\n{line}\none\n"
                ),
                "Use water.",
                false,
            ),
            // Not quoted at all: what stands below is cut, and a person looks.
            (format!("Use water.\n\n{line}\none\n"), "Use water.", true),
            // Below our line: what is theirs cannot be told, and a person looks at all of it.
            (
                format!("{line}\none\n\nUse water.\n"),
                "one\n\nUse water.",
                true,
            ),
            (format!("Use water.\nxx {line}"), "Use water.", true),
        ] {
            assert_eq!(read(&text), (words.to_owned(), marker_left), "{text}");
        }
    }
}
