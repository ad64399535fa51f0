//! What a field holds when a rule looks at it. Each field is read, and its text folded, once per pass.

use std::borrow::Cow;
use std::cell::OnceCell;

use chrono::{DateTime, SecondsFormat, Utc};

use super::explain::Shown;
use super::facts::{Facts, MessageFacts};
use super::field::Field;
use super::limits;
use super::overlay::Overlay;
use crate::domain::address::Party;
use crate::domain::event::Actor;

/// A field's value.
#[derive(Debug)]
pub(super) enum Content<'f> {
    /// There is none.
    Nothing,
    /// One or several texts.
    Texts(Texts<'f>),
    /// A number; hours for ages.
    Number(f64),
    /// A moment.
    Time(DateTime<Utc>),
    /// True or false.
    Flag(bool),
}

/// Texts as they are, and on demand in lower case.
#[derive(Debug)]
pub(super) struct Texts<'f> {
    /// Without blanks around them and not longer than conditions look.
    pub plain: Vec<Cow<'f, str>>,
    folded: OnceCell<Vec<Cow<'f, str>>>,
}

impl<'f> Texts<'f> {
    /// The same texts in lower case.
    pub(super) fn folded(&self) -> &[Cow<'f, str>] {
        self.folded
            .get_or_init(|| self.plain.iter().map(fold).collect())
    }
}

fn fold<'f>(text: &Cow<'f, str>) -> Cow<'f, str> {
    if !text.is_ascii() {
        return Cow::Owned(text.to_lowercase());
    }
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    text.clone()
}

/// A field's value with how an explanation shows it.
#[derive(Debug)]
pub(super) struct Seen<'f> {
    pub content: Content<'f>,
    shown: OnceCell<Shown>,
}

impl Seen<'_> {
    /// How an explanation shows it.
    pub(super) fn shown(&self) -> Shown {
        self.shown
            .get_or_init(|| match &self.content {
                Content::Nothing => Shown::from(""),
                Content::Texts(texts) => shown_list(&texts.plain),
                Content::Number(number) => Shown::from(number.to_string().as_str()),
                Content::Time(at) => {
                    Shown::from(at.to_rfc3339_opts(SecondsFormat::Secs, true).as_str())
                }
                Content::Flag(flag) => Shown::from(if *flag { "true" } else { "false" }),
            })
            .clone()
    }
}

/// As many of the texts as fit, with commas between them.
fn shown_list(texts: &[Cow<'_, str>]) -> Shown {
    if let [single] = texts {
        return Shown::bounded(single);
    }
    let mut out = String::new();
    for text in texts {
        if out.len() > limits::SHOWN_CHARS * 4 {
            break;
        }
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.extend(text.chars().take(limits::SHOWN_CHARS));
    }
    Shown::bounded(&out)
}

/// Reads a field.
pub(super) fn read<'f>(field: &Field, facts: &Facts<'f>, plan: &Overlay) -> Seen<'f> {
    let content = ticket(field, facts, plan)
        .or_else(|| {
            facts
                .message
                .and_then(|message| of_message(field, &message))
        })
        .unwrap_or(Content::Nothing);
    Seen {
        content,
        shown: OnceCell::new(),
    }
}

/// Fields that do not need a message. None where there is no value, or the message has to tell.
fn ticket<'f>(field: &Field, facts: &Facts<'f>, plan: &Overlay) -> Option<Content<'f>> {
    let ticket = &facts.ticket;
    match field {
        Field::Subject if facts.message.is_none() => text(ticket.subject),
        Field::Mailbox => text(ticket.mailbox),
        Field::Status => text(plan.status.unwrap_or(ticket.status).as_str()),
        Field::Priority => text(plan.priority.unwrap_or(ticket.priority).as_str()),
        Field::Category => some(plan.category.or(ticket.category)?),
        Field::Team => some(plan.team.or(ticket.team)?),
        Field::Assignee => some(plan.assignee.or(ticket.assignee)?),
        Field::Sla => some(plan.sla.or(ticket.sla)?),
        Field::Tags => match &plan.tags {
            Some(tags) => texts(tags.iter().cloned().map(Cow::Owned)),
            None => texts(ticket.tags.iter().map(|tag| Cow::Borrowed(tag.as_str()))),
        },
        Field::Requester => text(ticket.requester),
        Field::RequesterDomain => text(domain(ticket.requester)),
        Field::RequesterName => text(ticket.requester_name),
        Field::Spam => Some(Content::Flag(plan.spam.unwrap_or(ticket.spam))),
        Field::MessageCount => Some(number(ticket.message_count)),
        Field::Plan => text(facts.plan?),
        Field::BusinessHours => Some(Content::Flag(facts.business_hours)),
        Field::CreatedAt => Some(Content::Time(ticket.created_at)),
        Field::UpdatedAt => Some(Content::Time(ticket.updated_at)),
        Field::LastCustomerMessageAt => ticket.last_customer_message_at.map(Content::Time),
        Field::LastAgentMessageAt => ticket.last_agent_message_at.map(Content::Time),
        Field::HoursSinceCreated
        | Field::HoursSinceUpdated
        | Field::HoursSinceCustomer
        | Field::HoursSinceAgent => Some(hours(since(field, facts)?, facts.now)),
        Field::Actor => text(match facts.actor {
            Actor::Contact { .. } => "contact",
            Actor::User { .. } => "user",
            Actor::Rule { .. } => "rule",
            Actor::System => "system",
        }),
        Field::ActorName => text(facts.actor.name()),
        // Without a message there is nothing attached to it either.
        Field::HasAttachment if facts.message.is_none() => Some(Content::Flag(false)),
        _ => None,
    }
}

