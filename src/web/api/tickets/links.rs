//! `GET /tickets/{key}/links`: the tickets that belong to one.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::caller::Staff;
use super::super::page::List;
use super::super::problem::Problem;
use super::super::state::ApiState;
use crate::domain::ids::TicketId;
use crate::store;

/// A ticket that belongs to another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Link)]
pub struct LinkView {
    /// Its key.
    #[schema(example = "ACME-2")]
    ticket: String,
    subject: String,
    /// `related`, `split_off`, `split_from`, or `merged` for one that is part of this.
    kind: &'static str,
}

/// The tickets that belong to a ticket
///
/// Those that were merged into it first. Tickets that you may not see are left out.
#[utoipa::path(get, path = "/tickets/{key}/links", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 200, description = "All of them", body = List<LinkView>)))]
pub async fn links(
    State(api): State<ApiState>,
    staff: Staff,
    Path(key): Path<String>,
) -> Result<Json<List<LinkView>>, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    let tenant = staff.tenant();
    let parts = store::merges::parts_of(&mut tx, tenant, ticket.id).await?;
    let mut linked: Vec<(TicketId, &'static str)> =
        parts.into_iter().map(|id| (id, "merged")).collect();
    let links = store::merges::links_of(&mut tx, tenant, ticket.id).await?;
    linked.extend(links.iter().map(|link| (link.other, link.kind.as_str())));
    let ids: Vec<TicketId> = linked.iter().map(|(id, _)| *id).collect();
    let tickets = store::tickets::by_ids(&mut tx, tenant, &ids).await?;
    let mut items = Vec::new();
    for (id, kind) in linked {
        let Some(other) = tickets.iter().find(|other| other.id == id) else {
            continue;
        };
        if staff.may_see(&mut tx, other).await? {
            items.push(LinkView {
                ticket: other.key.clone(),
                subject: other.subject.clone(),
                kind,
            });
        }
    }
    Ok(Json(List { items, next: None }))
}
