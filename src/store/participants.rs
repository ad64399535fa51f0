//! Who takes part in a ticket, by address.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::address::EmailAddress;
use crate::domain::ids::{TenantId, TicketId};
use crate::store::once::once;
use crate::store::{StoreError, Tx, word};

words! {
    /// How somebody takes part.
    pub enum Part {
        /// They asked.
        Requester = "requester",
        /// They were let in, and get copies of answers.
        Participant = "participant",
        /// A mail named them in Cc; an agent must accept them before they see anything.
        Suggested = "suggested",
    }
}

/// Somebody who takes part in a ticket, or may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Which ticket.
    pub ticket: TicketId,
    /// Their address.
    pub address: EmailAddress,
    /// Their name as a mail gave it.
    pub name: String,
    /// How.
    pub part: Part,
    /// Since when; they see nothing older.
    pub joined_at: DateTime<Utc>,
}

impl Participant {
    /// Whether they are in, not just suggested.
    pub const fn takes_part(&self) -> bool {
        !matches!(self.part, Part::Suggested)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    ticket_id: Uuid,
    address: String,
    name: String,
    role: String,
    joined_at: DateTime<Utc>,
}

/// Everybody of these tickets, the requester first.
pub async fn of_tickets(
    tx: &mut Tx,
    tenant: TenantId,
    ids: &[TicketId],
) -> Result<Vec<Participant>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(tx, "SELECT ticket_id, address, name, role, joined_at FROM participants WHERE tenant_id = ", |q| {
        q.push_bind(tenant.0).push(" AND ticket_id IN (");
        let mut list = q.separated(", ");
        for id in ids { list.push_bind(id.0); }
        q.push(") ORDER BY ticket_id, joined_at, address");
    }, fetch_all Row)?;
    rows.into_iter()
        .map(|row| {
            Ok(Participant {
                address: word(("participants", "address"), row.ticket_id, &row.address)?,
                part: word(("participants", "role"), row.ticket_id, &row.role)?,
                ticket: TicketId(row.ticket_id),
                name: row.name,
                joined_at: row.joined_at,
            })
        })
        .collect()
}

/// Adds people; somebody already there becomes what is said now, but never less than they were.
pub async fn put_all(tx: &mut Tx, people: &[(TenantId, Participant)]) -> Result<(), StoreError> {
    let people = once(
        people,
        |p| (p.0, p.1.ticket, p.1.address.clone()),
        |(_, first), (_, again)| {
            if !first.takes_part() {
                (first.part, first.joined_at) = (again.part, again.joined_at);
            }
        },
    );
    rows!(
        tx,
        "INSERT INTO participants (tenant_id, ticket_id, address, name, role, joined_at)",
        people,
        |row, p| {
            row.push_bind(p.0.0)
                .push_bind(p.1.ticket.0)
                .push_bind(p.1.address.as_str())
                .push_bind(&p.1.name)
                .push_bind(p.1.part.as_str())
                .push_bind(p.1.joined_at);
        },
        "ON CONFLICT (tenant_id, ticket_id, address) DO UPDATE SET role = excluded.role, joined_at = excluded.joined_at WHERE participants.role = 'suggested'"
    )?;
    Ok(())
}

/// Takes somebody out of a ticket.
pub async fn remove(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    address: &EmailAddress,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM participants WHERE tenant_id = $1 AND ticket_id = $2 AND address = $3",
        tenant.0,
        ticket.0,
        address.as_str()
    )?;
    Ok(())
}
