//! What is remembered of a merge, so that it can be undone, and how tickets are linked.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::address::EmailAddress;
use crate::domain::ids::{InboundId, MessageId, TicketId};
use crate::domain::sla::{Clock, Moved};
use crate::domain::ticket::{Side, Status, Ticket};

/// A merge that stands: `ticket` is part of `into`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Its id.
    pub id: uuid::Uuid,
    /// The ticket that was merged away.
    pub ticket: TicketId,
    /// The one that has its messages now.
    pub into: TicketId,
    /// When.
    pub at: DateTime<Utc>,
    /// What undoing it needs.
    pub kept: Kept,
}

/// What undoing a merge needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// How the ticket that was merged away stood.
    pub stood: Stood,
    /// Its clocks then.
    pub clocks: Vec<Clock>,
    /// Where its live promises went.
    pub promises: Vec<Moved>,
    /// The messages that moved.
    pub messages: Vec<MessageId>,
    /// Who takes part in the other only because of it.
    pub joined: Vec<EmailAddress>,
    /// The tags that the other has only because of it.
    pub tags: Vec<String>,
    /// How the other stood before.
    pub other: Stood,
}

/// Where a ticket stood: what a merge changes on its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood {
    /// Its status.
    pub status: Status,
    /// When it had become resolved.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it had been closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Until when it slept.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Since when it waited.
    pub waiting_since: Option<DateTime<Utc>>,
    /// When the customer had been reminded.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When its newest public message came or went.
    pub last_message_at: DateTime<Utc>,
    /// Which side that was from.
    pub last_message_from: Side,
    /// When a customer had last written.
    pub last_customer_message_at: Option<DateTime<Utc>>,
    /// When an agent had last answered.
    pub last_agent_message_at: Option<DateTime<Utc>>,
}

impl Stood {
    /// Where a ticket stands now.
    pub const fn of(ticket: &Ticket) -> Self {
        Self {
            status: ticket.status,
            resolved_at: ticket.resolved_at,
            closed_at: ticket.closed_at,
            snoozed_until: ticket.snoozed_until,
            waiting_since: ticket.waiting_since,
            reminded_at: ticket.reminded_at,
            last_message_at: ticket.last_message_at,
            last_message_from: ticket.last_message_from,
            last_customer_message_at: ticket.last_customer_message_at,
            last_agent_message_at: ticket.last_agent_message_at,
        }
    }

    /// Puts a ticket back to where it stood.
    pub const fn restore(&self, ticket: &mut Ticket) {
        ticket.status = self.status;
        ticket.resolved_at = self.resolved_at;
        ticket.closed_at = self.closed_at;
        ticket.snoozed_until = self.snoozed_until;
        ticket.waiting_since = self.waiting_since;
        ticket.reminded_at = self.reminded_at;
        ticket.last_message_at = self.last_message_at;
        ticket.last_message_from = self.last_message_from;
        ticket.last_customer_message_at = self.last_customer_message_at;
        ticket.last_agent_message_at = self.last_agent_message_at;
    }

    /// What of it another ticket has too, once its messages are there: which was the last.
    pub fn hand_over_last(&self, ticket: &mut Ticket) {
        if self.last_message_at > ticket.last_message_at {
            ticket.last_message_at = self.last_message_at;
            ticket.last_message_from = self.last_message_from;
        }
        let last = |own: &mut Option<DateTime<Utc>>, other| *own = (*own).max(other);
        last(
            &mut ticket.last_customer_message_at,
            self.last_customer_message_at,
        );
        last(
            &mut ticket.last_agent_message_at,
            self.last_agent_message_at,
        );
    }
}

/// Two tickets that look like one conversation: a person decides whether they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its id.
    pub id: uuid::Uuid,
    /// The older ticket, which would stay.
    pub into: TicketId,
    /// The younger one, which would go into it.
    pub from: TicketId,
    /// The mail that showed it.
    pub inbound: Option<InboundId>,
    /// Why they belong together and were not joined, as staff read it.
    pub because: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Offer {
    /// The ticket at the other end.
    pub fn other(&self, ticket: TicketId) -> TicketId {
        if self.into == ticket {
            self.from
        } else {
            self.into
        }
    }
}

words! {
    /// What became of an offer.
    pub enum Decided {
        /// They are one now.
        Joined = "joined",
        /// They are not one conversation.
        Dismissed = "dismissed",
    }
}

words! {
    /// How a ticket is linked to another.
    pub enum LinkKind {
        /// Somebody said that they belong together.
        Related = "related",
        /// The other was made of messages of this one.
        SplitOff = "split_off",
        /// This one was made of messages of the other.
        SplitFrom = "split_from",
    }
}

impl LinkKind {
    /// The same link, seen from the other end.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Related => Self::Related,
            Self::SplitOff => Self::SplitFrom,
            Self::SplitFrom => Self::SplitOff,
        }
    }

    /// The word as people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Related => "Related",
            Self::SplitOff => "Split off",
            Self::SplitFrom => "Split from",
        }
    }
}

/// A link, seen from one end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The ticket at the other end.
    pub other: TicketId,
    /// How they belong together.
    pub kind: LinkKind,
}
