//! The text of RTF, and the HTML or the plain text that Exchange has wrapped in it, [MS-OXRTFEX].

use super::codepage;

/// How deep groups are followed.
const MAX_DEPTH: usize = 200;

/// What RTF holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    Html(String),
    Text(String),
}

/// Reads RTF.
pub(super) fn read(rtf: &[u8]) -> Content {
    let head = rtf.get(..1024).unwrap_or(rtf);
    let has = |word: &[u8]| head.windows(word.len()).any(|bytes| bytes == word);
    let is_html = has(b"\\fromhtml1");
    let mut reader = Reader {
        is_html,
        ..Reader::default()
    };
    let mut rest = rtf;
    while let Some((token, after)) = Token::read(rest) {
        reader.take(token);
        rest = after;
    }
    reader.settle();
    if is_html {
        Content::Html(reader.out)
    } else {
        Content::Text(reader.out.trim().to_owned())
    }
}

/// One piece of RTF.
#[derive(Debug, Clone, Copy)]
enum Token<'a> {
    Open,
    Close,
    /// `\word12`: the name and its number.
    Word(&'a [u8], Option<i32>),
    /// `\'e4`.
    Byte(u8),
    /// `\{`, `\~`, `\*`.
    Symbol(u8),
    Text(&'a [u8]),
}

impl<'a> Token<'a> {
    fn read(rest: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&first, after) = rest.split_first()?;
        match first {
            b'{' => Some((Self::Open, after)),
            b'}' => Some((Self::Close, after)),
            b'\\' => Self::control(after),
            _ => {
                let end = rest
                    .iter()
                    .position(|byte| matches!(byte, b'{' | b'}' | b'\\'));
                let (text, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
                Some((Self::Text(text), after))
            }
        }
    }

    fn control(after: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let letters = after
            .iter()
            .take(40)
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let (name, rest) = after.split_at_checked(letters)?;
        if name.is_empty() {
            let (&symbol, rest) = rest.split_first()?;
            if symbol != b'\'' {
                return Some((Self::Symbol(symbol), rest));
            }
            let digits = rest
                .get(..2)
                .and_then(|digits| std::str::from_utf8(digits).ok());
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            return Some(match byte {
                Some(byte) => (Self::Byte(byte), rest.get(2..)?),
                None => (Self::Symbol(symbol), rest),
            });
        }
        let digits = rest
            .iter()
            .enumerate()
            .take(11)
            .take_while(|(at, byte)| byte.is_ascii_digit() || *at == 0 && **byte == b'-')
            .count();
        let (number, rest) = rest.split_at_checked(digits)?;
        let number = std::str::from_utf8(number)
            .ok()
            .and_then(|number| number.parse().ok());
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        Some((Self::Word(name, number), rest))
    }
}

/// What is true within a group.
#[derive(Debug, Clone, Copy)]
struct Group {
    /// Nothing of it is text.
    skipped: bool,
    /// It is HTML as it was written: `{\*\htmltag …}`.
    tag: bool,
    /// RTF that stands for HTML which is there already.
    shadow: bool,
    /// Characters that follow `\u` for programs that do not know it.
    fallback: u8,
}

const PLAIN: Group = Group {
    skipped: false,
    tag: false,
    shadow: false,
    fallback: 1,
};

#[derive(Default)]
struct Reader {
    is_html: bool,
    out: String,
    /// 8-bit text whose characters may not be complete.
    bytes: Vec<u8>,
    groups: Vec<Group>,
    /// Groups deeper than are followed.
    too_deep: usize,
    /// The token before opened a group.
    at_start: bool,
    /// `\*` stood before: an unknown destination is skipped.
    optional: bool,
    /// Characters to leave out after `\u`.
    leave_out: u8,
    codepage: u32,
    /// The first half of a character that takes two `\u`.
    surrogate: Option<u16>,
}

impl Reader {
    fn group(&self) -> Group {
        self.groups.last().copied().unwrap_or(PLAIN)
    }

    fn change(&mut self, change: impl FnOnce(&mut Group)) {
        if self.groups.is_empty() {
            self.groups.push(PLAIN);
        }
        if let Some(group) = self.groups.last_mut() {
            change(group);
        }
    }

    fn take(&mut self, token: Token<'_>) {
        let (at_start, optional) = (self.at_start, self.optional);
        (self.at_start, self.optional) = (false, false);
        match token {
            Token::Open => {
                self.settle();
                self.at_start = true;
                self.leave_out = 0;
                if self.groups.len() < MAX_DEPTH {
                    self.groups.push(self.group());
                } else {
                    self.too_deep += 1;
                }
            }
            Token::Close => {
                self.settle();
                self.leave_out = 0;
                if self.too_deep > 0 {
                    self.too_deep -= 1;
                } else {
                    self.groups.pop();
                }
            }
            Token::Symbol(b'*') if at_start => self.optional = true,
            Token::Symbol(symbol) => self.symbol(symbol),
            Token::Byte(byte) => {
                if self.leave_out > 0 {
                    self.leave_out -= 1;
                } else if self.is_shown() {
                    self.bytes.push(byte);
                }
            }
            Token::Text(text) => self.text(text),
            Token::Word(name, number) => self.word(name, number, optional),
        }
    }

    fn is_shown(&self) -> bool {
        let group = self.group();
        !(group.skipped || self.is_html && group.shadow)
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'{' | b'}' | b'\\' => self.text(&[symbol]),
            b'~' => self.write("\u{a0}"),
            b'_' => self.write("-"),
            b'\r' | b'\n' => self.line_end(),
            _ => {}
        }
    }

    fn text(&mut self, text: &[u8]) {
        let mut text = text;
        while self.leave_out > 0 && !text.is_empty() {
            self.leave_out -= 1;
            text = text.get(1..).unwrap_or_default();
        }
        if self.is_shown() {
            // Line ends of the file are not those of the text.
            self.bytes.extend(
                text.iter()
                    .filter(|byte| !matches!(byte, b'\r' | b'\n' | 0)),
            );
        }
    }

    fn word(&mut self, name: &[u8], number: Option<i32>, optional: bool) {
        match name {
            b"ansicpg" => {
                self.codepage = number
                    .and_then(|n| u32::try_from(n).ok())
                    .unwrap_or_default();
            }
            b"uc" => {
                let count = number.and_then(|n| u8::try_from(n).ok()).unwrap_or(1);
                self.change(|group| group.fallback = count.min(8));
            }
            b"u" => self.unicode(number.unwrap_or_default()),
            b"htmltag" if self.is_html => self.change(|group| {
                group.tag = true;
                group.skipped = false;
                group.shadow = false;
            }),
            b"htmlrtf" if self.is_html => {
                self.settle();
                self.change(|group| group.shadow = number != Some(0));
            }
            b"par" | b"line" | b"row" | b"sect" | b"page" => self.line_end(),
            b"tab" | b"cell" => self.write("\t"),
            b"lquote" => self.write("\u{2018}"),
            b"rquote" => self.write("\u{2019}"),
            b"ldblquote" => self.write("\u{201c}"),
            b"rdblquote" => self.write("\u{201d}"),
            b"bullet" => self.write("\u{2022}"),
            b"endash" => self.write("\u{2013}"),
            b"emdash" => self.write("\u{2014}"),
            b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object"
            | b"header" | b"footer" | b"footnote" | b"xe" | b"tc" | b"bkmkstart" | b"bkmkend"
            | b"listtable" | b"mhtmltag" | b"fldinst" => self.change(|group| group.skipped = true),
            _ if optional => self.change(|group| group.skipped = true),
            _ => {}
        }
    }

    /// `\u8364?`: a UTF-16 unit, written as a signed number.
    fn unicode(&mut self, number: i32) {
        self.settle();
        self.leave_out = self.group().fallback;
        let Ok(unit) = u16::try_from(number & 0xffff) else {
            return;
        };
        if !self.is_shown() {
            return;
        }
        let units = match self.surrogate.take() {
            Some(high) => vec![high, unit],
            None if (0xd800..0xdc00).contains(&unit) => {
                self.surrogate = Some(unit);
                return;
            }
            None => vec![unit],
        };
        self.out.extend(
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
    }

    fn line_end(&mut self) {
        self.write("\n");
    }

    fn write(&mut self, text: &str) {
        if self.is_shown() {
            self.settle();
            self.out.push_str(text);
        }
    }

    /// Decodes the bytes that have come together.
    fn settle(&mut self) {
        if !self.bytes.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
            if bytes.is_ascii() {
                self.out.push_str(&String::from_utf8_lossy(&bytes));
            } else {
                let codepage = if self.codepage == 0 {
                    1252
                } else {
                    self.codepage
                };
                self.out.push_str(&codepage::decode(&bytes, codepage));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rtf_is_read_as_text() {
        for (rtf, want) in [
            (
                "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\colortbl;}\\pard Hello \\b you\\b0\\par World}",
                "Hello you\nWorld",
            ),
            (
                "{\\rtf1\\ansi\\ansicpg1252 Gr\\'fc\\'dfe \\u8364?5\\{\\}}",
                "Grüße €5{}",
            ),
            ("{\\rtf1\\ansi\\ansicpg932 \\'82\\'b1\\'82\\'f1}", "こん"),
            ("{\\rtf1\\uc1 \\u-10179?\\u-8704?}", "😀"),
            ("{\\rtf1{\\*\\generator x;}a\\tab b{\\pict 0123}}", "a\tb"),
            ("", ""),
            ("}}}{{{\\", ""),
        ] {
            assert_eq!(
                read(rtf.as_bytes()),
                Content::Text(want.to_owned()),
                "{rtf}"
            );
        }
    }

    #[test]
    fn html_is_taken_out_of_its_wrapping() {
        let rtf = "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0 Arial;}}\
            {\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Gr\\'fc\\'dfe{\\*\\htmltag84 <b>}\\htmlrtf \\b\\htmlrtf0 you\
            {\\*\\htmltag92 </b>}{\\*\\mhtmltag92 x}\\htmlrtf }\\htmlrtf0{\\*\\htmltag72 </p>}}";
        assert_eq!(
            read(rtf.as_bytes()),
            Content::Html("<p>Grüße<b>you</b></p>".to_owned())
        );
    }

    #[test]
    fn groups_without_end_are_bounded() {
        let rtf = "{".repeat(100_000) + "text";
        assert_eq!(read(rtf.as_bytes()), Content::Text("text".to_owned()));
    }
}
