//! `/accounts`: how fetching and sending are going.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Operator, Overseer};
use super::given::Asked;
use super::page::{List, Page, PageQuery};
use super::problem::Problem;
use super::show::AccountView;
use super::state::ApiState;
use crate::domain::ids::{AccountId, TenantId};
use crate::store;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(of_all))
        .routes(routes!(compare))
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

/// Compare what lies on an account's server with what is here, as soon as it is connected
///
/// What is missing is fetched again. The outcome is in `completeness` of the account.
#[utoipa::path(post, path = "/accounts/{id}/compare", tag = "mail",
    params(("id" = String, Path)), responses((status = 204, description = "It will be done")))]
async fn compare(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let overseer = overseer.deciding()?;
    let id: AccountId = id.parse().map_err(|_| Problem::not_found())?;
    api.desk.compare_account(overseer.tenant, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn page(
    api: &ApiState,
    tenant: Option<TenantId>,
    query: &PageQuery,
) -> Result<List<AccountView>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let all = store::accounts::health_all_tenants(&mut tx).await?;
    let folders = store::cursors::all_tenants(&mut tx).await?;
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
        let folders = folders.get(&account.id).map_or(&[][..], Vec::as_slice);
        AccountView::new(account, whose, folders)
    }))
}
