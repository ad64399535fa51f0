//! The queue of everything that goes out: one row per recipient, written in the transaction of whatever
//! caused it, with its final bytes. Nothing is sent that is not a row here.
//!
//! `pending → sending → final_dot → sent | deferred | failed | uncertain`. `final_dot` is committed before the
//! first byte of the body goes out: found there after a crash, a row may have been delivered, and nobody knows.

mod claim;
mod listed;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::domain::ids::{AccountId, MailboxId, MessageId, OutboxId, TenantId, TicketId};
use crate::store::{StoreError, Tx, dialect, word};

pub use claim::{Claimed, Through, body, claim_all_tenants, next_due_all_tenants};
pub use listed::{Filter, Listed, deliveries, list};

words! {
    /// By which way something goes out.
    pub enum Channel {
        /// Mail, by SMTP.
        Email = "email",
        /// A push notice.
        Ntfy = "ntfy",
        /// A call to a program.
        Webhook = "webhook",
    }
}

words! {
    /// Whom it is for. A row for a customer never refers to a note (A35).
    pub enum Audience {
        /// Somebody outside.
        Customer = "customer",
        /// One of the tenant's people, or their programs.
        Agent = "agent",
    }
}

words! {
    /// Where an outgoing row stands.
    pub enum OutboxState {
        /// Waits for its turn.
        Pending = "pending",
        /// In hand; nothing of its body has left yet.
        Sending = "sending",
        /// Its body is on the way: the point of no return.
        FinalDot = "final_dot",
        /// The server took it.
        Sent = "sent",
        /// The server said: later.
        Deferred = "deferred",
        /// The connection was lost after the body: it may have been delivered, or not.
        Uncertain = "uncertain",
        /// The server said: never.
        Failed = "failed",
        /// Waits for a person.
        Held = "held",
        /// A person, or a later event, took it back.
        Cancelled = "cancelled",
    }
}

impl OutboxState {
    /// The word that people and programs see: the point of no return is still sending.
    pub const fn public(self) -> &'static str {
        match self {
            Self::FinalDot => "sending",
            other => other.as_str(),
        }
    }
}

/// A row to be queued.
#[derive(Debug, Clone)]
pub struct NewOutbox {
    /// Its id.
    pub id: OutboxId,
    /// Whose; absent for the platform's own.
    pub tenant: Option<TenantId>,
    /// By which way.
    pub channel: Channel,
    /// Whom it is for.
    pub audience: Audience,
    /// The account that sends it.
    pub account: Option<AccountId>,
    /// The mailbox it speaks for.
    pub mailbox: Option<MailboxId>,
    /// About which ticket.
    pub ticket: Option<TicketId>,
    /// The message it delivers or announces.
    pub message: Option<MessageId>,
    /// What made it; unique with recipient and channel, so that a second run queues nothing.
    pub cause: String,
    /// The one address, topic or URL it goes to.
    pub recipient: String,
    /// The return path; empty is the null one.
    pub envelope_from: String,
    /// Its Message-ID without brackets.
    pub mail_id: Option<String>,
    /// Its final bytes, compressed.
    pub body: Vec<u8>,
    /// Not before.
    pub send_at: DateTime<Utc>,
}

/// Queues rows. Rows that are already there (same cause, recipient, channel) stay as they are.
pub async fn insert_all(
    tx: &mut Tx,
    items: &[NewOutbox],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    rows!(tx, "INSERT INTO outbox (id, tenant_id, channel, audience, account_id, mailbox_id, ticket_id, message_id, cause, recipient, envelope_from, mail_id, body, state,
        was_uncertain, attempts, next_attempt_at, claimed_by, claimed_until, last_reply, warned, created_at, updated_at, sent_at)", items, |row, o| {
        row.push_bind(o.id.0).push_bind(o.tenant.map(|x| x.0)).push_bind(o.channel.as_str()).push_bind(o.audience.as_str()).push_bind(o.account.map(|x| x.0))
            .push_bind(o.mailbox.map(|x| x.0)).push_bind(o.ticket.map(|x| x.0)).push_bind(o.message.map(|x| x.0)).push_bind(&o.cause).push_bind(&o.recipient)
            .push_bind(&o.envelope_from).push_bind(o.mail_id.as_deref()).push_bind(o.body.as_slice()).push("'pending', FALSE, CAST(0 AS BIGINT)")
            .push_bind(o.send_at).push("NULL, NULL, NULL, FALSE").push_bind(now).push_bind(now).push("NULL");
    }, "ON CONFLICT DO NOTHING")?;
    Ok(())
}

