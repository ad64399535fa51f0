//! Mail from an IMAP server (RFC 3501, RFC 9051): connect, look, fetch, file, wait.
//!
//! Nothing here knows a database. A [`Session`] either gives a whole answer or an [`ImapError`]: a mail
//! is never shorter than the server announced, a command is done only when its tagged OK was seen (I3),
//! and memory is bounded whatever the server sends (I10, F13). Why the answers are read by our own code
//! stands in `docs/adr/0002-bounded-imap-fetch.md`.

mod answer;
mod backoff;
mod connect;
mod error;
mod fetch;
mod fetch_item;
mod filing;
mod framer;
mod idle;
mod names;
mod session;
mod wire;

pub use backoff::Backoff;
pub use error::{Fault, ImapError, Verdict};
pub use fetch::{Batch, Bodies, Harvest, plan};
pub use fetch_item::{Fetched, Sized};
pub use idle::Woken;
pub use session::{Capabilities, Selected, Session};
