//! The tree of MIME parts, RFC 2046, walked without recursion and within the limits of A33.
//!
//! mail-parser reads fields, dates and encodings for us, but its own tree nests without bound and is dropped
//! recursively, and it decodes text before anybody can look at the bytes. So the tree is our own: a list in
//! document order, each part knowing its parent.

use std::borrow::Cow;
use std::ops::Range;

use super::headers::{Headers, first_line};
use super::parameters::Parameters;
use super::{charset, limits, transfer};

/// One part of a mail, or the mail itself.
#[derive(Debug)]
pub(super) struct Part {
    pub headers: Headers,
    /// The type, `text/plain` where none is given (RFC 2045 section 5.2).
    pub content_type: Parameters,
    pub disposition: Parameters,
    encoding: String,
    body: Range<usize>,
    pub parent: Option<usize>,
    /// Whether it is a container whose children follow.
    pub is_multipart: bool,
}

/// A mail and its parts in document order. The first part is the mail itself.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    raw: Cow<'a, [u8]>,
    pub parts: Vec<Part>,
}

/// A range of bytes that is yet to be read as a part.
struct Todo {
    range: Range<usize>,
    parent: Option<usize>,
    depth: usize,
    /// What the part is if it does not say: `message/rfc822` inside a digest.
    default: &'static str,
}

impl<'a> Tree<'a> {
    /// Reads the structure of a mail. `met` takes the limits that were met.
    pub fn read(raw: &'a [u8], met: &mut Vec<String>) -> Self {
        let raw = with_line_feeds(raw);
        let mut parts: Vec<Part> = Vec::new();
        let mut todo = vec![Todo {
            range: 0..raw.len(),
            parent: None,
            depth: 0,
            default: "text/plain",
        }];
        let (mut header_bytes, mut header_fields) = (0, 0);
        while let Some(next) = todo.pop() {
            if parts.len() >= limits::PARTS {
                limits::note(
                    met,
                    "There are more than 1000 parts; the rest was not read.",
                );
                break;
            }
            let bytes = raw.get(next.range.clone()).unwrap_or_default();
            let mut part = Part::read(bytes, &next, met);
            let (bytes, fields) = part.headers.weight();
            header_bytes += bytes;
            header_fields += fields;
            if !parts.is_empty()
                && (header_bytes > limits::ALL_HEADER_BYTES
                    || header_fields > limits::ALL_HEADER_FIELDS)
            {
                limits::note(
                    met,
                    "The headers of its parts are longer than 2 MiB in all; the rest was not read.",
                );
                break;
            }
            let boundary = part.boundary(&raw);
            if let Some(boundary) = boundary {
                if next.depth >= limits::DEPTH {
                    limits::note(
                        met,
                        "Parts are nested more than 20 deep; what lies deeper was not read.",
                    );
                    part.content_type = Parameters::read("application/octet-stream");
                } else {
                    let most = limits::PARTS - parts.len();
                    let children = split(&raw, part.body.clone(), &boundary, most);
                    part.is_multipart = !children.is_empty();
                    let default = if part.content_type.value == "multipart/digest" {
                        "message/rfc822"
                    } else {
                        "text/plain"
                    };
                    let parent = Some(parts.len());
                    todo.extend(children.into_iter().rev().map(|range| Todo {
                        range,
                        parent,
                        depth: next.depth + 1,
                        default,
                    }));
                }
            }
            if !part.is_multipart && part.content_type.value.starts_with("multipart/") {
                // A container without a single boundary line is text.
                "text/plain".clone_into(&mut part.content_type.value);
            }
            parts.push(part);
        }
        Self { raw, parts }
    }

