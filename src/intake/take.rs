//! Taking mails from a folder: while one batch is being committed, the next one is on its way.

use std::collections::{BTreeSet, HashSet};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::domain::account::FirstConnection;
use crate::door::VaultError;
use crate::intake::cursor;
use crate::intake::imap::{Batch, Fetched, ImapError, Session, Sized, Verdict, plan};
use crate::intake::spool::{Arrived, Place, Sheaf, Spool};
use crate::intake::suspect::Care;
use crate::store::cursors::Cursor;
use crate::store::{StoreError, inbound};

/// How many mails are looked at before their bodies are asked for.
const LOOK: usize = 2000;
/// How much is kept of a mail that is too large.
const BEGINNING: usize = 256 * 1024;

/// Why a visit to a server ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The server.
    #[error(transparent)]
    Imap(#[from] ImapError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no password to log in with.
    #[error(transparent)]
    Password(#[from] VaultError),
}

/// How mails are taken from one folder.
pub(super) struct Taking<'a> {
    pub spool: &'a Spool,
    pub place: &'a Place,
    pub first: FirstConnection,
    /// Of larger mails only the beginning is taken.
    pub max_message: u64,
    pub care: Care,
    /// When to stop before all have come.
    pub stop: &'a CancellationToken,
}

/// A batch on its way to the database.
#[derive(Default)]
struct Gathered {
    /// What need not be asked for again.
    settled: Vec<u32>,
    sheaf: Sheaf,
}

