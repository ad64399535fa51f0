//! Who was told of what, and why: so that "why did nobody tell me?" has an answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::{TenantId, TicketId, UserId};
use crate::domain::telling::TellEvent;
use crate::store::{StoreError, Tx};

/// What was decided for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonTold {
    /// Who.
    pub user: UserId,
    /// Their name then.
    pub name: String,
    /// Of what.
    pub event: TellEvent,
    /// How, or why not, as a sentence.
    pub sentence: String,
}

/// What one deed made known to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// Its id, by time.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Everybody who was asked about, told or not.
    pub people: Vec<PersonTold>,
}

/// Keeps decisions.
pub async fn insert_all(
    tx: &mut Tx,
    all: &[(TenantId, TicketId, Telling)],
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO tellings (tenant_id, id, ticket_id, at, people)",
        all,
        |row, t| {
            row.push_bind(t.0.0)
                .push_bind(t.2.id)
                .push_bind(t.1.0)
                .push_bind(t.2.at)
                .push_bind(Json(&t.2.people));
        },
        ""
    )?;
    Ok(())
}

/// The newest decisions about a ticket, oldest first.
pub async fn of_ticket(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    most: i64,
) -> Result<Vec<Telling>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, DateTime<Utc>, Json<Vec<PersonTold>>),
        "SELECT id, at, people FROM tellings WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY id DESC LIMIT $3",
        tenant.0,
        ticket.0,
        most
    )?;
    Ok(rows
        .into_iter()
        .rev()
        .map(|(id, at, people)| Telling {
            id,
            at,
            people: people.0,
        })
        .collect())
}