    /// The decoded bytes of a part.
    pub fn bytes(&self, part: &Part) -> Cow<'_, [u8]> {
        transfer::decode(self.raw_body(part), &part.encoding)
    }

    /// The bytes of a part as they were sent.
    pub fn raw_body(&self, part: &Part) -> &[u8] {
        self.raw.get(part.body.clone()).unwrap_or_default()
    }

    /// The decoded bytes of a part that is shown: its beginning, if it is longer than anybody reads.
    pub fn shown_bytes(&self, part: &Part) -> Cow<'_, [u8]> {
        let body = self.raw_body(part);
        let body = body.get(..limits::SHOWN_BYTES).unwrap_or(body);
        transfer::decode_text(body, &part.encoding)
    }

    /// The text of a part, line ends as `\n`.
    pub fn text(&self, part: &Part) -> String {
        let bytes = self.shown_bytes(part);
        let label = part.content_type.get("charset");
        charset::clean_lines(charset::decode(&bytes, label))
    }

    /// The children of a container, by their index.
    pub fn children(&self, parent: usize) -> impl Iterator<Item = (usize, &Part)> {
        self.parts
            .iter()
            .enumerate()
            .filter(move |(_, part)| part.parent == Some(parent))
    }
}

impl Part {
    fn read(bytes: &[u8], todo: &Todo, met: &mut Vec<String>) -> Self {
        let (headers, body) = match todo.parent {
            None => Headers::read(bytes, met),
            Some(_) => Headers::read_block(bytes, met),
        };
        let mut content_type =
            Parameters::read(headers.first_raw("Content-Type").unwrap_or_default());
        if !content_type.value.contains('/') {
            let text = content_type.value.is_empty() || content_type.value == "text";
            let value = if text {
                todo.default
            } else {
                "application/octet-stream"
            };
            value.clone_into(&mut content_type.value);
        }
        let encoding = headers
            .first_raw("Content-Transfer-Encoding")
            .unwrap_or_default();
        let encoding: String = super::parameters::strip_comments(encoding)
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | ':'))
            .to_ascii_lowercase();
        Self {
            disposition: Parameters::read(
                headers.first_raw("Content-Disposition").unwrap_or_default(),
            ),
            content_type,
            encoding,
            body: todo.range.start + body..todo.range.end,
            parent: todo.parent,
            is_multipart: false,
            headers,
        }
    }

    /// Content-Transfer-Encoding in lower case; empty if there is none.
    pub fn encoding(&self) -> &str {
        &self.encoding
    }

    /// Whether the part is of this type.
    pub fn is(&self, content_type: &str) -> bool {
        self.content_type.value == content_type
    }

    /// Content-ID without brackets.
    pub fn content_id(&self) -> Option<String> {
        let value = self.headers.first_raw("Content-ID")?;
        let id = value
            .trim()
            .trim_start_matches('<')
            .trim_end_matches('>')
            .trim();
        (!id.is_empty()).then(|| id.to_owned())
    }

    /// The file name that the sender gave, as it was given.
    pub fn filename(&self) -> Option<&str> {
        self.disposition
            .get("filename")
            .or_else(|| self.content_type.get("name"))
            .or_else(|| self.disposition.get("name"))
            .filter(|name| !name.trim().is_empty())
    }

    /// The boundary of a container: the declared one, or else the one that its first delimiter shows.
    fn boundary(&self, raw: &[u8]) -> Option<Vec<u8>> {
        if !self.content_type.value.starts_with("multipart/") {
            return None;
        }
        if let Some(declared) = self
            .content_type
            .get("boundary")
            .filter(|boundary| !boundary.is_empty())
        {
            return Some(declared.trim_end().as_bytes().to_vec());
        }
        let mut rest = raw.get(self.body.clone())?;
        while !rest.is_empty() {
            let (line, taken) = first_line(rest);
            if let Some(boundary) = line
                .strip_prefix(b"--")
                .filter(|boundary| boundary.len() > 3)
            {
                return Some(boundary.trim_ascii_end().to_vec());
            }
            rest = rest.get(taken..)?;
        }
        None
    }
}

