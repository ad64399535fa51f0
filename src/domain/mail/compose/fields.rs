//! Values made fit to stand in a header, whatever they were (A13).

use crate::domain::mail::limits::MESSAGE_ID_BYTES;

/// One line: line ends, tabs and control characters become blanks, and of several blanks in a row one is kept.
/// Blanks between encoded words are not part of the text (RFC 2047, section 6.2), so a second one would take the
/// first one with it.
pub(super) fn one_line(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}') {
                ' '
            } else {
                c
            }
        })
        .collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").chars().take(2000).collect()
}

/// A Message-ID without brackets: printable ASCII with an `@` inside; None otherwise.
pub(super) fn message_id(id: &str) -> Option<String> {
    let id = id.trim().trim_start_matches('<').trim_end_matches('>');
    let plain = id
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>'));
    let (left, right) = id.split_once('@')?;
    // Folded into a line of its own, with brackets.
    (plain && !left.is_empty() && !right.is_empty() && id.len() <= MESSAGE_ID_BYTES - 20)
        .then(|| id.to_owned())
}

/// Printable ASCII alone: marks, list ids and addresses of pages.
pub(super) fn token(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>'))
        .take(900)
        .collect()
}

/// A type that can stand in a header; `application/octet-stream` for anything else.
pub(super) fn content_type(given: &str) -> String {
    let essence = given
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let word = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    match essence.split_once('/') {
        // A multipart or message type would be read as structure.
        Some((kind, sub))
            if word(kind)
                && word(sub)
                && kind != "multipart"
                && kind != "message"
                && essence.len() <= 100 =>
        {
            essence
        }
        _ => "application/octet-stream".to_owned(),
    }
}

/// Body text with CRLF line ends and without NUL.
pub(super) fn body_text(text: &str) -> String {
    let lines = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\0', "");
    lines.replace('\n', "\r\n")
}
