//! What people decide about single mails on their way in and out: once more, not at all. Whether they may see the mail
//! was decided before its id got here.

use crate::desk::{Desk, DeskError};
use crate::domain::ids::{InboundId, OutboxId, TenantId};
use crate::store::{Topic, inbound, outbox};

impl Desk {
    /// A quarantined or ignored mail goes through today's program again.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] for a mail in any other state.
    pub async fn retry_mail(&self, id: InboundId) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        if !inbound::retry(&mut tx, id).await? {
            return Err(conflict(
                "only a quarantined or ignored mail can be tried again",
            ));
        }
        tx.wake(Topic::Intake);
        Ok(tx.commit().await?)
    }

    /// A quarantined mail is not wanted. It stays where it can be found.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] for a mail in any other state.
    pub async fn put_mail_aside(&self, id: InboundId) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        if !inbound::ignore(&mut tx, id, "A person decided that it is not wanted.").await? {
            return Err(conflict("only a quarantined mail can be put aside"));
        }
        Ok(tx.commit().await?)
    }

    /// An outgoing item is tried at once; `tenant` is absent for the platform.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] for an item that went out, is on its way, or was taken back.
    pub async fn retry_outgoing(
        &self,
        tenant: Option<TenantId>,
        id: OutboxId,
    ) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        if !outbox::retry(&mut tx, tenant, id, self.clock.now()).await? {
            return Err(conflict(
                "only an item that waits or failed can be tried again",
            ));
        }
        tx.wake(Topic::Outbox);
        Ok(tx.commit().await?)
    }

    /// An outgoing item is taken back; `tenant` is absent for the platform.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] for an item that went out or is on its way.
    pub async fn cancel_outgoing(
        &self,
        tenant: Option<TenantId>,
        id: OutboxId,
    ) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        if !outbox::cancel(&mut tx, tenant, id, self.clock.now()).await? {
            return Err(conflict("only an item that waits can be taken back"));
        }
        Ok(tx.commit().await?)
    }
}

fn conflict(why: &str) -> DeskError {
    DeskError::Conflict(why.to_owned())
}
