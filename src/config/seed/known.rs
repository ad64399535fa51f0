//! Whether what a seed refers to is there: in the seed itself, or already in the database.

use std::collections::{BTreeMap, BTreeSet};

use super::{Seed, State, Tenant};
use crate::config::{At, Mistake, Mistakes};
use crate::domain::person::Role;
use crate::domain::rules::{Action, Reference};

/// Names that exist. Empty for a database that is empty, or is not asked.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Slugs of plans.
    pub plans: BTreeSet<String>,
    /// Names of the platform's accounts.
    pub accounts: BTreeSet<String>,
    /// Tenants by slug.
    pub tenants: BTreeMap<String, KnownTenant>,
}

/// Names that exist within a tenant.
#[derive(Debug, Clone, Default)]
pub struct KnownTenant {
    /// Addresses of people.
    pub users: BTreeSet<String>,
    /// Of them, those who have left or are disabled: a seed brings nobody back.
    pub gone: BTreeSet<String>,
    /// Of them, those who only read.
    pub viewers: BTreeSet<String>,
    /// Names of teams.
    pub teams: BTreeSet<String>,
    /// Names of accounts.
    pub accounts: BTreeSet<String>,
    /// Names of calendars.
    pub calendars: BTreeSet<String>,
}

impl Known {
    /// Refuses a seed that refers to what is neither known nor made by the seed itself.
    pub fn check(&self, seed: &Seed) -> Result<(), Mistakes> {
        let after = self.after(seed);
        let mut mistakes = Vec::new();
        for tenant in &seed.tenants {
            if tenant.state != Some(State::Absent) {
                after.check_tenant(tenant, &mut mistakes);
            }
        }
        Mistakes::or(mistakes, ())
    }

    /// What will be known once the seed is applied.
    fn after(&self, seed: &Seed) -> Self {
        let mut after = self.clone();
        for plan in &seed.plans {
            mark(&mut after.plans, plan.slug.as_str(), plan.state);
        }
        for account in &seed.accounts {
            mark(&mut after.accounts, &account.name, account.state);
        }
        for tenant in &seed.tenants {
            let known = after
                .tenants
                .entry(tenant.slug.as_str().to_owned())
                .or_default();
            for user in &tenant.users {
                let email = user.email.as_str();
                mark(&mut known.users, email, user.state);
                match user.role {
                    Some(Role::Viewer) => mark(&mut known.viewers, email, State::Present),
                    Some(_) => mark(&mut known.viewers, email, State::Absent),
                    None => false,
                };
            }
            for team in &tenant.teams {
                mark(&mut known.teams, &team.name, team.state);
            }
            for account in &tenant.accounts {
                mark(&mut known.accounts, &account.name, account.state);
            }
            for calendar in &tenant.calendars {
                mark(&mut known.calendars, &calendar.name, calendar.state);
            }
        }
        after
    }

    fn check_tenant(&self, tenant: &Tenant, mistakes: &mut Vec<Mistake>) {
        let nothing = KnownTenant::default();
        let known = self.tenants.get(tenant.slug.as_str()).unwrap_or(&nothing);
        let slug = tenant.slug.as_str();
        let mut missing =
            |name: &At<String>, sentence: String| mistakes.push(name.place.mistake(sentence));
        if let Some(plan) = tenant
            .plan
            .as_ref()
            .filter(|plan| !self.plans.contains(&***plan))
        {
            missing(
                plan,
                format!(
                    "there is no plan {:?}; known: {}",
                    **plan,
                    list(&self.plans)
                ),
            );
        }
        for mailbox in tenant
            .mailboxes
            .iter()
            .filter(|mailbox| mailbox.state == State::Present)
        {
            if let Some(name) = &mailbox.account
                && !known.accounts.contains(&**name)
                && !self.accounts.contains(&**name)
            {
                let all = known.accounts.union(&self.accounts).cloned().collect();
                missing(
                    name,
                    format!(
                        "neither {slug} nor the platform has an account {:?}; known: {}",
                        **name,
                        list(&all)
                    ),
                );
            }
            if let Some(name) = mailbox
                .team
                .as_ref()
                .filter(|team| !known.teams.contains(&***team))
            {
                missing(
                    name,
                    format!(
                        "{slug} has no team {:?}; known: {}",
                        **name,
                        list(&known.teams)
                    ),
                );
            }
        }
        for sla in tenant.slas.iter().filter(|sla| sla.state == State::Present) {
            if let Some(name) = sla
                .calendar
                .as_ref()
                .filter(|name| !known.calendars.contains(&***name))
            {
                missing(
                    name,
                    format!(
                        "{slug} has no calendar {:?}; known: {}",
                        **name,
                        list(&known.calendars)
                    ),
                );
            }
        }
        for rule in tenant.rules.iter().filter(|r| r.state == State::Present) {
            let actions = rule.definition.iter().flat_map(|d| &d.then);
            for (index, action) in actions.enumerate() {
                if let Some(problem) = nobody(known, action) {
                    let sentence = format!("then[{index}].{}: {problem}", action.key());
                    mistakes.push(rule.name.place.mistake(sentence));
                }
            }
        }
        for team in tenant
            .teams
            .iter()
            .filter(|team| team.state == State::Present)
        {
            for member in team.members.iter().flatten() {
                if !known.users.contains(member.as_str()) {
                    let sentence =
                        format!("{slug} has no user {}; add a [[tenant.user]]", **member);
                    mistakes.push(member.place.mistake(sentence));
                }
            }
        }
    }
}

/// Why an action means nobody who could be meant.
fn nobody(known: &KnownTenant, action: &Action) -> Option<String> {
    let Some(Reference::Person(address)) = action.reference() else {
        return None;
    };
    let is = |names: &BTreeSet<String>| names.contains(address.as_str());
    let here = is(&known.users) && !is(&known.gone);
    if matches!(action, Action::Assign(_)) {
        let works = here && !is(&known.viewers);
        return (!works).then(|| format!("{address} does not work on tickets here"));
    }
    (!here).then(|| format!("there is no person {:?} here", address.as_str()))
}

fn mark(names: &mut BTreeSet<String>, name: &str, state: State) -> bool {
    match state {
        State::Present => names.insert(name.to_owned()),
        State::Absent => names.remove(name),
    }
}

fn list(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}
