//! The messages of the domain name system, RFC 1035 section 4, as far as a question for TXT records needs them.

use std::time::Duration;

/// TXT, in class IN.
const TXT: u16 = 16;
const IN: u16 = 1;
/// The largest datagram that passes everywhere (RFC 9715).
const DATAGRAM: u16 = 1232;
/// Records of an answer that are looked at, and bytes of text that are kept of it.
const MOST_RECORDS: u16 = 50;
const MOST_BYTES: usize = 64 * 1024;

/// A question, and its bytes.
pub(super) struct Question {
    pub bytes: Vec<u8>,
    /// Where the question ends in them.
    end: usize,
}

impl Question {
    /// A question for the TXT records of a name. None if it is no name.
    pub fn texts(id: u16, name: &str) -> Option<Self> {
        let mut bytes = Vec::with_capacity(300);
        bytes.extend(id.to_be_bytes());
        // Recursion desired; one question, one additional record.
        bytes.extend([0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1]);
        let name = name.trim_end_matches('.');
        if name.len() > 253 {
            return None;
        }
        for label in name.split('.') {
            let length = u8::try_from(label.len())
                .ok()
                .filter(|n| (1..=63).contains(n))?;
            bytes.push(length);
            bytes.extend(label.bytes());
        }
        bytes.push(0);
        bytes.extend(TXT.to_be_bytes());
        bytes.extend(IN.to_be_bytes());
        let end = bytes.len();
        // EDNS(0), RFC 6891: how long an answer may be.
        bytes.extend([0, 0, 41]);
        bytes.extend(DATAGRAM.to_be_bytes());
        bytes.extend([0; 6]);
        Some(Self { bytes, end })
    }

    /// Whether a message answers this question, and no other (RFC 5452 section 3).
    pub fn is_answered_by(&self, reply: &[u8]) -> bool {
        let id = self.bytes.get(..2);
        let question = self.bytes.get(12..self.end).unwrap_or_default();
        let asked = reply.get(12..self.end).unwrap_or_default();
        let is_reply = reply.get(2).is_some_and(|flags| flags & 0x80 != 0);
        reply.get(..2) == id
            && is_reply
            && number(reply, 4) == Some(1)
            && asked.eq_ignore_ascii_case(question)
    }
}

/// Whether the server cut the answer: it can be had by a stream.
pub(super) fn is_cut(reply: &[u8]) -> bool {
    reply.get(2).is_some_and(|flags| flags & 0x02 != 0)
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// Each record's strings joined (RFC 6376 section 3.6.2.2).
    pub texts: Vec<String>,
    /// For how long it holds.
    pub lives: Duration,
}

impl Answer {
    /// Reads an answer. None if the server could not answer, or it makes no sense.
    pub fn read(reply: &[u8]) -> Option<Self> {
        let failure = reply.get(3)? & 0x0f;
        let mut answer = Self {
            texts: Vec::new(),
            lives: Duration::from_mins(5),
        };
        match failure {
            0 => {}
            // There is no such name.
            3 => return Some(answer),
            _ => return None,
        }
        let records = number(reply, 6)?;
        let mut at = after_name(reply, 12)? + 4;
        let mut bytes = 0;
        for _ in 0..records.min(MOST_RECORDS) {
            // Whose record it is does not matter: aliases (CNAME) lead to it, and the server followed them.
            at = after_name(reply, at)?;
            let (kind, class) = (number(reply, at)?, number(reply, at + 2)?);
            let lives =
                (u32::from(number(reply, at + 4)?) << 16) | u32::from(number(reply, at + 6)?);
            let length = usize::from(number(reply, at + 8)?);
            let data = reply.get(at + 10..at + 10 + length)?;
            at += 10 + length;
            if (kind, class) != (TXT, IN) {
                continue;
            }
            bytes += data.len();
            if bytes > MOST_BYTES {
                break;
            }
            let lives = Duration::from_secs(u64::from(lives));
            answer.lives = if answer.texts.is_empty() {
                lives
            } else {
                answer.lives.min(lives)
            };
            answer.texts.push(joined(data)?);
        }
        Some(answer)
    }
}

/// The character strings of a TXT record, one after another.
fn joined(mut data: &[u8]) -> Option<String> {
    let mut text = Vec::new();
    while let [length, rest @ ..] = data {
        let (string, after) = rest.split_at_checked(usize::from(*length))?;
        text.extend_from_slice(string);
        data = after;
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// Where what follows a name begins. A pointer ends a name (section 4.1.4), so nothing is followed in circles.
fn after_name(reply: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = *reply.get(at)?;
        match length {
            0 => return Some(at + 1),
            0xc0..=0xff => return Some(at + 2),
            1..=63 => at += 1 + usize::from(length),
            _ => return None,
        }
    }
}

fn number(reply: &[u8], at: usize) -> Option<u16> {
    let bytes = reply.get(at..at + 2)?;
    Some(u16::from_be_bytes([*bytes.first()?, *bytes.get(1)?]))
}
