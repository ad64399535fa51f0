//! What admins settle about service levels. What they change reaches the clocks that run
//! ([`crate::desk::clocks::catch_up`]).

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::desk::directory::Office;
use crate::desk::{Desk, DeskError, Who};
use crate::domain::address::EmailAddress;
use crate::domain::audit::{Differences, Via};
use crate::domain::ids::{CalendarId, PolicyId};
use crate::domain::sla::{Calendar, Held, Holds, Metric, Policy, Span};
use crate::domain::ticket::{Priority, Status};
use crate::store::sla::{self, StoredPolicy};
use crate::store::{Tx, plans};

/// The most calendars, and the most service levels, of a tenant.
pub(super) const MOST: usize = 100;
/// The longest a name may be, in characters.
const LONGEST_NAME: usize = 100;

/// What of a service level is to change; for a new one, what it is to be.
#[derive(Debug, Clone, Default)]
pub struct PolicyChange {
    /// Its name.
    pub name: Option<String>,
    /// Its calendar; none: round the clock.
    pub calendar: Option<Option<CalendarId>>,
    /// How long each thing may take. Metrics that are not named stay as they are.
    pub targets: BTreeMap<Metric, BTreeMap<Priority, Span>>,
    /// In which states the clocks stand still.
    pub pause_on: Option<Vec<Status>>,
    /// After which percents somebody is warned.
    pub warn: Option<Vec<u8>>,
    /// For what comes in at which mailboxes it holds.
    pub mailboxes: Option<Vec<EmailAddress>>,
    /// For which plans it holds.
    pub plans: Option<Vec<String>>,
    /// Whether it holds where nothing else does.
    pub default: Option<bool>,
    /// The [`print()`] of what the change was made from; if it is another thing by now, nothing is changed.
    pub seen: Option<String>,
}

/// By which one who changes a service level shows what they had before them.
pub fn print(stored: &StoredPolicy) -> String {
    let holds = &stored.holds;
    let whole = (
        &stored.policy,
        stored.calendar.map(|id| id.0),
        (&holds.mailboxes, &holds.plans, holds.default),
    );
    let json = serde_json::to_vec(&whole).unwrap_or_default();
    HEXLOWER.encode(&Sha256::digest(json)[..16])
}

impl Desk {
    /// Creates a service level, or changes the one with this id. Gives its id.
    ///
    /// # Errors
    /// A value that makes no sense, named by its field; a role that may not.
    pub async fn put_policy(
        &self,
        who: &Who,
        via: Via,
        id: Option<PolicyId>,
        wanted: PolicyChange,
    ) -> Result<PolicyId, DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let office = change.office.clone();
        let was = match id {
            Some(id) => Some(
                office
                    .stored_policy(id)
                    .ok_or(DeskError::NotFound("service level"))?,
            ),
            None => None,
        };
        if was.is_none() && office.policies.len() >= MOST {
            return Err(DeskError::Conflict(format!(
                "there are {MOST} service levels already"
            )));
        }
        if let (Some(seen), Some(was)) = (&wanted.seen, was)
            && *seen != print(was)
        {
            let sentence = "somebody changed this service level meanwhile; what you see here is yours, and saving it again puts it in the place of theirs";
            return Err(DeskError::Conflict(sentence.to_owned()));
        }
        let now = change.now();
        let fresh = || StoredPolicy {
            policy: Policy {
                id: PolicyId(self.random.uuid(now)),
                name: String::new(),
                calendar: Calendar::always_open(),
                targets: BTreeMap::new(),
                pause_on: vec![Status::OnHold],
                warn: vec![80],
            },
            calendar: None,
            holds: Holds::default(),
            version: 1,
            past: Vec::new(),
        };
        if let Some(plans) = &wanted.plans {
            let held = was.map_or(&[][..], |was| &was.holds.plans);
            check_plans(&mut change.tx, plans, held).await?;
        }
        let is = policy(&office, was.cloned().unwrap_or_else(fresh), wanted)?;
        match was {
            None => change.record("sla.created", &is.policy.name, targets(&is.policy)),
            Some(was) => {
                let differences = policy_differences(&office, was, &is);
                if differences.is_empty() {
                    return Ok(is.policy.id);
                }
                change.record("sla.changed", &is.policy.name, differences.to_string());
            }
        }
        sla::put_policy(&mut change.tx, who.tenant, &is, now).await?;
        change.commit().await?;
        Ok(is.policy.id)
    }

    /// Takes a service level away under which no ticket in work runs.
    ///
    /// # Errors
    /// Tickets run under it; a role that may not.
    pub async fn remove_policy(&self, who: &Who, via: Via, id: PolicyId) -> Result<(), DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let office = change.office.clone();
        let was = office
            .policy(id)
            .ok_or(DeskError::NotFound("service level"))?;
        let tickets = sla::in_use(&mut change.tx, who.tenant, id).await?;
        if tickets > 0 {
            let tickets = if tickets == 1 {
                "one ticket in work runs".to_owned()
            } else {
                format!("{tickets} tickets in work run")
            };
            return Err(DeskError::Conflict(format!(
                "{tickets} under it; take it away once they are resolved, or give them another by a rule"
            )));
        }
        sla::remove_policy(&mut change.tx, who.tenant, id).await?;
        change.record("sla.removed", &was.name, "removed");
        change.commit().await
    }
}

