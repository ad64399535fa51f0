//! `GET /login`, `POST /login`, `POST /logout`: at a tenant's desk, and at the front door for the platform area.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use secrecy::SecretString;
use serde::Deserialize;

use crate::domain::address::EmailAddress;
use crate::domain::ids::{TenantId, UserId};
use crate::store::people;
use crate::web::Web;
use crate::web::entrance::Entrance;
use crate::web::guard::{Fault, Visitor};
use crate::web::posted::Posted;
use crate::web::session;
use crate::web::show::filters;
use crate::web::signed::{PlatformAdmin, Signed};
use crate::web::tries::Slowed;

#[derive(Template)]
#[template(path = "login.html")]
pub(super) struct LoginPage {
    pub(super) tenant: String,
    pub(super) lead: &'static str,
    pub(super) error: Option<String>,
    pub(super) email: String,
    pub(super) next: String,
}

#[derive(Deserialize)]
pub(super) struct LoginQuery {
    #[serde(default)]
    next: String,
}

pub(super) async fn show(
    entrance: Entrance,
    Query(query): Query<LoginQuery>,
) -> Result<Html<String>, Fault> {
    Ok(Html(page(&entrance, None, "", &query.next).render()?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoginForm {
    email: String,
    password: SecretString,
    #[serde(default)]
    next: String,
}

/// The same answer, after the same work, whether the account does not exist, has no password, is not of this desk,
/// or the password is wrong (A39).
pub(super) async fn log_in(
    State(web): State<Web>,
    entrance: Entrance,
    visitor: Visitor,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: LoginForm = posted.open_without_session().await?;
    let (account, network, now) = (
        form.email.trim().to_lowercase(),
        visitor.network(),
        web.desk.clock.now(),
    );
    if let Some(seconds) = web.tries.wait(&account, &network, now) {
        let sentence = "Too many wrong tries. Wait a little, then try again.".to_owned();
        let mut response = (
            StatusCode::TOO_MANY_REQUESTS,
            refused(&entrance, sentence, &form)?,
        )
            .into_response();
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return Ok(response);
    }
    let Some(user) = judge(&web, &entrance, &form).await? else {
        let slowed = web.tries.wrong(&account, &network, now);
        tracing::info!(tenant = entrance.slug(), "log-in refused");
        if let (Some(slowed), Some(tenant)) = (slowed, entrance.tenant()) {
            tell(&web, tenant, slowed, account);
        }
        let sentence = "Address or password is not right.".to_owned();
        return Ok((
            StatusCode::UNPROCESSABLE_ENTITY,
            refused(&entrance, sentence, &form)?,
        )
            .into_response());
    };
    web.tries.right(&account);
    let mut tx = web.desk.db.write().await?;
    let cookie =
        session::begin(&mut tx, &web, (entrance.tenant(), user), &visitor, &headers).await?;
    tx.commit().await?;
    tracing::info!(tenant = entrance.slug(), user = %user, "logged in");
    Ok((
        [(header::SET_COOKIE, cookie)],
        Redirect::to(&destination(&entrance, &form.next)),
    )
        .into_response())
}

/// Tells the desk's people, beside the answer: who takes its time learns nothing about which accounts there are (A39).
fn tell(web: &Web, tenant: TenantId, slowed: Slowed, account: String) {
    let desk = web.desk.clone();
    web.api.tasks.spawn(async move {
        let account = Some(account.as_str()).filter(|_| slowed == Slowed::Account);
        if let Err(error) = desk.note_slowed(tenant, account).await {
            tracing::warn!(%tenant, error = &error as &dyn std::error::Error, "nobody was told that log-ins are slowed down");
        }
    });
}

/// Who it is, if address and password are right and they have a place here.
async fn judge(web: &Web, entrance: &Entrance, form: &LoginForm) -> Result<Option<UserId>, Fault> {
    let address: Option<EmailAddress> = form.email.parse().ok();
    let mut tx = web.desk.db.read().await?;
    let known = match &address {
        Some(address) => people::credentials(&mut tx, address).await?,
        None => None,
    };
    let admitted = match &known {
        Some(known) => {
            let named = address.is_some_and(|address| web.platform_admins.contains(&address));
            !known.disabled && entrance.admits(known, named)
        }
        None => false,
    };
    drop(tx);
    let hash = known
        .as_ref()
        .and_then(|known| known.password_hash.as_deref());
    let fits = web.passwords.fits(&form.password, hash).await;
    Ok(known.filter(|_| fits && admitted).map(|known| known.id))
}

fn page(entrance: &Entrance, error: Option<String>, email: &str, next: &str) -> LoginPage {
    LoginPage {
        tenant: entrance.name().to_owned(),
        lead: "Your desk is waiting.",
        error,
        email: email.to_owned(),
        next: next.to_owned(),
    }
}

fn refused(entrance: &Entrance, sentence: String, form: &LoginForm) -> Result<Html<String>, Fault> {
    Ok(Html(
        page(entrance, Some(sentence), &form.email, &form.next).render()?,
    ))
}

/// Where to go after the log-in: a path of this host, never another site.
fn destination(entrance: &Entrance, next: &str) -> String {
    let home = if entrance.tenant().is_some() {
        "/tickets"
    } else {
        "/platform"
    };
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t'])
        && next != "/";
    if own {
        next.to_owned()
    } else {
        home.to_owned()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

pub(super) async fn log_out(
    State(web): State<Web>,
    signed: Signed,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, Fault> {
    leave(&web, &signed.form_token, &headers, posted).await
}

pub(super) async fn log_out_of_platform(
    State(web): State<Web>,
    admin: PlatformAdmin,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, Fault> {
    leave(&web, &admin.form_token, &headers, posted).await
}

async fn leave(
    web: &Web,
    form_token: &str,
    headers: &HeaderMap,
    posted: Posted,
) -> Result<Response, Fault> {
    let Nothing {} = posted.open(form_token).await?;
    let mut tx = web.desk.db.write().await?;
    session::end(&mut tx, headers).await?;
    tx.commit().await?;
    let mut response = (
        [(header::SET_COOKIE, session::forget())],
        Redirect::to("/login"),
    )
        .into_response();
    let clear = HeaderValue::from_static("\"cookies\", \"storage\"");
    response.headers_mut().insert("clear-site-data", clear);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_leads_to_a_path_of_this_host_and_nowhere_else() {
        let entrance = Entrance::Platform;
        for (next, leads_to) in [
            ("/tickets/ACME-1?view=mine", "/tickets/ACME-1?view=mine"),
            ("", "/platform"),
            ("/", "/platform"),
            ("//evil.test", "/platform"),
            ("/\\evil.test", "/platform"),
            ("https://evil.test", "/platform"),
            ("/\tevil", "/platform"),
        ] {
            assert_eq!(destination(&entrance, next), leads_to, "{next:?}");
        }
    }
}
