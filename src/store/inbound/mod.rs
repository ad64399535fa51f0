//! Received mails: spooled by the IMAP task, worked off by `intake::process`, shown with their reasons.

mod decided;
mod listed;
mod server;

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::address::Party;
use crate::domain::ids::{AccountId, BlobId, InboundId, MessageId, TenantId, TicketId};
use crate::domain::trace::Trace;
use crate::store::{StoreError, Tx, dialect};

pub use decided::{
    By, Deed, Line, as_claimed, clear_results, erase, give_up_place, is_unfetched, lines, note,
    retry, take_up,
};
pub use listed::{Filter, Listed, is_shared, list, one};
pub use server::{
    accounts_waiting_for_server_all_tenants, await_deletion, server_done, waiting_for_deletion,
    waiting_for_server,
};

words! {
    /// Where a received mail stands.
    pub enum InboundState {
        /// Stored, not yet looked at.
        Spooled = "spooled",
        /// It became one or more messages.
        Processed = "processed",
        /// Every tenant it was for already had it.
        Duplicate = "duplicate",
        /// It failed three times, or a bounce found nothing of ours: a person should look.
        Quarantined = "quarantined",
        /// Not for us; the reason says why.
        Ignored = "ignored",
    }
}

words! {
    /// Whether a mail is in hand, and how. After an unclean stop, what was in hand with others is looked at
    /// alone; only what was in hand alone at a second crash has an attempt counted against it.
    pub enum InHand {
        /// Nobody holds it.
        No = "",
        /// Being processed together with others.
        Batch = "batch",
        /// To be processed alone, or being so.
        Alone = "alone",
    }
}

/// A mail as the IMAP task or a pipe hands it in.
#[derive(Debug, Clone)]
pub struct NewInbound {
    /// Its id.
    pub id: InboundId,
    /// The account; absent for a pipe.
    pub account: Option<AccountId>,
    /// The folder, or how it came in (`pipe`).
    pub folder: String,
    /// The folder's UIDVALIDITY and the mail's UID in it.
    pub uid: Option<(i64, i64)>,
    /// Its raw bytes.
    pub blob: BlobId,
    /// SHA-256 without trace headers.
    pub content_key: [u8; 32],
    /// Bytes on the server.
    pub size: i64,
    /// False if only the beginning was kept.
    pub complete: bool,
    /// INTERNALDATE.
    pub internal_date: Option<DateTime<Utc>>,
    /// When it was taken in.
    pub received_at: DateTime<Utc>,
    /// Nothing goes out because of it.
    pub quiet: bool,
    /// What a pipe said: only for this tenant.
    pub only_tenant: Option<TenantId>,
    /// What a pipe said: the envelope's recipient.
    pub addressed_to: Option<String>,
    /// Whether something is to be done on the server once it is processed.
    pub on_server: bool,
}

/// A mail in hand.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Its id.
    pub id: InboundId,
    /// The account it came in by.
    pub account: Option<AccountId>,
    /// Its raw bytes.
    pub blob: BlobId,
    /// SHA-256 without trace headers.
    pub content_key: Vec<u8>,
    /// Bytes on the server.
    pub size: i64,
    /// False if only the beginning was kept.
    pub complete: bool,
    /// When it was taken in.
    pub received_at: DateTime<Utc>,
    /// INTERNALDATE.
    pub internal_date: Option<DateTime<Utc>>,
    /// Nothing goes out because of it.
    pub quiet: bool,
    /// Only for this tenant.
    pub only_tenant: Option<TenantId>,
    /// The envelope's recipient, from a pipe.
    pub addressed_to: Option<String>,
    /// Failures so far.
    pub attempts: i64,
    /// Whether it is to be looked at alone.
    pub alone: bool,
}

/// What became of a mail.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Which mail.
    pub id: InboundId,
    /// Its final state.
    pub state: InboundState,
    /// Why, for all but `processed`.
    pub reason: Option<String>,
    /// From, for lists.
    pub sender: Party,
    /// To and Cc.
    pub recipients: Vec<Party>,
    /// Its subject.
    pub subject: String,
    /// Its Message-ID, bounded.
    pub message_id: Option<String>,
    /// The decisions.
    pub trace: Trace,
}

