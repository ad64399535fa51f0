//! Why a deed was not done. Each is a sentence for the person who wanted it.

use crate::domain::address::EmailAddress;
use crate::domain::commands::Unclear;
use crate::domain::ids::MessageId;
use crate::store::StoreError;

/// A deed that was not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// It does not exist here; somebody else's does not exist either.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// This person may not do that.
    #[error("{0}")]
    Forbidden(String),
    /// What was given makes no sense; the sentence says what was expected.
    #[error("{field}: {problem}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What was expected.
        problem: String,
    },
    /// Something public arrived after the message that is being answered (AU4).
    #[error("{} newer message(s) arrived while this answer was being written", .0.len())]
    Stale(Vec<MessageId>),
    /// It would reach people outside who take no part (OUT6).
    #[error("it would go to {} who take no part", listed(.0))]
    Outsiders(Vec<EmailAddress>),
    /// A command was not understood.
    #[error("{} line(s) on top were not understood", .0.len())]
    Unclear(Vec<Unclear>),
    /// It was already so, or is no longer possible.
    #[error("{0}")]
    Conflict(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn listed(addresses: &[EmailAddress]) -> String {
    let all: Vec<&str> = addresses.iter().map(EmailAddress::as_str).collect();
    all.join(", ")
}

impl DeskError {
    /// A field that makes no sense.
    pub fn invalid(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            problem: problem.into(),
        }
    }
}
