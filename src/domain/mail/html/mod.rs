//! HTML of a mail, made safe to show. This is the first of three walls (A15): the message frame's sandbox and
//! its Content-Security-Policy stand behind it.
//!
//! The road: `bounds` (no shape of HTML costs more than it may) → marks of quotes are kept as an attribute of ours →
//! `policy` (ammonia: what stays) → `dress` (what needs a whole element: images, links), again and again until
//! nothing changes any more. What comes out is read by every parser as it was written here; HTML that does not
//! settle is shown as text.

mod active;
mod attributes;
mod bounds;
mod css;
mod dress;
mod folds;
mod head;
pub(crate) mod links;
mod policy;
mod raster;
mod rich;
mod sheet;
mod tree;

use std::borrow::Cow;
use std::collections::HashMap;

pub use active::active;
pub use folds::folded;
pub use raster::raster_type;
pub use rich::Look;

use crate::domain::mail::quotes::marks;
use crate::domain::mail::readable;
use crate::domain::mail::tokens::{Token, Tokens};
use dress::Tally;
use head::Head;
use tree::{Tree, escaped, unescaped};

/// How often HTML is cleaned until it must have settled; two passes are the rule.
const MAX_PASSES: usize = 6;

/// What may be shown.
pub struct Options<'a> {
    /// Gives the `data:` URL for a Content-ID, if the mail has such an image.
    pub cid: &'a dyn Fn(&str) -> Option<String>,
    /// Whether images from elsewhere are loaded: only when somebody asked for it, for this view.
    pub allow_remote: bool,
}

/// HTML that is safe to show in the message frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sanitised {
    /// The HTML.
    pub html: String,
    /// The mail's style sheets, bound to `.pr-mail`; classes and ids in `html` and here have the same prefix.
    pub css: String,
    /// The attributes of the mail's `<body>`, each with a blank before it, for the element `.pr-body`.
    pub body: String,
    /// How many images from elsewhere were left out (or, where allowed, kept).
    pub remote_images: usize,
    /// How many images from elsewhere were left out because nobody could see them: they only count readers.
    pub trackers: usize,
    /// On which ground it can be read.
    pub ground: Ground,
}

/// On which ground a mail can be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ground {
    /// It brings no colours, or says that it knows dark surroundings: it follows the reader's theme.
    #[default]
    Any,
    /// It brings colours that were chosen for white paper.
    Light,
}

/// Makes HTML safe: no scripts, no forms, no event handlers, no styles that load anything, nothing that our
/// own pages' scripts would act on, images only from the mail itself, links only to web pages and addresses.
/// Doing it twice changes nothing.
pub fn sanitise(html: &str, options: &Options<'_>) -> Sanitised {
    let html = bounds::bounded(html);
    let head = Head::read(&html);
    let (html, tally) = settled(&html, options.allow_remote);
    let mut tree = Tree::read(&html);
    let ground = ground(&tree, &head);
    embed(&mut tree, options.cid);
    Sanitised {
        html: tree.write(),
        css: head.css,
        body: head.body,
        remote_images: tally.remote_images,
        trackers: tally.trackers,
        ground,
    }
}

/// Cleans until cleaning changes nothing: only then does what was judged mean the same to the next parser.
fn settled(html: &str, allow_remote: bool) -> (String, Tally) {
    let (mut clean, tally) = pass(html, allow_remote);
    for _ in 1..MAX_PASSES {
        let (next, _) = pass(&clean, allow_remote);
        if next == clean {
            return (clean, tally);
        }
        clean = next;
    }
    let text = readable::from_html(&clean).text;
    (
        pass(
            &format!("<p>{}</p>", escaped(&text).replace('\n', "<br>")),
            allow_remote,
        )
        .0,
        tally,
    )
}

fn pass(html: &str, allow_remote: bool) -> (String, Tally) {
    let html = bounds::bounded(html);
    let clean = policy::clean(&marked(&html));
    let mut tree = Tree::read(&clean);
    let tally = dress::dress(&mut tree, allow_remote);
    (tree.write(), tally)
}

/// The HTML with the marks of mail programs around quotes and signatures as an attribute that stays.
fn marked(html: &str) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let mut kept = 0;
    for token in Tokens::new(html) {
        let Token::Open(tag) = token else { continue };
        let marks = marks::read(&tag);
        let word = match marks.kind {
            _ if tag.attribute(policy::FOLD).is_some() => continue,
            _ if marks.begins_quote => "rest",
            Some(kind) => kind.as_str(),
            None => continue,
        };
        // The name is a piece of the HTML: where it lies there tells where it ends.
        let end = tag
            .name
            .as_ptr()
            .addr()
            .wrapping_sub(html.as_ptr().addr())
            .wrapping_add(tag.name.len());
        let Some(before) = html.get(kept..end) else {
            continue;
        };
        out.get_or_insert_with(String::new)
            .extend([before, " ", policy::FOLD, "=\"", word, "\""]);
        kept = end;
    }
    match out {
        None => Cow::Borrowed(html),
        Some(mut out) => {
            out.push_str(html.get(kept..).unwrap_or_default());
            Cow::Owned(out)
        }
    }
}

/// Puts the mail's own images in their places; those it does not have lose their source.
fn embed(tree: &mut Tree<'_>, resolve: &dyn Fn(&str) -> Option<String>) {
    let mut known: HashMap<String, Option<String>> = HashMap::new();
    for node in 0..tree.nodes.len() {
        let id = tree
            .attribute(node, "src")
            .and_then(own_image)
            .map(|id| decoded(&unescaped(id)));
        let Some(id) = id else { continue };
        let url = known
            .entry(id)
            .or_insert_with_key(|id| resolve(id).filter(|url| raster::is_image_data(url)));
        let url = url.clone();
        tree.set(node, "src", url);
    }
}

/// The Content-ID in a `cid:` URL, RFC 2392.
fn own_image(url: &str) -> Option<&str> {
    let scheme = url.get(..4)?;
    scheme
        .eq_ignore_ascii_case("cid:")
        .then(|| url.get(4..))
        .flatten()
}

/// Every Content-ID that HTML names as it was sent.
fn content_ids(html: &str) -> impl Iterator<Item = &str> {
    let images = Tokens::new(html).filter_map(|token| match token {
        Token::Open(tag) if tag.name.eq_ignore_ascii_case("img") => tag.attribute("src"),
        _ => None,
    });
    images.filter_map(|source| own_image(source.trim()))
}

/// Percent escapes of a `cid:` URL.
fn decoded(id: &str) -> String {
    let mut bytes = Vec::new();
    super::transfer::hex_escapes(id.replace("&amp;", "&").as_bytes(), b'%', &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn ground(tree: &Tree<'_>, head: &Head) -> Ground {
    let coloured = |node| {
        tree.attribute(node, "bgcolor").is_some()
            || tree.attribute(node, "color").is_some()
            || tree.attribute(node, "style").is_some_and(css::sets_colour)
    };
    let body = head.body.contains("bgcolor=") || head.body.split('"').any(css::sets_colour);
    let colours = body || css::sets_colour(&head.css) || (0..tree.nodes.len()).any(coloured);
    if colours && !head.declares_dark {
        Ground::Light
    } else {
        Ground::Any
    }
}

#[cfg(test)]
mod tests;
