//! What pages of one message share: finding it, and the ticket it stands in, for somebody who may see it.

use crate::domain::ids::{BlobId, MessageId};
use crate::domain::message::Message;
use crate::domain::ticket::Ticket;
use crate::store::{Tx, messages, tickets};
use crate::web::guard::Fault;
use crate::web::signed::Signed;

/// The message with this id and its ticket; what somebody may not see does not exist (A21).
pub(super) async fn find(
    tx: &mut Tx,
    signed: &Signed,
    id: &str,
) -> Result<(Message, Ticket), Fault> {
    let id: MessageId = id.parse().map_err(|_| Fault::NotFound)?;
    let message = messages::get(tx, signed.tenant(), id)
        .await?
        .ok_or(Fault::NotFound)?;
    let ticket = tickets::get(tx, signed.tenant(), message.ticket).await?;
    let ticket = ticket.ok_or(Fault::NotFound)?;
    if signed.may_see(tx, &ticket).await? {
        Ok((message, ticket))
    } else {
        Err(Fault::NotFound)
    }
}

/// The raw mail that a message was made from.
pub(super) async fn raw_blob(tx: &mut Tx, signed: &Signed, id: MessageId) -> Result<BlobId, Fault> {
    messages::raw_blob(tx, signed.tenant(), id)
        .await?
        .ok_or(Fault::NotFound)
}
