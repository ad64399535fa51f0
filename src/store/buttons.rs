//! Buttons of pushes. Only a hash of the secret in the link is kept.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::button::Deed;
use crate::domain::ids::{TenantId, TicketId, UserId};
use crate::store::{StoreError, Tx, word};

/// A button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// SHA-256 of the secret in the link.
    pub hash: [u8; 32],
    /// Which ticket.
    pub ticket: TicketId,
    /// Who presses it: whoever else has the link acts as them, once.
    pub user: UserId,
    /// What it does.
    pub deed: Deed,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Adds buttons, and forgets those of long ago.
pub async fn insert_all(
    tx: &mut Tx,
    buttons: &[(TenantId, Button)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if buttons.is_empty() {
        return Ok(());
    }
    sql!(
        tx,
        execute,
        "DELETE FROM push_buttons WHERE expires_at < $1",
        now
    )?;
    rows!(
        tx,
        "INSERT INTO push_buttons (tenant_id, hash, ticket_id, user_id, deed, expires_at)",
        buttons,
        |row, b| {
            row.push_bind(b.0.0)
                .push_bind(b.1.hash.to_vec())
                .push_bind(b.1.ticket.0)
                .push_bind(b.1.user.0)
                .push_bind(b.1.deed.as_str())
                .push_bind(b.1.expires_at);
        },
        ""
    )?;
    Ok(())
}

/// The button with this hash, if it still works.
pub async fn find(
    tx: &mut Tx,
    tenant: TenantId,
    hash: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Button>, StoreError> {
    let row = sql!(
        tx,
        fetch_optional(Uuid, Uuid, String, DateTime<Utc>),
        "SELECT ticket_id, user_id, deed, expires_at FROM push_buttons WHERE tenant_id = $1 AND hash = $2 AND used_at IS NULL AND expires_at > $3",
        tenant.0,
        hash.as_slice(),
        now
    )?;
    row.map(|(ticket, user, deed, expires_at)| {
        Ok(Button {
            hash: *hash,
            ticket: TicketId(ticket),
            user: UserId(user),
            deed: word(("push_buttons", "deed"), ticket, &deed)?,
            expires_at,
        })
    })
    .transpose()
}

/// Uses a button up. False if somebody was faster.
pub async fn take(
    tx: &mut Tx,
    tenant: TenantId,
    hash: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let taken = sql!(
        tx,
        execute,
        "UPDATE push_buttons SET used_at = $3 WHERE tenant_id = $1 AND hash = $2 AND used_at IS NULL AND expires_at > $3",
        tenant.0,
        hash.as_slice(),
        now
    )?;
    Ok(taken == 1)
}
