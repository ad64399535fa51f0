//! `/outbox`: each outgoing item, one per recipient.

use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Operator, Overseer};
use super::given::Asked;
use super::page::{List, Page, StateQuery, sealed};
use super::problem::Problem;
use super::show::OutboxView;
use super::state::ApiState;
use crate::domain::ids::{OutboxId, TenantId};
use crate::store;
use crate::store::outbox::{Filter, Listed, OutboxState};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(of_all))
        .routes(routes!(retry))
        .routes(routes!(cancel))
}

/// Outgoing items, the newest first
#[utoipa::path(get, path = "/outbox", tag = "mail", params(StateQuery),
    responses((status = 200, description = "A page of items", body = List<OutboxView>)))]
async fn list(
    State(api): State<ApiState>,
    overseer: Overseer,
    Asked(query): Asked<StateQuery>,
) -> Result<Json<List<OutboxView>>, Problem> {
    page(&api, overseer.tenant, &query).await.map(Json)
}

/// Everybody's outgoing items, the newest first
#[utoipa::path(get, path = "/platform/outbox", tag = "platform", params(StateQuery),
    responses((status = 200, description = "A page of items", body = List<OutboxView>)))]
async fn of_all(
    State(api): State<ApiState>,
    _: Operator,
    Asked(query): Asked<StateQuery>,
) -> Result<Json<List<OutboxView>>, Problem> {
    page(&api, None, &query).await.map(Json)
}

/// Try an item at once: a deferred, failed, uncertain or paused one
#[utoipa::path(post, path = "/outbox/{id}/retry", tag = "mail",
    params(("id" = String, Path)), responses((status = 200, description = "The item as it stands now", body = OutboxView)))]
async fn retry(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
) -> Result<Json<OutboxView>, Problem> {
    let overseer = overseer.working()?;
    let item = find(&api, overseer.tenant, &id).await?;
    api.desk.retry_outgoing(overseer.tenant, item.id).await?;
    find(&api, overseer.tenant, &id)
        .await
        .map(|item| Json(item.into()))
}

/// Take an item back that has not gone out
#[utoipa::path(post, path = "/outbox/{id}/cancel", tag = "mail",
    params(("id" = String, Path)), responses((status = 200, description = "The item as it stands now", body = OutboxView)))]
async fn cancel(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
) -> Result<Json<OutboxView>, Problem> {
    let overseer = overseer.working()?;
    let item = find(&api, overseer.tenant, &id).await?;
    api.desk.cancel_outgoing(overseer.tenant, item.id).await?;
    find(&api, overseer.tenant, &id)
        .await
        .map(|item| Json(item.into()))
}

async fn page(
    api: &ApiState,
    tenant: Option<TenantId>,
    query: &StateQuery,
) -> Result<List<OutboxView>, Problem> {
    let page = Page::<OutboxId>::read(&query.limit, &query.cursor)?;
    let mut states = query.states(OutboxState::WORDS)?;
    // The point of no return is still sending, for everybody but us.
    if states.contains(&OutboxState::Sending) {
        states.push(OutboxState::FinalDot);
    }
    let filter = Filter {
        tenant,
        id: None,
        states,
        before: page.after,
        limit: page.and_one(),
    };
    let mut tx = api.desk.db.read().await?;
    let found = store::outbox::list(&mut tx, &filter, api.desk.clock.now()).await?;
    let (items, more) = page.cut(found);
    let next = items.last().filter(|_| more).map(|last| sealed(&last.id));
    let items = items.into_iter().map(OutboxView::from).collect();
    Ok(List { items, next })
}

/// One item, if they may see it.
async fn find(api: &ApiState, tenant: Option<TenantId>, id: &str) -> Result<Listed, Problem> {
    let id: OutboxId = id.parse().map_err(|_| Problem::not_found())?;
    let filter = Filter {
        tenant,
        id: Some(id),
        limit: 1,
        ..Filter::default()
    };
    let mut tx = api.desk.db.read().await?;
    let found = store::outbox::list(&mut tx, &filter, api.desk.clock.now()).await?;
    found.into_iter().next().ok_or_else(Problem::not_found)
}
