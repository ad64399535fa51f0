//! Bytes: the mail as it arrived, and the files that came with it, whole or in ranges. The name is the safe one; the
//! type is ours, decided from the bytes (A16), whatever the sender claimed.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::super::caller::Staff;
use super::super::problem::Problem;
use super::super::state::ApiState;
use super::find;
use crate::domain::ids::AttachmentId;
use crate::store::messages;
use crate::web::bytes::{self, NotGiven};

/// The mail that a message was made from, byte for byte
#[utoipa::path(get, path = "/messages/{id}/raw", tag = "messages",
    params(("id" = String, Path)),
    responses((status = 200, description = "RFC 5322", content_type = "application/octet-stream"),
        (status = 206, description = "The range that was asked for"), (status = 304, description = "As it was"),
        (status = 416, description = "There is no such range")))]
pub async fn raw(
    State(api): State<ApiState>,
    staff: Staff,
    Path(id): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let mut tx = api.desk.db.read().await?;
    let (message, ticket) = find(&mut tx, &staff, &id).await?;
    let blob = messages::raw_blob(&mut tx, staff.tenant(), message.id).await?;
    drop(tx);
    let blob = blob.ok_or_else(Problem::not_found)?;
    let name = format!("{}-{}.eml", ticket.key, message.id);
    Ok(bytes::whole(&api.desk, blob, &name, &asked).await?)
}

/// A file that came with a message, or was sent with one
#[utoipa::path(get, path = "/attachments/{id}", tag = "messages",
    params(("id" = String, Path)),
    responses((status = 200, description = "Its bytes", content_type = "application/octet-stream"),
        (status = 206, description = "The range that was asked for"), (status = 304, description = "As it was"),
        (status = 416, description = "There is no such range")))]
pub async fn attachment(
    State(api): State<ApiState>,
    staff: Staff,
    Path(id): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let id: AttachmentId = id.parse().map_err(|_| Problem::not_found())?;
    let mut tx = api.desk.db.read().await?;
    let found = messages::attachment(&mut tx, staff.tenant(), id).await?;
    let (row, message, blob) = found.ok_or_else(Problem::not_found)?;
    find(&mut tx, &staff, &message.to_string()).await?;
    drop(tx);
    Ok(bytes::attachment(&api.desk, &row, blob, &asked).await?)
}

impl From<NotGiven> for Problem {
    fn from(why: NotGiven) -> Self {
        match why {
            NotGiven::Missing => Self::not_found(),
            NotGiven::Store(error) => error.into(),
        }
    }
}
