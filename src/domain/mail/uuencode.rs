//! Files that stand in the text itself, as before MIME: uuencode between `begin` and `end`, yEnc between `=ybegin` and
//! `=yend`.

use std::ops::Range;

use super::headers::first_line;
use super::transfer;

/// Files that are taken out of one text.
const MAX_FILES: usize = 100;

/// A file in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Where it stands, its first and its last line included.
    pub range: Range<usize>,
    /// As it was given.
    pub name: Vec<u8>,
    pub bytes: Vec<u8>,
}

/// The files in a text. Text that only looks like one (`begin 2026 with a plan`) stays text.
pub(super) fn blocks(text: &[u8]) -> Vec<Block> {
    let mut found = Vec::new();
    let mut at = 0;
    // Looked for once: behind the last end no block is worth decoding.
    let last_yend = last_yend(text);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (line, taken) = first_line(rest);
        let body = at + taken;
        let block = match line.first() {
            Some(b'b') => uuencoded(text, at, line, body),
            Some(b'=') if body <= last_yend => yencoded(text, at, line, body),
            _ => None,
        };
        at = block.as_ref().map_or(body, |block| block.range.end);
        found.extend(block);
        if found.len() >= MAX_FILES {
            break;
        }
    }
    found
}

/// A text without its files.
pub(super) fn without(text: &[u8], blocks: &[Block]) -> Vec<u8> {
    let starts = [0]
        .into_iter()
        .chain(blocks.iter().map(|block| block.range.end));
    let ends = blocks
        .iter()
        .map(|block| block.range.start)
        .chain([text.len()]);
    starts
        .zip(ends)
        .filter_map(|(start, end)| text.get(start..end))
        .flatten()
        .copied()
        .collect()
}

/// `begin 644 name`, lines that begin with their length, `end`.
fn uuencoded(text: &[u8], start: usize, line: &[u8], body: usize) -> Option<Block> {
    let rest = line.strip_prefix(b"begin ")?;
    let digits = rest
        .iter()
        .take_while(|byte| matches!(byte, b'0'..=b'7'))
        .count();
    let name = rest.get(digits..)?.strip_prefix(b" ")?.trim_ascii();
    if !(3..=4).contains(&digits) || name.is_empty() {
        return None;
    }
    let mut at = body;
    let mut data = 0;
    loop {
        let rest = text.get(at..).filter(|rest| !rest.is_empty());
        let Some((line, taken)) = rest.map(first_line) else {
            break;
        };
        let ends = line.trim_ascii_end() == b"end";
        if !ends && !is_uu_line(line) {
            // Cut off, or no file at all.
            break;
        }
        at += taken;
        if ends {
            break;
        }
        data += usize::from(line.len() > 1);
    }
    if data == 0 {
        return None;
    }
    let bytes = transfer::uuencode(text.get(start..at)?)?;
    Some(Block {
        range: start..at,
        name: name.to_vec(),
        bytes,
    })
}

/// A length and as many characters as it needs; blanks at the end may have been lost, a sum may have been added.
fn is_uu_line(line: &[u8]) -> bool {
    let Some((&first, data)) = line.split_first() else {
        return false;
    };
    if !(b' '..=b'`').contains(&first) || !data.iter().all(|byte| (b' '..=b'`').contains(byte)) {
        return false;
    }
    let need = usize::from(first.wrapping_sub(b' ') & 63).div_ceil(3) * 4;
    data.len() <= need + 2 && (data.len() + 4 >= need || need > 0 && data.len() * 2 >= need)
}

/// `=ybegin line=128 size=584 name=a.txt`, bytes shifted by 42, `=yend size=584`.
fn yencoded(text: &[u8], start: usize, line: &[u8], body: usize) -> Option<Block> {
    let head = line.strip_prefix(b"=ybegin ")?;
    let name_at = head.windows(6).position(|bytes| bytes == b" name=")?;
    let name = head.get(name_at + 6..)?.trim_ascii();
    if name.is_empty() {
        return None;
    }
    let mut at = body;
    let mut bytes = Vec::new();
    loop {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let (line, taken) = first_line(rest);
        at += taken;
        if line.starts_with(b"=yend") {
            break;
        }
        if line.starts_with(b"=ypart ") {
            continue;
        }
        let mut escaped = false;
        for &byte in line {
            if byte == b'=' && !escaped {
                escaped = true;
                continue;
            }
            let shift = if escaped { 42 + 64 } else { 42 };
            bytes.push(byte.wrapping_sub(shift));
            escaped = false;
        }
    }
    Some(Block {
        range: start..at,
        name: name.to_vec(),
        bytes,
    })
}

/// Where the last line begins that ends a yEnc block; 0 if there is none.
fn last_yend(text: &[u8]) -> usize {
    let mark = b"\n=yend";
    text.windows(mark.len())
        .rposition(|window| window == mark)
        .map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::hostile::costs_little;

    #[test]
    fn files_in_the_text_are_found_and_taken_out() {
        let text = b"Hello\n\nbegin 644 a b.txt\n#86)C\n`\nend\nBye\n";
        let found = blocks(text);
        let [block] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(
            (block.name.as_slice(), block.bytes.as_slice()),
            (&b"a b.txt"[..], &b"abc"[..])
        );
        assert_eq!(without(text, &found), b"Hello\n\nBye\n");
    }

    #[test]
    fn yenc_is_read_between_its_marks() {
        let data: Vec<u8> = b"ab\x13".iter().map(|byte| byte.wrapping_add(42)).collect();
        assert_eq!(data[2], b'=');
        let text = [
            &b"-- \n=ybegin line=128 size=3 name=a.bin\r\n"[..],
            &data[..2],
            b"=}",
            b"\r\n=yend size=3\r\nBye",
        ]
        .concat();
        let found = blocks(&text);
        assert_eq!(found[0].bytes, b"ab\x13");
        assert_eq!(without(&text, &found), b"-- \nBye");
    }

    #[test]
    fn words_that_begin_with_begin_stay_text() {
        for text in [
            &b"begin 2026 with a plan\nthat is good\n"[..],
            b"begin 644\n",
            b"begin 644 a.txt\nplain text, cut off",
            b"begin the day\nend\n",
            b"=ybegin nothing\n",
            b"=ybegin line=1 name=a\nnever ends",
        ] {
            assert_eq!(blocks(text), [], "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn a_file_that_was_cut_off_gives_its_beginning() {
        let found = blocks(b"begin 644 a.txt\n#86)C\n#86)C\n");
        assert_eq!(found[0].bytes, b"abcabc");
    }

    #[test]
    fn a33_files_without_end_or_name_are_not_decoded_again_and_again() {
        let endless = b"=ybegin line=1 name=a\n".repeat(40_000);
        costs_little(|| assert_eq!(blocks(&endless), []));
        let nameless = [
            b"=ybegin line=1 name= \n".repeat(40_000).as_slice(),
            b"=yend\n",
        ]
        .concat();
        costs_little(|| assert_eq!(blocks(&nameless), []));
    }
}