/// Marks rows as past the point of no return. Committed before their bodies go out. Gives those that this node
/// still holds: a row whose lease ran out belongs to somebody else now, and must not be sent.
pub async fn mark_final_dot(
    tx: &mut Tx,
    node: &str,
    ids: &[OutboxId],
    now: DateTime<Utc>,
) -> Result<Vec<OutboxId>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let held = build!(tx, "UPDATE outbox SET state = 'final_dot', updated_at = ", |q| {
        q.push_bind(now).push(" WHERE state = 'sending' AND claimed_by = ").push_bind(node).push(" AND claimed_until > ").push_bind(now).push(" AND id IN (");
        let mut list = q.separated(", ");
        for id in ids { list.push_bind(id.0); }
        q.push(") RETURNING id");
    }, scalars Uuid)?;
    Ok(held.into_iter().map(OutboxId).collect())
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub struct Ending {
    /// Which row.
    pub id: OutboxId,
    /// Where it stands now.
    pub state: OutboxState,
    /// The server's words, or ours.
    pub reply: String,
    /// When to try again; ignored for final states.
    pub next_attempt_at: DateTime<Utc>,
    /// The attempt did not count: the server refused us, not this row.
    pub uncounted: bool,
}

/// Writes how attempts ended.
pub async fn finish_all(
    tx: &mut Tx,
    node: &str,
    endings: &[Ending],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (sent, others): (Vec<_>, Vec<_>) =
        endings.iter().partition(|e| e.state == OutboxState::Sent);
    for chunk in sent.chunks(dialect::ROWS_PER_STATEMENT) {
        // The usual case in one statement; the reply is the last one's, and they differ in a queue id at most.
        build!(
            tx,
            "UPDATE outbox SET state = 'sent', claimed_by = NULL, claimed_until = NULL, sent_at = ",
            |q| {
                q.push_bind(now)
                    .push(", updated_at = ")
                    .push_bind(now)
                    .push(", last_reply = CASE id");
                for ending in chunk {
                    q.push(" WHEN ")
                        .push_bind(ending.id.0)
                        .push(" THEN ")
                        .push_bind(ending.reply.as_str());
                }
                q.push(" END WHERE claimed_by = ")
                    .push_bind(node)
                    .push(" AND id IN (");
                let mut list = q.separated(", ");
                for ending in chunk {
                    list.push_bind(ending.id.0);
                }
                q.push(")");
            },
            execute
        )?;
    }
    for ending in others {
        sql!(
            tx, execute,
            "UPDATE outbox SET state = $2, last_reply = $3, next_attempt_at = $4, claimed_by = NULL, claimed_until = NULL, updated_at = $5,
               attempts = attempts - $6, was_uncertain = (was_uncertain = TRUE OR $2 = 'uncertain') WHERE id = $1 AND claimed_by = $7",
            ending.id.0, ending.state.as_str(), ending.reply.as_str(), ending.next_attempt_at, now, i64::from(ending.uncounted), node
        )?;
    }
    Ok(())
}

/// When an uncertain row is tried once more; a second loss is final, and this is when: never.
pub const NEVER: DateTime<Utc> = match DateTime::from_timestamp(253_370_764_800, 0) {
    Some(year_9999) => year_9999,
    None => DateTime::<Utc>::MAX_UTC,
};

/// After a stop of `node`, or when a lease ran out: rows still before the point of no return are tried again at
/// once, rows past it are uncertain. Returns how many of each.
pub async fn recover_all_tenants(
    tx: &mut Tx,
    node: &str,
    now: DateTime<Utc>,
) -> Result<(u64, u64), StoreError> {
    let again = sql!(
        tx, execute,
        "UPDATE outbox SET state = 'pending', attempts = attempts - 1, claimed_by = NULL, claimed_until = NULL, updated_at = $2
         WHERE state = 'sending' AND (claimed_by = $1 OR claimed_until < $2)",
        node, now
    )?;
    let lost = sql!(
        tx, execute,
        "UPDATE outbox SET state = 'uncertain', next_attempt_at = CASE WHEN was_uncertain = TRUE THEN $4 ELSE $3 END, was_uncertain = TRUE,
           last_reply = 'the connection or the program ended after the body was sent and before the server answered',
           claimed_by = NULL, claimed_until = NULL, updated_at = $2
         WHERE state = 'final_dot' AND (claimed_by = $1 OR claimed_until < $2)",
        node, now, now + Duration::minutes(10), NEVER
    )?;
    Ok((again, lost))
}

/// A server works again: all that waited because of the connection goes out now.
pub async fn release_account(
    tx: &mut Tx,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE outbox SET next_attempt_at = $2, updated_at = $2 WHERE account_id = $1 AND state = 'pending' AND attempts > 0 AND next_attempt_at > $2",
        account.0,
        now
    )
}

/// A server refuses this sender: the mailbox rests until then.
pub async fn pause_mailbox(
    tx: &mut Tx,
    tenant: TenantId,
    mailbox: MailboxId,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE mailboxes SET paused_until = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        mailbox.0,
        until
    )?;
    Ok(())
}

