//! What is still to do on the server for mails that are processed: `server_step` is `after` until they are filed
//! away, `delete` while they wait to be deleted, and empty once nothing is to be done.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{AccountId, InboundId};
use crate::store::{StoreError, Tx, dialect};

/// What is to be filed away in an account's folder: processed mails, oldest first. Mails kept only in part are
/// exempt: they stay where they are.
pub async fn waiting_for_server(
    tx: &mut Tx,
    account: AccountId,
    folder: &str,
    uidvalidity: i64,
    limit: i64,
) -> Result<Vec<(InboundId, i64)>, StoreError> {
    let rows = sql!(
        tx, fetch_all (Uuid, i64),
        "SELECT id, uid FROM inbound WHERE account_id = $1 AND folder = $2 AND server_step <> '' AND server_step = 'after' AND uidvalidity = $3
           AND state <> 'spooled' AND complete = TRUE AND uid IS NOT NULL ORDER BY id LIMIT $4",
        account.0, folder, uidvalidity, limit
    )?;
    Ok(named(rows))
}

/// Which accounts have something to be filed away.
pub async fn accounts_waiting_for_server_all_tenants(
    tx: &mut Tx,
) -> Result<Vec<AccountId>, StoreError> {
    let rows = sql!(
        tx, scalars Uuid,
        "SELECT a.id FROM accounts a WHERE a.active = TRUE AND EXISTS (SELECT 1 FROM inbound i WHERE i.account_id = a.id AND i.server_step <> ''
           AND i.server_step = 'after' AND i.state <> 'spooled' AND i.complete = TRUE AND i.uid IS NOT NULL)"
    )?;
    Ok(rows.into_iter().map(AccountId).collect())
}

/// What was filed away and is to be deleted now: taken in before `before`.
pub async fn waiting_for_deletion(
    tx: &mut Tx,
    account: AccountId,
    (folder, uidvalidity): (&str, i64),
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(InboundId, i64)>, StoreError> {
    let rows = sql!(
        tx, fetch_all (Uuid, i64),
        "SELECT id, uid FROM inbound WHERE account_id = $1 AND folder = $2 AND server_step <> '' AND server_step = 'delete' AND uidvalidity = $3
           AND received_at < $4 AND uid IS NOT NULL ORDER BY id LIMIT $5",
        account.0, folder, uidvalidity, before, limit
    )?;
    Ok(named(rows))
}

/// Nothing more is to be done on the server.
pub async fn server_done(tx: &mut Tx, ids: &[InboundId]) -> Result<(), StoreError> {
    set_step(tx, ids, "").await
}

/// Filed away; later it is to be deleted.
pub async fn await_deletion(tx: &mut Tx, ids: &[InboundId]) -> Result<(), StoreError> {
    set_step(tx, ids, "delete").await
}

async fn set_step(tx: &mut Tx, ids: &[InboundId], step: &str) -> Result<(), StoreError> {
    for chunk in ids.chunks(dialect::ROWS_PER_STATEMENT) {
        build!(
            tx,
            "UPDATE inbound SET server_step = ",
            |q| {
                q.push_bind(step).push(" WHERE id IN (");
                let mut list = q.separated(", ");
                for id in chunk {
                    list.push_bind(id.0);
                }
                q.push(")");
            },
            execute
        )?;
    }
    Ok(())
}

fn named(rows: Vec<(Uuid, i64)>) -> Vec<(InboundId, i64)> {
    rows.into_iter()
        .map(|(id, uid)| (InboundId(id), uid))
        .collect()
}
