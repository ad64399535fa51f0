//! Accounts: where mail is fetched from and sent through, and how that is going.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::account::{AccountState, ImapSettings, ServerSettings};
use crate::domain::ids::{AccountId, TenantId};
use crate::domain::mailbox::AccountTrust;
use crate::door::Cell;
use crate::store::{StoreError, Tx, word};

/// A password as it is kept: sealed, or the name of an environment variable of the daemon.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredPassword {
    /// Sealed with the master key, for this row and column alone.
    pub sealed: Option<Vec<u8>>,
    /// Resolved by the daemon when it connects.
    pub env: Option<String>,
}

/// An account as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What routing needs to know of it; also its id, tenant and name.
    pub trust: AccountTrust,
    /// The IMAP side; absent if it only sends.
    pub imap: Option<ImapSettings>,
    /// Its password.
    pub imap_password: StoredPassword,
    /// The SMTP side; absent if it only receives.
    pub smtp: Option<ServerSettings>,
    /// Its password.
    pub smtp_password: StoredPassword,
    /// False: neither fetched nor sent through.
    pub active: bool,
}

impl Account {
    /// For which place its IMAP password is sealed.
    pub fn imap_cell(&self) -> Cell<'static> {
        self.cell("imap_password")
    }

    /// For which place its SMTP password is sealed.
    pub fn smtp_cell(&self) -> Cell<'static> {
        self.cell("smtp_password")
    }

    fn cell(&self, column: &'static str) -> Cell<'static> {
        let tenant = self.trust.tenant.map(|tenant| tenant.0);
        Cell {
            table: "accounts",
            column,
            tenant,
            row: self.trust.id.0,
        }
    }
}

/// How an account is doing.
#[derive(Debug, Clone)]
pub struct Health {
    /// Which.
    pub id: AccountId,
    /// Whose; absent for the platform's.
    pub tenant: Option<TenantId>,
    /// Its name.
    pub name: String,
    /// The IMAP side.
    pub state: AccountState,
    /// Why it is failing, as a sentence.
    pub last_error: Option<String>,
    /// When the server last answered.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Until when the SMTP side rests, after the server refused us.
    pub smtp_paused_until: Option<DateTime<Utc>>,
    /// Why it rests.
    pub smtp_error: Option<String>,
    /// Received mails that wait to be processed.
    pub waiting: i64,
    /// On the server but not here, by the last audit.
    pub missing: i64,
    /// When somebody last asked for a comparison with the server.
    pub compare_asked_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    tenant_id: Option<Uuid>,
    name: String,
    imap: Option<Json<ImapSettings>>,
    imap_password: Option<Vec<u8>>,
    imap_password_env: Option<String>,
    smtp: Option<Json<ServerSettings>>,
    smtp_password: Option<Vec<u8>>,
    smtp_password_env: Option<String>,
    trusted_host: Option<String>,
    #[sqlx(json)]
    delivery_headers: Vec<String>,
    auth_results: Option<String>,
    dkim: String,
    active: bool,
}

impl Row {
    fn read(self) -> Result<Account, StoreError> {
        let row = self;
        Ok(Account {
            trust: AccountTrust {
                id: AccountId(row.id),
                tenant: row.tenant_id.map(TenantId),
                name: row.name,
                trusted_host: row.trusted_host,
                delivery_headers: row.delivery_headers,
                auth_results: row.auth_results,
                dkim: word(("accounts", "dkim"), row.id, &row.dkim)?,
            },
            imap: row.imap.map(|json| json.0),
            imap_password: StoredPassword {
                sealed: row.imap_password,
                env: row.imap_password_env,
            },
            smtp: row.smtp.map(|json| json.0),
            smtp_password: StoredPassword {
                sealed: row.smtp_password,
                env: row.smtp_password_env,
            },
            active: row.active,
        })
    }
}

/// Every account, the platform's and all tenants'.
pub async fn all_tenants(tx: &mut Tx) -> Result<Vec<Account>, StoreError> {
    let rows = sql!(
        tx, fetch_all Row,
        "SELECT id, tenant_id, name, imap, imap_password, imap_password_env, smtp, smtp_password, smtp_password_env, trusted_host, delivery_headers, auth_results, dkim, active
         FROM accounts ORDER BY created_at, id"
    )?;
    rows.into_iter().map(Row::read).collect()
}

