//! What people want to be told.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::{TenantId, UserId};
use crate::domain::telling::Preferences;
use crate::store::{StoreError, Tx};

/// Everybody's preferences in every tenant, of those who chose any.
pub async fn all_tenants(tx: &mut Tx) -> Result<Vec<(TenantId, UserId, Preferences)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid, Json<Preferences>),
        "SELECT tenant_id, user_id, definition FROM preferences ORDER BY tenant_id, user_id"
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, user, wishes)| (TenantId(tenant), UserId(user), wishes.0))
        .collect())
}

/// Keeps what somebody chose.
pub async fn put(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    wishes: &Preferences,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO preferences (tenant_id, user_id, definition, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at",
        tenant.0, user.0, Json(wishes), now
    )?;
    Ok(())
}
