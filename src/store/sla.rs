//! Calendars and policies.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::{CalendarId, MailboxId, PolicyId, TenantId, TicketId};
use crate::domain::sla::{Calendar, Holds, Policy};
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
    /// Where it holds by itself.
    pub holds: Holds,
    /// Rises whenever what it promises changes. Writing it is the store's alone.
    pub version: i64,
    /// What it was before, the oldest first. Writing it is the store's alone.
    pub past: Vec<PastPolicy>,
}

/// What a policy promised before it was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastPolicy {
    /// Which version it was.
    pub version: i64,
    /// When another took its place.
    pub until: DateTime<Utc>,
    /// What it promised, in the hours of then.
    pub policy: Policy,
}

/// Versions that are kept of a policy. Clocks are brought up to date within minutes; these are for long standstills.
const KEPT: i64 = 50;

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

#[derive(sqlx::FromRow)]
struct PolicyRow {
    tenant_id: Uuid,
    #[sqlx(json)]
    definition: Policy,
    calendar_id: Option<Uuid>,
    is_default: bool,
    version: i64,
    #[sqlx(json)]
    mailboxes: Vec<MailboxId>,
    #[sqlx(json)]
    plans: Vec<String>,
    calendar: Option<Json<Calendar>>,
}

impl PolicyRow {
    fn into_policy(self) -> StoredPolicy {
        let mut policy = self.definition;
        if let Some(calendar) = self.calendar {
            policy.calendar = calendar.0;
        }
        StoredPolicy {
            policy,
            calendar: self.calendar_id.map(CalendarId),
            holds: Holds {
                mailboxes: self.mailboxes,
                plans: self.plans,
                default: self.is_default,
            },
            version: self.version,
            past: Vec::new(),
        }
    }
}

/// Every policy of every tenant, each with its calendar as it is now and what it was before.
pub async fn policies_all_tenants(
    tx: &mut Tx,
) -> Result<Vec<(TenantId, StoredPolicy)>, StoreError> {
    let past = sql!(
        tx,
        fetch_all(Uuid, Uuid, i64, DateTime<Utc>, Json<Policy>),
        "SELECT tenant_id, policy_id, version, until, definition FROM sla_versions ORDER BY tenant_id, policy_id, version"
    )?;
    let mut known: HashMap<(Uuid, Uuid), Vec<PastPolicy>> = HashMap::new();
    for (tenant, id, version, until, policy) in past {
        known.entry((tenant, id)).or_default().push(PastPolicy {
            version,
            until,
            policy: policy.0,
        });
    }
    let rows = sql!(
        tx, fetch_all PolicyRow,
        "SELECT p.tenant_id, p.definition, p.calendar_id, p.is_default, p.version, p.mailboxes, p.plans, c.definition AS calendar FROM sla_policies p
         LEFT JOIN calendars c ON c.tenant_id = p.tenant_id AND c.id = p.calendar_id ORDER BY p.tenant_id, p.name"
    )?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let tenant = row.tenant_id;
            let mut stored = row.into_policy();
            stored.past = known
                .remove(&(tenant, stored.policy.id.0))
                .unwrap_or_default();
            (TenantId(tenant), stored)
        })
        .collect())
}

/// The policies of one tenant that one condition names, as they are now.
async fn policies_by_calendar(
    tx: &mut Tx,
    tenant: TenantId,
    calendar: CalendarId,
) -> Result<Vec<StoredPolicy>, StoreError> {
    let rows = sql!(
        tx, fetch_all PolicyRow,
        "SELECT p.tenant_id, p.definition, p.calendar_id, p.is_default, p.version, p.mailboxes, p.plans, c.definition AS calendar FROM sla_policies p
         LEFT JOIN calendars c ON c.tenant_id = p.tenant_id AND c.id = p.calendar_id WHERE p.tenant_id = $1 AND p.calendar_id = $2",
        tenant.0, calendar.0
    )?;
    Ok(rows.into_iter().map(PolicyRow::into_policy).collect())
}

async fn policy(
    tx: &mut Tx,
    tenant: TenantId,
    id: PolicyId,
) -> Result<Option<StoredPolicy>, StoreError> {
    let row = sql!(
        tx, fetch_optional PolicyRow,
        "SELECT p.tenant_id, p.definition, p.calendar_id, p.is_default, p.version, p.mailboxes, p.plans, c.definition AS calendar FROM sla_policies p
         LEFT JOIN calendars c ON c.tenant_id = p.tenant_id AND c.id = p.calendar_id WHERE p.tenant_id = $1 AND p.id = $2",
        tenant.0, id.0
    )?;
    Ok(row.map(PolicyRow::into_policy))
}

