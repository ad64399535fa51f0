//! Tenants.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::TenantId;
use crate::domain::tenant::{Settings, Tenant};
use crate::store::{StoreError, Tx, word};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    slug: String,
    name: String,
    ticket_prefix: String,
    timezone: String,
    locale: String,
    #[sqlx(json)]
    settings: Settings,
    active: bool,
    plan: Option<String>,
}

impl Row {
    fn into_tenant(self) -> Result<Tenant, StoreError> {
        Ok(Tenant {
            timezone: word(("tenants", "timezone"), self.id, &self.timezone)?,
            id: TenantId(self.id),
            slug: self.slug,
            name: self.name,
            ticket_prefix: self.ticket_prefix,
            locale: self.locale,
            settings: self.settings,
            active: self.active,
            plan: self.plan,
        })
    }
}

/// Every tenant, active or not.
pub async fn all_tenants(tx: &mut Tx) -> Result<Vec<Tenant>, StoreError> {
    sql!(
        tx, fetch_all Row,
        "SELECT t.id, t.slug, t.name, t.ticket_prefix, t.timezone, t.locale, t.settings, t.active, p.slug AS plan
         FROM tenants t LEFT JOIN subscriptions s ON s.tenant_id = t.id LEFT JOIN plans p ON p.id = s.plan_id ORDER BY t.slug"
    )?
    .into_iter()
    .map(Row::into_tenant)
    .collect()
}

/// Creates a tenant, or changes the one with the same id. Its ticket numbers go on as they were.
pub async fn put(tx: &mut Tx, tenant: &Tenant, now: DateTime<Utc>) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO tenants (id, slug, name, ticket_prefix, timezone, locale, next_number, settings, active, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, CAST(1 AS BIGINT), $7, $8, $9, $9)
         ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, ticket_prefix = excluded.ticket_prefix,
           timezone = excluded.timezone, locale = excluded.locale, settings = excluded.settings, active = excluded.active, updated_at = excluded.updated_at",
        tenant.id.0, &tenant.slug, &tenant.name, &tenant.ticket_prefix, tenant.timezone.name(), &tenant.locale,
        Json(&tenant.settings), tenant.active, now
    )?;
    Ok(())
}

/// Lets nobody else change a tenant's settings until the transaction ends. On SQLite it is alone anyway. No row is
/// locked: mail that comes in meanwhile takes its numbers.
pub async fn lock_settings(tx: &mut Tx, tenant: TenantId) -> Result<(), StoreError> {
    if tx.pick("", "x").is_empty() {
        return Ok(());
    }
    let (high, low) = tenant.0.as_u64_pair();
    let key = i64::from_be_bytes((high ^ low).to_be_bytes());
    sql!(tx, execute, "SELECT pg_advisory_xact_lock($1)", key)?;
    Ok(())
}

/// Takes `count` ticket numbers; returns the first. The row stays locked until the transaction ends, so
/// that numbers rise without gaps.
pub async fn take_numbers(tx: &mut Tx, tenant: TenantId, count: i64) -> Result<i64, StoreError> {
    let next = sql!(tx, scalar i64, "UPDATE tenants SET next_number = next_number + $2 WHERE id = $1 RETURNING next_number", tenant.0, count)?;
    Ok(next - count)
}
