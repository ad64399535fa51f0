//! `/rules`: the tenant's rules, their order, their versions, and trying them on what was.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::{Manager, Staff};
use super::given::{Asked, Given};
use super::page::{List, Page, PageQuery};
use super::problem::Problem;
use super::show::{PassView, RuleVersionView, RuleView, TrialView};
use super::state::ApiState;
use crate::desk::backtest::Span;
use crate::desk::rulebook::RuleDraft;
use crate::domain::audit::Via;
use crate::domain::ids::RuleId;
use crate::domain::rules::{Action, Condition, Definition, Rule, Trigger};
use crate::domain::sla;
use crate::store;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(order))
        .routes(routes!(test))
        .routes(routes!(versions))
        .routes(routes!(restore))
        .routes(routes!(of_ticket))
}

/// A rule as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with a rule")]
pub struct NewRule {
    name: String,
    /// Whether it looks at all; it does if nothing is said.
    #[serde(default = "yes")]
    active: bool,
    /// What makes it look: `ticket.created`, `message.received` …
    #[schema(value_type = Vec<String>)]
    on: Vec<Trigger>,
    /// What must hold; without it the rule always acts.
    #[serde(default)]
    #[schema(value_type = Object)]
    when: Condition,
    /// What it does, in this order.
    #[schema(value_type = Vec<Object>)]
    then: Vec<Action>,
}

const fn yes() -> bool {
    true
}

/// What is to change; parts that are absent stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object with the parts to change"
)]
pub struct RuleChanges {
    name: Option<String>,
    active: Option<bool>,
    #[schema(value_type = Option<Vec<String>>)]
    on: Option<Vec<Trigger>>,
    #[schema(value_type = Option<Object>)]
    when: Option<Condition>,
    #[schema(value_type = Option<Vec<Object>>)]
    then: Option<Vec<Action>>,
    /// The version that the change was made from: refused with 409 if there is a newer one.
    version: Option<i64>,
}

/// The order in which rules look.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with a list of rules")]
pub struct Order {
    /// Ids; rules that are not named keep their order behind these.
    rules: Vec<Uuid>,
}

/// An earlier version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with a version")]
pub struct Earlier {
    version: i64,
}

/// A draft to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with a draft")]
pub struct Draft {
    #[schema(value_type = Vec<String>)]
    on: Vec<Trigger>,
    #[serde(default)]
    #[schema(value_type = Object)]
    when: Condition,
    #[schema(value_type = Vec<Object>)]
    then: Vec<Action>,
    /// How far to look back, as in `30d`; 30 days if nothing is said.
    since: Option<String>,
    /// One ticket from its beginning, instead of a span.
    ticket: Option<String>,
}

/// The tenant's rules
#[utoipa::path(get, path = "/rules", tag = "rules", params(PageQuery),
    responses((status = 200, description = "In the order in which they look", body = List<RuleView>)))]
async fn list(
    State(api): State<ApiState>,
    staff: Staff,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<RuleView>>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let rules = store::rules::of_tenant(&mut tx, staff.tenant()).await?;
    Ok(Json(page.of(rules, RuleView::from)))
}

/// Make a rule; for admins
#[utoipa::path(post, path = "/rules", tag = "rules", request_body = NewRule,
    responses((status = 201, description = "The rule, behind all others", body = RuleView)))]
async fn create(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Given(new): Given<NewRule>,
) -> Result<(StatusCode, Json<RuleView>), Problem> {
    let draft = RuleDraft {
        name: new.name,
        active: new.active,
        definition: Definition {
            on: new.on,
            when: new.when,
            then: new.then,
        },
    };
    let id = api.desk.create_rule(&staff.who, Via::Api, draft).await?;
    Ok((StatusCode::CREATED, answer(&api, &staff, id).await?))
}

/// A rule
#[utoipa::path(get, path = "/rules/{id}", tag = "rules", params(("id" = Uuid, Path, description = "The rule")),
    responses((status = 200, description = "The rule as it is now", body = RuleView)))]
async fn show(
    State(api): State<ApiState>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<RuleView>, Problem> {
    answer(&api, &staff, named(&id)?).await
}

/// Change a rule; for admins
#[utoipa::path(patch, path = "/rules/{id}", tag = "rules", request_body = RuleChanges,
    params(("id" = Uuid, Path, description = "The rule")),
    responses((status = 200, description = "The rule in its new version", body = RuleView)))]
async fn change(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
    Given(changes): Given<RuleChanges>,
) -> Result<Json<RuleView>, Problem> {
    let id = named(&id)?;
    let was = find(&api, &staff, id).await?;
    let draft = RuleDraft {
        name: changes.name.unwrap_or(was.name),
        active: changes.active.unwrap_or(was.active),
        definition: Definition {
            on: changes.on.unwrap_or(was.definition.on),
            when: changes.when.unwrap_or(was.definition.when),
            then: changes.then.unwrap_or(was.definition.then),
        },
    };
    let based_on = Some(changes.version.unwrap_or(was.version));
    api.desk
        .change_rule(&staff.who, Via::Api, (id, based_on), draft)
        .await?;
    answer(&api, &staff, id).await
}

