//! The pass over all rules: a plain function from facts to planned actions and their explanation.

use std::cell::OnceCell;

use chrono::{DateTime, TimeDelta, Utc};

use super::action::Action;
use super::compare::{changed, holds, shown_changes};
use super::compile::{Compiled, CompiledRule, CompiledTest, RuleSet};
use super::explain::{Group, Looked, RuleRun, Shown};
use super::facts::Facts;
use super::field::Field;
use super::limits;
use super::operator::Operator;
use super::overlay::Overlay;
use super::seen::{Seen, read, since};
use super::sieve::Found;
use super::trigger::Trigger;
use super::wanted::Wanted;
use crate::domain::ids::RuleId;

/// What a pass planned, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What to do, in this order.
    pub actions: Vec<Planned>,
    /// The rules that acted, in the order in which they did; from [`RuleSet::explain`] every rule that looked.
    pub explanation: Vec<RuleRun>,
    /// How many rules looked.
    pub looked: usize,
    /// The pass did not look at any rule, because too many rules had triggered one another before it.
    pub chain_too_long: bool,
}

/// One planned action with the rule that wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Which rule.
    pub rule: RuleId,
    /// Its name, for the timeline.
    pub rule_name: Shown,
    /// Its version.
    pub version: i64,
    /// What it wants.
    pub action: Action,
}

impl RuleSet {
    /// Lets every rule with that trigger look, in order. Later rules see what earlier ones planned; a rule
    /// that says stop ends the pass after its own actions. `changed` conditions ask about the event alone,
    /// not about what rules of this pass plan. Only rules that act are explained: an explanation of the others
    /// costs more than looking, and can be had from the same facts at any time.
    pub fn evaluate(&self, trigger: Trigger, facts: &Facts<'_>) -> Outcome {
        self.pass(trigger, facts, false)
    }

    /// As [`RuleSet::evaluate`], with an explanation of every rule that looked.
    pub fn explain(&self, trigger: Trigger, facts: &Facts<'_>) -> Outcome {
        self.pass(trigger, facts, true)
    }

    fn pass(&self, trigger: Trigger, facts: &Facts<'_>, explain: bool) -> Outcome {
        let mut outcome = Outcome::default();
        if facts.chain > limits::CHAIN {
            outcome.chain_too_long = true;
            return outcome;
        }
        let mut pass = Pass::new(self, facts);
        for rule in self.looking(trigger, facts) {
            outcome.looked += 1;
            let matched = pass.holds(&rule.when);
            if !matched && !explain {
                continue;
            }
            let mut run = RuleRun {
                rule: rule.id,
                name: rule.name.clone(),
                version: rule.version,
                matched,
                conditions: pass.look(&rule.when),
                actions: Vec::new(),
                stopped: false,
            };
            if matched {
                run.actions.clone_from(&rule.definition.then);
                run.stopped = pass.plan(rule, &mut outcome.actions);
            }
            let stopped = run.stopped;
            outcome.explanation.push(run);
            if stopped {
                break;
            }
        }
        outcome
    }

