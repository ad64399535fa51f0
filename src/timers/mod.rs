//! What time does: deadlines pass, sleeping tickets wake, waiting ones are reminded of, resolved ones close, sessions end.
//! One loop that sleeps until the next of these is due; it carries nothing from one turn to the next but when to look
//! again, and doing what is done already does nothing.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::desk::directory::Directory;
use crate::desk::due::Job;
use crate::desk::{Desk, DeskError};
use crate::store::Topic;

/// What has its own index of what is due next: asking it costs next to nothing.
const QUICK: [Job; 6] = [
    Job::Clocks,
    Job::Looks,
    Job::Sleepers,
    Job::Digests,
    Job::Ratings,
    Job::Absences,
];
/// What is looked for tenant by tenant.
const SLOW: [Job; 3] = [Job::Waiting, Job::Resolved, Job::Trials];
/// How often that is done although nothing seems to be due: it is a matter of days, not minutes.
const SLOWLY: chrono::Duration = chrono::Duration::hours(1);
/// How long to wait after the database failed.
const AGAIN: chrono::Duration = chrono::Duration::seconds(5);
/// Many mails move many clocks: they are looked at together.
const GATHER: Duration = Duration::from_millis(100);

/// Does what time makes due until it is asked to stop.
pub async fn run(desk: Desk, stop: CancellationToken) {
    let mut moved = desk.db.bus.waiter(Topic::Timers);
    let mut turns = Turns::default();
    while !stop.is_cancelled() {
        let next = turns.turn(&desk).await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = desk.clock.sleep_until(next) => {}
            () = moved.wait() => tokio::time::sleep(GATHER).await,
        }
    }
}

/// When to look again at what is looked for tenant by tenant.
#[derive(Default)]
pub struct Turns {
    /// Nothing of it is due before this moment; absent: look now.
    slow_at: Option<DateTime<Utc>>,
    /// The settings for which that holds.
    settings: Option<Arc<Directory>>,
}

impl Turns {
    /// Does what is due, a handful of each kind. Returns when to come again. A kind that fails is tried again soon, and
    /// the others do not notice.
    pub async fn turn(&mut self, desk: &Desk) -> DateTime<Utc> {
        let now = desk.clock.now();
        let directory = desk.directory();
        if !self
            .settings
            .as_ref()
            .is_some_and(|d| Arc::ptr_eq(d, &directory))
        {
            self.slow_at = None;
            self.settings = Some(directory);
        }
        let slow = self.slow_at.is_none_or(|at| at <= now);
        // Other targets move clocks: before anything rings.
        if slow && let Err(error) = desk.renew_promises().await {
            tracing::warn!(%error, "could not let clocks count by policies that were edited; trying again later");
        }
        let mut next = now + SLOWLY;
        for job in QUICK {
            next = next.min(outcome(job.as_str(), quick(desk, job).await, now));
        }
        let plus = desk.tend_plus_tests().await;
        next = next.min(outcome("plus-addresses", plus, now));
        if slow {
            let mut slow_at = now + SLOWLY;
            for job in SLOW {
                slow_at = slow_at.min(outcome(job.as_str(), desk.work_off(job).await, now));
            }
            if let Err(error) = desk.forget_sessions().await {
                tracing::warn!(%error, "could not forget log-ins that are over; trying again later");
            }
            if let Err(error) = desk.forget_old().await {
                tracing::warn!(%error, "could not forget what only explained; trying again later");
            }
            self.slow_at = Some(slow_at);
        }
        next.min(self.slow_at.unwrap_or(next))
    }
}

async fn quick(desk: &Desk, job: Job) -> Result<Option<DateTime<Utc>>, DeskError> {
    match job {
        Job::Looks => desk.look_by_time().await,
        job => desk.work_off(job).await,
    }
}

/// When to come again for one kind.
fn outcome(
    job: &str,
    done: Result<Option<DateTime<Utc>>, DeskError>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    match done {
        Ok(next) => next.unwrap_or(now + SLOWLY),
        Err(error) => {
            tracing::warn!(job, %error, "could not look at what is due; looking again soon");
            now + AGAIN
        }
    }
}
