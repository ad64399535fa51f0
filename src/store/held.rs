//! What is known about replies that wait, and about whose tickets forwarded mails are.

use uuid::Uuid;

use crate::domain::address::EmailAddress;
use crate::domain::agent_mail::caution::Because;
use crate::domain::ids::{MessageId, TenantId, TicketId};
use crate::store::{StoreError, Tx, word};

/// A reply that waits: what the message itself does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which message.
    pub message: MessageId,
    /// Why it waits.
    pub because: Because,
    /// The newest thing that its author had seen: what is newer makes it stale.
    pub seen: Option<Uuid>,
    /// The command lines above it, as they were written; they are carried out when it is sent.
    pub commands: String,
}

/// Keeps what is known about replies that wait.
pub async fn insert_all(tx: &mut Tx, rows: &[(TenantId, Waiting)]) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO held_replies (tenant_id, message_id, because, seen, commands)",
        rows,
        |row, w| {
            row.push_bind(w.0.0)
                .push_bind(w.1.message.0)
                .push_bind(w.1.because.as_str())
                .push_bind(w.1.seen)
                .push_bind(&w.1.commands);
        },
        ""
    )?;
    Ok(())
}

/// What is known about these messages, as far as they are replies that wait.
pub async fn of_messages(
    tx: &mut Tx,
    tenant: TenantId,
    messages: &[MessageId],
) -> Result<Vec<Waiting>, StoreError> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(
        tx,
        "SELECT message_id, because, seen, commands FROM held_replies WHERE tenant_id = ",
        |q| {
            q.push_bind(tenant.0).push(" AND message_id IN (");
            let mut list = q.separated(", ");
            for id in messages {
                list.push_bind(id.0);
            }
            q.push(")");
        },
        fetch_all(Uuid, String, Option<Uuid>, String)
    )?;
    rows.into_iter()
        .map(|(message, because, seen, commands)| {
            Ok(Waiting {
                because: word(("held_replies", "because"), message, &because)?,
                message: MessageId(message),
                seen,
                commands,
            })
        })
        .collect()
}

/// Proposes whose ticket it really is.
pub async fn propose_all(
    tx: &mut Tx,
    rows: &[(TenantId, TicketId, EmailAddress, String)],
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO proposed_requesters (tenant_id, ticket_id, address, name)",
        rows,
        |row, p| {
            row.push_bind(p.0.0)
                .push_bind(p.1.0)
                .push_bind(p.2.as_str())
                .push_bind(&p.3);
        },
        "ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET address = excluded.address, name = excluded.name"
    )?;
    Ok(())
}

/// Who is proposed as a ticket's requester: address and name.
pub async fn proposed(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Option<(EmailAddress, String)>, StoreError> {
    let row = sql!(
        tx,
        fetch_optional(String, String),
        "SELECT address, name FROM proposed_requesters WHERE tenant_id = $1 AND ticket_id = $2",
        tenant.0,
        ticket.0
    )?;
    row.map(|(address, name)| {
        let address = word(("proposed_requesters", "address"), ticket, &address)?;
        Ok((address, name))
    })
    .transpose()
}

/// Somebody has decided: nobody is proposed any more.
pub async fn decided(tx: &mut Tx, tenant: TenantId, ticket: TicketId) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM proposed_requesters WHERE tenant_id = $1 AND ticket_id = $2",
        tenant.0,
        ticket.0
    )?;
    Ok(())
}
