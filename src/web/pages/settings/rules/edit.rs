//! `/settings/rules/new` and `/settings/rules/{id}`: the editor, with the rule as a sentence and a try on what was.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::TimeDelta;

use super::super::{Done, Frame, around, refusal, refused};
use super::PATH;
use super::form::{Button, RuleForm, placed};
use super::rows::{self, Choice, Doing, Input, Piece};
use super::tried::Tried;
use crate::desk::backtest::Span;
use crate::desk::rulebook::{self, RuleDraft};
use crate::desk::{DeskError, directory::Office};
use crate::domain::audit::Via;
use crate::domain::ids::RuleId;
use crate::domain::rules::Trial;
use crate::domain::sla::Problem;
use crate::store::{self, Tx};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, When, filters};
use crate::web::signed::{Managing, Signed};

/// The furthest that a try looks back, in days: ten years.
const DAYS: i64 = 3650;

#[derive(Template)]
#[template(path = "settings/rule.html")]
struct RulePage {
    shell: Shell,
    frame: Frame,
    /// Where the form goes.
    action: String,
    /// The rule's own page of versions; absent for a new rule.
    versions: Option<String>,
    form: RuleForm,
    triggers: Vec<(&'static str, Vec<Choice>)>,
    pieces: Vec<Piece>,
    actions: Vec<Doing>,
    lists: Vec<(&'static str, Vec<String>)>,
    /// The whole rule as one sentence, once it makes sense.
    sentence: Option<String>,
    name_problem: Option<String>,
    on_problem: Option<String>,
    then_problem: Option<String>,
    trial: Option<Tried>,
    /// What a ticket is called here.
    example: String,
}

pub(super) async fn new(
    State(web): State<Web>,
    Managing(signed): Managing,
) -> Result<Html<String>, Fault> {
    Showing::new(None)
        .page(&web, &signed, RuleForm::blank())
        .await
}

pub(super) async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let id = named(&id)?;
    let mut tx = web.desk.db.read().await?;
    let form = RuleForm::of(&find(&mut tx, &signed, id).await?);
    drop(tx);
    let showing = Showing {
        flash: done.flash(),
        ..Showing::new(Some(id))
    };
    showing.page(&web, &signed, form).await
}

pub(super) async fn save_new(
    State(web): State<Web>,
    Managing(signed): Managing,
    posted: Posted,
) -> Result<Response, Fault> {
    answer(&web, &signed, None, posted).await
}

pub(super) async fn save(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let id = named(&id)?;
    let mut tx = web.desk.db.read().await?;
    find(&mut tx, &signed, id).await?;
    drop(tx);
    answer(&web, &signed, Some(id), posted).await
}

/// A rule's id; what is none names no rule.
pub(super) fn named(id: &str) -> Result<RuleId, Fault> {
    id.parse().map_err(|_| Fault::NotFound)
}

pub(super) async fn find(
    tx: &mut Tx,
    signed: &Signed,
    id: RuleId,
) -> Result<crate::domain::rules::Rule, Fault> {
    let known = store::rules::of_tenant(tx, signed.tenant()).await?;
    let found = known.into_iter().find(|rule| rule.id == id);
    found.ok_or(Fault::NotFound)
}

async fn answer(
    web: &Web,
    signed: &Signed,
    id: Option<RuleId>,
    posted: Posted,
) -> Result<Response, Fault> {
    let pairs: Vec<(String, String)> = posted.open(&signed.form_token).await?;
    let (form, button) = RuleForm::read(pairs).map_err(|_| Fault::Unreadable)?;
    let mut showing = Showing::new(id);
    match button {
        Button::Again => return Ok(showing.page(web, signed, form).await?.into_response()),
        Button::Remove => {
            let Some(id) = id else {
                return Ok(Redirect::to(PATH).into_response());
            };
            return match web.desk.remove_rule(&signed.who(), Via::Page, id).await {
                Ok(()) => Ok(Redirect::to("/settings/rules?done=removed").into_response()),
                Err(error) => {
                    showing.flash = Some(refusal(error)?);
                    Ok(refused(showing.page(web, signed, form).await?))
                }
            };
        }
        Button::Save | Button::Test => {}
    }
    let definition = match form.definition() {
        Ok(definition) => definition,
        Err(problems) => {
            showing.problems = problems;
            return showing.marked(web, signed, form).await;
        }
    };
    showing.problems = placed(rulebook::problems(&signed.office, &definition));
    if !showing.problems.is_empty() {
        return showing.marked(web, signed, form).await;
    }
    if button == Button::Test {
        let Some((span, words)) = over(web, signed, &form.over).await? else {
            let text = format!(
                "Not tried: {:?} is no number of days and no ticket.",
                form.over
            );
            showing.flash = Some(Flash::bad(text));
            return Ok(refused(showing.page(web, signed, form).await?));
        };
        match web.desk.try_rule(signed.tenant(), &definition, &span).await {
            Ok(trial) => showing.trial = Some((trial, words)),
            Err(error) => showing.flash = Some(refusal(error)?),
        }
        return Ok(showing.page(web, signed, form).await?.into_response());
    }
    let draft = RuleDraft {
        name: form.name.clone(),
        active: form.active,
        definition,
    };
    let (desk, who) = (&web.desk, signed.who());
    let saved = match id {
        None => desk.create_rule(&who, Via::Page, draft).await.map(drop),
        Some(id) => desk
            .change_rule(&who, Via::Page, (id, Some(form.version)), draft)
            .await
            .map(drop),
    };
    match saved {
        Ok(()) => Ok(Redirect::to("/settings/rules?done=saved").into_response()),
        Err(DeskError::Invalid {
            field: "name",
            problem,
        }) => {
            showing.problems.push(Problem {
                path: "name".to_owned(),
                message: problem,
            });
            showing.marked(web, signed, form).await
        }
        Err(error) => {
            showing.flash = Some(refusal(error)?);
            Ok(refused(showing.page(web, signed, form).await?))
        }
    }
}

/// What a try goes over, and how a sentence names it; none where the words mean neither days nor a ticket.
async fn over(web: &Web, signed: &Signed, words: &str) -> Result<Option<(Span, String)>, Fault> {
    if let Ok(days) = words.parse::<i64>() {
        let days = Some(days).filter(|days| (1..=DAYS).contains(days));
        let since = days.map(|days| Span::Since(web.desk.clock.now() - TimeDelta::days(days)));
        let named = match days {
            Some(1) => "the last day".to_owned(),
            _ => format!("the last {words} days"),
        };
        return Ok(since.map(|since| (since, named)));
    }
    let mut tx = web.desk.db.read().await?;
    let found = store::tickets::find(&mut tx, signed.tenant(), words).await?;
    Ok(found.map(|ticket| {
        let named = format!("the life of {}", ticket.key);
        (Span::Ticket(ticket.id), named)
    }))
}

/// What is shown beside the form.
struct Showing {
    id: Option<RuleId>,
    flash: Option<Flash>,
    problems: Vec<Problem>,
    trial: Option<(Trial, String)>,
}

impl Showing {
    const fn new(id: Option<RuleId>) -> Self {
        Self {
            id,
            flash: None,
            problems: Vec::new(),
            trial: None,
        }
    }

