//! Bytes to text: by the label, and against the label where the bytes say otherwise.

use std::borrow::Cow;

use encoding_rs::{
    EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
    WINDOWS_874, WINDOWS_1252,
};
use mail_parser::decoders::charsets::map::charset_decoder;

use super::{escapes, guess};

/// Decodes `bytes` as `label` says. Labels are often wrong: UTF-8 under another label is seen, undeclared
/// 8-bit text is guessed, and an unknown label is no error.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.map(normalise).unwrap_or_default();
    if bytes.is_ascii() && !needs_escapes(&label, bytes) {
        return ascii(bytes);
    }
    match label.as_str() {
        "" | "us-ascii" | "ascii" | "ansi-x3.4-1968" | "unknown-8bit" | "x-unknown" | "unknown"
        | "default" | "x-user-defined" | "8bit" | "7bit" | "none" | "binary" => {
            guess::decode(bytes)
        }
        "utf-7" | "unicode-1-1-utf-7" | "x-utf-7" | "utf7" => other(bytes, "utf-7"),
        "hz-gb-2312" | "hz" => escapes::hz(bytes),
        "iso-2022-kr" | "iso-2022-cn" | "iso-2022-cn-ext" => escapes::iso_2022(bytes),
        "utf-16" | "utf-16le" | "utf-16be" | "ucs-2" | "unicode" => utf_16(bytes, &label),
        _ => match encoding(&label) {
            Some(encoding) => labelled(bytes, encoding),
            None => other(bytes, &label),
        },
    }
}

/// The text of a header value: UTF-8 (RFC 6532), or else in the charset of the body, or else whatever 8-bit
/// text it seems to be.
pub(super) fn header_text(bytes: &[u8], of_body: Option<&str>) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => match of_body
            .map(normalise)
            .and_then(|label| encoding(&label))
            .filter(|encoding| *encoding != UTF_8)
        {
            Some(encoding) => labelled(bytes, encoding),
            None => guess::decode(bytes),
        },
    };
    if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text
    }
}

/// Lower case, without quotes and blanks, `_` as `-`.
fn normalise(label: &str) -> String {
    label
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ';'))
        .to_ascii_lowercase()
        .replace('_', "-")
}

/// Charsets whose bytes are ASCII and still not text: escapes, shifts, two-byte units.
fn needs_escapes(label: &str, bytes: &[u8]) -> bool {
    bytes.contains(&0x1b)
        || label.starts_with("utf-7")
        || label.ends_with("utf-7")
        || label == "utf7"
        || label.starts_with("utf-16")
        || matches!(label, "hz-gb-2312" | "hz" | "ucs-2" | "unicode")
        || label.starts_with("iso-2022-")
}

fn ascii(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The encoding that mail programs mean by a label, beyond what the web standard lists.
fn encoding(label: &str) -> Option<&'static Encoding> {
    if let Some(known) = Encoding::for_label_no_replacement(label.as_bytes()) {
        // GB 18030 contains GBK contains GB 2312, and the smaller names are used for the larger sets.
        return Some(if known == GBK { GB18030 } else { known });
    }
    Some(match label {
        "cp932" | "ms932" | "windows-932" | "sjis" | "x-sjis-cp932" => SHIFT_JIS,
        "cp936" | "ms936" | "gb18030-2000" | "gb-2312" | "euc-cn" | "cn-gb" => GB18030,
        "cp949" | "ms949" | "uhc" | "ksc5601" | "ks-c-5601" | "euckr" => EUC_KR,
        "cp950" | "ms950" => encoding_rs::BIG5,
        "cp874" | "tis-620-2533" | "iso-8859-11-2001" => WINDOWS_874,
        "eucjp" | "euc-jp-ms" | "cp51932" | "ujis" => EUC_JP,
        "utf8" | "utf-8n" | "unicode-1-1-utf-8" | "x-utf-8" | "utf-8-bom" => UTF_8,
        "latin1" | "latin-1" | "iso8859-1" | "iso-8859-1-i" | "8859-1" | "cp1252" | "win-1252"
        | "ansi" => WINDOWS_1252,
        _ if label.starts_with("iso-2022-jp") || label.starts_with("cp5022") => ISO_2022_JP,
        _ => {
            let web = label
                .strip_prefix("cp125")
                .map(|digit| format!("windows-125{digit}"))
                .or_else(|| {
                    label
                        .strip_prefix("win-125")
                        .map(|digit| format!("windows-125{digit}"))
                })
                .or_else(|| {
                    label
                        .strip_prefix("iso")
                        .filter(|rest| rest.starts_with("8859"))
                        .map(|rest| format!("iso-{rest}"))
                })
                .or_else(|| {
                    label
                        .strip_prefix("iso8859")
                        .map(|rest| format!("iso-8859{rest}"))
                })?;
            Encoding::for_label_no_replacement(web.as_bytes())?
        }
    })
}

