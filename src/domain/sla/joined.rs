//! What becomes of promises when two tickets become one, and when they part again.
//!
//! Whoever has waited longest counts: of two promises of the same kind the one that is due first goes on, with its
//! past, its warnings and its breach. So nobody is made to wait longer by a merge, and nothing is told twice.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::policy::{Metric, Policy};
use super::timeline::{Happened, Line, in_words};
use crate::domain::ticket::Priority;

/// A ticket's clocks and the policy under which they count.
#[derive(Debug, Clone, Copy)]
pub struct Promises<'a> {
    /// Its clocks.
    pub clocks: &'a [Clock],
    /// Its policy.
    pub policy: &'a Policy,
}

/// Names a clock within a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// What is promised.
    pub metric: Metric,
    /// Which round of it.
    pub cycle: u32,
}

/// Where a promise of the ticket that was merged away went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The promise as it was at the moment of the merge.
    pub was: Clock,
    /// The clock that speaks for it since.
    pub went_to: Name,
    /// What that clock had counted at that moment, in business seconds.
    pub counted: i64,
    /// What became of it there.
    pub fate: Fate,
}

/// How a promise went on in the other ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It had no like there, and became a clock of its own.
    Began,
    /// It was due first, and took the place of this one.
    Replaced(Clock),
    /// Another was due first and counts for both.
    Yielded,
}

/// The clocks after a merge, and what undoing it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Joined {
    /// All clocks of the ticket that goes on.
    pub clocks: Vec<Clock>,
    /// The lines to add to its story.
    pub lines: Vec<Line>,
    /// Where each live promise of the other went.
    pub moved: Vec<Moved>,
}

/// The clocks of `into` once `from`, which people call `key`, has become part of it. `answered` says whether an agent
/// has answered in `into`: then whoever waits in `from` waits for the *next* response there.
pub fn join(
    from: Promises<'_>,
    into: Promises<'_>,
    answered: bool,
    priority: Priority,
    at: DateTime<Utc>,
    key: &str,
) -> Joined {
    let at = at.trunc_subsecs(0);
    let mut out = Joined {
        clocks: into.clocks.to_vec(),
        ..Joined::default()
    };
    for clock in from.clocks.iter().filter(|clock| clock.is_live()) {
        let was = clock.clone().rebased(from.policy, at);
        let metric = match was.metric {
            Metric::Resolution => Metric::Resolution,
            Metric::FirstResponse | Metric::NextResponse if answered => Metric::NextResponse,
            Metric::FirstResponse | Metric::NextResponse => Metric::FirstResponse,
        };
        let alike = out
            .clocks
            .iter()
            .position(|own| own.is_live() && own.metric == metric);
        let moved = if let Some(place) = alike {
            let own = out.clocks[place].clone().rebased(into.policy, at);
            let (counted, fate) = if was.first_due(from.policy, at) < own.first_due(into.policy, at)
            {
                let taken = was.clone().renamed(&own, into.policy, own.priority);
                let runs = own.running_since;
                let because = format!("{key}, now part of this, has waited longer");
                let taken = taken.going(runs, into.policy);
                out.place(place, taken, at, (Happened::Retargeted, &because));
                (was.elapsed_seconds, Fate::Replaced(own.clone()))
            } else {
                (own.elapsed_seconds, Fate::Yielded)
            };
            let went_to = own.name();
            Moved {
                was,
                went_to,
                counted,
                fate,
            }
        } else {
            let mut fresh = was.clone();
            fresh.metric = metric;
            fresh.cycle = 1 + out
                .clocks
                .iter()
                .filter(|own| own.metric == metric)
                .map(|own| own.cycle)
                .max()
                .unwrap_or(0);
            let taken = was.clone().renamed(&fresh, into.policy, priority);
            out.clocks.push(taken.clone());
            let because = format!("{key}, now part of this, waits for it");
            let (place, taken) = (out.clocks.len() - 1, taken.going(Some(at), into.policy));
            out.place(place, taken, at, (Happened::Started, &because));
            Moved {
                counted: was.elapsed_seconds,
                was,
                went_to: fresh.name(),
                fate: Fate::Began,
            }
        };
        out.moved.push(moved);
    }
    out
}

/// The clocks of both tickets once they have parted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parted {
    /// The clocks of the ticket that has its messages back.
    pub from: Vec<Clock>,
    /// The lines to add to its story.
    pub from_lines: Vec<Line>,
    /// The clocks of the ticket it was part of.
    pub into: Vec<Clock>,
    /// The lines to add to that one's story.
    pub into_lines: Vec<Line>,
}

