//! What the tests stand on. `MailServers` and `TestDatabase` come from `script/test`, by way of the
//! environment; everything else a test starts for itself.

pub mod api;
pub mod browser;
pub mod client;
pub mod daemon;
pub mod database;
pub mod hooks;
pub mod imap;
pub mod maildir;
pub mod ntfy;
pub mod proxy;
pub mod servers;
pub mod smtp;
pub mod vouching;
pub mod wait;

mod selftest;

pub use database::TestDatabase;
pub use servers::MailServers;
pub use wait::wait_for;
