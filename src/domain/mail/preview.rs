//! Attachments that can be read on a page as escaped text: text, tables, and mails. Nothing is rendered (A18).

use super::attachments::{attachment, attachment_text, text_of};
use super::parse::{Mail, parse};

/// Bytes of a text that are shown.
const MAX_TEXT: usize = 256 * 1024;
/// Bytes of a mail that is opened.
const MAX_MAIL: usize = 5 << 20;
/// Rows and columns of a table that are shown.
const MAX_ROWS: usize = 500;
const MAX_COLUMNS: usize = 50;

/// As what an attachment can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preview {
    /// Lines.
    Text,
    /// Rows of cells, RFC 4180 or with other separators.
    Table,
    /// A mail.
    Mail,
}

/// What is shown of an attachment.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// Lines, and whether there are more.
    Text(String, bool),
    /// Rows of cells, and whether there are more.
    Table(Vec<Vec<String>>, bool),
    /// A mail.
    Mail(Box<Mail>),
}

impl Preview {
    /// As what an attachment can be read, judged by its name and by what its sender calls it. A wrong judgement
    /// shows wrong characters, and nothing else.
    pub fn of(content_type: &str, filename: &str) -> Option<Self> {
        let ending = filename
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_ascii_lowercase());
        match (content_type, ending.as_deref().unwrap_or_default()) {
            ("message/rfc822" | "message/global" | "message/news", _) | (_, "eml") => {
                Some(Self::Mail)
            }
            ("text/csv" | "text/tab-separated-values", _) | (_, "csv" | "tsv") => Some(Self::Table),
            (
                _,
                "txt" | "log" | "md" | "json" | "xml" | "yaml" | "yml" | "ini" | "toml" | "sql"
                | "diff" | "patch" | "ics" | "vcf",
            ) => Some(Self::Text),
            (kind, _) if kind.starts_with("text/") => Some(Self::Text),
            ("application/json" | "application/xml" | "message/delivery-status", _) => {
                Some(Self::Text)
            }
            _ => None,
        }
    }

    /// Reads an attachment of a mail for showing.
    pub fn read(self, raw: &[u8], part: usize) -> Option<Shown> {
        if self == Self::Mail {
            let mut bytes = attachment(raw, part)?;
            bytes.truncate(MAX_MAIL);
            return Some(Shown::Mail(Box::new(parse(&bytes))));
        }
        let (text, more) = attachment_text(raw, part, MAX_TEXT)?;
        Some(self.of_text(text, more))
    }

    /// Reads a file that did not come by mail.
    pub fn read_whole(self, bytes: &[u8]) -> Shown {
        let (text, more) = text_of(bytes, None, MAX_TEXT);
        self.of_text(text, more)
    }

    fn of_text(self, text: String, more: bool) -> Shown {
        if self != Self::Table {
            return Shown::Text(text, more);
        }
        let (rows, cut) = rows(&text);
        Shown::Table(rows, more || cut)
    }
}

/// The cells of a table, and whether some were left out. The separator is the one that the first line has most of.
fn rows(text: &str) -> (Vec<Vec<String>>, bool) {
    let first = text.lines().next().unwrap_or_default();
    let separator = [',', ';', '\t', '|']
        .into_iter()
        .max_by_key(|&c| (first.matches(c).count(), c == ','));
    let separator = separator.unwrap_or(',');
    let mut rows = vec![vec![String::new()]];
    let (mut quoted, mut cut) = (false, false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let Some(cell) = rows.last_mut().and_then(|row| row.last_mut()) else {
            break;
        };
        match c {
            '"' if quoted && characters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            '\n' if !quoted => {
                if rows.len() == MAX_ROWS {
                    cut = characters.peek().is_some();
                    break;
                }
                rows.push(vec![String::new()]);
            }
            c if c == separator && !quoted => {
                if let Some(row) = rows.last_mut() {
                    row.push(String::new());
                }
            }
            c => cell.push(c),
        }
    }
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    for row in &mut rows {
        cut |= row.len() > MAX_COLUMNS;
        row.truncate(MAX_COLUMNS);
    }
    (rows, cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_with_its_own_separator() {
        for (text, want) in [
            (
                "a,b\n1,\"x, \"\"y\"\"\nz\"\n",
                vec![vec!["a", "b"], vec!["1", "x, \"y\"\nz"]],
            ),
            ("a;b\n1,5;2\n\n", vec![vec!["a", "b"], vec!["1,5", "2"]]),
            ("a\tb\n\"open", vec![vec!["a", "b"], vec!["open"]]),
            ("", vec![]),
        ] {
            assert_eq!(rows(text).0, want, "{text:?}");
        }
        let (long, cut) = rows(&"x,y\n".repeat(2000));
        assert_eq!((long.len(), cut), (MAX_ROWS, true));
        assert_eq!(rows(&",".repeat(5000)).0.len(), 0);
    }

    #[test]
    fn only_what_is_text_can_be_read_on_a_page() {
        for (kind, name, preview) in [
            ("text/csv", "a.csv", Some(Preview::Table)),
            (
                "application/octet-stream",
                "Export.CSV",
                Some(Preview::Table),
            ),
            ("text/html", "a.html", Some(Preview::Text)),
            ("message/rfc822", "x", Some(Preview::Mail)),
            ("application/pdf", "a.pdf", None),
            ("image/svg+xml", "a.svg", None),
            ("application/zip", "a.zip", None),
        ] {
            assert_eq!(Preview::of(kind, name), preview, "{kind} {name}");
        }
    }

    #[test]
    fn text_is_shown_whatever_its_charset_says() {
        let raw = b"Content-Type: text/plain; charset=utf-8; name=a.txt\nContent-Disposition: attachment\n\nGr\xfc\xdfe <b>";
        assert_eq!(
            Preview::Text.read(raw, 0),
            Some(Shown::Text("Grüße <b>".into(), false))
        );
    }
}
