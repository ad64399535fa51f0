//! HTML to text that people can read, and what its structure says about quotes and signatures.

use std::ops::Range;

use mail_parser::decoders::html::add_html_token;

use super::fold::{Fold, FoldKind};
use super::limits;
use super::quotes::marks;
use super::tokens::{Tag, Token, Tokens};

/// How many open elements are remembered; deeper ones are only text.
const MAX_OPEN: usize = 400;

/// Bytes of a link's words that are searched for its target.
const MAX_WORDS: usize = 16 * 1024;

/// How many marks are kept.
const MAX_MARKS: usize = 500;

/// Text read from HTML.
#[derive(Debug, Default)]
pub(super) struct Readable {
    pub text: String,
    /// Ranges that the structure marks as quote or signature, sorted, possibly nested.
    pub marks: Vec<Fold>,
    /// Where each piece of text and each image of the HTML stands in `text`, in characters; empty where it does
    /// not show.
    pub places: Vec<Range<usize>>,
    /// Its pictures that are parts of the mail.
    pub pictures: Vec<Placed>,
}

/// A picture in HTML.
#[derive(Debug)]
pub(super) struct Placed {
    /// Content-ID.
    pub content_id: String,
    /// What is marked around it, and where that begins in the text.
    pub within: Option<(FoldKind, usize)>,
}

/// Reads HTML as text: blocks become lines, list items get a dash, cells a blank, links to elsewhere their
/// target, quotes `> `.
pub(super) fn from_html(html: &str) -> Readable {
    let mut writer = Writer::default();
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => writer.placed(|writer| writer.text(text)),
            Token::Open(tag) if tag.name.eq_ignore_ascii_case("img") => {
                writer.placed(|writer| writer.open(tag));
            }
            Token::Open(tag) => writer.open(tag),
            Token::Close(name) => writer.close(&name.to_ascii_lowercase()),
        }
    }
    writer.finish()
}

/// The charset that a `<meta>` near the start of HTML names.
pub(super) fn meta_charset(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes.get(..2048).unwrap_or(bytes)).to_ascii_lowercase();
    let meta = head
        .split("<meta")
        .skip(1)
        .find_map(|meta| meta.split('>').next()?.split_once("charset="))?;
    let label: String = meta
        .1
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
        .collect();
    (!label.is_empty()).then_some(label)
}

/// An element that is not closed yet.
struct Open {
    name: String,
    /// Where its text begins, and what it is, if its marks say so.
    mark: Option<(usize, FoldKind)>,
    quote: bool,
    hidden: bool,
    link: Option<(String, usize)>,
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Characters in `out`.
    length: usize,
    open: Vec<Open>,
    marks: Vec<Fold>,
    /// Everything from here to the end is a quote.
    rest_is_quote: Option<usize>,
    quote_depth: usize,
    hidden: usize,
    preformatted: usize,
    /// Line ends that are due before the next character.
    due: u8,
    /// A blank is due before the next character.
    blank: bool,
    /// The last thing written was a `<br>`.
    broken: bool,
    /// Where the first character of the present piece was written.
    began: Option<usize>,
    places: Vec<Range<usize>>,
    pictures: Vec<Placed>,
}

impl Writer {
    /// Writes one piece and notes where it stands.
    fn placed(&mut self, write: impl FnOnce(&mut Self)) {
        self.began = None;
        write(self);
        let began = self.began.unwrap_or(self.length);
        self.places.push(began..self.length.max(began));
    }

    fn text(&mut self, raw: &str) {
        if self.hidden > 0 {
            return;
        }
        let decoded;
        let text = if raw.contains('&') {
            decoded = entities(raw);
            decoded.as_str()
        } else {
            raw
        };
        for c in text.chars() {
            match c {
                '\n' if self.preformatted > 0 => {
                    self.settle();
                    self.line_end();
                }
                ' ' | '\t' | '\n' | '\r' if self.preformatted == 0 => self.blank = true,
                '\r' | '\0' => {}
                c => self.push(c),
            }
        }
    }

