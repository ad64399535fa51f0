//! What commands want, checked against what there is.

use chrono::{DateTime, Utc};

use crate::domain::address::EmailAddress;
use crate::domain::ids::{TeamId, UserId};
use crate::domain::ticket::{Priority, Status};

/// What commands want. Absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Orders {
    /// Another status.
    pub status: Option<Status>,
    /// Another person; `Some(None)`: nobody.
    pub assignee: Option<Option<UserId>>,
    /// Another team; `Some(None)`: none.
    pub team: Option<Option<TeamId>>,
    /// Another priority.
    pub priority: Option<Priority>,
    /// Another category; `Some(None)`: none.
    pub category: Option<Option<String>>,
    /// Tags it shall have too.
    pub tag: Vec<String>,
    /// Tags it shall not have any more.
    pub untag: Vec<String>,
    /// Asleep until then, or awake.
    pub snooze: Option<Snooze>,
    /// The number of the ticket that it goes into.
    pub merge: Option<i64>,
    /// Who takes part from now on.
    pub cc: Vec<EmailAddress>,
    /// Whose ticket it really is.
    pub customer: Option<EmailAddress>,
    /// Unwanted, or not.
    pub spam: Option<bool>,
    /// What waits goes out.
    pub send: bool,
    /// Whom the text is for.
    pub voice: Voice,
}

impl Orders {
    /// Whether nothing is wanted of the ticket; the voice is not the ticket's.
    pub fn is_empty(&self) -> bool {
        let rest = Self {
            voice: Voice::default(),
            ..self.clone()
        };
        rest == Self::default()
    }
}

/// How long a ticket sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Snooze {
    /// Until then.
    Until(DateTime<Utc>),
    /// No longer.
    Off,
}

/// Whom the text below the commands is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Voice {
    /// Whoever the mail, or the form, was for anyway.
    #[default]
    AsAddressed,
    /// The team alone.
    Note,
    /// The customer.
    Public,
}
