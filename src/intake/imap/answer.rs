//! What one whole answer says. All of this is plain reading of bytes that were framed before; nothing
//! here can panic on what a server sends.

use bytes::{Bytes, BytesMut};

/// How an answer ends a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    /// It was done.
    Ok,
    /// It was not, and the server says why: its NO or BAD with the text.
    Refused(String),
}

/// One answer, sorted by what it means to a command in progress.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// `* …`: data, or news.
    Data(&'a [u8]),
    /// `+ …`: the server waits for more.
    Continue,
    /// `TAG OK …`: a command has ended.
    Tagged(&'a [u8], Done),
    /// None of these.
    Nonsense,
}

/// Sorts `answer`.
pub(super) fn kind(answer: &[u8]) -> Kind<'_> {
    let line = trimmed(answer);
    if let Some(rest) = line.strip_prefix(b"* ") {
        return Kind::Data(rest);
    }
    if line.first() == Some(&b'+') {
        return Kind::Continue;
    }
    let (tag, rest) = word(line);
    let (status, _) = word(rest);
    if tag.is_empty() {
        Kind::Nonsense
    } else if status.eq_ignore_ascii_case(b"OK") {
        Kind::Tagged(tag, Done::Ok)
    } else if status.eq_ignore_ascii_case(b"NO") || status.eq_ignore_ascii_case(b"BAD") {
        Kind::Tagged(tag, Done::Refused(words(rest)))
    } else {
        Kind::Nonsense
    }
}

/// The words of a `* BYE`, with which a server hangs up.
pub(super) fn bye(answer: &[u8]) -> Option<String> {
    let (status, rest) = word(trimmed(answer).strip_prefix(b"* ")?);
    status.eq_ignore_ascii_case(b"BYE").then(|| words(rest))
}

/// What a tagged line says after its tag.
pub(super) fn tagged_words(answer: &[u8]) -> Option<String> {
    match answer.first() {
        None | Some(b'*' | b'+') => None,
        Some(_) => Some(words(word(trimmed(answer)).1)),
    }
}

/// The number of `* n EXISTS`.
pub(super) fn exists(data: &[u8]) -> Option<u32> {
    let (number, rest) = word(data);
    let (name, _) = word(rest);
    if name.eq_ignore_ascii_case(b"EXISTS") {
        self::number(number)
    } else {
        None
    }
}

/// Whether something in the folder came, went or changed its place.
pub(super) fn is_change(data: &[u8]) -> bool {
    let (first, rest) = word(data);
    let (name, _) = word(rest);
    exists(data).is_some()
        || name.eq_ignore_ascii_case(b"RECENT")
        || name.eq_ignore_ascii_case(b"EXPUNGE")
        || first.eq_ignore_ascii_case(b"VANISHED")
}

/// Whether the whole answer is an EXISTS.
pub(super) fn is_exists(answer: &[u8]) -> bool {
    answer
        .strip_prefix(b"* ")
        .is_some_and(|data| exists(trimmed(data)).is_some())
}

/// Whether async-imap may see this answer. Its parser panics on some data (`ID (.. NIL)`, odd METADATA)
/// and gives up the connection over data it does not know, so it sees only what it has a use for: lines
/// with a status, continuations, and EXISTS.
pub(super) fn is_harmless(answer: &[u8]) -> bool {
    match answer.strip_prefix(b"* ") {
        None => true,
        Some(data) => {
            let (first, _) = word(trimmed(data));
            is_exists(answer)
                || ["OK", "NO", "BAD"]
                    .iter()
                    .any(|status| first.eq_ignore_ascii_case(status.as_bytes()))
        }
    }
}

/// The same line with `?` for every byte that is not printable ASCII: async-imap's parser cuts text after
/// a code at the next byte, which panics inside a longer character.
pub(super) fn plain_ascii(answer: &Bytes) -> Bytes {
    if answer
        .iter()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n'))
    {
        return answer.clone();
    }
    let mut plain = BytesMut::from(&answer[..]);
    for byte in plain.iter_mut() {
        if !matches!(byte, b' '..=b'~' | b'\r' | b'\n') {
            *byte = b'?';
        }
    }
    plain.freeze()
}

/// The capabilities in `CAPABILITY A B C` or in `OK [CAPABILITY A B C] text`, in capitals. However many
/// spaces stand between them.
pub(super) fn capabilities(data: &[u8]) -> Option<Vec<String>> {
    let text = String::from_utf8_lossy(trimmed(data)).to_ascii_uppercase();
    let list = match text.find("[CAPABILITY ") {
        Some(at) => text[at + 1..].split(']').next()?,
        None => text.as_str(),
    };
    let mut words = list.split_ascii_whitespace();
    (words.next() == Some("CAPABILITY")).then(|| words.map(str::to_owned).collect())
}

