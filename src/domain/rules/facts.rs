//! What rules can see: borrowed from the ticket and the mail, so that it costs little to put together.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::field::Field;
use crate::domain::address::Party;
use crate::domain::event::Actor;
use crate::domain::ids::RuleId;
use crate::domain::mail::Machine;
use crate::domain::message::{AttachmentRow, Authentication, Identity, Kind, MatchedBy};
use crate::domain::ticket::{Priority, Side, Status};

/// Everything that rules can see about one event.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The moment that ages are counted to.
    pub now: DateTime<Utc>,
    /// The tenant's time zone, for the hour and the day of the week.
    pub zone: Tz,
    /// The ticket, as it stands after the event.
    pub ticket: &'a TicketFacts<'a>,
    /// The message, where the event is about one.
    pub message: Option<MessageFacts<'a>>,
    /// What the event changed.
    pub changes: &'a [Changed<'a>],
    /// Who caused the event.
    pub actor: &'a Actor,
    /// The tenant's plan, by its slug.
    pub plan: Option<&'a str>,
    /// Whether the calendar of the ticket's service levels is open now.
    pub business_hours: bool,
    /// How many rules stand between a person's deed, or time, and this event: 0 if none does.
    pub chain: u8,
    /// Rules that have acted already because of what lies behind this event: they do not look again.
    pub fired: &'a [RuleId],
}

/// What rules can see of a ticket. It is kept with each pass, so that the pass can be explained later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field that rules may ask for"
)]
pub struct TicketFacts<'a> {
    /// What people call it.
    pub key: Cow<'a, str>,
    /// Its subject.
    pub subject: Cow<'a, str>,
    /// Where it stands.
    pub status: Status,
    /// How much it hurries.
    pub priority: Priority,
    /// Its category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Cow<'a, str>>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Cow<'a, str>>,
    /// Its team, by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Cow<'a, str>>,
    /// Its assignee, by their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Cow<'a, str>>,
    /// The customer's address.
    pub requester: Cow<'a, str>,
    /// The customer's name.
    pub requester_name: Cow<'a, str>,
    /// Whether the customer's mail is kept silent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub requester_blocked: bool,
    /// Its mailbox, by its address.
    pub mailbox: Cow<'a, str>,
    /// Other mailboxes that the same mail was addressed to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_addressed: Vec<Cow<'a, str>>,
    /// Its service levels, by their policy's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla: Option<Cow<'a, str>>,
    /// When the nearest running promise ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// Whether a promise was broken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub breached: bool,
    /// Whether it is spam.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spam: bool,
    /// Whether it sleeps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub snoozed: bool,
    /// How many messages it has, notes included.
    pub message_count: i64,
    /// How many people outside take part.
    pub participants: i64,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When anything last changed.
    pub updated_at: DateTime<Utc>,
    /// When an agent first answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_response_at: Option<DateTime<Utc>>,
    /// When it became resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Which side spoke last.
    pub last_message_from: Side,
    /// When the customer last wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_customer_message_at: Option<DateTime<Utc>>,
    /// When an agent last answered publicly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_agent_message_at: Option<DateTime<Utc>>,
}

/// Looks up the values of a header by its name in lower case, in the order of the mail. The values are
/// copied: few rules ask for headers, and each header is looked up once per pass.
pub type Headers<'a> = dyn Fn(&str) -> Vec<String> + Sync + 'a;

/// What rules can see of a message.
#[derive(Clone, Copy)]
pub struct MessageFacts<'a> {
    /// Its subject.
    pub subject: &'a str,
    /// Its text without quotes and signature.
    pub body: &'a str,
    /// The sender.
    pub from: &'a Party,
    /// To.
    pub to: &'a [Party],
    /// Cc.
    pub cc: &'a [Party],
    /// Reply-To.
    pub reply_to: &'a [Party],
    /// Its attachments.
    pub attachments: &'a [AttachmentRow],
    /// What it is.
    pub kind: Kind,
    /// What brought it to its ticket.
    pub matched_by: MatchedBy,
    /// Whether its sender is who they say.
    pub identity: Identity,
    /// Whether it waits for a person.
    pub held: bool,
    /// Which machine wrote it.
    pub machine: Option<Machine>,
    /// What the trusted hop says about the sender, all in all.
    pub authentication: Authentication,
    /// What it says about DMARC, as in `pass`; absent if nothing.
    pub dmarc: Option<&'a str>,
    /// What it says about SPF.
    pub spf: Option<&'a str>,
    /// What it says about DKIM.
    pub dkim: Option<&'a str>,
    /// Its headers.
    pub headers: &'a Headers<'a>,
}

/// One change that an event made. For tags there is one for each tag that came (`to`) or went (`from`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed<'a> {
    /// Which field.
    pub field: Field,
    /// Its value before, as rules write it; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Cow<'a, str>>,
    /// Its value after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Cow<'a, str>>,
}
