//! Tickets that have waited long enough for something to be done, and what was done. The decision itself is made with the
//! ticket in hand ([`crate::domain::patience`]); here they are found.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{TenantId, TicketId};
use crate::domain::patience::{Step, Taken};
use crate::store::{StoreError, Tx, word};

/// Something that was done about a ticket, and since when it had been waiting: once, ever.
pub type Row = (TenantId, TicketId, Step, DateTime<Utc>);

/// A ticket that waits, and since when.
type Waiting = (TicketId, DateTime<Utc>);

/// What was done about a ticket.
pub async fn taken(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Vec<Taken>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(String, DateTime<Utc>, DateTime<Utc>),
        "SELECT step, since, at FROM waiting_steps WHERE tenant_id = $1 AND ticket_id = $2",
        tenant.0,
        ticket.0
    )?;
    rows.into_iter()
        .map(|(step, since, at)| {
            let step = word(("waiting_steps", "step"), ticket, &step)?;
            Ok(Taken { step, since, at })
        })
        .collect()
}

/// Notes what was done. Refused as a conflict where it was done already: the whole deed is then undone.
pub async fn insert_all(tx: &mut Tx, rows: &[Row], now: DateTime<Utc>) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO waiting_steps (tenant_id, ticket_id, step, since, at)",
        rows,
        |row, r| {
            row.push_bind(r.0.0)
                .push_bind(r.1.0)
                .push_bind(r.2.as_str())
                .push_bind(r.3)
                .push_bind(now);
        },
        ""
    )?;
    Ok(())
}

/// Tickets that have waited for their customer since `before` or longer, the longest first, and for which neither this step
/// nor the announcement that they close was taken.
pub async fn for_customer(
    tx: &mut Tx,
    tenant: TenantId,
    step: Step,
    (before, now): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Waiting>, StoreError> {
    // Who was told that it closes is reminded of nothing else, but it closes.
    let also = if step == Step::Close {
        Step::Close
    } else {
        Step::Announce
    };
    let rows = sql!(
        tx,
        fetch_all(Uuid, DateTime<Utc>),
        "SELECT w.id, w.since FROM (
           SELECT t.tenant_id, t.id, CASE WHEN t.waiting_since > t.last_agent_message_at THEN t.waiting_since ELSE t.last_agent_message_at END AS since
           FROM tickets t WHERE t.tenant_id = $1 AND t.status IN ('open', 'in_progress', 'on_hold') AND t.last_agent_message_at IS NOT NULL
             AND (t.status = 'on_hold' OR t.last_message_from = 'agent') AND t.spam = FALSE AND t.merged_into IS NULL AND t.snoozed_until IS NULL
         ) w
         WHERE w.since <= $2
         AND NOT EXISTS (SELECT 1 FROM waiting_steps s WHERE s.tenant_id = w.tenant_id AND s.ticket_id = w.id AND s.step IN ($3, $6) AND s.since = w.since)
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'waiting' AND p.tenant_id = w.tenant_id AND p.about = w.id AND p.until > $4)
         ORDER BY w.since LIMIT $5",
        tenant.0,
        before,
        step.as_str(),
        now,
        limit,
        also.as_str()
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, since)| (TicketId(id), since))
        .collect())
}

/// Tickets that wait for their customer, who was told that they close: since when they wait, and when that was.
pub async fn announced(
    tx: &mut Tx,
    tenant: TenantId,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(TicketId, DateTime<Utc>, DateTime<Utc>)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, DateTime<Utc>, DateTime<Utc>),
        "SELECT t.id, s.since, s.at FROM waiting_steps s JOIN tickets t ON t.tenant_id = s.tenant_id AND t.id = s.ticket_id
         WHERE s.tenant_id = $1 AND s.step = 'announce' AND t.status IN ('open', 'in_progress', 'on_hold')
           AND s.since = CASE WHEN t.waiting_since > t.last_agent_message_at THEN t.waiting_since ELSE t.last_agent_message_at END
           AND (t.status = 'on_hold' OR t.last_message_from = 'agent') AND t.spam = FALSE AND t.merged_into IS NULL AND t.snoozed_until IS NULL
           AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'waiting' AND p.tenant_id = t.tenant_id AND p.about = t.id AND p.until > $2)
         ORDER BY s.at LIMIT $3",
        tenant.0,
        now,
        limit
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, since, at)| (TicketId(id), since, at))
        .collect())
}

/// Tickets that have waited for us since `before` or longer, the longest first, of which nobody was reminded. What was taken
/// in silently, and what nobody has touched or written to since, reminds nobody.
pub async fn for_us(
    tx: &mut Tx,
    tenant: TenantId,
    (before, now): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Waiting>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, DateTime<Utc>),
        "SELECT t.id, t.last_message_at FROM tickets t
         WHERE t.tenant_id = $1 AND t.status IN ('open', 'in_progress') AND t.last_message_from = 'customer' AND t.last_message_at <= $2
           AND t.spam = FALSE AND t.merged_into IS NULL AND t.snoozed_until IS NULL
           AND NOT EXISTS (SELECT 1 FROM waiting_steps s WHERE s.tenant_id = t.tenant_id AND s.ticket_id = t.id AND s.step = 'remind_agent' AND s.since = t.last_message_at)
           AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'waiting' AND p.tenant_id = t.tenant_id AND p.about = t.id AND p.until > $3)
           AND (EXISTS (SELECT 1 FROM messages m LEFT JOIN inbound i ON i.id = m.inbound_id
                 WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id AND (i.id IS NULL OR i.quiet = FALSE))
             OR EXISTS (SELECT 1 FROM events e WHERE e.tenant_id = t.tenant_id AND e.ticket_id = t.id AND e.actor ->> 'type' = 'user'))
         ORDER BY t.last_message_at LIMIT $4",
        tenant.0,
        before,
        now,
        limit
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, since)| (TicketId(id), since))
        .collect())
}
