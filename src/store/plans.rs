//! Plans, and which one a tenant is on.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::TenantId;
use crate::store::{StoreError, Tx};

/// A plan as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Plan {
    /// Its id.
    pub id: Uuid,
    /// Its name in seed files.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// What it switches on.
    #[sqlx(json)]
    pub features: Vec<String>,
    /// Price per interval, in hundredths of the currency.
    pub price_cents: i64,
    /// ISO 4217.
    pub currency: String,
    /// `month` or `year`.
    pub interval: String,
    /// Days before the first payment.
    pub trial_days: i64,
    /// Most people; absent is no limit.
    pub user_limit: Option<i64>,
    /// Most mailboxes; absent is no limit.
    pub mailbox_limit: Option<i64>,
    /// Shown to everybody.
    pub public: bool,
    /// Where it stands in the list.
    pub position: i64,
}

/// Which plan a tenant is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Whose.
    pub tenant: TenantId,
    /// The plan.
    pub plan: Uuid,
    /// `trialing`, `active`, `past_due`, `canceled` or `expired`.
    pub state: String,
}

const COLUMNS: &str = "id, slug, name, features, price_cents, currency, \"interval\", trial_days, user_limit, mailbox_limit, public, position";

/// Every plan, in its order.
pub async fn all(tx: &mut Tx) -> Result<Vec<Plan>, StoreError> {
    build!(tx, "SELECT ", |q| { q.push(COLUMNS).push(" FROM plans ORDER BY position, slug"); }, fetch_all Plan)
}

/// Creates a plan, or changes the one with the same slug.
pub async fn put(tx: &mut Tx, plan: &Plan, now: DateTime<Utc>) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO plans (id, slug, name, features, price_cents, currency, \"interval\", trial_days, user_limit, mailbox_limit, public, position, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
         ON CONFLICT (slug) DO UPDATE SET name = excluded.name, features = excluded.features, price_cents = excluded.price_cents,
           currency = excluded.currency, \"interval\" = excluded.\"interval\", trial_days = excluded.trial_days, user_limit = excluded.user_limit,
           mailbox_limit = excluded.mailbox_limit, public = excluded.public, position = excluded.position, updated_at = excluded.updated_at",
        plan.id, &plan.slug, &plan.name, Json(&plan.features), plan.price_cents, &plan.currency, &plan.interval,
        plan.trial_days, plan.user_limit, plan.mailbox_limit, plan.public, plan.position, now
    )?;
    Ok(())
}

/// Takes a plan away that no tenant is on.
pub async fn remove(tx: &mut Tx, slug: &str) -> Result<bool, StoreError> {
    Ok(sql!(tx, execute, "DELETE FROM plans WHERE slug = $1", slug)? > 0)
}

/// Every tenant's subscription.
pub async fn subscriptions_all_tenants(tx: &mut Tx) -> Result<Vec<Subscription>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid, String),
        "SELECT tenant_id, plan_id, state FROM subscriptions ORDER BY tenant_id"
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, plan, state)| Subscription {
            tenant: TenantId(tenant),
            plan,
            state,
        })
        .collect())
}

/// Puts a tenant on a plan, in `state` (`trialing`, `active`, `past_due`, `canceled`, `expired`). A trial ends as many days
/// after it began as the plan says; one that has begun goes on to its end.
pub async fn subscribe(
    tx: &mut Tx,
    tenant: TenantId,
    plan: Uuid,
    state: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let days = sql!(tx, maybe i64, "SELECT trial_days FROM plans WHERE id = $1", plan)?;
    let ends = days
        .filter(|_| state == "trialing")
        .and_then(TimeDelta::try_days)
        .map(|days| now + days);
    sql!(
        tx, execute,
        "INSERT INTO subscriptions (tenant_id, plan_id, state, trial_ends_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (tenant_id) DO UPDATE SET plan_id = excluded.plan_id, state = excluded.state, updated_at = excluded.updated_at,
           trial_ends_at = COALESCE(subscriptions.trial_ends_at, excluded.trial_ends_at)",
        tenant.0, plan, state, ends, now
    )?;
    Ok(())
}

/// Tenants whose trial is over and still counts as one.
pub async fn trials_over_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<TenantId>, StoreError> {
    let found = sql!(
        tx, scalars Uuid,
        "SELECT s.tenant_id FROM subscriptions s WHERE s.state = 'trialing' AND s.trial_ends_at <= $1
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'trials' AND p.tenant_id = s.tenant_id AND p.about = s.tenant_id AND p.until > $1)
         ORDER BY s.trial_ends_at LIMIT $2",
        now, limit
    )?;
    Ok(found.into_iter().map(TenantId).collect())
}

/// When the next trial is over.
pub async fn next_trial_over_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let next = sql!(
        tx, maybe Option<DateTime<Utc>>,
        "SELECT min(s.trial_ends_at) FROM subscriptions s WHERE s.state = 'trialing'
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'trials' AND p.tenant_id = s.tenant_id AND p.about = s.tenant_id AND p.until > $1)",
        now
    )?;
    Ok(next.flatten())
}

/// Ends a trial that is over. Gives when it was over; nothing if it was ended before, or is none any more.
pub async fn end_trial(
    tx: &mut Tx,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    sql!(
        tx, maybe DateTime<Utc>,
        "UPDATE subscriptions SET state = 'expired', updated_at = $2 WHERE tenant_id = $1 AND state = 'trialing' AND trial_ends_at <= $2 RETURNING trial_ends_at",
        tenant.0, now
    )
}
