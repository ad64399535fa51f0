//! Log-in sessions. Only the hash of the cookie is kept.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{TenantId, UserId};
use crate::store::{StoreError, Tx};

/// A session as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Session {
    /// SHA-256 of the cookie.
    pub id_hash: Vec<u8>,
    /// Whose.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// Where; absent for the platform area.
    pub tenant_id: Option<Uuid>,
    /// Stands in every form of this session.
    pub form_token: String,
    /// Where it was begun from.
    pub ip: String,
    /// With what.
    pub user_agent: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// Keeps a new session.
pub async fn insert(tx: &mut Tx, s: &Session) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "INSERT INTO sessions (id_hash, user_id, tenant_id, form_token, ip, user_agent, created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &s.id_hash,
        s.user_id.0,
        s.tenant_id,
        &s.form_token,
        &s.ip,
        &s.user_agent,
        s.created_at,
        s.last_seen_at,
        s.expires_at
    )?;
    Ok(())
}

/// The session with this hash, in this tenant (or the platform area), if its person may still log in there.
pub async fn find(
    tx: &mut Tx,
    tenant: Option<TenantId>,
    id_hash: &[u8],
) -> Result<Option<Session>, StoreError> {
    let found = sql!(
        tx, fetch_optional Session,
        "SELECT s.id_hash, s.user_id, s.tenant_id, s.form_token, s.ip, s.user_agent, s.created_at, s.last_seen_at, s.expires_at
         FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id_hash = $1 AND u.disabled = FALSE",
        id_hash
    )?;
    Ok(found.filter(|session| session.tenant_id == tenant.map(|t| t.0)))
}

/// Notes that a session was used.
pub async fn touch(tx: &mut Tx, id_hash: &[u8], now: DateTime<Utc>) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE sessions SET last_seen_at = $2 WHERE id_hash = $1",
        id_hash,
        now
    )?;
    Ok(())
}

/// Ends a session.
pub async fn remove(tx: &mut Tx, id_hash: &[u8]) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM sessions WHERE id_hash = $1",
        id_hash
    )?;
    Ok(())
}

/// Forgets all sessions that are over.
pub async fn remove_expired_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM sessions WHERE expires_at < $1",
        now
    )
}
