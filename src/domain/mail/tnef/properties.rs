//! Lists of MAPI properties, [MS-OXTNEF] section 2.1.3.4: what Exchange knows about a message or a file.

use encoding_rs::UTF_16LE;

use super::bytes::Bytes;
use super::codepage;

/// Properties that are read from one list.
const MAX_PROPERTIES: usize = 4000;

/// The properties that a mail needs, by their id ([MS-OXPROPS]).
pub(super) mod id {
    pub const SUBJECT: u16 = 0x0037;
    pub const SENDER_NAME: u16 = 0x0c1a;
    pub const SENDER_ADDRESS: u16 = 0x0c1f;
    pub const BODY: u16 = 0x1000;
    pub const RTF_COMPRESSED: u16 = 0x1009;
    pub const BODY_HTML: u16 = 0x1013;
    pub const INTERNET_CODEPAGE: u16 = 0x3fde;
    pub const DISPLAY_NAME: u16 = 0x3001;
    pub const ATTACH_DATA: u16 = 0x3701;
    pub const ATTACH_FILENAME: u16 = 0x3704;
    pub const ATTACH_LONG_FILENAME: u16 = 0x3707;
    pub const ATTACH_MIME_TAG: u16 = 0x370e;
    pub const ATTACH_CONTENT_ID: u16 = 0x3712;
}

/// One value of a property.
#[derive(Debug, Clone, Copy)]
pub(super) struct Property<'a> {
    pub id: u16,
    kind: u16,
    pub value: &'a [u8],
}

impl Property<'_> {
    /// The value as text; `codepage` is that of 8-bit text.
    pub fn text(&self, codepage: u32) -> String {
        let text = match self.kind {
            0x1f => UTF_16LE
                .decode_without_bom_handling(self.value)
                .0
                .into_owned(),
            _ => codepage::decode(self.value, codepage),
        };
        text.trim_end_matches('\0').to_owned()
    }

    /// The value as a number.
    pub fn number(&self) -> Option<u32> {
        Bytes(self.value).u32()
    }

    /// Whether it is an object: an interface's id stands before its bytes.
    pub fn is_object(&self) -> bool {
        self.kind == 0x0d
    }
}

/// Reads a list of properties; what is broken ends it.
pub(super) fn read(list: &[u8]) -> Vec<Property<'_>> {
    let mut bytes = Bytes(list);
    let mut found = Vec::new();
    let count = bytes.length().unwrap_or_default().min(MAX_PROPERTIES);
    for _ in 0..count {
        let Some(()) = property(&mut bytes, &mut found) else {
            break;
        };
    }
    found
}

fn property<'a>(bytes: &mut Bytes<'a>, found: &mut Vec<Property<'a>>) -> Option<()> {
    let (kind, id) = (bytes.u16()?, bytes.u16()?);
    if id >= 0x8000 {
        skip_name(bytes)?;
    }
    let (is_list, kind) = (kind & 0x1000 != 0, kind & 0x0fff);
    let fixed = match kind {
        0x02 | 0x03 | 0x04 | 0x0a | 0x0b => Some(4),
        0x05 | 0x06 | 0x07 | 0x14 | 0x40 => Some(8),
        0x48 => Some(16),
        0x0d | 0x1e | 0x1f | 0x102 => None,
        _ => return None,
    };
    // Values of variable length are counted even when there is only one.
    let values = if is_list || fixed.is_none() {
        bytes.length()?
    } else {
        1
    };
    for position in 0..values {
        let value = match fixed {
            Some(length) => bytes.take(length)?,
            None => padded(bytes)?,
        };
        if position == 0 {
            found.push(Property { id, kind, value });
        }
    }
    Some(())
}

/// The name of a named property: a set, and a number or a string.
fn skip_name(bytes: &mut Bytes<'_>) -> Option<()> {
    bytes.take(16)?;
    match bytes.u32()? {
        0 => bytes.take(4).map(|_| ()),
        _ => padded(bytes).map(|_| ()),
    }
}

/// A length, so many bytes, and zeros up to a multiple of four.
fn padded<'a>(bytes: &mut Bytes<'a>) -> Option<&'a [u8]> {
    let length = bytes.length()?;
    let value = bytes.take(length)?;
    bytes.take_up_to(length.next_multiple_of(4) - length);
    Some(value)
}
