//! Text whose charset nobody declared, or declared wrongly: which charset the bytes look like.
//!
//! Deliberately small: the multi-byte charsets of East Asia and the two of Russian are told by the bytes they
//! use most; everything else is Windows-1252, which is what undeclared 8-bit mail nearly always is.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, ISO_2022_JP, KOI8_R, SHIFT_JIS, WINDOWS_874,
    WINDOWS_1251, WINDOWS_1252,
};

use super::{charset, escapes};

/// Whether two bytes in a row look like one frequent character of an encoding.
type Fits = fn(u8, u8) -> bool;

/// Bytes that are looked at.
const SAMPLE: usize = 16 * 1024;

/// Below this many bytes outside ASCII nothing can be told.
const MIN_BYTES: usize = 8;

/// Decodes text by what it looks like.
pub(super) fn decode(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        if bytes.contains(&0x1b) && bytes.is_ascii() {
            if escapes::is_extended(bytes) {
                return escapes::iso_2022(bytes);
            }
            let (decoded, had_errors) = ISO_2022_JP.decode_without_bom_handling(bytes);
            if !had_errors {
                return decoded.into_owned();
            }
        }
        return charset::encoded_twice(text).unwrap_or_else(|| text.to_owned());
    }
    encoding(bytes)
        .decode_without_bom_handling(bytes)
        .0
        .into_owned()
}

/// The encoding that 8-bit text seems to have.
pub(super) fn encoding(bytes: &[u8]) -> &'static Encoding {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let high = sample.iter().filter(|byte| **byte >= 0x80).count();
    if high < MIN_BYTES || mostly_alone(sample) {
        return WINDOWS_1252;
    }
    if let Some(russian) = russian(sample, high) {
        return russian;
    }
    if is_thai(sample) {
        return WINDOWS_874;
    }
    let pairs = pairs(sample);
    let share = |fits: fn(u8, u8) -> bool| {
        100 * pairs
            .iter()
            .filter(|(lead, trail)| fits(*lead, *trail))
            .count()
            / pairs.len().max(1)
    };
    let readable = |encoding: &'static Encoding| {
        // The sample may end inside a character.
        let text = encoding.decode_without_bom_handling(sample).0;
        text.matches(char::REPLACEMENT_CHARACTER).count() <= 1 + high / 200
    };
    // Kana are half of Japanese; Hangul syllables and frequent characters are most of Korean and Chinese.
    let candidates: [(&Encoding, Fits, usize); 5] = [
        (
            EUC_JP,
            |lead, trail| matches!(lead, 0xa4 | 0xa5) && trail >= 0xa1,
            30,
        ),
        (
            SHIFT_JIS,
            |lead, trail| lead == 0x82 && trail >= 0x9f || lead == 0x83 && trail >= 0x40,
            30,
        ),
        (
            EUC_KR,
            |lead, trail| matches!(lead, 0xb0..=0xc8) && trail >= 0xa1,
            75,
        ),
        (
            BIG5,
            |lead, trail| {
                matches!(lead, 0xa4..=0xc6) && (matches!(trail, 0x40..=0x7e) || trail >= 0xa1)
            },
            75,
        ),
        (
            GB18030,
            |lead, trail| matches!(lead, 0xb0..=0xd7) && trail >= 0xa1,
            60,
        ),
    ];
    let by_big5 = pairs.iter().any(|(_, trail)| matches!(trail, 0x40..=0x7e));
    candidates
        .into_iter()
        // Only Big5 and Shift_JIS have ASCII as second bytes.
        .filter(|(encoding, ..)| !by_big5 || *encoding == BIG5 || *encoding == SHIFT_JIS)
        .find(|(encoding, fits, enough)| share(*fits) >= *enough && readable(encoding))
        .map_or(WINDOWS_1252, |(encoding, ..)| encoding)
}

/// Accented letters stand between ASCII letters; characters of other scripts stand together.
fn mostly_alone(sample: &[u8]) -> bool {
    let high = |byte: Option<&u8>| byte.is_some_and(|byte| *byte >= 0x80);
    let (mut alone, mut all) = (0, 0);
    for (at, byte) in sample.iter().enumerate() {
        if *byte >= 0x80 {
            all += 1;
            alone += usize::from(
                !high(at.checked_sub(1).and_then(|before| sample.get(before)))
                    && !high(sample.get(at + 1)),
            );
        }
    }
    alone * 2 > all
}