    /// The form again, with what is to be mended beside its rows.
    async fn marked(
        mut self,
        web: &Web,
        signed: &Signed,
        form: RuleForm,
    ) -> Result<Response, Fault> {
        let text = "The rule is not right yet: see what is marked below.".to_owned();
        self.flash = Some(Flash::bad(text));
        Ok(refused(self.page(web, signed, form).await?))
    }

    async fn page(self, web: &Web, signed: &Signed, form: RuleForm) -> Result<Html<String>, Fault> {
        let mut tx = web.desk.db.read().await?;
        let (shell, mut frame) = around(&mut tx, signed, PATH, self.flash).await?;
        frame.title = if self.id.is_some() {
            "Rule"
        } else {
            "New rule"
        };
        let tags = store::tickets::known_tags(&mut tx, signed.tenant()).await?;
        let office: &Office = &signed.office;
        let path = self.id.map(|id| format!("{PATH}/{id}"));
        let of = |place: &str| {
            let own = self.problems.iter().find(|problem| problem.path == place);
            own.map(|problem| problem.message.clone())
        };
        let (now, zone) = (web.desk.clock.now(), office.tenant.timezone);
        let page = RulePage {
            shell,
            frame,
            action: path.clone().unwrap_or_else(|| format!("{PATH}/new")),
            versions: path.map(|path| format!("{path}/versions")),
            triggers: rows::triggers(&form),
            pieces: rows::pieces(office, &form, &self.problems),
            actions: rows::actions(office, &form, &self.problems),
            lists: rows::suggestions(office, tags),
            sentence: form.definition().ok().map(|d| d.sentence()),
            example: office.tenant.key(12),
            name_problem: of("name"),
            on_problem: of("on"),
            then_problem: of("then"),
            trial: self.trial.map(|(trial, span)| {
                Tried::new(trial, &span, office, |act| When::new(act.at, now, zone))
            }),
            form,
        };
        Ok(Html(page.render()?))
    }
}
