//! HTML of a mail, made safe to show. This is the first of three walls (A15): the message frame's sandbox and
//! its Content-Security-Policy stand behind it.

mod bounds;
mod policy;
mod style;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
    /// How many images from elsewhere were left out (or, where allowed, kept).
    pub remote_images: usize,
}

/// Makes HTML safe: no scripts, no forms, no event handlers, no styles that load anything, nothing that our
/// own pages' scripts would act on, images only from the mail itself, links only to web pages and addresses.
pub fn sanitise(html: &str, options: &Options<'_>) -> Sanitised {
    let html = bounds::bounded(html);
    let remote = Arc::new(AtomicUsize::new(0));
    let images = Arc::new(inline_images(&html, options.cid));
    let html = policy::builder(images, Arc::clone(&remote), options.allow_remote)
        .clean(&html)
        .to_string();
    Sanitised {
        html,
        remote_images: remote.load(Ordering::Relaxed),
    }
}

/// Every Content-ID that the HTML names, with its image. Collected before, because the sanitiser outlives
/// the closure.
fn inline_images(html: &str, resolve: &dyn Fn(&str) -> Option<String>) -> HashMap<String, String> {
    let mut images = HashMap::new();
    let mut rest = html;
    while let Some(at) = rest.to_ascii_lowercase_find("cid:") {
        rest = rest.get(at + 4..).unwrap_or_default();
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '>' | ')' | '<'))
            .unwrap_or(rest.len());
        let id = rest.get(..end).unwrap_or_default();
        if images.len() < 200
            && !id.is_empty()
            && !images.contains_key(id)
            && let Some(url) = resolve(&decoded(id)).filter(|url| is_image_data(url))
        {
            images.insert(id.to_owned(), url);
        }
    }
    images
}

/// Percent escapes of a `cid:` URL, RFC 2392.
fn decoded(id: &str) -> String {
    let mut bytes = Vec::new();
    super::transfer::hex_escapes(id.replace("&amp;", "&").as_bytes(), b'%', &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A `data:` URL of a raster image.
fn is_image_data(url: &str) -> bool {
    [
        "data:image/png;base64,",
        "data:image/jpeg;base64,",
        "data:image/gif;base64,",
        "data:image/webp;base64,",
    ]
    .iter()
    .any(|prefix| url.starts_with(prefix))
}

/// The type of a raster image by its first bytes (A16); None for everything else, SVG above all.
pub fn raster_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

/// Finding ASCII without regard to case, without a copy of the text.
trait FindAscii {
    fn to_ascii_lowercase_find(&self, lower: &str) -> Option<usize>;
}

impl FindAscii for str {
    fn to_ascii_lowercase_find(&self, lower: &str) -> Option<usize> {
        self.as_bytes()
            .windows(lower.len())
            .position(|window| window.eq_ignore_ascii_case(lower.as_bytes()))
    }
}

#[cfg(test)]
mod tests;
