//! The mails of the last minutes, counted by their sender and by where they went: what the brake on automatic actions
//! looks at ([`crate::domain::brake`]).

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::domain::brake::{MINUTES, Place};
use crate::domain::ids::{InboundId, TenantId};
use crate::store::{StoreError, Tx};

/// One mail that came.
#[derive(Debug, Clone)]
pub struct HeardMail {
    /// Whose desk it came to.
    pub tenant: TenantId,
    /// In whose name it was written.
    pub sender: String,
    /// Where it went.
    pub place: Place,
    /// The received mail.
    pub inbound: InboundId,
}

/// The id under which a place is counted.
pub const fn place_id(place: Place) -> Uuid {
    match place {
        Place::Ticket(ticket) => ticket.0,
        Place::Address(mailbox) => mailbox.0,
    }
}

/// How many mails of these senders came of late, by tenant, sender and place.
pub async fn counts(
    tx: &mut Tx,
    senders: &[(TenantId, &str)],
    now: DateTime<Utc>,
) -> Result<Vec<(TenantId, String, Uuid, usize)>, StoreError> {
    if senders.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(
        tx,
        "SELECT tenant_id, sender, place, count(*) FROM heard WHERE at > ",
        |q| {
            q.push_bind(now - Duration::minutes(MINUTES))
                .push(" AND (tenant_id, sender) IN (VALUES ");
            let mut first = true;
            for (tenant, sender) in senders {
                q.push(if first { "(" } else { ", (" })
                    .push_bind(tenant.0)
                    .push(", ")
                    .push_bind(*sender)
                    .push(")");
                first = false;
            }
            q.push(") GROUP BY tenant_id, sender, place");
        },
        fetch_all(Uuid, String, Uuid, i64)
    )?;
    let count = |n: i64| usize::try_from(n).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|(tenant, sender, place, n)| (TenantId(tenant), sender, place, count(n)))
        .collect())
}

/// Counts mails, and forgets those that count no longer.
pub async fn put_all(
    tx: &mut Tx,
    mails: &[HeardMail],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if mails.is_empty() {
        return Ok(());
    }
    sql!(
        tx,
        execute,
        "DELETE FROM heard WHERE at <= $1",
        now - Duration::minutes(MINUTES)
    )?;
    rows!(
        tx,
        "INSERT INTO heard (tenant_id, sender, place, id, at)",
        mails,
        |row, mail| {
            row.push_bind(mail.tenant.0)
                .push_bind(&mail.sender)
                .push_bind(place_id(mail.place))
                .push_bind(mail.inbound.0)
                .push_bind(now);
        },
        "ON CONFLICT DO NOTHING"
    )?;
    Ok(())
}
