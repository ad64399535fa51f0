//! What time does to a clock: when its steps will be reached, and what has been reached.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::clock::{Clock, Step, Warning};
use super::policy::Policy;
use super::timeline::{Happened, Line, SlaEvent, State, in_words};

impl Clock {
    /// The next moment at which [`due`](Self::due) will have something to say: the earliest warning not yet
    /// given, or the breach. None when paused, met, breached or dropped.
    pub fn next_wake(&self) -> Option<DateTime<Utc>> {
        if self.state() != State::Running {
            return None;
        }
        let warnings = self
            .warnings
            .iter()
            .filter(|warning| warning.sent_at.is_none());
        warnings
            .filter_map(|warning| warning.due_at)
            .chain(self.due_at)
            .min()
    }

    /// What time has done by `now`: each warning and the breach once, in order, however late it is asked.
    #[must_use]
    pub fn due(mut self, now: DateTime<Utc>) -> Step {
        let (mut events, mut lines) = (Vec::new(), Vec::new());
        if self.state() != State::Running {
            return Step {
                clock: self,
                events,
                lines,
            };
        }
        let now = now.trunc_subsecs(0);
        let (metric, cycle, target) = (self.metric, self.cycle, in_words(self.target_seconds));
        for warning in &mut self.warnings {
            let Some(at) = warning
                .due_at
                .filter(|at| *at <= now && warning.sent_at.is_none())
            else {
                continue;
            };
            warning.sent_at = Some(at);
            let percent = warning.percent;
            events.push(SlaEvent::Warning {
                metric,
                cycle,
                percent,
                at,
            });
            let because = format!("{percent} % of {target} have passed");
            lines.push(Line {
                at,
                metric,
                cycle,
                what: Happened::Warned,
                because,
            });
        }
        if let Some(at) = self.due_at.filter(|at| *at <= now) {
            self.breached_at = Some(at);
            events.push(SlaEvent::Breached { metric, cycle, at });
            let because = format!("all of {target} have passed");
            lines.push(Line {
                at,
                metric,
                cycle,
                what: Happened::Breached,
                because,
            });
        }
        Step {
            clock: self,
            events,
            lines,
        }
    }

    /// Works out when a clock's steps will be reached. Steps already taken stay as they are; steps that
    /// the new target puts into the past are due at once. A clock that stands still plans nothing.
    pub(super) fn plan(&mut self, policy: &Policy) {
        for percent in policy.steps() {
            if !self
                .warnings
                .iter()
                .any(|warning| warning.percent == percent)
            {
                self.warnings.push(Warning {
                    percent,
                    due_at: None,
                    sent_at: None,
                });
            }
        }
        let steps = policy.steps();
        self.warnings
            .retain(|warning| warning.sent_at.is_some() || steps.contains(&warning.percent));
        self.warnings
            .sort_unstable_by_key(|warning| warning.percent);
        let (elapsed, target, since) = (
            self.elapsed_seconds,
            self.target_seconds,
            self.running_since,
        );
        if self.breached_at.is_some() {
            return;
        }
        let reached = |seconds: i64| {
            let left = TimeDelta::seconds(seconds - elapsed);
            policy.calendar.add(since?, left)
        };
        for warning in self
            .warnings
            .iter_mut()
            .filter(|warning| warning.sent_at.is_none())
        {
            // Never at once: a rule on a warning may begin the clock anew, and that must not warn in the same moment.
            warning.due_at = reached((target * i64::from(warning.percent) / 100).max(1));
        }
        self.due_at = reached(target);
    }

    /// What is promised, as a sentence's end.
    pub(super) fn promise(&self, policy: &Policy) -> String {
        let (target, priority, name) = (in_words(self.target_seconds), self.priority, &policy.name);
        format!(
            "{name} gives {target} for priority {priority}; {}",
            self.deadline(policy)
        )
    }

    /// When that will be due, as a sentence's end.
    pub(super) fn deadline(&self, policy: &Policy) -> String {
        match self.due_at {
            _ if self.running_since.is_none() => "it stands still".to_owned(),
            Some(at) => {
                let local = at.with_timezone(&policy.calendar.timezone);
                format!("due {}", local.format("%a %-d %b %Y, %H:%M %Z"))
            }
            None => "never due, since the calendar does not open".to_owned(),
        }
    }
}
