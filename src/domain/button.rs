//! The buttons under a push: what each does.

use crate::domain::ids::UserId;
use crate::domain::ticket::{Change, Status};

words! {
    /// What a button does.
    pub enum Deed {
        /// Gives the ticket to whoever presses it.
        Assign = "assign",
        /// Resolves the ticket.
        Resolve = "resolve",
        /// Says that somebody has seen it.
        Acknowledge = "acknowledge",
    }
}

impl Deed {
    /// What stands on the button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Assign => "Assign to me",
            Self::Resolve => "Resolve",
            Self::Acknowledge => "Acknowledge",
        }
    }

    /// What is asked before it is pressed on a page.
    pub const fn question(self) -> &'static str {
        match self {
            Self::Assign => "Assign this ticket to you?",
            Self::Resolve => "Resolve this ticket?",
            Self::Acknowledge => "Say that you have seen this?",
        }
    }

    /// What is said once it was pressed.
    pub const fn done(self) -> &'static str {
        match self {
            Self::Assign => "The ticket is yours.",
            Self::Resolve => "The ticket is resolved.",
            Self::Acknowledge => "Noted: you have seen it.",
        }
    }

    /// The change to the ticket, where it is one.
    pub fn change(self, by: UserId) -> Option<Change> {
        let unchanged = Change::default();
        match self {
            Self::Assign => Some(Change {
                assignee: Some(Some(by)),
                ..unchanged
            }),
            Self::Resolve => Some(Change {
                status: Some(Status::Resolved),
                ..unchanged
            }),
            Self::Acknowledge => None,
        }
    }
}
