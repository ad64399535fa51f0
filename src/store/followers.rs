//! Who follows which ticket.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{TenantId, TicketId, UserId};
use crate::store::{StoreError, Tx};

/// Who follows these tickets, the longest first.
pub async fn of_tickets(
    tx: &mut Tx,
    tenant: TenantId,
    tickets: &[TicketId],
) -> Result<Vec<(TicketId, UserId)>, StoreError> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(
        tx,
        "SELECT ticket_id, user_id FROM followers WHERE tenant_id = ",
        |q| {
            q.push_bind(tenant.0).push(" AND ticket_id IN (");
            let mut list = q.separated(", ");
            for id in tickets {
                list.push_bind(id.0);
            }
            q.push(") ORDER BY ticket_id, since, user_id");
        },
        fetch_all(Uuid, Uuid)
    )?;
    Ok(rows
        .into_iter()
        .map(|(ticket, user)| (TicketId(ticket), UserId(user)))
        .collect())
}

/// Whether somebody follows a ticket.
pub async fn follows(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    user: UserId,
) -> Result<bool, StoreError> {
    let found = sql!(
        tx,
        maybe Uuid,
        "SELECT user_id FROM followers WHERE tenant_id = $1 AND ticket_id = $2 AND user_id = $3",
        tenant.0,
        ticket.0,
        user.0
    )?;
    Ok(found.is_some())
}

/// They follow these tickets from now on; who does already goes on.
pub async fn insert_all(
    tx: &mut Tx,
    all: &[(TenantId, TicketId, UserId)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO followers (tenant_id, ticket_id, user_id, since)",
        all,
        |row, f| {
            row.push_bind(f.0.0)
                .push_bind(f.1.0)
                .push_bind(f.2.0)
                .push_bind(now);
        },
        "ON CONFLICT (tenant_id, ticket_id, user_id) DO NOTHING"
    )?;
    Ok(())
}

/// They follow a ticket no longer.
pub async fn remove(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    user: UserId,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM followers WHERE tenant_id = $1 AND ticket_id = $2 AND user_id = $3",
        tenant.0,
        ticket.0,
        user.0
    )?;
    Ok(())
}