    fn push(&mut self, c: char) {
        self.settle();
        self.began.get_or_insert(self.length);
        self.broken = false;
        self.out.push(c);
        self.length += 1;
    }

    /// Writes the line ends or the blank that are due.
    fn settle(&mut self) {
        if self.due > 0 {
            if !self.out.is_empty() {
                for _ in 0..self.due {
                    self.line_end();
                }
            }
            self.due = 0;
            self.blank = false;
        }
        let at_start = self.out.is_empty() || self.out.ends_with('\n');
        if at_start && self.quote_depth > 0 {
            for _ in 0..self.quote_depth.min(8) {
                self.out.push('>');
                self.length += 1;
            }
            self.out.push(' ');
            self.length += 1;
        } else if self.blank && !at_start {
            self.out.push(' ');
            self.length += 1;
        }
        self.blank = false;
    }

    fn line_end(&mut self) {
        let trimmed = self.out.trim_end_matches(' ').len();
        // The signature's delimiter ends with a blank.
        if !self.out.ends_with("\n-- ") && self.out != "-- " {
            self.length -= self.out.len() - trimmed;
            self.out.truncate(trimmed);
        }
        self.out.push('\n');
        self.length += 1;
    }

    /// The position at which the next character will stand.
    fn position(&mut self) -> usize {
        self.length
            + if self.out.is_empty() {
                0
            } else {
                usize::from(self.due)
            }
    }

    /// The boundary of a block: so many line ends are due. A `<br>` just before
    /// it was one of them.
    fn block(&mut self, lines: u8) {
        if lines == 0 || self.out.is_empty() {
            return;
        }
        let had = u8::from(self.broken);
        self.due = self.due.max(lines - had.min(lines));
    }

    fn open(&mut self, tag: Tag<'_>) {
        let name = tag.name.to_ascii_lowercase();
        match name.as_str() {
            "br" => {
                if self.hidden == 0 {
                    self.line_break();
                }
                return;
            }
            "hr" => {
                if self.hidden == 0 && marks::read(&tag).begins_quote {
                    self.start_rest();
                }
                self.block(1);
                return;
            }
            "img" => {
                self.picture(&tag);
                if let Some(alt) = tag
                    .attribute("alt")
                    .map(str::trim)
                    .filter(|alt| !alt.is_empty() && alt.len() < 200)
                {
                    self.blank = true;
                    self.text(&format!("[{alt}]"));
                    self.blank = true;
                }
                return;
            }
            "input" | "meta" | "link" | "base" | "col" | "area" | "wbr" | "source" | "track"
            | "param" | "embed" => return,
            "td" | "th" => self.blank = true,
            "li" => self.block(1),
            name => self.block(lines_around(name)),
        }
        let marks = marks::read(&tag);
        if self.hidden == 0 && marks.begins_quote {
            self.start_rest();
        }
        let hidden = matches!(
            name.as_str(),
            "head" | "template" | "noframes" | "object" | "select" | "svg"
        ) || marks.hidden;
        let quote = name == "blockquote"
            && !hidden
            && tag.attribute("style").is_none_or(|style| {
                !style.contains("border:none") && !style.contains("border: none")
            });
        let kind = marks.kind;
        if name == "li" && self.hidden == 0 && !hidden {
            self.settle();
            for c in "- ".chars() {
                self.push(c);
            }
            self.blank = false;
        }
        if name == "pre" || name == "textarea" {
            self.preformatted += 1;
        }
        self.hidden += usize::from(hidden);
        let position = self.position();
        let link = (name == "a")
            .then(|| tag.attribute("href"))
            .flatten()
            .map(|href| (href.to_owned(), self.out.len()));
        if self.open.len() < MAX_OPEN {
            self.quote_depth += usize::from(quote);
            self.open.push(Open {
                name,
                mark: kind.map(|kind| (position, kind)),
                quote,
                hidden,
                link,
            });
        } else {
            self.hidden -= usize::from(hidden);
        }
    }

