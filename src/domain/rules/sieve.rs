//! One pass over a text tells which of many patterns can match it at all.
//!
//! Most patterns contain words that must stand in whatever they match. All such words about one field are searched for at
//! once (Aho-Corasick); a pattern none of whose words is there is not tried. What this says is never wrong about "cannot":
//! where a text has one of the few characters that are equal to an ASCII letter only by their case, it says "can".

use aho_corasick::AhoCorasick;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

use super::seen::{Content, Seen};

/// Shorter words stand in almost every text.
const SHORTEST: usize = 3;
/// Patterns with more words are tried as they are.
const MOST: usize = 64;
/// From so many patterns on, looking for their words first is worth it.
const WORTH: usize = 4;

/// `ſ`, `K` (Kelvin) and `İ` fold to, or become, ASCII letters.
const FOLDING: [char; 3] = ['\u{17F}', '\u{212A}', '\u{130}'];

/// The words of all patterns about one field.
#[derive(Debug, Default)]
pub(super) struct Words {
    words: Vec<String>,
    patterns: usize,
}

impl Words {
    /// Takes in the words of one pattern; gives their places.
    pub fn add(&mut self, words: Vec<String>) -> Box<[usize]> {
        self.patterns += 1;
        let place = |word: String| {
            let known = self.words.iter().position(|known| *known == word);
            known.unwrap_or_else(|| {
                self.words.push(word);
                self.words.len() - 1
            })
        };
        words.into_iter().map(place).collect()
    }

    /// Makes a sieve of them, if it is worth it.
    pub fn sieve(self) -> Option<Sieve> {
        if self.patterns < WORTH {
            return None;
        }
        let built = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(&self.words);
        Some(Sieve {
            automaton: built.ok()?,
            words: self.words.len(),
        })
    }
}

/// Finds all words of a field in one pass.
#[derive(Debug)]
pub(super) struct Sieve {
    automaton: AhoCorasick,
    words: usize,
}

/// Which words stand in a text.
#[derive(Debug)]
pub(super) struct Found {
    there: Vec<bool>,
    /// The text folds in ways that the search does not know: everything may be there.
    anything: bool,
}

impl Sieve {
    /// Looks for the words.
    pub fn find(&self, seen: &Seen<'_>) -> Found {
        let mut found = Found {
            there: vec![false; self.words],
            anything: false,
        };
        if let Content::Texts(texts) = &seen.content {
            for text in &texts.plain {
                found.anything |= !text.is_ascii() && FOLDING.iter().any(|c| text.contains(*c));
                for hit in self.automaton.find_overlapping_iter(text.as_bytes()) {
                    found.there[hit.pattern().as_usize()] = true;
                }
            }
        }
        found
    }
}

impl Found {
    /// Whether one of these words may be there.
    pub fn any(&self, words: &[usize]) -> bool {
        self.anything || words.iter().any(|word| self.there[*word])
    }
}

/// Words one of which stands in every text that contains `text`; None if there is no good one.
pub(super) fn words_of_text(text: &str) -> Option<Vec<String>> {
    ascii_run(text).map(|run| vec![run])
}

/// Words one of which stands, in some case, in whatever the pattern matches; None if there are no good ones.
pub(super) fn words_of_pattern(pattern: &str) -> Option<Vec<String>> {
    let mut parser = ParserBuilder::new().nest_limit(50).build();
    required(&parser.parse(pattern).ok()?)
}

fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => words_of_text(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(required).max_by_key(|words| {
            let shortest = words.iter().map(String::len).min().unwrap_or(0);
            (shortest, usize::MAX - words.len())
        }),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(required(part)?);
            }
            (all.len() <= MOST).then_some(all)
        }
        _ => None,
    }
}

/// The longest stretch of ASCII in a text, in lower case, if it is long enough.
fn ascii_run(text: &str) -> Option<String> {
    let runs = text.split(|c: char| !c.is_ascii());
    let longest = runs.max_by_key(|run| run.len())?;
    (longest.len() >= SHORTEST).then(|| longest.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_tells_the_words_that_must_be_there() {
        for (pattern, words) in [
            (r"\binvoice\s+no\d+", Some(vec!["invoice"])),
            (r"(refund|money back)", Some(vec!["refund", "money back"])),
            (r"^Re: .*Printer.*$", Some(vec!["printer"])),
            (r"büromöbel", Some(vec!["bel"])),
            (r"(invoice)?", None),
            (r"invoice|\d+", None),
            (r"\d{4}-\d{2}", None),
            (r"[a-z]+@[a-z]+", None),
            (r"ab", None),
        ] {
            let expected = words.map(|words| words.into_iter().map(str::to_owned).collect());
            assert_eq!(words_of_pattern(pattern), expected, "{pattern}");
        }
    }
}
