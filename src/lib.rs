//! Postroom turns the mail of many tenants into tickets, and the work on those tickets back into mail.
//!
//! The modules stand here in the order in which a mail meets them. Dependencies point inward only:
//! `door` and `domain` know nobody; `store` knows them; `desk` knows the store; `intake`, `timers` and
//! `outbox` know the desk; `web` and `cli` know all of these; `app` builds everything.

/// The only place that builds things: database, clock, key, tasks, router.
pub mod app;
/// One file per command of the command line.
pub mod cli;
/// The configuration file and the seed files: documents, parses and checks them.
pub mod config;
/// What people do with tickets: reply, note, assign, change; the same for pages, API and mail.
pub mod desk;
/// Values and decisions: no async, no SQL, no clock, no network.
#[macro_use]
pub mod domain;
/// What comes in from outside the program by permission only: time, randomness, keys, TLS.
pub mod door;
/// How mail comes in: IMAP, pipe, spool, and `process`, the one function that walks the road.
pub mod intake;
/// First signal: finish what is in hand. Second signal, or a deadline: stop.
pub mod lifecycle;
/// How things go out: the queue, SMTP, ntfy.
pub mod outbox;
/// Everything that is kept: SQL, one file per noun, one text for SQLite and PostgreSQL.
pub mod store;
/// What time does: deadlines, closing; looks at the database and does what is due.
pub mod timers;
/// What people and programs see: pages, API, sessions.
pub mod web;
