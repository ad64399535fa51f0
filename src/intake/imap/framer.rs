//! Where one answer ends and the next begins, decided before anything is parsed or allocated.
//!
//! An answer is a line; if the line ends in `{N}`, N bytes of literal and another line follow (RFC 3501
//! section 4.3). Status lines carry free text for people, in which `{5}` means nothing.

/// How much a server may send at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Bytes of one literal.
    pub literal: usize,
    /// Bytes of one answer's lines, its literals not counted.
    pub text: usize,
}

/// More than the limit was announced, or has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge {
    /// How much.
    pub announced: u64,
    /// The limit it breaks.
    pub limit: usize,
}

/// Remembers how far the answer at the front of the buffer has been looked at, so that no byte is looked
/// at twice.
#[derive(Debug, Default)]
pub(super) struct Framer {
    /// Start of the line being looked at.
    line: usize,
    /// Everything before this is known to hold no end of line, or lies in a literal.
    seen: usize,
    /// Bytes of finished lines so far.
    text: usize,
}

impl Framer {
    /// The length of the answer at the front of `buffer`, if all of it is there. After `Some`, the
    /// caller takes that many bytes away and the framer starts anew.
    pub fn answer(&mut self, buffer: &[u8], limits: Limits) -> Result<Option<usize>, TooLarge> {
        loop {
            let found = buffer
                .get(self.seen..)
                .and_then(|rest| rest.iter().position(|byte| *byte == b'\n'));
            let end = found.map_or(buffer.len(), |at| self.seen + at + 1);
            let text = self.text + end.saturating_sub(self.line);
            if text > limits.text {
                return Err(TooLarge {
                    announced: text as u64,
                    limit: limits.text,
                });
            }
            if found.is_none() {
                self.seen = self.seen.max(buffer.len());
                return Ok(None);
            }
            let literal = if has_literals(buffer) {
                announced(&buffer[self.line..end])
            } else {
                None
            };
            let Some(length) = literal else {
                *self = Self::default();
                return Ok(Some(end));
            };
            match usize::try_from(length) {
                Ok(length) if length <= limits.literal => {
                    self.text = text;
                    self.line = end + length;
                    self.seen = self.line;
                }
                _ => {
                    return Err(TooLarge {
                        announced: length,
                        limit: limits.literal,
                    });
                }
            }
        }
    }

    /// How many bytes the buffer must hold at least before the answer can be complete.
    pub fn needs(&self) -> usize {
        self.line
    }
}

/// Untagged data may carry literals; status lines, continuations and tagged lines are text.
fn has_literals(answer: &[u8]) -> bool {
    let Some(rest) = answer.strip_prefix(b"* ") else {
        return false;
    };
    let word = rest
        .split(|byte| matches!(byte, b' ' | b'\r' | b'\n'))
        .next()
        .unwrap_or_default();
    !["OK", "NO", "BAD", "BYE", "PREAUTH"]
        .iter()
        .any(|status| word.eq_ignore_ascii_case(status.as_bytes()))
}

/// The literal that a line announces at its end: `{N}`, or `{N+}` (RFC 7888).
fn announced(line: &[u8]) -> Option<u64> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_suffix(b"}")?;
    let line = line.strip_suffix(b"+").unwrap_or(line);
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    let digits = &line[open + 1..];
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // More digits than a u64 holds is more than any limit.
    Some(
        std::str::from_utf8(digits)
            .ok()?
            .parse()
            .unwrap_or(u64::MAX),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        literal: 1000,
        text: 200,
    };

    fn whole(bytes: &[u8]) -> Result<Option<usize>, TooLarge> {
        Framer::default().answer(bytes, LIMITS)
    }

    #[test]
    fn a_line_is_an_answer() {
        assert_eq!(whole(b"* 3 EXISTS\r\n* 4 EX"), Ok(Some(12)));
        assert_eq!(whole(b"* 3 EXISTS\r"), Ok(None));
        assert_eq!(whole(b""), Ok(None));
    }

    #[test]
    fn a_literal_belongs_to_its_answer() {
        let fetch = b"* 1 FETCH (UID 7 BODY[] {5}\r\n{9}\r\n FLAGS ())\r\n";
        assert_eq!(whole(fetch), Ok(Some(fetch.len())));
        let two = b"* 1 FETCH (BODY[1] {2}\r\nab BODY[2] {3+}\r\ncde)\r\nA1 OK\r\n";
        assert_eq!(whole(two), Ok(Some(two.len() - 7)));
    }

    #[test]
    fn it_makes_no_difference_how_the_bytes_arrive() {
        let fetch: &[u8] = b"* 1 FETCH (UID 7 BODY[] {12}\r\nline\n}\r\n{4}\r FLAGS ())\r\n";
        assert_eq!(whole(fetch), Ok(Some(fetch.len())));
        let mut framer = Framer::default();
        for end in 0..fetch.len() {
            assert_eq!(framer.answer(&fetch[..end], LIMITS), Ok(None), "at {end}");
        }
        assert_eq!(framer.answer(fetch, LIMITS), Ok(Some(fetch.len())));
    }

    #[test]
    fn text_for_people_announces_nothing() {
        for line in [
            "* OK see {5}\r\n",
            "* bye {9}\r\n",
            "A1 NO {3}\r\n",
            "+ {4}\r\n",
        ] {
            assert_eq!(whole(line.as_bytes()), Ok(Some(line.len())), "{line}");
        }
    }

    #[test]
    fn too_much_is_refused_when_it_is_announced() {
        for (line, announced) in [
            ("* 1 FETCH (BODY[] {1001}\r\n", 1001),
            ("* 1 FETCH (BODY[] {4294967296}\r\n", 1 << 32),
            ("* 1 FETCH (BODY[] {99999999999999999999999}\r\n", u64::MAX),
        ] {
            let limit = LIMITS.literal;
            assert_eq!(whole(line.as_bytes()), Err(TooLarge { announced, limit }));
        }
    }

    #[test]
    fn an_endless_line_is_refused_though_it_never_ends() {
        assert!(whole(&[b'x'; 201]).is_err());
        let mut many = Vec::from(&b"* 1 FETCH ("[..]);
        many.extend_from_slice(&b"X {0}\r\n".repeat(40));
        assert!(whole(&many).is_err());
    }
}
