//! The facts of a pass as they are kept, so that it can be explained, or gone through with other rules, later.
//! The message is not among them: it never changes, and stands in the ticket.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::facts::{Changed, Facts, MessageFacts, TicketFacts};
use crate::domain::event::Actor;
use crate::domain::ids::RuleId;

/// What rules saw in one pass, apart from the message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The moment.
    pub now: DateTime<Utc>,
    /// The ticket.
    pub ticket: TicketFacts<'static>,
    /// What the event changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Changed<'static>>,
    /// Who caused it.
    pub actor: Actor,
    /// The tenant's plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Whether business hours ran.
    pub business_hours: bool,
    /// How many rules stood behind it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub chain: u8,
    /// Rules that had acted already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fired: Vec<RuleId>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that serde asks for"
)]
const fn is_zero(number: &u8) -> bool {
    *number == 0
}

impl Kept {
    /// The facts once more. The time zone is the tenant's of today.
    pub fn facts<'a>(&'a self, message: Option<MessageFacts<'a>>, zone: Tz) -> Facts<'a> {
        Facts {
            now: self.now,
            zone,
            ticket: &self.ticket,
            message,
            changes: &self.changes,
            actor: &self.actor,
            plan: self.plan.as_deref(),
            business_hours: self.business_hours,
            chain: self.chain,
            fired: &self.fired,
        }
    }
}

impl TicketFacts<'_> {
    /// The same, on its own feet.
    pub fn to_kept(&self) -> TicketFacts<'static> {
        let owned = |text: &std::borrow::Cow<'_, str>| text.clone().into_owned().into();
        TicketFacts {
            key: owned(&self.key),
            subject: owned(&self.subject),
            status: self.status,
            priority: self.priority,
            category: self.category.as_ref().map(owned),
            tags: self.tags.iter().map(owned).collect(),
            team: self.team.as_ref().map(owned),
            assignee: self.assignee.as_ref().map(owned),
            requester: owned(&self.requester),
            requester_name: owned(&self.requester_name),
            requester_blocked: self.requester_blocked,
            mailbox: owned(&self.mailbox),
            also_addressed: self.also_addressed.iter().map(owned).collect(),
            sla: self.sla.as_ref().map(owned),
            due_at: self.due_at,
            breached: self.breached,
            spam: self.spam,
            snoozed: self.snoozed,
            message_count: self.message_count,
            participants: self.participants,
            created_at: self.created_at,
            updated_at: self.updated_at,
            first_response_at: self.first_response_at,
            resolved_at: self.resolved_at,
            closed_at: self.closed_at,
            last_message_from: self.last_message_from,
            last_customer_message_at: self.last_customer_message_at,
            last_agent_message_at: self.last_agent_message_at,
        }
    }
}

impl Changed<'_> {
    /// The same, on its own feet.
    pub fn to_kept(&self) -> Changed<'static> {
        let owned = |side: &Option<std::borrow::Cow<'_, str>>| {
            side.as_ref().map(|text| text.clone().into_owned().into())
        };
        Changed {
            field: self.field.clone(),
            from: owned(&self.from),
            to: owned(&self.to),
        }
    }
}
