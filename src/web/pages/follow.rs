//! `POST /tickets/{key}/follow`: somebody follows a ticket, or no longer. Whoever may read it may follow it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{ticket, write};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::ListQuery;
use crate::web::signed::Signed;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FollowForm {
    back: String,
    /// `yes`, or `no`.
    follow: String,
}

pub(super) async fn follow(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: FollowForm = posted.open(&signed.form_token).await?;
    let mut tx = web.desk.db.read().await?;
    let found = ticket::find(&mut tx, &signed, &key).await?;
    drop(tx);
    let query = ListQuery::parse(&form.back).to_query();
    let (user, follows) = (signed.member.user.id, form.follow == "yes");
    let done = web
        .desk
        .follow(&signed.who(), found.id, user, follows)
        .await;
    done.map_err(|error| match write::sentence(error) {
        Ok(_) => Fault::NotAllowed,
        Err(fault) => fault,
    })?;
    // Whoever saw it only because they followed sees it no longer.
    let mut tx = web.desk.db.read().await?;
    if !signed.may_see(&mut tx, &found).await? {
        return Ok(Redirect::to(&format!("/tickets?{query}")).into_response());
    }
    let said = if follows { "follow" } else { "unfollow" };
    Ok(Redirect::to(&ticket::address(&found.key, &query, said)).into_response())
}
