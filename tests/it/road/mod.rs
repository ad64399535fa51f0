//! The road from a mail to a ticket and back into mail, without the network: mails come in by a pipe, the clock
//! belongs to the test, and what would go out is read from the queue. On both databases.

mod acknowledgements;
mod agents;
mod bounces;
mod bytes;
mod claims;
mod clockwork;
mod desk;
mod intake;
mod isolation;
mod joining;
mod levels;
mod loops;
mod merging;
mod plus;
mod process;
mod proofs;
mod reasons;
mod rules;
mod sla;
mod slow;
mod telling;
mod threads;
mod time;
mod tokens;

pub use desk::{Road, mail};
pub use intake::REPORT;
