//! Messages that wait for a person: a stranger's mail in a known ticket, an agent's answer that could not be proven.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::super::caller::Worker;
use super::super::problem::Problem;
use super::super::show::TicketView;
use super::super::state::ApiState;
use super::super::tickets::answer;
use super::find;
use crate::domain::ids::MessageId;

/// The message, if its ticket exists for them.
async fn seen(api: &ApiState, worker: &Worker, id: &str) -> Result<MessageId, Problem> {
    let mut tx = api.desk.db.read().await?;
    let (message, _) = find(&mut tx, &worker.0, id).await?;
    Ok(message.id)
}

/// Send a held answer
#[utoipa::path(post, path = "/messages/{id}/release", tag = "messages",
    params(("id" = String, Path)), responses((status = 204, description = "It goes out")))]
pub async fn release(
    State(api): State<ApiState>,
    worker: Worker,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = seen(&api, &worker, &id).await?;
    api.desk.release(&worker.0.who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a stranger's mail into the conversation
///
/// Its sender takes part from then on, and sees nothing older.
#[utoipa::path(post, path = "/messages/{id}/accept", tag = "messages",
    params(("id" = String, Path)), responses((status = 204, description = "It stands in the conversation")))]
pub async fn accept(
    State(api): State<ApiState>,
    worker: Worker,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = seen(&api, &worker, &id).await?;
    api.desk.accept(&worker.0.who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a stranger's mail a ticket of its own
#[utoipa::path(post, path = "/messages/{id}/split", tag = "messages",
    params(("id" = String, Path)), responses((status = 201, description = "The new ticket", body = TicketView)))]
pub async fn split(
    State(api): State<ApiState>,
    worker: Worker,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<TicketView>), Problem> {
    let id = seen(&api, &worker, &id).await?;
    let ticket = api.desk.split(&worker.0.who, id).await?;
    Ok((StatusCode::CREATED, answer(&api, &worker.0, ticket).await?))
}

/// Throw a held message away; its raw mail stays in intake
#[utoipa::path(post, path = "/messages/{id}/discard", tag = "messages",
    params(("id" = String, Path)), responses((status = 204, description = "It is gone")))]
pub async fn discard(
    State(api): State<ApiState>,
    worker: Worker,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = seen(&api, &worker, &id).await?;
    api.desk.discard(&worker.0.who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
