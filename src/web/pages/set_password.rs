//! `GET /set-password/{token}` and its form: the one-time link from `init` or an invitation (A23).

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::desk::people::Befell;
use crate::domain::audit::Via;
use crate::domain::event::Actor;
use crate::domain::ids::{TenantId, UserId};
use crate::domain::person::User;
use crate::door::Bearer;
use crate::store::Tx;
use crate::store::people::{self, Link};
use crate::web::Web;
use crate::web::guard::{Fault, Visitor};
use crate::web::passwords::{LEAST, judge};
use crate::web::posted::Posted;
use crate::web::show::filters;

#[derive(Template)]
#[template(path = "set_password.html")]
pub(super) struct SetPasswordPage {
    pub(super) email: String,
    pub(super) least: usize,
    pub(super) error: Option<String>,
    pub(super) done: bool,
    pub(super) login: Option<String>,
}

/// Wrong links count against the visitor's network, like wrong passwords.
const ACCOUNT: &str = "one-time links";

pub(super) async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (_, user) = find(&mut tx, &web, &visitor, &token).await?;
    Ok(Html(page(&user, None).render()?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordForm {
    /// Only for password managers; whose password it is, the link says.
    #[serde(rename = "email")]
    _email: String,
    password: SecretString,
    again: SecretString,
}

pub(super) async fn set(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: PasswordForm = posted.open_without_session().await?;
    let mut tx = web.desk.db.read().await?;
    let (link, user) = find(&mut tx, &web, &visitor, &token).await?;
    drop(tx);
    let weak = judge(&form.password, user.email.as_str())
        .err()
        .map(|weak| weak.to_string());
    let different = form.password.expose_secret() != form.again.expose_secret();
    let error = weak.or_else(|| different.then(|| "The two are not the same.".to_owned()));
    if error.is_some() {
        return Ok((
            StatusCode::UNPROCESSABLE_ENTITY,
            Html(page(&user, error).render()?),
        )
            .into_response());
    }
    let hash = web
        .passwords
        .hash(&form.password)
        .await
        .ok_or(Fault::Failed)?;
    let now = web.desk.clock.now();
    let mut tx = web.desk.db.write().await?;
    // Used up in the same transaction: of two who follow the link at once, one is too late.
    if !people::use_link(&mut tx, &link.token_hash, now).await? {
        return Err(Fault::NotFound);
    }
    people::set_password(&mut tx, user.id, &hash, now).await?;
    if link.purpose == "reset" {
        web.desk.note_password(&mut tx, &user).await?;
    } else if let Some(tenant) = link.tenant_id.map(TenantId) {
        let actor = Actor::User {
            id: user.id,
            name: user.name.clone(),
        };
        web.desk
            .note_person(&mut tx, tenant, (actor, Via::Page), (&user, Befell::Joined))
            .await?;
    }
    tx.commit().await?;
    tracing::info!(user = %user.id, "password set by one-time link");
    let directory = web.desk.directory();
    let invited_by = directory
        .offices()
        .find(|office| Some(office.tenant.id.0) == link.tenant_id);
    let login = match invited_by {
        Some(office) => format!(
            "{}/login",
            web.public_url.tenant_origin(&office.tenant.slug)
        ),
        None => format!("{}/login", web.public_url.origin()),
    };
    let page = SetPasswordPage {
        done: true,
        login: Some(login),
        ..page(&user, None)
    };
    Ok(Html(page.render()?).into_response())
}

fn page(user: &User, error: Option<String>) -> SetPasswordPage {
    SetPasswordPage {
        email: user.email.to_string(),
        least: LEAST,
        error,
        done: false,
        login: None,
    }
}

/// The living link of this token and its person; everything else is not found, whatever was wrong with it.
async fn find(
    tx: &mut Tx,
    web: &Web,
    visitor: &Visitor,
    token: &str,
) -> Result<(Link, User), Fault> {
    let (network, now) = (visitor.network(), web.desk.clock.now());
    if let Some(seconds) = web.tries.wait("", &network, now) {
        return Err(Fault::TooOften(seconds));
    }
    let link = match token.len() {
        32..=128 => people::find_link(tx, &Bearer::hash_of(token), now).await?,
        _ => None,
    };
    let Some(link) = link.filter(|link| matches!(link.purpose.as_str(), "invite" | "reset")) else {
        web.tries.wrong(ACCOUNT, &network, now);
        return Err(Fault::NotFound);
    };
    let user = people::by_id(tx, UserId(link.user_id)).await?;
    let user = user.filter(|user| !user.disabled).ok_or(Fault::NotFound)?;
    Ok((link, user))
}
