//! What people decide about single mails on their way in and out: once more, not at all. Whether they may see the mail
//! was decided before its id got here.

use crate::desk::{Desk, DeskError};
use crate::domain::ids::{InboundId, OutboxId, TenantId};
use crate::store::inbound::{By, Deed, Line};
use crate::store::{StoreError, Topic, Tx, inbound, outbox};

impl Desk {
    /// A quarantined or ignored mail goes through today's program again.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] for a mail in any other state, or one whose bytes were erased.
    pub async fn retry_mail(&self, id: InboundId, by: &By) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        if !inbound::retry(&mut tx, id).await? {
            return Err(conflict(
                "only a quarantined or ignored mail whose bytes are here can be tried again",
            ));
        }
        self.note_mail(&mut tx, id, by, Deed::Retried, String::new())
            .await?;
        tx.wake(Topic::Intake);
        Ok(tx.commit().await?)
    }

    /// The bytes of a quarantined or ignored mail are erased; its row stays, with who did it and when.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] for a mail in any other state, or one that was erased before.
    pub async fn erase_mail(&self, id: InboundId, by: &By) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        let reason = format!("{} deleted it.", by.name);
        if !inbound::erase(&mut tx, id, &reason).await? {
            return Err(conflict(
                "only a quarantined or ignored mail whose bytes are here can be deleted",
            ));
        }
        self.note_mail(&mut tx, id, by, Deed::Deleted, String::new())
            .await?;
        Ok(tx.commit().await?)
    }

    /// Writes down what somebody did with a received mail.
    pub async fn note_mail(
        &self,
        tx: &mut Tx,
        id: InboundId,
        by: &By,
        deed: Deed,
        detail: String,
    ) -> Result<(), StoreError> {
        let at = self.clock.now();
        let line = Line {
            at,
            by: by.clone(),
            deed,
            detail,
        };
        inbound::note(tx, id, self.random.uuid(at), &line).await
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
