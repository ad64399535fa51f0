//! How mail comes in: from an IMAP server or a pipe, spooled first and processed afterwards.
//!
//! One task keeps each account (`accounts` starts them, `visit` is one connection of one): it looks (`cursor`),
//! takes (`take`), spools (`spool`), files away on the server (`flags`) and waits. It never reads a mail; `process`
//! does, in its own time.

pub mod accept;
pub mod accounts;
mod audit;
mod cursor;
mod flags;
mod health;
pub mod imap;
pub mod pipe;
pub mod process;
pub mod replay;
pub mod spool;
mod suspect;
mod take;
mod visit;
