//! What a field holds when a rule looks at it. Each field is read, and its text folded, once per pass.

use std::borrow::Cow;
use std::cell::OnceCell;

use chrono::{DateTime, Datelike, SecondsFormat, Timelike, Utc};
use chrono_tz::Tz;

use super::explain::Shown;
use super::facts::{Facts, MessageFacts};
use super::field::{Field, WEEKDAYS};
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
                Content::Number(number) => Shown::from(short(*number).as_str()),
                Content::Time(at) => {
                    Shown::from(at.to_rfc3339_opts(SecondsFormat::Secs, true).as_str())
                }
                Content::Flag(flag) => Shown::from(if *flag { "true" } else { "false" }),
            })
            .clone()
    }
}

/// A number with two decimals at most.
fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
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
    let ticket = facts.ticket;
    match field {
        Field::Subject if facts.message.is_none() => text(&ticket.subject),
        Field::Key => text(&ticket.key),
        Field::Mailbox => text(&ticket.mailbox),
        Field::AlsoAddressed => texts(ticket.also_addressed.iter().map(borrowed)),
        Field::Status => text(plan.status.unwrap_or(ticket.status).as_str()),
        Field::Priority => text(plan.priority.unwrap_or(ticket.priority).as_str()),
        Field::Category => some(plan.category.or(ticket.category.as_deref())?),
        Field::Team => some(plan.team.or(ticket.team.as_deref())?),
        Field::Assignee => some(plan.assignee.or(ticket.assignee.as_deref())?),
        Field::Sla => some(plan.sla.or(ticket.sla.as_deref())?),
        Field::Tags => match &plan.tags {
            Some(tags) => texts(tags.iter().cloned().map(Cow::Owned)),
            None => texts(ticket.tags.iter().map(borrowed)),
        },
        Field::TagCount => Some(count(
            plan.tags.as_ref().map_or(ticket.tags.len(), Vec::len),
        )),
        Field::Requester => text(&ticket.requester),
        Field::RequesterDomain => text(domain(&ticket.requester)),
        Field::RequesterName => text(&ticket.requester_name),
        Field::RequesterBlocked => Some(Content::Flag(ticket.requester_blocked)),
        Field::ParticipantCount => Some(number(ticket.participants)),
        Field::Snoozed => Some(Content::Flag(ticket.snoozed)),
        Field::SlaBreached => Some(Content::Flag(ticket.breached)),
        Field::HoursUntilDue => Some(until(ticket.due_at?, facts.now)),
        Field::LastMessageFrom => text(ticket.last_message_from.as_str()),
        Field::Hour => Some(number(i64::from(local(facts).hour()))),
        Field::Weekday => {
            text(WEEKDAYS[local(facts).weekday().num_days_from_monday() as usize % 7])
        }
        Field::FirstResponseAt => ticket.first_response_at.map(Content::Time),
        Field::ResolvedAt => ticket.resolved_at.map(Content::Time),
        Field::ClosedAt => ticket.closed_at.map(Content::Time),
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
        | Field::HoursSinceResolved
        | Field::HoursSinceAgent => Some(hours(since(field, facts)?, facts.now)),
        Field::Actor => text(match facts.actor {
            Actor::Contact { .. } => "contact",
            Actor::User { .. } => "user",
            Actor::Rule { .. } => "rule",
            Actor::System => "system",
        }),
        Field::ActorName => text(facts.actor.name()),
        // Without a message there is nothing attached to it either, and nothing waits.
        Field::HasAttachment | Field::Held if facts.message.is_none() => Some(Content::Flag(false)),
        _ => None,
    }
}

/// The moment that a field's age is counted from.
pub(super) fn since(field: &Field, facts: &Facts<'_>) -> Option<DateTime<Utc>> {
    let ticket = facts.ticket;
    match field {
        Field::HoursSinceCreated | Field::CreatedAt => Some(ticket.created_at),
        Field::HoursSinceUpdated | Field::UpdatedAt => Some(ticket.updated_at),
        Field::HoursSinceCustomer | Field::LastCustomerMessageAt => ticket.last_customer_message_at,
        Field::HoursSinceAgent | Field::LastAgentMessageAt => ticket.last_agent_message_at,
        Field::HoursSinceResolved | Field::ResolvedAt => ticket.resolved_at,
        Field::FirstResponseAt => ticket.first_response_at,
        Field::ClosedAt => ticket.closed_at,
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
        Field::ReplyTo => addresses(message.reply_to),
        Field::RecipientCount => Some(count(message.to.len() + message.cc.len())),
        Field::AttachmentNames => texts(
            message
                .attachments
                .iter()
                .map(|a| Cow::Borrowed(a.filename.as_str())),
        ),
        Field::AttachmentTypes => texts(
            message
                .attachments
                .iter()
                .map(|a| Cow::Borrowed(a.content_type.as_str())),
        ),
        Field::AttachmentBytes => Some(number(message.attachments.iter().map(|a| a.size).sum())),
        Field::AttachmentCount => Some(count(message.attachments.len())),
        Field::MatchedBy => text(message.matched_by.as_str()),
        Field::Identity => text(message.identity.as_str()),
        Field::Held => Some(Content::Flag(message.held)),
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

#[expect(clippy::ptr_arg, reason = "as maps over optional values hand it over")]
fn borrowed<'f>(text: &'f Cow<'_, str>) -> Cow<'f, str> {
    Cow::Borrowed(text)
}

fn count<'f>(number_of_things: usize) -> Content<'f> {
    number(i64::try_from(number_of_things).unwrap_or(i64::MAX))
}

/// The moment by the tenant's clock on the wall.
pub(super) fn local(facts: &Facts<'_>) -> DateTime<Tz> {
    facts.now.with_timezone(&facts.zone)
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

/// Hours until a moment, to the second; less than 0 once it is past.
#[expect(clippy::cast_precision_loss, reason = "seconds of a ticket's life")]
fn until<'f>(at: DateTime<Utc>, now: DateTime<Utc>) -> Content<'f> {
    Content::Number((at - now).num_seconds() as f64 / 3600.0)
}

/// Hours between two moments, to the second; a moment in the future is no hours ago.
#[expect(clippy::cast_precision_loss, reason = "seconds of a ticket's life")]
fn hours<'f>(since: DateTime<Utc>, now: DateTime<Utc>) -> Content<'f> {
    let seconds = (now - since).num_seconds().max(0);
    Content::Number(seconds as f64 / 3600.0)
}
