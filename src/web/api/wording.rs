//! `/templates` and `/canned`: the words of notices, and texts to answer with.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Manager, Staff};
use super::given::{Asked, Given};
use super::page::{List, Page, PageQuery};
use super::problem::Problem;
use super::show::CannedView;
use super::state::ApiState;
use crate::desk::directory::Office;
use crate::desk::texts::{self, Source};
use crate::desk::wording::{self, Example};
use crate::domain::audit::Via;
use crate::domain::template::{self, Finding, NOTICES, Notice};
use crate::store::texts::Template;
use crate::store::{self, Tx};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(templates))
        .routes(routes!(put, reset))
        .routes(routes!(preview))
        .routes(routes!(put_canned))
        .routes(routes!(remove_canned))
        .routes(routes!(preview_canned))
}

/// A kind of notice, with the words that are sent now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Template)]
pub struct TemplateView {
    key: &'static str,
    /// `customer`, `agent` or `person`.
    audience: &'static str,
    /// When it is sent.
    purpose: &'static str,
    /// What it may name.
    variables: Vec<VariableView>,
    /// What it must name.
    needs: &'static [&'static str],
    /// In which languages the tenant worded it itself.
    own: Vec<String>,
    /// The words that are sent now.
    words: WordsView,
}

/// What a template may name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateVariable)]
pub struct VariableView {
    name: &'static str,
    what: &'static str,
}

/// The words of a notice, in Liquid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateWords)]
pub struct WordsView {
    locale: String,
    subject: String,
    text: String,
    /// Inside of the frame that all notices share; null: made from the text.
    html: Option<String>,
}

impl From<Source<'_>> for WordsView {
    fn from(source: Source<'_>) -> Self {
        Self {
            locale: source.locale.to_owned(),
            subject: source.subject.to_owned(),
            text: source.text.to_owned(),
            html: source.html.map(str::to_owned),
        }
    }
}

impl TemplateView {
    fn new(notice: &'static Notice, office: &Office) -> Self {
        let own = office.templates.iter().filter(|t| t.key == notice.key);
        let now = texts::own(office, notice.key).or_else(|| texts::shipped(office, notice.key));
        Self {
            key: notice.key,
            audience: notice.audience.as_str(),
            purpose: notice.purpose,
            variables: notice
                .variables()
                .map(|v| VariableView {
                    name: v.name,
                    what: v.what,
                })
                .collect(),
            needs: notice.needs,
            own: own.map(|t| t.locale.clone()).collect(),
            words: now.map_or_else(
                || WordsView {
                    locale: String::new(),
                    subject: String::new(),
                    text: String::new(),
                    html: None,
                },
                WordsView::from,
            ),
        }
    }
}

/// Every notice; for admins
#[utoipa::path(get, path = "/templates", tag = "settings", params(PageQuery),
    responses((status = 200, description = "In a fixed order", body = List<TemplateView>)))]
async fn templates(
    Manager(staff): Manager,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<TemplateView>>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    Ok(Json(page.of(NOTICES, |notice| {
        TemplateView::new(notice, &staff.office)
    })))
}

/// New words of a notice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with subject and text")]
pub struct Wording {
    /// Left out: the tenant's.
    #[serde(default)]
    locale: Option<String>,
    subject: String,
    text: String,
    #[serde(default)]
    html: Option<String>,
}

/// Word a notice; for admins
///
/// What would fail when it is sent is refused, with the line and what was probably meant.
#[utoipa::path(put, path = "/templates/{key}", tag = "settings", request_body = Wording,
    params(("key" = String, Path, description = "Such as ticket.created")),
    responses((status = 200, description = "It holds from now on", body = TemplateView)))]
async fn put(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(key): Path<String>,
    Given(wording): Given<Wording>,
) -> Result<Json<TemplateView>, Problem> {
    let notice = Notice::find(&key).ok_or_else(Problem::not_found)?;
    let template = Template {
        key,
        locale: wording
            .locale
            .unwrap_or_else(|| staff.office.tenant.locale.clone()),
        subject: wording.subject,
        text: wording.text,
        html: wording.html.filter(|html| !html.trim().is_empty()),
    };
    api.desk
        .put_template(&staff.who, Via::Api, template)
        .await?;
    let office = api.desk.office(staff.tenant())?;
    Ok(Json(TemplateView::new(notice, &office)))
}

/// In which language.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InLocale {
    /// Left out: the tenant's.
    #[serde(default)]
    locale: Option<String>,
}

/// Go back to the shipped words; for admins
#[utoipa::path(delete, path = "/templates/{key}", tag = "settings",
    params(("key" = String, Path, description = "Such as ticket.created"), InLocale),
    responses((status = 204, description = "The shipped words hold")))]
async fn reset(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(key): Path<String>,
    Asked(query): Asked<InLocale>,
) -> Result<StatusCode, Problem> {
    Notice::find(&key).ok_or_else(Problem::not_found)?;
    let locale = query
        .locale
        .unwrap_or_else(|| staff.office.tenant.locale.clone());
    api.desk
        .reset_template(&staff.who, Via::Api, &key, &locale)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to try out; what is left out is as it holds now.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Trying {
    subject: Option<String>,
    text: Option<String>,
    html: Option<String>,
    /// A ticket to try it with; left out: made-up values.
    ticket: Option<String>,
}

/// How a notice would look.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplatePreview)]
pub struct PreviewView {
    /// Null where it cannot be filled.
    subject: Option<String>,
    text: Option<String>,
    /// The whole mail's HTML.
    html: Option<String>,
    findings: Vec<FindingView>,
}

/// Something to be said about a template.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateFinding)]
pub struct FindingView {
    /// `subject`, `text` or `html`.
    part: &'static str,
    /// From 1; 0 is the whole part.
    line: usize,
    /// `error` or `warning`.
    weight: &'static str,
    sentence: String,
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        Self {
            part: finding.part.as_str(),
            line: finding.line,
            weight: finding.weight.as_str(),
            sentence: finding.sentence,
        }
    }
}

