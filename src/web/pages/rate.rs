//! `/rate/{token}`: the page that a customer's link leads to. Opening it says nothing (programs open links before people
//! do); pressing a button does.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::desk::csat::Rateable;
use crate::domain::ids::TenantId;
use crate::domain::rating::Score;
use crate::web::Web;
use crate::web::entrance::Entrance;
use crate::web::guard::{Fault, Visitor};
use crate::web::posted::Posted;
use crate::web::show::filters;

#[derive(Template)]
#[template(path = "rate.html")]
struct RatePage {
    tenant: String,
    key: String,
    scores: [Score; 5],
    chosen: Option<Score>,
    comment: String,
}

/// Links that are no good count against the visitor's network, like wrong passwords.
const ACCOUNT: &str = "rating links";

pub(super) async fn show(
    State(web): State<Web>,
    entrance: Entrance,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Html<String>, Fault> {
    let (_, rateable) = find(&web, &entrance, &visitor, &token).await?;
    let page = RatePage {
        tenant: entrance.name().to_owned(),
        key: rateable.key,
        scores: Score::ALL,
        chosen: rateable.rating.score,
        comment: rateable.rating.comment,
    };
    Ok(Html(page.render()?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateForm {
    score: i64,
    /// Absent with the first press of a button.
    comment: Option<String>,
}

pub(super) async fn rate(
    State(web): State<Web>,
    entrance: Entrance,
    visitor: Visitor,
    Path(token): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let (tenant, rateable) = find(&web, &entrance, &visitor, &token).await?;
    let form: RateForm = posted.open_without_session().await?;
    let score = Score::new(form.score).ok_or(Fault::Unreadable)?;
    let comment = form.comment.as_deref().unwrap_or(&rateable.rating.comment);
    let saved = web.desk.rate(tenant, &rateable, score, comment).await;
    saved.map_err(|error| match super::write::sentence(error) {
        Ok(_) => Fault::Failed,
        Err(fault) => fault,
    })?;
    Ok(Redirect::to(&format!("/rate/{token}")).into_response())
}

async fn find(
    web: &Web,
    entrance: &Entrance,
    visitor: &Visitor,
    token: &str,
) -> Result<(TenantId, Rateable), Fault> {
    let (network, now) = (visitor.network(), web.desk.clock.now());
    if let Some(seconds) = web.tries.wait("", &network, now) {
        return Err(Fault::TooOften(seconds));
    }
    let tenant = entrance.tenant().ok_or(Fault::NotFound)?;
    let found = web.desk.rateable(tenant, token).await;
    let found = found.map_err(|error| match super::write::sentence(error) {
        Ok(_) => Fault::Failed,
        Err(fault) => fault,
    })?;
    if found.is_none() {
        web.tries.wrong(ACCOUNT, &network, now);
    }
    found
        .map(|rateable| (tenant, rateable))
        .ok_or(Fault::NotFound)
}
