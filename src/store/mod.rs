//! Everything that is kept. SQL lives here and nowhere else: one file per noun, one text for SQLite and
//! PostgreSQL, and what differs between the two in [`dialect`](crate::store::dialect). Every function takes the transaction and then the
//! tenant; those that look over all tenants say `_all_tenants` in their name. Accounts, received mail and the
//! outbox belong to the daemon before they belong to a tenant, and say so.

#[macro_use]
mod tx;

pub mod accounts;
pub mod acknowledged;
pub mod audit;
pub mod blobs;
pub mod bus;
pub mod buttons;
pub mod clocks;
pub mod contacts;
pub mod cursors;
mod db;
pub mod dialect;
pub mod digests;
mod error;
pub mod events;
pub mod followers;
pub mod heard;
pub mod held;
pub mod idempotency;
pub mod inbound;
pub mod joins;
pub mod key;
pub mod mailboxes;
pub mod merges;
pub mod messages;
pub mod meta;
mod migrate;
mod once;
pub mod outbox;
pub mod participants;
pub mod patience;
pub mod people;
pub mod plans;
pub mod plus_tests;
pub mod preferences;
pub mod prune;
pub mod put_off;
pub mod ratings;
pub mod references;
pub mod rules;
pub mod sessions;
pub mod sla;
pub mod suppressions;
pub mod teams;
pub mod telling;
pub mod tellings;
pub mod tenants;
pub mod texts;
pub mod threads;
pub mod tickets;
pub mod token_keys;
pub mod tokens;
pub mod webhooks;

pub use bus::{Bus, Topic};
pub use db::Db;
pub use error::StoreError;
pub use tx::Tx;

/// A word from a column, or the news that it does not fit.
fn word<T: std::str::FromStr>(
    (table, column): (&'static str, &'static str),
    row: impl std::fmt::Display,
    found: &str,
) -> Result<T, StoreError> {
    found
        .parse()
        .map_err(|_| StoreError::corrupt(table, column, row, found))
}
