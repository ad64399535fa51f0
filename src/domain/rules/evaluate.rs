//! The pass over all rules: a plain function from facts to planned actions and their explanation.

use std::cell::OnceCell;

use chrono::{DateTime, TimeDelta, Utc};

use super::action::Action;
use super::compare::{changed, holds};
use super::compile::{Compiled, CompiledRule, CompiledTest, RuleSet};
use super::explain::{Group, Looked, RuleRun, Shown};
use super::facts::Facts;
use super::field::Field;
use super::limits;
use super::operator::Operator;
use super::overlay::Overlay;
use super::seen::{Seen, read, since};
use super::trigger::Trigger;
use super::wanted::Wanted;
use crate::domain::ids::RuleId;

/// What a pass planned, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What to do, in this order.
    pub actions: Vec<Planned>,
    /// Every rule that looked, in the order in which they did.
    pub explanation: Vec<RuleRun>,
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
    /// not about what rules of this pass plan.
    pub fn evaluate(&self, trigger: Trigger, facts: &Facts<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        if facts.chain > limits::CHAIN {
            outcome.chain_too_long = true;
            return outcome;
        }
        let mut pass = Pass::new(self, facts);
        for rule in self
            .rules
            .iter()
            .filter(|rule| rule.definition.on.contains(&trigger))
        {
            let conditions = pass.look(&rule.when);
            let matched = conditions.result();
            let mut run = RuleRun {
                rule: rule.id,
                name: rule.name.clone(),
                version: rule.version,
                matched,
                conditions,
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

    /// The next moment after `facts.now` at which a rule on time may see something else than now, because an
    /// age it asks for is reached. None if time alone changes nothing. Business hours are not counted in:
    /// where rules ask for those too, look again when the calendar opens and closes.
    pub fn next_look(&self, facts: &Facts<'_>) -> Option<DateTime<Utc>> {
        let timed = self
            .rules
            .iter()
            .filter(|rule| rule.definition.on.iter().any(|on| on.is_time()));
        let moments = timed
            .flat_map(|rule| rule.when.tests())
            .flat_map(|test| self.reached(test, facts));
        moments.filter(|at| *at > facts.now).min()
    }

    /// When a question about an age changes its answer.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float becomes the nearest integer it can"
    )]
    fn reached(&self, test: &CompiledTest, facts: &Facts<'_>) -> Vec<DateTime<Utc>> {
        let Some(since) = since(&self.fields[test.slot], facts) else {
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
}

impl<'r, 'f> Pass<'r, 'f> {
    fn new(set: &'r RuleSet, facts: &'r Facts<'f>) -> Self {
        let seen = set.fields.iter().map(|_| OnceCell::new()).collect();
        Self {
            set,
            facts,
            plan: Overlay::default(),
            seen,
        }
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
                changed(test.op, &test.wanted, field, self.facts)
            }
            op => {
                let seen = self.seen[test.slot].get_or_init(|| read(field, self.facts, &self.plan));
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
            if let Some(field) = self.plan.plan(action, &self.facts.ticket) {
                let slot = self.set.fields.iter().position(|known| *known == field);
                if let Some(slot) = slot {
                    self.seen[slot] = OnceCell::new();
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
