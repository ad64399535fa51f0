//! Attachments as they are listed; their bytes are read from the raw mail when asked for.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::body::Layout;
use super::parts::{Part, Tree};
use super::{charset, contained, filename, html};

/// An attachment of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Which part of the mail it is, or which file inside a part: what [`attachment`] takes. Stays the same for the same bytes.
    pub part: usize,
    /// The name, safe to show and to download under (A17).
    pub filename: String,
    /// The type: of pictures what their bytes say, of everything else what the sender claims, in lower case.
    pub content_type: String,
    /// Bytes after decoding.
    pub size: usize,
    /// SHA-256 of the decoded bytes, hexadecimal.
    pub sha256: String,
    /// Whether it belongs into the HTML.
    pub inline: bool,
    /// Content-ID without brackets.
    pub content_id: Option<String>,
}

/// Lists the attachments of a mail. A winmail.dat is replaced by the files in it; files that stand in a text
/// come after all others.
pub(super) fn list(tree: &Tree<'_>, layout: &Layout) -> Vec<Attachment> {
    let mut found = Vec::new();
    for &(index, inline) in &layout.attachments {
        let Some(part) = tree.parts.get(index) else {
            continue;
        };
        let before = found.len();
        if contained::is_tnef(part) {
            list_contained(tree, index, part, &mut found);
        }
        if found.len() == before {
            found.push(describe(tree, index, part, inline));
        }
    }
    for index in layout.texts() {
        if let Some(part) = tree.parts.get(index) {
            list_contained(tree, index, part, &mut found);
        }
    }
    found
}

fn describe(tree: &Tree<'_>, index: usize, part: &Part, inline: bool) -> Attachment {
    let bytes = tree.bytes(part);
    let content_type = typed(&part.content_type.value, &bytes);
    let fallback = format!("part-{index}{}", ending(&content_type));
    Attachment {
        part: index,
        filename: filename::safe(part.filename().unwrap_or_default(), &fallback),
        content_type,
        size: bytes.len(),
        sha256: HEXLOWER.encode(&Sha256::digest(&bytes)),
        inline,
        content_id: part.content_id(),
    }
}

fn list_contained(tree: &Tree<'_>, index: usize, part: &Part, found: &mut Vec<Attachment>) {
    let files = contained::files(tree, part).into_iter().enumerate();
    found.extend(files.map(|(position, file)| {
        let fallback = format!(
            "part-{index}-{}{}",
            position + 1,
            ending(&file.content_type)
        );
        Attachment {
            part: contained::number(index, position),
            filename: filename::safe(&file.name, &fallback),
            content_type: typed(&file.content_type, &file.bytes),
            size: file.bytes.len(),
            sha256: HEXLOWER.encode(&Sha256::digest(&file.bytes)),
            inline: file.content_id.is_some(),
            content_id: file.content_id,
        }
    }));
}

/// The type of a file. Its bytes decide whether it is one of the pictures that are shown (A16).
fn typed(claimed: &str, bytes: &[u8]) -> String {
    const PICTURES: [&str; 5] = [
        "image/png",
        "image/jpeg",
        "image/jpg",
        "image/gif",
        "image/webp",
    ];
    match html::raster_type(bytes) {
        Some(seen) if claimed.starts_with("image/") || claimed == "application/octet-stream" => {
            seen.to_owned()
        }
        None if PICTURES.contains(&claimed) => "application/octet-stream".to_owned(),
        _ => claimed.to_owned(),
    }
}

/// The file ending for parts without a name.
fn ending(content_type: &str) -> &'static str {
    match content_type {
        "text/plain" => ".txt",
        "text/html" => ".html",
        "text/calendar" => ".ics",
        "image/png" => ".png",
        "image/jpeg" => ".jpg",
        "image/gif" => ".gif",
        "image/webp" => ".webp",
        "application/pdf" => ".pdf",
        "message/rfc822" => ".eml",
        "application/pgp-signature" => ".asc",
        _ => "",
    }
}

/// The decoded bytes of the attachment that [`Attachment::part`] names; None if there is no such part.
pub fn attachment(raw: &[u8], number: usize) -> Option<Vec<u8>> {
    let tree = Tree::read(raw, &mut Vec::new());
    let (part, position) = contained::place(number);
    let part = tree.parts.get(part).filter(|part| !part.is_multipart)?;
    match position {
        None => Some(tree.bytes(part).into_owned()),
        Some(position) => {
            let mut files = contained::files(&tree, part).into_iter();
            files.nth(position).map(|file| file.bytes)
        }
    }
}

/// The beginning of a text attachment, read by its charset or against it, and whether it goes on. Line ends are `\n`.
pub fn attachment_text(raw: &[u8], part: usize, max_bytes: usize) -> Option<(String, bool)> {
    let tree = Tree::read(raw, &mut Vec::new());
    let (place, position) = contained::place(part);
    let part = tree.parts.get(place).filter(|part| !part.is_multipart)?;
    if let Some(position) = position {
        let file = contained::files(&tree, part).into_iter().nth(position)?;
        return Some(text_of(&file.bytes, None, max_bytes));
    }
    let bytes = tree.bytes(part);
    let label = part.content_type.get("charset");
    Some(text_of(&bytes, label, max_bytes))
}

/// The beginning of bytes as text, and whether they go on.
pub(super) fn text_of(bytes: &[u8], label: Option<&str>, max_bytes: usize) -> (String, bool) {
    let head = bytes.get(..max_bytes).unwrap_or(bytes);
    let text = charset::clean_lines(charset::decode(head, label));
    (text, bytes.len() > head.len())
}

/// The images that the HTML of a mail shows in place: Content-ID, a raster type decided from the bytes, and
/// the bytes, up to `max_bytes` in all.
pub fn inline_images(raw: &[u8], max_bytes: usize) -> Vec<(String, &'static str, Vec<u8>)> {
    let tree = Tree::read(raw, &mut Vec::new());
    let mut left = max_bytes;
    let mut found = Vec::new();
    let mut image = |id: Option<String>, bytes: Vec<u8>| {
        let kind = html::raster_type(&bytes)?;
        left = left.checked_sub(bytes.len())?;
        Some((id?, kind, bytes))
    };
    for part in tree.parts.iter().filter(|part| !part.is_multipart) {
        if contained::is_tnef(part) {
            let files = contained::files(&tree, part).into_iter();
            found.extend(files.filter_map(|file| image(file.content_id, file.bytes)));
        } else if let Some(id) = part.content_id() {
            found.extend(image(Some(id), tree.bytes(part).into_owned()));
        }
    }
    found
}
