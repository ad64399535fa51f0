//! Content-Transfer-Encoding, RFC 2045 section 6, and uuencode, decoded forgivingly.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

/// Decodes the body of a part. What the encoding does not allow is skipped or kept as it is, never an error.
pub(super) fn decode<'a>(body: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    match encoding {
        // Text that is only labelled so has blanks between its words.
        "base64" if !looks_like_base64(body) => Cow::Borrowed(body),
        "base64" => Cow::Owned(base64(body)),
        "quoted-printable" => Cow::Owned(quoted_printable(body)),
        "uuencode" | "x-uuencode" | "x-uue" | "uue" => match uuencode(body) {
            Some(bytes) => Cow::Owned(bytes),
            None => Cow::Borrowed(body),
        },
        _ => Cow::Borrowed(body),
    }
}

/// Decodes the body of a part that is read as text. Lists and scanners write a footer in plain words below text that is
/// base64: it stays what it is.
pub(super) fn decode_text<'a>(body: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    match above_footer(body).filter(|_| encoding == "base64") {
        Some((encoded, footer)) => Cow::Owned([&base64(encoded), &b"\n"[..], footer].concat()),
        None => decode(body, encoding),
    }
}

/// Lines of base64 that are whole, and plain words below them.
fn above_footer(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_base64 = |line: &[u8]| {
        let of_it = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        line.trim_ascii().iter().all(of_it)
    };
    let mut end = 0;
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        if !is_base64(line) {
            break;
        }
        end += line.len();
    }
    let (encoded, footer) = body.split_at_checked(end)?;
    let letters = encoded.iter().filter(|b| !b.is_ascii_whitespace()).count();
    // What follows a broken spot is no footer.
    let goes_on = || {
        let mut lines = footer.split(|&byte| byte == b'\n');
        lines.any(|line| line.len() >= 40 && is_base64(line))
    };
    (letters >= 8 && letters.is_multiple_of(4) && !footer.is_empty() && !goes_on())
        .then_some((encoded, footer))
}

/// Whether nearly all of a body is made of the characters of base64, without blanks inside lines.
fn looks_like_base64(body: &[u8]) -> bool {
    let sample = body.get(..4096).unwrap_or(body);
    let inside = sample
        .iter()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .count();
    let foreign = sample
        .iter()
        .filter(|byte| {
            !byte.is_ascii_alphanumeric()
                && !matches!(byte, b'+' | b'/' | b'=' | b'\r' | b'\n' | b'-' | b'_')
        })
        .count();
    foreign * 10 <= inside
}

/// Base64, RFC 2045 section 6.8: everything outside the alphabet is ignored, padding may stand anywhere
/// (concatenated pieces), a cut-off end gives what it holds.
pub(super) fn base64(text: &[u8]) -> Vec<u8> {
    if let Some(bytes) = base64_decode(text) {
        return bytes;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut held) = (0_u32, 0_u8);
    base64_step(text, &mut group, &mut held, &mut out);
    base64_end(group, held, &mut out);
    out
}

/// Decodes some base64 that goes on: `group` keeps the `held` sextets that do not make a whole yet.
pub(super) fn base64_step(text: &[u8], group: &mut u32, held: &mut u8, out: &mut Vec<u8>) {
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                base64_end(*group, *held, out);
                (*group, *held) = (0, 0);
                continue;
            }
            _ => continue,
        };
        *group = *group << 6 | u32::from(value);
        *held += 1;
        if *held == 4 {
            base64_end(*group, *held, out);
            (*group, *held) = (0, 0);
        }
    }
}

/// Writes the whole bytes of a group of `held` sextets.
pub(super) fn base64_end(group: u32, held: u8, out: &mut Vec<u8>) {
    let (aligned, bytes) = match held {
        2 => (group << 12, 1),
        3 => (group << 6, 2),
        4 => (group, 3),
        _ => return,
    };
    out.extend(aligned.to_be_bytes().iter().skip(1).take(bytes));
}

/// Quoted-printable, RFC 2045 section 6.7. A `=` that begins nothing stays.
pub(super) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    if let Some(bytes) = quoted_printable_decode(text) {
        return bytes;
    }
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let content = line.trim_ascii_end();
        let (content, soft) = match content.strip_suffix(b"=") {
            Some(content) => (content, true),
            None => (content, false),
        };
        hex_escapes(content, b'=', &mut out);
        if !soft && line.ends_with(b"\n") {
            out.extend_from_slice(if line.ends_with(b"\r\n") {
                b"\r\n"
            } else {
                b"\n"
            });
        }
    }
    out
}

