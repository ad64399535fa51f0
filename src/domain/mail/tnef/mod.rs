//! winmail.dat: the Transport Neutral Encapsulation Format in which Outlook sends what it thinks only Outlook
//! reads, [MS-OXTNEF].
//!
//! Own code: of the crates, one binds a C library and one knows nothing of long names, bodies and embedded
//! messages.

mod bytes;
mod codepage;
mod compressed;
mod enclosed;
mod properties;
mod rtf;

use self::bytes::Bytes;
use self::properties::{Property, id};

/// The first four bytes of every stream.
const SIGNATURE: u32 = 0x223e_9f78;

/// Files that are taken out of one stream.
const MAX_FILES: usize = 200;

/// How deep messages may stand inside messages.
const MAX_DEPTH: usize = 4;

/// A file in a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct File {
    /// As it was given; may be empty.
    pub name: String,
    /// The type that the sender claims; may be empty.
    pub content_type: String,
    /// Content-ID without brackets.
    pub content_id: Option<String>,
    pub bytes: Vec<u8>,
}

/// What a stream holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub files: Vec<File>,
    pub text: Option<String>,
    pub html: Option<String>,
    /// What an embedded message says of itself.
    about: About,
}

/// The header of a message in a stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct About {
    subject: String,
    from_name: String,
    from_address: String,
}

/// Unpacks a stream; None for what is none. What is broken or cut off gives what stands before it.
pub(super) fn unpack(stream: &[u8]) -> Option<Content> {
    let mut messages = Vec::new();
    let mut content = unpack_at(stream, 0, &mut messages)?;
    // Last, so that the numbers of files stay what they were before messages counted as files.
    content.files.extend(messages);
    content.files.truncate(MAX_FILES);
    Some(content)
}

/// The tree of embedded messages is at most [`MAX_DEPTH`] deep, and so is this recursion. The files of all of them are
/// files of the stream; `messages` takes the messages themselves.
fn unpack_at(stream: &[u8], depth: usize, messages: &mut Vec<File>) -> Option<Content> {
    let mut content = Content::default();
    let mut bytes = Bytes(stream);
    if bytes.u32()? != SIGNATURE {
        return None;
    }
    bytes.u16()?;
    let mut reader = Reader {
        content: &mut content,
        messages,
        depth,
        codepage: 0,
        file: None,
        damaged: false,
    };
    while let Some((attribute, data)) = attribute(&mut bytes, &mut reader.damaged) {
        reader.take(attribute, data);
        if reader.damaged {
            break;
        }
    }
    reader.finish_file();
    Some(content)
}

/// The next attribute: its id and its data. A wrong sum or a missing end is the last one that is read.
fn attribute<'a>(bytes: &mut Bytes<'a>, damaged: &mut bool) -> Option<(u32, &'a [u8])> {
    let level = bytes.u8()?;
    if !matches!(level, 1 | 2) {
        return None;
    }
    let (attribute, length) = (bytes.u32()?, bytes.length()?);
    let data = bytes.take_up_to(length);
    let sum = data
        .iter()
        .fold(0_u16, |sum, &byte| sum.wrapping_add(u16::from(byte)));
    *damaged = data.len() < length || bytes.u16() != Some(sum);
    Some((attribute, data))
}

struct Reader<'a> {
    content: &'a mut Content,
    messages: &'a mut Vec<File>,
    depth: usize,
    codepage: u32,
    file: Option<Open>,
    /// What follows cannot be trusted.
    damaged: bool,
}

/// A file while its attributes are read.
#[derive(Default)]
struct Open {
    file: File,
    /// The name of 8 and 3 characters, or what stands for one.
    short_name: String,
    /// The bytes are a message.
    message: Option<Vec<u8>>,
}

