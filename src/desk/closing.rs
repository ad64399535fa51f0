//! Tickets close by themselves once they were resolved long enough ago.

use chrono::{DateTime, Duration, Utc};

use crate::desk::change;
use crate::desk::due::AT_ONCE;
use crate::desk::{Desk, DeskError};
use crate::domain::event::Actor;
use crate::domain::ids::{TenantId, TicketId};
use crate::domain::ticket::{Change, Status};
use crate::store::{self, StoreError, Tx};

impl Desk {
    /// Which resolved tickets are to close now.
    pub(in crate::desk) async fn resolved_due(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
    ) -> Result<Vec<(TenantId, TicketId)>, StoreError> {
        let mut all = Vec::new();
        for (tenant, rest) in self.closing_tenants() {
            let range = (now - rest, now);
            let found = store::tickets::resolved_before(tx, tenant, range, AT_ONCE).await?;
            all.extend(found.into_iter().map(|ticket| (tenant, ticket)));
        }
        Ok(all)
    }

    /// When the next one is to.
    pub(in crate::desk) async fn next_resolved(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut next: Option<DateTime<Utc>> = None;
        for (tenant, rest) in self.closing_tenants() {
            let oldest = store::tickets::oldest_resolved(tx, tenant, now).await?;
            let at = oldest.map(|oldest| oldest + rest);
            next = [next, at].into_iter().flatten().min();
        }
        Ok(next)
    }

    fn closing_tenants(&self) -> Vec<(TenantId, Duration)> {
        let directory = self.directory();
        let days = directory.offices().map(|office| {
            let days = office.tenant.settings.auto_close_days;
            (office.tenant.id, days)
        });
        days.filter(|(_, days)| *days > 0)
            .map(|(tenant, days)| (tenant, Duration::days(i64::from(days))))
            .collect()
    }

    pub(in crate::desk) async fn close_one(
        &self,
        tenant: TenantId,
        ticket: TicketId,
    ) -> Result<(), DeskError> {
        self.with_case(tenant, ticket, |hand, case| {
            // The customer may have answered since we looked, or it was resolved anew.
            let days = hand.office.tenant.settings.auto_close_days;
            let rest = Duration::days(i64::from(days));
            let over = case
                .ticket
                .resolved_at
                .is_some_and(|at| at + rest <= hand.now);
            if case.ticket.status == Status::Resolved && days > 0 && over {
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
