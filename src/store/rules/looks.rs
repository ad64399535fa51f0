//! When time makes rules look at tickets, and what they have acted on.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{RuleId, TenantId, TicketId};
use crate::domain::rules::Fingerprint;
use crate::store::once::once;
use crate::store::{StoreError, Tx};

/// When time next makes a rule look at a ticket; absent: never.
pub type Look = (TenantId, TicketId, Option<DateTime<Utc>>);

/// A rule acted on a ticket for this cause.
pub type Fired = (TenantId, TicketId, RuleId, String);

/// Plans the next look at each of these tickets.
pub async fn put_looks(tx: &mut Tx, looks: &[Look]) -> Result<(), StoreError> {
    let looks = once(looks, |l| (l.0, l.1), |first, again| *first = *again);
    let (planned, never): (Vec<Look>, Vec<Look>) = looks.into_iter().partition(|l| l.2.is_some());
    rows!(
        tx,
        "INSERT INTO rule_looks (tenant_id, ticket_id, at)",
        planned,
        |row, l| {
            row.push_bind(l.0.0).push_bind(l.1.0).push_bind(l.2);
        },
        "ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET at = excluded.at"
    )?;
    for (tenant, ticket, _) in never {
        sql!(
            tx,
            execute,
            "DELETE FROM rule_looks WHERE tenant_id = $1 AND ticket_id = $2",
            tenant.0,
            ticket.0
        )?;
    }
    Ok(())
}

/// Tickets to be looked at now, the longest due first.
pub async fn looks_due_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(TenantId, TicketId)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid),
        "SELECT l.tenant_id, l.ticket_id FROM rule_looks l WHERE l.at <= $1
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'rules' AND p.tenant_id = l.tenant_id AND p.about = l.ticket_id AND p.until > $1)
         ORDER BY l.at LIMIT $2",
        now,
        limit
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, ticket)| (TenantId(tenant), TicketId(ticket)))
        .collect())
}

/// Tickets of one tenant to be looked at now, the longest due first.
pub async fn looks_due(
    tx: &mut Tx,
    tenant: TenantId,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<TicketId>, StoreError> {
    let found = sql!(
        tx,
        scalars Uuid,
        "SELECT l.ticket_id FROM rule_looks l WHERE l.tenant_id = $3 AND l.at <= $1
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'rules' AND p.tenant_id = l.tenant_id AND p.about = l.ticket_id AND p.until > $1)
         ORDER BY l.at LIMIT $2",
        now,
        limit,
        tenant.0
    )?;
    Ok(found.into_iter().map(TicketId).collect())
}

/// When the next ticket is to be looked at.
pub async fn next_look_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    sql!(
        tx, maybe DateTime<Utc>,
        "SELECT l.at FROM rule_looks l
         WHERE NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'rules' AND p.tenant_id = l.tenant_id AND p.about = l.ticket_id AND p.until > $1)
         ORDER BY l.at LIMIT CAST(1 AS BIGINT)",
        now
    )
}

/// What a person or a customer last did to a ticket, as the id of its line in the timeline: until they do
/// something again, a rule on time acts once.
pub async fn last_person(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Option<Uuid>, StoreError> {
    sql!(
        tx, maybe Uuid,
        "SELECT id FROM events WHERE tenant_id = $1 AND ticket_id = $2 AND actor ->> 'type' IN ('user', 'contact') ORDER BY id DESC LIMIT CAST(1 AS BIGINT)",
        tenant.0, ticket.0
    )
}

/// The rules that have acted on a ticket for this cause.
pub async fn fired(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    cause: &str,
) -> Result<Vec<RuleId>, StoreError> {
    let found = sql!(
        tx, scalars Uuid,
        "SELECT rule_id FROM rule_fired WHERE tenant_id = $1 AND ticket_id = $2 AND cause = $3",
        tenant.0, ticket.0, cause
    )?;
    Ok(found.into_iter().map(RuleId).collect())
}

/// Notes that rules acted. Refused as a conflict where one of them has already: the whole deed is then undone.
pub async fn insert_fired(
    tx: &mut Tx,
    fired: &[Fired],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO rule_fired (tenant_id, ticket_id, rule_id, cause, at)",
        fired,
        |row, f| {
            row.push_bind(f.0.0)
                .push_bind(f.1.0)
                .push_bind(f.2.0)
                .push_bind(&f.3)
                .push_bind(now);
        },
        ""
    )?;
    Ok(())
}

/// For which rules on time each tenant's looks are planned.
pub async fn planned_all_tenants(tx: &mut Tx) -> Result<Vec<(TenantId, Fingerprint)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Vec<u8>),
        "SELECT tenant_id, fingerprint FROM rule_clockwork"
    )?;
    Ok(rows
        .into_iter()
        .filter_map(|(tenant, print)| Some((TenantId(tenant), Fingerprint(print.try_into().ok()?))))
        .collect())
}

/// Has every ticket of a tenant that is not over looked at now, because its rules on time have changed. What was taken in
/// silently, and what nobody has touched or written to since, is left alone: no rule may write to customers of old.
pub async fn replan(
    tx: &mut Tx,
    tenant: TenantId,
    rules: Fingerprint,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO rule_looks (tenant_id, ticket_id, at)
         SELECT t.tenant_id, t.id, $2 FROM tickets t WHERE t.tenant_id = $1 AND t.status <> 'closed' AND t.merged_into IS NULL AND t.spam = FALSE
         AND (EXISTS (SELECT 1 FROM messages m LEFT JOIN inbound i ON i.id = m.inbound_id
               WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id AND (i.id IS NULL OR i.quiet = FALSE))
           OR EXISTS (SELECT 1 FROM events e WHERE e.tenant_id = t.tenant_id AND e.ticket_id = t.id AND e.actor ->> 'type' = 'user'))
         ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET at = excluded.at",
        tenant.0, now
    )?;
    sql!(
        tx,
        execute,
        "INSERT INTO rule_clockwork (tenant_id, fingerprint) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET fingerprint = excluded.fingerprint",
        tenant.0,
        rules.0.to_vec()
    )?;
    Ok(())
}
