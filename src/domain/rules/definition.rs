//! A rule as people write it, and what may be wrong with it.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::action::{Action, Snooze};
use super::compile::Compiler;
use super::condition::Condition;
use super::limits;
use super::trigger::Trigger;
use crate::domain::ids::RuleId;
use crate::domain::sla::Problem;
use crate::domain::template::{self, Weight};

/// As long as a ticket may sleep.
const YEAR: TimeDelta = TimeDelta::days(365);

/// When a rule looks, what must hold, and what it does then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What makes it look.
    pub on: Vec<Trigger>,
    /// What must hold; without it the rule always acts.
    #[serde(default)]
    pub when: Condition,
    /// What it does, in this order.
    pub then: Vec<Action>,
}

/// A tenant's rule in one of its versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its id, the same in all versions.
    pub id: RuleId,
    /// Its name, unique within the tenant.
    pub name: String,
    /// Its version, from 1 upwards.
    pub version: i64,
    /// Its place in the order in which rules look; the lower goes first.
    pub position: i64,
    /// Whether it looks at all.
    pub active: bool,
    /// What it says.
    pub definition: Definition,
}

impl Definition {
    /// What a person should mend before the rule is used. Fields, operators, triggers and actions that do
    /// not exist are refused earlier, when the definition is read.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = self.unusable();
        for (index, action) in self.then.iter().enumerate() {
            let message = match action {
                Action::Note(text) => {
                    let mut findings = template::lint_note(text).into_iter();
                    let error = findings.find(|f| f.weight == Weight::Error);
                    error.map(|finding| finding.sentence)
                }
                Action::Snooze(Snooze::For(span)) if span.wall() > YEAR => {
                    Some("a ticket sleeps for at most a year".to_owned())
                }
                _ => None,
            };
            let path = format!("then[{index}].{}", action.key());
            problems.extend(message.map(|message| Problem { path, message }));
        }
        problems
    }

    /// Why it cannot even look. A mistake in a note's words is none: the other actions are done all the same.
    pub fn unusable(&self) -> Vec<Problem> {
        let mut compiler = Compiler::default();
        compiler.read(self);
        compiler.problems
    }

    /// What is wrong with its triggers and actions.
    pub(super) fn check_frame(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut add = |path: String, message: String| problems.push(Problem { path, message });
        if self.on.is_empty() {
            let choices = Trigger::WORDS.join(", ");
            add(
                "on".to_owned(),
                format!("the rule never looks; expected some of {choices}"),
            );
        }
        if self.then.is_empty() {
            let choices = Action::KEYS.join(", ");
            add(
                "then".to_owned(),
                format!("the rule does nothing; expected some of {choices}"),
            );
        }
        let (actions, most) = (self.then.len(), limits::ACTIONS);
        if actions > most {
            add(
                "then".to_owned(),
                format!("{actions} actions are too many; at most {most}"),
            );
        }
        for (index, action) in self.then.iter().enumerate() {
            let (length, most) = (action.value().to_string().len(), limits::TEXT_BYTES);
            if length > most {
                let path = format!("then[{index}].{}", action.key());
                add(
                    path,
                    format!("a text of {length} bytes is too long; at most {most}"),
                );
            }
        }
        problems
    }
}