/// One thing that a mail became.
#[derive(Debug, Clone)]
pub struct ResultRow {
    /// Whose.
    pub tenant: TenantId,
    /// From which mail.
    pub inbound: InboundId,
    /// The how-manieth of this mail and tenant.
    pub position: i64,
    /// Its ticket.
    pub ticket: Option<TicketId>,
    /// Its message.
    pub message: Option<MessageId>,
    /// `new`, `appended`, `held`, `duplicate`, `bounce`.
    pub outcome: &'static str,
}

/// Spools mails; those already there (same account, folder, UIDVALIDITY, UID) are left alone.
pub async fn insert_all(tx: &mut Tx, mails: &[NewInbound]) -> Result<u64, StoreError> {
    rows!(
        tx,
        "INSERT INTO inbound (id, account_id, folder, uidvalidity, uid, blob_id, content_key, size, complete, internal_date, received_at, quiet, only_tenant, addressed_to,
           state, reason, attempts, in_hand, claimed_by, claimed_until, retry_at, server_step, sender, recipients, subject, message_id, trace, processed_at)",
        mails,
        |row, mail| {
            row.push_bind(mail.id.0).push_bind(mail.account.map(|a| a.0)).push_bind(&mail.folder)
                .push_bind(mail.uid.map(|u| u.0)).push_bind(mail.uid.map(|u| u.1)).push_bind(mail.blob.0)
                .push_bind(&mail.content_key[..]).push_bind(mail.size).push_bind(mail.complete)
                .push_bind(mail.internal_date).push_bind(mail.received_at).push_bind(mail.quiet)
                .push_bind(mail.only_tenant.map(|t| t.0)).push_bind(mail.addressed_to.as_deref())
                .push("'spooled', NULL, CAST(0 AS BIGINT), '', NULL, NULL, NULL")
                .push_bind(if mail.on_server { "after" } else { "" })
                .push_bind(Json(Party::default())).push_bind(Json(Vec::<Party>::new())).push("'', NULL")
                .push_bind(Json(Trace::default())).push("NULL");
        },
        "ON CONFLICT (account_id, folder, uidvalidity, uid) WHERE uid IS NOT NULL DO NOTHING"
    )
}

/// Which of these UIDs are already here.
pub async fn known_uids(
    tx: &mut Tx,
    account: AccountId,
    folder: &str,
    uidvalidity: i64,
    from: i64,
) -> Result<Vec<i64>, StoreError> {
    sql!(
        tx, scalars i64,
        "SELECT uid FROM inbound WHERE account_id = $1 AND folder = $2 AND uidvalidity = $3 AND uid >= $4 ORDER BY uid",
        account.0, folder, uidvalidity, from
    )
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: Uuid,
    account_id: Option<Uuid>,
    blob_id: Uuid,
    content_key: Vec<u8>,
    size: i64,
    complete: bool,
    received_at: DateTime<Utc>,
    internal_date: Option<DateTime<Utc>>,
    quiet: bool,
    only_tenant: Option<Uuid>,
    addressed_to: Option<String>,
    attempts: i64,
    in_hand: String,
}

impl From<ClaimedRow> for Claimed {
    fn from(row: ClaimedRow) -> Self {
        Self {
            id: InboundId(row.id),
            account: row.account_id.map(AccountId),
            blob: BlobId(row.blob_id),
            content_key: row.content_key,
            size: row.size,
            complete: row.complete,
            received_at: row.received_at,
            internal_date: row.internal_date,
            quiet: row.quiet,
            only_tenant: row.only_tenant.map(TenantId),
            addressed_to: row.addressed_to,
            attempts: row.attempts,
            alone: row.in_hand == InHand::Alone.as_str(),
        }
    }
}