    /// Notes a picture that is a part of the mail.
    fn picture(&mut self, tag: &Tag<'_>) {
        let source = tag.attribute("src").map(str::trim).unwrap_or_default();
        let id = source
            .split_at_checked(4)
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("cid:"));
        let Some((_, id)) = id.filter(|_| self.pictures.len() < MAX_MARKS) else {
            return;
        };
        let rest = self.rest_is_quote.map(|start| (start, FoldKind::Quote));
        let around = self.open.iter().find_map(|open| open.mark).or(rest);
        self.pictures.push(Placed {
            content_id: entities(id),
            within: around.map(|(start, kind)| (kind, start)),
        });
    }

    /// `<br>`: ends the line. What is due before it is written first; directly before the end of a block it
    /// adds nothing to that end, as in browsers.
    fn line_break(&mut self) {
        if self.due > 0 && !self.out.is_empty() {
            for _ in 0..self.due {
                self.line_end();
            }
        }
        self.due = 0;
        self.blank = false;
        self.line_end();
        self.broken = true;
    }

    fn start_rest(&mut self) {
        let position = self.position();
        self.rest_is_quote.get_or_insert(position);
    }

    fn close(&mut self, name: &str) {
        if name == "pre" || name == "textarea" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
        if name == "p" && !self.open.iter().rev().take(20).any(|open| open.name == "p") {
            self.block(2);
            return;
        }
        // Only the innermost elements are searched, so that broken nesting costs little.
        let Some(back) = self
            .open
            .iter()
            .rev()
            .take(40)
            .position(|open| open.name == name)
        else {
            return;
        };
        for _ in 0..=back {
            if let Some(open) = self.open.pop() {
                self.end(&open);
            }
        }
        self.block(lines_around(name));
        if matches!(name, "td" | "th") {
            self.blank = true;
        }
    }

    fn end(&mut self, open: &Open) {
        self.hidden -= usize::from(open.hidden);
        self.quote_depth -= usize::from(open.quote);
        if let Some((start, kind)) = open
            .mark
            .filter(|(start, _)| *start < self.length && self.marks.len() < MAX_MARKS)
        {
            self.marks.push(Fold {
                start,
                end: self.length,
                kind,
            });
        }
        if let Some((href, from)) = &open.link {
            self.link(href, *from);
        }
    }

    /// Writes the target behind a link's words, if they do not name it themselves.
    fn link(&mut self, href: &str, from: usize) {
        let href = entities(href.trim());
        // Words that name their target do so at once; a link around a whole mail is not searched.
        let words = limits::beginning(self.out.get(from..).unwrap_or_default(), MAX_WORDS).trim();
        let target = href.trim_start_matches("mailto:").trim_end_matches('/');
        let shown = target
            .trim_start_matches("https://")
            .trim_start_matches("http://");
        let is_web = href.starts_with("http://")
            || href.starts_with("https://")
            || href.starts_with("mailto:");
        if self.hidden == 0
            && is_web
            && !words.is_empty()
            && !shown.is_empty()
            && !words.contains(shown)
        {
            let target: String = format!(" <{target}>")
                .chars()
                .filter(|c| !c.is_control())
                .take(1000)
                .collect();
            self.length += target.chars().count();
            self.out.push_str(&target);
        }
    }

    fn finish(mut self) -> Readable {
        while let Some(open) = self.open.pop() {
            self.end(&open);
        }
        if let Some(start) = self.rest_is_quote.filter(|&start| start < self.length) {
            self.marks.push(Fold {
                start,
                end: self.length,
                kind: FoldKind::Quote,
            });
        }
        self.marks.sort_by_key(|mark| (mark.start, mark.end));
        Readable {
            text: self.out,
            marks: self.marks,
            places: self.places,
            pictures: self.pictures,
        }
    }
}