/// Undoes [`join`]: `kept` are the clocks of the ticket that was merged away as they were then, `moved` says where its
/// promises went. What was counted, told or answered meanwhile stays so: an answer in the common ticket went to both.
pub fn part(
    kept: &[Clock],
    from_policy: &Policy,
    into: Promises<'_>,
    moved: &[Moved],
    at: DateTime<Utc>,
    keys: (&str, &str),
) -> Parted {
    let at = at.trunc_subsecs(0);
    let mut out = Parted {
        from: kept.to_vec(),
        into: into.clocks.to_vec(),
        ..Parted::default()
    };
    for moved in moved {
        let Some(place) = out.into.iter().position(|c| c.name() == moved.went_to) else {
            continue;
        };
        let common = out.into[place].clone().rebased(into.policy, at);
        let ran = (common.elapsed_seconds - moved.counted).max(0);
        let going = common.is_live().then_some(common.running_since).flatten();
        if let Some(own) = out.from.iter_mut().find(|c| c.name() == moved.was.name()) {
            let mut back = moved.was.clone();
            back.elapsed_seconds += ran;
            if moved.fate != Fate::Yielded {
                back.inherit(&common);
            }
            let runs = if common.is_live() { going } else { Some(at) };
            let back = back.going(runs, from_policy);
            let because = format!("it is no part of {} any more", keys.1);
            let met = common
                .met_at
                .filter(|_| moved.was.metric != Metric::Resolution);
            *own = back;
            let step = match met {
                Some(met) => own.clone().meet(
                    from_policy,
                    met,
                    &format!("an agent answered in {}", keys.1),
                ),
                None => own.clone().step(at, Happened::Resumed, because),
            };
            *own = step.clock;
            out.from_lines.extend(step.lines);
        }
        if !common.is_live() {
            continue;
        }
        let because = format!("{} is no part of this any more", keys.0);
        let step = match &moved.fate {
            Fate::Yielded => continue,
            Fate::Began => common.drop_it(into.policy, at, &because),
            Fate::Replaced(own) => {
                let mut own = own.clone();
                own.elapsed_seconds += ran;
                let own = own.going(going, into.policy);
                let because = format!("{because}; {}", own.deadline(into.policy));
                own.step(at, Happened::Retargeted, because)
            }
        };
        out.into[place] = step.clock;
        out.into_lines.extend(step.lines);
    }
    out
}

impl Joined {
    fn place(
        &mut self,
        place: usize,
        clock: Clock,
        at: DateTime<Utc>,
        (what, because): (Happened, &str),
    ) {
        let left = in_words(clock.target_seconds - clock.elapsed_seconds);
        let step = clock.step(at, what, format!("{because}; {left} are left"));
        self.lines.extend(step.lines);
        self.clocks[place] = step.clock;
    }
}

impl Clock {
    /// What names it within its ticket.
    pub const fn name(&self) -> Name {
        Name {
            metric: self.metric,
            cycle: self.cycle,
        }
    }

    /// The same clock with all that has passed by `at` written down.
    fn rebased(mut self, policy: &Policy, at: DateTime<Utc>) -> Self {
        if self.is_live() && self.running_since.is_some() {
            self.elapsed_seconds = self.elapsed(policy, at);
            self.running_since = Some(at);
        }
        self
    }

    /// Runs from that moment, or stands still.
    fn going(mut self, since: Option<DateTime<Utc>>, policy: &Policy) -> Self {
        self.running_since = since;
        self.plan(policy);
        self
    }

    /// The same promise as a clock of another ticket.
    fn renamed(mut self, like: &Self, policy: &Policy, priority: Priority) -> Self {
        (self.metric, self.cycle) = (like.metric, like.cycle);
        (self.policy, self.priority) = (policy.id, priority);
        self
    }

    /// When it is, was, or would be due if it ran; what never is comes last.
    fn first_due(&self, policy: &Policy, at: DateTime<Utc>) -> DateTime<Utc> {
        let due = match self.breached_at {
            Some(_) => self.due_at,
            None => self.clone().going(Some(at), policy).due_at,
        };
        due.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Takes over what was told of this promise elsewhere.
    fn inherit(&mut self, other: &Self) {
        for told in other.warnings.iter().filter(|w| w.sent_at.is_some()) {
            match self.warnings.iter_mut().find(|w| w.percent == told.percent) {
                Some(own) => own.sent_at = own.sent_at.or(told.sent_at),
                None => self.warnings.push(*told),
            }
        }
        if self.breached_at.is_none() && other.breached_at.is_some() {
            (self.breached_at, self.due_at) = (other.breached_at, other.due_at);
        }
    }
}
