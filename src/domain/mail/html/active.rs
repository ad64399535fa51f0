//! What in HTML of our own would do something in a reader's hands instead of being read.

use super::tree::unescaped;
use crate::domain::mail::tokens::{Token, Tokens};

/// Elements that run, load or send something, or change what the rest of the page means.
const ACTIVE: &[&str] = &[
    "script", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "base", "meta",
    "link",
];
/// What addresses of code begin with.
const CODE: &[&str] = &["javascript:", "vbscript:", "data:text"];

/// The first thing in HTML that would run, load a page or lead to code, as it is written: `<script>`, `onclick`,
/// `javascript:`.
pub fn active(html: &str) -> Option<String> {
    let elements = html.match_indices('<').map(|(at, _)| {
        let behind = html.get(at + 1..).unwrap_or_default();
        let end = behind.find(|c: char| !c.is_ascii_alphanumeric());
        let (name, _) = behind.split_at(end.unwrap_or(behind.len()));
        name.to_ascii_lowercase()
    });
    for name in elements {
        if ACTIVE.contains(&name.as_str()) {
            return Some(format!("<{name}>"));
        }
    }
    for token in Tokens::new(html) {
        let Token::Open(tag) = token else { continue };
        for (key, value) in tag.attributes() {
            let key = key.to_ascii_lowercase();
            if key.len() > 2 && key.starts_with("on") {
                return Some(key);
            }
            let shown = |c: &char| !c.is_whitespace() && !c.is_control();
            let plain: String = unescaped(value).chars().filter(shown).collect();
            let plain = plain.to_lowercase();
            if let Some(code) = CODE.iter().find(|code| plain.starts_with(**code)) {
                return Some((*code).to_owned());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_run_is_found_and_what_is_only_read_is_not() {
        for (html, found) in [
            ("<p>Hello</p>", None),
            (
                "<p style=\"color: red\">a &lt;script> b < script c</p>",
                None,
            ),
            (
                "<a href=\"https://acme.test/?on=1\" class=\"button\">x</a>",
                None,
            ),
            ("<img src=\"data:image/png;base64,AA\">", None),
            ("<script>1</script>", Some("<script>")),
            ("<ScRiPt\n>", Some("<script>")),
            ("<p><iframe/src=x>", Some("<iframe>")),
            ("<img src=x onerror=alert(1)>", Some("onerror")),
            ("<a href='javascript:alert(1)'>x</a>", Some("javascript:")),
            ("<a href=\" Java\tscript:1\">x</a>", Some("javascript:")),
            ("<a href=\"data:text/html,x\">x</a>", Some("data:text")),
        ] {
            assert_eq!(active(html).as_deref(), found, "{html}");
        }
    }
}
