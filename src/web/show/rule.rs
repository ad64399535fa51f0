//! What rules saw and did, in words.

use crate::domain::rules::{Action, Looked, RuleRun};
use crate::web::show::RuleView;

impl RuleView {
    /// Words what one rule did in one pass.
    pub fn new(run: &RuleRun) -> Self {
        let actions: Vec<String> = run.actions.iter().map(Action::sentence).collect();
        let outcome = match (run.matched, actions.is_empty()) {
            (false, _) => "Did not apply.".to_owned(),
            (true, true) => "Applied, and had nothing to do.".to_owned(),
            (true, false) => format!("Applied: {}.", actions.join(", ")),
        };
        Self {
            name: format!("{} (version {})", run.name, run.version),
            matched: run.matched,
            outcome,
            conditions: reasons(&run.conditions),
        }
    }
}

/// Questions one below the other, each with its answer.
pub fn reasons(looked: &Looked) -> Vec<(bool, String)> {
    match looked {
        Looked::Test { result, .. } => vec![(*result, looked.sentence())],
        Looked::Group { members, .. } => members.iter().flat_map(reasons).collect(),
    }
}
