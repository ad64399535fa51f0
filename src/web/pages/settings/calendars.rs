//! `/settings/calendars`: when the desk works: the list, and a page for each.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Multipart, Path, Query, State};
use axum::response::{Html, IntoResponse as _, Response};
use chrono::NaiveDate;
use serde::Deserialize;

use super::{Done, Frame, around, refused, settled};
use crate::desk::DeskError;
use crate::desk::calendars::CalendarChange;
use crate::domain::audit::Via;
use crate::domain::ids::CalendarId;
use crate::domain::sla::{Day, Window};
use crate::store::sla::NamedCalendar;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::{Posted, file_of};
use crate::web::show::{Flash, Shell, filters};
use crate::web::signed::{Managing, Signed};

const PATH: &str = "/settings/calendars";
/// The page on which one is made.
const NEW: &str = "new";
/// A file of up to so many bytes is looked at, and refused in words that belong to it.
pub(super) const LARGEST_FILE: usize = 12 << 20;

#[derive(Template)]
#[template(path = "settings/calendars.html")]
struct ListPage {
    shell: Shell,
    frame: Frame,
    calendars: Vec<Row>,
}

struct Row {
    id: CalendarId,
    name: String,
    hours: Vec<String>,
    zone: &'static str,
    next: String,
    used_by: String,
}

#[derive(Template)]
#[template(path = "settings/calendar.html")]
struct CalendarPage {
    shell: Shell,
    frame: Frame,
    id: String,
    title: String,
    form: CalendarForm,
    days: Vec<(&'static str, &'static str, String)>,
    zones: Vec<&'static str>,
}

/// The form as it is sent, and as it is shown again.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CalendarForm {
    deed: String,
    name: String,
    timezone: String,
    mon: String,
    tue: String,
    wed: String,
    thu: String,
    fri: String,
    sat: String,
    sun: String,
    holidays: String,
    ics: String,
}

impl CalendarForm {
    fn of(named: &NamedCalendar) -> Self {
        let hours: BTreeMap<Day, Vec<Window>> = named.calendar.hours.clone().into();
        let on = |day: Day| {
            let windows = hours.get(&day).map(Vec::as_slice).unwrap_or_default();
            let windows: Vec<String> = windows.iter().map(ToString::to_string).collect();
            windows.join(", ")
        };
        let holidays: Vec<String> = named
            .calendar
            .holidays
            .iter()
            .map(ToString::to_string)
            .collect();
        Self {
            name: named.name.clone(),
            timezone: named.calendar.timezone.name().to_owned(),
            mon: on(Day::Mon),
            tue: on(Day::Tue),
            wed: on(Day::Wed),
            thu: on(Day::Thu),
            fri: on(Day::Fri),
            sat: on(Day::Sat),
            sun: on(Day::Sun),
            holidays: holidays.join("\n"),
            ..Self::default()
        }
    }

    /// What a new one begins with.
    fn fresh(zone: &str) -> Self {
        let usual = || "09:00-17:00".to_owned();
        Self {
            timezone: zone.to_owned(),
            mon: usual(),
            tue: usual(),
            wed: usual(),
            thu: usual(),
            fri: usual(),
            ..Self::default()
        }
    }

    /// The days as the page lists them: field, label, windows.
    fn days(&self) -> Vec<(&'static str, &'static str, String)> {
        [
            ("mon", "Monday", &self.mon),
            ("tue", "Tuesday", &self.tue),
            ("wed", "Wednesday", &self.wed),
            ("thu", "Thursday", &self.thu),
            ("fri", "Friday", &self.fri),
            ("sat", "Saturday", &self.sat),
            ("sun", "Sunday", &self.sun),
        ]
        .map(|(field, label, windows)| (field, label, windows.clone()))
        .into()
    }

    /// The change it asks for, or the sentence that says what was expected.
    fn change(&self) -> Result<CalendarChange, String> {
        let mut hours: BTreeMap<Day, Vec<Window>> = BTreeMap::new();
        for (day, (_, label, windows)) in Day::ALL.iter().zip(self.days()) {
            let windows = windows.split([',', ';']).map(str::trim);
            let windows = windows.filter(|window| !window.is_empty());
            let read: Result<Vec<Window>, _> = windows.map(str::parse).collect();
            hours.insert(*day, read.map_err(|error| format!("{label}: {error}"))?);
        }
        let mut holidays = BTreeSet::new();
        for date in self.holidays.split(|c: char| c.is_whitespace() || c == ',') {
            if !date.is_empty() {
                let read: Result<NaiveDate, _> = date.parse();
                holidays.insert(
                    read.map_err(|_| format!("{date:?} is not a date such as 2026-12-25"))?,
                );
            }
        }
        let zone = self.timezone.trim().parse();
        Ok(CalendarChange {
            name: Some(self.name.clone()),
            hours: Some(hours.into()),
            timezone: Some(zone.map_err(|_| {
                format!(
                    "{:?} is not a time zone such as Europe/Berlin",
                    self.timezone
                )
            })?),
            holidays: Some(holidays),
            ics: Some(self.ics.clone()),
        })
    }
}

