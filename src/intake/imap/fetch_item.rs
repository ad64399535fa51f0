//! What one FETCH answer says (RFC 3501 section 7.4.2), read without copying the mail in it.

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::answer::number;

/// How large a mail is, before it is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sized {
    /// Its UID.
    pub uid: u32,
    /// Its size in bytes, as the server announces it; 0 if it does not.
    pub size: u64,
    /// When it arrived at the server.
    pub internal_date: Option<DateTime<Utc>>,
    /// Its flags, as the server writes them.
    pub flags: Vec<String>,
}

/// One mail as it came from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its UID.
    pub uid: u32,
    /// Its size in bytes, as the server announces it. `body` is shorter only if less was asked for, or if
    /// the server twice gave the same other number of bytes.
    pub size: u64,
    /// When it arrived at the server.
    pub internal_date: Option<DateTime<Utc>>,
    /// Its flags, as the server writes them.
    pub flags: Vec<String>,
    /// The mail. Shares its memory with its neighbours: keep the batch only as long as it is needed.
    pub body: Bytes,
}

/// The parts of a FETCH answer that we ask for; absent ones are `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Item {
    pub uid: Option<u32>,
    pub size: Option<u64>,
    pub internal_date: Option<DateTime<Utc>>,
    pub flags: Option<Vec<String>>,
    pub body: Option<Bytes>,
}

/// Reads `answer` if it is a FETCH. `Some(Err)` if it is one that makes no sense.
pub(super) fn read(answer: &Bytes) -> Option<Result<Item, ()>> {
    let mut reader = Reader { answer, at: 0 };
    reader.take(b"* ")?;
    number(reader.atom()?)?;
    reader.spaces();
    if !reader.atom()?.eq_ignore_ascii_case(b"FETCH") {
        return None;
    }
    Some(reader.items().ok_or(()))
}

/// A value of one item.
enum Value<'a> {
    Atom(&'a [u8]),
    Text(Bytes),
    List(&'a [u8]),
}

struct Reader<'a> {
    answer: &'a Bytes,
    at: usize,
}

impl<'a> Reader<'a> {
    fn items(&mut self) -> Option<Item> {
        let mut item = Item::default();
        self.spaces();
        self.take(b"(")?;
        loop {
            self.spaces();
            if self.take(b")").is_some() {
                return Some(item);
            }
            let name = self.name()?.to_ascii_uppercase();
            self.spaces();
            let value = self.value()?;
            match (name.as_slice(), value) {
                (b"UID", Value::Atom(digits)) => item.uid = Some(number(digits)?),
                (b"RFC822.SIZE", Value::Atom(digits)) => {
                    // Some servers say -1: then it is not known, and the mail is still there.
                    item.size = std::str::from_utf8(digits).ok()?.parse().ok();
                }
                (b"INTERNALDATE", Value::Text(text)) => item.internal_date = date(&text),
                (b"FLAGS", Value::List(list)) => item.flags = Some(flags(list)),
                (name, Value::Text(text)) if is_body(name) => item.body = Some(text),
                // NIL: the server has the mail and nothing in it.
                (name, Value::Atom(b"NIL" | b"nil")) if is_body(name) => {
                    item.body = Some(Bytes::new());
                }
                _ => {}
            }
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.answer.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, token: &[u8]) -> Option<()> {
        self.rest()
            .starts_with(token)
            .then(|| self.at += token.len())
    }

    fn spaces(&mut self) {
        while self.take(b" ").is_some() {}
    }

    /// Bytes up to the next one that `ends` an item; at least one.
    fn until(&mut self, ends: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| ends(*byte))?;
        self.at += length;
        (length > 0).then(|| &rest[..length])
    }

    fn atom(&mut self) -> Option<&'a [u8]> {
        self.until(|byte| matches!(byte, b' ' | b'(' | b')' | b'"' | b'\r' | b'\n'))
    }

    /// The name of an item; a section in brackets (`BODY[]<0>`) belongs to it.
    fn name(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        self.until(|byte| matches!(byte, b' ' | b'[' | b'(' | b')' | b'\r' | b'\n'))?;
        if self.take(b"[").is_some() {
            while self.take(b"]").is_none() {
                self.at += 1;
                self.rest().first()?;
            }
            if self.rest().first() == Some(&b'<') {
                self.atom()?;
            }
        }
        self.answer.get(start..self.at)
    }

    fn value(&mut self) -> Option<Value<'a>> {
        match self.rest().first()? {
            b'"' => self.quoted().map(Value::Text),
            b'{' => self.literal().map(Value::Text),
            b'(' => self.list().map(Value::List),
            _ => self.atom().map(Value::Atom),
        }
    }

    fn quoted(&mut self) -> Option<Bytes> {
        self.take(b"\"")?;
        let start = self.at;
        let mut escaped = false;
        loop {
            match *self.rest().first()? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += 2;
                }
                b'\r' | b'\n' => return None,
                _ => self.at += 1,
            }
        }
        let text = self.answer.slice(start..self.at);
        self.take(b"\"")?;
        Some(if escaped { unescaped(&text) } else { text })
    }

    fn literal(&mut self) -> Option<Bytes> {
        self.take(b"{")?;
        let digits = self.until(|byte| !byte.is_ascii_digit())?;
        let length: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
        let _ = self.take(b"+");
        self.take(b"}")?;
        let _ = self.take(b"\r");
        self.take(b"\n")?;
        let end = self.at.checked_add(length)?;
        if end > self.answer.len() {
            return None;
        }
        let text = self.answer.slice(self.at..end);
        self.at = end;
        Some(text)
    }

    /// A list, brackets and all, however deep; counted, not descended into.
    fn list(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match *self.rest().first()? {
                b'(' => {
                    depth += 1;
                    self.at += 1;
                }
                b')' => {
                    depth -= 1;
                    self.at += 1;
                    if depth == 0 {
                        return self.answer.get(start..self.at);
                    }
                }
                b'"' => drop(self.quoted()?),
                b'{' => drop(self.literal()?),
                _ => self.at += 1,
            }
        }
    }
}