/// The UIDs of `SEARCH 1 2 3`, added to `uids`. Anything after them, like `(MODSEQ 9)`, is left alone.
pub(super) fn search(data: &[u8], uids: &mut Vec<u32>) -> bool {
    let (name, rest) = word(data);
    if !name.eq_ignore_ascii_case(b"SEARCH") {
        return false;
    }
    let words = rest.split(|byte| *byte == b' ').filter(|w| !w.is_empty());
    uids.extend(words.map_while(number));
    true
}

/// Decimal digits as a number.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The first word of `line` and what follows it, without the spaces between.
pub(super) fn word(line: &[u8]) -> (&[u8], &[u8]) {
    let line = line.trim_ascii_start();
    let end = line
        .iter()
        .position(|byte| *byte == b' ')
        .unwrap_or(line.len());
    let (first, rest) = line.split_at(end);
    (first, rest.trim_ascii_start())
}

fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Text of a server, fit to be shown: one line, not too long.
pub(super) fn words(text: &[u8]) -> String {
    String::from_utf8_lossy(text)
        .chars()
        .filter(|c| !c.is_control())
        .take(300)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_sorted_by_what_they_mean() {
        assert_eq!(kind(b"* 3 EXISTS\r\n"), Kind::Data(b"3 EXISTS"));
        assert_eq!(kind(b"+ idling\r\n"), Kind::Continue);
        assert_eq!(kind(b"+\r\n"), Kind::Continue);
        assert_eq!(kind(b"A1 OK\r\n"), Kind::Tagged(b"A1", Done::Ok));
        assert_eq!(kind(b"A1  ok done\r\n"), Kind::Tagged(b"A1", Done::Ok));
        assert_eq!(
            kind(b"A1 NO [OVERQUOTA] full\r\n"),
            Kind::Tagged(b"A1", Done::Refused("NO [OVERQUOTA] full".to_owned()))
        );
        for nonsense in [&b"\r\n"[..], b"hello\r\n", b"A1 MAYBE\r\n", b"\xff\xfe\r\n"] {
            assert_eq!(kind(nonsense), Kind::Nonsense, "{nonsense:?}");
        }
    }

    #[test]
    fn a_bye_is_heard() {
        assert_eq!(bye(b"* BYE too long\r\n").as_deref(), Some("too long"));
        assert_eq!(bye(b"* bye\r\n").as_deref(), Some(""));
        assert_eq!(bye(b"* OK BYE\r\n"), None);
    }

    #[test]
    fn capabilities_survive_double_spaces() {
        for line in [
            "CAPABILITY IMAP4rev1  IDLE uidplus\r\n",
            "OK [CAPABILITY IMAP4rev1 IDLE  UIDPLUS] Logged in\r\n",
        ] {
            let read = capabilities(line.as_bytes()).unwrap();
            assert_eq!(read, ["IMAP4REV1", "IDLE", "UIDPLUS"]);
        }
        assert_eq!(capabilities(b"OK done"), None);
    }

    #[test]
    fn search_results_are_read_whatever_follows_them() {
        for (line, uids) in [
            ("SEARCH 1 2 30", &[1, 2, 30][..]),
            ("SEARCH", &[]),
            ("SEARCH 5 ", &[5]),
            ("SEARCH 5 9 (MODSEQ 12)", &[5, 9]),
        ] {
            let mut read = Vec::new();
            assert!(search(line.as_bytes(), &mut read));
            assert_eq!(read, uids);
        }
        assert!(!search(b"3 EXISTS", &mut Vec::new()));
    }

    #[test]
    fn async_imap_sees_nothing_that_could_hurt_it() {
        for line in [
            "* OK [UIDNEXT 4] x\r\n",
            "* 3 EXISTS\r\n",
            "A1 NO x\r\n",
            "+ \r\n",
        ] {
            assert!(is_harmless(line.as_bytes()), "{line}");
        }
        for line in [
            "* ID (\"a\" NIL)\r\n",
            "* 1 FETCH (INTERNALDATE NIL)\r\n",
            "* XFOO\r\n",
        ] {
            assert!(!is_harmless(line.as_bytes()), "{line}");
        }
        let line = Bytes::from("A1 OK [ALERT]é\0\r\n");
        assert_eq!(plain_ascii(&line), "A1 OK [ALERT]???\r\n");
    }
}
