//! Encoded words, RFC 2047: `=?utf-8?q?Gr=C3=BC=C3=9Fe?=`. A broken one stays as it was written.

use std::borrow::Cow;

use super::{charset, transfer};

/// Bytes of one encoded word. RFC 2047 allows 75; some programs write the whole value as one.
const MAX_WORD: usize = 8192;

/// Decodes every encoded word of an unfolded header value, once. Neighbours of the same charset are joined
/// before decoding, because many programs cut in the middle of a character.
pub(super) fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.contains("=?") {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    let mut pending: Option<Pending> = None;
    let mut found = false;
    let mut ends = Ends::default();
    while let Some(at) = rest.find("=?") {
        let (before, from) = rest.split_at(at);
        let Some((word, after)) = Word::read(from, &mut ends) else {
            flush(&mut out, pending.take());
            out.push_str(before);
            out.push_str("=?");
            rest = from.get(2..).unwrap_or_default();
            continue;
        };
        found = true;
        let only_blanks = before.chars().all(char::is_whitespace);
        match pending.as_mut() {
            Some(open) if only_blanks && open.takes(&word) => open.push(&word),
            open => {
                let had = open.is_some();
                flush(&mut out, pending.take());
                if !(had && only_blanks) {
                    out.push_str(before);
                }
                pending = Some(Pending::new(&word));
            }
        }
        rest = after;
    }
    flush(&mut out, pending);
    out.push_str(rest);
    if !found {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(
        out.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect(),
    )
}

/// The nearest `?=` that was found, so that no stretch of a value is searched twice.
#[derive(Default)]
struct Ends {
    /// How many bytes stood behind the place that was searched from, and where in them the `?=` was.
    seen: Option<(usize, Option<usize>)>,
}

impl Ends {
    /// Where the next `?=` stands in `rest`, which gets shorter from call to call.
    fn next(&mut self, rest: &str) -> Option<usize> {
        if let Some((length, found)) = self.seen
            && let Some(passed) = length.checked_sub(rest.len())
        {
            match found {
                None => return None,
                Some(found) if found >= passed => return Some(found - passed),
                Some(_) => {}
            }
        }
        let found = rest.find("?=");
        self.seen = Some((rest.len(), found));
        found
    }
}

/// One encoded word, not yet decoded.
struct Word<'a> {
    charset: &'a str,
    base64: bool,
    text: &'a str,
}

impl<'a> Word<'a> {
    /// Reads the word at the start of `from` and gives what stands behind it.
    fn read(from: &'a str, ends: &mut Ends) -> Option<(Self, &'a str)> {
        let inner = from.strip_prefix("=?")?;
        let (charset, inner) = inner.split_once('?')?;
        if charset.is_empty()
            || charset.len() > 60
            || !charset.bytes().all(|b| b.is_ascii_graphic())
        {
            return None;
        }
        let (encoding, inner) = inner.split_once('?')?;
        let base64 = match encoding {
            "B" | "b" => true,
            "Q" | "q" => false,
            _ => return None,
        };
        // A `=` of quoted-printable may stand before the closing mark: `=?utf-8?q?a=3D?=`.
        let end = ends.next(inner).filter(|end| end + 2 <= MAX_WORD)?;
        let text = inner.get(..end)?;
        let after = inner.get(end + 2..)?;
        // The language tag of RFC 2231 section 5.
        let charset = charset.split('*').next().unwrap_or(charset);
        Some((
            Self {
                charset,
                base64,
                text,
            },
            after,
        ))
    }
}

/// Decoded bytes of neighbouring words of one charset.
struct Pending {
    charset: String,
    base64: bool,
    text: String,
    bytes: Vec<u8>,
}

impl Pending {
    fn new(word: &Word<'_>) -> Self {
        Self {
            charset: word.charset.to_owned(),
            base64: word.base64,
            text: word.text.to_owned(),
            bytes: Vec::new(),
        }
    }

    fn takes(&self, word: &Word<'_>) -> bool {
        self.base64 == word.base64 && self.charset.eq_ignore_ascii_case(word.charset)
    }

    fn push(&mut self, word: &Word<'_>) {
        // Base64 that was cut between words without padding is one stream; padded words are not.
        if self.base64 && !self.text.ends_with('=') && !self.text.len().is_multiple_of(4) {
            self.text.push_str(word.text);
        } else {
            self.settle();
            word.text.clone_into(&mut self.text);
        }
    }

    fn settle(&mut self) {
        let text = self.text.as_bytes();
        if self.base64 {
            self.bytes.extend(transfer::base64(text));
        } else {
            self.bytes.extend(transfer::q_word(text));
        }
    }
}

fn flush(out: &mut String, pending: Option<Pending>) {
    if let Some(mut pending) = pending {
        pending.settle();
        out.push_str(&charset::decode(&pending.bytes, Some(&pending.charset)));
    }
}

#[cfg(test)]
mod tests {
    use super::decode;
    use crate::domain::mail::hostile::costs_little;

    #[test]
    fn encoded_words_are_decoded_once() {
        for (raw, want) in [
            ("plain", "plain"),
            ("=?utf-8?Q?Gr=C3=BC=C3=9Fe_!?=", "Grüße !"),
            ("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
            ("a =?utf-8?q?b?= c", "a b c"),
            ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
            ("=?utf-8?q?a?= =?iso-8859-1?q?=FC?=", "aü"),
            // Cut inside a character, and inside a base64 group.
            ("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"),
            ("=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?=", "Grüße"),
            ("=?utf-8?B?R3LDv?= =?utf-8?B?MOfZQ==?=", "Grüße"),
            // RFC 2231 language, blanks inside, unknown charset.
            ("=?utf-8*de?q?=C3=BC?=", "ü"),
            ("=?utf-8?q?a b?=", "a b"),
            ("=?x-nobody-knows?q?a=FC?=", "aü"),
            // Not encoded words.
            ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
            ("1 =? 2", "1 =? 2"),
            // Never twice.
            ("=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=", "=?utf-8?q?x?="),
            // Line ends do not come out of a header.
            ("=?utf-8?q?a=0D=0ABcc:_b?=", "a  Bcc: b"),
        ] {
            assert_eq!(decode(raw), want, "{raw}");
        }
    }

    #[test]
    fn a33_words_without_end_are_searched_once() {
        let raw = "=?a?q?x".repeat(600_000);
        costs_little(|| assert!(decode(&raw) == raw));
        let raw = format!("{raw}?= b");
        costs_little(|| assert!(decode(&raw).ends_with("x b")));
    }

    #[test]
    fn the_end_of_a_word_is_the_nearest_one_behind_its_text() {
        for (raw, want) in [
            ("=?a?x?= =?utf-8?q?b?= ?=", "=?a?x?= b ?="),
            ("=?utf-8?q?a=3D?= =?utf-8?q??= =?utf-8?q?b?=", "a=b"),
            ("=?utf-8?q?=?=", "="),
        ] {
            assert_eq!(decode(raw), want, "{raw}");
        }
    }
}
