//! `GET /attachments/{id}`: a file that came with a mail, as a download, whole or in ranges. The name is the safe one;
//! the type is ours, decided from the bytes (A16), whatever the sender claimed.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::message;
use crate::domain::ids::{AttachmentId, BlobId};
use crate::domain::message::{AttachmentRow, Message};
use crate::store::{Tx, messages};
use crate::web::Web;
use crate::web::bytes::{self, NotGiven};
use crate::web::guard::Fault;
use crate::web::signed::Signed;

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Path(id): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (row, _, blob) = find(&mut tx, &signed, &id).await?;
    drop(tx);
    Ok(bytes::attachment(&web.desk, &row, blob, &asked).await?)
}

/// The attachment with this id, its message and the blob that holds it, for somebody who may see it (A21).
pub(super) async fn find(
    tx: &mut Tx,
    signed: &Signed,
    id: &str,
) -> Result<(AttachmentRow, Message, BlobId), Fault> {
    let id: AttachmentId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = messages::attachment(tx, signed.tenant(), id).await?;
    let (row, of, blob) = found.ok_or(Fault::NotFound)?;
    let (message, _) = message::find(tx, signed, &of.to_string()).await?;
    Ok((row, message, blob))
}

impl From<NotGiven> for Fault {
    fn from(why: NotGiven) -> Self {
        match why {
            NotGiven::Missing => Self::NotFound,
            NotGiven::Store(error) => error.into(),
        }
    }
}
