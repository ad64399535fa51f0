//! Received mails as they are listed for people and programs.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::InboundState;
use crate::domain::address::Party;
use crate::domain::ids::{BlobId, InboundId, MessageId, TenantId, TicketId};
use crate::domain::trace::Trace;
use crate::store::{StoreError, Tx, word};

/// A received mail as it is listed.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its id.
    pub id: InboundId,
    /// The account's name; `pipe` where there is none.
    pub account: String,
    /// Whose account it is; absent for the platform's and for a pipe.
    pub account_tenant: Option<TenantId>,
    /// What a pipe said: only for this tenant.
    pub only_tenant: Option<TenantId>,
    /// The folder.
    pub folder: String,
    /// Its UID.
    pub uid: Option<i64>,
    /// When it was taken in.
    pub received_at: DateTime<Utc>,
    /// Bytes on the server.
    pub size: i64,
    /// False if only its beginning was kept.
    pub complete: bool,
    /// History: nothing went out because of it.
    pub quiet: bool,
    /// From.
    pub sender: Party,
    /// To and Cc.
    pub recipients: Vec<Party>,
    /// Its subject.
    pub subject: String,
    /// Its Message-ID.
    pub message_id: Option<String>,
    /// Where it stands.
    pub state: InboundState,
    /// Why.
    pub reason: Option<String>,
    /// Failures so far.
    pub attempts: i64,
    /// The decisions.
    pub trace: Trace,
    /// Its raw bytes.
    pub blob: Option<BlobId>,
    /// What it became: tenant, ticket, message, outcome.
    pub results: Vec<(TenantId, Option<TicketId>, Option<MessageId>, String)>,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: Uuid,
    account: Option<String>,
    account_tenant: Option<Uuid>,
    only_tenant: Option<Uuid>,
    folder: String,
    uid: Option<i64>,
    received_at: DateTime<Utc>,
    size: i64,
    complete: bool,
    quiet: bool,
    #[sqlx(json)]
    sender: Party,
    #[sqlx(json)]
    recipients: Vec<Party>,
    subject: String,
    message_id: Option<String>,
    state: String,
    reason: Option<String>,
    attempts: i64,
    #[sqlx(json)]
    trace: Trace,
    blob_id: Option<Uuid>,
}

impl Listed {
    /// Whether its content is for those who run the platform: it came through the platform's own account, and is in
    /// nobody's ticket.
    pub fn is_the_platforms(&self) -> bool {
        self.account_tenant.is_none()
            && self.only_tenant.is_none()
            && self
                .results
                .iter()
                .all(|(_, _, message, _)| message.is_none())
    }
}

/// Which received mails to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What came through this tenant's own accounts, or was routed to it; absent: everything.
    pub tenant: Option<TenantId>,
    /// Only this one.
    pub id: Option<InboundId>,
    /// What came through the platform's own accounts, or by a pipe for nobody in particular.
    pub of_platform: bool,
    /// Only these states; empty is all.
    pub states: Vec<InboundState>,
    /// Only by the account of this name.
    pub account: Option<String>,
    /// Only where these words stand in sender, subject or reason.
    pub words: Option<String>,
    /// Taken in since.
    pub since: Option<DateTime<Utc>>,
    /// Older than this one.
    pub before: Option<InboundId>,
    /// How many.
    pub limit: i64,
}

