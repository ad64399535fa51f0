//! One account, kept: connect, look, take, file away, wait; and again, for ever (I8).

use std::collections::HashMap;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use tokio::sync::{Mutex, Notify};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::domain::account::ImapSettings;
use crate::door::Vault;
use crate::door::network::Network;
use crate::intake::health::Health;
use crate::intake::imap::{Backoff, Session, Verdict};
use crate::intake::spool::{Place, Sheaf, Spool};
use crate::intake::suspect::Suspect;
use crate::intake::take::{Taking, Trouble};
use crate::intake::{audit, cursor, flags};
use crate::store::accounts::{self, Account};
use crate::store::cursors::{self, Cursor};

/// How long to wait for the server to tell of something before looking anyway. With the 15 seconds that an answer
/// may take, a dead line is noticed within a minute.
const LISTEN: Duration = Duration::from_secs(40);
/// What only a person can mend is not tried more often than this.
const SELDOM: Duration = Duration::from_mins(1);

/// What keeping accounts needs. Cheap to clone.
#[derive(Clone)]
pub struct Means {
    /// Where mails go.
    pub spool: Spool,
    /// The way to servers.
    pub network: Network,
    /// Opens passwords.
    pub vault: Vault,
    /// Of larger mails, in bytes, only the beginning is taken.
    pub max_message: u64,
}

/// One account and its task.
pub(super) struct Visitor {
    pub means: Means,
    pub account: Account,
    pub imap: ImapSettings,
    /// Something is to be filed away on the server.
    pub nudge: Arc<Notify>,
    /// The settings changed, or the daemon stops.
    pub stop: CancellationToken,
    /// Held while the account is kept, so that a task with new settings waits for the old one to leave.
    pub turn: Arc<Mutex<()>>,
}

/// What outlives a connection.
struct Memory {
    health: Health,
    backoff: Backoff,
    /// Where each folder stands.
    cursors: HashMap<String, Cursor>,
    /// The mail at which each folder broke off.
    suspects: HashMap<String, Suspect>,
}

