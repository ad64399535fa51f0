//! A message's text cut into what is shown and what is folded away, with its links found.

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::mail::{Fold, FoldKind};

/// A stretch of text with links in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Stands behind `···` until it is asked for.
    pub folded: bool,
    /// What a folded part is, for those who do not see it.
    pub label: &'static str,
    /// The text.
    pub pieces: Vec<Piece>,
}

/// Words, or a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As written.
    Words(String),
    /// An address on the web that may be followed.
    Link {
        /// `http` or `https` only.
        href: String,
        /// As written.
        text: String,
    },
}

static WEB_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the pattern is a constant that a test compiles"
    )]
    Regex::new(r#"https?://[^\s<>"'`\x00-\x20]+"#).expect("a valid pattern")
});

/// Cuts `text` at its `folds` (character ranges, in any order; what overlaps or lies outside is cut off).
pub fn parts(text: &str, folds: &[Fold]) -> Vec<Part> {
    let mut folds = folds.to_vec();
    folds.sort_by_key(|fold| fold.start);
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let byte = |at: usize| starts.get(at).copied().unwrap_or(text.len());
    let mut parts = Vec::new();
    let mut here = 0;
    for fold in folds {
        let (start, end) = (fold.start.max(here), fold.end.min(starts.len()));
        if start >= end {
            continue;
        }
        push(&mut parts, None, &text[byte(here)..byte(start)]);
        push(&mut parts, Some(fold.kind), &text[byte(start)..byte(end)]);
        here = end;
    }
    push(&mut parts, None, &text[byte(here)..]);
    parts
}

fn push(parts: &mut Vec<Part>, kind: Option<FoldKind>, text: &str) {
    let text = text.trim_matches(['\n', '\r']).trim_end();
    if text.is_empty() {
        return;
    }
    parts.push(Part {
        folded: kind.is_some(),
        label: match kind {
            Some(FoldKind::Signature) => "Show the signature",
            _ => "Show the quoted text",
        },
        pieces: pieces(text),
    });
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut here = 0;
    for found in WEB_ADDRESS.find_iter(text) {
        // A full stop or a closing bracket after an address belongs to the sentence.
        let address = found
            .as_str()
            .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}']);
        if address.len() <= "https://".len() {
            continue;
        }
        if found.start() > here {
            pieces.push(Piece::Words(text[here..found.start()].to_owned()));
        }
        pieces.push(Piece::Link {
            href: address.to_owned(),
            text: address.to_owned(),
        });
        here = found.start() + address.len();
    }
    if here < text.len() {
        pieces.push(Piece::Words(text[here..].to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(start: usize, end: usize) -> Fold {
        Fold {
            start,
            end,
            kind: FoldKind::Quote,
        }
    }

    fn shown(text: &str, folds: &[Fold]) -> Vec<(bool, String)> {
        parts(text, folds)
            .into_iter()
            .map(|part| (part.folded, words(&part.pieces)))
            .collect()
    }

    fn words(pieces: &[Piece]) -> String {
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Words(text) | Piece::Link { text, .. } => text.as_str(),
            })
            .collect()
    }

    #[test]
    fn a_quote_is_folded_where_it_stands() {
        assert_eq!(
            shown("Grüße\n> alt\nmehr", &[fold(6, 12)]),
            [
                (false, "Grüße".into()),
                (true, "> alt".into()),
                (false, "mehr".into())
            ]
        );
    }

    #[test]
    fn folds_that_overlap_or_lie_outside_lose_nothing() {
        assert_eq!(
            shown(
                "abcdef",
                &[fold(4, 99), fold(1, 3), fold(2, 5), fold(50, 60)]
            ),
            [
                (false, "a".into()),
                (true, "bc".into()),
                (true, "de".into()),
                (true, "f".into())
            ]
            .map(|(folded, text): (bool, String)| (folded, text))
        );
    }

    #[test]
    fn only_web_addresses_become_links() {
        let found =
            pieces("See https://a.test/x?y=1. Or javascript:alert(1), (http://b.test) http://");
        let links: Vec<_> = found
            .iter()
            .filter_map(|piece| match piece {
                Piece::Link { href, .. } => Some(href.as_str()),
                Piece::Words(_) => None,
            })
            .collect();
        assert_eq!(links, ["https://a.test/x?y=1", "http://b.test"]);
        assert_eq!(
            words(&found),
            "See https://a.test/x?y=1. Or javascript:alert(1), (http://b.test) http://"
        );
    }
}
