//! `/platform/tenants`: the customer companies. The platform's views of accounts, intake and outbox stand beside
//! the tenants' own.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Operator;
use super::given::Asked;
use super::page::{List, Page, PageQuery};
use super::problem::Problem;
use super::show::TenantView;
use super::state::ApiState;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(tenants))
}

/// Every tenant
#[utoipa::path(get, path = "/platform/tenants", tag = "platform", params(PageQuery),
    responses((status = 200, description = "By slug", body = List<TenantView>)))]
async fn tenants(
    State(api): State<ApiState>,
    _: Operator,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<TenantView>>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    let directory = api.desk.directory();
    let mut offices: Vec<_> = directory.offices().collect();
    offices.sort_by(|a, b| a.tenant.slug.cmp(&b.tenant.slug));
    Ok(Json(
        page.of(offices, |office| TenantView::from(&office.tenant)),
    ))
}