/// The `Q` encoding of RFC 2047: `_` is a blank.
pub(super) fn q_word(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    hex_escapes(text, b'=', &mut out);
    // `=5F` is an underscore, so blanks are put in before the escapes are read.
    if text.contains(&b'_') {
        out.clear();
        let blanks: Vec<u8> = text
            .iter()
            .map(|&b| if b == b'_' { b' ' } else { b })
            .collect();
        hex_escapes(&blanks, b'=', &mut out);
    }
    out
}

/// Replaces `=41` (or `%41`) by the byte it stands for.
pub(super) fn hex_escapes(text: &[u8], mark: u8, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        if first == mark
            && let [high, low, after @ ..] = tail
            && let (Some(high), Some(low)) = (nibble(*high), nibble(*low))
        {
            out.push(high << 4 | low);
            rest = after;
        } else {
            out.push(first);
            rest = tail;
        }
    }
}

fn nibble(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// Uuencode: the lines between `begin` and `end`. None where there is no `begin` line.
pub(super) fn uuencode(text: &[u8]) -> Option<Vec<u8>> {
    let mut lines = text
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::trim_ascii_end);
    lines.find(|line| line.starts_with(b"begin "))?;
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    for line in lines {
        if line == b"end" {
            break;
        }
        let Some((&length, data)) = line.split_first() else {
            continue;
        };
        let want = usize::from(length.wrapping_sub(b' ') & 63);
        let before = out.len();
        for group in data.chunks(4) {
            let sextet =
                |at: usize| u32::from(group.get(at).map_or(0, |b| b.wrapping_sub(b' ') & 63));
            let value = sextet(0) << 18 | sextet(1) << 12 | sextet(2) << 6 | sextet(3);
            out.extend(value.to_be_bytes().iter().skip(1));
        }
        out.truncate(before + want);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_whatever_stands_between() {
        assert_eq!(base64(b"R3L\r\nDvMOfZQ=="), "Grüße".as_bytes());
        assert_eq!(base64(b"R3L*Dv MOfZQ"), "Grüße".as_bytes());
        assert_eq!(base64(b"YQ==!YQ=="), b"aa");
    }

    #[test]
    fn a_footer_in_plain_words_below_base64_stays_one() {
        let list = "_______________________________________________\r\nusers mailing list\r\nusers@lists.test\r\n";
        for (body, want) in [
            (format!("R3LDvMOfZQ==\r\n{list}"), format!("Grüße\n{list}")),
            (
                "R3LDvMOf\r\n\r\n-- \r\nscanned by AV\r\n".to_owned(),
                "Grüß\n-- \r\nscanned by AV\r\n".to_owned(),
            ),
            (
                "as plain as it is, this is no base64".to_owned(),
                "as plain as it is, this is no base64".to_owned(),
            ),
            ("R3L*DvMOfZQ==".to_owned(), "Grüße".to_owned()),
        ] {
            let text = decode_text(body.as_bytes(), "base64");
            assert_eq!(String::from_utf8_lossy(&text), want, "{body}");
        }
        let long = "QUFB".repeat(15);
        let broken = format!("{long}\r\n{long}!\r\n{long}\r\n");
        assert_eq!(decode_text(broken.as_bytes(), "base64").len(), 135);
    }

    #[test]
    fn quoted_printable_keeps_what_it_cannot_read() {
        assert_eq!(quoted_printable(b"a=3Db=\r\nc \r\nd"), b"a=bc\r\nd");
        assert_eq!(
            quoted_printable(b"100 =% a=ZZ=C3=BC="),
            "100 =% a=ZZü".as_bytes()
        );
        assert_eq!(q_word(b"a_=5F=3d"), b"a _=");
    }

    #[test]
    fn uuencode_is_read_between_its_marks() {
        assert_eq!(
            uuencode(b"text\nbegin 644 a.txt\n#86)C\n`\nend\n").as_deref(),
            Some(&b"abc"[..])
        );
        assert_eq!(uuencode(b"text"), None);
    }
}
