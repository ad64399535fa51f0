//! The conversation: messages, with the changes between them.

use super::look;
use crate::domain::event::{Event, EventType};
use crate::domain::message::{Kind, Message};
use crate::domain::ticket::Ticket;
use crate::store::{StoreError, Tx, events, outbox};
use crate::web::Web;
use crate::web::show::{Around, Entry, EventLine, MessageView, When};
use crate::web::signed::Signed;

/// The most messages, and the most changes, that one page shows.
pub(super) const MOST: i64 = 500;

/// Whether the customer knows of it: what a reply may be a reply to.
pub(super) fn is_public(message: &Message) -> bool {
    !message.held && matches!(message.kind, Kind::Inbound | Kind::Reply)
}

/// Messages and changes in the order of their times.
pub(super) async fn load(
    tx: &mut Tx,
    web: &Web,
    signed: &Signed,
    ticket: &Ticket,
    said: &[Message],
) -> Result<Vec<Entry>, StoreError> {
    let (tenant, now, zone) = (
        signed.tenant(),
        web.desk.clock.now(),
        signed.office.tenant.timezone,
    );
    let ours: Vec<_> = said
        .iter()
        .filter(|message| message.kind != Kind::Inbound)
        .map(|message| message.id)
        .collect();
    let deliveries = outbox::deliveries(tx, tenant, &ours, now).await?;
    let mut events = events::of_ticket(tx, tenant, ticket.id, None, MOST)
        .await?
        .into_iter()
        .peekable();
    let seen = look::at(tx, tenant, said).await?;
    let team = signed.office.own_names();
    let mut stream = Vec::new();
    for message in said {
        // What the arrival of a message caused stands below it, so a change of the same moment waits.
        while let Some(event) = events.next_if(|event| event.at < message.created_at) {
            let at = When::new(event.at, now, zone);
            push(&mut stream, EventLine::new(&named(signed, event), at));
        }
        stream.push(Entry::Message(Box::new(MessageView::new(
            message,
            Around {
                deliveries: &deliveries,
                seen: seen.get(&message.id),
                team: &team,
                now,
                zone,
            },
        ))));
    }
    for event in events {
        let at = When::new(event.at, now, zone);
        push(&mut stream, EventLine::new(&named(signed, event), at));
    }
    Ok(stream)
}

/// Who was given a ticket stands in the timeline by their address; people know each other by name.
fn named(signed: &Signed, mut event: Event) -> Event {
    if event.kind == EventType::Assigned {
        for value in [&mut event.from, &mut event.to] {
            let address = value.as_deref().and_then(|value| value.parse().ok());
            let person = address.and_then(|address| signed.office.person_at(&address));
            if let Some(person) = person {
                *value = Some(person.user.name.clone());
            }
        }
    }
    event
}

fn push(stream: &mut Vec<Entry>, line: Option<EventLine>) {
    let Some(line) = line else { return };
    match stream.last_mut() {
        Some(Entry::Events(lines)) => lines.push(line),
        _ => stream.push(Entry::Events(vec![line])),
    }
}
