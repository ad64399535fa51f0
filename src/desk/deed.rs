//! How every deed on one ticket runs: read and lock, do it in memory, write all of it, commit.

use crate::desk::actions;
use crate::desk::case::{self, Case, Said};
use crate::desk::hand::Hand;
use crate::desk::tell;
use crate::desk::work::{Turns, Work};
use crate::desk::{Desk, DeskError};
use crate::domain::ids::{TenantId, TicketId};
use crate::store::{self, Tx};

impl Desk {
    /// Does something to one ticket, in one transaction. The deed itself touches no database.
    pub async fn with_case<T>(
        &self,
        tenant: TenantId,
        ticket: TicketId,
        deed: impl FnOnce(&mut Hand<'_>, &mut Case) -> Result<T, DeskError>,
    ) -> Result<T, DeskError> {
        let tx = self.db.write().await?;
        self.with_case_in(tx, tenant, ticket, deed).await
    }

    /// As [`Desk::with_case`], in a transaction that has read something already; commits it.
    pub async fn with_case_in<T>(
        &self,
        mut tx: Tx,
        tenant: TenantId,
        ticket: TicketId,
        deed: impl FnOnce(&mut Hand<'_>, &mut Case) -> Result<T, DeskError>,
    ) -> Result<T, DeskError> {
        let done = self.do_in(&mut tx, tenant, ticket, deed).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// As [`Desk::with_case_in`], and the caller commits, together with what else it has to write.
    pub async fn do_in<T>(
        &self,
        tx: &mut Tx,
        tenant: TenantId,
        ticket: TicketId,
        deed: impl FnOnce(&mut Hand<'_>, &mut Case) -> Result<T, DeskError>,
    ) -> Result<T, DeskError> {
        let directory = self.directory();
        let office = directory
            .office(tenant)
            .ok_or(DeskError::NotFound("tenant"))?;
        let mut turns = Turns::default();
        turns.read(tx, office).await?;
        let mut case = self.standing(tx, tenant, ticket).await?;
        case.last_public = store::messages::last_public(tx, tenant, case.ticket.id)
            .await?
            .as_ref()
            .map(Said::of);
        let mut work = Work::default();
        let now = self.clock.now();
        actions::prepare(tx, office, std::slice::from_mut(&mut case), now).await?;
        let mut hand = self.hand(&directory, office, &mut work, &mut turns);
        let done = deed(&mut hand, &mut case)?;
        // Whatever is still to be told belongs to this deed; its id makes the notices unique.
        let cause = format!("deed:{}", hand.random.uuid(now));
        tell::settle(&mut hand, &mut case, None, &cause);
        case.settle(&mut work, office, now);
        work.flush(tx, now).await?;
        turns.flush(tx).await?;
        Ok(done)
    }

    /// A ticket in hand. What is done to one that was merged happens to the one it is part of: somebody may have
    /// merged it since the page was read.
    async fn standing(
        &self,
        tx: &mut Tx,
        tenant: TenantId,
        ticket: TicketId,
    ) -> Result<Case, DeskError> {
        let mut cases = case::load(tx, tenant, &[ticket]).await?;
        if cases.iter().any(|case| case.ticket.merged_into.is_some()) {
            let into = store::tickets::standing(tx, tenant, ticket).await?;
            cases = case::load(tx, tenant, &[into]).await?;
        }
        cases.pop().ok_or(DeskError::NotFound("ticket"))
    }
}
