//! `GET /tickets/{key}/sla`: what was promised, how far it has come, and everything that the clocks did.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::caller::Staff;
use super::super::problem::Problem;
use super::super::show::ClockStoryView;
use super::super::state::ApiState;
use crate::store;

/// The service levels of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlaStory {
    /// The name of the service level that it runs under; null if there is none.
    policy: Option<String>,
    /// By metric, the first round first.
    clocks: Vec<ClockStoryView>,
}

/// The service levels of a ticket, with every start, pause, warning and breach, and why
#[utoipa::path(get, path = "/tickets/{key}/sla", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 200, description = "Its clocks", body = SlaStory)))]
pub async fn story(
    State(api): State<ApiState>,
    staff: Staff,
    Path(key): Path<String>,
) -> Result<Json<SlaStory>, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    let clocks = store::clocks::of_tickets(&mut tx, staff.tenant(), &[ticket.id]).await?;
    let lines = store::clocks::lines_of_ticket(&mut tx, staff.tenant(), ticket.id).await?;
    let (office, now) = (&staff.office, api.desk.clock.now());
    let policy = ticket.policy.and_then(|id| office.policy(id));
    Ok(Json(SlaStory {
        policy: policy.map(|policy| policy.name.clone()),
        clocks: clocks
            .iter()
            .map(|(_, clock)| ClockStoryView::new(office, clock, &lines, now))
            .collect(),
    }))
}