/// How many line ends stand around an element.
fn lines_around(name: &str) -> u8 {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "pre"
        | "blockquote" => 2,
        "div" | "tr" | "table" | "section" | "article" | "header" | "footer" | "main" | "nav"
        | "aside" | "center" | "address" | "form" | "fieldset" | "dd" | "dt" | "figure"
        | "figcaption" | "body" | "html" | "li" | "caption" | "tbody" | "thead" => 1,
        _ => 0,
    }
}

/// Replaces entities by what they stand for.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = from
            .bytes()
            .skip(1)
            .take(32)
            .position(|b| !(b.is_ascii_alphanumeric() || b == b'#'))
            .map_or(from.len().min(33), |n| n + 1);
        let (entity, after) = from.split_at(end);
        if let Some(character) = numeric(entity) {
            out.push(character);
            rest = after.strip_prefix(';').unwrap_or(after);
        } else if entity.len() > 2 && after.starts_with(';') {
            // Unknown entities stay as they are, `;` included.
            add_html_token(
                &mut out,
                from.get(..=end).unwrap_or(entity).as_bytes(),
                false,
            );
            rest = after.strip_prefix(';').unwrap_or(after);
        } else if let Some((_, character)) = [
            ("&nbsp", '\u{a0}'),
            ("&amp", '&'),
            ("&lt", '<'),
            ("&gt", '>'),
            ("&quot", '"'),
        ]
        .into_iter()
        .find(|(name, _)| *name == entity)
        {
            out.push(character);
            rest = after;
        } else {
            out.push_str(entity);
            rest = after;
        }
    }
    out.push_str(rest);
    // A no-break space is a blank to everybody who reads or searches.
    if out.contains('\u{a0}') {
        out.replace('\u{a0}', " ")
    } else {
        out
    }
}

fn numeric(entity: &str) -> Option<char> {
    let digits = entity.strip_prefix("&#")?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    // Numbers 128 to 159 mean Windows-1252, as in browsers.
    if let Ok(byte @ 0x80..=0x9f) = u8::try_from(code) {
        return encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(&[byte])
            .0
            .chars()
            .next();
    }
    char::from_u32(code).map(|c| {
        if c == '\0' {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_readable_text() {
        for (html, want) in [
            ("<p>One</p><p>Two</p>", "One\n\nTwo"),
            ("<div>a</div><div>b</div>", "a\nb"),
            ("a<br>b<br><br>c", "a\nb\n\nc"),
            ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
            ("a  \n b", "a b"),
            ("<b>Hi</b>, <i>you</i>", "Hi, you"),
            (
                "x &lt; y &amp; z&nbsp;&#8364;&#128;&eacute;&unknown;",
                "x < y & z €€é&unknown;",
            ),
            (
                "<ul><li>one</li><li>two</li></ul>end",
                "- one\n- two\n\nend",
            ),
            (
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
                "a b\nc",
            ),
            (
                "<a href=\"https://x.test/p\">here</a>",
                "here <https://x.test/p>",
            ),
            ("<a href=\"https://x.test/\">x.test</a>", "x.test"),
            ("<pre>a\n  b</pre>", "a\n  b"),
            ("<style>p{}</style><head><title>t</title></head>b", "b"),
            ("<span style=\"display: none\">hidden</span>shown", "shown"),
            ("mine<blockquote>theirs</blockquote>", "mine\n\n> theirs"),
            ("a<!-- c -->b", "ab"),
        ] {
            assert_eq!(from_html(html).text.trim(), want, "{html}");
        }
    }

    #[test]
    fn the_charset_of_a_meta_element_is_found() {
        assert_eq!(
            meta_charset(b"<html><META http-equiv=x content=\"text/html; charset=windows-1251\">")
                .as_deref(),
            Some("windows-1251")
        );
        assert_eq!(
            meta_charset(b"<meta charset='utf-8'>").as_deref(),
            Some("utf-8")
        );
        assert_eq!(meta_charset(b"<p>charset=x"), None);
    }
}
