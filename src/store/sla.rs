//! Calendars and policies.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::{CalendarId, PolicyId, TenantId};
use crate::domain::sla::{Calendar, Policy};
use crate::store::{StoreError, Tx};

/// A calendar as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCalendar {
    /// Its id.
    pub id: CalendarId,
    /// Its name, unique within the tenant.
    pub name: String,
    /// Its hours, zone and holidays.
    pub calendar: Calendar,
}

/// A policy as it is kept. Its own copy of the calendar is brought up to date when it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    /// The policy.
    pub policy: Policy,
    /// The calendar it names; absent: always open.
    pub calendar: Option<CalendarId>,
    /// The one for tickets that nothing else gives another.
    pub is_default: bool,
}

/// Every calendar of every tenant.
pub async fn calendars_all_tenants(
    tx: &mut Tx,
) -> Result<Vec<(TenantId, NamedCalendar)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid, String, Json<Calendar>),
        "SELECT tenant_id, id, name, definition FROM calendars ORDER BY tenant_id, name"
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, id, name, calendar)| {
            (
                TenantId(tenant),
                NamedCalendar {
                    id: CalendarId(id),
                    name,
                    calendar: calendar.0,
                },
            )
        })
        .collect())
}

/// Every policy of every tenant, each with its calendar as it is now.
pub async fn policies_all_tenants(
    tx: &mut Tx,
) -> Result<Vec<(TenantId, StoredPolicy)>, StoreError> {
    let rows = sql!(
        tx, fetch_all (Uuid, Json<Policy>, Option<Uuid>, bool, Option<Json<Calendar>>),
        "SELECT p.tenant_id, p.definition, p.calendar_id, p.is_default, c.definition FROM sla_policies p
         LEFT JOIN calendars c ON c.tenant_id = p.tenant_id AND c.id = p.calendar_id ORDER BY p.tenant_id, p.name"
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, policy, calendar_id, is_default, calendar)| {
            let mut policy = policy.0;
            if let Some(calendar) = calendar {
                policy.calendar = calendar.0;
            }
            (
                TenantId(tenant),
                StoredPolicy {
                    policy,
                    calendar: calendar_id.map(CalendarId),
                    is_default,
                },
            )
        })
        .collect())
}

/// Creates a calendar, or changes the one with the same id.
pub async fn put_calendar(
    tx: &mut Tx,
    tenant: TenantId,
    calendar: &NamedCalendar,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO calendars (tenant_id, id, name, definition, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, definition = excluded.definition, updated_at = excluded.updated_at",
        tenant.0, calendar.id.0, &calendar.name, Json(&calendar.calendar), now
    )?;
    Ok(())
}

/// Creates a policy, or changes the one with the same id. At most one is the default.
pub async fn put_policy(
    tx: &mut Tx,
    tenant: TenantId,
    stored: &StoredPolicy,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if stored.is_default {
        sql!(
            tx,
            execute,
            "UPDATE sla_policies SET is_default = FALSE WHERE tenant_id = $1 AND id <> $2",
            tenant.0,
            stored.policy.id.0
        )?;
    }
    sql!(
        tx, execute,
        "INSERT INTO sla_policies (tenant_id, id, name, calendar_id, definition, is_default, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, calendar_id = excluded.calendar_id, definition = excluded.definition,
           is_default = excluded.is_default, updated_at = excluded.updated_at",
        tenant.0, stored.policy.id.0, &stored.policy.name, stored.calendar.map(|c| c.0), Json(&stored.policy), stored.is_default, now
    )?;
    Ok(())
}

/// Takes a policy away that no ticket runs under.
pub async fn remove_policy(
    tx: &mut Tx,
    tenant: TenantId,
    policy: PolicyId,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM sla_policies WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        policy.0
    )?;
    Ok(())
}

/// Takes a calendar away that no policy names.
pub async fn remove_calendar(
    tx: &mut Tx,
    tenant: TenantId,
    calendar: CalendarId,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM calendars WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        calendar.0
    )?;
    Ok(())
}
