//! What becomes of mail on the server once it is safely stored here. All of it is cosmetic: what was taken
//! in is known by its UID, never by a flag (I2, I4).

use super::error::{Fault, ImapError};
use super::names::{folder as quoted_folder, uid_sets};
use super::session::Session;

impl Session {
    /// Marks mails as seen.
    pub async fn store_seen(&mut self, uids: &[u32]) -> Result<(), ImapError> {
        self.store("marking mail as seen", uids, "\\Seen").await
    }

    /// Moves mails to `folder`, which is created if it is missing. With MOVE in one step; else copied,
    /// marked as deleted and expunged by UID, which needs UIDPLUS: a plain EXPUNGE would take along what
    /// others have marked (RFC 4315).
    pub async fn move_to(&mut self, uids: &[u32], folder: &str) -> Result<(), ImapError> {
        const DOING: &str = "moving mail to another folder";
        if !self.can().move_ && !self.can().uidplus {
            return Err(Fault::Lacking("MOVE or UIDPLUS").while_(DOING));
        }
        let verb = if self.can().move_ { "MOVE" } else { "COPY" };
        for set in uid_sets(uids) {
            let command = format!("UID {verb} {set} {}", quoted_folder(folder));
            let first = self.ask(DOING, &command, |_| Ok(())).await;
            if let Err(refused) = first {
                if !matches!(refused.fault, Fault::No(_)) {
                    return Err(refused);
                }
                // Usually it is missing ([TRYCREATE]); if not, the second attempt says what it is.
                self.create(folder).await?;
                self.ask(DOING, &command, |_| Ok(())).await?;
            }
        }
        if self.can().move_ {
            return Ok(());
        }
        self.delete(uids).await
    }

    /// Deletes mails for good; only by UID (UIDPLUS), for the same reason.
    pub async fn delete(&mut self, uids: &[u32]) -> Result<(), ImapError> {
        const DOING: &str = "deleting mail";
        if !self.can().uidplus {
            return Err(Fault::Lacking("UIDPLUS").while_(DOING));
        }
        self.store(DOING, uids, "\\Deleted").await?;
        for set in uid_sets(uids) {
            self.ask(DOING, &format!("UID EXPUNGE {set}"), |_| Ok(()))
                .await?;
        }
        Ok(())
    }

    /// Creates a folder. That it exists already is not an error.
    pub async fn create(&mut self, folder: &str) -> Result<(), ImapError> {
        let command = format!("CREATE {}", quoted_folder(folder));
        match self.ask("creating a folder", &command, |_| Ok(())).await {
            Err(refused) if matches!(refused.fault, Fault::No(_)) => Ok(()),
            outcome => outcome,
        }
    }

    async fn store(
        &mut self,
        doing: &'static str,
        uids: &[u32],
        flag: &str,
    ) -> Result<(), ImapError> {
        for set in uid_sets(uids) {
            let command = format!("UID STORE {set} +FLAGS.SILENT ({flag})");
            self.ask(doing, &command, |_| Ok(())).await?;
        }
        Ok(())
    }
}