/// The moment that a field's age is counted from.
pub(super) fn since(field: &Field, facts: &Facts<'_>) -> Option<DateTime<Utc>> {
    let ticket = &facts.ticket;
    match field {
        Field::HoursSinceCreated | Field::CreatedAt => Some(ticket.created_at),
        Field::HoursSinceUpdated | Field::UpdatedAt => Some(ticket.updated_at),
        Field::HoursSinceCustomer | Field::LastCustomerMessageAt => ticket.last_customer_message_at,
        Field::HoursSinceAgent | Field::LastAgentMessageAt => ticket.last_agent_message_at,
        _ => None,
    }
}

/// Fields of the message.
fn of_message<'f>(field: &Field, message: &MessageFacts<'f>) -> Option<Content<'f>> {
    match field {
        Field::Subject => text(message.subject),
        Field::Body => text(message.body),
        Field::From => text(&message.from.email),
        Field::FromDomain => text(domain(&message.from.email)),
        Field::FromName => text(&message.from.name),
        Field::To => addresses(message.to),
        Field::Cc => addresses(message.cc),
        Field::AttachmentNames => {
            texts(message.attachments.iter().map(|name| Cow::Borrowed(*name)))
        }
        Field::AttachmentCount => Some(number(i64::try_from(message.attachments.len()).ok()?)),
        Field::HasAttachment => Some(Content::Flag(!message.attachments.is_empty())),
        Field::Kind => text(message.kind.as_str()),
        Field::Machine => text(message.machine?.as_str()),
        Field::Auth => text(message.authentication.as_str()),
        Field::AuthDmarc => text(message.dmarc?),
        Field::AuthSpf => text(message.spf?),
        Field::AuthDkim => text(message.dkim?),
        Field::Header(name) => texts((message.headers)(name).into_iter().map(Cow::Owned)),
        _ => None,
    }
}

fn text(text: &str) -> Option<Content<'_>> {
    some(Cow::Borrowed(text))
}

fn some(text: Cow<'_, str>) -> Option<Content<'_>> {
    texts(std::iter::once(text))
}

/// The texts that are not blank; None if there is none.
fn texts<'f>(given: impl Iterator<Item = Cow<'f, str>>) -> Option<Content<'f>> {
    let plain: Vec<_> = given.map(trimmed).filter(|text| !text.is_empty()).collect();
    (!plain.is_empty()).then(|| {
        Content::Texts(Texts {
            plain,
            folded: OnceCell::new(),
        })
    })
}

/// A text without blanks around it, cut at what conditions look at.
fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    let cut = |text: &str| text.floor_char_boundary(limits::HAYSTACK_BYTES);
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()[..cut(text.trim())].trim_end()),
        Cow::Owned(text) => Cow::Owned(text.trim()[..cut(text.trim())].to_owned()),
    }
}

fn addresses(parties: &[Party]) -> Option<Content<'_>> {
    texts(
        parties
            .iter()
            .map(|party| Cow::Borrowed(party.email.as_str())),
    )
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of messages and attachments"
)]
const fn number<'f>(number: i64) -> Content<'f> {
    Content::Number(number as f64)
}

/// Hours between two moments, to the second; a moment in the future is no hours ago.
#[expect(clippy::cast_precision_loss, reason = "seconds of a ticket's life")]
fn hours<'f>(since: DateTime<Utc>, now: DateTime<Utc>) -> Content<'f> {
    let seconds = (now - since).num_seconds().max(0);
    Content::Number(seconds as f64 / 3600.0)
}
