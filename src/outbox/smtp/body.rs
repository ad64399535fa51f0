//! The message as it goes over the wire (A12).

use std::borrow::Cow;

/// `message` with every line ended by CRLF: no bare CR, no bare LF, nothing that two servers could read as
/// the end of the message in two ways (SMTP smuggling). The last line's end is left out: it is part of the
/// `CRLF . CRLF` that follows. The composer writes CRLF already, so this normally copies nothing.
pub(super) fn canonical(message: &[u8]) -> Cow<'_, [u8]> {
    if is_canonical(message) {
        return Cow::Borrowed(message.strip_suffix(b"\r\n").unwrap_or(message));
    }
    let mut out = Vec::with_capacity(message.len() + message.len() / 32);
    let mut bytes = message.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' => {
                if bytes.peek() == Some(&b'\n') {
                    bytes.next();
                }
                out.extend_from_slice(b"\r\n");
            }
            b'\n' => out.extend_from_slice(b"\r\n"),
            other => out.push(other),
        }
    }
    if out.ends_with(b"\r\n") {
        out.truncate(out.len() - 2);
    }
    Cow::Owned(out)
}

fn is_canonical(message: &[u8]) -> bool {
    let mut last = 0;
    for byte in message {
        if (*byte == b'\n') != (last == b'\r') {
            return false;
        }
        last = *byte;
    }
    last != b'\r'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(message: &str) -> String {
        String::from_utf8(canonical(message.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn a12_every_line_ends_with_crlf_and_the_last_end_is_left_to_the_dot() {
        for (given, sent) in [
            ("a\r\nb\r\n", "a\r\nb"),
            ("a\r\nb", "a\r\nb"),
            ("a\nb\n", "a\r\nb"),
            ("a\rb\r", "a\r\nb"),
            ("\n.\n", "\r\n."),
            ("\r.\r\n", "\r\n."),
            ("\n.\r\n", "\r\n."),
            ("a\r\r\nb", "a\r\n\r\nb"),
            ("a\n\rb", "a\r\n\r\nb"),
            ("\r\n\r\n", "\r\n"),
            ("", ""),
        ] {
            assert_eq!(mended(given), sent, "{given:?}");
        }
    }

    #[test]
    fn what_is_right_already_is_not_copied() {
        assert!(matches!(canonical(b"a\r\n.\r\nb\r\n"), Cow::Borrowed(_)));
    }
}
