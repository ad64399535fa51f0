//! Trials end by themselves.

use crate::desk::{Desk, DeskError};
use crate::domain::audit::{Line, Via};
use crate::domain::event::Actor;
use crate::domain::ids::{AuditId, TenantId};
use crate::store::{Topic, audit, plans};

impl Desk {
    /// Ends the trials that are over. Returns when the next one is.
    pub async fn end_trials(&self) -> Result<Option<chrono::DateTime<chrono::Utc>>, DeskError> {
        self.work_off(crate::desk::due::Job::Trials).await
    }

    /// Ends a tenant's trial if it is over, and writes that down.
    pub(in crate::desk) async fn end_trial(&self, tenant: TenantId) -> Result<(), DeskError> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        let Some(over) = plans::end_trial(&mut tx, tenant, now).await? else {
            return Ok(());
        };
        let line = Line {
            id: AuditId(self.random.uuid(now)),
            at: now,
            actor: Actor::System,
            via: Via::Time,
            kind: "subscription.expired".to_owned(),
            subject: "trial".to_owned(),
            summary: format!("the trial was over on {}", over.format("%Y-%m-%d")),
        };
        audit::insert_all(&mut tx, Some(tenant), &[line]).await?;
        tx.wake(Topic::Settings);
        tx.commit().await?;
        Ok(())
    }
}
