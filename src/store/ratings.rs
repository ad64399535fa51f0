//! How satisfied customers were: whom to ask when, and what they said.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{TenantId, TicketId};
use crate::domain::rating::{Rating, Score};
use crate::store::once::once;
use crate::store::{StoreError, Tx};

#[derive(sqlx::FromRow)]
struct Row {
    asked_at: Option<DateTime<Utc>>,
    score: Option<i64>,
    comment: String,
    rated_at: Option<DateTime<Utc>>,
}

/// Plans to ask about these tickets; where somebody was asked before, nothing changes.
pub async fn plan_all(
    tx: &mut Tx,
    all: &[(TenantId, TicketId, DateTime<Utc>)],
) -> Result<(), StoreError> {
    let all = once(all, |p| (p.0, p.1), |earlier, later| earlier.2 = later.2);
    rows!(
        tx,
        "INSERT INTO ratings (tenant_id, ticket_id, ask_at, comment)",
        all,
        |row, p| {
            row.push_bind(p.0.0)
                .push_bind(p.1.0)
                .push_bind(p.2)
                .push_bind("");
        },
        "ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET ask_at = excluded.ask_at WHERE ratings.asked_at IS NULL"
    )?;
    Ok(())
}

/// About which tickets somebody is to be asked now.
pub async fn due_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(TenantId, TicketId)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid),
        "SELECT r.tenant_id, r.ticket_id FROM ratings r WHERE r.ask_at IS NOT NULL AND r.ask_at <= $1
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'ratings' AND p.tenant_id = r.tenant_id AND p.about = r.ticket_id AND p.until > $1)
         ORDER BY r.ask_at LIMIT $2",
        now,
        most
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, ticket)| (TenantId(tenant), TicketId(ticket)))
        .collect())
}

/// When somebody is to be asked next.
pub async fn next_due_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    sql!(
        tx, maybe DateTime<Utc>,
        "SELECT r.ask_at FROM ratings r WHERE r.ask_at IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'ratings' AND p.tenant_id = r.tenant_id AND p.about = r.ticket_id AND p.until > $1)
         ORDER BY r.ask_at LIMIT CAST(1 AS BIGINT)",
        now
    )
}

/// Somebody was asked, or with `asked` absent nobody will be for now.
pub async fn settle(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    asked: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE ratings SET ask_at = NULL, asked_at = COALESCE(asked_at, $3) WHERE tenant_id = $1 AND ticket_id = $2",
        tenant.0,
        ticket.0,
        asked
    )?;
    Ok(())
}

/// What was said about a ticket, if anybody was or is to be asked.
pub async fn get(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Option<Rating>, StoreError> {
    let row = sql!(
        tx,
        fetch_optional Row,
        "SELECT asked_at, score, comment, rated_at FROM ratings WHERE tenant_id = $1 AND ticket_id = $2",
        tenant.0,
        ticket.0
    )?;
    row.map(|row| {
        let score = match row.score {
            None => None,
            Some(number) => Some(
                Score::new(number)
                    .ok_or_else(|| StoreError::corrupt("ratings", "score", ticket, number))?,
            ),
        };
        Ok(Rating {
            asked_at: row.asked_at,
            score,
            comment: row.comment,
            rated_at: row.rated_at,
        })
    })
    .transpose()
}

/// Keeps what somebody said; a later word replaces an earlier one.
pub async fn rate(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    (score, comment): (Score, &str),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE ratings SET score = $3, comment = $4, rated_at = $5 WHERE tenant_id = $1 AND ticket_id = $2",
        tenant.0,
        ticket.0,
        i64::from(score.number()),
        comment,
        now
    )?;
    Ok(())
}
