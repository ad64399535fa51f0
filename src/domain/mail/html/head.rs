//! What a mail says outside its content: style sheets, the attributes of `<body>`, and whether it was made for dark
//! surroundings, too.

use super::{policy, sheet};
use crate::domain::mail::tokens::{Tag, Token, Tokens};

/// Style sheets of one mail.
const MAX_SHEETS: usize = 30;

/// Read from HTML as it was sent; safe to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The style sheets, bound to the mail.
    pub css: String,
    /// The attributes of `<body>`, each with a blank before it.
    pub body: String,
    /// The mail says that it can be read on a dark ground.
    pub declares_dark: bool,
}

impl Head {
    /// Reads the head of a mail.
    pub fn read(html: &str) -> Self {
        let mut head = Self {
            css: sheets(html).take(MAX_SHEETS).map(sheet::scoped).collect(),
            ..Self::default()
        };
        head.declares_dark = head.css.contains("prefers-color-scheme");
        for token in Tokens::new(html) {
            let Token::Open(tag) = token else { continue };
            if tag.name.eq_ignore_ascii_case("meta") {
                head.declares_dark |= is_dark_meta(&tag);
            } else if tag.name.eq_ignore_ascii_case("body") {
                head.body = body(&tag);
                break;
            } else if tag.name.eq_ignore_ascii_case("table") || tag.name.eq_ignore_ascii_case("div")
            {
                break;
            }
        }
        head
    }
}

fn is_dark_meta(tag: &Tag<'_>) -> bool {
    let named = tag.attribute("name").is_some_and(|name| {
        name.eq_ignore_ascii_case("color-scheme")
            || name.eq_ignore_ascii_case("supported-color-schemes")
    });
    named
        && tag.attribute("content").is_some_and(|content| {
            content
                .to_ascii_lowercase()
                .split_ascii_whitespace()
                .any(|word| word == "dark")
        })
}

/// `<body>` is shown as an element of ours; its attributes go through the same sanitiser as all others.
fn body(tag: &Tag<'_>) -> String {
    let mut element = String::from("<div");
    for (name, value) in tag.attributes() {
        let value = value.replace('"', "&quot;");
        match name.to_ascii_lowercase().as_str() {
            "text" => element.extend([" style=\"color:", &value, "\""]),
            name @ ("bgcolor" | "style" | "class" | "id" | "dir" | "lang") => {
                element.extend([" ", name, "=\"", &value, "\""]);
            }
            _ => {}
        }
    }
    element.push_str("></div>");
    let clean = policy::clean(&element);
    let attributes = clean
        .strip_prefix("<div")
        .and_then(|rest| rest.strip_suffix("></div>"));
    attributes.unwrap_or_default().to_owned()
}

/// The contents of the `<style>` elements, without those in comments, which are for Outlook alone.
fn sheets(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let (_, from) = rest.split_once('<')?;
            rest = from;
            if let Some(comment) = from.strip_prefix("!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let is_style = from
                .get(..5)
                .is_some_and(|name| name.eq_ignore_ascii_case("style"))
                && from
                    .as_bytes()
                    .get(5)
                    .is_some_and(|&b| b == b'>' || b.is_ascii_whitespace());
            if is_style {
                let (_, content) = from.split_once('>')?;
                let end = find_end(content);
                let (css, after) = content.split_at(end);
                rest = after;
                return Some(css);
            }
        }
    })
}

fn find_end(content: &str) -> usize {
    let found = content
        .as_bytes()
        .windows(7)
        .position(|window| window.eq_ignore_ascii_case(b"</style"));
    found.unwrap_or(content.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_mail_is_read() {
        let head = Head::read(
            "<html><head><meta name=\"color-scheme\" content=\"light dark\"><STYLE type=text/css>.a{color:red}</STYLE>\
             <!--[if mso]><style>.b{color:red}</style><![endif]--><style media=screen>.c{color:red}</style></head>\
             <body bgcolor='#eee' style='margin:0;background:url(https://evil.test) #fff' onload=alert(1) class=x>",
        );
        assert_eq!(
            head.css,
            ".pr-mail .m-a{color:red}\n.pr-mail .m-c{color:red}\n"
        );
        assert!(head.declares_dark);
        assert_eq!(
            head.body,
            " bgcolor=\"#eee\" style=\"margin:0;background:#fff\" class=\"m-x\""
        );
    }

    #[test]
    fn a15_a_head_cannot_break_out() {
        for html in [
            "<body style='color:red\"><script>alert(1)</script>'>",
            "<body class='a\" onload=\"alert(1)'>",
            "<body text='red\"><img src=x onerror=alert(1)>'>",
            "<style>p{color:red}</style\n><script>alert(1)</script><style></style><script>alert(2)</script>",
            "<style><!--</style><script>alert(1)</script>-->",
        ] {
            let head = Head::read(html);
            for part in [&head.css, &head.body] {
                assert!(
                    !part.contains('<') && !part.contains('>') || part.contains(".pr-mail"),
                    "{html}: {part}"
                );
                assert!(
                    !part.contains("script") && !part.contains("onload=\""),
                    "{html}: {part}"
                );
            }
        }
    }
}
