//! `/suppressions`: whom the tenant does not write to.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Manager;
use super::given::{Asked, Given};
use super::page::{List, Page, PageQuery, sealed};
use super::problem::Problem;
use super::state::ApiState;
use crate::domain::audit::Via;
use crate::store::suppressions::{self, Suppression};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(remove))
}

/// An address that is not written to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Suppression)]
pub struct SuppressionView {
    address: String,
    /// The words of its server, or of whoever put it here.
    reason: String,
    since: DateTime<Utc>,
}

impl From<Suppression> for SuppressionView {
    fn from(it: Suppression) -> Self {
        Self {
            address: it.address.to_string(),
            reason: it.reason,
            since: it.since,
        }
    }
}

/// Addresses that are not written to; for admins
///
/// A server that says that an address does not exist puts it here. Mail for it fails at once, with this reason.
#[utoipa::path(get, path = "/suppressions", tag = "settings", params(PageQuery),
    responses((status = 200, description = "By address", body = List<SuppressionView>)))]
async fn list(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<SuppressionView>>, Problem> {
    let page = Page::<String>::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let tenant = staff.who.tenant;
    let found = suppressions::list(&mut tx, tenant, page.after.as_deref(), page.and_one()).await?;
    let (found, more) = page.cut(found);
    let last = found.last().filter(|_| more);
    let next = last.map(|last| sealed(&last.address));
    let items = found.into_iter().map(SuppressionView::from).collect();
    Ok(Json(List { items, next }))
}

/// An address that is not to be written to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with address and reason")]
pub struct Suppressing {
    address: String,
    /// Left out: who put it here.
    #[serde(default)]
    reason: String,
}

/// Stop writing to an address; for admins
#[utoipa::path(post, path = "/suppressions", tag = "settings", request_body = Suppressing,
    responses((status = 201, description = "Nothing goes there from now on", body = SuppressionView)))]
async fn add(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Given(given): Given<Suppressing>,
) -> Result<(StatusCode, Json<SuppressionView>), Problem> {
    let added = api
        .desk
        .suppress(&staff.who, Via::Api, &given.address, &given.reason)
        .await?;
    Ok((StatusCode::CREATED, Json(added.into())))
}

/// Write to an address again; for admins
#[utoipa::path(delete, path = "/suppressions/{address}", tag = "settings",
    params(("address" = String, Path, description = "The address")),
    responses((status = 204, description = "It is written to again")))]
async fn remove(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(address): Path<String>,
) -> Result<StatusCode, Problem> {
    api.desk.unsuppress(&staff.who, Via::Api, &address).await?;
    Ok(StatusCode::NO_CONTENT)
}
