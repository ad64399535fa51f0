//! Spooling: raw mails, their rows and the cursor that covers them, in one transaction (I2, I4). What is spooled is
//! safe, and is neither read nor judged here.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use tokio::task::spawn_blocking;

use crate::domain::address::Party;
use crate::domain::ids::{AccountId, BlobId, InboundId};
use crate::domain::mail::content_key;
use crate::domain::trace::Trace;
use crate::door::{Clock, Random};
use crate::store::blobs::{self, NewBlob};
use crate::store::cursors::{self, Cursor};
use crate::store::inbound::{self, InboundState, NewInbound, Outcome};
use crate::store::{Db, StoreError, Topic};

/// Takes mails into the database. Cheap to clone.
#[derive(Clone)]
pub struct Spool {
    /// The database.
    pub db: Db,
    /// The time at which mails were taken in.
    pub clock: Clock,
    /// Ids.
    pub random: Random,
}

/// Where mails lie on a server.
#[derive(Debug, Clone)]
pub struct Place {
    /// The account.
    pub account: AccountId,
    /// The folder's name as the settings write it.
    pub folder: String,
    /// What the folder's UIDs mean something with.
    pub uidvalidity: i64,
}

/// A mail as it came from a server.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Its UID.
    pub uid: u32,
    /// Bytes on the server.
    pub size: u64,
    /// When it arrived there.
    pub internal_date: Option<DateTime<Utc>>,
    /// Its bytes, or the first of them.
    pub body: Bytes,
    /// False if only the beginning was taken.
    pub complete: bool,
    /// History: nothing goes out because of it.
    pub quiet: bool,
    /// Why the server does not give it to us; a person has to look.
    pub refused: Option<String>,
}

/// Mails compressed and ready to be written.
#[derive(Debug, Default)]
pub struct Sheaf {
    blobs: Vec<NewBlob>,
    mails: Vec<NewInbound>,
    /// Those that go into quarantine at once.
    refused: Vec<Outcome>,
}

impl Spool {
    /// Compresses and fingerprints mails, on a thread of its own: that takes time, and needs no database.
    pub async fn bind(&self, place: &Place, arrived: Vec<Arrived>) -> Sheaf {
        let now = self.clock.now();
        let mut bound = Sheaf::default();
        let ids: Vec<(BlobId, InboundId)> = arrived
            .iter()
            .map(|_| (self.random.uuid(now).into(), self.random.uuid(now).into()))
            .collect();
        let packing = spawn_blocking(move || {
            let pack = |mail: Arrived| (blobs::compress(&mail.body), content_key(&mail.body), mail);
            arrived.into_iter().map(pack).collect::<Vec<_>>()
        });
        // It only fails by a panic, or when the runtime ends: then the mails are fetched again.
        let packed = packing.await.unwrap_or_default();
        for ((blob, id), (zstd, content_key, mail)) in ids.into_iter().zip(packed) {
            let length = i64::try_from(mail.body.len()).unwrap_or(i64::MAX);
            bound.blobs.push(NewBlob {
                id: blob,
                size: length,
                zstd,
            });
            bound.mails.push(NewInbound {
                id,
                account: Some(place.account),
                folder: place.folder.clone(),
                uid: Some((place.uidvalidity, i64::from(mail.uid))),
                blob,
                content_key,
                size: i64::try_from(mail.size).unwrap_or(i64::MAX),
                complete: mail.complete,
                internal_date: mail.internal_date,
                received_at: now,
                quiet: mail.quiet,
                only_tenant: None,
                addressed_to: None,
                // What was taken only in part stays on the server as it is.
                on_server: mail.complete,
            });
            bound
                .refused
                .extend(mail.refused.map(|reason| quarantined(id, reason)));
        }
        bound
    }

    /// Writes a sheaf together with the cursor that covers it, then wakes whoever processes mail. After an error
    /// nothing was written, and the mails are fetched again.
    pub async fn store(
        &self,
        sheaf: &Sheaf,
        account: AccountId,
        cursor: &Cursor,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.write().await?;
        blobs::insert_all(&mut tx, &sheaf.blobs).await?;
        inbound::insert_all(&mut tx, &sheaf.mails).await?;
        inbound::finish_all(&mut tx, &sheaf.refused, self.clock.now()).await?;
        cursors::put(&mut tx, account, cursor).await?;
        if !sheaf.mails.is_empty() {
            tx.wake(Topic::Intake);
        }
        tx.commit().await
    }
}

impl Sheaf {
    /// How many mails it holds.
    pub fn len(&self) -> usize {
        self.mails.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.mails.is_empty()
    }
}

fn quarantined(id: InboundId, reason: String) -> Outcome {
    Outcome {
        id,
        state: InboundState::Quarantined,
        reason: Some(reason),
        sender: Party::default(),
        recipients: Vec::new(),
        subject: String::new(),
        message_id: None,
        trace: Trace::default(),
    }
}
