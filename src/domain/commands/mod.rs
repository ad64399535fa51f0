//! What an agent writes on top of a text to change the ticket: `#resolve`, `@assign ada`, `/tag billing`,
//! `Status: resolved`. One function reads it, whether the text came by mail, from the composer or from a program.
//!
//! The grammar, line by line from the top of the text; the first line that is none of these begins the text itself:
//!
//! - a blank line is passed over;
//! - a mark (`#`, `@` or `/`) directly before a word of letters, then a blank, a colon or the end: a command. The word
//!   is a verb, another name for one, or the beginning of exactly one ([`Verb::find`]);
//! - a paragraph in which every line is `Field: value` with a known field and a value of at most four words:
//!   commands as RT writes them;
//! - `\#` sends a `#` that is meant for the reader.
//!
//! A command that is written otherwise is none, but no text either: emphasis around it, or a full-width sign, is looked
//! through; a blank, another sign or a bullet before it, or `=` behind it, is a question ([`disguise`]).
//!
//! A mark before anything else (`#1`, `# Heading`, `/etc/hosts`, `@Ada, thanks`, `#!/bin/sh`) is text, and so is
//! `@Name` where somebody of that name works here or takes part. Any other word behind a mark is a question: nothing
//! that looks like a command is guessed at, dropped, or sent to a customer unasked.

mod ask;
mod disguise;
mod head;
mod matching;
mod orders;
mod resolve;
#[cfg(test)]
mod tests;
mod verb;

pub use ask::{Unclear, sentences};
pub use orders::{Orders, Snooze, Voice};
pub use resolve::understand;
pub use verb::Verb;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::ids::{TeamId, UserId};

/// What commands may name here, and what the moment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Whoever gives the commands.
    pub me: Option<UserId>,
    /// Who may be given tickets.
    pub people: Vec<Named<UserId>>,
    /// The teams, without addresses.
    pub teams: Vec<Named<TeamId>>,
    /// The categories that a ticket may have.
    pub categories: Vec<String>,
    /// Names and addresses of others who may be greeted with an `@`: who takes part.
    pub others: Vec<String>,
    /// What ticket numbers begin with.
    pub key_prefix: String,
    /// Now.
    pub now: DateTime<Utc>,
    /// In which zone `monday 9:00` is meant.
    pub zone: Tz,
}

/// Whether a text begins, as far as anybody can tell who does not know the desk, with the command for a note.
pub fn begins_a_note(text: &str) -> bool {
    let nobody = Known {
        me: None,
        people: Vec::new(),
        teams: Vec::new(),
        categories: Vec::new(),
        others: Vec::new(),
        key_prefix: String::new(),
        now: DateTime::UNIX_EPOCH,
        zone: Tz::UTC,
    };
    let (lines, _) = head::split(text, &nobody);
    lines.iter().any(|line| line.said.means_note())
}

/// Somebody or something that a command may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T> {
    /// Which.
    pub id: T,
    /// Their name.
    pub name: String,
    /// Their address; empty if they have none.
    pub address: String,
}

/// A text taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Understood {
    /// What is to be done.
    pub orders: Orders,
    /// The command lines as they were written.
    pub written: Vec<String>,
    /// What is left: the text for whoever it is addressed to. Empty: nobody is written to.
    pub text: String,
    /// Lines that were not understood. If there are any, nothing is done and nothing is sent.
    pub unclear: Vec<Unclear>,
}