    /// The rules that look at this.
    fn looking<'r>(
        &'r self,
        trigger: Trigger,
        facts: &'r Facts<'_>,
    ) -> impl Iterator<Item = &'r CompiledRule> {
        self.rules.iter().filter(move |rule| {
            rule.definition.on.contains(&trigger) && !facts.fired.contains(&rule.id)
        })
    }

    /// Whether some rule is pulled by time.
    pub fn has_time(&self) -> bool {
        self.timed().next().is_some()
    }

    /// Whether some rule looks at this kind of event.
    pub fn looks_on(&self, trigger: Trigger) -> bool {
        self.rules
            .iter()
            .any(|rule| rule.definition.on.contains(&trigger))
    }

    /// Whether some rule asks about this field.
    pub fn asks(&self, field: &Field) -> bool {
        self.fields.contains(field)
    }

    /// Whether some rule asks about a header.
    pub fn asks_headers(&self) -> bool {
        self.fields
            .iter()
            .any(|field| matches!(field, Field::Header(_)))
    }

    /// Whether time pulls this rule.
    pub fn is_timed(&self, id: RuleId) -> bool {
        self.timed().any(|rule| rule.id == id)
    }

    /// Whether a rule that is pulled by time asks about this field.
    pub fn time_asks(&self, field: &Field) -> bool {
        self.timed()
            .flat_map(|rule| rule.when.tests())
            .any(|test| self.fields[test.slot] == *field)
    }

    pub(super) fn timed(&self) -> impl Iterator<Item = &CompiledRule> {
        self.rules
            .iter()
            .filter(|rule| rule.definition.on.iter().any(|on| on.is_time()))
    }

    /// The next moment after `facts.now` at which a rule on time may see something else than now, because an
    /// age it asks for is reached, or an hour or a day begins, or business hours do (`turn`: when they next
    /// begin or end). None if time alone changes nothing.
    pub fn next_look(
        &self,
        facts: &Facts<'_>,
        turn: Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        let timed = self.timed().filter(|rule| !facts.fired.contains(&rule.id));
        let moments = timed.flat_map(|rule| rule.when.tests()).flat_map(|test| {
            match &self.fields[test.slot] {
                Field::BusinessHours => turn.into_iter().collect(),
                Field::Hour | Field::Weekday => self.next_hour(test, facts).into_iter().collect(),
                _ => self.reached(test, facts),
            }
        });
        moments.filter(|at| *at > facts.now).min()
    }

    /// When a question about the hour or the day changes its answer: at a full hour of the coming week.
    fn next_hour(&self, test: &CompiledTest, facts: &Facts<'_>) -> Option<DateTime<Utc>> {
        let field = &self.fields[test.slot];
        let answer = |now| {
            let then = Facts { now, ..*facts };
            let seen = read(field, &then, &Overlay::default());
            holds(test.op, &test.wanted, &seen, field, &then)
        };
        // Some zones differ from UTC by a quarter of an hour.
        let quarter = facts.now.timestamp().div_euclid(900) * 900;
        let begin = DateTime::from_timestamp(quarter, 0)?;
        let now = answer(facts.now);
        (1..=7 * 24 * 4)
            .filter_map(|step| begin.checked_add_signed(TimeDelta::minutes(15 * step)))
            .find(|at| answer(*at) != now)
    }

    /// When a question about an age changes its answer.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float becomes the nearest integer it can"
    )]
    fn reached(&self, test: &CompiledTest, facts: &Facts<'_>) -> Vec<DateTime<Utc>> {
        let field = &self.fields[test.slot];
        if *field == Field::HoursUntilDue {
            return before(facts.ticket.due_at, &test.wanted);
        }
        let Some(since) = since(field, facts) else {
            return Vec::new();
        };
        let seconds: Vec<i64> = match &test.wanted {
            Wanted::Age(age) => vec![age.num_seconds()],
            // "Greater than 4" is not yet true at 4 hours, but a second later.
            Wanted::Numbers(hours) => hours
                .iter()
                .map(|hours| (hours * 3600.0) as i64 + 1)
                .collect(),
            _ => Vec::new(),
        };
        let moment = |seconds| since.checked_add_signed(TimeDelta::try_seconds(seconds)?);
        seconds.into_iter().filter_map(moment).collect()
    }
}

/// The moments that lie so many hours before a deadline, and a second later.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float becomes the nearest integer it can"
)]
fn before(due: Option<DateTime<Utc>>, wanted: &Wanted) -> Vec<DateTime<Utc>> {
    let (Some(due), Wanted::Numbers(hours)) = (due, wanted) else {
        return Vec::new();
    };
    let moment = |seconds| due.checked_sub_signed(TimeDelta::try_seconds(seconds)?);
    hours
        .iter()
        .map(|hours| (hours * 3600.0) as i64)
        .flat_map(|seconds| [moment(seconds), moment(seconds - 1)])
        .flatten()
        .collect()
}

impl Compiled {
    /// All questions in it.
    fn tests(&self) -> Vec<&CompiledTest> {
        match self {
            Self::Test(test) => vec![test],
            Self::Group(_, members) => members.iter().flat_map(Self::tests).collect(),
        }
    }
}

