//! Tests of plus-addresses: the last mail that was sent to each mailbox's own, and what became of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{MailboxId, OutboxId, TenantId};
use crate::domain::mailbox::PlusState;
use crate::store::outbox::OutboxState;
use crate::store::{StoreError, Tx, word};

/// A mailbox of which nobody knows whether its plus-address works.
#[derive(Debug, Clone, Copy)]
pub struct Untested {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub mailbox: MailboxId,
    /// Whether the account that brings the mail back is connected: its own, or if that only sends, any.
    pub ready: bool,
}

/// A test whose mail has not come back in time.
#[derive(Debug, Clone)]
pub struct Late {
    /// Whose.
    pub tenant: TenantId,
    /// Which mailbox.
    pub mailbox: MailboxId,
    /// What became of the mail on its way out, and the server's words; None if it is there no more.
    pub sent: Option<(OutboxState, String)>,
    /// Whether the account that brings the mail back is connected.
    pub ready: bool,
}

/// Begins a test. What the last one showed holds until it ends.
pub async fn start(
    tx: &mut Tx,
    (tenant, mailbox): (TenantId, MailboxId),
    word: &str,
    outbox: OutboxId,
    ends_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO plus_tests (tenant_id, mailbox_id, word, outbox_id, state, because, open, ends_at, updated_at) VALUES ($1, $2, $3, $4, 'waiting', '', TRUE, $5, $6)
         ON CONFLICT (tenant_id, mailbox_id) DO UPDATE SET word = excluded.word, outbox_id = excluded.outbox_id, open = TRUE,
           ends_at = excluded.ends_at, updated_at = excluded.updated_at",
        tenant.0, mailbox.0, word, outbox.0, ends_at, now
    )?;
    Ok(())
}

/// Writes down how a test ended.
pub async fn end(
    tx: &mut Tx,
    tenant: TenantId,
    mailbox: MailboxId,
    (state, because): (PlusState, &str),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE plus_tests SET state = $3, because = $4, open = FALSE, updated_at = $5 WHERE tenant_id = $1 AND mailbox_id = $2",
        tenant.0,
        mailbox.0,
        state.as_str(),
        because,
        now
    )?;
    Ok(())
}

/// Gives a test more time.
pub async fn extend(
    tx: &mut Tx,
    tenant: TenantId,
    mailbox: MailboxId,
    ends_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE plus_tests SET ends_at = $3 WHERE tenant_id = $1 AND mailbox_id = $2",
        tenant.0,
        mailbox.0,
        ends_at
    )?;
    Ok(())
}

/// Whose tests have these words, whatever became of them.
pub async fn find_all_tenants(
    tx: &mut Tx,
    words: &[String],
) -> Result<Vec<(String, TenantId, MailboxId)>, StoreError> {
    let mut found = Vec::new();
    for word in words {
        let row = sql!(
            tx,
            fetch_optional(Uuid, Uuid),
            "SELECT tenant_id, mailbox_id FROM plus_tests WHERE word = $1",
            word
        )?;
        let row = row.map(|(tenant, mailbox)| (word.clone(), TenantId(tenant), MailboxId(mailbox)));
        found.extend(row);
    }
    Ok(found)
}

#[derive(sqlx::FromRow)]
struct LateRow {
    tenant_id: Uuid,
    mailbox_id: Uuid,
    state: Option<String>,
    last_reply: Option<String>,
    ready: bool,
}

/// Tests whose time is over.
pub async fn late_all_tenants(tx: &mut Tx, now: DateTime<Utc>) -> Result<Vec<Late>, StoreError> {
    let rows = sql!(
        tx, fetch_all LateRow,
        "SELECT p.tenant_id, p.mailbox_id, o.state, o.last_reply,
           EXISTS (SELECT 1 FROM accounts a WHERE a.active = TRUE AND a.imap IS NOT NULL AND a.state = 'ok'
             AND (a.id = m.account_id OR own.imap IS NULL AND (a.tenant_id IS NULL OR a.tenant_id = m.tenant_id))) AS ready
         FROM plus_tests p JOIN mailboxes m ON m.tenant_id = p.tenant_id AND m.id = p.mailbox_id LEFT JOIN accounts own ON own.id = m.account_id
           LEFT JOIN outbox o ON o.id = p.outbox_id WHERE p.open = TRUE AND p.ends_at <= $1 ORDER BY p.ends_at",
        now
    )?;
    rows.into_iter()
        .map(|row| {
            let state = row
                .state
                .map(|state| word(("outbox", "state"), row.mailbox_id, &state));
            let reply = row.last_reply.unwrap_or_default();
            Ok(Late {
                tenant: TenantId(row.tenant_id),
                mailbox: MailboxId(row.mailbox_id),
                sent: state.transpose()?.map(|state| (state, reply)),
                ready: row.ready,
            })
        })
        .collect()
}

/// When the next test's time is over.
pub async fn next_end_all_tenants(tx: &mut Tx) -> Result<Option<DateTime<Utc>>, StoreError> {
    let found = sql!(
        tx, maybe DateTime<Utc>,
        "SELECT ends_at FROM plus_tests WHERE open = TRUE ORDER BY ends_at LIMIT 1"
    )?;
    Ok(found)
}

/// Mailboxes that can send, were never tested, and of which nobody said whether their plus-address works.
pub async fn untested_all_tenants(tx: &mut Tx) -> Result<Vec<Untested>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid, bool),
        "SELECT m.tenant_id, m.id,
           EXISTS (SELECT 1 FROM accounts a WHERE a.active = TRUE AND a.imap IS NOT NULL AND a.state = 'ok'
             AND (a.id = s.id OR s.imap IS NULL AND (a.tenant_id IS NULL OR a.tenant_id = m.tenant_id))) AS ready
         FROM mailboxes m JOIN accounts s ON s.id = m.account_id JOIN tenants t ON t.id = m.tenant_id
         WHERE t.active = TRUE AND m.active = TRUE AND m.plus_chosen = FALSE AND s.active = TRUE AND s.smtp IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM plus_tests p WHERE p.tenant_id = m.tenant_id AND p.mailbox_id = m.id) ORDER BY m.id"
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, mailbox, ready)| Untested {
            tenant: TenantId(tenant),
            mailbox: MailboxId(mailbox),
            ready,
        })
        .collect())
}
