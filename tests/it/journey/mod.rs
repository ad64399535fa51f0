//! The whole way, end to end: through real Dovecot and Postfix, by the real program, on both databases.

mod agents;
mod broken;
mod catchall;
mod circle;
mod filing;
mod house;
mod ledger;
mod lost;
mod odd;
mod page;
mod plus;
mod refusals;
mod twice;
mod whole;

use house::{House, letter};