/// Keeps what a policy promises until now, because it is about to promise something else.
async fn outdate(
    tx: &mut Tx,
    tenant: TenantId,
    old: &StoredPolicy,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let id = old.policy.id.0;
    sql!(
        tx,
        execute,
        "INSERT INTO sla_versions (tenant_id, policy_id, version, until, definition) VALUES ($1, $2, $3, $4, $5)",
        tenant.0,
        id,
        old.version,
        now,
        Json(&old.policy)
    )?;
    sql!(
        tx,
        execute,
        "UPDATE sla_policies SET version = version + 1 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM sla_versions WHERE tenant_id = $1 AND policy_id = $2 AND version <= $3",
        tenant.0,
        id,
        old.version - KEPT
    )?;
    Ok(())
}

/// Creates a calendar, or changes the one with the same id.
pub async fn put_calendar(
    tx: &mut Tx,
    tenant: TenantId,
    calendar: &NamedCalendar,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for old in policies_by_calendar(tx, tenant, calendar.id).await? {
        if old.policy.calendar != calendar.calendar {
            outdate(tx, tenant, &old, now).await?;
        }
    }
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
    let mut policy = stored.policy.clone();
    policy.calendar = match stored.calendar {
        Some(id) => calendar(tx, tenant, id).await?,
        None => Calendar::always_open(),
    };
    if let Some(old) = self::policy(tx, tenant, policy.id).await?
        && !old.policy.promises_like(&policy)
    {
        outdate(tx, tenant, &old, now).await?;
    }
    if stored.holds.default {
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
        "INSERT INTO sla_policies (tenant_id, id, name, calendar_id, definition, is_default, mailboxes, plans, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, calendar_id = excluded.calendar_id, definition = excluded.definition,
           is_default = excluded.is_default, mailboxes = excluded.mailboxes, plans = excluded.plans, updated_at = excluded.updated_at",
        tenant.0, policy.id.0, &policy.name, stored.calendar.map(|c| c.0), Json(&policy), stored.holds.default,
        Json(&stored.holds.mailboxes), Json(&stored.holds.plans), now
    )?;
    Ok(())
}

/// A calendar's hours; round the clock if there is none by this id.
async fn calendar(tx: &mut Tx, tenant: TenantId, id: CalendarId) -> Result<Calendar, StoreError> {
    let found = sql!(
        tx,
        maybe Json<Calendar>,
        "SELECT definition FROM calendars WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id.0
    )?;
    Ok(found.map_or_else(Calendar::always_open, |calendar| calendar.0))
}

/// How many tickets that people work on run under a policy.
pub async fn in_use(tx: &mut Tx, tenant: TenantId, policy: PolicyId) -> Result<i64, StoreError> {
    sql!(
        tx, scalar i64,
        "SELECT count(*) FROM tickets WHERE tenant_id = $1 AND policy_id = $2 AND status IN ('open', 'in_progress', 'on_hold')",
        tenant.0, policy.0
    )
}

/// Tickets whose clocks still count by an older version of their policy.
pub async fn outdated(
    tx: &mut Tx,
    tenant: TenantId,
    (policy, version): (PolicyId, i64),
    limit: i64,
) -> Result<Vec<TicketId>, StoreError> {
    let ids = sql!(
        tx, scalars Uuid,
        "SELECT id FROM tickets WHERE tenant_id = $1 AND policy_id = $2 AND policy_version < $3 AND status IN ('open', 'in_progress', 'on_hold') ORDER BY policy_version, id LIMIT $4",
        tenant.0, policy.0, version, limit
    )?;
    Ok(ids.into_iter().map(TicketId).collect())
}

/// Takes a policy away that no ticket in work runs under. Those that are done keep their story, and no policy.
pub async fn remove_policy(
    tx: &mut Tx,
    tenant: TenantId,
    policy: PolicyId,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE tickets SET policy_id = NULL WHERE tenant_id = $1 AND policy_id = $2 AND status NOT IN ('open', 'in_progress', 'on_hold')",
        tenant.0,
        policy.0
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM sla_versions WHERE tenant_id = $1 AND policy_id = $2",
        tenant.0,
        policy.0
    )?;
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
