//! The timeline: everything that ever happened to a ticket, one line each.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{EventId, RuleId, TicketId, UserId};

words! {
    /// What happened.
    pub enum EventType {
        /// The ticket came to be.
        Created = "ticket.created",
        /// A field changed; `field`, `from` and `to` say which.
        Changed = "ticket.updated",
        /// The assignee or the team changed.
        Assigned = "ticket.assigned",
        /// The customer wrote.
        MessageReceived = "message.received",
        /// An agent answered.
        MessageCreated = "message.created",
        /// A note was written.
        NoteAdded = "note.added",
        /// A message waits for a person.
        MessageHeld = "message.held",
        /// A held message was let through.
        MessageReleased = "message.released",
        /// A held message was thrown away.
        MessageDiscarded = "message.discarded",
        /// A message was read again by a later program; `to` says what of it changed.
        MessageReread = "message.read_again",
        /// Somebody takes part from now on.
        ParticipantAdded = "participant.added",
        /// An outgoing message's delivery ended, one way or another.
        Delivery = "delivery.updated",
        /// A service level is about to be missed.
        SlaWarning = "sla.warning",
        /// A service level was missed.
        SlaBreached = "sla.breached",
        /// Somebody has seen a warning or a breach.
        Acknowledged = "sla.acknowledged",
        /// A service level was kept.
        SlaMet = "sla.met",
        /// Merged into another, or another into this.
        Merged = "ticket.merged",
        /// It looks like the same conversation as another ticket; a person decides.
        JoinOffered = "ticket.join_offered",
        /// A person decided that it is not.
        JoinDismissed = "ticket.join_dismissed",
        /// Parted again from the ticket it was merged into.
        Unmerged = "ticket.unmerged",
        /// It is linked to another from now on: a follow-up, a part that was split off, or because somebody said so.
        Linked = "ticket.linked",
        /// The customer said how satisfied they are.
        Rated = "ticket.rated",
    }
}

/// Who caused an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody outside, by mail.
    Contact {
        /// Their name or address.
        name: String,
    },
    /// One of the tenant's people.
    User {
        /// Which.
        id: UserId,
        /// Their name then.
        name: String,
    },
    /// A rule, in the version that acted.
    Rule {
        /// Which.
        id: RuleId,
        /// Its name then.
        name: String,
        /// Its version.
        version: i64,
    },
    /// Time, or Postroom itself.
    System,
}

impl Actor {
    /// The person, if one of the tenant's people did it.
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// How the timeline names them.
    pub fn name(&self) -> &str {
        match self {
            Self::Contact { name } | Self::User { name, .. } | Self::Rule { name, .. } => name,
            Self::System => "Postroom",
        }
    }
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Whose timeline.
    pub ticket: TicketId,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: EventType,
    /// Who.
    pub actor: Actor,
    /// Which field, for a change.
    pub field: Option<String>,
    /// The value before, as people read it.
    pub from: Option<String>,
    /// The value after.
    pub to: Option<String>,
}
