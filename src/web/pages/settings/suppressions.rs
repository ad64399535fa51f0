//! `GET`, `POST /settings/suppressions`: whom the tenant does not write to.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Deed, Done, Frame, around, refusal, refused};
use crate::domain::audit::Via;
use crate::store::suppressions;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, When, filters};
use crate::web::signed::{Managing, Signed};

const PATH: &str = "/settings/suppressions";

/// Addresses on one page.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "settings/suppressions.html")]
struct SuppressionsPage {
    shell: Shell,
    frame: Frame,
    lines: Vec<Line>,
    form: SuppressForm,
    /// Where the list goes on.
    more: Option<String>,
}

struct Line {
    address: String,
    reason: String,
    since: When,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Wanted {
    /// The last address of the page before.
    after: String,
    done: Option<Deed>,
}

/// What is added or removed, and shown again if it is refused.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SuppressForm {
    address: String,
    reason: String,
    /// `add` or `remove`.
    then: String,
}

pub(super) async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Fault> {
    let flash = Done { done: wanted.done }.flash();
    page(&web, &signed, &wanted.after, SuppressForm::default(), flash).await
}

async fn page(
    web: &Web,
    signed: &Signed,
    after: &str,
    form: SuppressForm,
    flash: Option<Flash>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let asked = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
    let mut found = suppressions::list(&mut tx, signed.tenant(), Some(after), asked).await?;
    let more = (found.len() > SHOWN)
        .then(|| found.get(SHOWN - 1))
        .flatten()
        .map(|last| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("after", last.address.as_str());
            format!("{PATH}?{}", query.finish())
        });
    found.truncate(SHOWN);
    let (now, zone) = (web.desk.clock.now(), signed.office.tenant.timezone);
    let lines = found.into_iter().map(|it| Line {
        address: it.address.to_string(),
        reason: it.reason,
        since: When::new(it.since, now, zone),
    });
    let page = SuppressionsPage {
        shell,
        frame,
        lines: lines.collect(),
        form,
        more,
    };
    Ok(Html(page.render()?))
}

pub(super) async fn save(
    State(web): State<Web>,
    Managing(signed): Managing,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: SuppressForm = posted.open(&signed.form_token).await?;
    let who = signed.who();
    let done = if form.then == "remove" {
        let removed = web.desk.unsuppress(&who, Via::Page, &form.address).await;
        removed.map(|()| Deed::Removed)
    } else {
        let added = web
            .desk
            .suppress(&who, Via::Page, &form.address, &form.reason);
        added.await.map(|_| Deed::Saved)
    };
    match done {
        Ok(done) => Ok(Redirect::to(&format!("{PATH}?done={}", done.as_str())).into_response()),
        Err(error) => Ok(refused(
            page(&web, &signed, "", form, Some(refusal(error)?)).await?,
        )),
    }
}
