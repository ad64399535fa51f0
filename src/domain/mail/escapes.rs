//! Charsets of seven bits that shift between sets of characters: ISO-2022-JP with all its extensions (RFC 1468, RFC 1554,
//! RFC 2237), ISO-2022-KR (RFC 1557), ISO-2022-CN (RFC 1922) and HZ (RFC 1843). The standard of the web knows the
//! plainest of them only.

use encoding_rs::{EUC_JP, EUC_KR, Encoding, GB18030, WINDOWS_1252};

/// What the bytes between two escapes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Ascii,
    /// JIS X 0201: half-width katakana.
    Katakana,
    /// JIS X 0208.
    Kanji,
    /// JIS X 0212.
    MoreKanji,
    /// KS X 1001.
    Korean,
    /// GB 2312.
    Chinese,
}

/// Escapes and what they begin; the longer ones first.
const ESCAPES: &[(&[u8], Set)] = &[
    (b"$(@", Set::Kanji),
    (b"$(B", Set::Kanji),
    (b"$(D", Set::MoreKanji),
    (b"$(C", Set::Korean),
    (b"$(A", Set::Chinese),
    (b"$@", Set::Kanji),
    (b"$B", Set::Kanji),
    (b"$A", Set::Chinese),
    (b"(I", Set::Katakana),
    (b"(B", Set::Ascii),
    (b"(J", Set::Ascii),
    (b"(H", Set::Ascii),
];

/// Escapes that say what a shift (SO) will begin.
const SHIFTED: &[(&[u8], Set)] = &[(b"$)C", Set::Korean), (b"$)A", Set::Chinese)];

/// Decodes text with escapes and shifts. What is no escape stays as it is.
pub(super) fn iso_2022(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let (mut set, mut shifted) = (Set::Ascii, Set::Korean);
    let mut run: Vec<u8> = Vec::new();
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        let known = |table: &[(&[u8], Set)]| {
            let hit = table.iter().find(|(escape, _)| after.starts_with(escape));
            hit.map(|(escape, set)| (escape.len(), *set))
        };
        let (taken, next) = match byte {
            0x0e => (0, Some(shifted)),
            0x0f => (0, Some(Set::Ascii)),
            // A line end goes back to ASCII (RFC 1468).
            b'\n' if set != Set::Ascii => {
                flush(&mut out, &mut run, set);
                set = Set::Ascii;
                run.push(b'\n');
                rest = after;
                continue;
            }
            0x1b => match (known(ESCAPES), known(SHIFTED)) {
                (Some((length, set)), _) => (length, Some(set)),
                (None, Some((length, set))) => {
                    shifted = set;
                    (length, None)
                }
                (None, None) => {
                    run.push(*byte);
                    rest = after;
                    continue;
                }
            },
            _ => {
                run.push(*byte);
                rest = after;
                continue;
            }
        };
        if let Some(next) = next {
            flush(&mut out, &mut run, set);
            set = next;
        }
        rest = after.get(taken..).unwrap_or_default();
    }
    flush(&mut out, &mut run, set);
    out
}

/// Whether an ISO-2022 text leaves what the standard of the web reads: JIS X 0212, Korean, Chinese, shifts.
pub(super) fn is_extended(bytes: &[u8]) -> bool {
    let escapes: [&[u8]; 6] = [b"$(D", b"$(C", b"$(A", b"$A", b"$)C", b"$)A"];
    bytes
        .split(|byte| *byte == 0x1b)
        .skip(1)
        .any(|after| escapes.iter().any(|escape| after.starts_with(escape)))
}

/// Decodes HZ: GB 2312 between `~{` and `~}`, `~~` for a tilde, and a tilde before a line end for nothing.
pub(super) fn hz(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut set = Set::Ascii;
    let mut run: Vec<u8> = Vec::new();
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        let (taken, next) = match (byte, after.first(), set) {
            (b'~', Some(b'{'), Set::Ascii) => (1, Some(Set::Chinese)),
            (b'~', Some(b'}'), _) => (1, Some(Set::Ascii)),
            (b'~', Some(b'~'), Set::Ascii) => {
                run.push(b'~');
                (1, None)
            }
            (b'~', Some(b'\n'), Set::Ascii) => (1, None),
            (b'\n', _, Set::Chinese) => {
                flush(&mut out, &mut run, set);
                run.push(b'\n');
                (0, Some(Set::Ascii))
            }
            _ => {
                run.push(*byte);
                (0, None)
            }
        };
        if let Some(next) = next {
            flush(&mut out, &mut run, if *byte == b'\n' { next } else { set });
            set = next;
        }
        rest = after.get(taken..).unwrap_or_default();
    }
    flush(&mut out, &mut run, set);
    out
}

/// Writes the bytes of one set. Each has an encoding of eight bits that holds the same characters.
fn flush(out: &mut String, run: &mut Vec<u8>, set: Set) {
    let (encoding, prefix, width): (&'static Encoding, Option<u8>, usize) = match set {
        Set::Ascii => (WINDOWS_1252, None, 0),
        Set::Katakana => (EUC_JP, Some(0x8e), 1),
        Set::Kanji => (EUC_JP, None, 2),
        Set::MoreKanji => (EUC_JP, Some(0x8f), 2),
        Set::Korean => (EUC_KR, None, 2),
        Set::Chinese => (GB18030, None, 2),
    };
    if width == 0 {
        out.push_str(&encoding.decode_without_bom_handling(run).0);
    } else {
        let mut wide = Vec::with_capacity(run.len() * 2);
        let mut rest = run.as_slice();
        while let Some(&byte) = rest.first() {
            let taken = match rest.get(..width) {
                Some(character) if character.iter().all(|b| (0x21..=0x7e).contains(b)) => {
                    wide.extend(prefix);
                    wide.extend(character.iter().map(|b| b | 0x80));
                    width
                }
                // Blanks and what is cut off.
                _ => {
                    wide.push(byte);
                    1
                }
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
        out.push_str(&encoding.decode_without_bom_handling(&wide).0);
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_has_its_escape() {
        for (bytes, want) in [
            (&b"\x1b$B$3$s\x1b(B ok"[..], "こん ok"),
            // JIS X 0212 (RFC 2237).
            (b"\x1b$(D\x30\x21\x1b(B", "丂"),
            (b"\x1b(I1\x1b(B", "ｱ"),
            (b"\x1b$)C\x0e>H3g\x0f!\n", "안녕!\n"),
            (b"\x1b$)A\x0eVPND\x0f!", "中文!"),
            (b"\x1b$AVPND\x1b(B", "中文"),
            // A line end ends a set.
            (b"\x1b$B$3\nplain", "こ\nplain"),
            (b"\x1b[0m", "\u{1b}[0m"),
        ] {
            assert_eq!(iso_2022(bytes), want, "{bytes:?}");
        }
        for (bytes, want) in [
            (&b"~{VPND~} ok"[..], "中文 ok"),
            (b"a ~~ b", "a ~ b"),
            (b"one ~\ntwo", "one two"),
            (b"~{VP\nND", "中\nND"),
        ] {
            assert_eq!(hz(bytes), want, "{bytes:?}");
        }
    }

    #[test]
    fn anything_at_all_is_read() {
        for bytes in [
            &b"\x1b"[..],
            b"\x1b$",
            b"\x1b$B\x24",
            b"~",
            b"~{",
            b"~{V",
            b"\x0e\xff\x0f",
        ] {
            let _ = (iso_2022(bytes), hz(bytes));
        }
    }
}