fn policy(
    office: &Office,
    mut is: StoredPolicy,
    wanted: PolicyChange,
) -> Result<StoredPolicy, DeskError> {
    let policy = &mut is.policy;
    policy.name = named(wanted.name, std::mem::take(&mut policy.name))?;
    if let Some(calendar) = wanted.calendar {
        policy.calendar = match calendar {
            None => Calendar::always_open(),
            Some(id) => {
                let known = office.calendar(id);
                let unknown = || DeskError::invalid("calendar", "there is no such calendar");
                known.ok_or_else(unknown)?.calendar.clone()
            }
        };
        is.calendar = calendar;
    }
    policy.targets.extend(wanted.targets);
    policy.targets.retain(|_, targets| !targets.is_empty());
    if policy.targets.is_empty() {
        return Err(DeskError::invalid(
            "targets",
            "expected how long at least one thing may take, such as {\"first_response\": {\"normal\": \"4h\"}}",
        ));
    }
    policy.pause_on = wanted.pause_on.unwrap_or_else(|| policy.pause_on.clone());
    policy.warn = wanted.warn.unwrap_or_else(|| policy.warn.clone());
    if policy.warn.len() > 20 {
        return Err(DeskError::invalid("warn", "expected at most 20 steps"));
    }
    if let Some(problem) = policy.check().into_iter().next() {
        let field = match problem.path.split('[').next() {
            Some("warn") => "warn",
            Some("pause_on") => "pause_on",
            _ => "calendar",
        };
        return Err(DeskError::invalid(field, problem.message));
    }
    let others = office.policies.iter().filter(|p| p.policy.id != policy.id);
    unused(&policy.name, others.clone().map(|p| p.policy.name.as_str()))?;
    if let Some(addresses) = wanted.mailboxes {
        let id = |address: &EmailAddress| {
            let known = office.mailbox_at(address).map(|mailbox| mailbox.id);
            known.ok_or_else(|| {
                DeskError::invalid("mailboxes", format!("there is no mailbox {address}"))
            })
        };
        is.holds.mailboxes = addresses.iter().map(id).collect::<Result<_, _>>()?;
    }
    if let Some(plans) = wanted.plans {
        is.holds.plans = plans;
    }
    is.holds.default = wanted.default.unwrap_or(is.holds.default);
    let others = others.map(|p| (p.policy.name.as_str(), &p.holds));
    match is.holds.held_twice(others) {
        Some((name, Held::Mailbox(id))) => {
            let mailbox = office.mailbox(id).map(|m| m.address.to_string());
            let mailbox = mailbox.unwrap_or_default();
            Err(DeskError::invalid(
                "mailboxes",
                format!("{name} holds for {mailbox} already"),
            ))
        }
        Some((name, Held::Plan(plan))) => Err(DeskError::invalid(
            "plans",
            format!("{name} holds for the plan {plan} already"),
        )),
        None => Ok(is),
    }
}

