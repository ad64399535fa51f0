//! The service level clocks of tickets, their story, and which one rings next.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::{TenantId, TicketId};
use crate::domain::sla::{Clock, Line, Metric, SlaEvent};
use crate::store::once::once;
use crate::store::{StoreError, Tx, word};

/// The clocks of tickets, in the order of their beginnings.
pub async fn of_tickets(
    tx: &mut Tx,
    tenant: TenantId,
    ids: &[TicketId],
) -> Result<Vec<(TicketId, Clock)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(
        tx,
        "SELECT ticket_id, clock FROM clocks WHERE tenant_id = ",
        |q| {
            q.push_bind(tenant.0).push(" AND ticket_id IN (");
            let mut list = q.separated(", ");
            for id in ids {
                list.push_bind(id.0);
            }
            q.push(") ORDER BY ticket_id, metric, cycle");
        },
        fetch_all(Uuid, Json<Clock>)
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, clock)| (TicketId(id), clock.0))
        .collect())
}

/// Writes clocks over what was there.
pub async fn put_all(
    tx: &mut Tx,
    clocks: &[(TenantId, TicketId, Clock)],
) -> Result<(), StoreError> {
    let clocks = once(
        clocks,
        |c| (c.0, c.1, c.2.metric.as_str(), c.2.cycle),
        |first, again| *first = again.clone(),
    );
    rows!(
        tx,
        "INSERT INTO clocks (tenant_id, ticket_id, metric, cycle, state, due_at, wake_at, clock)",
        clocks,
        |row, c| {
            row.push_bind(c.0.0)
                .push_bind(c.1.0)
                .push_bind(c.2.metric.as_str())
                .push_bind(i64::from(c.2.cycle))
                .push_bind(c.2.state().as_str())
                .push_bind(c.2.due_at)
                .push_bind(c.2.next_wake())
                .push_bind(Json(&c.2));
        },
        "ON CONFLICT (tenant_id, ticket_id, metric, cycle) DO UPDATE SET state = excluded.state, due_at = excluded.due_at, wake_at = excluded.wake_at, clock = excluded.clock"
    )?;
    Ok(())
}

/// Adds lines to clocks' stories, each with its id.
pub async fn insert_lines(
    tx: &mut Tx,
    lines: &[(TenantId, TicketId, Uuid, Line)],
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO clock_lines (tenant_id, ticket_id, id, metric, cycle, at, what, because)",
        lines,
        |row, l| {
            row.push_bind(l.0.0)
                .push_bind(l.1.0)
                .push_bind(l.2)
                .push_bind(l.3.metric.as_str())
                .push_bind(i64::from(l.3.cycle))
                .push_bind(l.3.at)
                .push_bind(l.3.what.as_str())
                .push_bind(&l.3.because);
        },
        ""
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct LineRow {
    id: Uuid,
    metric: String,
    cycle: i64,
    at: DateTime<Utc>,
    what: String,
    because: String,
}

/// A ticket's story of its clocks, oldest first.
pub async fn lines_of_ticket(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Vec<Line>, StoreError> {
    let rows = sql!(
        tx, fetch_all LineRow,
        "SELECT id, metric, cycle, at, what, because FROM clock_lines WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY id",
        tenant.0, ticket.0
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(Line {
                metric: word(("clock_lines", "metric"), row.id, &row.metric)?,
                what: word(("clock_lines", "what"), row.id, &row.what)?,
                cycle: u32::try_from(row.cycle)
                    .map_err(|_| StoreError::corrupt("clock_lines", "cycle", row.id, row.cycle))?,
                at: row.at,
                because: row.because,
            })
        })
        .collect()
}

/// Records that something happened to a clock. False if it was recorded before: then nobody is told again.
pub async fn record(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    event: &SlaEvent,
) -> Result<bool, StoreError> {
    let inserted = sql!(
        tx,
        execute,
        "INSERT INTO sla_events (tenant_id, ticket_id, metric, cycle, step, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        tenant.0,
        ticket.0,
        event.metric().as_str(),
        i64::from(event.cycle()),
        event.step(),
        event.at()
    )?;
    Ok(inserted == 1)
}

/// What was recorded of tickets' clocks: nobody is told of it again.
pub async fn recorded(
    tx: &mut Tx,
    tenant: TenantId,
    ids: &[TicketId],
) -> Result<Vec<(TicketId, Recorded)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(
        tx,
        "SELECT ticket_id, metric, cycle, step FROM sla_events WHERE tenant_id = ",
        |q| {
            q.push_bind(tenant.0).push(" AND ticket_id IN (");
            let mut list = q.separated(", ");
            for id in ids {
                list.push_bind(id.0);
            }
            q.push(")");
        },
        fetch_all(Uuid, String, i64, String)
    )?;
    let read = |(id, metric, cycle, step): (Uuid, String, i64, String)| {
        let recorded = Recorded {
            metric: word(("sla_events", "metric"), id, &metric)?,
            cycle: u32::try_from(cycle)
                .map_err(|_| StoreError::corrupt("sla_events", "cycle", id, cycle))?,
            step,
        };
        Ok((TicketId(id), recorded))
    };
    rows.into_iter().map(read).collect()
}

/// A step of a clock that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Which promise.
    pub metric: Metric,
    /// Which round of it.
    pub cycle: u32,
    /// `warning:80`, `breached`.
    pub step: String,
}

impl Recorded {
    /// What will be recorded of an event.
    pub fn of(event: &SlaEvent) -> Self {
        Self {
            metric: event.metric(),
            cycle: event.cycle(),
            step: event.step(),
        }
    }
}

/// When the next clock rings, of whichever tenant; those that are put off aside.
pub async fn next_wake_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    sql!(
        tx, maybe DateTime<Utc>,
        "SELECT c.wake_at FROM clocks c WHERE c.wake_at IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'clocks' AND p.tenant_id = c.tenant_id AND p.about = c.ticket_id AND p.until > $1)
         ORDER BY c.wake_at LIMIT CAST(1 AS BIGINT)",
        now
    )
}

/// The tickets whose clocks ring now, the most overdue first.
pub async fn ringing_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(TenantId, TicketId)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid),
        "SELECT c.tenant_id, c.ticket_id FROM clocks c WHERE c.wake_at IS NOT NULL AND c.wake_at <= $1
         AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'clocks' AND p.tenant_id = c.tenant_id AND p.about = c.ticket_id AND p.until > $1)
         ORDER BY c.wake_at LIMIT $2",
        now,
        limit
    )?;
    let mut found: Vec<_> = rows
        .into_iter()
        .map(|(tenant, ticket)| (TenantId(tenant), TicketId(ticket)))
        .collect();
    // One ticket has up to three clocks; its first place counts.
    let mut seen = std::collections::HashSet::new();
    found.retain(|ticket| seen.insert(*ticket));
    Ok(found)
}

/// How many active tickets have missed a promise, for metrics and the sidebar.
pub async fn breached(tx: &mut Tx, tenant: TenantId) -> Result<i64, StoreError> {
    sql!(
        tx, scalar i64,
        "SELECT count(DISTINCT t.id) FROM tickets t JOIN clocks c ON c.tenant_id = t.tenant_id AND c.ticket_id = t.id
         WHERE t.tenant_id = $1 AND t.status IN ('open', 'in_progress', 'on_hold') AND t.spam = FALSE AND t.merged_into IS NULL AND c.state = 'breached'",
        tenant.0
    )
}
