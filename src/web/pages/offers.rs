//! `POST /tickets/{key}/offers/{id}/join`, `/dismiss`: two tickets that look like one conversation are, or are not.

use axum::extract::{Path, State};
use axum::response::Response;
use uuid::Uuid;

use super::together;
use crate::domain::merge::Offer;
use crate::domain::ticket::Ticket;
use crate::store::{StoreError, Tx, joins, tickets};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::signed::Signed;

/// Makes one ticket of the two, and shows it.
pub(super) async fn join(
    State(web): State<Web>,
    signed: Signed,
    Path((key, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Fault> {
    let (found, back) = together::open(&web, &signed, &key, posted).await?;
    let offer = one(&web, &signed, &found, &id).await?;
    let done = web.desk.accept_offer(&signed.who(), found.id, offer).await;
    let into = match &done {
        Ok(into) => together::by_id(&web, &signed, *into).await?,
        Err(_) => None,
    };
    let shown = into.unwrap_or(found);
    together::after(&web, &signed, &shown, &back.back, "merge", done).await
}

/// Says that they are two conversations.
pub(super) async fn dismiss(
    State(web): State<Web>,
    signed: Signed,
    Path((key, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Fault> {
    let (found, back) = together::open(&web, &signed, &key, posted).await?;
    let offer = one(&web, &signed, &found, &id).await?;
    let done = web.desk.dismiss_offer(&signed.who(), found.id, offer).await;
    together::after(&web, &signed, &found, &back.back, "change", done).await
}

async fn one(web: &Web, signed: &Signed, found: &Ticket, id: &str) -> Result<Uuid, Fault> {
    let mut tx = web.desk.db.read().await?;
    let offers = seen(&mut tx, signed, found).await?.into_iter();
    let mut ids = offers.map(|(offer, _)| offer.id);
    let offer = ids.find(|offer| offer.to_string() == id);
    offer.ok_or(Fault::NotFound)
}

/// The open offers about a ticket, each with the ticket at the other end; what may not be seen is left out.
pub(super) async fn seen(
    tx: &mut Tx,
    signed: &Signed,
    found: &Ticket,
) -> Result<Vec<(Offer, Ticket)>, StoreError> {
    let offers = joins::open_of(tx, signed.tenant(), found.id).await?;
    let ids: Vec<_> = offers.iter().map(|offer| offer.other(found.id)).collect();
    let others = tickets::by_ids(tx, signed.tenant(), &ids).await?;
    let mut seen = Vec::new();
    for offer in offers {
        let other = offer.other(found.id);
        let Some(other) = others.iter().find(|known| known.id == other) else {
            continue;
        };
        if signed.may_see(tx, other).await? {
            seen.push((offer, other.clone()));
        }
    }
    Ok(seen)
}
