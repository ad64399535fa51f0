//! First signal: take no new work and finish what is in hand. Second signal, or a deadline: stop.
//!
//! Every task of the daemon is started here, so that none is forgotten at the end and none dies unseen.

use std::any::Any;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long what is in hand may take after the first signal; systemd and containers wait a little longer.
const FINISHING: Duration = Duration::from_secs(30);
/// How long tasks may take to notice that all is over.
const LEAVING: Duration = Duration::from_secs(2);
/// The first wait before a task that panicked is started again; it doubles up to the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// All tasks of the daemon. Cheap to clone; clones share everything.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    /// Knows every task that has not ended.
    tracker: TaskTracker,
    /// Cancelled by the first signal: no new work.
    soft: CancellationToken,
    /// Cancelled by the second signal or the deadline: every task is dropped where it stands.
    hard: CancellationToken,
}

impl Tasks {
    /// Cancelled when no new work is to be taken. Tasks hold it, or a child of it, and end by themselves.
    pub fn stopping(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Where pieces of work that must be finished are started, such as a call whose caller may hang up. The end waits
    /// for them as for all tasks.
    pub fn in_hand(&self) -> TaskTracker {
        self.tracker.clone()
    }

    /// Runs a task that goes on for ever. Should it panic, that is logged and `work` is called again after a wait;
    /// it must therefore find everything it needs in the database. Returning ends it.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that starts tasks"
    )]
    pub fn spawn<F, Fut>(&self, name: impl Into<Arc<str>>, work: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let (name, soft, hard) = (name.into(), self.soft.clone(), self.hard.clone());
        tokio::spawn(self.tracker.track_future(async move {
            tokio::select! {
                biased;
                () = hard.cancelled() => tracing::warn!(task = %name, "stopped in the middle of its work"),
                () = kept_alive(&name, &soft, work) => {}
            }
        }));
    }

    /// Runs a task that the daemon cannot do without and that cannot be started twice. Should it end before anybody
    /// asked for it, everything stops.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that starts tasks"
    )]
    pub fn spawn_vital(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let (tasks, hard) = (self.clone(), self.hard.clone());
        tokio::spawn(self.tracker.track_future(async move {
            let ended = tokio::select! {
                biased;
                () = hard.cancelled() => return,
                ended = AssertUnwindSafe(work).catch_unwind() => ended,
            };
            if !tasks.soft.is_cancelled() {
                let panic = ended.as_ref().err().map(|panic| words(&**panic));
                tracing::error!(task = name, panic, "ended before its time; stopping");
                tasks.stop();
            }
        }));
    }

    /// Asks all tasks to end: what is in hand is finished, nothing new is taken.
    pub fn stop(&self) {
        self.soft.cancel();
        self.tracker.close();
    }

    /// Waits until all tasks have ended after [`Tasks::stop`]. When `impatient` comes first, or 30 seconds are over,
    /// they are dropped where they stand; the database knows what they had in hand. True if all ended by themselves.
    pub async fn finished(&self, impatient: impl Future<Output = ()>) -> bool {
        let in_peace = tokio::select! {
            () = self.tracker.wait() => true,
            () = impatient => false,
            () = sleep(FINISHING) => false,
        };
        if !in_peace {
            self.hard.cancel();
            // A task that blocks its thread cannot be dropped; the process ends all the same.
            let _ = timeout(LEAVING, self.tracker.wait()).await;
        }
        in_peace
    }
}

/// Calls `work` until it returns.
async fn kept_alive<F, Fut>(name: &str, stopping: &CancellationToken, work: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = ()>,
{
    let mut wait = FIRST_WAIT;
    loop {
        let started = Instant::now();
        // Nothing of a panicked run is used again, so nothing can be seen half done.
        let Err(panic) = AssertUnwindSafe(async { work().await })
            .catch_unwind()
            .await
        else {
            return;
        };
        if started.elapsed() > LONGEST_WAIT {
            wait = FIRST_WAIT;
        }
        tracing::error!(task = name, panic = words(&*panic), again_in = ?wait, "a task failed; this is a mistake in the program");
        tokio::select! {
            () = stopping.cancelled() => return,
            () = sleep(wait) => {}
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no words")
}

/// SIGTERM and SIGINT.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens from now on; the signals no longer end the process by themselves.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_is_started_again() {
        let tasks = Tasks::default();
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        tasks.spawn("shaky", move || {
            let run = counted.fetch_add(1, Ordering::SeqCst);
            async move { assert!(run == 1, "run {run}") }
        });
        tasks.tracker.close();
        tasks.tracker.wait().await;
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn what_is_in_hand_is_finished_after_the_first_signal() {
        let tasks = Tasks::default();
        let stopping = tasks.stopping();
        let finished = CancellationToken::new();
        let done = finished.clone();
        tasks.spawn("busy", move || {
            let (stopping, done) = (stopping.clone(), done.clone());
            async move {
                stopping.cancelled().await;
                tokio::task::yield_now().await;
                done.cancel();
            }
        });
        tasks.stop();
        assert!(tasks.finished(pending()).await);
        assert!(finished.is_cancelled());
    }

    #[tokio::test]
    async fn the_second_signal_waits_for_nobody() {
        let tasks = Tasks::default();
        tasks.spawn("deaf", pending);
        tasks.stop();
        assert!(!tasks.finished(ready(())).await);
        assert!(tasks.tracker.is_empty());
    }
}
