//! A text line by line, for whoever must know exactly where a quote begins.

use super::lines::{Line, lines};
use super::{delimiters, introduction, prefixes};

/// Lines that an introduction, a separator and what stands between them may take.
const MAX_ABOVE: usize = 28;

/// The lines of a text.
pub struct Sheet<'a> {
    lines: Vec<Line<'a>>,
}

impl<'a> Sheet<'a> {
    /// Reads them.
    pub fn of(text: &'a str) -> Self {
        let mut lines = lines(text);
        prefixes::settle(&mut lines);
        Self { lines }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The words of a line, without its end.
    pub fn text(&self, at: usize) -> &'a str {
        self.lines.get(at).map_or("", |line| line.text)
    }

    /// The place of a line, in characters: the first one, and the one after its end.
    pub fn place(&self, at: usize) -> (usize, usize) {
        let line = self.lines.get(at);
        line.map_or((0, 0), |line| (line.start, line.end))
    }

    /// Whether a line is marked as quoted.
    pub fn is_quoted(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(Line::is_quoted)
    }

    /// Whether nothing is to be seen on a line.
    pub fn is_blank(&self, at: usize) -> bool {
        self.lines.get(at).is_none_or(Line::is_blank)
    }

    /// Whether a line begins a paragraph.
    pub fn begins_paragraph(&self, at: usize) -> bool {
        at.checked_sub(1).is_none_or(|above| self.is_blank(above))
    }

    /// The line that this character stands on.
    pub fn line_at(&self, character: usize) -> usize {
        self.lines.partition_point(|line| line.end <= character)
    }

    /// Whether a quote may be introduced from this line on: "On … wrote:", a block of header lines, a separator.
    pub fn introduces(&self, at: usize) -> bool {
        introduction(&self.lines, at).is_some()
    }

    /// Where what introduces a quote begins, if it ends directly above this line. Of several that could, the longest one
    /// without a blank line in it, so that nothing else goes along.
    pub fn introduced_from(&self, at: usize) -> Option<usize> {
        let last = self.above(at)?;
        let ends = |first: usize| {
            introduction(&self.lines, first).is_some_and(|(end, _)| (last..at).contains(&end))
        };
        let mut first = None;
        let mut whole = true;
        for index in (last.saturating_sub(MAX_ABOVE)..=last).rev() {
            if self.is_quoted(index) {
                break;
            }
            whole &= !self.is_blank(index);
            if (whole || first.is_none()) && ends(index) {
                first = Some(index);
            }
        }
        let first = first?;
        let ruler = self.above(first).filter(|&ruler| {
            let found = delimiters::separator(&self.lines, ruler);
            found.is_some_and(|(end, _)| (last..at).contains(&end))
        });
        Some(ruler.unwrap_or(first))
    }

    /// The nearest line above with text, at most three blank ones between.
    pub fn above(&self, at: usize) -> Option<usize> {
        (0..at).rev().take(4).find(|&index| !self.is_blank(index))
    }
}
