//! `/calendars`: when the tenant works. Everybody of the desk reads them, admins write them.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::{Manager, Staff};
use super::given::{Asked, Given};
use super::page::{List, Page, PageQuery};
use super::problem::Problem;
use super::state::ApiState;
use crate::desk::calendars::CalendarChange;
use crate::domain::audit::Via;
use crate::domain::ids::CalendarId;
use crate::domain::sla::{Day, Window};
use crate::domain::tenant::Tenant;
use crate::store::sla::NamedCalendar;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(change, remove))
}

/// When the tenant works.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BusinessCalendar)]
pub struct CalendarView {
    id: Uuid,
    name: String,
    /// Per weekday, `mon` to `sun`: windows such as `09:00-17:00`. A day that is missing is closed.
    #[schema(value_type = Object)]
    hours: BTreeMap<Day, Vec<Window>>,
    timezone: String,
    holidays: BTreeSet<NaiveDate>,
}

impl From<&NamedCalendar> for CalendarView {
    fn from(named: &NamedCalendar) -> Self {
        Self {
            id: named.id.0,
            name: named.name.clone(),
            hours: named.calendar.hours.clone().into(),
            timezone: named.calendar.timezone.name().to_owned(),
            holidays: named.calendar.holidays.clone(),
        }
    }
}

/// A calendar to be, or what of one is to change; fields that are absent stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object with the fields of a calendar"
)]
#[schema(as = BusinessCalendarChange)]
pub struct Wanted {
    name: Option<String>,
    /// Per weekday, `mon` to `sun`: windows such as `09:00-17:00`. A day that is missing is closed.
    #[schema(value_type = Option<Object>)]
    hours: Option<BTreeMap<Day, Vec<Window>>>,
    /// The tenant's own, if a new calendar says nothing.
    timezone: Option<String>,
    /// All of them.
    #[schema(value_type = Option<Vec<String>>)]
    holidays: Option<BTreeSet<Date>>,
    /// The text of a calendar file (.ics): its whole days, also those that come every year, are added.
    holidays_ics: Option<String>,
}

/// A date as a program writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
struct Date(NaiveDate);

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let read = text.parse().map(Self);
        read.map_err(|_| format!("expected a date such as 2026-12-25, not {text:?}"))
    }
}

impl Wanted {
    fn checked(self) -> Result<CalendarChange, Problem> {
        let zone = |name: String| {
            let problem = "expected a time zone such as Europe/Berlin";
            name.parse()
                .map_err(|_| Problem::invalid("timezone", problem))
        };
        Ok(CalendarChange {
            name: self.name,
            hours: self.hours.map(Into::into),
            timezone: self.timezone.map(zone).transpose()?,
            holidays: self
                .holidays
                .map(|days| days.into_iter().map(|date| date.0).collect()),
            ics: self.holidays_ics,
        })
    }
}

fn named(id: &str) -> Result<CalendarId, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}

fn shown(api: &ApiState, tenant: &Tenant, id: CalendarId) -> Result<CalendarView, Problem> {
    let office = api.desk.office(tenant.id)?;
    let found = office.calendar(id).map(CalendarView::from);
    found.ok_or_else(Problem::not_found)
}

/// Calendars of business hours
#[utoipa::path(get, path = "/calendars", tag = "settings", params(PageQuery),
    responses((status = 200, description = "By name", body = List<CalendarView>)))]
async fn list(
    staff: Staff,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<CalendarView>>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    Ok(Json(page.of(&staff.office.calendars, CalendarView::from)))
}

/// Make a calendar
#[utoipa::path(post, path = "/calendars", tag = "settings", request_body = Wanted,
    responses((status = 201, description = "As it is", body = CalendarView)))]
async fn create(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Given(wanted): Given<Wanted>,
) -> Result<(StatusCode, Json<CalendarView>), Problem> {
    let wanted = wanted.checked()?;
    let made = api.desk.put_calendar(&staff.who, Via::Api, None, wanted);
    let id = made.await?;
    let calendar = shown(&api, &staff.office.tenant, id)?;
    Ok((StatusCode::CREATED, Json(calendar)))
}

/// Change a calendar
///
/// Clocks that run are counted anew, from now on.
#[utoipa::path(patch, path = "/calendars/{id}", tag = "settings", request_body = Wanted, params(("id" = Uuid, Path)),
    responses((status = 200, description = "As it is now", body = CalendarView)))]
async fn change(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
    Given(wanted): Given<Wanted>,
) -> Result<Json<CalendarView>, Problem> {
    let (id, wanted) = (named(&id)?, wanted.checked()?);
    api.desk
        .put_calendar(&staff.who, Via::Api, Some(id), wanted)
        .await?;
    shown(&api, &staff.office.tenant, id).map(Json)
}

/// Take a calendar away in which no service level counts
#[utoipa::path(delete, path = "/calendars/{id}", tag = "settings", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone")))]
async fn remove(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api.desk
        .remove_calendar(&staff.who, Via::Api, named(&id)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
