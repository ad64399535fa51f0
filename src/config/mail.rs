//! `[mail]`: what is taken in.

use std::borrow::Cow;

use super::read::{Entry, Value};
use super::section::section;

section! {
    /// What is taken in.
    pub struct Mail in "mail" {
        /// The largest mail that is taken in whole, in bytes (64 KiB to 1 GiB). Of a larger one the headers
        /// and the beginning are kept, and the mail stays on the server.
        max_message_bytes: MessageBytes = 52428800,
    }
}

/// The size of a mail, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageBytes(pub u64);

const EXPECTED: &str = "a number of bytes from 65536 to 1073741824";

impl Value for MessageBytes {
    fn expected() -> Cow<'static, str> {
        EXPECTED.into()
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        let bytes = entry
            .number()
            .filter(|bytes| (65_536..=1_073_741_824).contains(bytes));
        bytes.map(Self).or_else(|| entry.refuse(EXPECTED))
    }
}
