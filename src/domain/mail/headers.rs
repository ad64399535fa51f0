//! The header fields of a mail or of one of its parts, RFC 5322 section 2.2, read forgivingly.

use std::borrow::Cow;

use super::{charset, encoded_word, limits};

/// Header fields that Postroom itself sets begin with this. From outside they mean nothing (A14).
const OUR_PREFIX: &str = "x-postroom-";

/// The header that all our automatic mails carry, to know them again when they come back (A9).
pub const LOOP_HEADER: &str = "X-Postroom-Loop";

/// All header fields in their order, unfolded and decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<Field>,
    loop_marks: Vec<String>,
}

/// One header field.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    name: String,
    /// Unfolded, with encoded words as they were sent: what structured fields are parsed from.
    raw: String,
    /// Decoded, where that differs.
    decoded: Option<String>,
}

impl Field {
    fn value(&self) -> &str {
        self.decoded.as_deref().unwrap_or(&self.raw)
    }
}

impl Headers {
    /// Reads the header block at the start of a mail; gives the fields and where the body begins. Blank
    /// lines before the first field are skipped, because some programs write them.
    pub(super) fn read(bytes: &[u8], met: &mut Vec<String>) -> (Self, usize) {
        let mut skipped = 0;
        while let Some(rest) = bytes.get(skipped..).filter(|rest| !rest.is_empty()) {
            let (line, taken) = first_line(rest);
            if !line.is_empty() {
                break;
            }
            skipped += taken;
        }
        let rest = bytes.get(skipped..).unwrap_or_default();
        if skipped > 0 && field_name(first_line(rest).0).is_some() {
            let (headers, body) = Self::read_block(rest, met);
            return (headers, body + skipped);
        }
        Self::read_block(bytes, met)
    }

    /// Reads the header block of a part, which may be empty.
    pub(super) fn read_block(bytes: &[u8], met: &mut Vec<String>) -> (Self, usize) {
        let block = bytes.get(..limits::HEADER_BYTES).unwrap_or(bytes);
        let mut headers = Self::default();
        let mut lines = Lines { block, at: 0 };
        let mut current: Option<(&[u8], Vec<u8>)> = None;
        let mut body = None;
        let charset = declared_charset(block);
        let charset = charset.as_deref();
        while let Some((start, line)) = lines.next() {
            if line.is_empty() {
                body = Some(lines.at);
                break;
            }
            let continues = matches!(line.first(), Some(b' ' | b'\t'));
            if continues && let Some((_, value)) = current.as_mut() {
                value.extend_from_slice(line);
                continue;
            }
            headers.push(current.take(), charset, met);
            if let Some((name, value)) = field_name(line) {
                current = Some((name, value.to_vec()));
            } else if !is_envelope_line(line)
                && lines.peek().is_none_or(|next| field_name(next).is_none())
            {
                body = Some(start);
                break;
            }
        }
        headers.push(current.take(), charset, met);
        let body = body.unwrap_or_else(|| {
            if block.len() < bytes.len() {
                limits::note(
                    met,
                    "The header is longer than 256 KiB; the rest of it was not read.",
                );
                return end_of_headers(bytes, block.len());
            }
            bytes.len()
        });
        (headers, body)
    }

    fn push(
        &mut self,
        field: Option<(&[u8], Vec<u8>)>,
        charset: Option<&str>,
        met: &mut Vec<String>,
    ) {
        let Some((name, value)) = field else { return };
        if self.fields.len() >= limits::HEADER_FIELDS {
            limits::note(
                met,
                "There are more than 500 header fields; the rest was not read.",
            );
            return;
        }
        let name = String::from_utf8_lossy(name).into_owned();
        let raw = charset::header_text(&value, charset);
        let raw = raw.trim().to_owned();
        if name
            .get(..OUR_PREFIX.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(OUR_PREFIX))
        {
            if name.eq_ignore_ascii_case(LOOP_HEADER) {
                self.loop_marks.push(raw);
            }
            return;
        }
        let decoded = match encoded_word::decode(&raw) {
            Cow::Borrowed(_) => None,
            Cow::Owned(decoded) => Some(decoded),
        };
        self.fields.push(Field { name, raw, decoded });
    }

    /// The decoded value of the first field of this name (case does not matter).
    pub fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The decoded values of all fields of this name, topmost first.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(Field::value)
    }

    /// The first value before encoded words are decoded: what structured fields are parsed from, so that
    /// nobody can smuggle a comma or an address into a decoded name.
    pub fn first_raw(&self, name: &str) -> Option<&str> {
        self.all_raw(name).next()
    }

    /// All values before encoded words are decoded, topmost first.
    pub fn all_raw<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.raw.as_str())
    }

    /// Whether there is a field of this name.
    pub fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// All fields in order: name as written and decoded value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|field| (field.name.as_str(), field.value()))
    }

    /// All fields in order: name as written and the value before encoded words are decoded.
    pub fn iter_raw(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|field| (field.name.as_str(), field.raw.as_str()))
    }

    /// How many bytes are kept, and in how many fields.
    pub(super) fn weight(&self) -> (usize, usize) {
        let bytes = self.fields.iter().map(|field| {
            let decoded = field.decoded.as_ref().map_or(0, String::len);
            field.name.len() + field.raw.len() + decoded
        });
        (bytes.sum(), self.fields.len())
    }

    /// The loop marks of Postroom installations that this mail went through.
    pub(super) fn loop_marks(&self) -> &[String] {
        &self.loop_marks
    }

    /// Whether there is no field at all.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

