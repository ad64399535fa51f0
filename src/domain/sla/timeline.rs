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

impl Line {
    /// The line for people: what happened to which promise, and why.
    pub fn sentence(&self) -> String {
        let what = match self.what {
            Happened::Started => "began to count",
            Happened::Paused => "was paused",
            Happened::Resumed => "counts again",
            Happened::Retargeted => "is counted anew",
            Happened::Warned => "comes to its end",
            Happened::Breached => "was missed",
            Happened::Met => "was kept",
            Happened::MetLate => "was kept too late",
            Happened::Dropped => "fell away",
        };
        let round = match self.cycle {
            1 => String::new(),
            cycle => format!(" (round {cycle})"),
        };
        format!("{}{round} {what}: {}.", self.metric.label(), self.because)
    }
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

    /// Which round of it.
    pub const fn cycle(&self) -> u32 {
        match self {
            Self::Warning { cycle, .. } | Self::Breached { cycle, .. } => *cycle,
        }
    }

    /// Which step of it: `warning:80`, `breached`. With metric and cycle it is a ticket's only one.
    pub fn step(&self) -> String {
        match self {
            Self::Warning { percent, .. } => format!("warning:{percent}"),
            Self::Breached { .. } => "breached".to_owned(),
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
