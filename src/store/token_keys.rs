//! Which generation of token keys each tenant has reached. The keys are derived, never stored.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::TenantId;
use crate::store::{StoreError, Tx};

/// The generation of every tenant that ever rotated its keys.
pub async fn newest_all_tenants(tx: &mut Tx) -> Result<Vec<(TenantId, i64)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, i64),
        "SELECT tenant_id, MAX(generation) FROM token_keys GROUP BY tenant_id"
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, generation)| (TenantId(tenant), generation))
        .collect())
}

/// Begins the next generation and gives its number. Of two rotations at the same moment on PostgreSQL one is refused
/// by the primary key: nobody wants to have rotated twice.
pub async fn begin_next(
    tx: &mut Tx,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    sql!(
        tx, scalar i64,
        "INSERT INTO token_keys (tenant_id, generation, made_at)
         SELECT $1, COALESCE(MAX(generation), 0) + 1, $2 FROM token_keys WHERE tenant_id = $1 RETURNING generation",
        tenant.0, now
    )
}
