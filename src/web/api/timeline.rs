//! `/tickets/{key}/events`: everything that ever happened to a ticket.

use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Staff;
use super::given::Asked;
use super::page::{List, Page, PageQuery, sealed};
use super::problem::Problem;
use super::show::EventView;
use super::state::ApiState;
use crate::domain::ids::EventId;
use crate::store;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The timeline of a ticket, the oldest first
#[utoipa::path(get, path = "/tickets/{key}/events", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id"), PageQuery),
    responses((status = 200, description = "A page of events", body = List<EventView>)))]
async fn list(
    State(api): State<ApiState>,
    staff: Staff,
    Path(key): Path<String>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<EventView>>, Problem> {
    let page = Page::<EventId>::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    let found = store::events::of_ticket(
        &mut tx,
        staff.tenant(),
        ticket.id,
        page.after,
        page.and_one(),
    )
    .await?;
    let (events, more) = page.cut(found);
    let next = events.last().filter(|_| more).map(|last| sealed(&last.id));
    let items = events.into_iter().map(EventView::from).collect();
    Ok(Json(List { items, next }))
}
