//! The loop that sends pushes. It shares the table with mail, and nothing else: neither ever waits for the other (O9).

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use futures::stream;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::fate::{self, Fate};
use crate::desk::Desk;
use crate::door::Vault;
use crate::outbox::ntfy::{Again, Login, Ntfy, Push, PushError, Target};
use crate::store::outbox::{self, Channel, Claimed, Ending, OutboxState, Through};
use crate::store::telling;
use crate::store::{StoreError, Topic, blobs};

/// Pushes claimed at once, and how many of them are on their way at the same time.
const SHARE: i64 = 32;
const AT_ONCE: usize = 8;
/// A push takes at most 15 seconds.
const LEASE: TimeDelta = TimeDelta::minutes(10);
const AGAIN: TimeDelta = TimeDelta::seconds(5);
/// No push is larger than this.
const LARGEST: i64 = 64 * 1024;

/// Sends pushes. Cheap to clone.
#[derive(Clone)]
pub struct Pusher {
    desk: Desk,
    node: String,
    vault: Vault,
    ntfy: Ntfy,
}

impl Pusher {
    /// A pusher for this node.
    pub fn new(desk: &Desk, node: &str, vault: Vault) -> Result<Self, PushError> {
        Ok(Self {
            desk: desk.clone(),
            node: node.to_owned(),
            vault,
            ntfy: Ntfy::new()?,
        })
    }

    /// Works until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut news = self.desk.db.bus.waiter(Topic::Outbox);
        while !stop.is_cancelled() {
            let next = match self.step().await {
                Ok(None) => continue,
                Ok(Some(due)) => due,
                Err(error) => {
                    tracing::warn!(%error, "could not send pushes; trying again soon");
                    self.desk.clock.now() + AGAIN
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = news.wait() => {}
                () = self.desk.clock.sleep_until(next) => {}
            }
        }
    }

    /// Sends what is due. Gives when to look again; nothing if that is now.
    async fn step(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let now = self.desk.clock.now();
        let mut tx = self.desk.db.write().await?;
        let rows = outbox::claim_all_tenants(
            &mut tx,
            (Channel::Ntfy, Through::AllBut(&[])),
            &self.node,
            (SHARE, SHARE),
            (now, now + LEASE),
        )
        .await?;
        let due = outbox::next_due_all_tenants(&mut tx, Channel::Ntfy).await?;
        if rows.is_empty() {
            tx.rollback().await?;
            return Ok(Some(due.unwrap_or(outbox::NEVER).max(now + AGAIN)));
        }
        tx.commit().await?;
        let pushes: Vec<_> = rows.iter().map(|row| self.push(row)).collect();
        let fates: Vec<Fate> = stream::iter(pushes)
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let endings: Vec<Ending> = fates.into_iter().map(|fate| fate.ending).collect();
        let mut tx = self.desk.db.write().await?;
        outbox::finish_all(&mut tx, &self.node, &endings, self.desk.clock.now()).await?;
        tx.commit().await?;
        Ok(None)
    }

    async fn push(&self, row: &Claimed) -> Fate {
        let published = async {
            let (target, push) = self.prepared(row)?;
            self.ntfy.publish(&target, &push).await
        };
        let published = published.await;
        let now = self.desk.clock.now();
        match published {
            Ok(id) => Fate::plain(row, OutboxState::Sent, id, now),
            Err(PushError {
                again: Again::Never,
                words,
                ..
            }) => fate::failed(row, words, now),
            Err(PushError {
                again: Again::Later(asked),
                words,
                ..
            }) => {
                let mut fate = fate::later(row, words, now, self.desk.random.fraction());
                // The server knows best, where it says something.
                let asked = asked.and_then(|asked| TimeDelta::from_std(asked).ok());
                if let (Some(asked), OutboxState::Deferred) = (asked, fate.ending.state) {
                    fate.ending.next_attempt_at = now + asked;
                }
                fate
            }
        }
    }

    /// Where a push goes, and what it says. The tenant's settings of today count, not those of when it was queued.
    fn prepared(&self, row: &Claimed) -> Result<(Target, Push), PushError> {
        let never = |words: String| PushError {
            again: Again::Never,
            status: None,
            words,
        };
        let office = row.tenant.and_then(|tenant| self.desk.office(tenant).ok());
        let settings = office.as_ref().and_then(|office| office.ntfy.as_ref());
        let (Some(settings), Some(tenant)) = (settings, row.tenant) else {
            return Err(never("pushes are switched off".to_owned()));
        };
        let packed = row.body.as_deref().unwrap_or_default();
        let body = blobs::expand(packed, LARGEST).map_err(|e| never(e.to_string()))?;
        let push = serde_json::from_slice(&body).map_err(|e| never(e.to_string()))?;
        let server = Url::parse(&settings.server).map_err(|e| never(e.to_string()))?;
        let (kept, cell) = (&settings.token, telling::Ntfy::token_cell(tenant));
        let token = self
            .vault
            .open(&cell, kept.sealed.as_deref(), kept.env.as_deref());
        let token = token.map_err(|error| PushError {
            again: Again::Later(None),
            status: None,
            words: error.to_string(),
        })?;
        let login = if kept.sealed.is_some() || kept.env.is_some() {
            Login::Token(token)
        } else {
            Login::None
        };
        Ok((Target { server, login }, push))
    }
}
