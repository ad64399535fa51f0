//! Why a mail went where it went: the decisions, as data that people read.

use serde::{Deserialize, Serialize};

/// One decision about a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Where on the road: `parse`, `route`, `thread`, `authenticate`, `machine`, `acknowledge`, `rules` …
    pub step: String,
    /// What was decided, in a few words.
    pub decision: String,
    /// Why, as a sentence.
    pub because: String,
}

/// The decisions about one mail, in the order in which they were made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trace(pub Vec<Step>);

impl Trace {
    /// Adds a decision.
    pub fn note(&mut self, step: &str, decision: impl Into<String>, because: impl Into<String>) {
        self.0.push(Step {
            step: step.to_owned(),
            decision: decision.into(),
            because: because.into(),
        });
    }
}
