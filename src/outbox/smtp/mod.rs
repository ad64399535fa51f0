//! Mail to an SMTP server (RFC 5321), one recipient and one phase at a time.
//!
//! Sending has one moment of uncertainty: between the first byte of the body and the server's answer to
//! the final dot, nobody knows whether the mail was taken (O2, O3). [`Connection::prepare`] goes as far
//! as the server's 354, [`Ready::finish`] does the rest, and the caller commits its mark between the two.
//! Nothing here knows a database.

mod body;
mod connection;
mod error;
mod offers;
mod open;
mod pool;
mod transport;
mod verdict;

pub use connection::{Connection, Envelope, Ready};
pub use error::{Permanence, Phase, Reply, Scope, SendError};
pub use open::{Relay, Timeouts};
pub use pool::{Lease, Pool};
