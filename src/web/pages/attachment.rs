//! `GET /attachments/{id}`: a file that came with a mail, as a download. The name is the safe one; the type is ours,
//! decided from the bytes (A16), whatever the sender claimed.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::message;
use crate::domain::ids::AttachmentId;
use crate::domain::mail::attachment;
use crate::domain::mail::html::raster_type;
use crate::store::{blobs, messages};
use crate::web::Web;
use crate::web::guard::{Fault, for_attachment};
use crate::web::signed::Signed;

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id: AttachmentId = id.parse().map_err(|_| Fault::NotFound)?;
    let mut tx = web.desk.db.read().await?;
    let (row, of, blob) = messages::attachment(&mut tx, signed.tenant(), id)
        .await?
        .ok_or(Fault::NotFound)?;
    message::find(&mut tx, &signed, &of.to_string()).await?;
    let stored = blobs::read(&mut tx, blob).await?.ok_or(Fault::NotFound)?;
    drop(tx);
    // Part -1 is an upload: the blob itself. Everything else is a part of a raw mail.
    let bytes = match usize::try_from(row.part) {
        Ok(part) => tokio::task::spawn_blocking(move || attachment(&stored, part))
            .await
            .map_err(|_| Fault::Failed)?,
        Err(_) => Some(stored),
    };
    let bytes = bytes.ok_or(Fault::NotFound)?;
    let kind = raster_type(&bytes).unwrap_or("application/octet-stream");
    let mut response = bytes.into_response();
    for_attachment(response.headers_mut(), kind, &row.filename);
    Ok(response)
}
