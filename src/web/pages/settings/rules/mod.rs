//! `/settings/rules`: the tenant's rules in their order, switched on and off, moved up and down.

mod edit;
mod form;
mod rows;
mod tried;
mod versions;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Deed, Done, Frame, around, refusal, refused};
use crate::desk::DeskError;
use crate::desk::rulebook::Step;
use crate::domain::audit::Via;
use crate::domain::ids::RuleId;
use crate::store;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::routes::Routes;
use crate::web::show::{Flash, Shell, filters};
use crate::web::signed::{Managing, Signed};

/// Where they are.
pub(super) const PATH: &str = "/settings/rules";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/settings/rules", show)
        .post("/settings/rules", act)
        .get("/settings/rules/new", edit::new)
        .post("/settings/rules/new", edit::save_new)
        .get("/settings/rules/{id}", edit::show)
        .post("/settings/rules/{id}", edit::save)
        .get("/settings/rules/{id}/versions", versions::show)
        .post("/settings/rules/{id}/versions", versions::restore)
}

#[derive(Template)]
#[template(path = "settings/rules.html")]
struct RulesPage {
    shell: Shell,
    frame: Frame,
    rules: Vec<Line>,
}

struct Line {
    id: RuleId,
    name: String,
    active: bool,
    sentence: String,
    problem: Option<String>,
    first: bool,
    last: bool,
}

async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    page(&web, &signed, done.flash()).await
}

async fn page(web: &Web, signed: &Signed, flash: Option<Flash>) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let known = store::rules::of_tenant(&mut tx, signed.tenant()).await?;
    let last = known.len().saturating_sub(1);
    let rules = known
        .into_iter()
        .enumerate()
        .map(|(at, rule)| Line {
            id: rule.id,
            active: rule.active,
            sentence: rule.definition.sentence(),
            problem: crate::desk::rulebook::problems(&signed.office, &rule.definition)
                .into_iter()
                .next()
                .map(|problem| problem.message),
            name: rule.name,
            first: at == 0,
            last: at == last,
        })
        .collect();
    let page = RulesPage {
        shell,
        frame,
        rules,
    };
    Ok(Html(page.render()?))
}

/// One button of the list: `up:ID`, `down:ID`, `on:ID`, `off:ID`; or the whole order after dragging.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListForm {
    #[serde(default)]
    r#do: Option<String>,
    /// Ids with commas between them.
    #[serde(default)]
    order: Option<String>,
}

async fn act(
    State(web): State<Web>,
    Managing(signed): Managing,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: ListForm = posted.open(&signed.form_token).await?;
    let (desk, who) = (&web.desk, signed.who());
    let done = if let Some(order) = form.order.filter(|order| !order.is_empty()) {
        let ids: Result<Vec<RuleId>, _> = order.split(',').map(str::parse).collect();
        let ids = ids.map_err(|_| Fault::Unreadable)?;
        desk.order_rules(&who, Via::Page, &ids)
            .await
            .map(|()| Deed::Moved)
    } else {
        let wanted = form.r#do.unwrap_or_default();
        let (word, id) = wanted.split_once(':').ok_or(Fault::Unreadable)?;
        let id: RuleId = id.parse().map_err(|_| Fault::Unreadable)?;
        match word {
            "up" | "down" => {
                let step = if word == "up" { Step::Up } else { Step::Down };
                let moved = desk.move_rule(&who, Via::Page, id, step).await;
                moved.map(|()| Deed::Moved)
            }
            "on" | "off" => desk
                .switch_rule(&who, Via::Page, id, word == "on")
                .await
                .map(|_| Deed::Saved),
            _ => return Err(Fault::Unreadable),
        }
    };
    match done {
        Ok(done) => Ok(Redirect::to(&format!("{PATH}?done={}", done.as_str())).into_response()),
        Err(DeskError::NotFound(_)) => Err(Fault::NotFound),
        Err(error) => Ok(refused(page(&web, &signed, Some(refusal(error)?)).await?)),
    }
}
