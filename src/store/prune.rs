//! Forgetting what only explains, once nobody asks any more. A few thousand rows at a time: nothing else waits for long.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::TenantId;
use crate::store::{StoreError, Tx};

/// Rows that are removed by one statement.
const AT_ONCE: i64 = 5000;

/// The first id of a moment: ids rise with time, so what is older has a smaller one.
fn first_id(at: DateTime<Utc>) -> Uuid {
    let milliseconds = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(milliseconds << 80)
}

/// Forgets who was told of what before `until`. True if there may be more.
pub async fn tellings(
    tx: &mut Tx,
    tenant: TenantId,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let gone = sql!(
        tx,
        execute,
        "DELETE FROM tellings WHERE tenant_id = $1 AND id IN (SELECT id FROM tellings WHERE tenant_id = $1 AND id < $2 ORDER BY id LIMIT $3)",
        tenant.0,
        first_id(until),
        AT_ONCE
    )?;
    Ok(gone == AT_ONCE.unsigned_abs())
}

/// Forgets what rules saw and did before `until`. True if there may be more.
pub async fn rule_runs(
    tx: &mut Tx,
    tenant: TenantId,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let gone = sql!(
        tx,
        execute,
        "DELETE FROM rule_runs WHERE tenant_id = $1 AND id IN (SELECT id FROM rule_runs WHERE tenant_id = $1 AND id < $2 ORDER BY id LIMIT $3)",
        tenant.0,
        first_id(until),
        AT_ONCE
    )?;
    Ok(gone == AT_ONCE.unsigned_abs())
}

/// Forgets which rules on time have acted on tickets that were closed before `until`. On others it must be known, or they
/// would act again.
pub async fn rule_fired(
    tx: &mut Tx,
    tenant: TenantId,
    until: DateTime<Utc>,
) -> Result<u64, StoreError> {
    sql!(
        tx, execute,
        "DELETE FROM rule_fired WHERE tenant_id = $1 AND at < $2 AND ticket_id IN (SELECT t.id FROM tickets t
           WHERE t.tenant_id = $1 AND t.status = 'closed' AND t.closed_at < $2)",
        tenant.0, until
    )
}
