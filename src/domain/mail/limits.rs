//! How much of a mail is looked at (A33). What lies beyond is kept in the raw mail and named in
//! [`Mail::limits`](super::Mail::limits); it is never an error.

/// Bytes of one header block.
pub const HEADER_BYTES: usize = 256 * 1024;
/// Header fields of one header block.
pub const HEADER_FIELDS: usize = 500;
/// Bytes of the header blocks of all parts together.
pub const ALL_HEADER_BYTES: usize = 2 * 1024 * 1024;
/// Header fields of all parts together.
pub const ALL_HEADER_FIELDS: usize = 20_000;
/// Parts of one mail.
pub const PARTS: usize = 1000;
/// How deep parts may stand inside parts.
pub const DEPTH: usize = 20;
/// Bytes of a Date field.
pub const DATE_BYTES: usize = 128;
/// Bytes of a Message-ID.
pub const MESSAGE_ID_BYTES: usize = 998;
/// References that are kept: the newest ones.
pub const REFERENCES: usize = 50;
/// Addresses of one header field.
pub const ADDRESSES: usize = 1000;
/// Bytes of one part, as they were sent, that are read for what is shown; twice as many for all of them.
pub const SHOWN_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of a subject; a header line has 998.
pub const SUBJECT_BYTES: usize = 4096;
/// Bytes of text that are shown and searched; the rest is in the raw mail.
pub const TEXT_BYTES: usize = 4 * 1024 * 1024;

/// Remembers a limit that was met, once.
pub(super) fn note(limits: &mut Vec<String>, sentence: &str) {
    if !limits.iter().any(|known| known == sentence) {
        limits.push(sentence.to_owned());
    }
}

/// The beginning of a text: so many bytes at most, and no broken character.
pub(super) fn beginning(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}
