//! `[[tenant.calendar]]` and `[[tenant.sla]]`: when a tenant works, and what it promises.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::files::content_of;
use super::names::State;
use crate::config::read::{Record, Table, texts};
use crate::config::{At, Place};
use crate::domain::address::EmailAddress;
use crate::domain::sla::{Day, Hours, Metric, Span, Window};
use crate::domain::ticket::{Priority, Status};

/// A calendar of business hours.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: At<String>,
    /// Whether it is to be there.
    pub state: State,
    /// The hours of the week; a day that is not named is closed.
    pub hours: Option<Hours>,
    /// The dates on which it is closed.
    pub holidays: Option<BTreeSet<NaiveDate>>,
    /// The text of a calendar file with the dates on which it is closed, beside those of `holidays`.
    pub holidays_ics: Option<String>,
    /// Where its hours hold, if not in the tenant's own zone.
    pub timezone: Option<Tz>,
}

/// A set of promises.
#[derive(Debug, Clone)]
pub struct Sla {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: At<String>,
    /// Whether it is to be there.
    pub state: State,
    /// In whose hours it counts; none means round the clock.
    pub calendar: Option<At<String>>,
    /// How long each thing may take; a metric that is not named keeps what it has.
    pub targets: BTreeMap<Metric, BTreeMap<Priority, Span>>,
    /// In which states the clocks stand still.
    pub pause_on: Option<Vec<Status>>,
    /// After which shares of a target, in percent, somebody is warned.
    pub warn: Option<Vec<u8>>,
    /// Holds for what comes in at these mailboxes.
    pub mailboxes: Option<Vec<At<EmailAddress>>>,
    /// Holds for tenants with one of these plans.
    pub plans: Option<Vec<At<String>>>,
    /// Holds where nothing else is said; one of a tenant's.
    pub default: Option<bool>,
}

texts! { words Status }
texts! {
    Window: "hours like 09:00-17:00 (across midnight in two parts, 22:00-24:00 and 00:00-06:00)",
    Span: "a span of time like 30m, 8h, 3d or 1d 4h",
}

impl Record for Calendar {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let name = table.required("name");
        let holidays: Option<Vec<Date>> = table.optional("holidays");
        Some(Self {
            place: table.place(),
            state: table.optional("state").unwrap_or_default(),
            hours: table.has("hours").then(|| hours(table)),
            holidays: holidays.map(|dates| dates.into_iter().map(|date| date.0).collect()),
            holidays_ics: content_of(table, "holidays_ics"),
            timezone: table.optional("timezone"),
            name: name?,
        })
    }
}

fn hours(table: &mut Table<'_>) -> Hours {
    let mut days = table.inner("hours");
    let mut week: BTreeMap<Day, Vec<Window>> = BTreeMap::new();
    for day in Day::ALL {
        week.extend(days.optional(day.as_str()).map(|windows| (*day, windows)));
    }
    days.finish();
    week.into()
}

impl Record for Sla {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let name = table.required("name");
        let mut targets = BTreeMap::new();
        for metric in Metric::ALL {
            if table.has(metric.as_str()) {
                targets.insert(*metric, spans(table, metric.as_str()));
            }
        }
        Some(Self {
            place: table.place(),
            state: table.optional("state").unwrap_or_default(),
            calendar: table.optional("calendar"),
            targets,
            pause_on: table.optional("pause_on"),
            warn: table
                .optional::<Vec<Percent>>("warn")
                .map(|steps| steps.into_iter().map(|p| p.0).collect()),
            mailboxes: table.optional("mailboxes"),
            plans: table.optional("plans"),
            default: table.optional("default"),
            name: name?,
        })
    }
}

fn spans(table: &mut Table<'_>, key: &'static str) -> BTreeMap<Priority, Span> {
    let mut inner = table.inner(key);
    let mut spans = BTreeMap::new();
    for priority in Priority::ALL {
        spans.extend(
            inner
                .optional(priority.as_str())
                .map(|span| (*priority, span)),
        );
    }
    inner.finish();
    spans
}

/// A share of a target at which a warning makes sense.
struct Percent(u8);

impl crate::config::read::Value for Percent {
    fn expected() -> std::borrow::Cow<'static, str> {
        "a number of percent from 1 to 99".into()
    }

    fn read(entry: crate::config::read::Entry<'_>) -> Option<Self> {
        let percent = entry.number().and_then(|n| u8::try_from(n).ok());
        let percent = percent.filter(|n| (1..=99).contains(n)).map(Self);
        percent.or_else(|| entry.refuse("a number of percent from 1 to 99"))
    }
}

/// A date, with or without quotes.
struct Date(NaiveDate);

impl crate::config::read::Value for Date {
    fn expected() -> std::borrow::Cow<'static, str> {
        "a date like 2026-12-25".into()
    }

    fn read(entry: crate::config::read::Entry<'_>) -> Option<Self> {
        let value = entry.value.get_ref();
        let unquoted = value.as_datetime().map(ToString::to_string);
        let text = value.as_str().or(unquoted.as_deref());
        let date = text.and_then(|text| text.parse().ok()).map(Self);
        date.or_else(|| entry.refuse("a date like 2026-12-25"))
    }
}
