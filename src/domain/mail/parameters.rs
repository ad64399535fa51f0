//! Values with parameters: `text/plain; charset=utf-8`. RFC 2045 section 5.1, with the continuations and
//! charsets of RFC 2231 and the encoded words that should not be there.

use std::collections::BTreeMap;

use super::{charset, encoded_word, transfer};

/// A value and its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    /// The value before the first `;`, in lower case: `text/plain`.
    pub value: String,
    /// Names in lower case, values decoded.
    pub parameters: BTreeMap<String, String>,
}

impl Parameters {
    /// Reads a field's unfolded value.
    pub fn read(raw: &str) -> Self {
        let mut pieces = split(raw).into_iter();
        let first = strip_comments(&pieces.next().unwrap_or_default());
        // `text/plain charset=utf-8`: the semicolon is missing.
        let (value, rest) = match first.trim().split_once(char::is_whitespace) {
            Some((value, rest)) if rest.contains('=') => (value.to_owned(), Some(rest.to_owned())),
            _ => (first.chars().filter(|c| !c.is_whitespace()).collect(), None),
        };
        let mut plain = BTreeMap::new();
        let mut continued: BTreeMap<String, BTreeMap<u16, (bool, String)>> = BTreeMap::new();
        for piece in rest.into_iter().chain(pieces) {
            let Some((name, value)) = piece.split_once('=') else {
                continue;
            };
            let name = strip_comments(name).trim().to_ascii_lowercase();
            let value = unquote(value);
            if let Some((base, index, extended)) = continuation(&name) {
                continued
                    .entry(base.to_owned())
                    .or_default()
                    .insert(index, (extended, value));
            } else {
                plain
                    .entry(name)
                    .or_insert_with(|| encoded_word::decode(&value).into_owned());
            }
        }
        for (name, pieces) in continued {
            plain.insert(name, join(&pieces));
        }
        Self {
            value: value.to_ascii_lowercase(),
            parameters: plain,
        }
    }

    /// A parameter's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

/// `filename*0*` is piece 0 of `filename`, with charset and escapes.
fn continuation(name: &str) -> Option<(&str, u16, bool)> {
    let (base, rest) = name.split_once('*')?;
    let (index, extended) = match rest.strip_suffix('*') {
        Some(index) => (index, true),
        None => (rest, rest.is_empty()),
    };
    if index.is_empty() {
        return Some((base, 0, true));
    }
    Some((base, index.parse().ok()?, extended))
}

/// Joins the pieces of a parameter: bytes first, text last, because a character may be cut by a piece.
fn join(pieces: &BTreeMap<u16, (bool, String)>) -> String {
    let mut bytes = Vec::new();
    let mut label = None;
    for (position, (extended, value)) in pieces.values().enumerate() {
        if !extended {
            bytes.extend_from_slice(value.as_bytes());
            continue;
        }
        let mut value = value.as_str();
        if position == 0
            && let Some((charset, rest)) = value.split_once('\'')
            && let Some((_, text)) = rest.split_once('\'')
        {
            label = Some(charset);
            value = text;
        }
        transfer::hex_escapes(value.as_bytes(), b'%', &mut bytes);
    }
    charset::decode(
        &bytes,
        label.filter(|label| !label.is_empty()).or(Some("utf-8")),
    )
}

/// Splits at `;` outside quotes. A quote that is never closed ends at the end.
fn split(raw: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in raw.chars() {
        if c == ';' && !quoted {
            pieces.push(String::new());
            escaped = false;
            continue;
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

/// Removes quotes and comments around a parameter's value. A lone `\` before a letter is kept: Windows
/// paths are more frequent than escapes.
fn unquote(value: &str) -> String {
    let value = value.trim();
    let Some(inner) = value.strip_prefix('"') else {
        return strip_comments(value).trim().trim_matches('"').to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' => break,
            '\\' => match characters.next_if(|next| matches!(next, '"' | '\\')) {
                Some(next) => out.push(next),
                None => out.push(c),
            },
            c => out.push(c),
        }
    }
    out
}

/// Removes `(comments)`.
pub(super) fn strip_comments(text: &str) -> String {
    if !text.contains('(') {
        return text.to_owned();
    }
    let mut depth = 0_usize;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_in_every_form_that_occurs() {
        for (raw, name, want) in [
            ("text/plain; charset=utf-8", "charset", "utf-8"),
            (
                "text/plain; Charset=\"utf-8\" (comment)",
                "charset",
                "utf-8",
            ),
            ("a/b; name=\"a;b=c.txt\"", "name", "a;b=c.txt"),
            ("a/b; name=\"a\\\"b\"", "name", "a\"b"),
            ("a/b; name=two words.txt", "name", "two words.txt"),
            ("a/b; name=\"=?utf-8?q?=C3=BC.txt?=\"", "name", "ü.txt"),
            (
                "attachment; filename*=UTF-8''%C3%BC.txt",
                "filename",
                "ü.txt",
            ),
            (
                "attachment; filename*=iso-8859-1'de'%FC.txt",
                "filename",
                "ü.txt",
            ),
            (
                "attachment; filename=plain.txt; filename*=UTF-8''%C3%BC.txt",
                "filename",
                "ü.txt",
            ),
            (
                "attachment; filename*0*=UTF-8''%C3; filename*1*=%BC; filename*2=.txt",
                "filename",
                "ü.txt",
            ),
            (
                "attachment; filename*1=b.txt; filename*0=a",
                "filename",
                "ab.txt",
            ),
            ("text/plain charset=utf-8", "charset", "utf-8"),
            ("a/b; name=\"never closed", "name", "never closed"),
        ] {
            assert_eq!(Parameters::read(raw).get(name), Some(want), "{raw}");
        }
        assert_eq!(Parameters::read("Text/HTML ; x").value, "text/html");
        assert_eq!(
            Parameters::read("text/plain charset=utf-8").value,
            "text/plain"
        );
    }
}
