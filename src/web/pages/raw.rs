//! `GET /messages/{id}/raw`: the mail as it arrived, byte for byte, as a file.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::message;
use crate::web::Web;
use crate::web::bytes;
use crate::web::guard::Fault;
use crate::web::signed::Signed;

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Path(id): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (message, ticket) = message::find(&mut tx, &signed, &id).await?;
    let blob = message::raw_blob(&mut tx, &signed, message.id).await?;
    drop(tx);
    let name = format!("{}-{}.eml", ticket.key, message.id);
    Ok(bytes::whole(&web.desk, blob, &name, &asked).await?)
}
