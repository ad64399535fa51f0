//! Tickets that time does something to: whose sleep is over, which were resolved long enough ago.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{TenantId, TicketId};
use crate::store::{StoreError, Tx};

/// Tickets whose sleep is over, the longest first.
pub async fn to_wake_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(TenantId, TicketId)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid),
        "SELECT t.tenant_id, t.id FROM tickets t WHERE t.snoozed_until IS NOT NULL AND t.snoozed_until <= $1
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'sleepers' AND p.tenant_id = t.tenant_id AND p.about = t.id AND p.until > $1)
         ORDER BY t.snoozed_until LIMIT $2",
        now,
        limit
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, ticket)| (TenantId(tenant), TicketId(ticket)))
        .collect())
}

/// When the next sleeping ticket wakes.
pub async fn next_to_wake_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    sql!(
        tx, maybe DateTime<Utc>,
        "SELECT t.snoozed_until FROM tickets t WHERE t.snoozed_until IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'sleepers' AND p.tenant_id = t.tenant_id AND p.about = t.id AND p.until > $1)
         ORDER BY t.snoozed_until LIMIT CAST(1 AS BIGINT)",
        now
    )
}

/// Tickets resolved before `before`, oldest first, for closing.
pub async fn resolved_before(
    tx: &mut Tx,
    tenant: TenantId,
    (before, now): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<TicketId>, StoreError> {
    let found = sql!(
        tx, scalars Uuid,
        "SELECT t.id FROM tickets t WHERE t.tenant_id = $1 AND t.status = 'resolved' AND t.resolved_at <= $2
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'resolved' AND p.tenant_id = t.tenant_id AND p.about = t.id AND p.until > $4)
         ORDER BY t.resolved_at LIMIT $3",
        tenant.0, before, limit, now
    )?;
    Ok(found.into_iter().map(TicketId).collect())
}

/// When the tenant's oldest resolved ticket was resolved: the next one to close.
pub async fn oldest_resolved(
    tx: &mut Tx,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    sql!(
        tx, maybe DateTime<Utc>,
        "SELECT t.resolved_at FROM tickets t WHERE t.tenant_id = $2 AND t.status = 'resolved' AND t.resolved_at IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'resolved' AND p.tenant_id = t.tenant_id AND p.about = t.id AND p.until > $1)
         ORDER BY t.resolved_at LIMIT CAST(1 AS BIGINT)",
        now, tenant.0
    )
}
