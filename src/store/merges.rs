//! Merges that stand or were undone, and links between tickets.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::address::EmailAddress;
use crate::domain::ids::{MessageId, TenantId, TicketId};
use crate::domain::merge::{Kept, Link, LinkKind, Merge};
use crate::store::{StoreError, Tx, word};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    ticket_id: Uuid,
    into_id: Uuid,
    at: DateTime<Utc>,
    kept: Json<Kept>,
}

impl From<Row> for Merge {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            ticket: TicketId(row.ticket_id),
            into: TicketId(row.into_id),
            at: row.at,
            kept: row.kept.0,
        }
    }
}

/// Remembers a merge. A ticket that is part of another already is refused by the database.
pub async fn insert(tx: &mut Tx, tenant: TenantId, merge: &Merge) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "INSERT INTO merges (tenant_id, id, ticket_id, into_id, at, kept) VALUES ($1, $2, $3, $4, $5, $6)",
        tenant.0,
        merge.id,
        merge.ticket.0,
        merge.into.0,
        merge.at,
        Json(&merge.kept)
    )?;
    Ok(())
}

/// The merge by which a ticket is part of another now.
pub async fn of_ticket(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Option<Merge>, StoreError> {
    let found = sql!(
        tx,
        fetch_optional Row,
        "SELECT id, ticket_id, into_id, at, kept FROM merges WHERE tenant_id = $1 AND ticket_id = $2 AND undone_at IS NULL",
        tenant.0,
        ticket.0
    )?;
    Ok(found.map(Merge::from))
}

/// The tickets that are part of this one now, in the order in which they came.
pub async fn parts_of(
    tx: &mut Tx,
    tenant: TenantId,
    into: TicketId,
) -> Result<Vec<TicketId>, StoreError> {
    let found = sql!(
        tx,
        scalars Uuid,
        "SELECT ticket_id FROM merges WHERE tenant_id = $1 AND into_id = $2 AND undone_at IS NULL ORDER BY id",
        tenant.0,
        into.0
    )?;
    Ok(found.into_iter().map(TicketId).collect())
}

/// Notes that a merge was undone.
pub async fn undo(
    tx: &mut Tx,
    tenant: TenantId,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE merges SET undone_at = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id,
        now
    )?;
    Ok(())
}

/// The ids of a ticket's messages, oldest first.
pub async fn messages_of(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Vec<MessageId>, StoreError> {
    let found = sql!(
        tx,
        scalars Uuid,
        "SELECT id FROM messages WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY id",
        tenant.0,
        ticket.0
    )?;
    Ok(found.into_iter().map(MessageId).collect())
}

/// Moves those of these messages that stand in one ticket to another. Gives how many did.
pub async fn move_messages(
    tx: &mut Tx,
    tenant: TenantId,
    messages: &[MessageId],
    (from, to): (TicketId, TicketId),
) -> Result<u64, StoreError> {
    let mut moved = 0;
    for chunk in messages.chunks(5_000) {
        moved += build!(
            tx,
            "UPDATE messages SET ticket_id = ",
            |q| {
                q.push_bind(to.0)
                    .push(" WHERE tenant_id = ")
                    .push_bind(tenant.0);
                q.push(" AND ticket_id = ")
                    .push_bind(from.0)
                    .push(" AND id IN (");
                let mut list = q.separated(", ");
                for id in chunk {
                    list.push_bind(id.0);
                }
                q.push(")");
            },
            execute
        )?;
    }
    Ok(moved)
}

/// Takes people out of a ticket again.
pub async fn remove_participants(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    people: &[EmailAddress],
) -> Result<(), StoreError> {
    for person in people {
        sql!(
            tx,
            execute,
            "DELETE FROM participants WHERE tenant_id = $1 AND ticket_id = $2 AND address = $3",
            tenant.0,
            ticket.0,
            person.as_str()
        )?;
    }
    Ok(())
}

/// Links two tickets, from both ends. A link that stands already stays as it is.
pub async fn link(
    tx: &mut Tx,
    tenant: TenantId,
    (one, other): (TicketId, TicketId),
    kind: LinkKind,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let mut added = 0;
    for (ticket, other, kind) in [(one, other, kind), (other, one, kind.reversed())] {
        added += sql!(
            tx,
            execute,
            "INSERT INTO ticket_links (tenant_id, ticket_id, other_id, kind, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            tenant.0,
            ticket.0,
            other.0,
            kind.as_str(),
            now
        )?;
    }
    Ok(added > 0)
}

/// Takes the link between two tickets away. False if there was none.
pub async fn unlink(
    tx: &mut Tx,
    tenant: TenantId,
    (one, other): (TicketId, TicketId),
) -> Result<bool, StoreError> {
    let gone = sql!(
        tx,
        execute,
        "DELETE FROM ticket_links WHERE tenant_id = $1 AND ((ticket_id = $2 AND other_id = $3) OR (ticket_id = $3 AND other_id = $2))",
        tenant.0,
        one.0,
        other.0
    )?;
    Ok(gone > 0)
}

/// The links of a ticket, oldest first.
pub async fn links_of(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Vec<Link>, StoreError> {
    let found = sql!(
        tx,
        fetch_all(Uuid, String),
        "SELECT other_id, kind FROM ticket_links WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY at, other_id",
        tenant.0,
        ticket.0
    )?;
    found
        .into_iter()
        .map(|(other, kind)| {
            Ok(Link {
                other: TicketId(other),
                kind: word(("ticket_links", "kind"), ticket, &kind)?,
            })
        })
        .collect()
}
