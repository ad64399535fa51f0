//! What signed tokens refer to: one row per outgoing message and recipient, and the epochs that revoke them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{MessageId, OutboxId, TenantId, TicketId};
use crate::domain::token::{Claim, Purpose};
use crate::store::{StoreError, Tx, word};

/// What a token's reference names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The ten characters in the token.
    pub reference: String,
    /// What the token must prove.
    pub claim: Claim,
    /// The message it went out with: an answer to it refers to that message.
    pub message: Option<MessageId>,
    /// The outgoing row it went out with: a bounce is about that row.
    pub outbox: Option<OutboxId>,
    /// No use after this.
    pub expires_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Row {
    r#ref: String,
    tenant_id: Uuid,
    ticket_id: Uuid,
    purpose: String,
    participant: String,
    message_id: Option<Uuid>,
    outbox_id: Option<Uuid>,
    expires_at: DateTime<Utc>,
    epoch: i64,
}

/// What these references name, whosever they are, each with the epoch as it is now. The caller verifies the MAC and
/// the tenant.
pub async fn find_all_tenants(
    tx: &mut Tx,
    references: &[String],
) -> Result<Vec<Reference>, StoreError> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(tx, "SELECT r.ref, r.tenant_id, r.ticket_id, r.purpose, r.participant, r.message_id, r.outbox_id, r.expires_at, COALESCE(e.epoch, 0) AS epoch
        FROM reply_refs r LEFT JOIN token_epochs e ON e.tenant_id = r.tenant_id AND e.ticket_id = r.ticket_id AND e.participant = r.participant WHERE r.ref IN (", |q| {
        let mut list = q.separated(", ");
        for reference in references { list.push_bind(reference.as_str()); }
        q.push(")");
    }, fetch_all Row)?;
    rows.into_iter()
        .map(|row| {
            let purpose: Purpose = word(("reply_refs", "purpose"), &row.r#ref, &row.purpose)?;
            Ok(Reference {
                reference: row.r#ref,
                claim: Claim {
                    tenant: TenantId(row.tenant_id),
                    ticket: TicketId(row.ticket_id),
                    participant: row.participant,
                    epoch: row.epoch,
                    purpose,
                },
                message: row.message_id.map(MessageId),
                outbox: row.outbox_id.map(OutboxId),
                expires_at: row.expires_at,
            })
        })
        .collect()
}

/// Keeps new references.
pub async fn insert_all(
    tx: &mut Tx,
    references: &[Reference],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO reply_refs (ref, tenant_id, ticket_id, purpose, participant, message_id, outbox_id, created_at, expires_at)",
        references,
        |row, r| {
            row.push_bind(&r.reference)
                .push_bind(r.claim.tenant.0)
                .push_bind(r.claim.ticket.0)
                .push_bind(r.claim.purpose.as_str())
                .push_bind(&r.claim.participant)
                .push_bind(r.message.map(|m| m.0))
                .push_bind(r.outbox.map(|o| o.0))
                .push_bind(now)
                .push_bind(r.expires_at);
        },
        ""
    )?;
    Ok(())
}

/// The epochs of everybody in these tickets who ever had a token revoked: ticket, participant, epoch.
pub async fn epochs(
    tx: &mut Tx,
    tenant: TenantId,
    tickets: &[TicketId],
) -> Result<Vec<(TicketId, String, i64)>, StoreError> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let found = build!(
        tx,
        "SELECT ticket_id, participant, epoch FROM token_epochs WHERE tenant_id = ",
        |q| {
            q.push_bind(tenant.0).push(" AND ticket_id IN (");
            let mut list = q.separated(", ");
            for id in tickets {
                list.push_bind(id.0);
            }
            q.push(")");
        },
        fetch_all(Uuid, String, i64)
    )?;
    Ok(found
        .into_iter()
        .map(|(id, who, epoch)| (TicketId(id), who, epoch))
        .collect())
}

/// Revokes every token of a participant in a ticket.
pub async fn revoke(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    participant: &str,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO token_epochs (tenant_id, ticket_id, participant, epoch) VALUES ($1, $2, $3, CAST(1 AS BIGINT))
         ON CONFLICT (tenant_id, ticket_id, participant) DO UPDATE SET epoch = token_epochs.epoch + 1",
        tenant.0, ticket.0, participant
    )?;
    Ok(())
}
