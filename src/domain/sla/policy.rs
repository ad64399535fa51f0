//! What a desk promises: a target per metric and priority, the calendar it counts in, when it pauses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::duration::Span;
use crate::domain::ids::PolicyId;
use crate::domain::ticket::{Priority, Status};

words! {
    /// What is promised.
    pub enum Metric {
        /// From the ticket's beginning to the first public answer.
        FirstResponse = "first_response",
        /// From a customer's message on an answered ticket to the next public answer.
        NextResponse = "next_response",
        /// From the ticket's beginning, or its reopening, to resolved.
        Resolution = "resolution",
    }
}

impl Metric {
    /// The word as people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::FirstResponse => "First response",
            Self::NextResponse => "Next response",
            Self::Resolution => "Resolution",
        }
    }
}

/// A set of promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Its id.
    pub id: PolicyId,
    /// Its name, unique within the tenant.
    pub name: String,
    /// In whose hours it counts.
    pub calendar: Calendar,
    /// How long each thing may take. A priority that is missing has no clock of that metric.
    pub targets: BTreeMap<Metric, BTreeMap<Priority, Span>>,
    /// In which states of a ticket its clocks stand still.
    pub pause_on: Vec<Status>,
    /// After which shares of a target, in percent, a warning is due.
    pub warn: Vec<u8>,
}

/// One thing that is wrong with a policy or a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The key, as in `warn[1]` or `when.any[0].value`.
    pub path: String,
    /// What is wrong and what was expected, as a sentence.
    pub message: String,
}

impl Policy {
    /// The target of a metric at a priority, in business seconds.
    pub fn target(&self, metric: Metric, priority: Priority) -> Option<i64> {
        let span = self.targets.get(&metric)?.get(&priority)?;
        Some(span.seconds_with_day(self.calendar.day_length()))
    }

    /// Whether it promises the same, whatever it is called.
    pub fn promises_like(&self, other: &Self) -> bool {
        (&self.targets, &self.pause_on, self.steps(), &self.calendar)
            == (
                &other.targets,
                &other.pause_on,
                other.steps(),
                &other.calendar,
            )
    }

    /// Whether its clocks stand still while a ticket is in this state.
    pub fn pauses_on(&self, status: Status) -> bool {
        self.pause_on.contains(&status)
    }

    /// The warning steps, rising, each once.
    pub(super) fn steps(&self) -> Vec<u8> {
        let mut steps = self.warn.clone();
        steps.sort_unstable();
        steps.dedup();
        steps
    }

    /// What a person should mend before the policy is used.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (index, percent) in self.warn.iter().enumerate() {
            if !(1..=99).contains(percent) {
                problems.push(Problem {
                    path: format!("warn[{index}]"),
                    message: format!(
                        "{percent} is not a warning step; expected percents from 1 to 99"
                    ),
                });
            }
        }
        for (index, status) in self.pause_on.iter().enumerate() {
            if !status.is_active() {
                problems.push(Problem {
                    path: format!("pause_on[{index}]"),
                    message: format!(
                        "a {status} ticket has no running clocks; expected open, in_progress or on_hold"
                    ),
                });
            }
        }
        if !self.calendar.hours.ever_open() {
            problems.push(Problem {
                path: "calendar".to_owned(),
                message: "the calendar never opens, so that no target is ever due; expected hours on at least one weekday".to_owned(),
            });
        }
        problems
    }
}
