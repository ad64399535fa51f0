//! Files inside parts: those of a winmail.dat, and those that stand in a text.

use super::filename;
use super::limits;
use super::parts::{Part, Tree};
use super::{charset, tnef, uuencode};

/// A file inside a part.
#[derive(Debug)]
pub(super) struct Contained {
    /// As it was given; may be empty.
    pub name: String,
    pub content_type: String,
    pub content_id: Option<String>,
    pub bytes: Vec<u8>,
}

/// The number of a file inside a part: what is below [`limits::PARTS`] is a part itself, so that numbers which have
/// been stored keep their meaning.
pub(super) fn number(part: usize, position: usize) -> usize {
    part + limits::PARTS * (position + 1)
}

/// The part that a number names, and the position of the file inside it, if one is meant.
pub(super) fn place(number: usize) -> (usize, Option<usize>) {
    let position = (number / limits::PARTS).checked_sub(1);
    (number % limits::PARTS, position)
}

/// Whether a part is a winmail.dat.
pub(super) fn is_tnef(part: &Part) -> bool {
    part.is("application/ms-tnef")
        || part.is("application/vnd.ms-tnef")
        || part.is("application/octet-stream")
            && part
                .filename()
                .is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat"))
}

/// The files inside a part, in their order.
pub(super) fn files(tree: &Tree<'_>, part: &Part) -> Vec<Contained> {
    if part.is_multipart {
        return Vec::new();
    }
    if is_tnef(part) {
        let content = tnef::unpack(&tree.bytes(part)).unwrap_or_default();
        return content.files.into_iter().map(Contained::from).collect();
    }
    if part.is("text/plain") {
        let blocks = uuencode::blocks(&tree.bytes(part));
        return blocks.into_iter().map(Contained::from).collect();
    }
    Vec::new()
}

impl From<tnef::File> for Contained {
    fn from(file: tnef::File) -> Self {
        let content_type = if file.content_type.contains('/') && file.content_type.len() < 100 {
            file.content_type
        } else {
            filename::content_type(&file.name).to_owned()
        };
        Self {
            content_type,
            name: file.name,
            content_id: file.content_id,
            bytes: file.bytes,
        }
    }
}

impl From<uuencode::Block> for Contained {
    fn from(block: uuencode::Block) -> Self {
        let name = charset::header_text(&block.name, None);
        Self {
            content_type: filename::content_type(&name).to_owned(),
            name,
            content_id: None,
            bytes: block.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{attachment, parse};
    use super::*;

    #[test]
    fn numbers_are_read_back() {
        for (part, position) in [(0, 0), (1, 0), (999, 41)] {
            assert_eq!(place(number(part, position)), (part, Some(position)));
            assert_eq!(place(part), (part, None));
        }
    }

    #[test]
    fn a_uuencoded_file_in_the_text_is_an_attachment() {
        let raw = b"Subject: x\n\nSee below.\n\nbegin 644 a.txt\n#86)C\n`\nend\n";
        let mail = parse(raw);
        assert_eq!(mail.text.trim(), "See below.");
        let [file] = mail.attachments.as_slice() else {
            panic!("{:?}", mail.attachments);
        };
        assert_eq!(
            (file.filename.as_str(), file.content_type.as_str()),
            ("a.txt", "text/plain")
        );
        assert_eq!(attachment(raw, file.part).unwrap(), b"abc");
        assert_eq!(attachment(raw, number(0, 1)), None);
        assert_eq!(attachment(raw, number(7, 0)), None);
    }
}
