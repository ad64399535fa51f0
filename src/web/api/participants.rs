//! `/tickets/{key}/participants`: who takes part in a ticket.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Staff, Worker};
use super::given::{Asked, Given};
use super::page::{List, Page, PageQuery};
use super::problem::Problem;
use super::show::{ParticipantView, TicketView};
use super::state::ApiState;
use super::tickets;
use crate::domain::address::Party;
use crate::store;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(requester))
}

/// Somebody who shall take part.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with email and name")]
pub struct Joining {
    email: String,
    #[serde(default)]
    name: String,
}

/// Who takes part in a ticket
#[utoipa::path(get, path = "/tickets/{key}/participants", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id"), PageQuery),
    responses((status = 200, description = "The requester first", body = List<ParticipantView>)))]
async fn list(
    State(api): State<ApiState>,
    staff: Staff,
    Path(key): Path<String>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<ParticipantView>>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    let people = store::participants::of_tickets(&mut tx, staff.tenant(), &[ticket.id]).await?;
    Ok(Json(page.of(&people, ParticipantView::from)))
}

/// Let somebody take part
///
/// They get copies of answers from then on, and see nothing older.
#[utoipa::path(post, path = "/tickets/{key}/participants", tag = "tickets", request_body = Joining,
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 201, description = "They take part", body = ParticipantView)))]
async fn add(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path(key): Path<String>,
    Given(joining): Given<Joining>,
) -> Result<(StatusCode, Json<ParticipantView>), Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    drop(tx);
    let person = Party {
        email: joining.email,
        name: joining.name,
    };
    let address = person.address();
    api.desk
        .add_participant(&staff.who, ticket.id, person)
        .await?;
    let mut tx = api.desk.db.read().await?;
    let people = store::participants::of_tickets(&mut tx, staff.tenant(), &[ticket.id]).await?;
    let joined = people
        .iter()
        .find(|person| Some(&person.address) == address.as_ref());
    let joined = joined.ok_or_else(Problem::not_found)?;
    Ok((StatusCode::CREATED, Json(ParticipantView::from(joined))))
}

/// Say whose ticket it is
///
/// For mails that somebody passed on. Who asked before is proposed as a participant, unless they are of the house: they see
/// nothing more until somebody lets them in. Nobody who works here, and no address of ours, can be the requester.
#[utoipa::path(post, path = "/tickets/{key}/requester", tag = "tickets", request_body = Joining,
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 200, description = "The ticket as it is now", body = TicketView)))]
async fn requester(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path(key): Path<String>,
    Given(joining): Given<Joining>,
) -> Result<Json<TicketView>, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    drop(tx);
    let address = joining.email.parse();
    let address = address.map_err(|_| Problem::invalid("email", "expected a mail address"))?;
    api.desk
        .set_requester(&staff.who, ticket.id, &address)
        .await?;
    tickets::answer(&api, &staff, ticket.id).await
}
