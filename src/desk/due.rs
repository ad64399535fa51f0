//! What time makes due, of every kind, done a handful at a time: clocks ring, sleeping tickets wake, rules look, digests go
//! out, tickets close. The timers call this; doing what is done already does nothing.
//!
//! Each thing is a transaction of its own. One that fails, whatever the reason, is put off in the database and
//! keeps neither its like nor the other kinds waiting; and no kind does more than a handful before the others have
//! their turn.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;

use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use uuid::Uuid;

use crate::desk::clocks;
use crate::desk::{Desk, DeskError};
use crate::domain::ids::{TenantId, TicketId, UserId};
pub use crate::store::put_off::Job;
use crate::store::{self, StoreError, put_off};

/// Things of one kind that are done before the other kinds have their turn.
pub(in crate::desk) const AT_ONCE: i64 = 100;

/// One thing that is due: whose, and the ticket or person that it is about.
pub(in crate::desk) type Due = (TenantId, Uuid);

impl Desk {
    /// Does what is due of one kind, a handful at most. Returns when to come again: a moment that is over, if there is more.
    pub async fn work_off(&self, job: Job) -> Result<Option<DateTime<Utc>>, DeskError> {
        let now = self.clock.now();
        let due = self.due(job, now).await?;
        if !due.is_empty() {
            let mut tx = self.db.read().await?;
            let tried = put_off::again_all_tenants(&mut tx, job, now).await?;
            drop(tx);
            for one in &due {
                if self.attempt(job, *one).await? && tried.contains(one) {
                    let mut tx = self.db.write().await?;
                    put_off::done(&mut tx, job, *one).await?;
                    tx.commit().await?;
                }
            }
            // What was done and is due all the same would be so for ever.
            let done: HashSet<Due> = due.into_iter().collect();
            for one in self.due(job, now).await? {
                if done.contains(&one) {
                    self.put_off(job, one, &"it is due again at once").await?;
                }
            }
        }
        let next = self.next_due(job, now).await?;
        let mut tx = self.db.read().await?;
        let again = put_off::next_all_tenants(&mut tx, job, now).await?;
        Ok([next, again].into_iter().flatten().min())
    }

    /// Rings every clock that is due. Returns when the next one is.
    pub async fn ring_clocks(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        self.work_off(Job::Clocks).await
    }

    /// Lets rules look at the tickets for which it is time. Returns when the next one is due.
    pub async fn look_by_time(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        self.replan_looks().await?;
        self.work_off(Job::Looks).await
    }

    /// Wakes the tickets whose sleep is over. Returns when the next one wakes.
    pub async fn wake_sleepers(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        self.work_off(Job::Sleepers).await
    }

    /// Sends the digests that are due. Returns when the next one is.
    pub async fn send_digests(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        self.work_off(Job::Digests).await
    }

    /// Asks whoever is to be asked by now how satisfied they are. Returns when the next one is.
    pub async fn ask_ratings(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        self.work_off(Job::Ratings).await
    }

