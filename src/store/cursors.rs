//! How far each folder of each account has been taken in: by UID, never by flags and never by time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

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
    /// Mails that lay in the folder then.
    pub on_server: i64,
    /// How many of them are here.
    pub ours: i64,
    /// How many of those had been missing and came then.
    pub fetched_again: i64,
    /// How many lay there before the first connection, and are not ours to have.
    pub before_us: i64,
}

/// The cursor of a folder, if it was ever connected to.
pub async fn get(
    tx: &mut Tx,
    account: AccountId,
    folder: &str,
) -> Result<Option<Cursor>, StoreError> {
    sql!(
        tx, fetch_optional Cursor,
        "SELECT folder, uidvalidity, next_uid, connected_at, rescan_below, missing, audited_at, on_server, ours, fetched_again, before_us
         FROM cursors WHERE account_id = $1 AND folder = $2",
        account.0, folder
    )
}

#[derive(sqlx::FromRow)]
struct OfAccount {
    account_id: Uuid,
    #[sqlx(flatten)]
    cursor: Cursor,
}

/// Where the folders of all accounts stand, each account's by name.
pub async fn all_tenants(tx: &mut Tx) -> Result<HashMap<AccountId, Vec<Cursor>>, StoreError> {
    let rows = sql!(
        tx, fetch_all OfAccount,
        "SELECT account_id, folder, uidvalidity, next_uid, connected_at, rescan_below, missing, audited_at, on_server, ours, fetched_again, before_us
         FROM cursors ORDER BY account_id, folder"
    )?;
    let mut all: HashMap<AccountId, Vec<Cursor>> = HashMap::new();
    for row in rows {
        all.entry(AccountId(row.account_id))
            .or_default()
            .push(row.cursor);
    }
    Ok(all)
}

/// Sets the cursor of a folder, in the same transaction as the mails it covers.
pub async fn put(tx: &mut Tx, account: AccountId, cursor: &Cursor) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO cursors (account_id, folder, uidvalidity, next_uid, connected_at, rescan_below, missing, audited_at, on_server, ours, fetched_again, before_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (account_id, folder) DO UPDATE SET uidvalidity = excluded.uidvalidity, next_uid = excluded.next_uid,
           rescan_below = excluded.rescan_below, missing = excluded.missing, audited_at = excluded.audited_at, on_server = excluded.on_server,
           ours = excluded.ours, fetched_again = excluded.fetched_again, before_us = excluded.before_us",
        account.0, &cursor.folder, cursor.uidvalidity, cursor.next_uid, cursor.connected_at, cursor.rescan_below, cursor.missing, cursor.audited_at,
        cursor.on_server, cursor.ours, cursor.fetched_again, cursor.before_us
    )?;
    Ok(())
}
