//! `/contacts`: people outside who wrote to the tenant.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Overseer;
use super::caller::Staff;
use super::given::Asked;
use super::page::{List, Page, PageQuery, sealed};
use super::problem::Problem;
use super::show::PersonView;
use super::state::ApiState;
use crate::domain::ids::ContactId;
use crate::store;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A person outside.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
struct ContactView {
    #[serde(flatten)]
    person: PersonView,
    /// Their mail is kept and opens nothing visible.
    blocked: bool,
}

/// The tenant's contacts
#[utoipa::path(get, path = "/contacts", tag = "people", params(PageQuery),
    responses((status = 200, description = "The oldest first", body = List<ContactView>)))]
async fn list(
    State(api): State<ApiState>,
    staff: Staff,
    // Contacts are known by their tickets: only who sees all of these sees all of those.
    _: Overseer,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<ContactView>>, Problem> {
    let page = Page::<ContactId>::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let found = store::contacts::list(&mut tx, staff.tenant(), page.after, page.and_one()).await?;
    let (contacts, more) = page.cut(found);
    let next = contacts
        .last()
        .filter(|_| more)
        .map(|last| sealed(&last.id));
    let view = |contact: &crate::domain::contact::Contact| ContactView {
        person: PersonView::from(contact),
        blocked: contact.blocked,
    };
    let items = contacts.iter().map(view).collect();
    Ok(Json(List { items, next }))
}
