//! The time, as a thing that is passed in.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use tokio::sync::watch;

/// The wall clock. Cheap to clone; all clones show the same time.
///
/// Used for what people see and what is stored: deadlines, dates, ages. Timeouts of the network use
/// `tokio::time` (monotonic) and do not come through here.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
    /// The time stands still until somebody moves it; sleepers watch the channel.
    Manual(Arc<watch::Sender<DateTime<Utc>>>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Kind::System)
    }

    /// A clock that shows `start` until [`Clock::set`] or [`Clock::advance`] moves it.
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self(Kind::Manual(Arc::new(watch::Sender::new(
            start.trunc_subsecs(6),
        ))))
    }

    /// The time now, in UTC, to the microsecond: PostgreSQL keeps no more, and equality must survive storing.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the door")]
            Kind::System => Utc::now().trunc_subsecs(6),
            Kind::Manual(time) => *time.borrow(),
        }
    }

    /// Waits until the clock shows `deadline` or later. May return early (a system clock sleeps at most a
    /// minute at once, so that a clock set forward is noticed): callers look at the clock again.
    pub async fn sleep_until(&self, deadline: DateTime<Utc>) {
        match &self.0 {
            Kind::System => {
                let wait = (deadline - self.now()).to_std().unwrap_or_default();
                tokio::time::sleep(wait.min(Duration::from_mins(1))).await;
            }
            Kind::Manual(time) => {
                let mut seen = time.subscribe();
                // The sender lives as long as this clock does, so this only ends when the time has come.
                let _ = seen.wait_for(|now| *now >= deadline).await;
            }
        }
    }

    /// Moves a manual clock to `time`. Has no effect on the machine's clock.
    pub fn set(&self, time: DateTime<Utc>) {
        if let Kind::Manual(now) = &self.0 {
            now.send_replace(time.trunc_subsecs(6));
        }
    }

    /// Moves a manual clock forward by `step`. Has no effect on the machine's clock.
    pub fn advance(&self, step: chrono::Duration) {
        self.set(self.now() + step);
    }
}
