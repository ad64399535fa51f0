//! `/accounts`: how fetching and sending are going.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Operator, Overseer};
use super::given::Asked;
use super::page::{List, Page, PageQuery};
use super::problem::Problem;
use super::show::AccountView;
use super::state::ApiState;
use crate::domain::ids::TenantId;
use crate::store;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(of_all))
}

/// The tenant's mail accounts and how they are doing; with a token of the platform, everybody's
#[utoipa::path(get, path = "/accounts", tag = "mail", params(PageQuery),
    responses((status = 200, description = "By name", body = List<AccountView>)))]
async fn list(
    State(api): State<ApiState>,
    overseer: Overseer,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<AccountView>>, Problem> {
    page(&api, overseer.tenant, &query).await.map(Json)
}

/// Everybody's mail accounts and how they are doing
#[utoipa::path(get, path = "/platform/accounts", tag = "platform", params(PageQuery),
    responses((status = 200, description = "By name", body = List<AccountView>)))]
async fn of_all(
    State(api): State<ApiState>,
    _: Operator,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<AccountView>>, Problem> {
    page(&api, None, &query).await.map(Json)
}

async fn page(
    api: &ApiState,
    tenant: Option<TenantId>,
    query: &PageQuery,
) -> Result<List<AccountView>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let all = store::accounts::health_all_tenants(&mut tx).await?;
    let directory = api.desk.directory();
    let slug = |id: TenantId| {
        directory
            .office(id)
            .map(|office| office.tenant.slug.clone())
    };
    let theirs = all
        .into_iter()
        .filter(|account| tenant.is_none() || account.tenant == tenant);
    Ok(page.of(theirs, |account| {
        let whose = account.tenant.and_then(slug);
        AccountView::new(account, whose)
    }))
}
