//! The queue of everything that goes out: one row per recipient, written in the transaction of whatever
//! caused it, with its final bytes. Nothing is sent that is not a row here.
//!
//! `pending → sending → final_dot → sent | deferred | failed | uncertain`. `final_dot` is committed before the
//! first byte of the body goes out: found there after a crash, a row may have been delivered, and nobody knows.

mod listed;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::domain::ids::{AccountId, MailboxId, MessageId, OutboxId, TenantId, TicketId};
use crate::store::{StoreError, Tx, dialect, word};

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

/// A row in hand.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Its id.
    pub id: OutboxId,
    /// Whose.
    pub tenant: Option<TenantId>,
    /// The account that sends it.
    pub account: Option<AccountId>,
    /// The mailbox it speaks for.
    pub mailbox: Option<MailboxId>,
    /// About which ticket.
    pub ticket: Option<TicketId>,
    /// The message it delivers or announces.
    pub message: Option<MessageId>,
    /// Whom it is for.
    pub audience: Audience,
    /// The one address, topic or URL it goes to.
    pub recipient: String,
    /// The return path.
    pub envelope_from: String,
    /// Its final bytes, compressed. Absent if they are many: whoever sends them reads them with [`body`], a few at a
    /// time.
    pub body: Option<Vec<u8>>,
    /// Attempts before this one.
    pub attempts: i64,
    /// It was uncertain before: another loss is final.
    pub was_uncertain: bool,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: Uuid,
    tenant_id: Option<Uuid>,
    account_id: Option<Uuid>,
    mailbox_id: Option<Uuid>,
    ticket_id: Option<Uuid>,
    message_id: Option<Uuid>,
    audience: String,
    recipient: String,
    envelope_from: String,
    body: Option<Vec<u8>>,
    attempts: i64,
    was_uncertain: bool,
    created_at: DateTime<Utc>,
}

impl ClaimedRow {
    fn into_claimed(self) -> Result<Claimed, StoreError> {
        Ok(Claimed {
            audience: word(("outbox", "audience"), self.id, &self.audience)?,
            id: OutboxId(self.id),
            tenant: self.tenant_id.map(TenantId),
            account: self.account_id.map(AccountId),
            mailbox: self.mailbox_id.map(MailboxId),
            ticket: self.ticket_id.map(TicketId),
            message: self.message_id.map(MessageId),
            recipient: self.recipient,
            envelope_from: self.envelope_from,
            body: self.body,
            attempts: self.attempts,
            was_uncertain: self.was_uncertain,
            created_at: self.created_at,
        })
    }
}

/// Through which accounts rows are claimed.
#[derive(Debug, Clone, Copy)]
pub enum Through<'a> {
    /// Through these.
    Only(&'a [AccountId]),
    /// Through all others, and through none.
    AllBut(&'a [AccountId]),
}

/// Takes due rows in hand, in turns over the tenants, so that one tenant's thousand never delays another's one, and
/// at most `share` of each account. Skips accounts and mailboxes that rest, and rows whose predecessor to the same
/// person about the same ticket has not been tried yet.
pub async fn claim_all_tenants(
    tx: &mut Tx,
    (channel, through): (Channel, Through<'_>),
    node: &str,
    (limit, share): (i64, i64),
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Claimed>, StoreError> {
    let ids = build!(
        tx,
        "SELECT id FROM (SELECT id, turn, row_number() OVER (PARTITION BY account_id ORDER BY turn, id) AS place FROM (
           SELECT o.id, o.account_id, row_number() OVER (PARTITION BY o.tenant_id ORDER BY o.next_attempt_at, o.id) AS turn FROM outbox o
           LEFT JOIN accounts a ON a.id = o.account_id LEFT JOIN mailboxes m ON m.tenant_id = o.tenant_id AND m.id = o.mailbox_id
           WHERE o.state IN ('pending', 'deferred', 'uncertain') AND o.channel = ",
        |q| {
            q.push_bind(channel.as_str()).push(" AND o.next_attempt_at <= ").push_bind(now);
            q.push(" AND (a.smtp_paused_until IS NULL OR a.smtp_paused_until <= ").push_bind(now);
            q.push(") AND (m.paused_until IS NULL OR m.paused_until <= ").push_bind(now).push(")");
            let accounts = match through {
                Through::Only(accounts) => {
                    q.push(" AND o.account_id IN (");
                    accounts
                }
                Through::AllBut(accounts) => {
                    q.push(" AND (o.account_id IS NULL OR o.account_id NOT IN (");
                    accounts
                }
            };
            // The states of `p` are named twice: so, a database sees that its partial index will do, and does not read
            // every older row for each. A list must not be empty; no account has this id.
            let mut list = q.separated(", ");
            list.push_bind(Uuid::nil());
            for account in accounts { list.push_bind(account.0); }
            q.push(if matches!(through, Through::Only(_)) { ")" } else { "))" });
            q.push(" AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.ticket_id = o.ticket_id AND p.recipient = o.recipient AND p.id < o.id
               AND p.state IN ('pending', 'sending', 'final_dot', 'deferred', 'uncertain') AND ((p.state = 'pending' AND p.attempts = 0) OR p.state IN ('sending', 'final_dot')))
             ) AS due) AS shared WHERE place <= ").push_bind(share).push(" ORDER BY turn, id LIMIT ").push_bind(limit);
        },
        scalars Uuid
    )?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let lock = tx.pick(dialect::claim::SQLITE, dialect::claim::POSTGRES);
    let rows = build!(tx, "SELECT id, tenant_id, account_id, mailbox_id, ticket_id, message_id, audience, recipient, envelope_from,
        CASE WHEN length(body) <= 65536 THEN body END AS body, attempts, was_uncertain, created_at FROM outbox WHERE state IN ('pending', 'deferred', 'uncertain') AND id IN (", |q| {
        let mut list = q.separated(", ");
        for id in &ids { list.push_bind(*id); }
        q.push(") ORDER BY id").push(lock);
    }, fetch_all ClaimedRow)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    build!(
        tx,
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1, claimed_by = ",
        |q| {
            q.push_bind(node)
                .push(", claimed_until = ")
                .push_bind(until)
                .push(", updated_at = ")
                .push_bind(now)
                .push(" WHERE id IN (");
            let mut list = q.separated(", ");
            for row in &rows {
                list.push_bind(row.id);
            }
            q.push(")");
        },
        execute
    )?;
    rows.into_iter().map(ClaimedRow::into_claimed).collect()
}

/// The final bytes of a row, compressed.
pub async fn body(tx: &mut Tx, id: OutboxId) -> Result<Option<Vec<u8>>, StoreError> {
    sql!(
        tx,
        maybe Vec<u8>,
        "SELECT body FROM outbox WHERE id = $1",
        id.0
    )
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

/// When the next row of a channel is due; absent when none waits.
pub async fn next_due_all_tenants(
    tx: &mut Tx,
    channel: Channel,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    // A row of a resting account is due when the rest ends, not before.
    Ok(sql!(
        tx, maybe Option<DateTime<Utc>>,
        "SELECT min(CASE WHEN a.smtp_paused_until > o.next_attempt_at THEN a.smtp_paused_until ELSE o.next_attempt_at END)
         FROM outbox o LEFT JOIN accounts a ON a.id = o.account_id WHERE o.channel = $1 AND o.state IN ('pending', 'deferred', 'uncertain')",
        channel.as_str()
    )?
    .flatten())
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
