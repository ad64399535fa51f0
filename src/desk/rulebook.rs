//! The tenant's rules, as people change them: each change is a version with its author, and a line of the audit log.

use crate::desk::directory::Office;
use crate::desk::settings::SettingsChange;
use crate::desk::{Desk, DeskError, Who};
use crate::domain::audit::Via;
use crate::domain::ids::RuleId;
use crate::domain::person::Membership;
use crate::domain::rules::{Action, Definition, Reference, Rule, Said};
use crate::domain::sla::Problem;
use crate::store::{self, rules::RuleVersion};

/// The most rules that a tenant may have.
const MOST: usize = 500;
/// The longest name of a rule, in characters.
const LONGEST_NAME: usize = 100;

/// A rule as somebody wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleDraft {
    /// Its name.
    pub name: String,
    /// Whether it looks at all.
    pub active: bool,
    /// What it says.
    pub definition: Definition,
}

/// Where a rule goes in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One place nearer to the first.
    Up,
    /// One place nearer to the last.
    Down,
}

/// What is to be mended in a draft before it is used here: also names of things that this tenant does not have.
pub fn problems(office: &Office, definition: &Definition) -> Vec<Problem> {
    let mut problems = definition.check();
    for (index, action) in definition.then.iter().enumerate() {
        if let Some(message) = missing(office, action) {
            let path = format!("then[{index}].{}", action.key());
            problems.push(Problem { path, message });
        }
    }
    problems
}

fn missing(office: &Office, action: &Action) -> Option<String> {
    let (what, name, known) = match action.reference()? {
        // Who has left, or only reads, is given nothing; the same holds when the rule acts.
        Reference::Person(address) if matches!(action, Action::Assign(_)) => {
            let works = office.person_at(address).is_some_and(Membership::works);
            return (!works).then(|| format!("{address} does not work on tickets here"));
        }
        Reference::Person(address) => {
            let known = office.person_at(address).is_some();
            ("person", address.to_string(), known)
        }
        Reference::Team(name) => ("team", name.to_owned(), office.team_named(name).is_some()),
        Reference::Category(name) => {
            let categories = &office.tenant.settings.categories;
            let known = categories
                .iter()
                .any(|c| c.to_lowercase() == name.to_lowercase());
            ("category", name.to_owned(), known)
        }
        Reference::Policy(name) => {
            let known = office.policy_named(name).is_some();
            ("service level policy", name.to_owned(), known)
        }
        Reference::Canned(name) => {
            let known = office.canned.iter().any(|(canned, _)| canned == name);
            ("canned reply", name.to_owned(), known)
        }
        Reference::Webhook(url) => {
            let known = office.webhooks.iter().any(|w| w.url == url && w.active);
            ("active webhook", url.to_owned(), known)
        }
    };
    (!known).then(|| format!("there is no {what} {name:?} here"))
}