/// Creates an account or changes it. A changed account starts afresh: no error, no pause.
pub async fn put(tx: &mut Tx, account: &Account, now: DateTime<Utc>) -> Result<(), StoreError> {
    let trust = &account.trust;
    sql!(
        tx, execute,
        "INSERT INTO accounts (id, tenant_id, name, imap, imap_password, imap_password_env, smtp, smtp_password, smtp_password_env, trusted_host,
           delivery_headers, auth_results, dkim, active, state, last_error, last_seen_at, smtp_paused_until, smtp_error, smtp_failures, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'connecting', NULL, NULL, NULL, NULL, CAST(0 AS BIGINT), $15, $15)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, imap = excluded.imap, imap_password = excluded.imap_password, imap_password_env = excluded.imap_password_env,
           smtp = excluded.smtp, smtp_password = excluded.smtp_password, smtp_password_env = excluded.smtp_password_env, trusted_host = excluded.trusted_host,
           delivery_headers = excluded.delivery_headers, auth_results = excluded.auth_results, dkim = excluded.dkim, active = excluded.active, state = 'connecting', last_error = NULL,
           smtp_paused_until = NULL, smtp_error = NULL, smtp_failures = CAST(0 AS BIGINT), updated_at = excluded.updated_at",
        trust.id.0, trust.tenant.map(|t| t.0), &trust.name, account.imap.as_ref().map(Json), account.imap_password.sealed.as_deref(),
        account.imap_password.env.as_deref(), account.smtp.as_ref().map(Json), account.smtp_password.sealed.as_deref(),
        account.smtp_password.env.as_deref(), trust.trusted_host.as_deref(), Json(&trust.delivery_headers), trust.auth_results.as_deref(),
        trust.dkim.as_str(), account.active, now
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct HealthRow {
    id: Uuid,
    tenant_id: Option<Uuid>,
    name: String,
    state: String,
    last_error: Option<String>,
    last_seen_at: Option<DateTime<Utc>>,
    smtp_paused_until: Option<DateTime<Utc>>,
    smtp_error: Option<String>,
    waiting: i64,
    missing: i64,
    compare_asked_at: Option<DateTime<Utc>>,
}

/// How every active account is doing; one tenant's, or all with the platform's.
pub async fn health_all_tenants(tx: &mut Tx) -> Result<Vec<Health>, StoreError> {
    let rows = sql!(
        tx, fetch_all HealthRow,
        "SELECT a.id, a.tenant_id, a.name, a.state, a.last_error, a.last_seen_at, a.smtp_paused_until, a.smtp_error, a.compare_asked_at,
           (SELECT count(*) FROM inbound i WHERE i.state = 'spooled' AND i.account_id = a.id) AS waiting,
           (SELECT CAST(COALESCE(sum(c.missing), 0) AS BIGINT) FROM cursors c WHERE c.account_id = a.id) AS missing
         FROM accounts a WHERE a.active = TRUE ORDER BY a.name, a.id"
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(Health {
                compare_asked_at: row.compare_asked_at,
                state: word(("accounts", "state"), row.id, &row.state)?,
                id: AccountId(row.id),
                tenant: row.tenant_id.map(TenantId),
                name: row.name,
                last_error: row.last_error,
                last_seen_at: row.last_seen_at,
                smtp_paused_until: row.smtp_paused_until,
                smtp_error: row.smtp_error,
                waiting: row.waiting,
                missing: row.missing,
            })
        })
        .collect()
}

/// Somebody wants what lies on the server compared with what is here. False if there is no such account.
pub async fn ask_comparison(
    tx: &mut Tx,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = sql!(
        tx,
        execute,
        "UPDATE accounts SET compare_asked_at = $2 WHERE id = $1 AND active = TRUE",
        account.0,
        now
    )?;
    Ok(changed == 1)
}

/// When somebody last asked for a comparison.
pub async fn comparison_asked(
    tx: &mut Tx,
    account: AccountId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let found = sql!(
        tx, maybe Option<DateTime<Utc>>,
        "SELECT compare_asked_at FROM accounts WHERE id = $1",
        account.0
    )?;
    Ok(found.flatten())
}

/// Accounts of which somebody asked for a comparison that has not been made yet.
pub async fn to_be_compared_all_tenants(tx: &mut Tx) -> Result<Vec<AccountId>, StoreError> {
    let rows = sql!(
        tx, scalars Uuid,
        "SELECT a.id FROM accounts a WHERE a.active = TRUE AND a.compare_asked_at IS NOT NULL AND EXISTS (
           SELECT 1 FROM cursors c WHERE c.account_id = a.id AND (c.audited_at IS NULL OR c.audited_at < a.compare_asked_at))"
    )?;
    Ok(rows.into_iter().map(AccountId).collect())
}

/// Notes how the IMAP side is doing. `seen_at` is when the server last answered; absent keeps the old time.
pub async fn set_state(
    tx: &mut Tx,
    account: AccountId,
    state: AccountState,
    error: Option<&str>,
    seen_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE accounts SET state = $2, last_error = $3, last_seen_at = COALESCE($4, last_seen_at) WHERE id = $1",
        account.0,
        state.as_str(),
        error,
        seen_at
    )?;
    Ok(())
}

/// The SMTP server refuses us, not a message: it rests until then. Returns how often that happened in a row.
pub async fn pause_smtp(
    tx: &mut Tx,
    account: AccountId,
    until: DateTime<Utc>,
    why: &str,
) -> Result<i64, StoreError> {
    sql!(
        tx, scalar i64,
        "UPDATE accounts SET smtp_paused_until = $2, smtp_error = $3, smtp_failures = smtp_failures + 1 WHERE id = $1 RETURNING smtp_failures",
        account.0, until, why
    )
}

/// The SMTP server works (again). True if it was resting.
pub async fn resume_smtp(tx: &mut Tx, account: AccountId) -> Result<bool, StoreError> {
    let changed = sql!(
        tx,
        execute,
        "UPDATE accounts SET smtp_paused_until = NULL, smtp_error = NULL, smtp_failures = CAST(0 AS BIGINT) WHERE id = $1 AND smtp_paused_until IS NOT NULL",
        account.0
    )?;
    Ok(changed > 0)
}
