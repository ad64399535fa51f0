//! Values and decisions. Nothing here awaits, reads a clock, opens a socket or knows SQL: everything
//! is a plain function from values to a value, and the reasons are part of the value.

#[macro_use]
mod macros;
pub use macros::UnknownWord;
pub(crate) use macros::words;

pub mod access;
pub mod account;
pub mod acknowledge;
pub mod address;
pub mod agent_mail;
pub mod audit;
pub mod brake;
pub mod button;
pub mod commands;
pub mod contact;
pub mod disguise;
pub mod event;
pub mod ids;
pub mod mail;
pub mod mailbox;
pub mod merge;
pub mod message;
pub mod patience;
pub mod person;
pub mod rating;
pub mod reach;
pub mod replay;
pub mod routing;
pub mod rules;
pub mod search;
pub mod sla;
pub mod snooze;
pub mod telling;
pub mod template;
pub mod tenant;
pub mod threading;
pub mod ticket;
pub mod token;
pub mod trace;
pub mod veil;
pub mod webhook;
