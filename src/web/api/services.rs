//! `/slas`: what the tenant promises. Everybody of the desk reads it, admins write it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::{Manager, Staff};
use super::given::{Asked, Given};
use super::page::{List, Page, PageQuery};
use super::problem::Problem;
use super::state::ApiState;
use crate::desk::directory::Office;
use crate::desk::levels::PolicyChange;
use crate::domain::address::EmailAddress;
use crate::domain::audit::Via;
use crate::domain::ids::PolicyId;
use crate::domain::sla::{Metric, Span};
use crate::domain::ticket::{Priority, Status};
use crate::store::sla::StoredPolicy;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(change, remove))
}

/// A set of promises.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceLevel)]
pub struct PolicyView {
    id: Uuid,
    name: String,
    /// The name of the calendar in whose hours it counts; null: round the clock.
    calendar: Option<String>,
    /// `first_response`, `next_response`, `resolution`: per priority a span such as `4h`, `1d 4h`.
    #[schema(value_type = Object)]
    targets: BTreeMap<Metric, BTreeMap<Priority, Span>>,
    /// In which states of a ticket its clocks stand still.
    #[schema(value_type = Vec<String>)]
    pause_on: Vec<Status>,
    /// After which percents of a target somebody is warned.
    warn: Vec<u8>,
    /// The mailboxes for whose mail it holds.
    mailboxes: Vec<String>,
    /// The plans for which it holds.
    plans: Vec<String>,
    /// Whether it holds where nothing else does.
    default: bool,
    /// Rises whenever what it promises changes; running clocks are counted anew then.
    version: i64,
}

impl PolicyView {
    fn new(stored: &StoredPolicy, office: &Office) -> Self {
        let policy = &stored.policy;
        let calendar = stored.calendar.and_then(|id| office.calendar(id));
        let mailboxes = stored.holds.mailboxes.iter();
        Self {
            id: policy.id.0,
            name: policy.name.clone(),
            calendar: calendar.map(|calendar| calendar.name.clone()),
            targets: policy.targets.clone(),
            pause_on: policy.pause_on.clone(),
            warn: policy.warn.clone(),
            mailboxes: mailboxes
                .filter_map(|id| office.mailbox(*id))
                .map(|mailbox| mailbox.address.to_string())
                .collect(),
            plans: stored.holds.plans.clone(),
            default: stored.holds.default,
            version: stored.version,
        }
    }
}

/// A service level to be, or what of one is to change; fields that are absent stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object with the fields of a service level"
)]
#[schema(as = ServiceLevelChange)]
pub struct Wanted {
    name: Option<String>,
    /// The name or id of a calendar; null: round the clock.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    #[expect(
        clippy::option_option,
        reason = "absent, null and a name are three wishes"
    )]
    calendar: Option<Option<String>>,
    /// By metric; a metric that is absent stays as it is, an empty object takes its targets away.
    #[schema(value_type = Object)]
    targets: BTreeMap<Metric, BTreeMap<Priority, Span>>,
    #[schema(value_type = Option<Vec<String>>)]
    pause_on: Option<Vec<Status>>,
    warn: Option<Vec<u8>>,
    mailboxes: Option<Vec<String>>,
    plans: Option<Vec<String>>,
    default: Option<bool>,
}

/// What is there and null is something else than what is absent.
#[expect(
    clippy::option_option,
    reason = "absent, null and a name are three wishes"
)]
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

impl Wanted {
    fn checked(self, office: &Office) -> Result<PolicyChange, Problem> {
        let calendar = |name: Option<String>| {
            let Some(name) = name else { return Ok(None) };
            let mut all = office.calendars.iter();
            let found = all.find(|c| c.name == name || c.id.to_string() == name);
            let unknown = || Problem::invalid("calendar", "there is no such calendar");
            found.map(|c| Some(c.id)).ok_or_else(unknown)
        };
        let addresses = |all: Vec<String>| {
            let address = |text: String| {
                let read: Result<EmailAddress, _> = text.parse();
                read.map_err(|_| Problem::invalid("mailboxes", "expected addresses of mailboxes"))
            };
            all.into_iter().map(address).collect::<Result<Vec<_>, _>>()
        };
        Ok(PolicyChange {
            name: self.name,
            calendar: self.calendar.map(calendar).transpose()?,
            targets: self.targets,
            pause_on: self.pause_on,
            warn: self.warn,
            mailboxes: self.mailboxes.map(addresses).transpose()?,
            plans: self.plans,
            default: self.default,
            seen: None,
        })
    }
}

fn named(id: &str) -> Result<PolicyId, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}

fn shown(api: &ApiState, staff: &Staff, id: PolicyId) -> Result<PolicyView, Problem> {
    let office = api.desk.office(staff.tenant())?;
    let found = office.stored_policy(id);
    found
        .map(|stored| PolicyView::new(stored, &office))
        .ok_or_else(Problem::not_found)
}

/// What is promised
#[utoipa::path(get, path = "/slas", tag = "settings", params(PageQuery),
    responses((status = 200, description = "By name", body = List<PolicyView>)))]
async fn list(
    staff: Staff,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<PolicyView>>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    let office = &staff.office;
    Ok(Json(page.of(&office.policies, |stored| {
        PolicyView::new(stored, office)
    })))
}

/// Promise something
#[utoipa::path(post, path = "/slas", tag = "settings", request_body = Wanted,
    responses((status = 201, description = "As it is", body = PolicyView)))]
async fn create(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Given(wanted): Given<Wanted>,
) -> Result<(StatusCode, Json<PolicyView>), Problem> {
    let wanted = wanted.checked(&staff.office)?;
    let made = api.desk.put_policy(&staff.who, Via::Api, None, wanted);
    let id = made.await?;
    Ok((StatusCode::CREATED, Json(shown(&api, &staff, id)?)))
}

/// Change what is promised
///
/// Clocks that run are counted anew, from now on; what has passed stays passed.
#[utoipa::path(patch, path = "/slas/{id}", tag = "settings", request_body = Wanted, params(("id" = Uuid, Path)),
    responses((status = 200, description = "As it is now", body = PolicyView)))]
async fn change(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
    Given(wanted): Given<Wanted>,
) -> Result<Json<PolicyView>, Problem> {
    let (id, wanted) = (named(&id)?, wanted.checked(&staff.office)?);
    api.desk
        .put_policy(&staff.who, Via::Api, Some(id), wanted)
        .await?;
    shown(&api, &staff, id).map(Json)
}

/// Take a service level away under which no ticket in work runs
#[utoipa::path(delete, path = "/slas/{id}", tag = "settings", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone")))]
async fn remove(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api.desk
        .remove_policy(&staff.who, Via::Api, named(&id)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
