//! Facts about the database itself: the key-check value, and the like.

use crate::store::{StoreError, Tx};

/// The value kept under `key`.
pub async fn get(tx: &mut Tx, key: &str) -> Result<Option<String>, StoreError> {
    sql!(tx, maybe String, "SELECT value FROM meta WHERE key = $1", key)
}

/// Keeps `value` under `key`, whatever was there.
pub async fn set(tx: &mut Tx, key: &str, value: &str) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        key,
        value
    )?;
    Ok(())
}
