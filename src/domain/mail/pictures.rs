//! The pictures that the HTML of a mail shows in place, and whether a quote or a signature shows them.

use super::fold::FoldKind;
use super::{html_body, readable};

/// Characters of a marked text that tell what it is.
const LOOKED_AT: usize = 4000;

/// A picture in the HTML of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Content-ID of the part that it is.
    pub content_id: String,
    /// What is marked around it, and the text from there on; absent: it stands among the words themselves.
    pub within: Option<(FoldKind, String)>,
}

/// The pictures in the HTML of a mail, in their order.
pub fn pictures(raw: &[u8]) -> Vec<Picture> {
    let Some(html) = html_body(raw).filter(|html| html.contains("cid:")) else {
        return Vec::new();
    };
    let readable = readable::from_html(&html);
    let mut starts: Vec<usize> = readable
        .pictures
        .iter()
        .filter_map(|picture| picture.within.map(|(_, start)| start))
        .collect();
    starts.sort_unstable();
    let texts = from_each(&readable.text, &starts);
    let text = |start: usize| {
        let found = starts.binary_search(&start).ok();
        found.and_then(|at| texts.get(at)).cloned()
    };
    let pictures = readable.pictures.iter();
    pictures
        .map(|picture| Picture {
            content_id: picture.content_id.clone(),
            within: picture
                .within
                .map(|(kind, start)| (kind, text(start).unwrap_or_default())),
        })
        .collect()
}

/// The beginnings of what stands in a text from each of these characters on, which are sorted.
fn from_each(text: &str, starts: &[usize]) -> Vec<String> {
    let mut characters = text.char_indices().map(|(at, _)| at).enumerate().peekable();
    let mut found = Vec::with_capacity(starts.len());
    for start in starts {
        while characters.next_if(|(at, _)| at < start).is_some() {}
        let from = characters.peek().and_then(|(_, byte)| text.get(*byte..));
        found.push(from.unwrap_or_default().chars().take(LOOKED_AT).collect());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_belongs_to_what_is_marked_around_it() {
        let html = "<p>own <img src=\"cid:own\"></p><div class=gmail_signature><img src=\"cid:logo\"></div>\
                    <div class=gmail_quote>On Monday, Ada wrote:<blockquote class=gmail_quote>x <img src='CID:quoted'> <img src=\"https://a.test/x.png\"></blockquote></div>";
        let raw = format!("Content-Type: text/html\n\n{html}");
        let found: Vec<_> = pictures(raw.as_bytes())
            .into_iter()
            .map(|p| {
                (
                    p.content_id,
                    p.within
                        .map(|(kind, text)| (kind, text.starts_with("On Monday"))),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("own".to_owned(), None),
                ("logo".to_owned(), Some((FoldKind::Signature, true))),
                ("quoted".to_owned(), Some((FoldKind::Quote, true))),
            ]
        );
        assert_eq!(pictures(b"Subject: x\n\ncid:own"), []);
    }
}
