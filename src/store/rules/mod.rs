//! Rules and their versions; what they saw and did (`passes`); when time makes them look (`looks`).

mod looks;
mod passes;

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

pub use self::looks::{
    Fired, Look, fired, insert_fired, last_person, looks_due, looks_due_all_tenants,
    next_look_all_tenants, planned_all_tenants, put_looks, replan,
};
pub use self::passes::{
    Looking, Pass, automatic_letters, insert_passes, insert_sets, letters_to, pass,
    passes_of_ticket, set_members,
};
use crate::domain::event::Actor;
use crate::domain::ids::{RuleId, TenantId};
use crate::domain::rules::{Definition, Rule, Said};
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

/// Creates a rule, or changes the one with the same id, and keeps the version. The caller raises the version
/// with every change of what the rule says, is called, or does at all; its place has no version.
pub async fn put(
    tx: &mut Tx,
    tenant: TenantId,
    rule: &Rule,
    author: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO rules (tenant_id, id, name, position, version, active, definition, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, position = excluded.position, version = excluded.version, active = excluded.active,
           definition = excluded.definition, updated_at = excluded.updated_at",
        tenant.0, rule.id.0, &rule.name, rule.position, rule.version, rule.active, Json(&rule.definition), now
    )?;
    sql!(
        tx, execute,
        "INSERT INTO rule_versions (tenant_id, rule_id, version, at, author, name, active, definition) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, rule_id, version) DO NOTHING",
        tenant.0, rule.id.0, rule.version, now, Json(author), &rule.name, rule.active, Json(&rule.definition)
    )?;
    Ok(())
}

/// Puts a rule at another place in the order.
pub async fn set_position(
    tx: &mut Tx,
    tenant: TenantId,
    rule: RuleId,
    position: i64,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE rules SET position = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        rule.0,
        position
    )?;
    Ok(())
}

/// Takes a rule away; its versions stay, and what it did stays explained.
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

/// What a rule said from some moment on.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleVersion {
    /// Which rule.
    pub rule: RuleId,
    /// Which version.
    pub version: i64,
    /// From when on.
    pub at: DateTime<Utc>,
    /// Who wrote it; the system: a seed file.
    pub author: Actor,
    /// What it was called.
    pub name: String,
    /// Whether it looked at all.
    pub active: bool,
    /// What it said.
    pub definition: Definition,
}

impl RuleVersion {
    /// What differs from an earlier version, a line for each part.
    pub fn differences(&self, before: &Self) -> Vec<String> {
        self.said().differences(&before.said())
    }

    fn said(&self) -> Said<'_> {
        Said {
            name: &self.name,
            active: self.active,
            definition: &self.definition,
        }
    }
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    rule_id: Uuid,
    version: i64,
    at: DateTime<Utc>,
    #[sqlx(json)]
    author: Actor,
    name: String,
    active: bool,
    #[sqlx(json)]
    definition: Definition,
}

impl From<VersionRow> for RuleVersion {
    fn from(row: VersionRow) -> Self {
        Self {
            rule: RuleId(row.rule_id),
            version: row.version,
            at: row.at,
            author: row.author,
            name: row.name,
            active: row.active,
            definition: row.definition,
        }
    }
}

/// A rule's newest versions, the newest first.
pub async fn versions(
    tx: &mut Tx,
    tenant: TenantId,
    rule: RuleId,
) -> Result<Vec<RuleVersion>, StoreError> {
    let rows = sql!(
        tx, fetch_all VersionRow,
        "SELECT rule_id, version, at, author, name, active, definition FROM rule_versions WHERE tenant_id = $1 AND rule_id = $2 ORDER BY version DESC LIMIT CAST(200 AS BIGINT)",
        tenant.0, rule.0
    )?;
    Ok(rows.into_iter().map(RuleVersion::from).collect())
}

/// Particular versions of rules, in no particular order.
pub async fn versions_of(
    tx: &mut Tx,
    tenant: TenantId,
    wanted: &[(RuleId, i64)],
) -> Result<Vec<RuleVersion>, StoreError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(
        tx,
        "SELECT rule_id, version, at, author, name, active, definition FROM rule_versions WHERE tenant_id = ",
        |q| {
            q.push_bind(tenant.0)
                .push(" AND (rule_id, version) IN (VALUES ");
            let mut first = true;
            for (rule, version) in wanted {
                q.push(if first { "(" } else { ", (" })
                    .push_bind(rule.0)
                    .push(", ")
                    .push_bind(*version)
                    .push(")");
                first = false;
            }
            q.push(")");
        },
        fetch_all VersionRow
    )?;
    Ok(rows.into_iter().map(RuleVersion::from).collect())
}