impl Visitor {
    /// Keeps the account until it is asked to stop.
    pub async fn keep(self: Arc<Self>) {
        let _turn = self.turn.lock().await;
        let spool = &self.means.spool;
        let mut memory = Memory {
            health: Health::new(spool.db.clone(), spool.clock.clone(), self.account.trust.id),
            backoff: Backoff::default(),
            cursors: HashMap::new(),
            suspects: HashMap::new(),
        };
        while !self.stop.is_cancelled() {
            memory.health.connecting().await;
            let Err(trouble) = self.visit(&mut memory).await else {
                return;
            };
            memory.health.failing(&trouble.to_string()).await;
            let wait = memory.backoff.failed(spool.random.fraction());
            let wait = if is_for_a_person(&trouble) {
                wait.max(SELDOM)
            } else {
                wait
            };
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = sleep(wait) => {}
            }
        }
    }

    /// One connection, until it fails or it is time to stop.
    async fn visit(&self, memory: &mut Memory) -> Result<(), Trouble> {
        let password = self.password()?;
        let mut session = tokio::select! {
            () = self.stop.cancelled() => return Ok(()),
            opened = Session::open(&self.means.network, &self.imap.server, &password) => opened?,
        };
        // Before anything is taken, every folder has its cursor: what arrives from now on is new.
        let mut open = None;
        let mut complaint = None;
        for folder in self.imap.folders.iter().rev() {
            match self.enter(&mut session, folder, memory).await {
                Ok(()) => open = Some(folder),
                Err(trouble) => complaint = Some(forgiven(folder, trouble)?),
            }
        }
        // After a failure, being let in proves little: whoever was failing is well again when all is taken.
        if open.is_some() && complaint.is_none() && !memory.health.is_failing() {
            memory.health.well().await;
        }
        loop {
            // The first folder comes last: it stays open, and the server tells what happens in it.
            for folder in self.imap.folders.iter().rev() {
                let looked = async {
                    if open != Some(folder) {
                        self.enter(&mut session, folder, memory).await?;
                        open = Some(folder);
                    }
                    self.look(&mut session, folder, memory).await
                };
                match looked.await {
                    Ok(refused) => complaint = complaint.or(refused),
                    Err(trouble) => complaint = Some(forgiven(folder, trouble)?),
                }
                if self.stop.is_cancelled() {
                    session.logout().await;
                    return Ok(());
                }
            }
            match complaint.take() {
                None => memory.health.well().await,
                Some(complaint) => memory.health.failing(&complaint).await,
            }
            memory.backoff.succeeded();
            self.wait(&mut session).await?;
        }
    }

    /// When somebody last asked for a comparison with the server.
    async fn comparison_asked(&self) -> Result<Option<DateTime<Utc>>, Trouble> {
        let mut tx = self.means.spool.db.read().await?;
        Ok(accounts::comparison_asked(&mut tx, self.account.trust.id).await?)
    }

    fn password(&self) -> Result<SecretString, Trouble> {
        let kept = &self.account.imap_password;
        let cell = self.account.imap_cell();
        let password = self
            .means
            .vault
            .open(&cell, kept.sealed.as_deref(), kept.env.as_deref())?;
        Ok(password)
    }

    /// Opens a folder and finds where it stands.
    async fn enter(
        &self,
        session: &mut Session,
        folder: &str,
        memory: &mut Memory,
    ) -> Result<(), Trouble> {
        let selected = session.select(folder).await?;
        let (spool, account) = (&self.means.spool, self.account.trust.id);
        let kept = match memory.cursors.remove(folder) {
            Some(cursor) => Some(cursor),
            None => cursors::get(&mut spool.db.read().await?, account, folder).await?,
        };
        let now = spool.clock.now();
        let cursor = cursor::position(folder, &selected, kept.as_ref(), self.imap.first, now);
        if kept.as_ref() != Some(&cursor) {
            spool.store(&Sheaf::default(), account, &cursor).await?;
        }
        memory.cursors.insert(folder.to_owned(), cursor);
        Ok(())
    }

    /// Takes what is new in the open folder and files away what is processed. Gives what the server refuses to do.
    async fn look(
        &self,
        session: &mut Session,
        folder: &str,
        memory: &mut Memory,
    ) -> Result<Option<String>, Trouble> {
        let Some(cursor) = memory.cursors.get_mut(folder) else {
            return Ok(None);
        };
        let (spool, suspect) = (
            &self.means.spool,
            memory.suspects.entry(folder.to_owned()).or_default(),
        );
        let place = Place {
            account: self.account.trust.id,
            folder: folder.to_owned(),
            uidvalidity: cursor.uidvalidity,
        };
        let taking = Taking {
            spool,
            place: &place,
            first: self.imap.first,
            max_message: self.means.max_message,
            care: suspect.care(),
            stop: &self.stop,
        };
        let uids = session
            .uids_from(u32::try_from(cursor.next_uid).unwrap_or(u32::MAX))
            .await?;
        if let Some(last) = uids.last() {
            let end = i64::from(*last) + 1;
            let taken = taking.take(session, cursor, uids, end).await;
            match &taken {
                Err(Trouble::Imap(error)) => {
                    suspect.met(u32::try_from(cursor.next_uid).unwrap_or(0), &error.fault);
                }
                _ => suspect.cleared(),
            }
            taken?;
        }
        let now = spool.clock.now();
        let asked = self.comparison_asked().await?;
        if audit::is_due(cursor, asked, now) && !self.stop.is_cancelled() {
            let found = audit::compare(session, &spool.db, &place, cursor, self.imap.first).await?;
            if !found.missing.is_empty() {
                tracing::warn!(account = %place.account, missing = found.missing.len(), "mails lie on the server and are not here; fetching them");
            }
            // Noted first: a missing mail that ends the connection is not asked for again before tomorrow.
            audit::noted(cursor, &found, 0, now);
            spool
                .store(&Sheaf::default(), place.account, cursor)
                .await?;
            let end = cursor.next_uid;
            let came = taking
                .take(session, cursor, found.missing.clone(), end)
                .await?;
            audit::noted(cursor, &found, came, now);
            spool
                .store(&Sheaf::default(), place.account, cursor)
                .await?;
        }
        flags::file_away(session, &spool.db, &place, &self.imap.after, now).await
    }

    /// Until the server tells of something, something is to be filed away, or it is time to look anyway.
    async fn wait(&self, session: &mut Session) -> Result<(), Trouble> {
        let awake = self.stop.child_token();
        let nudged = async {
            self.nudge.notified().await;
            awake.cancel();
            pending::<()>().await;
        };
        tokio::select! {
            () = nudged => {}
            woken = session.idle(LISTEN, &awake) => { woken?; }
        }
        Ok(())
    }
}

/// A refusal that concerns this folder alone, as a sentence; anything else ends the visit.
fn forgiven(folder: &str, trouble: Trouble) -> Result<String, Trouble> {
    match trouble {
        Trouble::Imap(error) if error.verdict() == Verdict::GoOn => {
            Ok(format!("folder {folder}: {error}"))
        }
        other => Err(other),
    }
}

fn is_for_a_person(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Imap(error) => error.verdict() != Verdict::Retry,
        Trouble::Password(_) => true,
        Trouble::Store(_) => false,
    }
}
