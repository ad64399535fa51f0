//! Work of time that could not be done, and when it is tried again. What is put off is not due meanwhile, so that one row
//! that nobody can work with keeps nothing else waiting.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::domain::ids::TenantId;
use crate::store::{StoreError, Tx};

words! {
    /// One kind of work that time makes due.
    pub enum Job {
        /// Service level clocks ring.
        Clocks = "clocks",
        /// Rules on time look at tickets.
        Looks = "rules",
        /// Sleeping tickets wake.
        Sleepers = "sleepers",
        /// Digests go out.
        Digests = "digests",
        /// Customers are asked how satisfied they are.
        Ratings = "ratings",
        /// People who are away hand back what is urgent.
        Absences = "absences",
        /// Waiting tickets are reminded of, and close.
        Waiting = "waiting",
        /// Resolved tickets close.
        Resolved = "resolved",
        /// Trials end.
        Trials = "trials",
    }
}

/// How soon work is tried again for the first time; each further time takes twice as long.
const SOON: TimeDelta = TimeDelta::minutes(1);
/// The longest that it takes, as doublings of the first: about an hour.
const DOUBLINGS: u32 = 6;

/// Puts one thing off. Gives until when.
pub async fn put(
    tx: &mut Tx,
    job: Job,
    (tenant, about): (TenantId, Uuid),
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, StoreError> {
    let tries = sql!(
        tx,
        maybe i64,
        "SELECT tries FROM put_off WHERE job = $1 AND tenant_id = $2 AND about = $3",
        job.as_str(),
        tenant.0,
        about
    )?
    .unwrap_or(0);
    let doublings = u32::try_from(tries).unwrap_or(DOUBLINGS).min(DOUBLINGS);
    let until = now + SOON * 2_i32.pow(doublings);
    sql!(
        tx,
        execute,
        "INSERT INTO put_off (job, tenant_id, about, until, tries) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (job, tenant_id, about) DO UPDATE SET until = excluded.until, tries = excluded.tries",
        job.as_str(),
        tenant.0,
        about,
        until,
        tries + 1
    )?;
    Ok(until)
}

/// What of one kind was put off and is tried again now.
pub async fn again_all_tenants(
    tx: &mut Tx,
    job: Job,
    now: DateTime<Utc>,
) -> Result<Vec<(TenantId, Uuid)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid),
        "SELECT tenant_id, about FROM put_off WHERE job = $1 AND until <= $2",
        job.as_str(),
        now
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, about)| (TenantId(tenant), about))
        .collect())
}

/// It was done after all.
pub async fn done(
    tx: &mut Tx,
    job: Job,
    (tenant, about): (TenantId, Uuid),
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM put_off WHERE job = $1 AND tenant_id = $2 AND about = $3",
        job.as_str(),
        tenant.0,
        about
    )?;
    Ok(())
}

/// When something of one kind is tried again next.
pub async fn next_all_tenants(
    tx: &mut Tx,
    job: Job,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let next = sql!(
        tx,
        maybe Option<DateTime<Utc>>,
        "SELECT min(until) FROM put_off WHERE job = $1 AND until > $2",
        job.as_str(),
        now
    )?;
    Ok(next.flatten())
}