    /// Lets the clocks of tickets count by policies that were edited, each ticket in a transaction of its own: a restart
    /// goes on with those that are left, and one that fails is put off.
    pub async fn renew_promises(&self) -> Result<(), DeskError> {
        for office in self.directory().offices() {
            let tenant = office.tenant.id;
            for stored in office.policies.iter().filter(|p| p.version > 1) {
                let mut last = None;
                loop {
                    let mut tx = self.db.read().await?;
                    let is = (stored.policy.id, stored.version);
                    let outdated = store::sla::outdated(&mut tx, tenant, is, AT_ONCE).await?;
                    drop(tx);
                    // The same ones again: they cannot be brought up to date, and wait for whoever works on them.
                    if outdated.is_empty() || outdated.last().copied() == last {
                        break;
                    }
                    last = outdated.last().copied();
                    for ticket in outdated {
                        self.attempt(Job::Clocks, (tenant, ticket.0)).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Closes tickets that were resolved long enough ago. Returns when the next one is due.
    pub async fn close_resolved(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        self.work_off(Job::Resolved).await
    }

    /// Reminds of tickets that wait, and closes those that have waited too long. Returns when the next step is due.
    pub async fn wait_on_tickets(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        self.work_off(Job::Waiting).await
    }

    /// Forgets log-ins that are over.
    pub async fn forget_sessions(&self) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        store::sessions::remove_expired_all_tenants(&mut tx, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Does one thing. False if it failed and was put off.
    ///
    /// # Errors
    /// The database is out of reach: then nothing is anybody's fault, and all of it is tried again soon.
    async fn attempt(&self, job: Job, one: Due) -> Result<bool, DeskError> {
        let done = AssertUnwindSafe(self.do_one(job, one)).catch_unwind().await;
        match done {
            // Another node was faster: what it did stands, and this attempt was undone.
            Ok(Ok(()) | Err(DeskError::Store(StoreError::Conflict(_)))) => return Ok(true),
            Ok(Err(DeskError::Store(error))) if error.is_transient() => return Err(error.into()),
            Ok(Err(error)) => self.put_off(job, one, &error).await?,
            Err(_) => {
                let why = "it panicked; this is a mistake in the program";
                self.put_off(job, one, &why).await?;
            }
        }
        Ok(false)
    }

    async fn put_off(
        &self,
        job: Job,
        one: Due,
        why: &(dyn std::fmt::Display + Send + Sync),
    ) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        let until = put_off::put(&mut tx, job, one, self.clock.now()).await?;
        tx.commit().await?;
        let (tenant, about) = one;
        tracing::warn!(%job, %tenant, %about, %until, error = %why, "something that was due could not be done; the rest goes on");
        Ok(())
    }

    async fn due(&self, job: Job, now: DateTime<Utc>) -> Result<Vec<Due>, DeskError> {
        let of_tickets = |found: Vec<(TenantId, TicketId)>| {
            let pairs = found.into_iter();
            pairs.map(|(tenant, ticket)| (tenant, ticket.0)).collect()
        };
        let mut tx = self.db.read().await?;
        let tx = &mut tx;
        Ok(match job {
            Job::Clocks => of_tickets(store::clocks::ringing_all_tenants(tx, now, AT_ONCE).await?),
            Job::Looks => of_tickets(self.looks_due(tx, now).await?),
            Job::Sleepers => {
                of_tickets(store::tickets::to_wake_all_tenants(tx, now, AT_ONCE).await?)
            }
            Job::Ratings => of_tickets(store::ratings::due_all_tenants(tx, now, AT_ONCE).await?),
            Job::Digests => {
                let found = store::digests::due_all_tenants(tx, now, AT_ONCE).await?;
                found.into_iter().map(|(t, user)| (t, user.0)).collect()
            }
            Job::Resolved => of_tickets(self.resolved_due(tx, now).await?),
            Job::Waiting => of_tickets(self.waiting_due(tx, now).await?),
            Job::Absences => {
                let found = store::people::to_settle_all_tenants(tx, now, AT_ONCE).await?;
                found.into_iter().map(|(t, user)| (t, user.0)).collect()
            }
            Job::Trials => {
                let found = store::plans::trials_over_all_tenants(tx, now, AT_ONCE).await?;
                found.into_iter().map(|tenant| (tenant, tenant.0)).collect()
            }
        })
    }

    /// When something of one kind is due next, what is put off aside.
    async fn next_due(
        &self,
        job: Job,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, DeskError> {
        let mut tx = self.db.read().await?;
        let tx = &mut tx;
        Ok(match job {
            Job::Clocks => store::clocks::next_wake_all_tenants(tx, now).await?,
            Job::Looks => store::rules::next_look_all_tenants(tx, now).await?,
            Job::Sleepers => store::tickets::next_to_wake_all_tenants(tx, now).await?,
            Job::Digests => store::digests::next_due_all_tenants(tx, now).await?,
            Job::Ratings => store::ratings::next_due_all_tenants(tx, now).await?,
            Job::Resolved => self.next_resolved(tx, now).await?,
            Job::Waiting => self.next_waiting(tx, now).await?,
            Job::Absences => store::people::next_to_settle_all_tenants(tx, now).await?,
            Job::Trials => store::plans::next_trial_over_all_tenants(tx, now).await?,
        })
    }

    async fn do_one(&self, job: Job, (tenant, about): Due) -> Result<(), DeskError> {
        let ticket = TicketId(about);
        match job {
            Job::Clocks => {
                self.with_case(tenant, ticket, |hand, case| {
                    clocks::ring(hand, case);
                    Ok(())
                })
                .await
            }
            Job::Looks => self.look_at(tenant, ticket).await,
            Job::Sleepers => self.wake(tenant, ticket).await,
            Job::Digests => self.send_digest(tenant, UserId(about)).await,
            Job::Ratings => self.ask_rating(tenant, ticket).await,
            Job::Resolved => self.close_one(tenant, ticket).await,
            Job::Waiting => self.wait_on(tenant, ticket).await,
            Job::Absences => self.hand_back(tenant, UserId(about)).await,
            Job::Trials => self.end_trial(tenant).await,
        }
    }
}
