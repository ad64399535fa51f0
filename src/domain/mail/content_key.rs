//! The key by which the same mail is known again when it is delivered twice.

use sha2::{Digest, Sha256};

use super::headers::first_line;

/// Header fields that each delivery writes anew; names ending with `-` are prefixes.
const TRACE_FIELDS: [&str; 8] = [
    "return-path",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "received",
    "authentication-results",
    "arc-",
    "x-spam-",
];

/// SHA-256 of the mail without what deliveries write into it, line ends as LF: two copies of one mail have
/// one key, whichever way they came.
pub fn content_key(raw: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut rest = raw;
    let (mut in_header, mut skipping) = (true, false);
    while !rest.is_empty() {
        let (line, taken) = first_line(rest);
        rest = rest.get(taken..).unwrap_or_default();
        if in_header {
            in_header = !line.is_empty();
            if !matches!(line.first(), Some(b' ' | b'\t')) {
                skipping = in_header && is_trace_field(line);
            }
            if skipping {
                continue;
            }
        }
        hash.update(line);
        hash.update(b"\n");
    }
    hash.finalize().into()
}

fn is_trace_field(line: &[u8]) -> bool {
    let name = line
        .split(|&byte| byte == b':')
        .next()
        .unwrap_or_default()
        .trim_ascii_end();
    TRACE_FIELDS
        .iter()
        .any(|field| match field.strip_suffix('-') {
            Some(_) => name
                .get(..field.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(field.as_bytes())),
            None => name.eq_ignore_ascii_case(field.as_bytes()),
        })
}

#[cfg(test)]
mod tests {
    use super::content_key;

    #[test]
    fn two_deliveries_of_one_mail_have_one_key() {
        let one = content_key(
            b"Delivered-To: a@b\r\nReceived: from x\r\n by y\r\nSubject: s\r\n\r\ntext\r\n",
        );
        let two = content_key(
            b"Return-Path: <>\nX-Spam-Score: 1\nARC-Seal: i=1\n b=x\nSubject: s\n\ntext\n",
        );
        assert_eq!(one, two);
        assert_ne!(one, content_key(b"Subject: s\n\nother\n"));
        // In the body these words are content.
        assert_ne!(
            content_key(b"Subject: s\n\nReceived: x\n"),
            content_key(b"Subject: s\n\n")
        );
    }
}
