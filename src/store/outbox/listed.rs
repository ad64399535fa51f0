//! Outgoing rows as they are listed for people and programs.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Audience, Channel, OutboxState};
use crate::domain::ids::{MessageId, OutboxId, TenantId, TicketId};
use crate::store::{StoreError, Tx, word};

/// An outgoing row as it is listed.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its id.
    pub id: OutboxId,
    /// Whose.
    pub tenant: Option<TenantId>,
    /// By which way.
    pub channel: Channel,
    /// Whom it is for.
    pub audience: Audience,
    /// About which ticket.
    pub ticket: Option<TicketId>,
    /// What people call that ticket.
    pub ticket_key: Option<String>,
    /// The message it delivers or announces.
    pub message: Option<MessageId>,
    /// The one address, topic or URL it goes to.
    pub recipient: String,
    /// Its Message-ID.
    pub mail_id: Option<String>,
    /// Where it stands.
    pub state: OutboxState,
    /// It waits because its server or mailbox rests.
    pub paused: bool,
    /// It was uncertain once.
    pub was_uncertain: bool,
    /// Attempts so far.
    pub attempts: i64,
    /// When it is tried next.
    pub next_attempt_at: DateTime<Utc>,
    /// The server's last words.
    pub last_reply: Option<String>,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When the server took it.
    pub sent_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: Uuid,
    tenant_id: Option<Uuid>,
    channel: String,
    audience: String,
    ticket_id: Option<Uuid>,
    ticket_prefix: Option<String>,
    number: Option<i64>,
    message_id: Option<Uuid>,
    recipient: String,
    mail_id: Option<String>,
    state: String,
    paused_until: Option<DateTime<Utc>>,
    was_uncertain: bool,
    attempts: i64,
    next_attempt_at: DateTime<Utc>,
    last_reply: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
}

impl ListedRow {
    fn into_listed(self, now: DateTime<Utc>) -> Result<Listed, StoreError> {
        let state = word(("outbox", "state"), self.id, &self.state)?;
        let waits = matches!(state, OutboxState::Pending | OutboxState::Deferred);
        Ok(Listed {
            channel: word(("outbox", "channel"), self.id, &self.channel)?,
            audience: word(("outbox", "audience"), self.id, &self.audience)?,
            state,
            paused: waits && self.paused_until.is_some_and(|until| until > now),
            ticket_key: self
                .ticket_prefix
                .zip(self.number)
                .map(|(prefix, number)| format!("{prefix}-{number}")),
            id: OutboxId(self.id),
            tenant: self.tenant_id.map(TenantId),
            ticket: self.ticket_id.map(TicketId),
            message: self.message_id.map(MessageId),
            recipient: self.recipient,
            mail_id: self.mail_id,
            was_uncertain: self.was_uncertain,
            attempts: self.attempts,
            next_attempt_at: self.next_attempt_at,
            last_reply: self.last_reply,
            created_at: self.created_at,
            updated_at: self.updated_at,
            sent_at: self.sent_at,
        })
    }
}

const LIST: &str = "SELECT o.id, o.tenant_id, o.channel, o.audience, o.ticket_id, n.ticket_prefix, t.number, o.message_id, o.recipient, o.mail_id, o.state,
    CASE WHEN o.channel = 'ntfy' THEN y.paused_until WHEN a.smtp_paused_until IS NULL THEN m.paused_until WHEN m.paused_until > a.smtp_paused_until THEN m.paused_until ELSE a.smtp_paused_until END AS paused_until,
    o.was_uncertain, o.attempts, o.next_attempt_at, o.last_reply, o.created_at, o.updated_at, o.sent_at
    FROM outbox o LEFT JOIN tickets t ON t.tenant_id = o.tenant_id AND t.id = o.ticket_id LEFT JOIN tenants n ON n.id = o.tenant_id
    LEFT JOIN accounts a ON a.id = o.account_id LEFT JOIN mailboxes m ON m.tenant_id = o.tenant_id AND m.id = o.mailbox_id
    LEFT JOIN ntfy y ON y.tenant_id = o.tenant_id WHERE 1 = 1";

/// Which rows to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// One tenant's; absent: everything.
    pub tenant: Option<TenantId>,
    /// Only this one.
    pub id: Option<OutboxId>,
    /// Only these states; empty is all.
    pub states: Vec<OutboxState>,
    /// Older than this one.
    pub before: Option<OutboxId>,
    /// How many.
    pub limit: i64,
}

/// Lists rows, newest first.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    now: DateTime<Utc>,
) -> Result<Vec<Listed>, StoreError> {
    let rows = build!(tx, LIST, |q| {
        if let Some(tenant) = filter.tenant { q.push(" AND o.tenant_id = ").push_bind(tenant.0); }
        if let Some(id) = filter.id { q.push(" AND o.id = ").push_bind(id.0); }
        if let Some(before) = filter.before { q.push(" AND o.id < ").push_bind(before.0); }
        if !filter.states.is_empty() {
            q.push(" AND o.state IN (");
            let mut list = q.separated(", ");
            for state in &filter.states { list.push_bind(state.as_str()); }
            q.push(")");
        }
        q.push(" ORDER BY o.id DESC LIMIT ").push_bind(filter.limit);
    }, fetch_all ListedRow)?;
    rows.into_iter().map(|row| row.into_listed(now)).collect()
}

/// The customers' deliveries of these messages, in the order of queueing.
pub async fn deliveries(
    tx: &mut Tx,
    tenant: TenantId,
    messages: &[MessageId],
    now: DateTime<Utc>,
) -> Result<Vec<Listed>, StoreError> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(tx, LIST, |q| {
        q.push(" AND o.tenant_id = ").push_bind(tenant.0).push(" AND o.audience = 'customer' AND o.message_id IN (");
        let mut list = q.separated(", ");
        for id in messages { list.push_bind(id.0); }
        q.push(") ORDER BY o.id");
    }, fetch_all ListedRow)?;
    rows.into_iter().map(|row| row.into_listed(now)).collect()
}
