//! `POST /tickets/{key}/merge`, `/unmerge`, `/split`, `/link`, `/unlink`: tickets that become one, two, or neighbours.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::caller::{Staff, Worker};
use super::super::given::Given;
use super::super::problem::Problem;
use super::super::show::TicketView;
use super::super::state::ApiState;
use super::show::answer;
use crate::domain::ids::TicketId;

/// The ticket that goes on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with into, the key of a ticket"
)]
pub struct Merging {
    /// Its key or id.
    #[schema(example = "ACME-2")]
    into: String,
}

/// The ticket at the other end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with ticket, the key of a ticket"
)]
pub struct Linking {
    /// Its key or id.
    #[schema(example = "ACME-2")]
    ticket: String,
}

/// The messages that shall be a ticket of their own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with messages, a list of ids"
)]
pub struct Splitting {
    /// Their ids.
    messages: Vec<String>,
    /// The new ticket's subject; absent: that of the first of them.
    #[serde(default)]
    subject: Option<String>,
}

/// Make a ticket part of another
///
/// Its messages, participants and tags come over. Replies to it, its key and its tokens lead to the other from then
/// on. Its service level promises go on where they are due first.
#[utoipa::path(post, path = "/tickets/{key}/merge", tag = "tickets", request_body = Merging,
    params(("key" = String, Path, description = "The ticket that is merged away, such as ACME-1, or its id")),
    responses((status = 200, description = "The ticket that goes on", body = TicketView),
        (status = 409, description = "They are one already, or one is spam")))]
pub async fn merge(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path(key): Path<String>,
    Given(merging): Given<Merging>,
) -> Result<Json<TicketView>, Problem> {
    let ids = both(&api, &staff, &key, ("into", &merging.into)).await?;
    let into = api.desk.merge(&staff.who, ids.0, ids.1).await?;
    answer(&api, &staff, into).await
}

/// Undo a merge
///
/// The ticket has its messages, status and clocks back. What was written since stays in the other.
#[utoipa::path(post, path = "/tickets/{key}/unmerge", tag = "tickets",
    params(("key" = String, Path, description = "The ticket that was merged away, such as ACME-1, or its id")),
    responses((status = 200, description = "The ticket, on its own again", body = TicketView),
        (status = 409, description = "It is part of no other")))]
pub async fn unmerge(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path(key): Path<String>,
) -> Result<Json<TicketView>, Problem> {
    let ticket = one(&api, &staff, &key).await?;
    api.desk.unmerge(&staff.who, ticket).await?;
    answer(&api, &staff, ticket).await
}

/// Give some messages a ticket of their own
#[utoipa::path(post, path = "/tickets/{key}/split", tag = "tickets", request_body = Splitting,
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 201, description = "The new ticket, linked to the first", body = TicketView)))]
pub async fn split(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path(key): Path<String>,
    Given(splitting): Given<Splitting>,
) -> Result<(StatusCode, Json<TicketView>), Problem> {
    let ticket = one(&api, &staff, &key).await?;
    let ids: Result<Vec<_>, _> = splitting.messages.iter().map(|id| id.parse()).collect();
    let ids = ids.map_err(|_| Problem::invalid("messages", "expected the ids of messages"))?;
    let subject = splitting.subject.as_deref();
    let part = api
        .desk
        .split_off(&staff.who, ticket, &ids, subject)
        .await?;
    Ok((StatusCode::CREATED, answer(&api, &staff, part).await?))
}

/// Link a ticket to another
#[utoipa::path(post, path = "/tickets/{key}/link", tag = "tickets", request_body = Linking,
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 204, description = "They are linked, from both ends")))]
pub async fn link(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path(key): Path<String>,
    Given(linking): Given<Linking>,
) -> Result<StatusCode, Problem> {
    let ids = both(&api, &staff, &key, ("ticket", &linking.ticket)).await?;
    api.desk.link(&staff.who, ids.0, ids.1).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take the link to another ticket away
#[utoipa::path(post, path = "/tickets/{key}/unlink", tag = "tickets", request_body = Linking,
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 204, description = "They are not linked any more")))]
pub async fn unlink(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path(key): Path<String>,
    Given(linking): Given<Linking>,
) -> Result<StatusCode, Problem> {
    let ids = both(&api, &staff, &key, ("ticket", &linking.ticket)).await?;
    api.desk.unlink(&staff.who, ids.0, ids.1).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn one(api: &ApiState, staff: &Staff, key: &str) -> Result<TicketId, Problem> {
    let mut tx = api.desk.db.read().await?;
    Ok(staff.ticket(&mut tx, key).await?.id)
}

/// The ticket in the path, and the one that the body names; both must exist for the caller.
async fn both(
    api: &ApiState,
    staff: &Staff,
    key: &str,
    (field, named): (&'static str, &str),
) -> Result<(TicketId, TicketId), Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, key).await?;
    let other = staff.ticket(&mut tx, named).await;
    let other = other.map_err(|_| Problem::invalid(field, "expected the key of a ticket"))?;
    Ok((ticket.id, other.id))
}