/// Try the words of a notice; for admins
#[utoipa::path(post, path = "/templates/{key}/preview", tag = "settings", request_body = Trying,
    params(("key" = String, Path, description = "Such as ticket.created")),
    responses((status = 200, description = "Nothing is changed", body = PreviewView)))]
async fn preview(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(key): Path<String>,
    Given(trying): Given<Trying>,
) -> Result<Json<PreviewView>, Problem> {
    let notice = Notice::find(&key).ok_or_else(Problem::not_found)?;
    let office = &staff.office;
    let now = texts::own(office, &key).or_else(|| texts::shipped(office, &key));
    let now = now.ok_or_else(Problem::not_found)?;
    let source = Source {
        subject: trying.subject.as_deref().unwrap_or(now.subject),
        html: match (&trying.html, &trying.text) {
            (Some(html), _) => Some(html),
            // HTML that belongs to other words would show those.
            (None, Some(_)) => None,
            (None, None) => now.html,
        },
        text: trying.text.as_deref().unwrap_or(now.text),
        locale: now.locale,
    };
    let mut tx = api.desk.db.read().await?;
    let example = example(&mut tx, &staff, trying.ticket.as_deref()).await?;
    let variables = wording::preview(office, &api.desk.links, notice, example.as_ref());
    let findings = template::lint(notice, source.subject, source.text, source.html);
    let filled = texts::fill(office, source, &variables).ok();
    Ok(Json(PreviewView {
        subject: filled.as_ref().map(|words| words.subject.clone()),
        text: filled.as_ref().map(|words| words.text.clone()),
        html: filled.map(|words| words.html),
        findings: findings.into_iter().map(FindingView::from).collect(),
    }))
}

/// The ticket of this key, if one was named.
async fn example(
    tx: &mut Tx,
    staff: &Staff,
    key: Option<&str>,
) -> Result<Option<Example>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let ticket = staff.ticket(tx, key).await?;
    let tenant = staff.tenant();
    let requester = store::contacts::by_ids(tx, tenant, &[ticket.requester]).await?;
    let requester = requester
        .into_iter()
        .next()
        .ok_or_else(Problem::not_found)?;
    let clocks = store::clocks::of_tickets(tx, tenant, &[ticket.id]).await?;
    let message = store::messages::newest(tx, tenant, ticket.id, 1).await?;
    Ok(Some(Example {
        ticket,
        requester,
        clocks: clocks.into_iter().map(|(_, clock)| clock).collect(),
        message: message.into_iter().next(),
    }))
}

/// A text to answer with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with name and text")]
pub struct Canning {
    name: String,
    /// Liquid.
    text: String,
    /// The name it had before, if it gets another one.
    #[serde(default)]
    was: Option<String>,
}

/// Write a canned reply; for admins
///
/// One of the same name is changed.
#[utoipa::path(put, path = "/canned", tag = "settings", request_body = Canning,
    responses((status = 200, description = "It can be used from now on", body = CannedView)))]
async fn put_canned(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Given(canning): Given<Canning>,
) -> Result<Json<CannedView>, Problem> {
    let name = canning.name.trim().to_owned();
    api.desk
        .put_canned(
            &staff.who,
            Via::Api,
            canning.was.as_deref(),
            (&name, &canning.text),
        )
        .await?;
    Ok(Json(CannedView::from(&(name, canning.text))))
}

/// Take a canned reply away; for admins
#[utoipa::path(delete, path = "/canned/{name}", tag = "settings",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204, description = "It is gone")))]
async fn remove_canned(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    api.desk.remove_canned(&staff.who, Via::Api, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to try a canned reply with.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TryingCanned {
    /// A ticket; left out: made-up values.
    ticket: Option<String>,
}

/// A canned reply as it would be sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CannedPreview)]
pub struct CannedPreviewView {
    text: String,
}

/// Fill a canned reply for a ticket
#[utoipa::path(post, path = "/canned/{name}/preview", tag = "settings", request_body = TryingCanned,
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, description = "Nothing is changed", body = CannedPreviewView)))]
async fn preview_canned(
    State(api): State<ApiState>,
    staff: Staff,
    Path(name): Path<String>,
    Given(trying): Given<TryingCanned>,
) -> Result<Json<CannedPreviewView>, Problem> {
    let office = &staff.office;
    if !office.canned.iter().any(|(known, _)| *known == name) {
        return Err(Problem::not_found());
    }
    let mut tx = api.desk.db.read().await?;
    let example = example(&mut tx, &staff, trying.ticket.as_deref()).await?;
    let variables = wording::preview_canned(office, &api.desk.links, example.as_ref());
    let author = staff.who.user.and_then(|user| office.person(user));
    let text = texts::fill_canned(office, &name, variables, author)
        .map_err(|problem| Problem::invalid("text", problem))?;
    Ok(Json(CannedPreviewView { text }))
}