/// Every Postroom loop mark of a mail (A9): the caller compares them with its own.
pub fn loop_marks(headers: &Headers) -> Vec<String> {
    headers.loop_marks().to_vec()
}

/// Lines of a header block, without their ends.
struct Lines<'a> {
    block: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<(usize, &'a [u8])> {
        let start = self.at;
        let rest = self.block.get(start..).filter(|rest| !rest.is_empty())?;
        let (line, taken) = first_line(rest);
        self.at = start + taken;
        Some((start, line))
    }

    fn peek(&self) -> Option<&'a [u8]> {
        let rest = self.block.get(self.at..).filter(|rest| !rest.is_empty())?;
        Some(first_line(rest).0)
    }
}

/// The first line without its end, and how many bytes it takes with it.
pub(super) fn first_line(bytes: &[u8]) -> (&[u8], usize) {
    let end = bytes.iter().position(|&byte| byte == b'\n');
    let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes);
    let mut text = line;
    while let Some(shorter) = text.strip_suffix(b"\r") {
        text = shorter;
    }
    (text, end.map_or(bytes.len(), |at| at + 1))
}

/// The charset of the body, for fields with bare 8-bit text: programs that write such fields write them in it.
fn declared_charset(block: &[u8]) -> Option<String> {
    if std::str::from_utf8(block).is_ok() {
        return None;
    }
    let text = String::from_utf8_lossy(block).to_ascii_lowercase();
    let (_, content_type) = text.split_once("\ncontent-type:")?;
    let (_, charset) = content_type.split_once("charset=")?;
    let label = charset.trim_start_matches(['"', ' ']);
    let end = label
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | ';'))
        .unwrap_or(label.len());
    label.get(..end.min(60)).map(str::to_owned)
}

/// Splits `Name: value`. A name is printable ASCII without blanks; blanks before the colon are obsolete
/// syntax that still occurs (RFC 5322 section 4.5).
fn field_name(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().take(200).position(|&byte| byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let name = name.trim_ascii_end();
    let printable = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    printable.then(|| (name, value.get(1..).unwrap_or_default()))
}

/// The line that mbox files and some transports put before a mail.
fn is_envelope_line(line: &[u8]) -> bool {
    line.starts_with(b"From ") || line.starts_with(b">From ")
}

/// Where the body begins in a mail whose header block is longer than we read.
fn end_of_headers(bytes: &[u8], from: usize) -> usize {
    // The block was cut at a number of bytes, so the line it ends in is finished first.
    let cut = from.saturating_sub(1);
    let mut at = cut + bytes.get(cut..).map_or(0, |rest| first_line(rest).1);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (line, taken) = first_line(rest);
        at += taken;
        if line.is_empty() {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> (Headers, usize) {
        Headers::read(raw.as_bytes(), &mut Vec::new())
    }

    #[test]
    fn fields_are_unfolded_decoded_and_kept_in_order() {
        let (headers, body) = read(
            "Subject: =?utf-8?q?Gr=C3=BC?=\r\n =?utf-8?q?=C3=9Fe?=\r\nX-A: 1\r\nx-a: 2\r\n\r\nText",
        );
        assert_eq!(headers.first("subject"), Some("Grüße"));
        assert_eq!(headers.all("X-A").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(
            headers.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            ["Subject", "X-A", "x-a"]
        );
        assert_eq!(body, 71);
    }

    #[test]
    fn a_line_that_is_no_field_ends_the_header_only_if_text_follows() {
        let (headers, _) = read("From a@b Mon\nSubject: one\njunk line\nX-B: two\n\nbody");
        assert_eq!(headers.first("X-B"), Some("two"));
        let raw = "Subject: one\nThis is the text.\nMore.\n";
        let (headers, body) = read(raw);
        assert_eq!(headers.first("Subject"), Some("one"));
        assert_eq!(&raw[body..], "This is the text.\nMore.\n");
    }

    #[test]
    fn a14_our_own_headers_from_outside_mean_nothing() {
        let (headers, _) = read("X-Postroom-Agent: ada\nX-Postroom-Loop: abc\n\n");
        assert!(headers.is_empty());
        assert_eq!(loop_marks(&headers), ["abc"]);
    }

    #[test]
    fn a33_endless_headers_are_read_up_to_the_limits() {
        let mut met = Vec::new();
        let raw = "A: 1\n".repeat(100_000) + "\nbody";
        let (headers, body) = Headers::read(raw.as_bytes(), &mut met);
        assert_eq!(headers.iter().count(), limits::HEADER_FIELDS);
        assert!(&raw[body..] == "body");
        assert_eq!(met.len(), 2);
    }
}
