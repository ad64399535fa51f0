//! The loop of what goes out over HTTP: pushes and calls. It shares the table with mail, and nothing else: neither ever
//! waits for the other (O9). There is no point of no return: what may have arrived is sent again.

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use futures::stream;
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;
use crate::store::outbox::{self, Channel, Claimed, Ending, Through};
use crate::store::{StoreError, Topic, Tx};

/// Rows claimed at once; all of them are on their way at the same time, so that a slow server delays nobody for long.
const SHARE: i64 = 32;
/// One exchange takes at most 10 seconds.
const LEASE: TimeDelta = TimeDelta::minutes(10);
const AGAIN: TimeDelta = TimeDelta::seconds(5);

/// What carries the rows of one channel.
pub trait Carrier: Clone + Send + Sync + 'static {
    /// Which rows.
    const CHANNEL: Channel;
    /// What is to be written about an attempt beside the row itself.
    type Report: Send;

    /// Carries one row.
    fn carry(&self, row: Claimed) -> impl Future<Output = (Ending, Self::Report)> + Send;

    /// Writes what else is to be written, in the transaction of the endings.
    fn report(
        &self,
        tx: &mut Tx,
        reports: Vec<Self::Report>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Takes due rows in hand and has them carried. Cheap to clone.
#[derive(Clone)]
pub struct Courier<C> {
    desk: Desk,
    node: String,
    carrier: C,
}

impl<C: Carrier> Courier<C> {
    /// A courier of this node.
    pub fn new(desk: &Desk, node: &str, carrier: C) -> Self {
        Self {
            desk: desk.clone(),
            node: node.to_owned(),
            carrier,
        }
    }

    /// Works until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut news = self.desk.db.bus.waiter(Topic::Outbox);
        while !stop.is_cancelled() {
            let next = match self.step().await {
                Ok(None) => continue,
                Ok(Some(due)) => due,
                Err(error) => {
                    let channel = C::CHANNEL.as_str();
                    tracing::warn!(%error, channel, "could not send what is due; trying again soon");
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
            (C::CHANNEL, Through::AllBut(&[])),
            &self.node,
            (SHARE, SHARE),
            (now, now + LEASE),
        )
        .await?;
        let due = outbox::next_due_all_tenants(&mut tx, C::CHANNEL, now).await?;
        if rows.is_empty() {
            tx.rollback().await?;
            return Ok(Some(due.unwrap_or(outbox::NEVER).max(now + AGAIN)));
        }
        tx.commit().await?;
        let at_once = rows.len();
        let carried: Vec<_> = stream::iter(rows)
            .map(|row| self.carrier.carry(row))
            .buffer_unordered(at_once)
            .collect()
            .await;
        let (endings, reports): (Vec<Ending>, Vec<C::Report>) = carried.into_iter().unzip();
        let mut tx = self.desk.db.write().await?;
        outbox::finish_all(&mut tx, &self.node, &endings, self.desk.clock.now()).await?;
        self.carrier.report(&mut tx, reports).await?;
        tx.commit().await?;
        Ok(None)
    }
}
