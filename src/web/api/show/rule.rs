//! Rules: as they are, as they were, and what they did or would have done.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::desk::explained::Explained;
use crate::domain::event::Actor;
use crate::domain::rules::{Act, Definition, RuleRun, Trial};
use crate::store::rules::RuleVersion;

/// What a rule said from some moment on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleVersion)]
pub struct RuleVersionView {
    version: i64,
    at: DateTime<Utc>,
    /// Who wrote it; `Postroom`: a seed file.
    author: String,
    name: String,
    active: bool,
    /// The whole rule as one sentence.
    sentence: String,
    /// What differs from the version before, a line for each part.
    changes: Vec<String>,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    definition: Definition,
}

impl RuleVersionView {
    /// A version next to the one before it.
    pub fn new(version: &RuleVersion, before: Option<&RuleVersion>) -> Self {
        Self {
            version: version.version,
            at: version.at,
            author: version.author.name().to_owned(),
            name: version.name.clone(),
            active: version.active,
            sentence: version.definition.sentence(),
            changes: before.map_or_else(Vec::new, |before| version.differences(before)),
            definition: version.definition.clone(),
        }
    }
}

/// What one rule saw and did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleRun)]
pub struct RunView {
    rule: Uuid,
    name: String,
    version: i64,
    matched: bool,
    /// In words.
    because: String,
    /// Condition by condition: `{field, op, wanted, seen, result}`, in groups `{group, members, result}`.
    #[schema(value_type = Object)]
    conditions: Value,
    /// What it did, as `{key: value}`.
    #[schema(value_type = Vec<Object>)]
    actions: Vec<Value>,
    /// Whether it ended the pass.
    stopped: bool,
}

impl From<&RuleRun> for RunView {
    fn from(run: &RuleRun) -> Self {
        Self {
            rule: run.rule.0,
            name: run.name.to_string(),
            version: run.version,
            matched: run.matched,
            because: run.conditions.to_string(),
            conditions: run.conditions.json(),
            actions: run.actions.iter().map(Json::json).collect(),
            stopped: run.stopped,
        }
    }
}

/// Values that become JSON without a chance to fail.
trait Json: Serialize {
    fn json(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }
}

impl<T: Serialize> Json for T {}

/// One pass of the rules over a ticket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RulePass)]
pub struct PassView {
    id: Uuid,
    at: DateTime<Utc>,
    /// The event that made them look.
    on: String,
    /// The message that it is about.
    message: Option<Uuid>,
    /// Who caused it.
    actor: Option<String>,
    /// Every rule that looked, in order.
    rules: Vec<RunView>,
}

impl From<Explained> for PassView {
    fn from(explained: Explained) -> Self {
        let Explained { pass, runs } = explained;
        let actor = |actor: &Actor| actor.name().to_owned();
        Self {
            id: pass.id,
            at: pass.at,
            on: pass.cause,
            message: pass.message.map(|message| message.0),
            actor: pass.facts.as_ref().map(|facts| actor(&facts.actor)),
            rules: runs.iter().map(RunView::from).collect(),
        }
    }
}

/// What a draft would have done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleTrial)]
pub struct TrialView {
    /// The whole as a sentence.
    sentence: String,
    /// How many events it would have looked at.
    looked: usize,
    /// How many tickets were gone through.
    tickets: usize,
    /// What it would have done, on how many tickets, and on how many it is so today.
    sums: Vec<SumView>,
    /// Each act, the newest first.
    acts: Vec<ActView>,
    /// What cannot be known about the past.
    unknown: Vec<String>,
}

/// One thing that a draft would have done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleTrialSum)]
pub struct SumView {
    would: String,
    tickets: usize,
    so_today: usize,
}

/// One act of a draft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleTrialAct)]
pub struct ActView {
    ticket: String,
    subject: String,
    at: DateTime<Utc>,
    on: &'static str,
    because: String,
    /// `{would, skipped, today, agrees}`; what would have been skipped says so, and why.
    #[schema(value_type = Vec<Object>)]
    effects: Vec<Value>,
}

impl TrialView {
    /// A trial over a span, in words.
    pub fn new(trial: Trial, span: &str) -> Self {
        let sum = |(would, tickets, so_today)| SumView {
            would,
            tickets,
            so_today,
        };
        Self {
            sentence: trial.sentence(span),
            looked: trial.looked,
            tickets: trial.tickets,
            sums: trial.sums().into_iter().map(sum).collect(),
            acts: trial.acts.iter().map(ActView::from).collect(),
            unknown: trial.unknown,
        }
    }
}

impl From<&Act> for ActView {
    fn from(act: &Act) -> Self {
        let effects = act.effects.iter();
        Self {
            ticket: act.ticket.clone(),
            subject: act.subject.clone(),
            at: act.at,
            on: act.on.as_str(),
            because: act.run.conditions.to_string(),
            effects: effects.map(Json::json).collect(),
        }
    }
}