/// Decodes with the encoding of the label, unless the bytes contradict it.
fn labelled(bytes: &[u8], encoding: &'static Encoding) -> String {
    if encoding == UTF_8 {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        return match std::str::from_utf8(bytes) {
            Ok(text) => encoded_twice(text).unwrap_or_else(|| text.to_owned()),
            Err(_) => broken_utf8(bytes),
        };
    }
    if encoding == ISO_2022_JP && escapes::is_extended(bytes) {
        return escapes::iso_2022(bytes);
    }
    let is_utf8 = || std::str::from_utf8(bytes).is_ok_and(|text| !text.is_ascii());
    if encoding.is_single_byte() && is_utf8() {
        return guess::decode(bytes);
    }
    // Every byte is a letter of Latin-1, so programs that know nothing better write that.
    if encoding == WINDOWS_1252 && guess::encoding(bytes) != WINDOWS_1252 {
        return guess::decode(bytes);
    }
    // Two characters of UTF-8 are three good ones of GBK. Text of that charset that is UTF-8 from one end to the other,
    // and East Asian in it, does not happen by chance.
    let is_east_asian = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}');
    if std::str::from_utf8(bytes).is_ok_and(|text| text.contains(is_east_asian)) {
        return ascii(bytes);
    }
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors && is_utf8() {
        return ascii(bytes);
    }
    let lost = text.matches(char::REPLACEMENT_CHARACTER).count();
    if lost * 4 > text.chars().filter(|c| !c.is_ascii()).count() {
        return guess::decode(bytes);
    }
    text.into_owned()
}

/// UTF-8 that a program took for Windows-1252 and encoded again (`GrÃ¼ÃŸe`). Only where all of the text reads
/// so: a name like SÃO stays.
pub(super) fn encoded_twice(text: &str) -> Option<String> {
    if !text.contains(['Ã', 'Â', 'â']) {
        return None;
    }
    let (bytes, _, had_unmappable) = WINDOWS_1252.encode(text);
    if had_unmappable || bytes.is_ascii() {
        return None;
    }
    std::str::from_utf8(&bytes).ok().map(str::to_owned)
}

/// Text under the label UTF-8 that is not: mostly UTF-8 with a broken spot, or another charset altogether.
fn broken_utf8(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lost = text
        .chars()
        .filter(|&c| c == char::REPLACEMENT_CHARACTER)
        .count();
    let kept = text.chars().filter(|&c| !c.is_ascii()).count() - lost;
    if kept >= lost {
        text.into_owned()
    } else {
        guess::decode(bytes)
    }
}

fn utf_16(bytes: &[u8], label: &str) -> String {
    let encoding = match (bytes, label) {
        ([0xff, 0xfe, ..], _) | (_, "utf-16le") => UTF_16LE,
        ([0xfe, 0xff, ..], _) | (_, "utf-16be") => UTF_16BE,
        _ => {
            // RFC 2781 says big endian; programs say what their machine does. Latin text tells by its zeros.
            let zeros = |odd: usize| {
                bytes
                    .iter()
                    .skip(odd)
                    .step_by(2)
                    .filter(|&&b| b == 0)
                    .count()
            };
            if zeros(1) > zeros(0) {
                UTF_16LE
            } else {
                UTF_16BE
            }
        }
    };
    encoding.decode_with_bom_removal(bytes).0.into_owned()
}

/// What the standard of the web does not know: UTF-7, code pages of DOS, and labels nobody knows.
fn other(bytes: &[u8], label: &str) -> String {
    match charset_decoder(label.as_bytes()) {
        Some(decoder) => decoder(bytes),
        None => guess::decode(bytes),
    }
}