impl Desk {
    /// Makes a rule, behind all others.
    ///
    /// # Errors
    /// A role that may not; a draft that makes no sense; a name that is taken.
    pub async fn create_rule(
        &self,
        who: &Who,
        via: Via,
        draft: RuleDraft,
    ) -> Result<RuleId, DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let known = store::rules::of_tenant(&mut change.tx, who.tenant).await?;
        if known.len() >= MOST {
            let sentence = format!("there are {MOST} rules already; take one away first");
            return Err(DeskError::Conflict(sentence));
        }
        check_name(&known, None, &draft.name)?;
        check_definition(&change.office, &draft.definition)?;
        let position = known.iter().map(|rule| rule.position).max().unwrap_or(0) + 1;
        let id = RuleId(self.random.uuid(change.now()));
        let rule = Rule {
            id,
            name: draft.name.trim().to_owned(),
            version: 1,
            position,
            active: draft.active,
            definition: draft.definition,
        };
        let sentence = rule.definition.sentence();
        write(&mut change, who, &rule).await?;
        change.record("rule.created", &rule.name, sentence);
        change.commit().await?;
        Ok(id)
    }

    /// Changes what a rule says, is called, or whether it looks. `based_on` is the version that the change was
    /// made from, if the caller knows it. Gives the version that holds now.
    ///
    /// # Errors
    /// As for a new one; somebody else was faster.
    pub async fn change_rule(
        &self,
        who: &Who,
        via: Via,
        (id, based_on): (RuleId, Option<i64>),
        draft: RuleDraft,
    ) -> Result<i64, DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let known = store::rules::of_tenant(&mut change.tx, who.tenant).await?;
        let was = find(&known, id)?;
        if based_on.is_some_and(|version| version != was.version) {
            return Err(DeskError::Conflict(format!(
                "somebody changed this rule meanwhile; it is at version {} now",
                was.version
            )));
        }
        check_name(&known, Some(id), &draft.name)?;
        // What was right when it was written can still be renamed and switched off when somebody has left since.
        if draft.definition != was.definition {
            check_definition(&change.office, &draft.definition)?;
        }
        let mut rule = Rule {
            name: draft.name.trim().to_owned(),
            active: draft.active,
            definition: draft.definition,
            ..was.clone()
        };
        let differences = said(&rule).differences(&said(was));
        if differences.is_empty() {
            return Ok(was.version);
        }
        rule.version += 1;
        write(&mut change, who, &rule).await?;
        change.record("rule.changed", &rule.name, differences.join("; "));
        change.commit().await?;
        Ok(rule.version)
    }

    /// Switches a rule on or off.
    pub async fn switch_rule(
        &self,
        who: &Who,
        via: Via,
        id: RuleId,
        active: bool,
    ) -> Result<i64, DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let known = store::rules::of_tenant(&mut change.tx, who.tenant).await?;
        let mut rule = find(&known, id)?.clone();
        if rule.active == active {
            return Ok(rule.version);
        }
        rule.active = active;
        rule.version += 1;
        write(&mut change, who, &rule).await?;
        let said = if active {
            "switched on"
        } else {
            "switched off"
        };
        change.record("rule.changed", &rule.name, said);
        change.commit().await?;
        Ok(rule.version)
    }

    /// Makes a rule say again what it said in an earlier version: a new version with the old words. Whether it looks at all
    /// stays as it is now.
    pub async fn restore_rule(
        &self,
        who: &Who,
        via: Via,
        id: RuleId,
        version: i64,
    ) -> Result<i64, DeskError> {
        let mut tx = self.db.read().await?;
        let found = store::rules::versions_of(&mut tx, who.tenant, &[(id, version)]).await?;
        let known = store::rules::of_tenant(&mut tx, who.tenant).await?;
        drop(tx);
        let active = find(&known, id)?.active;
        let old: RuleVersion = found
            .into_iter()
            .next()
            .ok_or(DeskError::NotFound("version of this rule"))?;
        let draft = RuleDraft {
            name: old.name,
            active,
            definition: old.definition,
        };
        self.change_rule(who, via, (id, None), draft).await
    }

    /// Takes a rule away. What it did stays explained.
    pub async fn remove_rule(&self, who: &Who, via: Via, id: RuleId) -> Result<(), DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let known = store::rules::of_tenant(&mut change.tx, who.tenant).await?;
        let rule = find(&known, id)?;
        store::rules::remove(&mut change.tx, who.tenant, id).await?;
        change.record("rule.removed", &rule.name, rule.definition.sentence());
        change.commit().await
    }

    /// Moves a rule by one place.
    pub async fn move_rule(
        &self,
        who: &Who,
        via: Via,
        id: RuleId,
        step: Step,
    ) -> Result<(), DeskError> {
        let mut tx = self.db.read().await?;
        let known = store::rules::of_tenant(&mut tx, who.tenant).await?;
        drop(tx);
        let mut order: Vec<RuleId> = known.iter().map(|rule| rule.id).collect();
        let at = order.iter().position(|known| *known == id);
        let at = at.ok_or(DeskError::NotFound("rule"))?;
        let to = match step {
            Step::Up => at.saturating_sub(1),
            Step::Down => (at + 1).min(order.len() - 1),
        };
        order.swap(at, to);
        self.order_rules(who, via, &order).await
    }

    /// Puts the rules into this order. Rules that are not named keep their order behind them.
    pub async fn order_rules(
        &self,
        who: &Who,
        via: Via,
        order: &[RuleId],
    ) -> Result<(), DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let known = store::rules::of_tenant(&mut change.tx, who.tenant).await?;
        for id in order {
            find(&known, *id)?;
        }
        let rest = known.iter().map(|r| r.id).filter(|id| !order.contains(id));
        let wanted: Vec<RuleId> = order.iter().copied().chain(rest).collect();
        let is: Vec<RuleId> = known.iter().map(|rule| rule.id).collect();
        if wanted == is {
            return Ok(());
        }
        for (position, id) in (1..).zip(&wanted) {
            store::rules::set_position(&mut change.tx, who.tenant, *id, position).await?;
        }
        let names: Vec<&str> = wanted
            .iter()
            .filter_map(|id| known.iter().find(|rule| rule.id == *id))
            .map(|rule| &*rule.name)
            .collect();
        change.record("rules.ordered", "Rules", names.join(", "));
        change.commit().await
    }
}

fn find(known: &[Rule], id: RuleId) -> Result<&Rule, DeskError> {
    let found = known.iter().find(|rule| rule.id == id);
    found.ok_or(DeskError::NotFound("rule"))
}

async fn write(change: &mut SettingsChange<'_>, who: &Who, rule: &Rule) -> Result<(), DeskError> {
    let now = change.now();
    store::rules::put(&mut change.tx, who.tenant, rule, &who.actor(), now).await?;
    Ok(())
}

fn check_name(known: &[Rule], own: Option<RuleId>, name: &str) -> Result<(), DeskError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control)
    {
        return Err(DeskError::invalid(
            "name",
            format!("expected 1 to {LONGEST_NAME} characters in one line"),
        ));
    }
    let taken = known
        .iter()
        .any(|rule| Some(rule.id) != own && rule.name.to_lowercase() == name.to_lowercase());
    if taken {
        return Err(DeskError::invalid(
            "name",
            format!("there is a rule {name:?} already"),
        ));
    }
    Ok(())
}

fn check_definition(office: &Office, definition: &Definition) -> Result<(), DeskError> {
    match problems(office, definition).into_iter().next() {
        None => Ok(()),
        Some(problem) => Err(DeskError::invalid(
            "definition",
            format!("{}: {}", problem.path, problem.message),
        )),
    }
}

fn said(rule: &Rule) -> Said<'_> {
    Said {
        name: &rule.name,
        active: rule.active,
        definition: &rule.definition,
    }
}
