//! `[[tenant.rule]]`: what happens by itself.

use super::names::State;
use crate::config::read::{BySerde, Outline, Record, Table, texts};
use crate::config::{At, Place};
use crate::domain::rules::{Action, Condition, Definition, Trigger};

/// A rule. Its definition is read by the rules themselves, so that seed files, pages and the API agree.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Where it stands.
    pub place: Place,
    /// Its name, unique within the tenant.
    pub name: At<String>,
    /// Whether it is to be there.
    pub state: State,
    /// Whether it acts; it does if nothing is said.
    pub active: Option<bool>,
    /// When it looks, what it asks, what it does. None only for a rule that is to be removed.
    pub definition: Option<Definition>,
}

texts! { words Trigger }

impl Record for Rule {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let outline = table.outline();
        let name = table.required("name");
        let state: State = table.optional("state").unwrap_or_default();
        let active = table.optional("active");
        let written = ["on", "when", "then"].iter().any(|key| table.has(key));
        let definition = if written || state == State::Present {
            Some(definition(table, &outline)?)
        } else {
            None
        };
        Some(Self {
            place: table.place(),
            state,
            active,
            definition,
            name: name?,
        })
    }
}

fn definition(table: &mut Table<'_>, outline: &Outline<'_>) -> Option<Definition> {
    let on = table.required("on");
    let when: Option<BySerde<Condition>> = if table.has("when") {
        table.optional("when")
    } else {
        Some(BySerde(Condition::default()))
    };
    let then: Option<Vec<BySerde<Action>>> = table.required("then");
    let definition = Definition {
        on: on?,
        when: when?.0,
        then: then?.into_iter().map(|action| action.0).collect(),
    };
    let problems = definition.check();
    for problem in &problems {
        table
            .ledger
            .mistake(outline.place(&problem.path).mistake(&problem.message));
    }
    problems.is_empty().then_some(definition)
}
