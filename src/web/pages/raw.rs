//! `GET /messages/{id}/raw`: the mail as it arrived, byte for byte, as a file.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::message;
use crate::store::blobs;
use crate::web::Web;
use crate::web::guard::{Fault, for_attachment};
use crate::web::signed::Signed;

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (message, ticket) = message::find(&mut tx, &signed, &id).await?;
    let blob = message::raw_blob(&mut tx, &signed, message.id).await?;
    let raw = blobs::read(&mut tx, blob).await?.ok_or(Fault::NotFound)?;
    let mut response = raw.into_response();
    for_attachment(
        response.headers_mut(),
        "application/octet-stream",
        &format!("{}-{}.eml", ticket.key, message.id),
    );
    Ok(response)
}
