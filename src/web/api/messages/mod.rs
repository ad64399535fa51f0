//! Messages: the conversation, answering and noting, held messages, and the bytes behind them.

mod files;
mod held;
mod html;
mod list;
mod speak;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::LARGEST_BODY;
use super::caller::Staff;
use super::problem::Problem;
use super::state::ApiState;
use crate::domain::ids::MessageId;
use crate::domain::message::Message;
use crate::domain::ticket::Ticket;
use crate::store::{self, Tx};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, speak::speak))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .routes(routes!(held::release))
        .routes(routes!(held::accept))
        .routes(routes!(held::split))
        .routes(routes!(held::discard))
        .routes(routes!(files::raw))
        .routes(routes!(files::attachment))
}

/// The message with this id and its ticket; what somebody may not see does not exist (A21).
async fn find(tx: &mut Tx, staff: &Staff, id: &str) -> Result<(Message, Ticket), Problem> {
    let id: MessageId = id.parse().map_err(|_| Problem::not_found())?;
    let message = store::messages::get(tx, staff.tenant(), id).await?;
    let message = message.ok_or_else(Problem::not_found)?;
    let ticket = staff.ticket(tx, &message.ticket.to_string()).await?;
    Ok((message, ticket))
}
