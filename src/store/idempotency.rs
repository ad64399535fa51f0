//! Idempotency keys: key, effect and answer in one transaction, kept for a day.

use chrono::{DateTime, Duration, Utc};

use crate::domain::ids::TokenId;
use crate::store::{StoreError, Tx};

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Kept {
    /// SHA-256 of method, path and body of the first request.
    pub request: Vec<u8>,
    /// Its status; absent while it is in hand.
    pub status: Option<i64>,
    /// Its answer.
    pub response: Option<String>,
}

/// Takes a key in hand. Gives what is kept if somebody was first.
pub async fn take(
    tx: &mut Tx,
    token: TokenId,
    key: &str,
    request: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Kept>, StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM idempotency_keys WHERE token_id = $1 AND key = $2 AND created_at < $3",
        token.0,
        key,
        now - Duration::hours(24)
    )?;
    let inserted = sql!(
        tx,
        execute,
        "INSERT INTO idempotency_keys (token_id, key, request, status, response, created_at) VALUES ($1, $2, $3, NULL, NULL, $4) ON CONFLICT DO NOTHING",
        token.0,
        key,
        request,
        now
    )?;
    if inserted == 1 {
        return Ok(None);
    }
    sql!(tx, fetch_optional Kept, "SELECT request, status, response FROM idempotency_keys WHERE token_id = $1 AND key = $2", token.0, key)
}

/// Keeps the answer.
pub async fn finish(
    tx: &mut Tx,
    token: TokenId,
    key: &str,
    status: u16,
    response: &str,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE idempotency_keys SET status = $3, response = $4 WHERE token_id = $1 AND key = $2",
        token.0,
        key,
        i64::from(status),
        response
    )?;
    Ok(())
}

/// Forgets keys that failed before they had an effect, so that the caller may try again.
pub async fn forget(tx: &mut Tx, token: TokenId, key: &str) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM idempotency_keys WHERE token_id = $1 AND key = $2 AND status IS NULL",
        token.0,
        key
    )?;
    Ok(())
}
