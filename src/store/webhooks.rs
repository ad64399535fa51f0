//! Webhooks, and how their calls went.

use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::{OutboxId, TenantId, WebhookId};
use crate::domain::webhook::Standing;
use crate::door::Cell;
use crate::store::accounts::StoredPassword;
use crate::store::{StoreError, Tx};

/// How long calls are remembered.
const KEPT: Duration = Duration::days(30);

/// A program of the tenant's that wants to hear of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Where to.
    pub url: String,
    /// Which events; none named means every one.
    pub events: Vec<String>,
    /// What signs the calls.
    pub secret: StoredPassword,
    /// The secret before, sealed, and until when it signs too.
    pub old_secret: Option<(Vec<u8>, DateTime<Utc>)>,
    /// Switched on.
    pub active: bool,
    /// Named by the operator, so it may be anywhere; otherwise only on the public internet.
    pub trusted: bool,
    /// Since when no call was taken.
    pub failing_since: Option<DateTime<Utc>>,
    /// Why it was switched off by itself.
    pub given_up: Option<String>,
}

impl Webhook {
    /// A webhook that was never called.
    pub const fn new(id: WebhookId, url: String, trusted: bool) -> Self {
        Self {
            id,
            url,
            events: Vec::new(),
            secret: StoredPassword {
                sealed: None,
                env: None,
            },
            old_secret: None,
            active: true,
            trusted,
            failing_since: None,
            given_up: None,
        }
    }

    /// For which place the secret of a tenant's webhook is sealed. The row in it is made from the address.
    pub fn secret_cell(tenant: TenantId, url: &str) -> Cell<'static> {
        let digest = Sha256::digest(url.as_bytes());
        let row = Uuid::from_bytes(std::array::from_fn(|i| digest[i]));
        Cell {
            table: "webhooks",
            column: "secret",
            tenant: Some(tenant.0),
            row,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    tenant_id: Uuid,
    id: Uuid,
    url: String,
    #[sqlx(json)]
    events: Vec<String>,
    secret: Option<Vec<u8>>,
    secret_env: Option<String>,
    old_secret: Option<Vec<u8>>,
    old_until: Option<DateTime<Utc>>,
    active: bool,
    trusted: bool,
    failing_since: Option<DateTime<Utc>>,
    given_up: Option<String>,
}

/// Every webhook of every tenant.
pub async fn all_tenants(tx: &mut Tx) -> Result<Vec<(TenantId, Webhook)>, StoreError> {
    let rows = sql!(
        tx, fetch_all Row,
        "SELECT tenant_id, id, url, events, secret, secret_env, old_secret, old_until, active, trusted, failing_since, given_up
         FROM webhooks ORDER BY tenant_id, url"
    )?;
    let webhook = |row: Row| Webhook {
        id: WebhookId(row.id),
        url: row.url,
        events: row.events,
        secret: StoredPassword {
            sealed: row.secret,
            env: row.secret_env,
        },
        old_secret: row.old_secret.zip(row.old_until),
        active: row.active,
        trusted: row.trusted,
        failing_since: row.failing_since,
        given_up: row.given_up,
    };
    Ok(rows
        .into_iter()
        .map(|row| (TenantId(row.tenant_id), webhook(row)))
        .collect())
}

/// Creates a webhook, or changes the one with the same id; its address stays.
pub async fn put(
    tx: &mut Tx,
    tenant: TenantId,
    w: &Webhook,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (old, until) = w
        .old_secret
        .as_ref()
        .map(|(old, until)| (old.as_slice(), *until))
        .unzip();
    sql!(
        tx, execute,
        "INSERT INTO webhooks (tenant_id, id, url, events, secret, secret_env, old_secret, old_until, active, trusted, failing_since, given_up, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
         ON CONFLICT (tenant_id, id) DO UPDATE SET events = excluded.events, secret = excluded.secret, secret_env = excluded.secret_env,
           old_secret = excluded.old_secret, old_until = excluded.old_until, active = excluded.active, trusted = excluded.trusted,
           failing_since = excluded.failing_since, given_up = excluded.given_up, updated_at = excluded.updated_at",
        tenant.0, w.id.0, &w.url, Json(&w.events), w.secret.sealed.as_deref(), w.secret.env.as_deref(), old, until, w.active, w.trusted,
        w.failing_since, w.given_up.as_deref(), now
    )?;
    Ok(())
}

/// Takes a webhook away, with the memory of its calls.
pub async fn remove(tx: &mut Tx, tenant: TenantId, id: WebhookId) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM webhooks WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id.0
    )?;
    Ok(())
}

