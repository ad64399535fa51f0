//! What a clock tells people and programs about itself.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::policy::Metric;

words! {
    /// Where a clock stands.
    pub enum State {
        /// Counting.
        Running = "running",
        /// Waiting, by the policy's `pause_on`.
        Paused = "paused",
        /// Done in time.
        Met = "met",
        /// Missed; it stays so, even when the thing is done later.
        Breached = "breached",
        /// Fell away before either: the ticket was resolved unanswered, turned out to be spam, or its
        /// priority has no target. Such clocks are kept as history and not listed on the ticket.
        Dropped = "dropped",
    }
}

words! {
    /// What happened to a clock.
    pub enum Happened {
        /// It began to count.
        Started = "started",
        /// It stopped for a while.
        Paused = "paused",
        /// It counts again.
        Resumed = "resumed",
        /// Its target changed.
        Retargeted = "retargeted",
        /// A warning step was reached.
        Warned = "warned",
        /// The target was missed.
        Breached = "breached",
        /// What was promised was done in time.
        Met = "met",
        /// What was promised was done after the breach.
        MetLate = "met_late",
        /// It fell away.
        Dropped = "dropped",
    }
}

/// One line of a clock's story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When. For warnings and breaches: when they were due, even if they were noticed later.
    pub at: DateTime<Utc>,
    /// Which promise.
    pub metric: Metric,
    /// Which round of it, from 1.
    pub cycle: u32,
    /// What happened.
    pub what: Happened,
    /// Why, as a sentence.
    pub because: String,
}

/// Something that people must be told and rules may act on; each happens once per clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SlaEvent {
    /// A share of the target has passed.
    Warning {
        /// Which promise.
        metric: Metric,
        /// Which round of it.
        cycle: u32,
        /// The share, in percent.
        percent: u8,
        /// When that was.
        at: DateTime<Utc>,
    },
    /// All of the target has passed.
    Breached {
        /// Which promise.
        metric: Metric,
        /// Which round of it.
        cycle: u32,
        /// When that was.
        at: DateTime<Utc>,
    },
}

impl SlaEvent {
    /// Which promise it is about.
    pub const fn metric(&self) -> Metric {
        match self {
            Self::Warning { metric, .. } | Self::Breached { metric, .. } => *metric,
        }
    }

    /// When it was due.
    pub const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Warning { at, .. } | Self::Breached { at, .. } => *at,
        }
    }
}

/// So many seconds as people read them: `2h 30m`.
pub(super) fn in_words(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let parts: Vec<String> = [(hours, 'h'), (minutes, 'm'), (rest, 's')]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if parts.is_empty() {
        "0s".to_owned()
    } else {
        parts.join(" ")
    }
}
