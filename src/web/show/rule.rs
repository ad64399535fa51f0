//! What rules saw and did, in words.

use crate::domain::rules::{Looked, RuleRun};
use crate::web::show::RuleView;

impl RuleView {
    /// Words what one rule did in one pass.
    pub fn new(run: &RuleRun) -> Self {
        let mut conditions = Vec::new();
        collect(&run.conditions, &mut conditions);
        let actions: Vec<String> = run
            .actions
            .iter()
            .map(|action| action.to_string().replace('_', " "))
            .collect();
        let outcome = match (run.matched, actions.is_empty()) {
            (false, _) => "Did not apply.".to_owned(),
            (true, true) => "Applied, and had nothing to do.".to_owned(),
            (true, false) => format!("Applied: {}.", actions.join(", ")),
        };
        Self {
            name: format!("{} (version {})", run.name, run.version),
            matched: run.matched,
            outcome,
            conditions,
        }
    }
}

/// Questions one below the other; a group that is more than "all" says so first.
fn collect(looked: &Looked, lines: &mut Vec<(bool, String)>) {
    match looked {
        Looked::Test { result, .. } => lines.push((*result, looked.to_string())),
        Looked::Group { members, .. } => members.iter().for_each(|member| collect(member, lines)),
    }
}