/// One pass: the facts, what has been planned, and every field read so far.
struct Pass<'r, 'f> {
    set: &'r RuleSet,
    facts: &'r Facts<'f>,
    plan: Overlay,
    /// By the fields' places in the set. Emptied where a plan changes the field.
    seen: Vec<OnceCell<Seen<'f>>>,
    /// Which words of the field's patterns are there; likewise.
    found: Vec<OnceCell<Found>>,
}

impl<'r, 'f> Pass<'r, 'f> {
    fn new(set: &'r RuleSet, facts: &'r Facts<'f>) -> Self {
        let seen = set.fields.iter().map(|_| OnceCell::new()).collect();
        Self {
            set,
            facts,
            plan: Overlay::default(),
            seen,
            found: set.fields.iter().map(|_| OnceCell::new()).collect(),
        }
    }

    /// Whether a condition holds, without a word about it.
    fn holds(&self, condition: &Compiled) -> bool {
        match condition {
            Compiled::Group(Group::All, members) => members.iter().all(|m| self.holds(m)),
            Compiled::Group(Group::Any, members) => members.iter().any(|m| self.holds(m)),
            Compiled::Group(Group::None, members) => !members.iter().any(|m| self.holds(m)),
            Compiled::Test(test) => {
                let field = &self.set.fields[test.slot];
                match test.op {
                    Operator::Changed | Operator::ChangedFrom | Operator::ChangedTo => {
                        changed(test.op, &test.wanted, field, self.facts)
                    }
                    op if self.cannot(test) => op == Operator::NotContains,
                    op => holds(op, &test.wanted, self.seen(test.slot), field, self.facts),
                }
            }
        }
    }

    /// Whether a pattern or a text cannot be there, because no word of it is.
    fn cannot(&self, test: &CompiledTest) -> bool {
        let (Some(words), Some(Some(sieve))) = (&test.words, self.set.sieves.get(test.slot)) else {
            return false;
        };
        let found = self.found[test.slot].get_or_init(|| sieve.find(self.seen(test.slot)));
        !found.any(words)
    }

    fn seen(&self, slot: usize) -> &Seen<'f> {
        self.seen[slot].get_or_init(|| read(&self.set.fields[slot], self.facts, &self.plan))
    }

    fn look(&self, condition: &Compiled) -> Looked {
        match condition {
            Compiled::Test(test) => self.test(test),
            Compiled::Group(group, conditions) => {
                // The first member with this result decides: a failure for all, a success for any and none.
                let deciding = *group != Group::All;
                let mut members = Vec::with_capacity(conditions.len());
                let mut decided = false;
                for condition in conditions {
                    let looked = self.look(condition);
                    decided = looked.result() == deciding;
                    members.push(looked);
                    if decided {
                        break;
                    }
                }
                let result = match group {
                    Group::Any => decided,
                    Group::All | Group::None => !decided,
                };
                Looked::Group {
                    group: *group,
                    members,
                    result,
                }
            }
        }
    }

    fn test(&self, test: &CompiledTest) -> Looked {
        let field: &Field = &self.set.fields[test.slot];
        let (result, shown) = match test.op {
            Operator::Changed | Operator::ChangedFrom | Operator::ChangedTo => {
                let result = changed(test.op, &test.wanted, field, self.facts);
                (result, shown_changes(field, self.facts))
            }
            op => {
                let seen = self.seen(test.slot);
                (
                    holds(op, &test.wanted, seen, field, self.facts),
                    seen.shown(),
                )
            }
        };
        Looked::Test {
            field: test.shown_field.clone(),
            op: test.op,
            wanted: test.shown_value.clone(),
            seen: shown,
            result,
        }
    }

    /// Plans a rule's actions; returns whether it ends the pass.
    fn plan(&mut self, rule: &CompiledRule, planned: &mut Vec<Planned>) -> bool {
        let mut stop = false;
        for action in &rule.definition.then {
            if *action == Action::Stop {
                stop = true;
                continue;
            }
            let touched = self.plan.plan(action, self.facts.ticket);
            for (slot, known) in self.set.fields.iter().enumerate() {
                if touched.contains(known) {
                    self.seen[slot] = OnceCell::new();
                    self.found[slot] = OnceCell::new();
                }
            }
            planned.push(Planned {
                rule: rule.id,
                rule_name: rule.name.clone(),
                version: rule.version,
                action: action.clone(),
            });
        }
        stop
    }
}