/// Keeps rows back that were queued just now: nothing sends them before a person asks for it.
pub async fn hold_all(tx: &mut Tx, rows: &[(TenantId, OutboxId)]) -> Result<(), StoreError> {
    for (tenant, id) in rows {
        sql!(
            tx,
            execute,
            "UPDATE outbox SET state = 'held' WHERE tenant_id = $1 AND id = $2 AND state = 'pending'",
            tenant.0,
            id.0
        )?;
    }
    Ok(())
}

/// Forgets calls that were kept back for a program that was switched off, from before `until`. Gives how many.
pub async fn forget_held_calls_all_tenants(
    tx: &mut Tx,
    until: DateTime<Utc>,
) -> Result<u64, StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM outbox WHERE channel = 'webhook' AND state = 'held' AND created_at < $1",
        until
    )
}

/// A person wants a row tried now: deferred, failed, uncertain and paused ones.
pub async fn retry(
    tx: &mut Tx,
    tenant: Option<TenantId>,
    id: OutboxId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = build!(
        tx,
        "UPDATE outbox SET state = 'pending', next_attempt_at = ",
        |q| {
            q.push_bind(now).push(", updated_at = ").push_bind(now)
            .push(" WHERE state IN ('deferred', 'failed', 'uncertain', 'pending', 'held') AND id = ").push_bind(id.0);
            if let Some(tenant) = tenant {
                q.push(" AND tenant_id = ").push_bind(tenant.0);
            }
        },
        execute
    )?;
    if changed == 1 {
        // Trying at once means also not waiting for the end of a rest.
        sql!(
            tx,
            execute,
            "UPDATE accounts SET smtp_paused_until = NULL WHERE id = (SELECT account_id FROM outbox WHERE id = $1)",
            id.0
        )?;
        sql!(
            tx,
            execute,
            "UPDATE mailboxes SET paused_until = NULL WHERE id = (SELECT mailbox_id FROM outbox WHERE id = $1)",
            id.0
        )?;
    }
    Ok(changed == 1)
}

/// A person takes a row back, if it has not gone out.
pub async fn cancel(
    tx: &mut Tx,
    tenant: Option<TenantId>,
    id: OutboxId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = build!(
        tx,
        "UPDATE outbox SET state = 'cancelled', updated_at = ",
        |q| {
            q.push_bind(now)
                .push(" WHERE state IN ('pending', 'deferred', 'uncertain', 'held') AND id = ")
                .push_bind(id.0);
            if let Some(tenant) = tenant {
                q.push(" AND tenant_id = ").push_bind(tenant.0);
            }
        },
        execute
    )?;
    Ok(changed == 1)
}

/// A report says that a sent row was not delivered after all (or is late). Gives the row's address if it is ours.
pub async fn bounced(
    tx: &mut Tx,
    tenant: TenantId,
    id: OutboxId,
    (failed, words): (bool, &str),
    now: DateTime<Utc>,
) -> Result<Option<(Option<MessageId>, String)>, StoreError> {
    let found = sql!(
        tx,
        fetch_optional(Option<Uuid>, String),
        "UPDATE outbox SET state = CASE WHEN $3 = TRUE THEN 'failed' ELSE state END, last_reply = $4, updated_at = $5 WHERE tenant_id = $1 AND id = $2 RETURNING message_id, recipient",
        tenant.0,
        id.0,
        failed,
        words,
        now
    )?;
    Ok(found.map(|(message, recipient)| (message.map(MessageId), recipient)))
}

/// A row that went out as a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailed {
    /// Which row.
    pub id: OutboxId,
    /// About which ticket.
    pub ticket: Option<TicketId>,
    /// The address it went to.
    pub recipient: String,
    /// Whom it was for.
    pub audience: Audience,
}

/// The row that went out under this Message-ID.
pub async fn by_mail_id(
    tx: &mut Tx,
    tenant: TenantId,
    mail_id: &str,
) -> Result<Option<Mailed>, StoreError> {
    let found = sql!(
        tx,
        fetch_optional(Uuid, Option<Uuid>, String, String),
        "SELECT id, ticket_id, recipient, audience FROM outbox WHERE tenant_id = $1 AND mail_id = $2",
        tenant.0,
        mail_id
    )?;
    found
        .map(|(id, ticket, recipient, audience)| {
            Ok(Mailed {
                audience: word(("outbox", "audience"), id, &audience)?,
                id: OutboxId(id),
                ticket: ticket.map(TicketId),
                recipient,
            })
        })
        .transpose()
}

/// How many rows wait in each state, and since when the oldest one does, for metrics and health.
pub async fn counts_all_tenants(
    tx: &mut Tx,
) -> Result<Vec<(String, String, i64, DateTime<Utc>)>, StoreError> {
    sql!(
        tx,
        fetch_all(String, String, i64, DateTime<Utc>),
        "SELECT channel, state, count(*), min(created_at) FROM outbox WHERE state IN ('pending', 'sending', 'final_dot', 'deferred', 'uncertain') GROUP BY channel, state"
    )
}
