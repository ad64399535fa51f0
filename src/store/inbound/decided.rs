//! What people decide about single received mails, and the lines that tell of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Claimed, ClaimedRow};
use crate::domain::ids::{AccountId, BlobId, InboundId, UserId};
use crate::store::{StoreError, Tx, word};

words! {
    /// What somebody did with a received mail.
    pub enum Deed {
        /// Sent it through today's program again.
        Retried = "retried",
        /// Made it a ticket although the program would not.
        Accepted = "accepted",
        /// Erased its bytes.
        Deleted = "deleted",
        /// Applied what today's program reads in it.
        Replayed = "replayed",
    }
}

/// Who does something with a received mail: somebody with a place in a tenant, somebody who runs the platform, or
/// the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The person; absent for the command line, and for a token that belongs to nobody.
    pub user: Option<UserId>,
    /// Their name.
    pub name: String,
}

/// One thing that somebody did with a received mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: By,
    /// What.
    pub deed: Deed,
    /// The rest of the sentence; may be empty.
    pub detail: String,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    at: DateTime<Utc>,
    user_id: Option<Uuid>,
    who: String,
    deed: String,
    detail: String,
}

/// Writes down what somebody did with a mail. `id` is fresh and rises.
pub async fn note(tx: &mut Tx, mail: InboundId, id: Uuid, line: &Line) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "INSERT INTO inbound_lines (id, inbound_id, at, user_id, who, deed, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        mail.0,
        line.at,
        line.by.user.map(|user| user.0),
        &line.by.name,
        line.deed.as_str(),
        &line.detail
    )?;
    Ok(())
}

/// What people did with a mail, oldest first.
pub async fn lines(tx: &mut Tx, mail: InboundId) -> Result<Vec<Line>, StoreError> {
    let rows = sql!(
        tx, fetch_all LineRow,
        "SELECT at, user_id, who, deed, detail FROM inbound_lines WHERE inbound_id = $1 ORDER BY id",
        mail.0
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(Line {
                at: row.at,
                deed: word(("inbound_lines", "deed"), mail, &row.deed)?,
                by: By {
                    user: row.user_id.map(UserId),
                    name: row.who,
                },
                detail: row.detail,
            })
        })
        .collect()
}

/// Takes a quarantined or ignored mail in hand, locked until the transaction ends; none in any other state.
pub async fn take_up(tx: &mut Tx, id: InboundId) -> Result<Option<Claimed>, StoreError> {
    let row = sql!(
        tx, fetch_optional ClaimedRow,
        "UPDATE inbound SET in_hand = 'alone' WHERE id = $1 AND state IN ('quarantined', 'ignored')
         RETURNING id, account_id, blob_id, content_key, size, complete, received_at, internal_date, quiet, only_tenant, addressed_to, attempts, in_hand",
        id.0
    )?;
    Ok(row.map(Claimed::from))
}

/// One mail as the processor takes it, whatever its state; nothing once its bytes were erased.
pub async fn as_claimed(tx: &mut Tx, id: InboundId) -> Result<Option<Claimed>, StoreError> {
    let row = sql!(
        tx, fetch_optional ClaimedRow,
        "SELECT id, account_id, blob_id, content_key, size, complete, received_at, internal_date, quiet, only_tenant, addressed_to, attempts, in_hand
         FROM inbound WHERE id = $1 AND blob_id IS NOT NULL",
        id.0
    )?;
    Ok(row.map(Claimed::from))
}

/// A quarantined or ignored mail goes through today's code again.
pub async fn retry(tx: &mut Tx, id: InboundId) -> Result<bool, StoreError> {
    let changed = sql!(
        tx, execute,
        "UPDATE inbound SET state = 'spooled', reason = NULL, attempts = CAST(0 AS BIGINT), in_hand = 'alone', claimed_by = NULL, claimed_until = NULL, retry_at = NULL
         WHERE id = $1 AND state IN ('quarantined', 'ignored') AND blob_id IS NOT NULL",
        id.0
    )?;
    Ok(changed == 1)
}

/// Whether a mail's bytes never came, because its server would not give them.
pub async fn is_unfetched(tx: &mut Tx, id: InboundId) -> Result<bool, StoreError> {
    let found = sql!(
        tx, maybe bool,
        "SELECT b.size = 0 AND i.size > 0 FROM inbound i JOIN blobs b ON b.id = i.blob_id WHERE i.id = $1 AND i.uid IS NOT NULL",
        id.0
    )?;
    Ok(found.unwrap_or(false))
}

/// A mail whose bytes never came gives its place on the server up, so that the next comparison misses it and fetches
/// it again. Gives the account to be compared; nothing for a mail in any other state.
pub async fn give_up_place(
    tx: &mut Tx,
    id: InboundId,
    reason: &str,
) -> Result<Option<AccountId>, StoreError> {
    let account = sql!(
        tx, maybe Option<Uuid>,
        "UPDATE inbound SET uid = NULL, uidvalidity = NULL, server_step = '', state = 'ignored', reason = $2 WHERE id = $1 AND state IN ('quarantined', 'ignored') RETURNING account_id",
        id.0, reason
    )?;
    Ok(account.flatten().map(AccountId))
}

/// Erases the bytes of a quarantined or ignored mail; its row stays, with the reason. False in any other state.
pub async fn erase(tx: &mut Tx, id: InboundId, reason: &str) -> Result<bool, StoreError> {
    let blob = sql!(
        tx, maybe Option<Uuid>,
        "SELECT blob_id FROM inbound WHERE id = $1 AND state IN ('quarantined', 'ignored') AND blob_id IS NOT NULL",
        id.0
    )?;
    let Some(blob) = blob.flatten().map(BlobId) else {
        return Ok(false);
    };
    let changed = sql!(
        tx,
        execute,
        "UPDATE inbound SET state = 'ignored', reason = $2, blob_id = NULL WHERE id = $1 AND state IN ('quarantined', 'ignored')",
        id.0,
        reason
    )?;
    // A mail that became no message has no attachments; should a blob be somebody's after all, it stays.
    sql!(
        tx,
        execute,
        "DELETE FROM blobs WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.blob_id = $1) AND NOT EXISTS (SELECT 1 FROM inbound i WHERE i.blob_id = $1)",
        blob.0
    )?;
    Ok(changed == 1)
}

/// Forgets what a mail did not become, before it is judged again.
pub async fn clear_results(tx: &mut Tx, ids: &[InboundId]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    build!(
        tx,
        "DELETE FROM inbound_results WHERE message_id IS NULL AND inbound_id IN (",
        |q| {
            let mut list = q.separated(", ");
            for id in ids {
                list.push_bind(id.0);
            }
            q.push(")");
        },
        execute
    )?;
    Ok(())
}