/// Writes down how a webhook stands. True if it was switched off by this.
pub async fn stand(
    tx: &mut Tx,
    tenant: TenantId,
    id: WebhookId,
    standing: Standing,
) -> Result<bool, StoreError> {
    let changed = match standing {
        Standing::Works => sql!(
            tx,
            execute,
            "UPDATE webhooks SET failing_since = NULL WHERE tenant_id = $1 AND id = $2 AND failing_since IS NOT NULL",
            tenant.0,
            id.0
        )?,
        Standing::FailingSince(since) => sql!(
            tx,
            execute,
            "UPDATE webhooks SET failing_since = $3 WHERE tenant_id = $1 AND id = $2 AND failing_since IS NULL",
            tenant.0,
            id.0,
            since
        )?,
        Standing::GivenUp(why) => sql!(
            tx,
            execute,
            "UPDATE webhooks SET active = FALSE, given_up = $3 WHERE tenant_id = $1 AND id = $2 AND active = TRUE",
            tenant.0,
            id.0,
            why
        )?,
    };
    Ok(changed > 0 && matches!(standing, Standing::GivenUp(_)))
}

/// One call and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its id, by time.
    pub id: Uuid,
    /// Whom it called.
    pub webhook: WebhookId,
    /// What was told: the outgoing row, whose id every repetition carries.
    pub item: OutboxId,
    /// When.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The answer's status, if there was one.
    pub status: Option<i64>,
    /// The beginning of the answer, or why there is none.
    pub answer: String,
}

/// Remembers calls, and forgets those of thirty days ago.
pub async fn remember(
    tx: &mut Tx,
    tenant: TenantId,
    calls: &[Call],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO webhook_calls (tenant_id, id, webhook_id, outbox_id, at, took_ms, status, answer)",
        calls,
        |row, call| {
            row.push_bind(tenant.0)
                .push_bind(call.id)
                .push_bind(call.webhook.0)
                .push_bind(call.item.0)
                .push_bind(call.at)
                .push_bind(call.took_ms)
                .push_bind(call.status)
                .push_bind(&call.answer);
        },
        "ON CONFLICT DO NOTHING"
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM webhook_calls WHERE at < $1",
        now - KEPT
    )?;
    Ok(())
}

/// A call as its log shows it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LoggedCall {
    /// Its id.
    pub id: Uuid,
    /// What was told.
    pub outbox_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The answer's status.
    pub status: Option<i64>,
    /// The beginning of the answer, or why there is none.
    pub answer: String,
    /// What was sent, compressed; absent once the outgoing row is gone.
    pub body: Option<Vec<u8>>,
}

/// A webhook's calls, the newest first, from before `before`.
pub async fn calls(
    tx: &mut Tx,
    tenant: TenantId,
    webhook: WebhookId,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<LoggedCall>, StoreError> {
    sql!(
        tx, fetch_all LoggedCall,
        "SELECT c.id, c.outbox_id, c.at, c.took_ms, c.status, c.answer, o.body FROM webhook_calls c LEFT JOIN outbox o ON o.id = c.outbox_id
         WHERE c.tenant_id = $1 AND c.webhook_id = $2 AND c.id < $3 ORDER BY c.id DESC LIMIT $4",
        tenant.0, webhook.0, before.unwrap_or(Uuid::max()), limit
    )
}

/// Tells a webhook again what it was told, or was to be told, from `since` until `until`: the same items with the same ids.
/// What is on its way already is left alone. Gives how many.
pub async fn replay(
    tx: &mut Tx,
    tenant: TenantId,
    url: &str,
    (since, until): (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    sql!(
        tx, execute,
        "UPDATE outbox SET state = 'pending', attempts = CAST(0 AS BIGINT), next_attempt_at = $5, updated_at = $5 WHERE tenant_id = $1 AND channel = 'webhook'
           AND recipient = $2 AND created_at >= $3 AND created_at <= $4 AND state IN ('sent', 'failed', 'deferred', 'cancelled', 'uncertain', 'held')",
        tenant.0, url, since, until, now
    )
}

/// Tells one item again. False if there is no such item of this webhook that could be.
pub async fn replay_one(
    tx: &mut Tx,
    tenant: TenantId,
    url: &str,
    item: OutboxId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = sql!(
        tx, execute,
        "UPDATE outbox SET state = 'pending', attempts = CAST(0 AS BIGINT), next_attempt_at = $4, updated_at = $4 WHERE tenant_id = $1 AND channel = 'webhook'
           AND recipient = $2 AND id = $3 AND state IN ('sent', 'failed', 'deferred', 'cancelled', 'uncertain', 'held')",
        tenant.0, url, item.0, now
    )?;
    Ok(changed > 0)
}
