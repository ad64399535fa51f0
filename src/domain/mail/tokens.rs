//! HTML as a stream of tokens: enough to read text from it, never to judge what is safe (that is
//! [`super::html`]). Whatever the input is, every byte is looked at a bounded number of times.

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Characters between tags, entities not yet replaced.
    Text(&'a str),
    /// `<name attributes>`.
    Open(Tag<'a>),
    /// `</name>`.
    Close(&'a str),
}

/// An opening tag.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) struct Tag<'a> {
    /// The name as written.
    pub name: &'a str,
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// The value of an attribute, quotes removed.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// All attributes in their order: name as written, value without quotes.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            rest = rest
                .trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '='));
            let end = rest
                .find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/'))
                .unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            if key.is_empty() {
                return None;
            }
            let (value, after) = match after.trim_ascii_start().strip_prefix('=') {
                Some(after) => value(after.trim_ascii_start()),
                None => ("", after),
            };
            rest = after;
            Some((key, value))
        })
    }
}

fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = text
        .find(|c: char| c.is_ascii_whitespace())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Tags with a quote that is never closed: behind the last of them a tag ends at its first `>`. Each costs a look at
/// all that follows.
const MAX_UNCLOSED: u8 = 8;

/// The tokens of a text. What stands inside `<script>`, `<style>` and `<title>` is dropped.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// Nothing that follows ends a comment.
    no_comment_ends: bool,
    /// Tags with a quote that was never closed.
    unclosed: u8,
}

impl<'a> Tokens<'a> {
    pub fn new(html: &'a str) -> Self {
        Self {
            rest: html,
            no_comment_ends: false,
            unclosed: 0,
        }
    }

    /// What stands behind the comment that begins before `inner`. One without an end is a tag nobody knows.
    fn behind_comment(&mut self, inner: &'a str) -> &'a str {
        if !self.no_comment_ends {
            if let Some((_, rest)) = inner.split_once("-->") {
                return rest;
            }
            self.no_comment_ends = true;
        }
        inner.split_once('>').map_or("", |(_, rest)| rest)
    }

    /// Where the tag ends that begins before `inner`: at the `>` outside quotes, or at the first `>` if a quote is
    /// never closed, or at the end of the text.
    fn tag_end(&mut self, inner: &str) -> usize {
        if self.unclosed < MAX_UNCLOSED {
            if let Some(end) = tag_end(inner) {
                return end;
            }
            self.unclosed += 1;
        }
        inner.find('>').unwrap_or(inner.len())
    }

    /// Skips to behind the next `</name`, or to the end.
    fn skip_raw(&mut self, name: &str) {
        let mut at = 0;
        while let Some(found) = self.rest.get(at..).and_then(|rest| rest.find("</")) {
            at += found + 2;
            let is_end = self
                .rest
                .as_bytes()
                .get(at..at + name.len())
                .is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes()));
            if is_end {
                self.rest = self
                    .rest
                    .get(at..)
                    .and_then(|rest| rest.split_once('>'))
                    .map_or("", |(_, after)| after);
                return;
            }
        }
        self.rest = "";
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let at = tag_start(self.rest);
            if at > 0 {
                let (text, after) = self.rest.split_at(at);
                self.rest = after;
                return Some(Token::Text(text));
            }
            if let Some(after) = self.rest.strip_prefix("<!--") {
                // Outlook's conditional comments hold XML for Word alone; `<![if …]>` is a bogus comment.
                self.rest = self.behind_comment(after);
                continue;
            }
            if self.rest.starts_with("<!") || self.rest.starts_with("<?") {
                self.rest = self.rest.split_once('>').map_or("", |(_, rest)| rest);
                continue;
            }
            let inner = self.rest.get(1..).unwrap_or_default();
            let end = self.tag_end(inner);
            let (tag, after) = inner.split_at(end);
            self.rest = after.strip_prefix('>').unwrap_or(after);
            if let Some(name) = tag.strip_prefix('/') {
                return Some(Token::Close(name_of(name).0));
            }
            let (name, attributes) = name_of(tag);
            if ["script", "style", "title"]
                .iter()
                .any(|raw| name.eq_ignore_ascii_case(raw))
            {
                self.skip_raw(name);
                continue;
            }
            return Some(Token::Open(Tag { name, attributes }));
        }
    }
}

/// Where the next tag begins: a `<` before a letter, `/`, `!` or `?`.
fn tag_start(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|&byte| byte == b'<'))
    {
        at += found;
        if bytes
            .get(at + 1)
            .is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'))
        {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// Where a tag ends: at the `>` outside quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    let mut after_equals = false;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
        after_equals = byte == b'=' || after_equals && byte.is_ascii_whitespace();
    }
    None
}

fn name_of(tag: &str) -> (&str, &str) {
    let end = tag
        .find(|c: char| c.is_ascii_whitespace() || c == '/')
        .unwrap_or(tag.len());
    tag.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::hostile::costs_little;

    #[test]
    fn html_is_read_as_tokens() {
        let mut tokens = Tokens::new(
            "a < b<br/><p class=\"x > y\" id=z>t</P><!-- c --><script>if (a</b) {}</script>u",
        );
        assert_eq!(tokens.next(), Some(Token::Text("a < b")));
        assert!(matches!(tokens.next(), Some(Token::Open(tag)) if tag.name == "br"));
        let Some(Token::Open(p)) = tokens.next() else {
            panic!("p")
        };
        assert_eq!(
            (p.attribute("class"), p.attribute("ID"), p.attribute("no")),
            (Some("x > y"), Some("z"), None)
        );
        assert_eq!(tokens.next(), Some(Token::Text("t")));
        assert_eq!(tokens.next(), Some(Token::Close("P")));
        assert_eq!(tokens.next(), Some(Token::Text("u")));
        assert_eq!(tokens.next(), None);
    }

    #[test]
    fn broken_html_ends() {
        for html in [
            "<",
            "<a",
            "<a href=\"",
            "</",
            "<!--",
            "<!",
            "a<b c='>d",
            "<script>",
            "<p =>x",
        ] {
            assert!(Tokens::new(html).count() < 5, "{html}");
        }
    }

    #[test]
    fn a33_what_is_never_closed_is_looked_for_once() {
        for piece in ["<!--a>", "<a =\">=\"", "<a b='\" c=\"'"] {
            let html = piece.repeat(40_000);
            costs_little(|| assert!(Tokens::new(&html).count() <= 80_001));
        }
    }
}
