//! Whom a tenant does not write to: addresses whose servers said that they do not exist, and those that an admin names
//! (OUT10).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::address::EmailAddress;
use crate::domain::ids::{OutboxId, TenantId};
use crate::store::{StoreError, Tx, word};

/// An address that is not written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Which, in comparable form.
    pub address: EmailAddress,
    /// The words of its server, or of whoever put it here.
    pub reason: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// A page of a tenant's suppressed addresses in their order, after this one.
pub async fn list(
    tx: &mut Tx,
    tenant: TenantId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Suppression>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(String, String, DateTime<Utc>),
        "SELECT address, reason, created_at FROM suppressions WHERE tenant_id = $1 AND address > $2 ORDER BY address LIMIT $3",
        tenant.0,
        after.unwrap_or_default(),
        limit
    )?;
    rows.into_iter().map(suppression).collect()
}

/// The suppression of one address; absent if it is written to.
pub async fn find(
    tx: &mut Tx,
    tenant: TenantId,
    address: &EmailAddress,
) -> Result<Option<Suppression>, StoreError> {
    let row = sql!(
        tx,
        fetch_optional(String, String, DateTime<Utc>),
        "SELECT address, reason, created_at FROM suppressions WHERE tenant_id = $1 AND address = $2",
        tenant.0,
        address.as_str()
    )?;
    row.map(suppression).transpose()
}

fn suppression(
    (address, reason, since): (String, String, DateTime<Utc>),
) -> Result<Suppression, StoreError> {
    Ok(Suppression {
        address: word(("suppressions", "address"), &address, &address)?,
        reason,
        since,
    })
}

/// Which of these outgoing rows are for customers whom their tenants do not write to, and why.
pub async fn among(
    tx: &mut Tx,
    rows: &[OutboxId],
) -> Result<HashMap<OutboxId, String>, StoreError> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let found = build!(
        tx,
        "SELECT o.id, s.reason FROM outbox o JOIN suppressions s ON s.tenant_id = o.tenant_id AND s.address = o.recipient WHERE o.audience = 'customer' AND o.id IN (",
        |q| {
            let mut list = q.separated(", ");
            for id in rows {
                list.push_bind(id.0);
            }
            q.push(")");
        },
        fetch_all(Uuid, String)
    )?;
    Ok(found
        .into_iter()
        .map(|(id, reason)| (OutboxId(id), reason))
        .collect())
}

/// Stops writing to an address. One that is here already keeps its first reason.
pub async fn put(
    tx: &mut Tx,
    tenant: TenantId,
    address: &EmailAddress,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "INSERT INTO suppressions (tenant_id, address, reason, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, address) DO NOTHING",
        tenant.0,
        address.as_str(),
        reason,
        now
    )?;
    Ok(())
}

/// Writes to an address again. Whether it was suppressed.
pub async fn remove(
    tx: &mut Tx,
    tenant: TenantId,
    address: &EmailAddress,
) -> Result<bool, StoreError> {
    let gone = sql!(
        tx,
        execute,
        "DELETE FROM suppressions WHERE tenant_id = $1 AND address = $2",
        tenant.0,
        address.as_str()
    )?;
    Ok(gone == 1)
}
