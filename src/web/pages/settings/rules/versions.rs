//! `/settings/rules/{id}/versions`: what a rule said before, who changed it, and the way back.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::{Frame, around, refusal, refused};
use super::PATH;
use super::edit::{find, named};
use crate::domain::audit::Via;
use crate::domain::event::Actor;
use crate::domain::ids::RuleId;
use crate::store;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, When, filters};
use crate::web::signed::{Managing, Signed};

#[derive(Template)]
#[template(path = "settings/rule_versions.html")]
struct VersionsPage {
    shell: Shell,
    frame: Frame,
    name: String,
    path: String,
    versions: Vec<Line>,
}

struct Line {
    version: i64,
    at: When,
    author: String,
    active: bool,
    sentence: String,
    changes: Vec<String>,
    current: bool,
}

pub(super) async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
) -> Result<Html<String>, Fault> {
    page(&web, &signed, named(&id)?, None).await
}

async fn page(
    web: &Web,
    signed: &Signed,
    id: RuleId,
    flash: Option<Flash>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let rule = find(&mut tx, signed, id).await?;
    let (shell, mut frame) = around(&mut tx, signed, PATH, flash).await?;
    frame.title = "Versions";
    let known = store::rules::versions(&mut tx, signed.tenant(), id).await?;
    let (now, zone) = (web.desk.clock.now(), signed.office.tenant.timezone);
    let versions = known
        .iter()
        .enumerate()
        .map(|(at, version)| Line {
            version: version.version,
            at: When::new(version.at, now, zone),
            author: match &version.author {
                Actor::System => "a seed file".to_owned(),
                actor => actor.name().to_owned(),
            },
            active: version.active,
            sentence: version.definition.sentence(),
            changes: known
                .get(at + 1)
                .map(|before| version.differences(before))
                .unwrap_or_default(),
            current: version.version == rule.version,
        })
        .collect();
    let page = VersionsPage {
        shell,
        frame,
        name: rule.name,
        path: format!("{PATH}/{id}"),
        versions,
    };
    Ok(Html(page.render()?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RestoreForm {
    version: i64,
}

pub(super) async fn restore(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let id = named(&id)?;
    let mut tx = web.desk.db.read().await?;
    find(&mut tx, &signed, id).await?;
    drop(tx);
    let form: RestoreForm = posted.open(&signed.form_token).await?;
    match web
        .desk
        .restore_rule(&signed.who(), Via::Page, id, form.version)
        .await
    {
        Ok(_) => Ok(Redirect::to(&format!("{PATH}/{id}?done=saved")).into_response()),
        Err(error) => Ok(refused(
            page(&web, &signed, id, Some(refusal(error)?)).await?,
        )),
    }
}
