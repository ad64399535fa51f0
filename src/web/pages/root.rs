//! `GET /` and `GET /desk` on the host of `public_url`: which desk? Says nothing about which desks there are.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::web::Web;
use crate::web::guard::{Fault, Site};
use crate::web::show::filters;

#[derive(Template)]
#[template(path = "root.html")]
pub(super) struct RootPage {
    pub(super) example: String,
    pub(super) error: Option<String>,
}

pub(super) async fn show(State(web): State<Web>) -> Result<Html<String>, Fault> {
    Ok(Html(page(&web, None).render()?))
}

#[derive(Deserialize)]
pub(super) struct DeskQuery {
    #[serde(default)]
    desk: String,
}

/// Sends to the desk's host if the name could be one; whether it is one is that host's business.
pub(super) async fn go(
    State(web): State<Web>,
    Query(query): Query<DeskQuery>,
) -> Result<Response, Fault> {
    let name = query.desk.trim().to_ascii_lowercase();
    let host = format!("{name}.{}", web.public_url.host());
    if matches!(
        Site::of(&host, web.public_url.host()),
        Some(Site::Tenant(_))
    ) {
        return Ok(Redirect::to(&web.public_url.tenant_origin(&name)).into_response());
    }
    let sentence = "A desk's name has letters, digits and hyphens only.".to_owned();
    Ok(Html(page(&web, Some(sentence)).render()?).into_response())
}

fn page(web: &Web, error: Option<String>) -> RootPage {
    RootPage {
        example: web.public_url.tenant_host("acme"),
        error,
    }
}