impl Reader<'_> {
    fn take(&mut self, attribute: u32, data: &[u8]) {
        match attribute {
            // attOemCodepage.
            0x0006_9007 => self.codepage = Bytes(data).u32().unwrap_or_default(),
            // attBody.
            0x0002_800c => {
                let text = codepage::decode(data, self.codepage);
                self.content.text = Some(text.trim_end_matches('\0').to_owned());
            }
            // attSubject.
            0x0001_8004 => {
                let subject = codepage::decode(data, self.codepage);
                subject
                    .trim_end_matches('\0')
                    .clone_into(&mut self.content.about.subject);
            }
            // attMsgProps.
            0x0006_9003 => self.message(data),
            // attAttachRendData begins a file.
            0x0006_9002 => {
                self.finish_file();
                self.file = Some(Open::default());
            }
            // attAttachTitle, attAttachTransportFilename.
            0x0001_8010 | 0x0006_9001 => {
                let name = codepage::decode(data, self.codepage);
                let file = self.file.get_or_insert_default();
                if file.short_name.is_empty() {
                    name.trim_end_matches('\0').clone_into(&mut file.short_name);
                }
            }
            // attAttachData.
            0x0006_800f => self.file.get_or_insert_default().file.bytes = data.to_vec(),
            // attAttachment.
            0x0006_9005 => self.properties_of_file(data),
            _ => {}
        }
    }

    /// The properties of the message: its body in one of four forms.
    fn message(&mut self, list: &[u8]) {
        let properties = properties::read(list);
        let number = |id| {
            properties
                .iter()
                .find(|p| p.id == id)
                .and_then(Property::number)
        };
        let codepage = number(id::INTERNET_CODEPAGE).unwrap_or(self.codepage);
        for property in &properties {
            match property.id {
                id::BODY => self.content.text = Some(property.text(codepage)),
                id::BODY_HTML => self.content.html = Some(property.text(codepage)),
                id::RTF_COMPRESSED => self.rtf(property.value),
                id::SUBJECT => self.content.about.subject = property.text(codepage),
                id::SENDER_NAME => self.content.about.from_name = property.text(codepage),
                id::SENDER_ADDRESS => self.content.about.from_address = property.text(codepage),
                _ => {}
            }
        }
    }

    fn rtf(&mut self, packed: &[u8]) {
        match compressed::unpack(packed).map(|rtf| rtf::read(&rtf)) {
            Some(rtf::Content::Html(html)) => {
                self.content.html.get_or_insert(html);
            }
            Some(rtf::Content::Text(text)) => {
                self.content.text.get_or_insert(text);
            }
            None => {}
        }
    }

    fn properties_of_file(&mut self, list: &[u8]) {
        let codepage = self.codepage;
        let open = self.file.get_or_insert_default();
        let mut shown_name = String::new();
        for property in properties::read(list) {
            let text = || property.text(codepage);
            match property.id {
                id::ATTACH_LONG_FILENAME => open.file.name = text(),
                id::ATTACH_FILENAME => open.short_name = text(),
                id::DISPLAY_NAME => shown_name = text(),
                id::ATTACH_MIME_TAG => open.file.content_type = text().to_ascii_lowercase(),
                id::ATTACH_CONTENT_ID => {
                    let id = text().trim_matches(['<', '>', ' ']).to_owned();
                    open.file.content_id = Some(id).filter(|id| !id.is_empty());
                }
                id::ATTACH_DATA if property.is_object() => {
                    open.message = property.value.get(16..).map(<[u8]>::to_vec);
                }
                id::ATTACH_DATA if open.file.bytes.is_empty() => {
                    open.file.bytes = property.value.to_vec();
                }
                _ => {}
            }
        }
        if open.file.name.is_empty() && open.short_name.is_empty() {
            open.file.name = shown_name;
        }
    }

    fn finish_file(&mut self) {
        let Some(mut open) = self.file.take() else {
            return;
        };
        if open.file.name.is_empty() {
            open.file.name = open.short_name;
        }
        if let Some(message) = open.message.take() {
            let inner = (self.depth < MAX_DEPTH)
                .then(|| unpack_at(&message, self.depth + 1, self.messages))
                .flatten();
            if let Some(mut inner) = inner {
                let room = MAX_FILES.saturating_sub(self.content.files.len());
                inner.files.truncate(room);
                self.content.files.append(&mut inner.files);
                if self.messages.len() < MAX_FILES {
                    self.messages
                        .push(enclosed::as_mail(&inner, &open.file.name));
                }
                return;
            }
            open.file.bytes = message;
        }
        let has_something = !open.file.bytes.is_empty() || !open.file.name.is_empty();
        if has_something && self.content.files.len() < MAX_FILES {
            self.content.files.push(open.file);
        }
    }
}

#[cfg(test)]
mod tests;
