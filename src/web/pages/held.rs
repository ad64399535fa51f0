//! `POST /messages/{id}/{deed}`: what becomes of a message that waits for a person.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::{message, together, write};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::signed::Signed;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeldForm {
    back: String,
}

pub(super) async fn decide(
    State(web): State<Web>,
    signed: Signed,
    Path((id, deed)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: HeldForm = posted.open(&signed.form_token).await?;
    let mut tx = web.desk.db.read().await?;
    let (held, ticket) = message::find(&mut tx, &signed, &id).await?;
    drop(tx);
    if !signed.may_work() {
        return Err(Fault::NotAllowed);
    }
    let (desk, who) = (&web.desk, signed.who());
    let mut said = deed.as_str();
    let done = match deed.as_str() {
        // A held reply is sent after all.
        "release" => desk.release(&who, held.id).await.map(|written| {
            if written.note || written.message.is_none() {
                said = write::done(&written);
            }
        }),
        // A stranger is let in, and takes part from now on.
        "accept" => desk.accept(&who, held.id).await.map(drop),
        // It becomes a ticket of its own.
        "split" => desk.split(&who, held.id).await.map(drop),
        "discard" => desk.discard(&who, held.id).await.map(drop),
        _ => return Err(Fault::NotFound),
    };
    together::after(&web, &signed, &ticket, &form.back, said, done).await
}