/// Line ends as `\n`, and no NUL.
pub(super) fn clean_lines(text: String) -> String {
    if !text.contains(['\r', '\0']) {
        return text;
    }
    let text: Cow<'_, str> = Cow::Owned(text.replace("\r\n", "\n"));
    text.replace('\r', "\n").replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_by_its_label_and_against_a_wrong_one() {
        for (bytes, label, want) in [
            (&b"Gr\xfc\xdfe"[..], Some("iso-8859-1"), "Grüße"),
            (b"Gr\xfc\xdfe", Some("ISO8859_1"), "Grüße"),
            (b"Gr\xfc\xdfe", None, "Grüße"),
            (b"Gr\xfc\xdfe", Some("utf-8"), "Grüße"),
            (b"Gr\xfc\xdfe", Some("nobody-knows"), "Grüße"),
            ("Grüße".as_bytes(), Some("us-ascii"), "Grüße"),
            ("Grüße".as_bytes(), Some("iso-8859-1"), "Grüße"),
            ("Grüße".as_bytes(), Some("\"UTF-8\""), "Grüße"),
            (b"+AOQ-", Some("utf-7"), "ä"),
            (b"\x1b$B$3$s\x1b(B", Some("iso-2022-jp"), "こん"),
            (b"\x1b$B$3$s\x1b(B", None, "こん"),
            (b"\x81\x30\x81\x30", Some("gb2312"), "\u{80}"),
            (b"\x82\xb1\x82\xf1", Some("cp932"), "こん"),
            (b"\xff\xfea\0b\0", Some("utf-16"), "ab"),
            (b"a\0b\0", Some("utf-16"), "ab"),
            (
                b"\xc7\xe4\xf0\xe0\xe2\xf1\xf2\xe2\xf3\xe9\xf2\xe5, \xef\xf0\xe8\xed\xf2\xe5\xf0",
                Some("iso-8859-1"),
                "Здравствуйте, принтер",
            ),
            (
                b"\xc0 la carte, d\xe9j\xe0 vu, \xe7a \xe9t\xe9, o\xf9 \xeatre",
                Some("iso-8859-1"),
                "À la carte, déjà vu, ça été, où être",
            ),
            (b"\x80", Some("iso-8859-1"), "€"),
            (b"\x84", Some("cp850"), "ä"),
            ("中文".as_bytes(), Some("gb2312"), "中文"),
            ("日本".as_bytes(), Some("shift_jis"), "日本"),
            ("안녕".as_bytes(), Some("euc-kr"), "안녕"),
            (b"\xd6\xd0\xce\xc4", Some("gb2312"), "中文"),
            (b"~{VPND~}", Some("hz-gb-2312"), "中文"),
            (b"\x1b$)C\x0e>H3g\x0f", Some("iso-2022-kr"), "안녕"),
            (b"\x1b$)C\x0e>H3g\x0f", None, "안녕"),
            (b"\x1b$(D\x30\x21\x1b(B", Some("iso-2022-jp-1"), "丂"),
            (b"\x1b$(D\x30\x21\x1b(B", Some("iso-2022-jp"), "丂"),
            ("GrÃ¼ÃŸe".as_bytes(), None, "Grüße"),
            ("GrÃ¼ÃŸe".as_bytes(), Some("iso-8859-1"), "Grüße"),
        ] {
            assert_eq!(decode(bytes, label), want, "{label:?} {bytes:?}");
        }
    }

    #[test]
    fn text_encoded_twice_is_decoded_twice_only_if_all_of_it_reads_so() {
        assert_eq!(
            decode("GrÃ¼ÃŸe, 5 â‚¬".as_bytes(), Some("utf-8")),
            "Grüße, 5 €"
        );
        let mixed = "SÃO PAULO, Grüße";
        assert_eq!(decode(mixed.as_bytes(), Some("utf-8")), mixed);
    }

    #[test]
    fn a_broken_spot_does_not_spoil_the_rest() {
        assert_eq!(
            decode("Grüße, schöne \u{fffd}".as_bytes(), Some("utf-8")),
            "Grüße, schöne \u{fffd}"
        );
        assert_eq!(
            decode(b"Gr\xc3\xbc\xc3\x9fe \xff!", Some("utf-8")),
            "Grüße \u{fffd}!"
        );
    }
}