/// Windows-1251 or KOI8-R, if the most frequent Russian letters are frequent in one of them.
fn russian(sample: &[u8], high: usize) -> Option<&'static Encoding> {
    let count = |letters: &[u8]| sample.iter().filter(|byte| letters.contains(byte)).count();
    // о е а и н т с р
    let windows = count(&[0xee, 0xe5, 0xe0, 0xe8, 0xed, 0xf2, 0xf1, 0xf0]);
    let koi8 = count(&[0xcf, 0xc5, 0xc1, 0xc9, 0xce, 0xd4, 0xd3, 0xd2]);
    let letters = sample.iter().filter(|byte| **byte >= 0xc0).count();
    let (encoding, frequent) = if windows > koi8 {
        (WINDOWS_1251, windows)
    } else {
        (KOI8_R, koi8)
    };
    (high >= 12 && letters * 100 >= high * 93 && frequent * 100 >= high * 45).then_some(encoding)
}

/// Thai has one byte a letter: its runs are as often odd as even, and its marks stand behind a letter, or a mark.
fn is_thai(sample: &[u8]) -> bool {
    let runs: Vec<&[u8]> = sample
        .split(|byte| *byte < 0xa1)
        .filter(|run| !run.is_empty())
        .collect();
    let odd = runs.iter().filter(|run| run.len() % 2 == 1).count();
    let is_mark = |byte: u8| matches!(byte, 0xd1 | 0xd4..=0xda | 0xe7..=0xee);
    let stands = |run: &&[u8]| {
        let letters = run
            .iter()
            .all(|byte| matches!(byte, 0xa1..=0xda | 0xdf..=0xfb));
        let first = run.first().is_some_and(|byte| !is_mark(*byte));
        let mut behind = run.windows(2);
        letters
            && first
            && behind.all(|two| match two {
                [before, mark] if is_mark(*mark) => {
                    matches!(before, 0xa1..=0xce) || is_mark(*before)
                }
                _ => true,
            })
    };
    let marks = sample.iter().filter(|byte| is_mark(**byte)).count();
    let high: usize = runs.iter().map(|run| run.len()).sum();
    odd > 0 && marks * 12 > high && runs.iter().all(stands)
}

/// The two-byte characters of a sample: a high byte and the byte after it.
fn pairs(sample: &[u8]) -> Vec<(u8, u8)> {
    let mut pairs = Vec::new();
    let mut rest = sample;
    while let [lead, after @ ..] = rest {
        match after {
            [trail, after @ ..] if *lead >= 0x81 && *trail >= 0x40 => {
                pairs.push((*lead, *trail));
                rest = after;
            }
            _ => rest = after,
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undeclared_text_is_told_by_its_bytes() {
        for (encoding, text) in [
            (WINDOWS_1252, "Schöne Grüße aus Köln, bis später. Müller"),
            (WINDOWS_1252, "áóúäöüß"),
            (WINDOWS_1251, "Здравствуйте, у меня не работает принтер"),
            (KOI8_R, "Здравствуйте, у меня не работает принтер"),
            (GB18030, "您好，我的打印机不能工作，请帮助我解决这个问题。"),
            (BIG5, "您好，我的印表機不能工作，請幫助我解決這個問題。"),
            (
                EUC_JP,
                "こんにちは。プリンターが動きません。助けてください。",
            ),
            (
                SHIFT_JIS,
                "こんにちは。プリンターが動きません。助けてください。",
            ),
            (
                EUC_KR,
                "안녕하세요. 프린터가 작동하지 않습니다. 도와주세요.",
            ),
            (WINDOWS_874, "สวัสดีครับ เครื่องพิมพ์ของผมใช้งานไม่ได้ ช่วยด้วยครับ"),
        ] {
            let (bytes, ..) = encoding.encode(text);
            assert_eq!(decode(&bytes), text, "{}", encoding.name());
        }
    }
}
