//! Rules, and what they did and why.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::{MessageId, RuleId, TenantId, TicketId};
use crate::domain::rules::{Definition, Rule, RuleRun};
use crate::store::{StoreError, Tx};

#[derive(sqlx::FromRow)]
struct Row {
    tenant_id: Uuid,
    id: Uuid,
    name: String,
    position: i64,
    version: i64,
    active: bool,
    #[sqlx(json)]
    definition: Definition,
}

impl From<Row> for Rule {
    fn from(row: Row) -> Self {
        Self {
            id: RuleId(row.id),
            name: row.name,
            version: row.version,
            position: row.position,
            active: row.active,
            definition: row.definition,
        }
    }
}

/// Every rule of every tenant, in the order in which they look at a ticket.
pub async fn all_tenants(tx: &mut Tx) -> Result<Vec<(TenantId, Rule)>, StoreError> {
    let rows = sql!(tx, fetch_all Row, "SELECT tenant_id, id, name, position, version, active, definition FROM rules ORDER BY tenant_id, position, name")?;
    Ok(rows
        .into_iter()
        .map(|row| (TenantId(row.tenant_id), row.into()))
        .collect())
}

/// A tenant's rules, in the order in which they look at a ticket.
pub async fn of_tenant(tx: &mut Tx, tenant: TenantId) -> Result<Vec<Rule>, StoreError> {
    let rows = sql!(
        tx, fetch_all Row,
        "SELECT tenant_id, id, name, position, version, active, definition FROM rules WHERE tenant_id = $1 ORDER BY position, name",
        tenant.0
    )?;
    Ok(rows.into_iter().map(Rule::from).collect())
}

/// Creates a rule, or changes the one with the same id. The caller raises the version.
pub async fn put(
    tx: &mut Tx,
    tenant: TenantId,
    rule: &Rule,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO rules (tenant_id, id, name, position, version, active, definition, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, position = excluded.position, version = excluded.version, active = excluded.active,
           definition = excluded.definition, updated_at = excluded.updated_at",
        tenant.0, rule.id.0, &rule.name, rule.position, rule.version, rule.active, Json(&rule.definition), now
    )?;
    Ok(())
}

/// Takes a rule away; what it did stays explained.
pub async fn remove(tx: &mut Tx, tenant: TenantId, rule: RuleId) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM rules WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        rule.0
    )?;
    Ok(())
}

/// One pass of the rules over a ticket, as it is kept.
#[derive(Debug, Clone)]
pub struct Pass {
    /// Whose.
    pub tenant: TenantId,
    /// Its id, by time.
    pub id: Uuid,
    /// Which ticket.
    pub ticket: TicketId,
    /// The message that woke them, if one did.
    pub message: Option<MessageId>,
    /// The event that woke them.
    pub cause: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What each rule saw and did.
    pub explanation: Vec<RuleRun>,
}

/// Keeps passes.
pub async fn insert_passes(tx: &mut Tx, passes: &[Pass]) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO rule_runs (tenant_id, id, ticket_id, message_id, cause, at, explanation)",
        passes,
        |row, p| {
            row.push_bind(p.tenant.0)
                .push_bind(p.id)
                .push_bind(p.ticket.0)
                .push_bind(p.message.map(|m| m.0))
                .push_bind(&p.cause)
                .push_bind(p.at)
                .push_bind(Json(&p.explanation));
        },
        ""
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct PassRow {
    id: Uuid,
    message_id: Option<Uuid>,
    cause: String,
    at: DateTime<Utc>,
    #[sqlx(json)]
    explanation: Vec<RuleRun>,
}

/// The passes over a ticket, oldest first.
pub async fn passes_of_ticket(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Vec<Pass>, StoreError> {
    let rows = sql!(
        tx, fetch_all PassRow,
        "SELECT id, message_id, cause, at, explanation FROM rule_runs WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY id LIMIT CAST(200 AS BIGINT)",
        tenant.0, ticket.0
    )?;
    Ok(rows
        .into_iter()
        .map(|row| Pass {
            tenant,
            id: row.id,
            ticket,
            message: row.message_id.map(MessageId),
            cause: row.cause,
            at: row.at,
            explanation: row.explanation,
        })
        .collect())
}
