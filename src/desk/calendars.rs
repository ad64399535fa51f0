//! What admins settle about calendars. What they change reaches the clocks that run in their hours
//! ([`crate::desk::clocks::catch_up`]).

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::desk::levels::{MOST, named, unused};
use crate::desk::{Desk, DeskError, Who};
use crate::domain::audit::{Differences, Via};
use crate::domain::ids::CalendarId;
use crate::domain::mail::calendar::holidays;
use crate::domain::sla::{Calendar, Hours};
use crate::store::sla::{self, NamedCalendar};

/// What of a calendar is to change; for a new one, what it is to be.
#[derive(Debug, Clone, Default)]
pub struct CalendarChange {
    /// Its name.
    pub name: Option<String>,
    /// The hours of the week.
    pub hours: Option<Hours>,
    /// Where they hold. A new calendar has the tenant's zone.
    pub timezone: Option<Tz>,
    /// All dates on which it is closed.
    pub holidays: Option<BTreeSet<NaiveDate>>,
    /// The text of a calendar file, whose whole days come on top of them.
    pub ics: Option<String>,
}

impl Desk {
    /// Creates a calendar, or changes the one with this id. Gives its id.
    ///
    /// # Errors
    /// A value that makes no sense, named by its field; a role that may not.
    pub async fn put_calendar(
        &self,
        who: &Who,
        via: Via,
        id: Option<CalendarId>,
        wanted: CalendarChange,
    ) -> Result<CalendarId, DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let office = change.office.clone();
        let was = match id {
            Some(id) => Some(office.calendar(id).ok_or(DeskError::NotFound("calendar"))?),
            None => None,
        };
        if was.is_none() && office.calendars.len() >= MOST {
            return Err(DeskError::Conflict(format!(
                "there are {MOST} calendars already"
            )));
        }
        let now = change.now();
        let fresh = || NamedCalendar {
            id: CalendarId(self.random.uuid(now)),
            name: String::new(),
            calendar: Calendar {
                timezone: office.tenant.timezone,
                ..Calendar::always_open()
            },
        };
        let is = calendar(was.cloned().unwrap_or_else(fresh), wanted, now)?;
        let others = office.calendars.iter().filter(|other| other.id != is.id);
        unused(&is.name, others.map(|other| other.name.as_str()))?;
        match was {
            None => change.record("calendar.created", &is.name, days(&is.calendar)),
            Some(was) => {
                let differences = calendar_differences(was, &is);
                if differences.is_empty() {
                    return Ok(is.id);
                }
                change.record("calendar.changed", &is.name, differences.to_string());
            }
        }
        sla::put_calendar(&mut change.tx, who.tenant, &is, now).await?;
        change.commit().await?;
        Ok(is.id)
    }

    /// Takes a calendar away in which no service level counts.
    ///
    /// # Errors
    /// A service level counts in it; a role that may not.
    pub async fn remove_calendar(
        &self,
        who: &Who,
        via: Via,
        id: CalendarId,
    ) -> Result<(), DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let office = change.office.clone();
        let was = office.calendar(id).ok_or(DeskError::NotFound("calendar"))?;
        if let Some(user) = office.policies.iter().find(|p| p.calendar == Some(id)) {
            return Err(DeskError::Conflict(format!(
                "the service level {} counts in it; give that another calendar first",
                user.policy.name
            )));
        }
        sla::remove_calendar(&mut change.tx, who.tenant, id).await?;
        change.record("calendar.removed", &was.name, "removed");
        change.commit().await
    }
}

fn calendar(
    mut is: NamedCalendar,
    wanted: CalendarChange,
    now: DateTime<Utc>,
) -> Result<NamedCalendar, DeskError> {
    is.name = named(wanted.name, is.name)?;
    let calendar = &mut is.calendar;
    calendar.hours = wanted.hours.unwrap_or_else(|| calendar.hours.clone());
    calendar.timezone = wanted.timezone.unwrap_or(calendar.timezone);
    if let Some(holidays) = wanted.holidays {
        calendar.holidays = holidays;
    }
    if let Some(text) = wanted.ics.filter(|text| !text.trim().is_empty()) {
        let found = holidays::holidays(&text, &Calendar::years_ahead(now));
        let found = found.map_err(|problem| DeskError::invalid("holidays_ics", problem))?;
        calendar.holidays.extend(found.days);
    }
    if calendar.holidays.len() > holidays::MAX_DAYS {
        return Err(DeskError::invalid(
            "holidays",
            format!("expected at most {} dates", holidays::MAX_DAYS),
        ));
    }
    if !calendar.hours.ever_open() {
        return Err(DeskError::invalid(
            "hours",
            "expected hours on at least one weekday, such as 09:00-17:00",
        ));
    }
    Ok(is)
}

/// A calendar in a few words.
fn days(calendar: &Calendar) -> String {
    format!(
        "{}; {}; {} holidays",
        calendar.hours,
        calendar.timezone.name(),
        calendar.holidays.len()
    )
}

fn calendar_differences(was: &NamedCalendar, is: &NamedCalendar) -> Differences {
    let (old, new) = (&was.calendar, &is.calendar);
    let dates = |days: &BTreeSet<NaiveDate>, others: &BTreeSet<NaiveDate>| {
        let all: Vec<String> = days.difference(others).map(ToString::to_string).collect();
        match all.len() {
            0..=10 => all.join(", "),
            more => format!("{} and {} more", all[..9].join(", "), more - 9),
        }
    };
    Differences::default()
        .field("name", &was.name, &is.name)
        .field("hours", &old.hours, &new.hours)
        .field("timezone", &old.timezone, &new.timezone)
        .field(
            "holidays",
            &dates(&old.holidays, &new.holidays),
            &dates(&new.holidays, &old.holidays),
        )
}
