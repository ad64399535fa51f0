//! `/act/{secret}`: a button of a push to somebody's own telephone. Looking at it does nothing; pressing it, a POST without
//! a session, works once. `/tickets/{key}/do/{deed}` is where the buttons of a shared topic lead: a question for whoever is
//! logged in.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::ticket;
use crate::desk::DeskError;
use crate::desk::buttons::Pressable;
use crate::domain::button::Deed;
use crate::domain::ids::TenantId;
use crate::web::Web;
use crate::web::entrance::Entrance;
use crate::web::guard::{Fault, Visitor};
use crate::web::show::filters;
use crate::web::signed::Signed;

/// Links that are no good count against the visitor's network, like wrong passwords.
const ACCOUNT: &str = "push buttons";

#[derive(Template)]
#[template(path = "act.html")]
struct ActPage {
    key: String,
    sentence: &'static str,
    /// What is posted, and where, and what stands on the button; nothing once it is done.
    button: Option<Press>,
}

struct Press {
    to: String,
    label: &'static str,
    fields: Vec<(&'static str, String)>,
}

pub(super) async fn show(
    State(web): State<Web>,
    entrance: Entrance,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Html<String>, Fault> {
    let (_, found) = find(&web, &entrance, &visitor, &secret).await?;
    let deed = found.button.deed;
    let page = ActPage {
        key: found.key,
        sentence: deed.question(),
        button: Some(Press {
            to: format!("/act/{secret}"),
            label: deed.label(),
            fields: Vec::new(),
        }),
    };
    Ok(Html(page.render()?))
}

pub(super) async fn press(
    State(web): State<Web>,
    entrance: Entrance,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, Fault> {
    let (tenant, found) = find(&web, &entrance, &visitor, &secret).await?;
    let (status, sentence) = match web.desk.press(tenant, &found).await {
        Ok(()) => (StatusCode::OK, found.button.deed.done()),
        Err(DeskError::Conflict(_)) => (StatusCode::GONE, "This button was pressed already."),
        Err(DeskError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(Fault::NotFound),
    };
    let page = ActPage {
        key: found.key,
        sentence,
        button: None,
    };
    Ok((status, Html(page.render()?)).into_response())
}

async fn find(
    web: &Web,
    entrance: &Entrance,
    visitor: &Visitor,
    secret: &str,
) -> Result<(TenantId, Pressable), Fault> {
    let (network, now) = (visitor.network(), web.desk.clock.now());
    if let Some(seconds) = web.tries.wait("", &network, now) {
        return Err(Fault::TooOften(seconds));
    }
    let Entrance::Desk(office) = entrance else {
        return Err(Fault::NotFound);
    };
    let tenant = office.tenant.id;
    match web.desk.pressable(tenant, secret).await {
        Ok(Some(found)) => Ok((tenant, found)),
        Ok(None) => {
            web.tries.wrong(ACCOUNT, &network, now);
            Err(Fault::NotFound)
        }
        Err(DeskError::Store(error)) => Err(error.into()),
        Err(_) => Err(Fault::NotFound),
    }
}

/// `GET /tickets/{key}/do/{deed}`: asks; what is pressed there is a change like any other.
pub(super) async fn ask(
    State(web): State<Web>,
    signed: Signed,
    Path((key, deed)): Path<(String, String)>,
) -> Result<Html<String>, Fault> {
    let deed: Deed = deed.parse().map_err(|_| Fault::NotFound)?;
    let mut tx = web.desk.db.read().await?;
    let found = ticket::find(&mut tx, &signed, &key).await?;
    let field = match deed {
        Deed::Assign => ("assignee", signed.member.user.id.to_string()),
        Deed::Resolve => ("status", "resolved".to_owned()),
        Deed::Acknowledge => return Err(Fault::NotFound),
    };
    let fields = vec![
        ("form_token", signed.form_token.clone()),
        ("back", String::new()),
        field,
    ];
    let page = ActPage {
        sentence: deed.question(),
        button: signed.may_work().then(|| Press {
            to: format!("/tickets/{}/change", found.key),
            label: deed.label(),
            fields,
        }),
        key: found.key,
    };
    Ok(Html(page.render()?))
}
