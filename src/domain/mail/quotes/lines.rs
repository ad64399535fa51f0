//! The lines of a text with their places in characters.

/// One line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Without its end.
    pub text: &'a str,
    /// Its first character.
    pub start: usize,
    /// The character after its line end.
    pub end: usize,
    quoted: bool,
}

impl Line<'_> {
    /// Whether it begins with `>` or another mark of quoting.
    pub fn is_quoted(&self) -> bool {
        self.quoted
    }

    /// Whether nothing is to be seen on it.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The character after its last visible one.
    pub fn text_end(&self) -> usize {
        self.start + self.text.trim_end().chars().count()
    }

    /// Says that it is quoted by a mark other than `>`, or that its `>` means something else.
    pub fn set_quoted(&mut self, quoted: bool) {
        self.quoted = quoted;
    }
}

/// Lines that are looked at; a text with more is no mail that anybody answers.
const MAX_LINES: usize = 50_000;

/// The lines of a text, without gaps between them.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .take(MAX_LINES)
        .map(|whole| {
            let text = whole.strip_suffix('\n').unwrap_or(whole);
            let end = start
                + if whole.is_ascii() {
                    whole.len()
                } else {
                    whole.chars().count()
                };
            let quoted = text.trim_start().starts_with(['>', '＞']);
            let line = Line {
                text,
                start,
                end,
                quoted,
            };
            start = end;
            line
        })
        .collect()
}
