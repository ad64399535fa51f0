//! One promise to one ticket and how far it has come. Every transition is a plain function of the clock,
//! the policy and a moment.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::policy::{Metric, Policy};
use super::timeline::{Happened, Line, SlaEvent, State, in_words};
use crate::domain::ids::PolicyId;
use crate::domain::ticket::Priority;

/// One promise to one ticket. `(ticket, metric, cycle)` names it.
///
/// Moments are kept in whole seconds, so that the business time of many pauses adds up exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What is promised.
    pub metric: Metric,
    /// Which round: 1 at first, one more each time the promise begins anew.
    pub cycle: u32,
    /// The policy it counts under.
    pub policy: PolicyId,
    /// The ticket's priority when the target was last set.
    pub priority: Priority,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long the thing may take, in business seconds.
    pub target_seconds: i64,
    /// Business seconds that had passed when it last began to run, or had been stopped.
    pub elapsed_seconds: i64,
    /// Since when it counts; absent while it stands still and after its end.
    pub running_since: Option<DateTime<Utc>>,
    /// When the target will have passed; absent while paused and where the calendar never opens. After a
    /// breach: when it was due.
    pub due_at: Option<DateTime<Utc>>,
    /// The warning steps, rising.
    pub warnings: Vec<Warning>,
    /// When the target was missed. A fact: nothing takes it away.
    pub breached_at: Option<DateTime<Utc>>,
    /// When the thing was done, in time or late.
    pub met_at: Option<DateTime<Utc>>,
    /// When it fell away.
    pub dropped_at: Option<DateTime<Utc>>,
}

/// One warning step of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The share of the target, in percent.
    pub percent: u8,
    /// When it will be reached; absent while the clock is paused.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was recorded as reached. It is recorded once, whatever becomes of the target.
    pub sent_at: Option<DateTime<Utc>>,
}

/// A clock after a transition, with what there is to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The clock now.
    pub clock: Clock,
    /// Warnings and breaches that became due, in the order of their moments.
    pub events: Vec<SlaEvent>,
    /// The lines to add to the ticket's service level timeline.
    pub lines: Vec<Line>,
}

impl Clock {
    /// A clock that begins to count. None if the policy has no target for this metric and priority.
    pub fn start(
        metric: Metric,
        cycle: u32,
        priority: Priority,
        policy: &Policy,
        at: DateTime<Utc>,
        because: &str,
    ) -> Option<Step> {
        let at = at.trunc_subsecs(0);
        let target_seconds = policy.target(metric, priority)?;
        let mut clock = Self {
            metric,
            cycle,
            policy: policy.id,
            priority,
            started_at: at,
            target_seconds,
            elapsed_seconds: 0,
            running_since: Some(at),
            due_at: None,
            warnings: Vec::new(),
            breached_at: None,
            met_at: None,
            dropped_at: None,
        };
        clock.plan(policy);
        let because = format!("{because}; {}", clock.promise(policy));
        Some(clock.step(at, Happened::Started, because))
    }

    /// Where it stands.
    pub const fn state(&self) -> State {
        if self.breached_at.is_some() {
            State::Breached
        } else if self.met_at.is_some() {
            State::Met
        } else if self.dropped_at.is_some() {
            State::Dropped
        } else if self.running_since.is_none() {
            State::Paused
        } else {
            State::Running
        }
    }

    /// Whether it still waits for the promised thing; a breached clock does until that is done late.
    pub const fn is_live(&self) -> bool {
        self.met_at.is_none() && self.dropped_at.is_none()
    }

    /// Business seconds that have passed by `at`.
    pub fn elapsed(&self, policy: &Policy, at: DateTime<Utc>) -> i64 {
        let running = self
            .running_since
            .map_or(0, |since| policy.calendar.between(since, at).num_seconds());
        self.elapsed_seconds + running
    }

    /// The clock stands still. Nothing happens to one that does not run.
    #[must_use]
    pub fn pause(mut self, policy: &Policy, at: DateTime<Utc>, because: &str) -> Step {
        let at = at.trunc_subsecs(0);
        if !self.is_live() || self.running_since.is_none() {
            return self.unchanged();
        }
        self.halt(policy, at);
        if self.breached_at.is_none() {
            self.due_at = None;
            self.warnings
                .iter_mut()
                .for_each(|warning| warning.due_at = None);
        }
        let left = self.target_seconds - self.elapsed_seconds;
        let because = if left > 0 {
            format!("{because}; {} are left", in_words(left))
        } else {
            because.to_owned()
        };
        self.step(at, Happened::Paused, because)
    }

