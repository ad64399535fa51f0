//! API tokens. Only their hashes are kept.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{TenantId, TokenId, UserId};
use crate::store::{StoreError, Tx};

/// An API token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// Whose data it sees; absent: the platform's.
    pub tenant: Option<TenantId>,
    /// In whose name it acts.
    pub user: Option<UserId>,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    tenant_id: Option<Uuid>,
    user_id: Option<Uuid>,
    name: String,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<Row> for ApiToken {
    fn from(row: Row) -> Self {
        Self {
            id: TokenId(row.id),
            tenant: row.tenant_id.map(TenantId),
            user: row.user_id.map(UserId),
            name: row.name,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// The live token with this hash, if its person is not disabled, and, for a token of the platform, still runs it.
pub async fn find(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<ApiToken>, StoreError> {
    let row = sql!(
        tx, fetch_optional Row,
        "SELECT t.id, t.tenant_id, t.user_id, t.name, t.created_at, t.revoked_at FROM api_tokens t LEFT JOIN users u ON u.id = t.user_id
         WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (u.id IS NULL OR u.disabled = FALSE)
           AND (t.tenant_id IS NOT NULL OR u.id IS NULL OR u.platform_admin = TRUE)",
        token_hash
    )?;
    Ok(row.map(ApiToken::from))
}

/// Keeps a new token.
pub async fn insert(tx: &mut Tx, token: &ApiToken, token_hash: &[u8]) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "INSERT INTO api_tokens (id, tenant_id, user_id, name, token_hash, created_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)",
        token.id.0,
        token.tenant.map(|t| t.0),
        token.user.map(|u| u.0),
        &token.name,
        token_hash,
        token.created_at
    )?;
    Ok(())
}

/// Every token, of every tenant and the platform.
pub async fn all_tenants(tx: &mut Tx) -> Result<Vec<ApiToken>, StoreError> {
    let rows = sql!(tx, fetch_all Row, "SELECT id, tenant_id, user_id, name, created_at, revoked_at FROM api_tokens ORDER BY created_at, id")?;
    Ok(rows.into_iter().map(ApiToken::from).collect())
}

/// Revokes a token. False if there was none to revoke.
pub async fn revoke(tx: &mut Tx, id: TokenId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    Ok(sql!(
        tx,
        execute,
        "UPDATE api_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
        id.0,
        now
    )? == 1)
}
