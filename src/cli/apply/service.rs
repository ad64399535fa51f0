//! Calendars and service levels.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::change::Write;
use super::draft::{Draft, Edit};
use crate::config::At;
use crate::config::seed::{Calendar as WantedCalendar, Sla as WantedSla, State};
use crate::domain::address::EmailAddress;
use crate::domain::ids::{CalendarId, MailboxId, PolicyId};
use crate::domain::mail::calendar::holidays;
use crate::domain::sla::{Calendar, Held, Holds, Policy};
use crate::domain::tenant::Tenant;
use crate::domain::ticket::Status;
use crate::store::sla::{NamedCalendar, StoredPolicy};

/// Works a calendar in.
pub(super) fn work_in_calendar(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &WantedCalendar) {
    let (slug, name) = (&tenant.slug, &*wanted.name);
    let known = draft
        .is
        .calendars
        .iter()
        .position(|(id, c)| *id == tenant.id && c.name == *name);
    if wanted.state == State::Absent {
        if let Some(at) = known {
            let (_, calendar) = draft.is.calendars.remove(at);
            draft.removal(
                format!("{slug}: remove calendar {name}"),
                Write::RemoveCalendar(tenant.id, calendar.id),
            );
        }
        return;
    }
    let mut named = known.map_or_else(
        || NamedCalendar {
            id: CalendarId(draft.id()),
            name: name.clone(),
            calendar: Calendar::always_open(),
        },
        |at| draft.is.calendars[at].1.clone(),
    );
    let calendar = &mut named.calendar;
    let mut edit = Edit::default();
    edit.set("hours", &mut calendar.hours, wanted.hours.clone());
    edit.set("holidays", &mut calendar.holidays, holidays(draft, wanted));
    edit.set(
        "timezone",
        &mut calendar.timezone,
        Some(wanted.timezone.unwrap_or(tenant.timezone)),
    );
    if let Some(sentence) = edit.sentence(&format!("calendar {name}"), known.is_none()) {
        match known {
            Some(at) => draft.is.calendars[at].1 = named.clone(),
            None => draft.is.calendars.push((tenant.id, named.clone())),
        }
        draft.change(
            format!("{slug}: {sentence}"),
            Write::Calendar(tenant.id, named),
        );
    }
}

