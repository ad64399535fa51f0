//! How mail comes in: from an IMAP server, spooled first and processed afterwards.

pub mod imap;