/// Lists received mails, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Listed>, StoreError> {
    let rows = build!(tx, "SELECT i.id, a.name AS account, a.tenant_id AS account_tenant, i.only_tenant, i.folder, i.uid, i.received_at, i.size, i.complete, i.quiet, i.sender, i.recipients, i.subject, i.message_id, i.state, i.reason, i.attempts, i.trace, i.blob_id
        FROM inbound i LEFT JOIN accounts a ON a.id = i.account_id WHERE 1 = 1", |q| {
        if let Some(tenant) = filter.tenant {
            q.push(" AND (a.tenant_id = ").push_bind(tenant.0).push(" OR i.only_tenant = ").push_bind(tenant.0)
                .push(" OR EXISTS (SELECT 1 FROM inbound_results r WHERE r.tenant_id = ").push_bind(tenant.0).push(" AND r.inbound_id = i.id))");
        }
        if filter.of_platform { q.push(" AND a.tenant_id IS NULL AND i.only_tenant IS NULL"); }
        if let Some(account) = &filter.account { q.push(" AND a.name = ").push_bind(account.as_str()); }
        if let Some(since) = filter.since { q.push(" AND i.received_at >= ").push_bind(since); }
        if let Some(words) = &filter.words {
            let pattern = format!("%{}%", words.to_lowercase().replace(['%', '_', '\\'], "_"));
            q.push(" AND (lower(i.subject) LIKE ").push_bind(pattern.clone()).push(" OR lower(CAST(i.sender AS TEXT)) LIKE ").push_bind(pattern.clone())
                .push(" OR lower(COALESCE(i.reason, '')) LIKE ").push_bind(pattern).push(")");
        }
        if let Some(id) = filter.id { q.push(" AND i.id = ").push_bind(id.0); }
        if let Some(before) = filter.before { q.push(" AND i.id < ").push_bind(before.0); }
        if !filter.states.is_empty() {
            q.push(" AND i.state IN (");
            let mut list = q.separated(", ");
            for state in &filter.states { list.push_bind(state.as_str()); }
            q.push(")");
        }
        q.push(" ORDER BY i.id DESC LIMIT ").push_bind(filter.limit);
    }, fetch_all ListedRow)?;
    let results = results_of(tx, rows.iter().map(|row| row.id).collect(), filter.tenant).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Listed {
                state: word(("inbound", "state"), row.id, &row.state)?,
                results: results
                    .iter()
                    .filter(|r| r.0 == row.id)
                    .map(|r| {
                        (
                            TenantId(r.1),
                            r.2.map(TicketId),
                            r.3.map(MessageId),
                            r.4.clone(),
                        )
                    })
                    .collect(),
                id: InboundId(row.id),
                account: row.account.unwrap_or_else(|| "pipe".to_owned()),
                account_tenant: row.account_tenant.map(TenantId),
                only_tenant: row.only_tenant.map(TenantId),
                folder: row.folder,
                uid: row.uid,
                received_at: row.received_at,
                size: row.size,
                complete: row.complete,
                quiet: row.quiet,
                sender: row.sender,
                recipients: row.recipients,
                subject: row.subject,
                message_id: row.message_id,
                reason: row.reason,
                attempts: row.attempts,
                trace: row.trace,
                blob: row.blob_id.map(BlobId),
            })
        })
        .collect()
}

/// One received mail, if this tenant may know of it; any, for the platform.
pub async fn one(
    tx: &mut Tx,
    tenant: Option<TenantId>,
    id: InboundId,
) -> Result<Option<Listed>, StoreError> {
    let filter = Filter {
        tenant,
        id: Some(id),
        limit: 1,
        ..Filter::default()
    };
    Ok(list(tx, &filter).await?.pop())
}

/// Whether a mail concerns other tenants than this one too, so that a decision about it is not theirs alone.
pub async fn is_shared(tx: &mut Tx, tenant: TenantId, id: InboundId) -> Result<bool, StoreError> {
    let others = sql!(
        tx, scalar i64,
        "SELECT count(*) FROM inbound_results WHERE inbound_id = $1 AND tenant_id <> $2",
        id.0, tenant.0
    )?;
    Ok(others > 0)
}

type ResultTuple = (Uuid, Uuid, Option<Uuid>, Option<Uuid>, String);

async fn results_of(
    tx: &mut Tx,
    ids: Vec<Uuid>,
    tenant: Option<TenantId>,
) -> Result<Vec<ResultTuple>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    build!(tx, "SELECT inbound_id, tenant_id, ticket_id, message_id, outcome FROM inbound_results WHERE inbound_id IN (", |q| {
        let mut list = q.separated(", ");
        for id in ids { list.push_bind(id); }
        q.push(")");
        // What a mail became elsewhere is not this tenant's business.
        if let Some(tenant) = tenant { q.push(" AND tenant_id = ").push_bind(tenant.0); }
        q.push(" ORDER BY inbound_id, tenant_id, position");
    }, fetch_all ResultTuple)
}
