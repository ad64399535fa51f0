//! Offers to join two tickets, and what else is to be known before two tickets join.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::event::Actor;
use crate::domain::ids::{InboundId, TenantId, TicketId};
use crate::domain::merge::{Decided, Offer};
use crate::store::{StoreError, Tx};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    into_id: Uuid,
    from_id: Uuid,
    inbound_id: Option<Uuid>,
    because: String,
    offered_at: DateTime<Utc>,
}

impl From<Row> for Offer {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            into: TicketId(row.into_id),
            from: TicketId(row.from_id),
            inbound: row.inbound_id.map(InboundId),
            because: row.because,
            at: row.offered_at,
        }
    }
}

/// Keeps an offer. False if these two were offered before, whatever was decided then.
pub async fn offer(tx: &mut Tx, tenant: TenantId, offer: &Offer) -> Result<bool, StoreError> {
    let added = sql!(
        tx,
        execute,
        "INSERT INTO join_offers (tenant_id, id, into_id, from_id, inbound_id, because, offered_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open') ON CONFLICT DO NOTHING",
        tenant.0,
        offer.id,
        offer.into.0,
        offer.from.0,
        offer.inbound.map(|id| id.0),
        &offer.because,
        offer.at
    )?;
    Ok(added > 0)
}

/// The offers about a ticket that nobody has decided about, oldest first.
pub async fn open_of(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Vec<Offer>, StoreError> {
    let found = sql!(
        tx,
        fetch_all Row,
        "SELECT id, into_id, from_id, inbound_id, because, offered_at FROM join_offers
         WHERE tenant_id = $1 AND (into_id = $2 OR from_id = $2) AND state = 'open' ORDER BY id",
        tenant.0,
        ticket.0
    )?;
    Ok(found.into_iter().map(Offer::from).collect())
}

/// Notes what became of the open offers about two tickets.
pub async fn decide(
    tx: &mut Tx,
    tenant: TenantId,
    (one, other): (TicketId, TicketId),
    (decided, by): (Decided, &str),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE join_offers SET state = $4, decided_at = $5, decided_by = $6 WHERE tenant_id = $1 AND state = 'open'
         AND ((into_id = $2 AND from_id = $3) OR (into_id = $3 AND from_id = $2))",
        tenant.0,
        one.0,
        other.0,
        decided.as_str(),
        now,
        by
    )?;
    Ok(())
}

/// Open offers about a ticket are about the one that it is part of from now on; what was offered of that one already,
/// or is both ends of an offer now, is no offer any more.
pub async fn hand_over(
    tx: &mut Tx,
    tenant: TenantId,
    (ticket, into): (TicketId, TicketId),
) -> Result<(), StoreError> {
    for (end, other) in [("into_id", "from_id"), ("from_id", "into_id")] {
        build!(
            tx,
            "UPDATE join_offers SET ",
            |q| {
                q.push(end).push(" = ").push_bind(into.0);
                q.push(" WHERE tenant_id = ").push_bind(tenant.0);
                q.push(" AND state = 'open' AND ")
                    .push(end)
                    .push(" = ")
                    .push_bind(ticket.0);
                q.push(" AND ").push(other).push(" <> ").push_bind(into.0);
                q.push(" AND NOT EXISTS (SELECT 1 FROM join_offers o WHERE o.tenant_id = join_offers.tenant_id AND ((o.into_id = ");
                q.push_bind(into.0)
                    .push(" AND o.from_id = join_offers.")
                    .push(other);
                q.push(") OR (o.from_id = ").push_bind(into.0);
                q.push(" AND o.into_id = join_offers.")
                    .push(other)
                    .push(")))");
            },
            execute
        )?;
    }
    Ok(())
}

/// Those of these tickets with which one of the tenant's people has done anything: answered, noted, assigned, changed.
pub async fn touched(
    tx: &mut Tx,
    tenant: TenantId,
    tickets: &[TicketId],
) -> Result<BTreeSet<TicketId>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct Did {
        ticket_id: Uuid,
        #[sqlx(json)]
        actor: Actor,
    }
    let mut found = BTreeSet::new();
    for chunk in tickets.chunks(5_000) {
        let did = build!(
            tx,
            "SELECT DISTINCT ticket_id, actor FROM events WHERE tenant_id = ",
            |q| {
                q.push_bind(tenant.0).push(" AND ticket_id IN (");
                let mut list = q.separated(", ");
                for ticket in chunk {
                    list.push_bind(ticket.0);
                }
                q.push(")");
            },
            fetch_all Did
        )?;
        let by_people = did.into_iter().filter(|did| did.actor.user().is_some());
        found.extend(by_people.map(|did| TicketId(did.ticket_id)));
    }
    Ok(found)
}

/// Pairs of tickets, one of them of these, about which it is decided, or being decided, whether they are one: linked,
/// split, a follow-up, separated again, or offered.
pub async fn apart(
    tx: &mut Tx,
    tenant: TenantId,
    tickets: &[TicketId],
) -> Result<Vec<(TicketId, TicketId)>, StoreError> {
    const KNOWN: [(&str, &str, &str); 4] = [
        ("ticket_id", "other_id", "ticket_links WHERE TRUE"),
        ("ticket_id", "into_id", "merges WHERE undone_at IS NOT NULL"),
        (
            "id",
            "follow_up_of",
            "tickets WHERE follow_up_of IS NOT NULL",
        ),
        ("from_id", "into_id", "join_offers WHERE TRUE"),
    ];
    let mut found = Vec::new();
    for chunk in tickets.chunks(1_000) {
        let pairs = build!(
            tx,
            "",
            |q| {
                for (place, (one, other, of)) in KNOWN.into_iter().enumerate() {
                    if place > 0 {
                        q.push(" UNION ALL ");
                    }
                    q.push("SELECT ").push(one).push(" AS one, ").push(other);
                    q.push(" AS other FROM ").push(of).push(" AND tenant_id = ");
                    q.push_bind(tenant.0).push(" AND ").push(one).push(" IN (");
                    let mut list = q.separated(", ");
                    for ticket in chunk {
                        list.push_bind(ticket.0);
                    }
                    q.push(")");
                }
            },
            fetch_all(Uuid, Uuid)
        )?;
        let pairs = pairs.into_iter();
        found.extend(pairs.map(|(one, other)| (TicketId(one), TicketId(other))));
    }
    Ok(found)
}
