//! How far each folder of each account has been taken in: by UID, never by flags and never by time.

use chrono::{DateTime, Utc};

use crate::domain::ids::AccountId;
use crate::store::{StoreError, Tx};

/// Where a folder stands.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Cursor {
    /// The folder's name as the settings write it.
    pub folder: String,
    /// The server's UIDVALIDITY; another one means that all UIDs mean something else.
    pub uidvalidity: i64,
    /// Every mail with a smaller UID is spooled.
    pub next_uid: i64,
    /// When the folder was first connected to.
    pub connected_at: DateTime<Utc>,
    /// After a UIDVALIDITY change, or for an import: smaller UIDs are taken in silently.
    pub rescan_below: Option<i64>,
    /// On the server, not here: by the last completeness audit.
    pub missing: i64,
    /// When that was.
    pub audited_at: Option<DateTime<Utc>>,
}

/// The cursor of a folder, if it was ever connected to.
pub async fn get(
    tx: &mut Tx,
    account: AccountId,
    folder: &str,
) -> Result<Option<Cursor>, StoreError> {
    sql!(
        tx, fetch_optional Cursor,
        "SELECT folder, uidvalidity, next_uid, connected_at, rescan_below, missing, audited_at FROM cursors WHERE account_id = $1 AND folder = $2",
        account.0, folder
    )
}

/// Sets the cursor of a folder, in the same transaction as the mails it covers.
pub async fn put(tx: &mut Tx, account: AccountId, cursor: &Cursor) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO cursors (account_id, folder, uidvalidity, next_uid, connected_at, rescan_below, missing, audited_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (account_id, folder) DO UPDATE SET uidvalidity = excluded.uidvalidity, next_uid = excluded.next_uid,
           rescan_below = excluded.rescan_below, missing = excluded.missing, audited_at = excluded.audited_at",
        account.0, &cursor.folder, cursor.uidvalidity, cursor.next_uid, cursor.connected_at, cursor.rescan_below, cursor.missing, cursor.audited_at
    )?;
    Ok(())
}
