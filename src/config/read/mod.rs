//! Reading TOML so that every mistake is found, not only the first, each with file, line and key.
//!
//! serde stops at the first thing that it cannot use, and does not know lines. Here a table is asked for
//! its keys one by one; what does not fit is written to a [`Ledger`] and reading goes on.

mod entry;
mod serde;
mod source;
mod table;
mod value;

pub(crate) use self::serde::{BySerde, Outline};
pub(crate) use entry::Entry;
pub(crate) use source::{Ledger, Source, why_unreadable};
pub(crate) use table::{Record, Table};
pub use value::At;
pub(crate) use value::texts;
pub(crate) use value::{Text, Value, Wrong};
