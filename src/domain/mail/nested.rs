//! A mail inside a mail (message/rfc822), as far as a preview shows it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::body::Layout;
use super::parts::{Part, Tree};
use super::{address_list, date};
use crate::domain::address::Party;

/// Mails that are previewed.
const MAX_MAILS: usize = 20;

/// Bytes of a mail that a preview looks at.
const MAX_BYTES: usize = 128 * 1024;

/// Characters of text in a preview.
const MAX_TEXT: usize = 600;

/// The beginning of an attached mail. What is attached to it in turn is not opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NestedMail {
    /// The attachment that holds it: [`super::Attachment::part`].
    #[serde(skip)]
    pub part: usize,
    /// Its first sender.
    pub from: Option<Party>,
    /// Its Date field.
    pub date: Option<DateTime<Utc>>,
    /// Its subject, decoded.
    pub subject: String,
    /// The first 600 characters of its text.
    pub text: String,
}

/// Whether a part is a mail of its own.
pub(super) fn is_mail(part: &Part) -> bool {
    part.is("message/rfc822") || part.is("message/global") || part.is("message/news")
}

/// Previews of the mails among the attachments.
pub(super) fn read(tree: &Tree<'_>, layout: &Layout) -> Vec<NestedMail> {
    layout
        .attachments
        .iter()
        .filter_map(|&(index, _)| Some((index, tree.parts.get(index)?)))
        .filter(|(_, part)| is_mail(part))
        .take(MAX_MAILS)
        .map(|(index, part)| preview(index, &tree.bytes(part)))
        .collect()
}

fn preview(index: usize, bytes: &[u8]) -> NestedMail {
    let bytes = bytes.get(..MAX_BYTES).unwrap_or(bytes);
    let tree = Tree::read(bytes, &mut Vec::new());
    let text = Layout::of(&tree).text(&tree, &mut Vec::new()).text;
    let headers = tree.parts.first().map(|part| &part.headers);
    let first = |name| headers.and_then(|headers| headers.first(name));
    let from = headers.and_then(|headers| headers.first_raw("From"));
    NestedMail {
        part: index,
        from: from.and_then(|from| address_list::read(from).parties.into_iter().next()),
        date: first("Date").and_then(date::read),
        subject: first("Subject").unwrap_or_default().to_owned(),
        text: text.trim().chars().take(MAX_TEXT).collect(),
    }
}