/// The ranges between the delimiter lines of `boundary`, RFC 2046 section 5.1.1. The line end before a
/// delimiter belongs to the delimiter. One more than may be read is enough to know that there are too many.
fn split(raw: &[u8], body: Range<usize>, boundary: &[u8], most: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = body.start;
    while at < body.end {
        let (line, taken) = first_line(raw.get(at..body.end).unwrap_or_default());
        let delimiter = line
            .strip_prefix(b"--")
            .and_then(|line| line.strip_prefix(boundary));
        let tail = delimiter.map(<[u8]>::trim_ascii_end);
        if let Some(tail @ (b"" | b"--")) = tail {
            if parts.len() > most {
                return parts;
            }
            if let Some(start) = open.take() {
                parts.push(start..before_line_end(raw, start, at));
            }
            if tail == b"--" {
                return parts;
            }
            open = Some(at + taken);
        }
        at += taken;
    }
    // Cut off: the last part runs to the end.
    if let Some(start) = open.filter(|&start| start < body.end) {
        parts.push(start..body.end);
    }
    parts
}

/// The end of the part that ends before the delimiter line at `at`.
fn before_line_end(raw: &[u8], start: usize, at: usize) -> usize {
    let part = raw.get(start..at).unwrap_or_default();
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    let part = part.strip_suffix(b"\r").unwrap_or(part);
    start + part.len()
}

/// Mails whose lines end with a bare CR (old Macs) are read as if they ended with LF.
fn with_line_feeds(raw: &[u8]) -> Cow<'_, [u8]> {
    let head = raw.get(..4096).unwrap_or(raw);
    if head.contains(&b'\n') || !head.contains(&b'\r') || raw.contains(&b'\n') {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(
        raw.iter()
            .map(|&byte| if byte == b'\r' { b'\n' } else { byte })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(raw: &str) -> Vec<String> {
        let tree = Tree::read(raw.as_bytes(), &mut Vec::new());
        tree.parts
            .iter()
            .map(|p| {
                format!(
                    "{} {:?}",
                    p.content_type.value,
                    String::from_utf8_lossy(&tree.bytes(p))
                )
            })
            .collect()
    }

    #[test]
    fn parts_are_found_between_their_delimiters() {
        let raw = "Content-Type: multipart/mixed; boundary=\"b\"\n\npreamble\n--b\nContent-Type: multipart/alternative; boundary=bb\n\n\
                   --bb\n\none\n--bb\nContent-Type: text/html\n\n<p>\n--bb--\n--b\nContent-Transfer-Encoding: base64\n\nYQ==\n--b--\nepilogue";
        assert_eq!(
            types(raw).get(2..),
            Some(
                &[
                    "text/plain \"one\"".to_owned(),
                    "text/html \"<p>\"".into(),
                    "text/plain \"a\"".into()
                ][..]
            )
        );
    }

    #[test]
    fn a_missing_boundary_or_end_loses_nothing() {
        let raw = "Content-Type: multipart/mixed\n\n--xyzzy\n\none\n--xyzzy\n\ntwo";
        assert_eq!(
            types(raw).get(1..),
            Some(&["text/plain \"one\"".to_owned(), "text/plain \"two\"".into()][..])
        );
        let raw = "Content-Type: multipart/mixed; boundary=none\n\nall text";
        assert_eq!(types(raw), ["text/plain \"all text\""]);
    }

    #[test]
    fn nesting_and_number_are_bounded() {
        let mut deep = String::new();
        for n in 0..2000 {
            deep.extend([format!(
                "Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"
            )]);
        }
        let mut met = Vec::new();
        assert!(Tree::read(deep.as_bytes(), &mut met).parts.len() <= limits::DEPTH + 1);
        assert_eq!(met.len(), 1);
        let many = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n\n.\n".repeat(5000)
        );
        let mut met = Vec::new();
        assert_eq!(
            Tree::read(many.as_bytes(), &mut met).parts.len(),
            limits::PARTS
        );
        assert_eq!(met.len(), 1);
    }

    #[test]
    fn old_line_ends_are_understood() {
        assert_eq!(
            types("Subject: a\rX: b\r\rtext\rmore"),
            ["text/plain \"text\\nmore\""]
        );
    }
}
