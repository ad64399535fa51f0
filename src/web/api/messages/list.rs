//! `GET /tickets/{key}/messages`.

use axum::Json;
use axum::extract::{Path, State};

use super::super::caller::Staff;
use super::super::given::Asked;
use super::super::page::{List, Page, PageQuery, sealed};
use super::super::problem::Problem;
use super::super::show::{MessageView, Surroundings};
use super::super::state::ApiState;
use super::html;
use crate::domain::ids::{MessageId, TicketId};
use crate::domain::message::Message;
use crate::store::outbox::Listed;
use crate::store::{self, Tx};

/// The conversation of a ticket, the oldest message first
#[utoipa::path(get, path = "/tickets/{key}/messages", tag = "messages",
    params(("key" = String, Path, description = "Such as ACME-1, or the id"), PageQuery),
    responses((status = 200, description = "A page of messages", body = List<MessageView>)))]
pub async fn list(
    State(api): State<ApiState>,
    staff: Staff,
    Path(key): Path<String>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<MessageView>>, Problem> {
    let page = Page::<MessageId>::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    let found = store::messages::of_ticket(
        &mut tx,
        staff.tenant(),
        ticket.id,
        page.after,
        page.and_one(),
    )
    .await?;
    let (messages, more) = page.cut(found);
    let next = messages
        .last()
        .filter(|_| more)
        .map(|last| sealed(&last.id));
    let items = views(&api, tx, &staff, &ticket.key, messages).await?;
    Ok(Json(List { items, next }))
}

/// One message as an answer.
pub async fn answer(
    api: &ApiState,
    staff: &Staff,
    ticket: TicketId,
    message: MessageId,
) -> Result<Json<MessageView>, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = store::tickets::get(&mut tx, staff.tenant(), ticket)
        .await?
        .ok_or_else(Problem::not_found)?;
    let message = store::messages::get(&mut tx, staff.tenant(), message)
        .await?
        .ok_or_else(Problem::not_found)?;
    let views = views(api, tx, staff, &ticket.key, vec![message]).await?;
    views
        .into_iter()
        .next()
        .map(Json)
        .ok_or_else(Problem::not_found)
}

/// Messages of one ticket as programs see them. Ends the transaction before it reads any mail.
async fn views(
    api: &ApiState,
    mut tx: Tx,
    staff: &Staff,
    ticket: &str,
    messages: Vec<Message>,
) -> Result<Vec<MessageView>, Problem> {
    let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
    let deliveries =
        store::outbox::deliveries(&mut tx, staff.tenant(), &ids, api.desk.clock.now()).await?;
    let sources = html::sources(&mut tx, staff.tenant(), &messages).await?;
    drop(tx);
    let mut seen = html::read(&api.desk, sources).await?;
    let own_names = staff.office.own_names();
    let view = |message: Message| {
        let is_its = |row: &&Listed| row.message == Some(message.id);
        let seen = seen.remove(&message.id).unwrap_or_default();
        let around = Surroundings {
            ticket,
            html: seen.html,
            enclosed: seen.enclosed,
            deliveries: deliveries.iter().filter(is_its).collect(),
            own_names: &own_names,
        };
        MessageView::new(message, around)
    };
    Ok(messages.into_iter().map(view).collect())
}
