//! What people decide about single mails on their way in and out: once more, not at all. Whether they may see the mail
//! was decided before its id got here.

use crate::desk::{Desk, DeskError};
use crate::domain::ids::{AccountId, InboundId, OutboxId, TenantId};
use crate::store::inbound::{By, Deed, Line};
use crate::store::{StoreError, Topic, Tx, accounts, inbound, outbox};

impl Desk {
    /// A quarantined or ignored mail goes through today's program again; one whose bytes never came is asked for again.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] for a mail in any other state, or one whose bytes were erased.
    pub async fn retry_mail(&self, id: InboundId, by: &By) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        if inbound::is_unfetched(&mut tx, id).await? {
            return self.fetch_again(tx, id, by).await;
        }
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

    /// The mail's server is asked for it once more, by way of a comparison.
    async fn fetch_again(&self, mut tx: Tx, id: InboundId, by: &By) -> Result<(), DeskError> {
        let reason = format!("{} had its server asked for it again.", by.name);
        let Some(account) = inbound::give_up_place(&mut tx, id, &reason).await? else {
            return Err(conflict("only a quarantined mail can be asked for again"));
        };
        accounts::ask_comparison(&mut tx, account, self.clock.now()).await?;
        let detail = "Its server is asked for it again; it comes back as a new line.";
        self.note_mail(&mut tx, id, by, Deed::Retried, detail.to_owned())
            .await?;
        tx.wake(Topic::Server);
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

    /// What lies on an account's server is compared with what is here as soon as the account is connected; what is
    /// missing is fetched again. `tenant` is absent for the platform, and narrows to its own accounts.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] if it is no account of theirs.
    pub async fn compare_account(
        &self,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<(), DeskError> {
        let directory = self.directory();
        let known = directory.accounts.get(&account);
        let theirs = known.is_some_and(|known| tenant.is_none() || known.tenant == tenant);
        let mut tx = self.db.write().await?;
        if !theirs || !accounts::ask_comparison(&mut tx, account, self.clock.now()).await? {
            return Err(DeskError::NotFound("account"));
        }
        tx.wake(Topic::Server);
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