/// Take a rule away; for admins
#[utoipa::path(delete, path = "/rules/{id}", tag = "rules", params(("id" = Uuid, Path, description = "The rule")),
    responses((status = 204, description = "It is gone; what it did stays explained")))]
async fn remove(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = named(&id)?;
    api.desk.remove_rule(&staff.who, Via::Api, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put the rules into an order; for admins
#[utoipa::path(post, path = "/rules/order", tag = "rules", request_body = Order,
    responses((status = 204, description = "They look in this order from now on")))]
async fn order(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Given(order): Given<Order>,
) -> Result<StatusCode, Problem> {
    let ids: Vec<RuleId> = order.rules.into_iter().map(RuleId).collect();
    api.desk.order_rules(&staff.who, Via::Api, &ids).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Try a draft on what was; nothing is changed; for admins
#[utoipa::path(post, path = "/rules/test", tag = "rules", request_body = Draft,
    responses((status = 200, description = "What it would have done, next to what is", body = TrialView)))]
async fn test(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Given(draft): Given<Draft>,
) -> Result<Json<TrialView>, Problem> {
    let (span, words) = if let Some(key) = &draft.ticket {
        let mut tx = api.desk.db.read().await?;
        let ticket = staff.ticket(&mut tx, key).await?;
        (
            Span::Ticket(ticket.id),
            format!("the life of {}", ticket.key),
        )
    } else {
        let since = draft.since.as_deref().unwrap_or("30d");
        let span: sla::Span = since
            .parse()
            .map_err(|_| Problem::invalid("since", "expected a span such as 30d or 12h"))?;
        let since = api.desk.clock.now().checked_sub_signed(span.wall());
        let since = since.ok_or_else(|| Problem::invalid("since", "that is too long ago"))?;
        (Span::Since(since), format!("the last {span}"))
    };
    let definition = Definition {
        on: draft.on,
        when: draft.when,
        then: draft.then,
    };
    let trial = api
        .desk
        .try_rule(staff.tenant(), &definition, &span)
        .await?;
    Ok(Json(TrialView::new(trial, &words)))
}

/// A rule's versions
#[utoipa::path(get, path = "/rules/{id}/versions", tag = "rules",
    params(("id" = Uuid, Path, description = "The rule"), PageQuery),
    responses((status = 200, description = "The newest first", body = List<RuleVersionView>)))]
async fn versions(
    State(api): State<ApiState>,
    staff: Staff,
    Path(id): Path<String>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<RuleVersionView>>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let versions = store::rules::versions(&mut tx, staff.tenant(), named(&id)?).await?;
    if versions.is_empty() {
        return Err(Problem::not_found());
    }
    let views: Vec<RuleVersionView> = (0..versions.len())
        .filter_map(|at| {
            Some(RuleVersionView::new(
                versions.get(at)?,
                versions.get(at + 1),
            ))
        })
        .collect();
    Ok(Json(page.of(views, |view| view)))
}

/// Make a rule say again what it said in an earlier version; for admins
#[utoipa::path(post, path = "/rules/{id}/restore", tag = "rules", request_body = Earlier,
    params(("id" = Uuid, Path, description = "The rule")),
    responses((status = 200, description = "The rule in a new version with the old words", body = RuleView)))]
async fn restore(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
    Given(earlier): Given<Earlier>,
) -> Result<Json<RuleView>, Problem> {
    let id = named(&id)?;
    find(&api, &staff, id).await?;
    api.desk
        .restore_rule(&staff.who, Via::Api, id, earlier.version)
        .await?;
    answer(&api, &staff, id).await
}

/// Every rule that looked at a ticket, and why it acted or did not
#[utoipa::path(get, path = "/tickets/{key}/rules", tag = "rules",
    params(("key" = String, Path, description = "Such as ACME-1, or the id"), PageQuery),
    responses((status = 200, description = "The oldest first", body = List<PassView>)))]
async fn of_ticket(
    State(api): State<ApiState>,
    staff: Staff,
    Path(key): Path<String>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<PassView>>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    let passes = api
        .desk
        .explain_rules(&mut tx, staff.tenant(), ticket.id)
        .await?;
    Ok(Json(page.of(passes, PassView::from)))
}

/// A rule's id; what is none names no rule.
fn named(id: &str) -> Result<RuleId, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}

async fn find(api: &ApiState, staff: &Staff, id: RuleId) -> Result<Rule, Problem> {
    let mut tx = api.desk.db.read().await?;
    let rules = store::rules::of_tenant(&mut tx, staff.tenant()).await?;
    let found = rules.into_iter().find(|rule| rule.id == id);
    found.ok_or_else(Problem::not_found)
}

async fn answer(api: &ApiState, staff: &Staff, id: RuleId) -> Result<Json<RuleView>, Problem> {
    Ok(Json(find(api, staff, id).await?.into()))
}
