//! Rules: they look at a ticket in the order in which they stand in the seed.

use super::change::Write;
use super::draft::{Draft, Edit};
use crate::config::seed::{Rule as Wanted, State};
use crate::domain::ids::RuleId;
use crate::domain::rules::Rule;
use crate::domain::tenant::Tenant;

/// Works a tenant's rules in.
pub(super) fn work_in(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &[Wanted]) {
    for gone in wanted.iter().filter(|rule| rule.state == State::Absent) {
        if let Some(at) = find(draft, tenant, &gone.name) {
            let (_, rule) = draft.is.rules.remove(at);
            let sentence = format!("{}: remove rule {}", tenant.slug, rule.name);
            draft.change(sentence, Write::RemoveRule(tenant.id, rule.id));
        }
    }
    let present: Vec<&Wanted> = wanted
        .iter()
        .filter(|rule| rule.state == State::Present)
        .collect();
    let positions = positions(draft, tenant, &present);
    for (rule, position) in present.into_iter().zip(positions) {
        work_in_one(draft, tenant, rule, position);
    }
}

/// Where the rules of this seed stand: in the places that they have now, and behind all others, in the
/// order of the seed. Rules that it does not mention stay where they are.
fn positions(draft: &Draft<'_>, tenant: &Tenant, wanted: &[&Wanted]) -> Vec<i64> {
    let theirs = draft.is.rules.iter().filter(|(id, _)| *id == tenant.id);
    let behind = theirs.map(|(_, rule)| rule.position + 1).max().unwrap_or(1);
    let known = wanted
        .iter()
        .filter_map(|rule| find(draft, tenant, &rule.name));
    let mut places: Vec<i64> = known.map(|at| draft.is.rules[at].1.position).collect();
    let new = wanted.len() - places.len();
    places.extend((behind..).take(new));
    places.sort_unstable();
    places
}

fn work_in_one(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &Wanted, position: i64) {
    let name = &*wanted.name;
    // A rule that is to be there has a definition: the seed was refused otherwise.
    let Some(definition) = wanted.definition.clone() else {
        return;
    };
    let known = find(draft, tenant, name);
    let mut rule = known.map_or_else(
        || Rule {
            id: RuleId(draft.id()),
            name: name.clone(),
            version: 1,
            position,
            active: true,
            definition: definition.clone(),
        },
        |at| draft.is.rules[at].1.clone(),
    );
    let mut edit = Edit::default();
    edit.set("definition", &mut rule.definition, Some(definition));
    edit.set("active", &mut rule.active, wanted.active);
    // Its place is no part of what it says.
    if !edit.is_empty() && known.is_some() {
        rule.version += 1;
    }
    edit.set("order", &mut rule.position, Some(position));
    if let Some(sentence) = edit.sentence(&format!("rule {name}"), known.is_none()) {
        match known {
            Some(at) => draft.is.rules[at].1 = rule.clone(),
            None => draft.is.rules.push((tenant.id, rule.clone())),
        }
        draft.change(
            format!("{}: {sentence}", tenant.slug),
            Write::Rule(tenant.id, rule),
        );
    }
}

fn find(draft: &Draft<'_>, tenant: &Tenant, name: &str) -> Option<usize> {
    draft
        .is
        .rules
        .iter()
        .position(|(id, rule)| *id == tenant.id && rule.name == name)
}
