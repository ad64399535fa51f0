//! `GET /tickets/{key}`, and what every answer with tickets is made of.

use std::collections::{HashMap, HashSet};

use axum::Json;
use axum::extract::{Path, State};

use super::super::caller::Staff;
use super::super::problem::Problem;
use super::super::show::{Beside, TicketView};
use super::super::state::ApiState;
use crate::domain::ids::{ContactId, TicketId};
use crate::domain::ticket::Ticket;
use crate::store::{self, Tx};

/// One ticket
#[utoipa::path(get, path = "/tickets/{key}", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 200, description = "The ticket", body = TicketView)))]
pub async fn one(
    State(api): State<ApiState>,
    staff: Staff,
    Path(key): Path<String>,
) -> Result<Json<TicketView>, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    views(&mut tx, &staff, vec![ticket])
        .await?
        .pop()
        .map(Json)
        .ok_or_else(Problem::not_found)
}

/// A ticket that was just written, as an answer. Whoever wrote it sees it, even if they gave it away.
pub async fn answer(
    api: &ApiState,
    staff: &Staff,
    id: TicketId,
) -> Result<Json<TicketView>, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = store::tickets::get(&mut tx, staff.tenant(), id).await?;
    let ticket = ticket.ok_or_else(Problem::not_found)?;
    views(&mut tx, staff, vec![ticket])
        .await?
        .pop()
        .map(Json)
        .ok_or_else(Problem::not_found)
}

/// Tickets as programs see them, in the same order: four statements, however many there are.
pub async fn views(
    tx: &mut Tx,
    staff: &Staff,
    tickets: Vec<Ticket>,
) -> Result<Vec<TicketView>, Problem> {
    let tenant = staff.tenant();
    let ids: Vec<TicketId> = tickets.iter().map(|ticket| ticket.id).collect();
    let requesters: HashSet<ContactId> = tickets.iter().map(|ticket| ticket.requester).collect();
    let requesters: Vec<ContactId> = requesters.into_iter().collect();
    let contacts = store::contacts::by_ids(tx, tenant, &requesters).await?;
    let clocks = store::clocks::of_tickets(tx, tenant, &ids).await?;
    let mut tags: HashMap<TicketId, Vec<String>> = HashMap::new();
    for (id, tag) in store::tickets::tags_of(tx, tenant, &ids).await? {
        tags.entry(id).or_default().push(tag);
    }
    let merged: Vec<TicketId> = tickets
        .iter()
        .filter_map(|ticket| ticket.merged_into)
        .collect();
    let merged = store::tickets::by_ids(tx, tenant, &merged).await?;
    let view = |ticket: Ticket| {
        let into = ticket
            .merged_into
            .and_then(|id| merged.iter().find(|other| other.id == id));
        let beside = Beside {
            office: &staff.office,
            requester: contacts
                .iter()
                .find(|contact| contact.id == ticket.requester),
            tags: tags.remove(&ticket.id).unwrap_or_default(),
            clocks: clocks
                .iter()
                .filter(|(id, _)| *id == ticket.id)
                .map(|(_, clock)| clock)
                .collect(),
            merged_into: into.map(|other| other.key.clone()),
        };
        TicketView::new(ticket, beside)
    };
    Ok(tickets.into_iter().map(view).collect())
}
