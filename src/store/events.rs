//! The timeline of tickets.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::event::{Actor, Event};
use crate::domain::ids::{EventId, TenantId, TicketId};
use crate::store::{StoreError, Tx, word};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    ticket_id: Uuid,
    at: DateTime<Utc>,
    kind: String,
    #[sqlx(json)]
    actor: Actor,
    field: Option<String>,
    old_value: Option<String>,
    new_value: Option<String>,
}

/// Adds lines.
pub async fn insert_all(tx: &mut Tx, events: &[(TenantId, Event)]) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO events (tenant_id, id, ticket_id, at, kind, actor, field, old_value, new_value)",
        events,
        |row, e| {
            row.push_bind(e.0.0)
                .push_bind(e.1.id.0)
                .push_bind(e.1.ticket.0)
                .push_bind(e.1.at)
                .push_bind(e.1.kind.as_str())
                .push_bind(Json(&e.1.actor))
                .push_bind(e.1.field.as_deref())
                .push_bind(e.1.from.as_deref())
                .push_bind(e.1.to.as_deref());
        },
        ""
    )?;
    Ok(())
}

/// A ticket's lines, oldest first, after `after`.
pub async fn of_ticket(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    after: Option<EventId>,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let rows = sql!(
        tx, fetch_all Row,
        "SELECT id, ticket_id, at, kind, actor, field, old_value, new_value FROM events WHERE tenant_id = $1 AND ticket_id = $2 AND id > $3 ORDER BY id LIMIT $4",
        tenant.0, ticket.0, after.map_or(Uuid::nil(), |e| e.0), limit
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(Event {
                kind: word(("events", "kind"), row.id, &row.kind)?,
                id: EventId(row.id),
                ticket: TicketId(row.ticket_id),
                at: row.at,
                actor: row.actor,
                field: row.field,
                from: row.old_value,
                to: row.new_value,
            })
        })
        .collect()
}
