//! Calendars and service levels.

use std::collections::BTreeMap;

use super::change::Write;
use super::draft::{Draft, Edit};
use crate::config::seed::{Calendar as WantedCalendar, Sla as WantedSla, State};
use crate::domain::ids::{CalendarId, PolicyId};
use crate::domain::sla::{Calendar, Policy};
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
    edit.set("holidays", &mut calendar.holidays, wanted.holidays.clone());
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
    edit.set("default", &mut stored.is_default, wanted.default);
    for problem in stored.policy.check() {
        draft.mistake(
            &wanted.place,
            format!("{}: {}", problem.path, problem.message),
        );
    }
    if let Some(sentence) = edit.sentence(&format!("service level {name}"), known.is_none()) {
        if stored.is_default {
            // There is one: the store takes the mark from the others, and so does the draft.
            let others = draft
                .is
                .policies
                .iter_mut()
                .filter(|(id, _)| *id == tenant.id);
            others.for_each(|(_, other)| other.is_default = false);
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
        is_default: false,
    }
}
