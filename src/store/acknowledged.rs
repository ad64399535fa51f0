//! Who was sent an acknowledgement when: one row for each tenant and address, the last one. That is enough to count,
//! because nobody is sent two within the time that is counted.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::address::EmailAddress;
use crate::domain::ids::TenantId;
use crate::store::once::once;
use crate::store::{StoreError, Tx};

/// Which tenants sent one to these addresses after `since`, and when.
pub async fn to_addresses_all_tenants(
    tx: &mut Tx,
    addresses: &[&EmailAddress],
    since: DateTime<Utc>,
) -> Result<Vec<(TenantId, String, DateTime<Utc>)>, StoreError> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(
        tx,
        "SELECT tenant_id, address, at FROM acknowledged WHERE at > ",
        |q| {
            q.push_bind(since).push(" AND address IN (");
            let mut list = q.separated(", ");
            for address in addresses {
                list.push_bind(address.as_str());
            }
            q.push(")");
        },
        fetch_all(Uuid, String, DateTime<Utc>)
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, address, at)| (TenantId(tenant), address, at))
        .collect())
}

/// How many a tenant sent after `since`.
pub async fn count(
    tx: &mut Tx,
    tenant: TenantId,
    since: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let count = sql!(
        tx, scalar i64,
        "SELECT COUNT(*) FROM acknowledged WHERE tenant_id = $1 AND at > $2",
        tenant.0, since
    )?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Remembers acknowledgements.
pub async fn put_all(
    tx: &mut Tx,
    sent: &[(TenantId, EmailAddress)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sent = once(sent, Clone::clone, |_, _| {});
    rows!(
        tx,
        "INSERT INTO acknowledged (tenant_id, address, at)",
        sent,
        |row, a| {
            row.push_bind(a.0.0).push_bind(a.1.as_str()).push_bind(now);
        },
        "ON CONFLICT (tenant_id, address) DO UPDATE SET at = excluded.at"
    )?;
    Ok(())
}

/// The tenants that send none because there were too many, and since when.
pub async fn rests_all_tenants(
    tx: &mut Tx,
    since: DateTime<Utc>,
) -> Result<Vec<(TenantId, DateTime<Utc>)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, DateTime<Utc>),
        "SELECT tenant_id, since FROM acknowledge_rests WHERE since > $1",
        since
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, since)| (TenantId(tenant), since))
        .collect())
}

/// Remembers that these tenants send none from now on.
pub async fn rest_all(
    tx: &mut Tx,
    tenants: &[TenantId],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenants = once(tenants, |tenant| *tenant, |_, _| {});
    rows!(
        tx,
        "INSERT INTO acknowledge_rests (tenant_id, since)",
        tenants,
        |row, tenant| {
            row.push_bind(tenant.0).push_bind(now);
        },
        "ON CONFLICT (tenant_id) DO UPDATE SET since = excluded.since"
    )?;
    Ok(())
}