/// Takes the oldest waiting mails in hand: up to so many that may be worked on together, and up to so many bytes of
/// them but at least one, or one that must be looked at alone.
pub async fn claim_all_tenants(
    tx: &mut Tx,
    node: &str,
    (limit, bytes): (i64, i64),
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>, StoreError> {
    const SELECT: &str = "SELECT id, account_id, blob_id, content_key, size, complete, received_at, internal_date, quiet, only_tenant, addressed_to, attempts, in_hand
        FROM inbound WHERE state = 'spooled' AND (claimed_until IS NULL OR claimed_until < ";
    let lock = tx.pick(dialect::claim::SQLITE, dialect::claim::POSTGRES);
    let rows = build!(tx, SELECT, |q| {
        q.push_bind(now).push(") AND (retry_at IS NULL OR retry_at <= ").push_bind(now).push(") ORDER BY id LIMIT ").push_bind(limit).push(lock);
    }, fetch_all ClaimedRow)?;
    let mut claimed: Vec<Claimed> = rows.into_iter().map(Claimed::from).collect();
    match claimed.iter().position(|mail| mail.alone) {
        Some(0) => claimed.truncate(1),
        Some(first_alone) => claimed.truncate(first_alone),
        None => {}
    }
    let mut sum = 0_i64;
    let fitting = claimed.iter().take_while(|mail| {
        sum = sum.saturating_add(mail.size);
        sum <= bytes
    });
    let fitting = fitting.count().max(1);
    claimed.truncate(fitting);
    let how = if claimed.first().is_some_and(|mail| mail.alone) {
        InHand::Alone
    } else {
        InHand::Batch
    };
    if !claimed.is_empty() {
        build!(
            tx,
            "UPDATE inbound SET in_hand = ",
            |q| {
                q.push_bind(how.as_str())
                    .push(", claimed_by = ")
                    .push_bind(node)
                    .push(", claimed_until = ")
                    .push_bind(until)
                    .push(" WHERE id IN (");
                let mut list = q.separated(", ");
                for mail in &claimed {
                    list.push_bind(mail.id.0);
                }
                q.push(")");
            },
            execute
        )?;
    }
    Ok(claimed)
}

/// After an unclean stop of `node`: what it had in hand with others is to be looked at alone; what it had in
/// hand alone gets an attempt counted. Returns how many rows were found in hand.
pub async fn recover_all_tenants(tx: &mut Tx, node: &str) -> Result<u64, StoreError> {
    let alone = sql!(
        tx,
        execute,
        "UPDATE inbound SET attempts = attempts + 1, claimed_by = NULL, claimed_until = NULL WHERE state = 'spooled' AND claimed_by = $1 AND in_hand = 'alone'",
        node
    )?;
    let batch = sql!(
        tx,
        execute,
        "UPDATE inbound SET in_hand = 'alone', claimed_by = NULL, claimed_until = NULL WHERE state = 'spooled' AND claimed_by = $1 AND in_hand = 'batch'",
        node
    )?;
    Ok(alone + batch)
}

/// Puts mails back that were not worked on; `alone` if they are to be looked at one by one.
pub async fn release(tx: &mut Tx, ids: &[InboundId], alone: bool) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    build!(
        tx,
        "UPDATE inbound SET claimed_by = NULL, claimed_until = NULL, in_hand = ",
        |q| {
            q.push_bind(if alone { InHand::Alone.as_str() } else { "" })
                .push(" WHERE id IN (");
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

/// Counts a failed attempt; the mail is tried again, alone, at `retry_at`.
pub async fn failed(
    tx: &mut Tx,
    id: InboundId,
    reason: &str,
    retry_at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    sql!(
        tx, scalar i64,
        "UPDATE inbound SET attempts = attempts + 1, reason = $2, retry_at = $3, in_hand = 'alone', claimed_by = NULL, claimed_until = NULL WHERE id = $1 RETURNING attempts",
        id.0, reason, retry_at
    )
}

/// Gives mails their final state. One statement for all that ended alike would not do: each has its trace.
pub async fn finish_all(
    tx: &mut Tx,
    outcomes: &[Outcome],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for chunk in outcomes.chunks(dialect::ROWS_PER_STATEMENT) {
        // PostgreSQL needs the types of a VALUES list spelled out once.
        let (uuid, time, json) = (
            tx.pick("BLOB", "uuid"),
            tx.pick("TEXT", "timestamptz"),
            tx.pick("TEXT", "jsonb"),
        );
        build!(
            tx,
            "WITH done (id, state, reason, sender, recipients, subject, message_id, trace, at) AS (",
            |q| {
                q.push_values(chunk, |mut row, outcome| {
                    row.push("CAST(")
                        .push_bind_unseparated(outcome.id.0)
                        .push_unseparated(" AS ")
                        .push_unseparated(uuid)
                        .push_unseparated(")")
                        .push_bind(outcome.state.as_str())
                        .push_bind(outcome.reason.as_deref())
                        .push("CAST(")
                        .push_bind_unseparated(Json(&outcome.sender))
                        .push_unseparated(" AS ")
                        .push_unseparated(json)
                        .push_unseparated(")")
                        .push("CAST(")
                        .push_bind_unseparated(Json(&outcome.recipients))
                        .push_unseparated(" AS ")
                        .push_unseparated(json)
                        .push_unseparated(")")
                        .push_bind(&outcome.subject)
                        .push_bind(outcome.message_id.as_deref())
                        .push("CAST(")
                        .push_bind_unseparated(Json(&outcome.trace))
                        .push_unseparated(" AS ")
                        .push_unseparated(json)
                        .push_unseparated(")")
                        .push("CAST(")
                        .push_bind_unseparated(now)
                        .push_unseparated(" AS ")
                        .push_unseparated(time)
                        .push_unseparated(")");
                });
                q.push(") UPDATE inbound SET state = done.state, reason = done.reason, sender = done.sender, recipients = done.recipients,
                subject = done.subject, message_id = done.message_id, trace = done.trace, processed_at = done.at,
                in_hand = '', claimed_by = NULL, claimed_until = NULL, retry_at = NULL FROM done WHERE inbound.id = done.id");
            },
            execute
        )?;
    }
    Ok(())
}

/// What mails became.
pub async fn insert_results(tx: &mut Tx, results: &[ResultRow]) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO inbound_results (tenant_id, inbound_id, position, ticket_id, message_id, outcome)",
        results,
        |row, r| {
            row.push_bind(r.tenant.0)
                .push_bind(r.inbound.0)
                .push_bind(r.position)
                .push_bind(r.ticket.map(|t| t.0))
                .push_bind(r.message.map(|m| m.0))
                .push_bind(r.outcome);
        },
        "ON CONFLICT DO NOTHING"
    )?;
    Ok(())
}

/// Which of these contents a tenant already has: content key and the mail that brought it first.
pub async fn known_contents(
    tx: &mut Tx,
    keys: &[(TenantId, &[u8])],
) -> Result<Vec<(TenantId, Vec<u8>, InboundId)>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let found = build!(
        tx,
        "SELECT tenant_id, content_key, inbound_id FROM contents WHERE (tenant_id, content_key) IN (",
        |q| {
            q.push("VALUES ");
            let mut first = true;
            for (tenant, key) in keys {
                q.push(if first { "(" } else { ", (" })
                    .push_bind(tenant.0)
                    .push(", ")
                    .push_bind(*key)
                    .push(")");
                first = false;
            }
            q.push(")");
        },
        fetch_all(Uuid, Vec<u8>, Uuid)
    )?;
    Ok(found
        .into_iter()
        .map(|(t, key, id)| (TenantId(t), key, InboundId(id)))
        .collect())
}

/// Remembers contents, so that the same mail again is a duplicate.
pub async fn insert_contents(
    tx: &mut Tx,
    rows: &[(TenantId, Vec<u8>, InboundId)],
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO contents (tenant_id, content_key, inbound_id)",
        rows,
        |row, c| {
            row.push_bind(c.0.0)
                .push_bind(c.1.as_slice())
                .push_bind(c.2.0);
        },
        ""
    )?;
    Ok(())
}

/// The first message that a mail became in a tenant.
pub async fn result_of(
    tx: &mut Tx,
    tenant: TenantId,
    id: InboundId,
) -> Result<Option<(Option<TicketId>, Option<MessageId>)>, StoreError> {
    let found = sql!(
        tx,
        fetch_optional(Option<Uuid>, Option<Uuid>),
        "SELECT ticket_id, message_id FROM inbound_results WHERE tenant_id = $1 AND inbound_id = $2 ORDER BY position LIMIT CAST(1 AS BIGINT)",
        tenant.0,
        id.0
    )?;
    Ok(found.map(|(ticket, message)| (ticket.map(TicketId), message.map(MessageId))))
}

/// How many mails are in each state, for metrics and health.
pub async fn counts_all_tenants(tx: &mut Tx) -> Result<Vec<(String, i64)>, StoreError> {
    sql!(
        tx,
        fetch_all(String, i64),
        "SELECT state, count(*) FROM inbound WHERE state IN ('spooled', 'quarantined') GROUP BY state"
    )
}

/// The oldest mail that waits to be processed.
pub async fn oldest_waiting_all_tenants(tx: &mut Tx) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(sql!(tx, maybe Option<DateTime<Utc>>, "SELECT min(received_at) FROM inbound WHERE state = 'spooled'")?.flatten())
}
