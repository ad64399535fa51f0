//! `/audit`: who changed which setting.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::Manager;
use super::given::Asked;
use super::page::{List, Page, PageQuery, sealed};
use super::problem::Problem;
use super::state::ApiState;
use crate::domain::audit::Line;
use crate::domain::ids::AuditId;
use crate::store;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// One change of a setting.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditLine)]
pub struct AuditView {
    id: Uuid,
    at: DateTime<Utc>,
    /// Who, by the name they had then.
    actor: String,
    /// `page`, `api`, `apply` or `command`.
    via: &'static str,
    /// Such as `rule.changed`, `webhook.created`.
    #[serde(rename = "type")]
    kind: String,
    /// What the thing is called.
    subject: String,
    /// The change as a sentence; never a secret.
    summary: String,
}

impl From<Line> for AuditView {
    fn from(line: Line) -> Self {
        Self {
            id: line.id.0,
            at: line.at,
            actor: line.actor.name().to_owned(),
            via: line.via.as_str(),
            kind: line.kind,
            subject: line.subject,
            summary: line.summary,
        }
    }
}

/// Who changed which setting; for admins
#[utoipa::path(get, path = "/audit", tag = "settings", params(PageQuery),
    responses((status = 200, description = "A page of changes, the newest first", body = List<AuditView>)))]
async fn list(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<AuditView>>, Problem> {
    let page = Page::<AuditId>::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let found =
        store::audit::of_tenant(&mut tx, staff.tenant(), page.after, page.and_one()).await?;
    let (lines, more) = page.cut(found);
    let next = lines.last().filter(|_| more).map(|last| sealed(&last.id));
    let items = lines.into_iter().map(AuditView::from).collect();
    Ok(Json(List { items, next }))
}
