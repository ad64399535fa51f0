//! `GET /settings/intake/{id}/raw`: the mail as it arrived, byte for byte, as a file.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::mail::find;
use crate::store::blobs;
use crate::web::Web;
use crate::web::guard::{Fault, for_attachment};
use crate::web::signed::Managing;

pub(in super::super) async fn raw(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let mut tx = web.desk.db.read().await?;
    let mail = find(&mut tx, &signed, &id).await?;
    let blob = mail.blob.ok_or(Fault::NotFound)?;
    let raw = blobs::read(&mut tx, blob).await?.ok_or(Fault::NotFound)?;
    let mut response = raw.into_response();
    for_attachment(
        response.headers_mut(),
        "application/octet-stream",
        &format!("{}.eml", mail.id),
    );
    Ok(response)
}