/// Refuses plans that the platform does not have; those for which it holds already may have gone since.
async fn check_plans(tx: &mut Tx, plans: &[String], held: &[String]) -> Result<(), DeskError> {
    if plans.len() > MOST {
        let problem = format!("expected at most {MOST} plans");
        return Err(DeskError::invalid("plans", problem));
    }
    let known = plans::all(tx).await?;
    let is_known =
        |plan: &String| held.contains(plan) || known.iter().any(|known| known.slug == *plan);
    match plans.iter().find(|plan| !is_known(plan)) {
        None => Ok(()),
        Some(plan) => Err(DeskError::invalid(
            "plans",
            format!("there is no plan {plan:?}; plans are named by their slugs, such as \"pro\""),
        )),
    }
}

pub(super) fn named(wanted: Option<String>, was: String) -> Result<String, DeskError> {
    let name = wanted.map_or(was, |name| name.trim().to_owned());
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    if !fits || name.chars().any(char::is_control) {
        return Err(DeskError::invalid(
            "name",
            "expected 1 to 100 characters in one line",
        ));
    }
    Ok(name)
}

pub(super) fn unused<'a>(
    name: &str,
    mut others: impl Iterator<Item = &'a str>,
) -> Result<(), DeskError> {
    if others.any(|other| other.to_lowercase() == name.to_lowercase()) {
        return Err(DeskError::Conflict(format!("there is a {name} already")));
    }
    Ok(())
}

/// The targets of a policy in a few words.
fn targets(policy: &Policy) -> String {
    let metrics: Vec<String> = policy
        .targets
        .iter()
        .map(|(metric, spans)| {
            let spans: Vec<String> = spans
                .iter()
                .map(|(p, span)| format!("{p} {span}"))
                .collect();
            format!("{metric} {}", spans.join(", "))
        })
        .collect();
    metrics.join("; ")
}

fn policy_differences(office: &Office, was: &StoredPolicy, is: &StoredPolicy) -> Differences {
    let calendar = |stored: &StoredPolicy| {
        let known = stored.calendar.and_then(|id| office.calendar(id));
        known
            .map(|calendar| calendar.name.clone())
            .unwrap_or_default()
    };
    let mailboxes = |stored: &StoredPolicy| {
        let all = stored.holds.mailboxes.iter();
        let all = all.filter_map(|id| office.mailbox(*id));
        let all: Vec<String> = all.map(|mailbox| mailbox.address.to_string()).collect();
        all.join(", ")
    };
    let warn = |stored: &StoredPolicy| {
        let all: Vec<String> = stored.policy.warn.iter().map(ToString::to_string).collect();
        all.join(", ")
    };
    let pause = |stored: &StoredPolicy| {
        let all: Vec<&str> = stored.policy.pause_on.iter().map(|s| s.as_str()).collect();
        all.join(", ")
    };
    Differences::default()
        .field("name", &was.policy.name, &is.policy.name)
        .field("calendar", &calendar(was), &calendar(is))
        .field("targets", &targets(&was.policy), &targets(&is.policy))
        .field("pause_on", &pause(was), &pause(is))
        .field("warn", &warn(was), &warn(is))
        .field("mailboxes", &mailboxes(was), &mailboxes(is))
        .field(
            "plans",
            &was.holds.plans.join(", "),
            &is.holds.plans.join(", "),
        )
        .field("default", &was.holds.default, &is.holds.default)
}
