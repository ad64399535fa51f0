//! A line of a ticket's timeline.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::event::{Actor, Event};

/// Something that happened to a ticket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    id: Uuid,
    at: DateTime<Utc>,
    /// Such as `ticket.created`, `ticket.updated`, `message.received`, `sla.breached`.
    #[serde(rename = "type")]
    #[schema(example = "ticket.updated")]
    kind: &'static str,
    actor: ActorView,
    /// Which field changed.
    field: Option<String>,
    /// Its value before.
    from: Option<String>,
    /// Its value after.
    to: Option<String>,
    /// The rule that did it, by the name it had then.
    rule: Option<String>,
}

/// Who caused it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Actor)]
pub struct ActorView {
    /// `contact`, `user`, `rule` or `system`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The user's or the rule's.
    id: Option<Uuid>,
    /// As it was then.
    name: String,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        let (kind, id) = match &event.actor {
            Actor::Contact { .. } => ("contact", None),
            Actor::User { id, .. } => ("user", Some(id.0)),
            Actor::Rule { id, .. } => ("rule", Some(id.0)),
            Actor::System => ("system", None),
        };
        let name = event.actor.name().to_owned();
        Self {
            id: event.id.0,
            at: event.at,
            kind: event.kind.as_str(),
            rule: (kind == "rule").then(|| name.clone()),
            actor: ActorView { kind, id, name },
            field: event.field,
            from: event.from,
            to: event.to,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::EventType;
    use crate::domain::ids::{EventId, RuleId, TicketId, UserId};

    #[test]
    fn an_event_names_who_did_it_and_by_which_rule() {
        let id = Uuid::from_u128(9);
        for (actor, kind, rule) in [
            (Actor::System, "system", None),
            (
                Actor::Contact {
                    name: "Carol".into(),
                },
                "contact",
                None,
            ),
            (
                Actor::User {
                    id: UserId(id),
                    name: "Ada".into(),
                },
                "user",
                None,
            ),
            (
                Actor::Rule {
                    id: RuleId(id),
                    name: "Invoices".into(),
                    version: 2,
                },
                "rule",
                Some("Invoices"),
            ),
        ] {
            let event = Event {
                id: EventId(id),
                ticket: TicketId(id),
                at: super::super::samples::moment(),
                kind: EventType::Changed,
                actor,
                field: Some("status".into()),
                from: Some("open".into()),
                to: Some("resolved".into()),
            };
            let json = serde_json::to_value(EventView::from(event)).unwrap();
            assert_eq!(json["type"], "ticket.updated");
            assert_eq!(json["actor"]["type"], kind);
            assert_eq!(json["rule"].as_str(), rule);
            assert_eq!(json["to"], "resolved");
        }
    }
}
