//! The bytes of an attachment piece by piece, straight from the raw mail: what somebody asks of a large file is
//! decoded, not the whole of it, and what was not encoded is not copied at all.

use std::ops::Range;

use bytes::Bytes;

use super::parts::Tree;
use super::{attachment, transfer};

/// Encoded bytes that make one piece.
const STEP: usize = 64 * 1024;

/// The bytes of one attachment, or a range of them, as an iterator of pieces.
#[derive(Debug)]
pub struct Pieces {
    source: Source,
    /// Decoded bytes still to be left out.
    skip: u64,
    /// Decoded bytes still to be given.
    left: u64,
}

#[derive(Debug)]
enum Source {
    /// Given as they are.
    Plain(Bytes),
    /// Regular base64, RFC 2045 section 6.8.
    Base64 { text: Bytes, group: u32, held: u8 },
}

impl Pieces {
    /// The whole of `bytes`.
    pub fn whole(bytes: Bytes) -> Self {
        Self {
            left: bytes.len() as u64,
            source: Source::Plain(bytes),
            skip: 0,
        }
    }

    /// The attachment that [`super::Attachment::part`] names; None if there is no such part.
    pub fn of_part(raw: &Bytes, part: usize) -> Option<Self> {
        Self::in_place(raw, part)
            .or_else(|| attachment(raw, part).map(|bytes| Self::whole(bytes.into())))
    }

    /// Without a copy, where the part is encoded in a regular way or not at all.
    fn in_place(raw: &Bytes, part: usize) -> Option<Self> {
        let tree = Tree::read(raw, &mut Vec::new());
        let part = tree.parts.get(part).filter(|part| !part.is_multipart)?;
        let body = tree.raw_body(part);
        // Mails with old line ends were copied by the reader: their bytes do not lie in `raw`.
        let start = body.as_ptr().addr().checked_sub(raw.as_ptr().addr())?;
        let end = start.checked_add(body.len())?;
        if raw
            .get(start..end)
            .is_none_or(|there| there.as_ptr() != body.as_ptr())
        {
            return None;
        }
        let text = raw.slice(start..end);
        match part.encoding() {
            "base64" => Some(Self {
                left: regular_base64(&text)?,
                skip: 0,
                source: Source::Base64 {
                    text,
                    group: 0,
                    held: 0,
                },
            }),
            "" | "7bit" | "8bit" | "binary" => Some(Self::whole(text)),
            _ => None,
        }
    }

    /// The first bytes of the attachment: enough to tell what it is.
    pub fn first_bytes(&self) -> Vec<u8> {
        let (mut first, mut group, mut held) = (Vec::new(), 0, 0);
        match &self.source {
            Source::Plain(bytes) => first.extend(bytes.iter().take(64)),
            Source::Base64 { text, .. } => {
                transfer::base64_step(
                    text.get(..96).unwrap_or(text),
                    &mut group,
                    &mut held,
                    &mut first,
                );
            }
        }
        first
    }

    /// How many bytes there are to give.
    pub const fn len(&self) -> u64 {
        self.left
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// Only these of the bytes.
    #[must_use]
    pub fn range(self, range: &Range<u64>) -> Self {
        let start = range.start.min(self.left);
        let left = range.end.min(self.left).saturating_sub(start);
        Self {
            skip: self.skip + start,
            left,
            ..self
        }
    }
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        while self.left > 0 {
            let mut piece = match &mut self.source {
                Source::Plain(bytes) => std::mem::take(bytes),
                Source::Base64 { text, group, held } => {
                    let step = text.split_to(text.len().min(STEP));
                    let mut out = Vec::with_capacity(step.len() / 4 * 3 + 3);
                    transfer::base64_step(&step, group, held, &mut out);
                    if text.is_empty() {
                        transfer::base64_end(*group, *held, &mut out);
                        *held = 0;
                        if out.is_empty() {
                            return None;
                        }
                    }
                    out.into()
                }
            };
            if piece.is_empty() && matches!(self.source, Source::Plain(_)) {
                return None;
            }
            let length = piece.len() as u64;
            let skipped = self.skip.min(length);
            self.skip -= skipped;
            let given = (length - skipped).min(self.left);
            if given == 0 {
                continue;
            }
            self.left -= given;
            let (start, end) = (
                usize::try_from(skipped).ok()?,
                usize::try_from(skipped + given).ok()?,
            );
            piece = piece.slice(start..end);
            return Some(piece);
        }
        None
    }
}

/// How many bytes base64 holds, if it is regular: nothing but its alphabet and line ends, padded at the end alone.
fn regular_base64(text: &[u8]) -> Option<u64> {
    let (mut letters, mut padding) = (0_u64, 0_u64);
    for &byte in text {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => letters += 1,
            b'=' => padding += 1,
            b'\r' | b'\n' => {}
            _ => return None,
        }
    }
    let whole = (letters + padding).is_multiple_of(4) && padding <= 2;
    (whole && letters > 0).then(|| letters * 3 / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(encoding: &str, body: &str) -> Bytes {
        let head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/pdf\r\n";
        Bytes::from(format!(
            "{head}Content-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n--b--\r\n"
        ))
    }

    fn all(pieces: Pieces) -> Vec<u8> {
        pieces.flat_map(|piece| piece.to_vec()).collect()
    }

    #[test]
    fn pieces_are_the_attachment_whatever_its_encoding() {
        let bytes: Vec<u8> = (0..300_000_u32)
            .map(|n| u8::try_from(n % 251).unwrap())
            .collect();
        let encoded = data_encoding::BASE64_MIME.encode(&bytes);
        for (encoding, body) in [
            ("base64", encoded.as_str()),
            ("BASE64", &encoded.replace("\r\n", "\n")),
            ("base64", "YQ==YQ=="),
            ("base64", "not * base64 at all"),
            ("base64", "YWI"),
            ("base64", ""),
            ("quoted-printable", "a=3Db=\r\nc"),
            ("8bit", "as it is"),
            ("x-uuencode", "begin 644 a\n#86)C\n`\nend"),
        ] {
            let raw = mail(encoding, body);
            let want = attachment(&raw, 2).unwrap();
            let pieces = Pieces::of_part(&raw, 2).unwrap();
            assert_eq!(pieces.len(), want.len() as u64, "{encoding}");
            assert!(all(pieces) == want, "{encoding}");
        }
        assert!(Pieces::of_part(&mail("8bit", ""), 9).is_none());
    }

    proptest::proptest! {
        #[test]
        fn a_range_is_the_same_range_of_the_whole(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 1..200_000), from in 0_u64..250_000, length in 0_u64..250_000
        ) {
            let raw = mail("base64", &data_encoding::BASE64_MIME.encode(&bytes));
            let range = from..from + length;
            let cut = |at: u64| usize::try_from(at).unwrap().min(bytes.len());
            let got = all(Pieces::of_part(&raw, 2).unwrap().range(&range));
            proptest::prop_assert!(got == bytes[cut(range.start)..cut(range.end)]);
        }
    }

    #[test]
    fn what_is_not_encoded_is_not_copied() {
        let raw = mail("binary", "plain");
        let piece = Pieces::of_part(&raw, 2).unwrap().next().unwrap();
        let at = raw
            .windows(5)
            .position(|window| window == b"plain")
            .unwrap();
        assert_eq!(piece.as_ptr(), raw[at..].as_ptr());
    }
}
