//! Marks of the HTML found again in the text that came beside it. Programs that write both wrap and dress the text in
//! their own way, so the two are compared without white space and without the signs that stand for bold and quotes.

use crate::domain::mail::fold::Fold;

/// Marks that are looked for.
const MAX_MARKS: usize = 40;
/// A shorter piece may stand anywhere by chance.
const SHORTEST: usize = 6;
/// So many characters of a quote that reaches to the end are enough to find where it begins.
const BEGINNING: usize = 40;

/// Whether HTML may mark a quote at all: most has none of these words, and need not be read twice.
pub(in crate::domain::mail) fn may_mark(html: &str) -> bool {
    const WORDS: [&str; 12] = [
        "quote",
        "Quote",
        "QUOTE",
        "cite",
        "CITE",
        "RplyFwdMsg",
        "zwchr",
        "reference-message",
        "border-top",
        "98%",
        "ReplySection",
        "reply-intro",
    ];
    WORDS.iter().any(|word| html.contains(word))
}

/// The places in `text` of what is marked in `html`, the readable text of the HTML beside it. What is not found as a
/// whole number of lines is left out.
pub(in crate::domain::mail) fn marks(text: &str, html: &str, marked: &[Fold]) -> Vec<Fold> {
    let (plain, rich) = (Squeezed::of(text), Squeezed::of(html));
    let mut found: Vec<Fold> = marked
        .iter()
        .take(MAX_MARKS)
        .filter_map(|mark| {
            let (from, to) = (rich.at(mark.start), rich.at(mark.end));
            let wanted = rich.text.get(from..to)?;
            let (start, end) = if to == rich.text.len() {
                plain.tail(wanted)?
            } else {
                plain.whole_lines(wanted)?
            };
            Some(Fold {
                start,
                end,
                kind: mark.kind,
            })
        })
        .collect();
    found.sort_by_key(|fold| (fold.start, fold.end));
    found
}

/// A text without what programs change.
struct Squeezed {
    text: String,
    /// For each character that is left: where it stands in `text`, which character of the whole it is, and where its line
    /// begins if it is the first of that.
    places: Vec<(usize, usize, Option<usize>)>,
    /// Characters of the whole.
    length: usize,
}

impl Squeezed {
    fn of(whole: &str) -> Self {
        let mut squeezed = Self {
            text: String::with_capacity(whole.len()),
            places: Vec::with_capacity(whole.len()),
            length: 0,
        };
        let mut line = Some(0);
        for c in whole.chars() {
            if c == '\n' {
                line = Some(squeezed.length + 1);
            } else if !(c.is_whitespace() || ">*_|\u{200b}\u{feff}\u{ad}".contains(c)) {
                let place = (squeezed.text.len(), squeezed.length, line.take());
                squeezed.places.push(place);
                squeezed.text.push(c);
            }
            squeezed.length += 1;
        }
        squeezed
    }

    /// Where the first character from this one of the whole on stands in the squeezed text.
    fn at(&self, character: usize) -> usize {
        let index = self
            .places
            .partition_point(|(_, place, _)| *place < character);
        self.places
            .get(index)
            .map_or(self.text.len(), |(at, _, _)| *at)
    }

    /// The last place of `wanted` where it fills whole lines, in characters of the whole.
    fn whole_lines(&self, wanted: &str) -> Option<(usize, usize)> {
        if wanted.len() < SHORTEST {
            return None;
        }
        self.text.rmatch_indices(wanted).find_map(|(at, _)| {
            let start = self.line_start(at)?;
            let end = at + wanted.len();
            if end == self.text.len() {
                return Some((start, self.length));
            }
            Some((start, self.line_start(end)?))
        })
    }

    /// Where a piece begins that reaches to the end, or one that begins so and is about as long: the text of links and
    /// pictures differs.
    fn tail(&self, wanted: &str) -> Option<(usize, usize)> {
        if let Some(found) = self.whole_lines(wanted) {
            return Some(found);
        }
        let (cut, _) = wanted.char_indices().nth(BEGINNING)?;
        let beginning = wanted.get(..cut)?;
        let (at, _) = self.text.rmatch_indices(beginning).next()?;
        let rest = self.text.len() - at;
        let alike = rest <= wanted.len() * 2 && wanted.len() <= rest * 2;
        Some((self.line_start(at).filter(|_| alike)?, self.length))
    }

    /// Where the line begins whose first character stands at this place.
    fn line_start(&self, at: usize) -> Option<usize> {
        let index = self
            .places
            .binary_search_by_key(&at, |(at, _, _)| *at)
            .ok()?;
        self.places.get(index)?.2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::fold::FoldKind;

    fn quote_in(text: &str, html: &str, marked: &str) -> Option<String> {
        let start = html.split_once(marked).unwrap().0.chars().count();
        let mark = Fold {
            start,
            end: start + marked.chars().count(),
            kind: FoldKind::Quote,
        };
        let found = marks(text, html, &[mark]);
        let fold = found.first()?;
        let part = text.chars().skip(fold.start).take(fold.end - fold.start);
        Some(part.collect())
    }

    #[test]
    fn a_mark_is_found_in_text_that_is_wrapped_and_dressed_otherwise() {
        for (text, html, marked, want) in [
            (
                "Yes.\n\nXyzzy Ada plugh\nIs it\nreally so?\n",
                "Yes.\nXyzzy Ada plugh\nIs it really so?",
                "Xyzzy Ada plugh\nIs it really so?",
                Some("Xyzzy Ada plugh\nIs it\nreally so?\n"),
            ),
            (
                "*Xyzzy Ada*\nIs it so?\n\nYes.\n",
                "Xyzzy Ada\nIs it so?\nYes.",
                "Xyzzy Ada\nIs it so?",
                Some("*Xyzzy Ada*\nIs it so?\n\n"),
            ),
            // In the middle of a line it is something else.
            (
                "I say: Is it so? Yes.\n",
                "Is it so?\nYes.",
                "Is it so?",
                None,
            ),
            // A link is written out.
            (
                "Ja.\n\nXyzzy Ada plugh on a fine Monday in November\nSee here <https://acme.test/order>\n",
                "Ja.\nXyzzy Ada plugh on a fine Monday in November\nSee here",
                "Xyzzy Ada plugh on a fine Monday in November\nSee here",
                Some(
                    "Xyzzy Ada plugh on a fine Monday in November\nSee here <https://acme.test/order>\n",
                ),
            ),
            ("Nothing of it.\n", "Yes.\nIs it so?", "Is it so?", None),
        ] {
            let found = quote_in(text, html, marked);
            assert_eq!(found.as_deref(), want, "{text}");
        }
    }
}
