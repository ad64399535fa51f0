//! What time does to tickets, as deeds: clocks ring, resolved tickets close. The timers look for what is due and call
//! these; running one again does nothing.

use chrono::{DateTime, Duration, Utc};

use crate::desk::change;
use crate::desk::clocks;
use crate::desk::{Desk, DeskError};
use crate::domain::event::Actor;
use crate::domain::ids::{TenantId, TicketId};
use crate::domain::ticket::{Change, Status};
use crate::store;

/// Clocks taken in one pass; the next pass follows at once if there are more.
const AT_ONCE: i64 = 200;

impl Desk {
    /// Rings every clock that is due. Returns when the next one is.
    pub async fn ring_clocks(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        loop {
            let mut tx = self.db.read().await?;
            let ringing =
                store::clocks::ringing_all_tenants(&mut tx, self.clock.now(), AT_ONCE).await?;
            let next = store::clocks::next_wake_all_tenants(&mut tx).await?;
            drop(tx);
            if ringing.is_empty() {
                return Ok(next);
            }
            for (tenant, ticket) in ringing {
                self.ring(tenant, ticket).await?;
            }
        }
    }

    /// Lets the clocks of tickets count by policies that were edited, each ticket in a transaction of its own: a restart
    /// goes on with those that are left.
    pub async fn renew_promises(&self) -> Result<(), DeskError> {
        for office in self.directory().offices() {
            let tenant = office.tenant.id;
            for stored in office.policies.iter().filter(|p| p.version > 1) {
                let mut last = None;
                loop {
                    let mut tx = self.db.read().await?;
                    let is = (stored.policy.id, stored.version);
                    let outdated = store::sla::outdated(&mut tx, tenant, is, AT_ONCE).await?;
                    drop(tx);
                    // The same ones again: they cannot be brought up to date, and wait for whoever works on them.
                    if outdated.is_empty() || outdated.last().copied() == last {
                        break;
                    }
                    last = outdated.last().copied();
                    for ticket in outdated {
                        self.ring(tenant, ticket).await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn ring(&self, tenant: TenantId, ticket: TicketId) -> Result<(), DeskError> {
        self.with_case(tenant, ticket, |hand, case| {
            clocks::ring(hand, case);
            Ok(())
        })
        .await
    }

    /// Closes tickets that were resolved long enough ago. Returns when the next one is due.
    pub async fn close_resolved(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        let mut next: Option<DateTime<Utc>> = None;
        for office in self.directory().offices() {
            let days = office.tenant.settings.auto_close_days;
            if days == 0 {
                continue;
            }
            let rest = Duration::days(i64::from(days));
            let tenant = office.tenant.id;
            loop {
                let mut tx = self.db.read().await?;
                let due = store::tickets::resolved_before(
                    &mut tx,
                    tenant,
                    self.clock.now() - rest,
                    AT_ONCE,
                )
                .await?;
                let oldest = store::tickets::oldest_resolved(&mut tx, tenant).await?;
                drop(tx);
                if due.is_empty() {
                    let at = oldest.map(|oldest| oldest + rest);
                    next = [next, at].into_iter().flatten().min();
                    break;
                }
                for ticket in due {
                    self.close(tenant, ticket).await?;
                }
            }
        }
        Ok(next)
    }

    /// Forgets log-ins that are over.
    pub async fn forget_sessions(&self) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        store::sessions::remove_expired_all_tenants(&mut tx, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn close(&self, tenant: TenantId, ticket: TicketId) -> Result<(), DeskError> {
        self.with_case(tenant, ticket, |hand, case| {
            // The customer may have answered since we looked.
            if case.ticket.status == Status::Resolved {
                let wanted = Change {
                    status: Some(Status::Closed),
                    ..Change::default()
                };
                change::apply(hand, case, &wanted, &Actor::System, 0);
            }
            Ok(())
        })
        .await
    }
}