pub(super) async fn list(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, &signed, PATH, done.flash()).await?;
    let office = &signed.office;
    let now = web.desk.clock.now();
    let row = |named: &NamedCalendar| {
        let users = office.policies.iter();
        let users = users.filter(|p| p.calendar == Some(named.id));
        let users: Vec<&str> = users.map(|p| p.policy.name.as_str()).collect();
        let today = now.with_timezone(&named.calendar.timezone).date_naive();
        let next = named.calendar.holidays.range(today..).next();
        Row {
            id: named.id,
            name: named.name.clone(),
            hours: week(named),
            zone: named.calendar.timezone.name(),
            next: next
                .map(|day| day.format("%-d %b %Y").to_string())
                .unwrap_or_default(),
            used_by: users.join(", "),
        }
    };
    let page = ListPage {
        shell,
        frame,
        calendars: office.calendars.iter().map(row).collect(),
    };
    Ok(Html(page.render()?))
}

/// The hours of a week, days with the same ones in a row together: `Mon–Fri 09:00-17:00`.
fn week(named: &NamedCalendar) -> Vec<String> {
    let days = CalendarForm::of(named).days();
    let short = |label: &'static str| &label[..3];
    let mut lines = Vec::new();
    for run in days.chunk_by(|(.., a), (.., b)| a == b) {
        let [(_, first, windows), ..] = run else {
            continue;
        };
        let last = run.last().map_or(*first, |(_, last, _)| last);
        match run.len() {
            _ if windows.is_empty() => {}
            1 => lines.push(format!("{} {windows}", short(first))),
            _ => lines.push(format!("{}–{} {windows}", short(first), short(last))),
        }
    }
    lines
}

/// The calendar that a path names; none for the page of a new one.
fn named(signed: &Signed, id: &str) -> Result<Option<NamedCalendar>, Fault> {
    if id == NEW {
        return Ok(None);
    }
    let id: CalendarId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = signed.office.calendar(id).cloned();
    found.ok_or(Fault::NotFound).map(Some)
}

pub(super) async fn open(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let form = match named(&signed, &id)? {
        Some(calendar) => CalendarForm::of(&calendar),
        None => CalendarForm::fresh(signed.office.tenant.timezone.name()),
    };
    page(&web, &signed, id, form, done.flash()).await
}

async fn page(
    web: &Web,
    signed: &Signed,
    id: String,
    form: CalendarForm,
    flash: Option<Flash>,
) -> Result<Html<String>, Fault> {
    let known = named(signed, &id)?;
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let page = CalendarPage {
        shell,
        frame,
        title: known.map_or_else(|| "A new calendar".to_owned(), |calendar| calendar.name),
        id,
        days: form.days(),
        form,
        zones: chrono_tz::TZ_VARIANTS
            .iter()
            .map(|zone| zone.name())
            .collect(),
    };
    Ok(Html(page.render()?))
}

pub(super) async fn act(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: CalendarForm = posted.open(&signed.form_token).await?;
    let known = named(&signed, &id)?.map(|calendar| calendar.id);
    let (desk, who) = (&web.desk, signed.who());
    let done = if form.deed == "remove" {
        let known = known.ok_or(Fault::NotFound)?;
        desk.remove_calendar(&who, Via::Page, known)
            .await
            .map(|()| None)
    } else {
        match form.change() {
            Ok(change) => desk
                .put_calendar(&who, Via::Page, known, change)
                .await
                .map(Some),
            Err(problem) => Err(DeskError::invalid("form", problem)),
        }
    };
    match settled(PATH, done)? {
        Ok(on) => Ok(on.into_response()),
        Err(flash) => Ok(refused(page(&web, &signed, id, form, Some(flash)).await?)),
    }
}

/// `POST /settings/calendars/{id}/file`: the whole days of a calendar file are added to the holidays.
pub(super) async fn upload(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    form: Multipart,
) -> Result<Response, Fault> {
    let text = file_of(form, &signed.form_token).await?;
    let calendar = named(&signed, &id)?.ok_or(Fault::NotFound)?;
    let change = CalendarChange {
        ics: Some(text),
        ..CalendarChange::default()
    };
    let (desk, who) = (&web.desk, signed.who());
    let done = desk.put_calendar(&who, Via::Page, Some(calendar.id), change);
    match settled(PATH, done.await.map(Some))? {
        Ok(on) => Ok(on.into_response()),
        Err(flash) => {
            let form = CalendarForm::of(&calendar);
            Ok(refused(page(&web, &signed, id, form, Some(flash)).await?))
        }
    }
}
