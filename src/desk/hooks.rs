//! What tenants' programs are told: one outgoing row for each event and webhook that asked for it, written in the
//! transaction of the deed. Its id is the call's id for ever, however often it is tried. What a webhook would have been told
//! that was switched off by itself is kept back for it, until somebody has mended it and replays.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::domain::event::Event;
use crate::domain::ids::{OutboxId, TicketId};
use crate::domain::message::Message;
use crate::domain::webhook;
use crate::store::blobs;
use crate::store::outbox::{Audience, Channel, NewOutbox};
use crate::store::webhooks::Webhook;

/// Of longer texts the beginning is told, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;

/// Tells webhooks of the events that a deed has left since the last time. `about` is the message the deed is about.
pub fn settle(hand: &mut Hand<'_>, case: &Case, about: Option<&Message>) {
    let first = std::mem::replace(&mut hand.work.hooked, hand.work.events.len());
    let office = hand.office;
    if hand.quiet || !office.webhooks.iter().any(is_told) {
        return;
    }
    let events: Vec<Event> = hand
        .work
        .events
        .iter()
        .skip(first)
        .filter(|(tenant, _)| *tenant == office.tenant.id)
        .map(|(_, event)| event.clone())
        .collect();
    for event in events {
        let told = office
            .webhooks
            .iter()
            .filter(|hook| is_told(hook) && webhook::wants(&hook.events, event.kind.as_str()));
        let told: Vec<&Webhook> = told.collect();
        if told.is_empty() {
            continue;
        }
        let about = about.filter(|message| speaks_of(&event, message));
        let body = payload(hand, case, &event, about);
        for hook in told {
            let cause = format!("event:{}", event.id);
            let id = hand.call(&hook.url, event.ticket, cause, &body);
            if !hook.active {
                hand.work.kept_back.push((office.tenant.id, id));
            }
        }
    }
}

/// Whether events are written down for a webhook: it is on, or was switched off by itself and not by a person.
const fn is_told(hook: &Webhook) -> bool {
    hook.active || hook.given_up.is_some()
}

impl Hand<'_> {
    /// Queues one call. `cause` makes it unique for this webhook.
    pub fn call(&mut self, url: &str, ticket: TicketId, cause: String, body: &Value) -> OutboxId {
        let to = (Channel::Webhook, url.to_owned());
        self.post(to, Some(ticket), cause, body, self.now)
    }

    /// Queues what goes out over HTTP to the tenant's own people and programs: a push or a call, not before `send_at`.
    pub fn post(
        &mut self,
        (channel, recipient): (Channel, String),
        ticket: Option<TicketId>,
        cause: String,
        body: &Value,
        send_at: DateTime<Utc>,
    ) -> OutboxId {
        let id = self.id();
        self.work.outbox.push(NewOutbox {
            id,
            tenant: Some(self.office.tenant.id),
            channel,
            audience: Audience::Agent,
            account: None,
            mailbox: None,
            ticket,
            message: None,
            cause,
            recipient,
            envelope_from: String::new(),
            mail_id: None,
            body: blobs::compress(body.to_string().as_bytes()),
            send_at,
        });
        id
    }
}

/// Whether an event is the coming of a message.
fn speaks_of(event: &Event, message: &Message) -> bool {
    use crate::domain::event::EventType;
    event.ticket == message.ticket
        && matches!(
            event.kind,
            EventType::Created
                | EventType::MessageReceived
                | EventType::MessageCreated
                | EventType::NoteAdded
                | EventType::MessageHeld
        )
}

/// What is told: `type`, `timestamp` and `data`, as the specification lays it out. The ticket and the message are named
/// and shaped as in the HTTP API, as far as they are told here.
fn payload(hand: &Hand<'_>, case: &Case, event: &Event, about: Option<&Message>) -> Value {
    let ticket = if event.ticket == case.ticket.id {
        ticket(hand, case)
    } else {
        json!({ "id": event.ticket })
    };
    let mut data = json!({
        "event": { "id": event.id, "actor": event.actor.name(), "field": event.field, "from": event.from, "to": event.to },
        "ticket": ticket,
    });
    if let (Some(message), Some(data)) = (about, data.as_object_mut()) {
        let text = &message.text;
        let end = text.floor_char_boundary(text.len().min(LONGEST_TEXT));
        data.insert(
            "message".to_owned(),
            json!({
                "id": message.id,
                "kind": message.kind,
                "author": { "type": message.author.kind, "email": message.author.email, "name": message.author.name },
                "subject": message.subject,
                "text": &text[..end],
                "cut": end < text.len(),
                "held": message.held,
                "created_at": message.created_at,
            }),
        );
    }
    json!({ "type": event.kind.as_str(), "timestamp": event.at, "data": data })
}

/// The ticket, as every call tells it.
pub fn ticket(hand: &Hand<'_>, case: &Case) -> Value {
    let (office, ticket) = (hand.office, &case.ticket);
    let person = |email: &str, name: &str| json!({ "email": email, "name": name });
    let assignee = ticket.assignee.and_then(|id| office.person(id));
    json!({
        "id": ticket.id,
        "key": ticket.key,
        "url": hand.links.ticket(&office.tenant.slug, &ticket.key),
        "subject": ticket.subject,
        "status": ticket.status,
        "priority": ticket.priority,
        "category": ticket.category,
        "tags": case.tags,
        "mailbox": office.mailbox(ticket.mailbox).map(|mailbox| mailbox.address.as_str()),
        "requester": person(case.requester.email.as_str(), &case.requester.name),
        "assignee": assignee.map(|member| person(member.user.email.as_str(), &member.user.name)),
        "team": ticket.team.and_then(|id| office.team(id)).map(|team| team.name.as_str()),
        "spam": ticket.spam,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
    })
}
