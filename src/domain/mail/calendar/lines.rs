//! Content lines of iCalendar, RFC 5545 section 3.1: `NAME;PARAMETER=value:value`, folded.

/// Lines that are looked at; an invitation has dozens, a shared calendar thousands.
const MAX_LINES: usize = 20_000;

/// Characters of one unfolded line.
const MAX_LINE: usize = 16 * 1024;

/// One content line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// In upper case.
    pub name: String,
    /// Names in upper case, values without their quotes.
    parameters: Vec<(String, String)>,
    /// As it was written; see [`Line::text`].
    pub value: String,
}

impl Line {
    /// Reads an unfolded line; None if it has no `:`.
    fn read(line: &str) -> Option<Self> {
        let (mut quoted, mut starts, mut colon) = (false, vec![0], None);
        for (at, c) in line.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ';' if !quoted => starts.push(at + 1),
                ':' if !quoted => {
                    colon = Some(at);
                    break;
                }
                _ => {}
            }
        }
        // A quote that is never closed protects nothing.
        let colon = colon.or_else(|| line.find(':'))?;
        let value = line.get(colon + 1..)?.trim().to_owned();
        starts.retain(|&start| start <= colon);
        let ends = starts.iter().skip(1).map(|start| start - 1).chain([colon]);
        let mut pieces = starts.iter().zip(ends).filter_map(|(&a, b)| line.get(a..b));
        let name = pieces.next()?.trim();
        // `group.NAME` is vCard's, and occurs.
        let name = name.rsplit('.').next().unwrap_or(name).to_ascii_uppercase();
        let parameters = pieces
            .filter_map(|piece| piece.split_once('='))
            .map(|(name, value)| {
                let value = value.trim().trim_matches('"');
                (name.trim().to_ascii_uppercase(), value.to_owned())
            })
            .collect();
        Some(Self {
            name,
            parameters,
            value,
        })
    }

    /// A parameter's value.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The value as text: escapes read (section 3.3.11).
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(self.value.len());
        let mut characters = self.value.chars();
        while let Some(c) = characters.next() {
            match c {
                '\\' => match characters.next() {
                    Some('n' | 'N') => out.push('\n'),
                    Some(other) => out.push(other),
                    None => {}
                },
                c if c.is_control() && c != '\t' => {}
                c => out.push(c),
            }
        }
        out.trim().to_owned()
    }
}

/// The content lines of a text whose lines end with `\n`.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line> {
    let mut rest = text.split('\n').take(MAX_LINES).peekable();
    std::iter::from_fn(move || {
        let mut line = rest.next()?.trim_end_matches('\r').to_owned();
        while let Some(more) = rest.next_if(|next| next.starts_with([' ', '\t'])) {
            if line.len() < MAX_LINE {
                line.push_str(more.get(1..).unwrap_or_default().trim_end_matches('\r'));
            }
        }
        Some(line)
    })
    .filter_map(|line| Line::read(&line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_unfolded_and_taken_apart() {
        let text = "SUMMARY:Lunch\\, and\n  more\\nhere\nATTENDEE;CN=\"Ada: L;\";RSVP=TRUE:mailto:a@b.test\nno colon\n:x\nitem1.URL:y";
        let lines: Vec<Line> = lines(text).collect();
        let [summary, attendee, _, url] = lines.as_slice() else {
            panic!("{lines:?}");
        };
        assert_eq!(summary.text(), "Lunch, and more\nhere");
        assert_eq!(attendee.parameter("CN"), Some("Ada: L;"));
        assert_eq!(attendee.value, "mailto:a@b.test");
        assert_eq!((url.name.as_str(), url.value.as_str()), ("URL", "y"));
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_one_line() {
        let lines: Vec<Line> = lines("ORGANIZER;CN=\"Ada:mailto:a@b.test\nUID:1").collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].value, "mailto:a@b.test");
    }
}
