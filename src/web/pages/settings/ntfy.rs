//! `GET`, `POST /settings/ntfy`: the ntfy server that pushes go to.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Done, Frame, around, refusal, refused};
use crate::desk::ntfy::{self, NtfyChange};
use crate::domain::audit::Via;
use crate::store::telling::{self, Ntfy};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, filters};
use crate::web::signed::{Managing, Signed};

const PATH: &str = "/settings/ntfy";

#[derive(Template)]
#[template(path = "settings/ntfy.html")]
struct NtfyPage {
    shell: Shell,
    frame: Frame,
    form: NtfyForm,
    has_secret: bool,
    /// Why pushes rest, as a sentence; empty if they go out.
    rests: String,
}

/// The form. A box that is not ticked is not sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NtfyForm {
    server: String,
    username: String,
    secret: String,
    topic_prefix: String,
    tickets: Option<String>,
    sla: Option<String>,
    security: Option<String>,
    users: Option<String>,
    customer_text: Option<String>,
    active: Option<String>,
}

impl NtfyForm {
    fn of(kept: Option<&Ntfy>, slug: &str) -> Self {
        let tick = |on: bool| on.then(|| "on".to_owned());
        Self {
            server: kept.map(|ntfy| ntfy.server.clone()).unwrap_or_default(),
            username: kept
                .and_then(|ntfy| ntfy.username.clone())
                .unwrap_or_default(),
            secret: String::new(),
            topic_prefix: kept.map_or_else(|| slug.to_owned(), |ntfy| ntfy.topic_prefix.clone()),
            tickets: tick(kept.is_none_or(|ntfy| ntfy.tickets)),
            sla: tick(kept.is_none_or(|ntfy| ntfy.sla)),
            security: tick(kept.is_none_or(|ntfy| ntfy.security)),
            users: tick(kept.is_some_and(|ntfy| ntfy.users)),
            customer_text: tick(kept.is_some_and(|ntfy| ntfy.customer_text)),
            active: tick(kept.is_none_or(|ntfy| ntfy.active)),
        }
    }

    fn change(&self) -> NtfyChange {
        NtfyChange {
            server: self.server.clone(),
            username: self.username.clone(),
            secret: self.secret.clone(),
            topic_prefix: self.topic_prefix.clone(),
            tickets: self.tickets.is_some(),
            sla: self.sla.is_some(),
            security: self.security.is_some(),
            users: self.users.is_some(),
            customer_text: self.customer_text.is_some(),
            active: self.active.is_some(),
        }
    }
}

async fn kept(web: &Web, signed: &Signed) -> Result<Option<Ntfy>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let all = telling::ntfy_all_tenants(&mut tx).await?;
    let own = all
        .into_iter()
        .find(|(tenant, _)| *tenant == signed.tenant());
    Ok(own.map(|(_, ntfy)| ntfy))
}

async fn page(
    web: &Web,
    signed: &Signed,
    form: NtfyForm,
    has_secret: bool,
    flash: Option<Flash>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let rest = telling::ntfy_rest(&mut tx, signed.tenant()).await?;
    let page = NtfyPage {
        rests: rest.map_or_else(String::new, |rest| ntfy::rests(&signed.office, &rest)),
        shell,
        frame,
        form,
        has_secret,
    };
    Ok(Html(page.render()?))
}

fn has_secret(ntfy: &Ntfy) -> bool {
    ntfy.token.sealed.is_some() || ntfy.token.env.is_some()
}

pub(super) async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let kept = kept(&web, &signed).await?;
    let form = NtfyForm::of(kept.as_ref(), &signed.office.tenant.slug);
    let secret = kept.as_ref().is_some_and(has_secret);
    page(&web, &signed, form, secret, done.flash()).await
}

pub(super) async fn save(
    State(web): State<Web>,
    Managing(signed): Managing,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: NtfyForm = posted.open(&signed.form_token).await?;
    match web
        .desk
        .change_ntfy(&signed.who(), Via::Page, form.change())
        .await
    {
        Ok(()) => Ok(Redirect::to("/settings/ntfy?done=saved").into_response()),
        Err(error) => {
            let secret = kept(&web, &signed).await?.as_ref().is_some_and(has_secret);
            let form = NtfyForm {
                secret: String::new(),
                ..form
            };
            Ok(refused(
                page(&web, &signed, form, secret, Some(refusal(error)?)).await?,
            ))
        }
    }
}
