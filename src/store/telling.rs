//! Where a tenant wants to be told of things by ntfy.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::TenantId;
use crate::door::Cell;
use crate::store::accounts::StoredPassword;
use crate::store::{StoreError, Tx};

/// A tenant's ntfy server and what it wants to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column or a switch of its own"
)]
pub struct Ntfy {
    /// Its URL.
    pub server: String,
    /// The access token.
    pub token: StoredPassword,
    /// What all topics begin with.
    pub topic_prefix: String,
    /// New tickets, assignments, messages.
    pub tickets: bool,
    /// Warnings and breaches.
    pub sla: bool,
    /// Things that look like an attack.
    pub security: bool,
    /// People who come and go.
    pub users: bool,
    /// Switched on.
    pub active: bool,
    /// The name to log in with, beside `token` as the password; absent: `token` is an access token.
    pub username: Option<String>,
    /// Named by the operator, so it may be anywhere; otherwise only on the public internet.
    pub trusted: bool,
    /// Whether pushes may carry customers' words.
    pub customer_text: bool,
}

#[derive(sqlx::FromRow)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column or a switch of its own"
)]
struct NtfyRow {
    tenant_id: Uuid,
    server: String,
    token: Option<Vec<u8>>,
    token_env: Option<String>,
    topic_prefix: String,
    tickets: bool,
    sla: bool,
    security: bool,
    users: bool,
    active: bool,
    username: Option<String>,
    trusted: bool,
    customer_text: bool,
}

impl Ntfy {
    /// For which place a tenant's token is sealed.
    pub fn token_cell(tenant: TenantId) -> Cell<'static> {
        Cell {
            table: "ntfy",
            column: "token",
            tenant: Some(tenant.0),
            row: tenant.0,
        }
    }
}

/// Every tenant's ntfy settings.
pub async fn ntfy_all_tenants(tx: &mut Tx) -> Result<Vec<(TenantId, Ntfy)>, StoreError> {
    let rows = sql!(tx, fetch_all NtfyRow, "SELECT tenant_id, server, token, token_env, topic_prefix, tickets, sla, security, users, active, username, trusted, customer_text FROM ntfy")?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let ntfy = Ntfy {
                server: row.server,
                token: StoredPassword {
                    sealed: row.token,
                    env: row.token_env,
                },
                topic_prefix: row.topic_prefix,
                tickets: row.tickets,
                sla: row.sla,
                security: row.security,
                users: row.users,
                active: row.active,
                username: row.username,
                trusted: row.trusted,
                customer_text: row.customer_text,
            };
            (TenantId(row.tenant_id), ntfy)
        })
        .collect())
}

/// Sets a tenant's ntfy settings.
pub async fn put_ntfy(
    tx: &mut Tx,
    tenant: TenantId,
    n: &Ntfy,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO ntfy (tenant_id, server, token, token_env, topic_prefix, tickets, sla, security, users, active, updated_at, username, trusted, customer_text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (tenant_id) DO UPDATE SET server = excluded.server, token = excluded.token, token_env = excluded.token_env, topic_prefix = excluded.topic_prefix,
           tickets = excluded.tickets, sla = excluded.sla, security = excluded.security, users = excluded.users, active = excluded.active, updated_at = excluded.updated_at,
           username = excluded.username, trusted = excluded.trusted, customer_text = excluded.customer_text, paused_until = NULL, error = NULL",
        tenant.0, &n.server, n.token.sealed.as_deref(), n.token.env.as_deref(), &n.topic_prefix, n.tickets, n.sla, n.security, n.users, n.active, now, n.username.as_deref(), n.trusted, n.customer_text
    )?;
    Ok(())
}

/// A tenant's ntfy server refuses us: its pushes rest until then. True if they did not before.
pub async fn rest_ntfy(
    tx: &mut Tx,
    tenant: TenantId,
    until: DateTime<Utc>,
    error: &str,
) -> Result<bool, StoreError> {
    let fresh = sql!(
        tx,
        execute,
        "UPDATE ntfy SET paused_until = $2, error = $3 WHERE tenant_id = $1 AND error IS NULL",
        tenant.0,
        until,
        error
    )?;
    if fresh == 0 {
        sql!(
            tx,
            execute,
            "UPDATE ntfy SET paused_until = $2, error = $3 WHERE tenant_id = $1",
            tenant.0,
            until,
            error
        )?;
    }
    Ok(fresh > 0)
}

/// Why a tenant's pushes rest.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Rest {
    /// What the server says.
    pub error: String,
    /// Until when they rest.
    #[sqlx(rename = "paused_until")]
    pub until: Option<DateTime<Utc>>,
}

/// Why a tenant's pushes rest, if they do.
pub async fn ntfy_rest(tx: &mut Tx, tenant: TenantId) -> Result<Option<Rest>, StoreError> {
    sql!(
        tx, fetch_optional Rest,
        "SELECT error, paused_until FROM ntfy WHERE tenant_id = $1 AND error IS NOT NULL",
        tenant.0
    )
}

/// It takes pushes: whatever rested goes out.
pub async fn resume_ntfy(tx: &mut Tx, tenant: TenantId) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE ntfy SET paused_until = NULL, error = NULL WHERE tenant_id = $1 AND error IS NOT NULL",
        tenant.0
    )?;
    Ok(())
}