fn is_body(name: &[u8]) -> bool {
    name.starts_with(b"BODY[]")
}

fn unescaped(text: &Bytes) -> Bytes {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        let byte = if *byte == b'\\' {
            bytes.next()
        } else {
            Some(byte)
        };
        plain.extend(byte);
    }
    Bytes::from(plain)
}

fn flags(list: &[u8]) -> Vec<String> {
    list.split(|byte| matches!(byte, b' ' | b'(' | b')'))
        .filter(|flag| !flag.is_empty())
        .map(|flag| String::from_utf8_lossy(flag).into_owned())
        .collect()
}

/// `date-time`: ` 5-Nov-2026 10:00:00 +0100`.
fn date(text: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(text).ok()?.trim();
    DateTime::parse_from_str(text, "%d-%b-%Y %H:%M:%S %z")
        .ok()
        .map(|date| date.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str) -> Option<Result<Item, ()>> {
        read(&Bytes::copy_from_slice(text.as_bytes()))
    }

    #[test]
    fn a_whole_answer_is_read_in_any_order() {
        let expected = Item {
            uid: Some(7),
            size: Some(5),
            internal_date: Some("2026-11-05T09:00:00Z".parse().unwrap()),
            flags: Some(vec!["\\Seen".to_owned(), "$Junk".to_owned()]),
            body: Some(Bytes::from_static(b"a)\r\n\"")),
        };
        for text in [
            "* 1 FETCH (UID 7 RFC822.SIZE 5 INTERNALDATE \" 5-Nov-2026 10:00:00 +0100\" FLAGS (\\Seen $Junk) BODY[] {5}\r\na)\r\n\")\r\n",
            "* 1 fetch  (BODY[]  {5}\r\na)\r\n\" FLAGS (\\Seen  $Junk) internaldate \"05-Nov-2026 10:00:00 +0100\" rfc822.size 5 X-GM-LABELS (a (b \"c)\") d) UID 7 )\r\n",
            "* 1 FETCH (UID 7 EMAILID (x) MODSEQ (9) RFC822.SIZE 5 INTERNALDATE \"05-Nov-2026 10:00:00 +0100\" FLAGS (\\Seen $Junk) BODY[]<0> {5+}\r\na)\r\n\")\r\n",
        ] {
            assert_eq!(item(text), Some(Ok(expected.clone())), "{text}");
        }
    }

    #[test]
    fn a_body_may_be_a_quoted_string_or_nothing() {
        let body = |text| item(text).unwrap().unwrap().body;
        assert_eq!(
            body("* 1 FETCH (UID 7 BODY[] \"a\\\"b\")\r\n").unwrap(),
            "a\"b"
        );
        assert_eq!(body("* 1 FETCH (UID 7 BODY[] NIL)\r\n").unwrap(), "");
        assert_eq!(body("* 1 FETCH (UID 7 BODY[HEADER] \"x\")\r\n"), None);
    }

    #[test]
    fn what_we_did_not_ask_for_is_stepped_over() {
        let read = item("* 9 FETCH (INTERNALDATE NIL ENVELOPE ((\"a\" {3}\r\n))))) X UID 3)\r\n");
        // `X` has no value of its own here: the answer makes no sense, and says so.
        assert_eq!(read, Some(Err(())));
        let read = item("* 9 FETCH (INTERNALDATE NIL ENVELOPE ((\"a\" {3}\r\n))))) X 1 UID 3)\r\n");
        assert_eq!(read.unwrap().unwrap().uid, Some(3));
    }

    #[test]
    fn a_size_that_is_none_is_not_known() {
        let read = item("* 1 FETCH (UID 3 RFC822.SIZE -1)\r\n")
            .unwrap()
            .unwrap();
        assert_eq!((read.uid, read.size), (Some(3), None));
    }

    #[test]
    fn other_answers_are_not_fetches() {
        assert_eq!(item("* 9 EXISTS\r\n"), None);
        assert_eq!(item("* SEARCH 1\r\n"), None);
        assert_eq!(item("A1 OK FETCH (done)\r\n"), None);
    }

    #[test]
    fn nonsense_is_an_error_and_never_a_panic() {
        for text in [
            "* 1 FETCH\r\n",
            "* 1 FETCH (UID\r\n",
            "* 1 FETCH (UID x)\r\n",
            "* 1 FETCH (UID 99999999999)\r\n",
            "* 1 FETCH (BODY[\r\n",
            "* 1 FETCH (BODY[] {9}\r\nabc)\r\n",
            "* 1 FETCH (BODY[] {99999999999999999999}\r\nabc)\r\n",
            "* 1 FETCH (FLAGS (\\Seen\r\n",
            "* 1 FETCH (BODY[] \"\\",
        ] {
            assert!(!matches!(item(text), Some(Ok(_))), "{text:?}");
        }
    }
}
