//! `GET /tickets/{key}/offers`, `POST …/{id}/join`, `…/{id}/dismiss`: tickets that look like the same conversation.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::caller::{Staff, Worker};
use super::super::page::List;
use super::super::problem::Problem;
use super::super::show::TicketView;
use super::super::state::ApiState;
use super::show::answer;
use crate::domain::ids::TicketId;
use crate::domain::merge::Offer;
use crate::store::{self, Tx};

/// An offer to join two tickets.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Offer)]
pub struct OfferView {
    id: Uuid,
    /// The key of the other ticket.
    #[schema(example = "ACME-2")]
    ticket: String,
    subject: String,
    /// Why they look like one conversation, and why they did not join by themselves.
    because: String,
    /// The received mail that showed it.
    intake: Option<Uuid>,
    at: DateTime<Utc>,
}

/// Tickets that look like the same conversation
///
/// Found when a mail came late that refers to mails of both. Tickets that nobody has worked on join by themselves; of
/// others it is offered, here. Tickets that you may not see are left out.
#[utoipa::path(get, path = "/tickets/{key}/offers", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 200, description = "Those that nobody has decided about", body = List<OfferView>)))]
pub async fn offers(
    State(api): State<ApiState>,
    staff: Staff,
    Path(key): Path<String>,
) -> Result<Json<List<OfferView>>, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?.id;
    let found = seen(&mut tx, &staff, ticket).await?;
    let items = found.into_iter().map(|(offer, ticket, subject)| OfferView {
        id: offer.id,
        ticket,
        subject,
        because: offer.because,
        intake: offer.inbound.map(|id| id.0),
        at: offer.at,
    });
    Ok(Json(List {
        items: items.collect(),
        next: None,
    }))
}

/// Make one ticket of the two
///
/// The younger becomes part of the older, as by `merge`; `unmerge` undoes it.
#[utoipa::path(post, path = "/tickets/{key}/offers/{id}/join", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id"), ("id" = String, Path, description = "The offer")),
    responses((status = 200, description = "The ticket that goes on", body = TicketView),
        (status = 409, description = "One is spam")))]
pub async fn join(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path((key, id)): Path<(String, String)>,
) -> Result<Json<TicketView>, Problem> {
    let (ticket, offer) = one(&api, &staff, &key, &id).await?;
    let into = api.desk.accept_offer(&staff.who, ticket, offer).await?;
    answer(&api, &staff, into).await
}

/// Say that they are two conversations
///
/// The two are not offered again.
#[utoipa::path(post, path = "/tickets/{key}/offers/{id}/dismiss", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id"), ("id" = String, Path, description = "The offer")),
    responses((status = 204, description = "They stay two")))]
pub async fn dismiss(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path((key, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (ticket, offer) = one(&api, &staff, &key, &id).await?;
    api.desk.dismiss_offer(&staff.who, ticket, offer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The ticket and the offer of a path, if both tickets exist for the caller.
async fn one(
    api: &ApiState,
    staff: &Staff,
    key: &str,
    id: &str,
) -> Result<(TicketId, Uuid), Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, key).await?.id;
    let found = seen(&mut tx, staff, ticket).await?.into_iter();
    let mut ids = found.map(|(offer, _, _)| offer.id);
    let offer = ids.find(|offer| offer.to_string() == id);
    Ok((ticket, offer.ok_or_else(Problem::not_found)?))
}

/// The open offers about a ticket whose other ticket the caller may see, with its key and subject.
async fn seen(
    tx: &mut Tx,
    staff: &Staff,
    ticket: TicketId,
) -> Result<Vec<(Offer, String, String)>, Problem> {
    let offers = store::joins::open_of(tx, staff.tenant(), ticket).await?;
    let ids: Vec<TicketId> = offers.iter().map(|offer| offer.other(ticket)).collect();
    let tickets = store::tickets::by_ids(tx, staff.tenant(), &ids).await?;
    let mut seen = Vec::new();
    for offer in offers {
        let other = offer.other(ticket);
        let Some(other) = tickets.iter().find(|known| known.id == other) else {
            continue;
        };
        if staff.may_see(tx, other).await? {
            seen.push((offer, other.key.clone(), other.subject.clone()));
        }
    }
    Ok(seen)
}
