//! `POST /tickets/{key}/participants` and `POST /tickets/{key}/requester`: who takes part, and whose ticket it is.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::{together, write};
use crate::desk::DeskError;
use crate::domain::address::{EmailAddress, Party};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::signed::Signed;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JoinForm {
    back: String,
    email: String,
}

/// Lets somebody take part, such as one whom a mail named in Cc.
pub(super) async fn join(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: JoinForm = posted.open(&signed.form_token).await?;
    let found = write::writable(&web, &signed, &key).await?;
    let person = Party {
        email: form.email,
        name: String::new(),
    };
    let joined = web
        .desk
        .add_participant(&signed.who(), found.id, person)
        .await;
    together::after(&web, &signed, &found, &form.back, "accept", joined).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequesterForm {
    back: String,
    /// Whose it is; empty: whose it was.
    email: String,
}

/// Says whose ticket a mail is that somebody passed on.
pub(super) async fn requester(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: RequesterForm = posted.open(&signed.form_token).await?;
    let found = write::writable(&web, &signed, &key).await?;
    let who = signed.who();
    let decided = if form.email.is_empty() {
        web.desk.keep_requester(&who, found.id).await
    } else {
        match form.email.parse::<EmailAddress>() {
            Ok(address) => web.desk.set_requester(&who, found.id, &address).await,
            Err(error) => Err(DeskError::invalid("email", error.to_string())),
        }
    };
    together::after(&web, &signed, &found, &form.back, "change", decided).await
}
