//! Bytes: the mail as it arrived, and the files that came with it. The name is the safe one; the type is ours,
//! decided from the bytes (A16), whatever the sender claimed.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::super::caller::Staff;
use super::super::problem::{Kind, Problem};
use super::super::state::ApiState;
use super::find;
use crate::domain::ids::AttachmentId;
use crate::domain::mail;
use crate::domain::mail::html::raster_type;
use crate::store::{blobs, messages};
use crate::web::guard::for_attachment;

const BYTES: &str = "application/octet-stream";

/// The mail that a message was made from, byte for byte
#[utoipa::path(get, path = "/messages/{id}/raw", tag = "messages",
    params(("id" = String, Path)),
    responses((status = 200, description = "RFC 5322", content_type = "application/octet-stream")))]
pub async fn raw(
    State(api): State<ApiState>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mut tx = api.desk.db.read().await?;
    let (message, ticket) = find(&mut tx, &staff, &id).await?;
    let blob = messages::raw_blob(&mut tx, staff.tenant(), message.id).await?;
    let blob = blob.ok_or_else(Problem::not_found)?;
    let raw = blobs::read(&mut tx, blob)
        .await?
        .ok_or_else(Problem::not_found)?;
    drop(tx);
    let mut response = raw.into_response();
    for_attachment(
        response.headers_mut(),
        BYTES,
        &format!("{}-{}.eml", ticket.key, message.id),
    );
    Ok(response)
}

/// A file that came with a message, or was sent with one
#[utoipa::path(get, path = "/attachments/{id}", tag = "messages",
    params(("id" = String, Path)),
    responses((status = 200, description = "Its bytes", content_type = "application/octet-stream")))]
pub async fn attachment(
    State(api): State<ApiState>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: AttachmentId = id.parse().map_err(|_| Problem::not_found())?;
    let mut tx = api.desk.db.read().await?;
    let found = messages::attachment(&mut tx, staff.tenant(), id).await?;
    let (row, message, blob) = found.ok_or_else(Problem::not_found)?;
    find(&mut tx, &staff, &message.to_string()).await?;
    let stored = blobs::read(&mut tx, blob)
        .await?
        .ok_or_else(Problem::not_found)?;
    drop(tx);
    // Part -1 is an upload: the blob itself. Everything else is a part of a raw mail.
    let bytes = match usize::try_from(row.part) {
        Ok(part) => tokio::task::spawn_blocking(move || mail::attachment(&stored, part))
            .await
            .map_err(|_| Problem::new(Kind::Failed))?,
        Err(_) => Some(stored),
    };
    let bytes = bytes.ok_or_else(Problem::not_found)?;
    let kind = raster_type(&bytes).unwrap_or(BYTES);
    let mut response = bytes.into_response();
    for_attachment(response.headers_mut(), kind, &row.filename);
    Ok(response)
}
