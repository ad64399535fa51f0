//! Whether a mail has formatting of its own, or is text in the clothes that mail programs put on everything.

use crate::domain::mail::fold::FoldKind;
use crate::domain::mail::quotes::marks;
use crate::domain::mail::tokens::{Tag, Token, Tokens};

/// Tags that are looked at.
const MAX_TAGS: usize = 5000;

/// How a mail wants to be shown, judged from its HTML as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// What was written for this mail (not the quote, not the signature) has formatting that text would lose.
    pub is_rich: bool,
    /// Content-IDs of the images that are shown in place.
    pub images: Vec<String>,
}

impl Look {
    /// Looks at HTML as it was sent.
    pub fn of(html: &str) -> Self {
        Self {
            is_rich: is_rich(html),
            images: super::content_ids(html)
                .map(super::decoded)
                .take(200)
                .collect(),
        }
    }
}

/// Reads up to the first quote, without signatures.
fn is_rich(html: &str) -> bool {
    // Elements inside a signature.
    let mut signature = 0_usize;
    for token in Tokens::new(html).take(MAX_TAGS) {
        match token {
            Token::Open(tag) => {
                let marks = marks::read(&tag);
                if marks.begins_quote || marks.kind == Some(FoldKind::Quote) {
                    return false;
                }
                if is_void(tag.name) {
                    if signature == 0 && is_picture(&tag) {
                        return true;
                    }
                    continue;
                }
                if signature > 0 || marks.kind == Some(FoldKind::Signature) {
                    signature += 1;
                } else if shapes(&tag) {
                    return true;
                }
            }
            Token::Close(name) => {
                if !is_void(name) {
                    signature = signature.saturating_sub(1);
                }
            }
            Token::Text(_) => {}
        }
    }
    false
}

fn is_void(name: &str) -> bool {
    [
        "br", "img", "hr", "meta", "link", "input", "col", "base", "wbr",
    ]
    .iter()
    .any(|void| name.eq_ignore_ascii_case(void))
}

fn is_picture(tag: &Tag<'_>) -> bool {
    let dot = |name| {
        tag.attribute(name)
            .is_some_and(|size| matches!(size.trim(), "0" | "1" | "2"))
    };
    tag.name.eq_ignore_ascii_case("hr")
        || tag.name.eq_ignore_ascii_case("img") && !dot("width") && !dot("height")
}

/// Whether an element says something that plain text cannot.
fn shapes(tag: &Tag<'_>) -> bool {
    let name = tag.name.to_ascii_lowercase();
    let shaped = matches!(
        name.as_str(),
        "table"
            | "ul"
            | "ol"
            | "dl"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "b"
            | "strong"
            | "i"
            | "em"
            | "u"
            | "s"
            | "strike"
            | "del"
            | "ins"
            | "mark"
            | "code"
            | "sub"
            | "sup"
            | "center"
    );
    let coloured = |value: &str| {
        let value = value.trim().to_ascii_lowercase();
        !value.is_empty()
            && ![
                "black",
                "#000",
                "#000000",
                "rgb(0,0,0)",
                "rgb(0, 0, 0)",
                "windowtext",
                "inherit",
                "white",
                "#fff",
                "#ffffff",
                "transparent",
                "currentcolor",
                "rgb(255, 255, 255)",
                "initial",
                "none",
                "auto",
            ]
            .contains(&value.as_str())
    };
    let styled = tag.attribute("style").is_some_and(|style| {
        style
            .split(';')
            .filter_map(|one| one.split_once(':'))
            .any(|(name, value)| {
                matches!(
                    name.trim().to_ascii_lowercase().as_str(),
                    "color" | "background" | "background-color"
                ) && coloured(value)
            })
    });
    shaped
        || styled
        || tag.attribute("color").is_some_and(coloured)
        || tag.attribute("bgcolor").is_some_and(coloured)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_formatting_of_its_own_counts() {
        for (html, rich) in [
            (
                "<div dir=\"ltr\">Hello<div><br></div><div>Bye</div></div>",
                false,
            ),
            (
                "<div dir=ltr>Yes.</div><div class=gmail_quote><table><tr><td>x</td></tr></table></div>",
                false,
            ),
            (
                "<p>Yes</p><div class=gmail_signature><table><tr><td><b>Ada</b><img src=x></td></tr></table></div>",
                false,
            ),
            (
                "<p>Yes</p><div class=gmail_signature><b>Ada</b></div><p>PS: <b>soon</b></p>",
                true,
            ),
            (
                "<p class=MsoNormal><span style='color:windowtext'>Yes</span></p>",
                false,
            ),
            (
                "<p class=MsoNormal><span style='color:#1F497D'>Yes</span></p>",
                true,
            ),
            ("<p>See <img src=\"cid:a\"></p>", true),
            (
                "<p>Yes<img src=\"https://x.test/t\" width=1 height=1></p>",
                false,
            ),
            (
                "<table bgcolor=#eeeeee><tr><td>News</td></tr></table>",
                true,
            ),
            (
                "<body bgcolor=\"#ffffff\" text=\"#000000\"><p>Yes</p></body>",
                false,
            ),
            ("a <a href=\"https://x.test\">https://x.test</a>", false),
        ] {
            assert_eq!(Look::of(html).is_rich, rich, "{html}");
        }
    }

    #[test]
    fn the_images_in_place_are_named() {
        assert_eq!(
            Look::of("<img src=\"cid:a%40b\"><img src='CID:c@d'>").images,
            ["a@b", "c@d"]
        );
    }
}