    /// The clock counts again, from where it stood. Nothing happens to one that runs.
    #[must_use]
    pub fn resume(mut self, policy: &Policy, at: DateTime<Utc>, because: &str) -> Step {
        let at = at.trunc_subsecs(0);
        if !self.is_live() || self.running_since.is_some() {
            return self.unchanged();
        }
        self.running_since = Some(at);
        self.plan(policy);
        let because = format!("{because}; {}", self.deadline(policy));
        self.step(at, Happened::Resumed, because)
    }

    /// Another priority or policy holds. What has passed stays passed; the rest is counted by the new
    /// target and calendar, and warnings already given are not given again. Without a target the clock is
    /// dropped. A breached clock keeps the target that it missed.
    ///
    /// `old` is the policy under which the clock ran, for the business time until `at`; the same as `policy`
    /// if only the priority changed.
    #[must_use]
    pub fn retarget(
        mut self,
        old: &Policy,
        policy: &Policy,
        priority: Priority,
        at: DateTime<Utc>,
        because: &str,
    ) -> Step {
        let at = at.trunc_subsecs(0);
        let same = self.priority == priority && self.policy == policy.id && old == policy;
        if !self.is_live() || same {
            return self.unchanged();
        }
        let Some(target) = policy.target(self.metric, priority) else {
            return self.drop_it(old, at, &format!("{because}; it has no target there"));
        };
        let running = self.running_since.is_some();
        let was = (self.priority, self.policy, self.target_seconds, self.due_at);
        let steps = self.warnings.clone();
        self.halt(old, at);
        self.running_since = running.then_some(at);
        (self.priority, self.policy) = (priority, policy.id);
        if self.breached_at.is_some() {
            return self.unchanged();
        }
        self.target_seconds = target;
        self.plan(policy);
        let is = (self.priority, self.policy, self.target_seconds, self.due_at);
        if was == is && steps == self.warnings {
            return self.unchanged();
        }
        let because = format!("{because}; {}", self.promise(policy));
        self.step(at, Happened::Retargeted, because)
    }

    /// The promised thing was done. After the breach it is done late, and the breach stays.
    #[must_use]
    pub fn meet(mut self, policy: &Policy, at: DateTime<Utc>, because: &str) -> Step {
        let at = at.trunc_subsecs(0);
        if !self.is_live() {
            return self.unchanged();
        }
        self.halt(policy, at);
        self.met_at = Some(at);
        let what = if self.breached_at.is_some() {
            Happened::MetLate
        } else {
            Happened::Met
        };
        let took = in_words(self.elapsed_seconds);
        let of = in_words(self.target_seconds);
        self.step(at, what, format!("{because}, after {took} of {of}"))
    }

    /// The promise falls away: nobody waits for it any more, or it no longer holds.
    #[must_use]
    pub fn drop_it(mut self, policy: &Policy, at: DateTime<Utc>, because: &str) -> Step {
        let at = at.trunc_subsecs(0);
        if !self.is_live() {
            return self.unchanged();
        }
        self.halt(policy, at);
        self.dropped_at = Some(at);
        self.step(at, Happened::Dropped, because.to_owned())
    }

    /// Puts what has passed since it began to run into `elapsed_seconds` and stops it.
    fn halt(&mut self, policy: &Policy, at: DateTime<Utc>) {
        self.elapsed_seconds = self.elapsed(policy, at);
        self.running_since = None;
    }

    const fn unchanged(self) -> Step {
        Step {
            clock: self,
            events: Vec::new(),
            lines: Vec::new(),
        }
    }

    pub(super) fn step(self, at: DateTime<Utc>, what: Happened, because: String) -> Step {
        let line = Line {
            at,
            metric: self.metric,
            cycle: self.cycle,
            what,
            because,
        };
        Step {
            clock: self,
            events: Vec::new(),
            lines: vec![line],
        }
    }
}
