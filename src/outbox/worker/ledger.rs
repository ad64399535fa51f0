//! Writes down what happens to rows, many of them with one commit: marks before bodies go out, endings after (O2).

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::sleep;

use super::fate::{Fate, Then};
use crate::desk::tell::Occasion;
use crate::desk::{Desk, DeskError, react};
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::OutboxId;
use crate::store::outbox::{Claimed, Ending, OutboxState};
use crate::store::{StoreError, Topic, Tx, accounts, outbox};

/// The most entries written together.
const TOGETHER: usize = 256;
/// How long to wait when the database cannot be written to. An ending must be written: a row without one would be
/// taken for uncertain.
const AGAIN: Duration = Duration::from_secs(1);

/// Where senders hand in what is to be written.
#[derive(Clone)]
pub(super) struct Ledger {
    entries: mpsc::UnboundedSender<Entry>,
    written: Arc<Notify>,
}

/// One thing to be written.
enum Entry {
    /// The row's body is about to go out.
    Mark(OutboxId, oneshot::Sender<bool>),
    /// The attempt has ended.
    End(Fate, String),
}

/// The one who writes.
pub(super) struct Clerk {
    desk: Desk,
    node: String,
    entries: mpsc::UnboundedReceiver<Entry>,
    written: Arc<Notify>,
}

impl Ledger {
    /// A ledger, and the clerk who keeps it until all its copies are gone.
    pub fn open(desk: &Desk, node: &str) -> (Self, Clerk) {
        let (sender, entries) = mpsc::unbounded_channel();
        let written = Arc::new(Notify::new());
        let clerk = Clerk {
            desk: desk.clone(),
            node: node.to_owned(),
            entries,
            written: Arc::clone(&written),
        };
        let ledger = Self {
            entries: sender,
            written,
        };
        (ledger, clerk)
    }

    /// Waits until something was written. What was queued behind a row that is now sent can be taken in hand.
    pub async fn written(&self) {
        self.written.notified().await;
    }

    /// Waits until the mark is durable. False if the row must not be sent: it is no longer ours, or the mark could
    /// not be written.
    pub async fn mark(&self, id: OutboxId) -> bool {
        let (sender, marked) = oneshot::channel();
        self.entries.send(Entry::Mark(id, sender)).is_ok() && marked.await.unwrap_or(false)
    }

    /// Hands in what became of a row.
    pub fn end(&self, row: &Claimed, fate: Fate) {
        // The clerk leaves last.
        let _ = self.entries.send(Entry::End(fate, row.recipient.clone()));
    }
}

impl Clerk {
    /// Writes until nobody hands in anything any more.
    pub async fn run(mut self) {
        let mut entries = Vec::with_capacity(TOGETHER);
        while self.entries.recv_many(&mut entries, TOGETHER).await > 0 {
            let (mut marks, mut ends) = (Vec::new(), Vec::new());
            for entry in entries.drain(..) {
                match entry {
                    Entry::Mark(id, to) => marks.push((id, to)),
                    Entry::End(fate, recipient) => ends.push((fate, recipient)),
                }
            }
            self.write(marks, ends).await;
            self.written.notify_one();
        }
    }

    async fn write(
        &self,
        mut marks: Vec<(OutboxId, oneshot::Sender<bool>)>,
        ends: Vec<(Fate, String)>,
    ) {
        let (undelivered, others): (Vec<_>, Vec<_>) = ends
            .into_iter()
            .partition(|(fate, _)| matches!(fate.then, Then::Undelivered(..)));
        loop {
            let ids: Vec<OutboxId> = marks.iter().map(|(id, _)| *id).collect();
            match self.commit(&ids, &others).await {
                Ok(held) => {
                    for (id, to) in marks.drain(..) {
                        // Whoever does not wait any more does not send.
                        let _ = to.send(held.contains(&id));
                    }
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, "could not write down what became of outgoing mail; trying again");
                    // Nothing is sent without its mark; those rows wait for better times.
                    for (_, to) in marks.drain(..) {
                        let _ = to.send(false);
                    }
                    if others.is_empty() {
                        break;
                    }
                    sleep(AGAIN).await;
                }
            }
        }
        for (fate, recipient) in undelivered {
            while let Err(error) = self.tell(&fate, &recipient).await {
                tracing::warn!(%error, "could not write down that a message was not delivered; trying again");
                sleep(AGAIN).await;
            }
        }
    }

    async fn commit(
        &self,
        marks: &[OutboxId],
        ends: &[(Fate, String)],
    ) -> Result<HashSet<OutboxId>, StoreError> {
        let now = self.desk.clock.now();
        let mut tx = self.desk.db.write().await?;
        let held = outbox::mark_final_dot(&mut tx, &self.node, marks, now).await?;
        let endings: Vec<Ending> = ends.iter().map(|(fate, _)| fate.ending.clone()).collect();
        outbox::finish_all(&mut tx, &self.node, &endings, now).await?;
        for (fate, _) in ends {
            self.consequence(&mut tx, &fate.then).await?;
        }
        if endings
            .iter()
            .any(|ending| ending.state != OutboxState::Sent)
        {
            // Only now can be seen when the next row is due.
            tx.wake(Topic::Outbox);
        }
        tx.commit().await?;
        Ok(held.into_iter().collect())
    }

    async fn consequence(&self, tx: &mut Tx, then: &Then) -> Result<(), StoreError> {
        match then {
            Then::Nothing | Then::Undelivered(..) => {}
            Then::Release(account) => {
                accounts::resume_smtp(tx, *account).await?;
                outbox::release_account(tx, *account, self.desk.clock.now()).await?;
                tx.wake(Topic::Outbox);
            }
            Then::RestAccount(account, until, why) => {
                accounts::pause_smtp(tx, *account, *until, why).await?;
            }
            Then::RestMailbox(tenant, mailbox, until) => {
                outbox::pause_mailbox(tx, *tenant, *mailbox, *until).await?;
            }
        }
        Ok(())
    }

    /// Writes the ending, the line in the ticket and the notices to its people together.
    async fn tell(&self, fate: &Fate, recipient: &str) -> Result<(), StoreError> {
        let Then::Undelivered(tenant, ticket) = fate.then else {
            return Ok(());
        };
        let now = self.desk.clock.now();
        let ending = std::slice::from_ref(&fate.ending);
        let mut tx = self.desk.db.write().await?;
        outbox::finish_all(&mut tx, &self.node, ending, now).await?;
        let why = fate.ending.reply.clone();
        let told = self.desk.do_in(&mut tx, tenant, ticket, |hand, case| {
            let line = format!("failed for {recipient}: {why}");
            let what = ("delivery", None, Some(line));
            hand.event(case, EventType::Delivery, &Actor::System, Some(what));
            let occasion = Occasion::Undelivered {
                recipient: recipient.to_owned(),
                why,
            };
            react::tell_owners(hand, case, occasion);
            Ok(())
        });
        match told.await {
            Ok(()) => tx.commit().await,
            Err(DeskError::Store(error)) if error.is_transient() => Err(error),
            Err(error) => {
                // The ticket may be gone; the row has failed all the same.
                tracing::warn!(%ticket, %error, "could not tell a ticket that a message was not delivered");
                tx.rollback().await?;
                let mut tx = self.desk.db.write().await?;
                outbox::finish_all(&mut tx, &self.node, ending, now).await?;
                tx.commit().await
            }
        }
    }
}
