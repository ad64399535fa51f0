//! What stays in the HTML of a mail.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ammonia::{Builder, UrlRelative};

use super::{is_image_data, style};

/// Elements that stay. Everything else loses its tags and keeps its text.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Elements that go with everything in them.
const CLEAN_CONTENT: &[&str] = &[
    "script", "style", "title", "template", "noframes", "object", "applet", "svg", "math",
    "iframe", "noembed",
];

/// Attributes that stay on every element. No `id`, `name` or `class`: a mail must not be able to name or to
/// look like a part of a page.
const ATTRIBUTES: &[&str] = &[
    "align", "bgcolor", "color", "dir", "height", "lang", "style", "title", "valign", "width",
];

/// The sanitiser for one mail. `images` are the mail's own images by Content-ID; `remote` counts the others.
pub(super) fn builder(
    images: Arc<HashMap<String, String>>,
    remote: Arc<AtomicUsize>,
    allow_remote: bool,
) -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(set(TAGS))
        .clean_content_tags(set(CLEAN_CONTENT))
        .generic_attributes(set(ATTRIBUTES))
        .tag_attributes(tag_attributes())
        .url_schemes(set(&["http", "https", "mailto", "data", "cid"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        .set_tag_attribute_value("a", "target", "_blank")
        .strip_comments(true)
        .attribute_filter(
            move |element, attribute, value| match (element, attribute) {
                ("img", "src") => image(value, &images, &remote, allow_remote),
                ("a", "href") => is_link(value).then_some(Cow::Borrowed(value)),
                (_, "style") => style::safe(value).map(Cow::Owned),
                (_, "src" | "href") => None,
                _ => Some(Cow::Borrowed(value)),
            },
        );
    builder
}

fn tag_attributes() -> HashMap<&'static str, HashSet<&'static str>> {
    [
        ("a", &["href"][..]),
        ("img", &["alt", "border", "src"]),
        (
            "table",
            &["border", "cellpadding", "cellspacing", "summary"],
        ),
        ("td", &["colspan", "nowrap", "rowspan"]),
        ("th", &["colspan", "nowrap", "rowspan", "scope"]),
        ("col", &["span"]),
        ("colgroup", &["span"]),
        ("font", &["face", "size"]),
        ("hr", &["noshade", "size"]),
        ("ol", &["start", "type", "reversed"]),
        ("ul", &["type"]),
        ("li", &["type", "value"]),
        ("details", &["open"]),
        ("time", &["datetime"]),
    ]
    .into_iter()
    .map(|(tag, attributes)| (tag, set(attributes)))
    .collect()
}

/// The source of an image: from the mail itself, inline, or, where allowed, from the web.
fn image<'a>(
    value: &'a str,
    images: &HashMap<String, String>,
    remote: &AtomicUsize,
    allow_remote: bool,
) -> Option<Cow<'a, str>> {
    let value = value.trim();
    let scheme = value.get(..4).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("cid:") {
        return images
            .get(value.get(4..)?)
            .map(|url| Cow::Owned(url.clone()));
    }
    if scheme.eq_ignore_ascii_case("data") {
        return is_image_data(value).then_some(Cow::Borrowed(value));
    }
    remote.fetch_add(1, Ordering::Relaxed);
    // Plain http would be blocked by the frame's policy anyway.
    (allow_remote
        && value
            .get(..8)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")))
    .then_some(Cow::Borrowed(value))
}

/// Links lead to web pages and mail addresses, nowhere else.
fn is_link(value: &str) -> bool {
    let lower = value
        .trim()
        .get(..8)
        .unwrap_or(value.trim())
        .to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://") || lower.starts_with("mailto:")
}

fn set(words: &[&'static str]) -> HashSet<&'static str> {
    words.iter().copied().collect()
}
