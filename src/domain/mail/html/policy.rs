//! What stays in the HTML of a mail.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::raster::is_image_data;
use super::{css, sheet};

/// Elements that stay. Everything else loses its tags and keeps its text. `bdo` is not among them: it turns the
/// letters of a link round.
pub(super) const TAGS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
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
    "script", "style", "title", "template", "noframes", "noscript", "object", "applet", "svg",
    "math", "iframe", "noembed", "xml",
];

/// Attributes that stay on every element. `class` and `id` get a prefix, so that a mail can neither name nor look
/// like a part of a page; `name` goes. [`FOLD`] is ours.
const ATTRIBUTES: &[&str] = &[
    "align", "bgcolor", "class", "color", FOLD, "dir", "height", "id", "lang", "style", "title",
    "valign", "width",
];

/// Says what an element is, where its mail program said so: `quote`, `signature`, or `rest` for the first element
/// of what is a quote to the end. Read from classes and ids, which do not survive as they were.
pub(super) const FOLD: &str = "data-fold";

/// Classes of one element.
const MAX_CLASSES: usize = 20;

/// Cleans HTML. What needs to see more than one attribute is done afterwards, by `dress`.
pub(super) fn clean(html: &str) -> String {
    static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(builder);
    BUILDER.clean(html).to_string()
}

fn builder() -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(set(TAGS))
        .clean_content_tags(set(CLEAN_CONTENT))
        .generic_attributes(set(ATTRIBUTES))
        .tag_attributes(tag_attributes())
        .url_schemes(set(&["http", "https", "mailto", "tel", "data", "cid"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        .set_tag_attribute_value("a", "target", "_blank")
        .strip_comments(true)
        .attribute_filter(filter);
    builder
}

/// What becomes of an attribute.
fn filter<'a>(element: &str, attribute: &str, value: &'a str) -> Option<Cow<'a, str>> {
    match (element, attribute) {
        ("img", "src") => is_image(value).then_some(Cow::Borrowed(value)),
        ("a", "href") => is_link(value).then_some(Cow::Borrowed(value)),
        (_, "src" | "href") => None,
        (_, "style") => css::inline(value).map(Cow::Owned),
        (_, "class") => names(value, MAX_CLASSES),
        (_, "id") => names(value, 1),
        (_, FOLD) => {
            matches!(value, "quote" | "signature" | "rest").then_some(Cow::Borrowed(value))
        }
        _ => Some(Cow::Borrowed(value)),
    }
}

/// Classes or ids under our prefix.
fn names(value: &str, most: usize) -> Option<Cow<'_, str>> {
    let names: Vec<String> = value
        .split_ascii_whitespace()
        .filter(|name| css::is_word(name))
        .take(most)
        .map(sheet::own_name)
        .collect();
    (!names.is_empty()).then(|| Cow::Owned(names.join(" ")))
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

/// The source of an image: a part of the mail, a raster image in place, or one on the web, of which `dress` decides.
fn is_image(value: &str) -> bool {
    let begins = |scheme: &str| {
        value
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    begins("cid:") || is_image_data(value) || begins("http://") || begins("https://")
}

/// Links lead to web pages, mail addresses and telephones, nowhere else.
fn is_link(value: &str) -> bool {
    let lower = value
        .trim()
        .get(..8)
        .unwrap_or(value.trim())
        .to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
}

fn set(words: &[&'static str]) -> HashSet<&'static str> {
    words.iter().copied().collect()
}
