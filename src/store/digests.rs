//! Things that wait for somebody's next digest.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{TenantId, TicketId, UserId};
use crate::domain::telling::TellEvent;
use crate::store::{StoreError, Tx, word};

/// Something that somebody is told later, together with other things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestItem {
    /// Its id, by time.
    pub id: Uuid,
    /// In which tenant.
    pub tenant: TenantId,
    /// Whom.
    pub user: UserId,
    /// About which ticket.
    pub ticket: TicketId,
    /// What happened.
    pub event: TellEvent,
    /// Who did it, as people read it.
    pub who: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When they are told.
    pub due_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    ticket_id: Uuid,
    event: String,
    who: String,
    at: DateTime<Utc>,
    due_at: DateTime<Utc>,
}

/// Lets things wait.
pub async fn insert_all(tx: &mut Tx, items: &[DigestItem]) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO digest_items (tenant_id, id, user_id, ticket_id, event, who, at, due_at)",
        items,
        |row, i| {
            row.push_bind(i.tenant.0)
                .push_bind(i.id)
                .push_bind(i.user.0)
                .push_bind(i.ticket.0)
                .push_bind(i.event.as_str())
                .push_bind(&i.who)
                .push_bind(i.at)
                .push_bind(i.due_at);
        },
        ""
    )?;
    Ok(())
}

/// Whose digest is due, at most so many.
pub async fn due_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(TenantId, UserId)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid),
        "SELECT d.tenant_id, d.user_id FROM digest_items d WHERE d.due_at <= $1
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'digests' AND p.tenant_id = d.tenant_id AND p.about = d.user_id AND p.until > $1)
         GROUP BY d.tenant_id, d.user_id ORDER BY MIN(d.due_at) LIMIT $2",
        now,
        most
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, user)| (TenantId(tenant), UserId(user)))
        .collect())
}

/// When the next digest is due.
pub async fn next_due_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    sql!(
        tx, maybe DateTime<Utc>,
        "SELECT d.due_at FROM digest_items d
         WHERE NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'digests' AND p.tenant_id = d.tenant_id AND p.about = d.user_id AND p.until > $1)
         ORDER BY d.due_at LIMIT CAST(1 AS BIGINT)",
        now
    )
}

/// Takes what is due for one person, oldest first: it is gone once the transaction is committed.
pub async fn take(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<DigestItem>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all Row,
        "DELETE FROM digest_items WHERE tenant_id = $1 AND user_id = $2 AND due_at <= $3 RETURNING id, ticket_id, event, who, at, due_at",
        tenant.0,
        user.0,
        now
    )?;
    let mut items = rows
        .into_iter()
        .map(|row| {
            Ok(DigestItem {
                event: word(("digest_items", "event"), row.id, &row.event)?,
                id: row.id,
                tenant,
                user,
                ticket: TicketId(row.ticket_id),
                who: row.who,
                at: row.at,
                due_at: row.due_at,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    items.sort_by_key(|item| item.id);
    Ok(items)
}

/// Lets what is due for one person wait longer.
pub async fn postpone(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    (now, later): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE digest_items SET due_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND due_at <= $3",
        tenant.0,
        user.0,
        now,
        later
    )?;
    Ok(())
}
