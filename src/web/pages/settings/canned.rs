//! `/settings/canned`: texts to answer with.

use askama::Template as _;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::templates::example;
use super::{Deed, Done, Frame, around, refusal, refused};
use crate::desk::texts;
use crate::desk::wording;
use crate::domain::audit::Via;
use crate::domain::template::{Finding, Variable, canned_variables, lint_canned};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, filters};
use crate::web::signed::{Managing, Signed};

const PATH: &str = "/settings/canned";

#[derive(askama::Template)]
#[template(path = "settings/canned.html")]
struct CannedPage {
    shell: Shell,
    frame: Frame,
    /// Every name, where its page is, and whether it is open.
    names: Vec<(String, String, bool)>,
    form: CannedForm,
    variables: Vec<&'static Variable>,
    findings: Vec<Finding>,
    preview: Option<String>,
}

/// The editor as it is sent, and as it is shown again.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CannedForm {
    /// The name it had; empty for a new one.
    #[serde(default)]
    was: String,
    name: String,
    text: String,
    /// `save`, `check` or `remove`.
    #[serde(default)]
    then: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Which {
    name: String,
    done: Option<Deed>,
}

pub(super) async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(which): Query<Which>,
) -> Result<Html<String>, Fault> {
    let canned = signed.office.canned.iter();
    let open = canned.clone().find(|(name, _)| *name == which.name);
    let form = open.map_or_else(CannedForm::default, |(name, text)| CannedForm {
        was: name.clone(),
        name: name.clone(),
        text: text.clone(),
        then: String::new(),
    });
    page(&web, &signed, form, Done { done: which.done }.flash()).await
}

async fn page(
    web: &Web,
    signed: &Signed,
    form: CannedForm,
    flash: Option<Flash>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let example = example(&mut tx, signed, "").await?;
    let mut values = wording::preview_canned(&signed.office, &web.desk.links, example.as_ref());
    values.insert(
        "agent".into(),
        texts::agent(&signed.office, Some(&signed.member)),
    );
    let names = signed.office.canned.iter().map(|(name, _)| {
        let open = *name == form.was;
        (name.clone(), address(name, None), open)
    });
    let page = CannedPage {
        shell,
        frame,
        names: names.collect(),
        variables: canned_variables().collect(),
        findings: lint_canned(&form.text),
        preview: texts::liquid(&form.text, &values).filter(|text| !text.trim().is_empty()),
        form,
    };
    Ok(Html(page.render()?))
}

pub(super) async fn save(
    State(web): State<Web>,
    Managing(signed): Managing,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: CannedForm = posted.open(&signed.form_token).await?;
    let who = signed.who();
    let was = Some(form.was.as_str()).filter(|was| !was.is_empty());
    let done = match (form.then.as_str(), was) {
        ("save", was) => {
            let new = if was.is_some() {
                Deed::Saved
            } else {
                Deed::Created
            };
            // A new one of a name that is taken would replace the other without a word.
            let was = was.or(Some(""));
            let (name, text) = (form.name.trim(), form.text.as_str());
            let saved = web
                .desk
                .put_canned(&who, Via::Page, was, (name, text))
                .await;
            saved.map(|()| address(name, Some(new)))
        }
        ("remove", Some(was)) => {
            let removed = web.desk.remove_canned(&who, Via::Page, was).await;
            removed.map(|()| address("", Some(Deed::Removed)))
        }
        _ => return Ok(page(&web, &signed, form, None).await?.into_response()),
    };
    match done {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(error) => Ok(refused(
            page(&web, &signed, form, Some(refusal(error)?)).await?,
        )),
    }
}

fn address(name: &str, done: Option<Deed>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("name", name);
    if let Some(done) = done {
        query.append_pair("done", done.as_str());
    }
    format!("{PATH}?{}", query.finish())
}
