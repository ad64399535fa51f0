//! `GET /tickets`: the list.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, Redirect};

use super::panes;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::show::{ListQuery, ListView, Shell, filters};
use crate::web::signed::Signed;

#[derive(Template)]
#[template(path = "tickets.html")]
pub(super) struct TicketsPage {
    pub(super) shell: Shell,
    pub(super) list: ListView,
}

/// `GET /`: the inbox.
pub(super) async fn home() -> Redirect {
    Redirect::to("/tickets")
}

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Query(query): Query<ListQuery>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let page = TicketsPage {
        shell: panes::shell(&mut tx, &signed, query.view).await?,
        list: panes::list(&mut tx, &web, &signed, &query, None).await?,
    };
    Ok(Html(page.render()?))
}