/// Works a service level in.
pub(super) fn work_in_policy(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &WantedSla) {
    let (slug, name) = (&tenant.slug, &*wanted.name);
    let known = draft
        .is
        .policies
        .iter()
        .position(|(id, p)| *id == tenant.id && p.policy.name == *name);
    if wanted.state == State::Absent {
        if let Some(at) = known {
            let (_, stored) = draft.is.policies.remove(at);
            draft.removal(
                format!("{slug}: remove service level {name}"),
                Write::RemovePolicy(tenant.id, stored.policy.id),
            );
        }
        return;
    }
    let mut stored = known.map_or_else(
        || new_policy(draft, name),
        |at| draft.is.policies[at].1.clone(),
    );
    let mut edit = Edit::default();
    let calendar = wanted.calendar.as_ref().and_then(|name| {
        draft
            .is
            .calendars
            .iter()
            .find(|(id, c)| *id == tenant.id && c.name == **name)
            .map(|(_, c)| c)
    });
    if let Some(calendar) = calendar {
        edit.set("calendar", &mut stored.calendar, Some(Some(calendar.id)));
        stored.policy.calendar = calendar.calendar.clone();
    }
    let mut targets = stored.policy.targets.clone();
    targets.extend(wanted.targets.clone());
    edit.set("targets", &mut stored.policy.targets, Some(targets));
    edit.set(
        "pause_on",
        &mut stored.policy.pause_on,
        wanted.pause_on.clone(),
    );
    edit.set("warn", &mut stored.policy.warn, wanted.warn.clone());
    let mailboxes = wanted
        .mailboxes
        .as_ref()
        .map(|all| mailboxes(draft, tenant, all));
    edit.set("mailboxes", &mut stored.holds.mailboxes, mailboxes);
    let plans = wanted.plans.as_ref().map(|all| plans(draft, all));
    edit.set("plans", &mut stored.holds.plans, plans);
    edit.set("default", &mut stored.holds.default, wanted.default);
    let others = draft.is.policies.iter();
    let others = others.filter(|(id, p)| *id == tenant.id && p.policy.id != stored.policy.id);
    let held = others.map(|(_, p)| (p.policy.name.as_str(), &p.holds));
    let twice = stored
        .holds
        .held_twice(held)
        .map(|(name, what)| match what {
            Held::Mailbox(_) => format!("{name} holds for one of these mailboxes already"),
            Held::Plan(plan) => format!("{name} holds for the plan {plan} already"),
        });
    if let Some(sentence) = twice {
        draft.mistake(&wanted.place, sentence);
    }
    for problem in stored.policy.check() {
        draft.mistake(
            &wanted.place,
            format!("{}: {}", problem.path, problem.message),
        );
    }
    if let Some(sentence) = edit.sentence(&format!("service level {name}"), known.is_none()) {
        if stored.holds.default {
            // There is one: the store takes the mark from the others, and so does the draft.
            let others = draft
                .is
                .policies
                .iter_mut()
                .filter(|(id, _)| *id == tenant.id);
            others.for_each(|(_, other)| other.holds.default = false);
        }
        match known {
            Some(at) => draft.is.policies[at].1 = stored.clone(),
            None => draft.is.policies.push((tenant.id, stored.clone())),
        }
        draft.change(
            format!("{slug}: {sentence}"),
            Write::Policy(tenant.id, Box::new(stored)),
        );
    }
}

/// The dates of the list and those of the file together; none if neither is given.
fn holidays(draft: &mut Draft<'_>, wanted: &WantedCalendar) -> Option<BTreeSet<NaiveDate>> {
    let from_file = wanted.holidays_ics.as_ref().map(|text| {
        let years = Calendar::years_ahead(draft.now());
        holidays::holidays(text, &years).map(|found| found.days)
    });
    match from_file {
        None => wanted.holidays.clone(),
        Some(Ok(mut days)) => {
            days.extend(wanted.holidays.iter().flatten());
            Some(days)
        }
        Some(Err(sentence)) => {
            draft.mistake(&wanted.place, format!("holidays_ics: {sentence}"));
            None
        }
    }
}

/// The ids of mailboxes by their addresses.
fn mailboxes(
    draft: &mut Draft<'_>,
    tenant: &Tenant,
    wanted: &[At<EmailAddress>],
) -> Vec<MailboxId> {
    let mut found = Vec::new();
    for address in wanted {
        let own = draft.is.mailboxes.iter().find(|m| {
            m.tenant == tenant.id && (m.address == **address || m.aliases.contains(address))
        });
        match own.map(|m| m.id) {
            Some(id) => found.push(id),
            None => draft.mistake(
                &address.place,
                format!("{} has no mailbox {}", tenant.slug, **address),
            ),
        }
    }
    found
}

fn plans(draft: &mut Draft<'_>, wanted: &[At<String>]) -> Vec<String> {
    for slug in wanted {
        if !draft.is.plans.iter().any(|plan| plan.slug == **slug) {
            draft.mistake(&slug.place, format!("there is no plan {}", **slug));
        }
    }
    wanted.iter().map(|slug| (**slug).clone()).collect()
}

fn new_policy(draft: &Draft<'_>, name: &str) -> StoredPolicy {
    StoredPolicy {
        policy: Policy {
            id: PolicyId(draft.id()),
            name: name.to_owned(),
            calendar: Calendar::always_open(),
            targets: BTreeMap::new(),
            pause_on: vec![Status::OnHold],
            warn: vec![80],
        },
        calendar: None,
        holds: Holds::default(),
        version: 1,
        past: Vec::new(),
    }
}
