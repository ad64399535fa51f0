//! How mail comes in: from an IMAP server or a pipe, spooled first and processed afterwards.

pub mod imap;
pub mod pipe;
pub mod process;
