//! `/teams`: who works together. Everybody of the desk reads them, admins write them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Manager, Staff};
use super::given::{Asked, Given};
use super::page::{List, Page, PageQuery};
use super::problem::Problem;
use super::show::TeamView;
use super::state::ApiState;
use crate::desk::directory::Office;
use crate::desk::teams::TeamChange;
use crate::domain::address::EmailAddress;
use crate::domain::audit::Via;
use crate::domain::ids::TeamId;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(change, remove))
}

/// A team to be, or what of one is to change; fields that are absent stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object with name, assignment and members"
)]
#[schema(as = TeamChange)]
pub struct Wanted {
    name: Option<String>,
    /// `manual`, `round_robin` or `least_loaded`.
    assignment: Option<String>,
    /// Their addresses, in the order in which they take turns.
    members: Option<Vec<String>>,
}

impl Wanted {
    fn checked(self, office: &Office) -> Result<TeamChange, Problem> {
        let how = |word: String| {
            let problem = "expected manual, round_robin or least_loaded";
            word.parse()
                .map_err(|_| Problem::invalid("assignment", problem))
        };
        let member = |text: String| {
            let address: Option<EmailAddress> = text.parse().ok();
            let mut people = office.people.iter();
            let found = people.find(|m| Some(&m.user.email) == address.as_ref());
            let unknown = || Problem::invalid("members", format!("nobody here is {text}"));
            found.map(|m| m.user.id).ok_or_else(unknown)
        };
        let all = |members: Vec<String>| members.into_iter().map(member).collect();
        Ok(TeamChange {
            name: self.name,
            assignment: self.assignment.map(how).transpose()?,
            members: self.members.map(all).transpose()?,
        })
    }
}

fn named(id: &str) -> Result<TeamId, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}

fn shown(api: &ApiState, staff: &Staff, id: TeamId) -> Result<TeamView, Problem> {
    let office = api.desk.office(staff.tenant())?;
    let team = office.team(id).ok_or_else(Problem::not_found)?;
    Ok(TeamView::new(team, &office))
}

/// The tenant's teams
#[utoipa::path(get, path = "/teams", tag = "people", params(PageQuery),
    responses((status = 200, description = "By name", body = List<TeamView>)))]
async fn list(
    staff: Staff,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<TeamView>>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    Ok(Json(page.of(&staff.office.teams, |team| {
        TeamView::new(team, &staff.office)
    })))
}

/// Make a team
#[utoipa::path(post, path = "/teams", tag = "people", request_body = Wanted,
    responses((status = 201, description = "As it is", body = TeamView)))]
async fn create(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Given(wanted): Given<Wanted>,
) -> Result<(StatusCode, Json<TeamView>), Problem> {
    let wanted = wanted.checked(&staff.office)?;
    let made = api.desk.put_team(&staff.who, Via::Api, None, wanted);
    let id = made.await?;
    Ok((StatusCode::CREATED, Json(shown(&api, &staff, id)?)))
}

/// Change a team
#[utoipa::path(patch, path = "/teams/{id}", tag = "people", request_body = Wanted, params(("id" = Uuid, Path)),
    responses((status = 200, description = "As it is now", body = TeamView)))]
async fn change(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
    Given(wanted): Given<Wanted>,
) -> Result<Json<TeamView>, Problem> {
    let (id, wanted) = (named(&id)?, wanted.checked(&staff.office)?);
    api.desk
        .put_team(&staff.who, Via::Api, Some(id), wanted)
        .await?;
    shown(&api, &staff, id).map(Json)
}

/// Take a team away to which nothing belongs
#[utoipa::path(delete, path = "/teams/{id}", tag = "people", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone")))]
async fn remove(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api.desk
        .remove_team(&staff.who, Via::Api, named(&id)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
