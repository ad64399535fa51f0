//! What rules can see: borrowed from the ticket and the mail, so that it costs nothing to put together.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::field::Field;
use crate::domain::address::Party;
use crate::domain::event::Actor;
use crate::domain::mail::Machine;
use crate::domain::message::{Authentication, Kind};
use crate::domain::ticket::{Priority, Status};

/// Everything that rules can see about one event.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The moment that ages are counted to.
    pub now: DateTime<Utc>,
    /// The ticket, as it stands after the event.
    pub ticket: TicketFacts<'a>,
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
}

/// What rules can see of a ticket.
#[derive(Debug, Clone, Copy)]
pub struct TicketFacts<'a> {
    /// Its subject.
    pub subject: &'a str,
    /// Where it stands.
    pub status: Status,
    /// How much it hurries.
    pub priority: Priority,
    /// Its category.
    pub category: Option<&'a str>,
    /// Its tags.
    pub tags: &'a [String],
    /// Its team, by its name.
    pub team: Option<&'a str>,
    /// Its assignee, by their address.
    pub assignee: Option<&'a str>,
    /// The customer's address.
    pub requester: &'a str,
    /// The customer's name.
    pub requester_name: &'a str,
    /// Its mailbox, by its address.
    pub mailbox: &'a str,
    /// Its service levels, by their policy's name.
    pub sla: Option<&'a str>,
    /// Whether it is spam.
    pub spam: bool,
    /// How many messages it has, notes included.
    pub message_count: i64,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When anything last changed.
    pub updated_at: DateTime<Utc>,
    /// When the customer last wrote.
    pub last_customer_message_at: Option<DateTime<Utc>>,
    /// When an agent last answered publicly.
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
    /// The names of its attachments.
    pub attachments: &'a [&'a str],
    /// What it is.
    pub kind: Kind,
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
#[derive(Debug, Clone)]
pub struct Changed<'a> {
    /// Which field.
    pub field: Field,
    /// Its value before, as rules write it; absent if there was none.
    pub from: Option<Cow<'a, str>>,
    /// Its value after.
    pub to: Option<Cow<'a, str>>,
}