impl Taking<'_> {
    /// Takes `uids`, and moves the cursor over whatever is spooled without a gap; when all are, up to `end`. On an
    /// error the cursor stands before the first mail that did not come.
    pub async fn take(
        &self,
        session: &mut Session,
        cursor: &mut Cursor,
        uids: Vec<u32>,
        end: i64,
    ) -> Result<usize, Trouble> {
        let known = self.known(&uids).await?;
        let uids: Vec<u32> = uids
            .into_iter()
            .filter(|uid| !known.contains(uid))
            .collect();
        let mut open: BTreeSet<u32> = uids.iter().copied().collect();
        let looked_at = cursor.clone();
        // One batch waits while one is being written: no more lies in memory, however large the backlog.
        let (sender, mut receiver) = mpsc::channel(1);
        let fetching = self.fetch(session, &looked_at, &uids, sender);
        let storing = async {
            let (mut taken, mut kept) = (0, cursor.next_uid);
            while let Some(Gathered { settled, sheaf }) = receiver.recv().await {
                for uid in settled {
                    open.remove(&uid);
                }
                let next_uid = open.first().map_or(end, |uid| i64::from(*uid).min(end));
                let moved = Cursor {
                    next_uid,
                    ..cursor.clone()
                };
                if !sheaf.is_empty() {
                    self.spool.store(&sheaf, self.place.account, &moved).await?;
                    kept = next_uid;
                    taken += sheaf.len();
                }
                *cursor = moved;
            }
            if kept != cursor.next_uid {
                // Nothing came of the last ones: they are gone, or not wanted.
                self.spool
                    .store(&Sheaf::default(), self.place.account, cursor)
                    .await?;
            }
            Ok::<usize, StoreError>(taken)
        };
        let (fetched, stored) = tokio::join!(fetching, storing);
        let taken = stored?;
        fetched?;
        Ok(taken)
    }

    /// What is here already, from an earlier attempt.
    async fn known(&self, uids: &[u32]) -> Result<HashSet<u32>, StoreError> {
        let Some(first) = uids.first() else {
            return Ok(HashSet::new());
        };
        let mut tx = self.spool.db.read().await?;
        let Place {
            account,
            folder,
            uidvalidity,
        } = self.place;
        let known =
            inbound::known_uids(&mut tx, *account, folder, *uidvalidity, i64::from(*first)).await?;
        Ok(known
            .into_iter()
            .filter_map(|uid| u32::try_from(uid).ok())
            .collect())
    }

    async fn fetch(
        &self,
        session: &mut Session,
        cursor: &Cursor,
        uids: &[u32],
        to: mpsc::Sender<Gathered>,
    ) -> Result<(), ImapError> {
        for some in uids.chunks(LOOK) {
            let sizes = session.sizes(some).await?;
            let wanted: Vec<Sized> = sizes
                .into_iter()
                .filter(|mail| cursor::is_wanted(cursor, mail, self.first))
                .collect();
            let there: HashSet<u32> = wanted.iter().map(|mail| mail.uid).collect();
            let settled = some
                .iter()
                .copied()
                .filter(|uid| !there.contains(uid))
                .collect();
            // Whoever stores has failed if this does; it says why.
            if to
                .send(Gathered {
                    settled,
                    ..Gathered::default()
                })
                .await
                .is_err()
            {
                return Ok(());
            }
            if !self.some(session, cursor, &wanted, &to).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Fetches mails that are there. False if it is time to stop.
    async fn some(
        &self,
        session: &mut Session,
        cursor: &Cursor,
        wanted: &[Sized],
        to: &mpsc::Sender<Gathered>,
    ) -> Result<bool, ImapError> {
        let (mut whole, mut beginnings) = (Vec::new(), Vec::new());
        for mail in wanted {
            match &self.care {
                Care::Without(uid, words) if *uid == mail.uid => {
                    self.quarantine(cursor, mail, words, to).await;
                }
                Care::OnlyBeginning(uid) if *uid == mail.uid => beginnings.push(mail),
                _ if mail.size > self.max_message => beginnings.push(mail),
                _ => whole.push(mail.clone()),
            }
        }
        let rounds: Vec<Vec<Batch>> = match self.care {
            Care::None => vec![plan(&whole, self.max_message)],
            // Not one is asked for before the last has come: what is lost with the connection is this one.
            _ => whole
                .iter()
                .map(|mail| vec![Batch::one(mail.uid)])
                .collect(),
        };
        let mut refused = Vec::new();
        for batches in rounds {
            let Some(more) = self.bodies(session, cursor, batches, to).await? else {
                return Ok(false);
            };
            refused.extend(more);
        }
        // What was refused in company is asked for alone; what is refused alone stays refused.
        let alone = refused.iter().map(|(uid, _)| Batch::one(*uid)).collect();
        let Some(refused) = self.bodies(session, cursor, alone, to).await? else {
            return Ok(false);
        };
        for (uid, words) in &refused {
            if let Some(mail) = whole.iter().find(|mail| mail.uid == *uid) {
                self.quarantine(cursor, mail, words, to).await;
            }
        }
        for mail in beginnings {
            match session.head_of(mail.uid, BEGINNING).await {
                Ok(head) => {
                    let arrived = head.map(|head| Arrived {
                        size: mail.size.max(head.body.len() as u64),
                        complete: false,
                        ..in_full(cursor, head)
                    });
                    self.hand_on(vec![mail.uid], arrived.into_iter().collect(), to)
                        .await;
                }
                Err(error) if error.verdict() == Verdict::GoOn => {
                    self.quarantine(cursor, mail, &error.to_string(), to).await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(!self.stop.is_cancelled() && !to.is_closed())
    }

    /// Fetches batches whole; gives those that the server refused, with its words. Nothing if it is time to stop.
    async fn bodies(
        &self,
        session: &mut Session,
        cursor: &Cursor,
        batches: Vec<Batch>,
        to: &mpsc::Sender<Gathered>,
    ) -> Result<Option<Vec<(u32, String)>>, ImapError> {
        let mut refused = Vec::new();
        let limit = usize::try_from(self.max_message).unwrap_or(usize::MAX);
        let mut bodies = session.bodies(batches, limit);
        while let Some(harvest) = bodies.next().await? {
            let mut settled = harvest.gone;
            settled.extend(harvest.mails.iter().map(|mail| mail.uid));
            let mails = harvest.mails.into_iter();
            let arrived = mails.map(|mail| in_full(cursor, mail)).collect();
            if !self.hand_on(settled, arrived, to).await || self.stop.is_cancelled() {
                return Ok(None);
            }
            if let Some((uids, words)) = harvest.refused {
                refused.extend(uids.into_iter().map(|uid| (uid, words.clone())));
            }
        }
        Ok(Some(refused))
    }

    async fn quarantine(
        &self,
        cursor: &Cursor,
        mail: &Sized,
        words: &str,
        to: &mpsc::Sender<Gathered>,
    ) {
        tracing::warn!(account = %self.place.account, uid = mail.uid, "a mail cannot be fetched and waits in quarantine");
        let arrived = Arrived {
            uid: mail.uid,
            size: mail.size,
            internal_date: mail.internal_date,
            body: Bytes::new(),
            complete: false,
            quiet: cursor::is_quiet(cursor, mail.uid),
            refused: Some(format!(
                "the mail server does not give us this mail: {words}"
            )),
        };
        self.hand_on(vec![mail.uid], vec![arrived], to).await;
    }

    async fn hand_on(
        &self,
        settled: Vec<u32>,
        arrived: Vec<Arrived>,
        to: &mpsc::Sender<Gathered>,
    ) -> bool {
        // A mail whose binding failed is not settled; then the next look asks for it again.
        let expected = arrived.len();
        let sheaf = self.spool.bind(self.place, arrived).await;
        let settled = if sheaf.len() == expected {
            settled
        } else {
            Vec::new()
        };
        to.send(Gathered { settled, sheaf }).await.is_ok()
    }
}

/// A mail that came whole.
fn in_full(cursor: &Cursor, mail: Fetched) -> Arrived {
    Arrived {
        uid: mail.uid,
        size: mail.size,
        internal_date: mail.internal_date,
        body: mail.body,
        complete: true,
        quiet: cursor::is_quiet(cursor, mail.uid),
        refused: None,
    }
}
