//! Bounds on the shape of HTML before it is given to the sanitiser, whose work grows with the square of the
//! nesting depth, and whose output grows with every formatting element that is left open (A33).

use std::borrow::Cow;

use super::attributes;

/// Bytes of HTML that are shown.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Tags of one mail.
const MAX_TAGS: usize = 60_000;
/// Elements inside each other.
const MAX_DEPTH: usize = 200;
/// `<html>` and `<body>` tags: the attributes of each are compared with those of all before it.
const MAX_ROOTS: usize = 20;
/// Formatting elements inside each other: each is opened anew in every paragraph.
const MAX_FORMATS: usize = 20;

const FORMATS: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Elements that are empty, or that the next of their kind closes.
const FLAT: [&str; 26] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option",
    "o:p",
];

/// The HTML, with the tags beyond the bounds left out. Every `<` counts wherever it stands, so that no way of
/// hiding a tag from this scan makes it cheaper.
pub(super) fn bounded(html: &str) -> Cow<'_, str> {
    let html = cut(html);
    let mut scan = Scan::default();
    let mut out: Option<String> = None;
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = html
        .as_bytes()
        .get(at..)
        .and_then(|rest| rest.iter().position(|&byte| byte == b'<'))
    {
        let start = at + found;
        at = start + 1;
        if scan.keeps(html.get(at..).unwrap_or_default()) {
            continue;
        }
        let out = out.get_or_insert_with(String::new);
        out.push_str(html.get(kept..start).unwrap_or_default());
        at = html
            .get(at..)
            .and_then(|rest| rest.find('>'))
            .map_or(html.len(), |end| at + end + 1);
        kept = at;
    }
    match out {
        None => attributes::bounded(html),
        Some(mut out) => {
            out.push_str(html.get(kept..).unwrap_or_default());
            Cow::Owned(attributes::bounded(&out).into_owned())
        }
    }
}

fn cut(html: &str) -> &str {
    let mut end = html.len().min(MAX_BYTES);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    html.get(..end).unwrap_or(html)
}

#[derive(Default)]
struct Scan {
    tags: usize,
    depth: usize,
    formats: usize,
    roots: usize,
}

impl Scan {
    /// Whether the tag that begins behind a `<` stays.
    fn keeps(&mut self, inner: &str) -> bool {
        let (closes, inner) = match inner.strip_prefix('/') {
            Some(inner) => (true, inner),
            None => (false, inner),
        };
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return true;
        }
        let end = inner
            .bytes()
            .take(12)
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))
            .unwrap_or(0);
        let name = inner.get(..end).unwrap_or_default();
        self.tags += 1;
        if !closes
            && ["html", "body"]
                .iter()
                .any(|root| name.eq_ignore_ascii_case(root))
        {
            self.roots += 1;
            if self.roots > MAX_ROOTS {
                return false;
            }
        }
        let counter = if FORMATS
            .iter()
            .any(|format| name.eq_ignore_ascii_case(format))
        {
            (&mut self.formats, MAX_FORMATS)
        } else if FLAT.iter().any(|flat| name.eq_ignore_ascii_case(flat)) {
            return self.tags <= MAX_TAGS;
        } else {
            (&mut self.depth, MAX_DEPTH)
        };
        let (open, most) = counter;
        if closes {
            *open = open.saturating_sub(1);
            return self.tags <= MAX_TAGS;
        }
        if *open >= most || self.tags > MAX_TAGS {
            return false;
        }
        *open += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_html_stays_as_it_is() {
        let html = format!(
            "<table>{}</table><p>a<p>b{}",
            "<tr><td><b>x</b></td></tr>".repeat(1000),
            "<br>".repeat(1000)
        );
        assert!(matches!(bounded(&html), Cow::Borrowed(same) if same == html));
    }

    #[test]
    fn a33_depth_formats_and_number_are_bounded() {
        assert_eq!(
            bounded(&"<div>".repeat(50_000)).matches("<div>").count(),
            MAX_DEPTH
        );
        assert_eq!(
            bounded(&"<font color=a>".repeat(1000))
                .matches("<font")
                .count(),
            MAX_FORMATS
        );
        assert!(bounded(&"<p>x".repeat(500_000)).matches("<p>").count() <= MAX_TAGS);
        assert!(bounded(&"<!--><div>".repeat(5000)).matches("<div>").count() <= MAX_DEPTH);
    }
}
