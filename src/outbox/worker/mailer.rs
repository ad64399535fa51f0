//! The loop that sends mail: claim what is due, send it over a few connections for each account, write down what came
//! of it, sleep until the next is due.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use super::fate::{self, Unsent};
use super::lanes::{Lanes, Pace};
use super::ledger::Ledger;
use super::relays::Relays;
use super::send::{Journey, send};
use crate::desk::Desk;
use crate::door::Vault;
use crate::door::network::Network;
use crate::outbox::smtp::{Pool, Scope};
use crate::store::outbox::{self, Channel, Claimed, Through};
use crate::store::{StoreError, Topic, suppressions};

/// For how long a node holds a row. Longer than the answer to a final dot may take, or another node would take over
/// what is still on its way.
const LEASE: TimeDelta = TimeDelta::minutes(30);
/// The most rows in hand.
const MOST: usize = 1024;
/// How long to wait where something is due and cannot be claimed yet: a mailbox rests, or another node holds it.
const HELD_BACK: TimeDelta = TimeDelta::seconds(5);
/// How often idle connections are looked through, and leases of nodes that are gone.
const SWEEP: Duration = Duration::from_mins(1);

/// Why a customer is not written to at all (OUT10). Asked here and not where a row is queued, so that it also holds for
/// what waited when the address was found dead, and for what a person tries again.
type Barred = Option<String>;

/// What the ticket says of such a row.
fn not_written_to(reason: &str) -> String {
    format!("no mail goes to this address until it is taken off the suppression list: {reason}")
}

/// Sends mail. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    desk: Desk,
    /// Under which name this node holds rows.
    node: String,
    vault: Vault,
    pool: Arc<Pool>,
}

impl Mailer {
    /// A mailer for this node.
    pub fn new(desk: &Desk, node: &str, network: Network, vault: Vault) -> Self {
        Self {
            desk: desk.clone(),
            node: node.to_owned(),
            vault,
            pool: Arc::new(Pool::new(network)),
        }
    }

    /// Works until `stop`; then finishes what is on its way and puts back what is not.
    pub async fn run(self, stop: CancellationToken) {
        let (ledger, clerk) = Ledger::open(&self.desk, &self.node);
        // The clerk leaves when the last copy of the ledger is gone.
        tokio::join!(self.work(ledger, &stop), clerk.run());
    }

    async fn work(&self, ledger: Ledger, stop: &CancellationToken) {
        let bus = &self.desk.db.bus;
        let (mut news, mut settings) = (bus.waiter(Topic::Outbox), bus.waiter(Topic::Settings));
        let mut relays = self.relays().await;
        let (mut lanes, mut sending) = (Lanes::default(), FuturesUnordered::new());
        let mut sweep = tokio::time::interval(SWEEP);
        let (mut look, mut held_back) = (true, false);
        let mut next = self.desk.clock.now();
        loop {
            if stop.is_cancelled() && sending.is_empty() {
                return;
            }
            if look && !stop.is_cancelled() {
                look = false;
                let now = self.desk.clock.now();
                match self
                    .claim(&lanes, MOST.saturating_sub(sending.len()), now)
                    .await
                {
                    Ok((rows, due)) => {
                        // What is due and was not claimed is not asked for without end.
                        held_back = due <= now;
                        next = if held_back { now + HELD_BACK } else { due };
                        for (row, barred) in rows {
                            if let Some(reason) = barred {
                                ledger.end(&row, fate::failed(&row, not_written_to(&reason), now));
                                // It took the place of another.
                                look = true;
                                continue;
                            }
                            lanes.take(row.account);
                            let relay = relays.of(row.account);
                            sending.push(send((&self.desk, &self.pool), relay, row, &ledger, stop));
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "could not look for mail to be sent; looking again soon");
                        next = now + HELD_BACK;
                    }
                }
            }
            let due = pin!(self.desk.clock.sleep_until(next));
            tokio::select! {
                Some(journey) = sending.next() => {
                    look |= self.arrived(journey, &mut lanes, &ledger);
                }
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                () = news.wait(), if !stop.is_cancelled() => look = true,
                () = ledger.written(), if held_back && !stop.is_cancelled() => look |= lanes.have_room(),
                () = due, if !stop.is_cancelled() => look = true,
                () = settings.wait(), if !stop.is_cancelled() => {
                    relays = self.relays().await;
                    lanes.forget();
                    look = true;
                }
                _ = sweep.tick(), if !stop.is_cancelled() => {
                    self.pool.sweep().await;
                    // What another node held when it went away; nobody has this name.
                    if let Err(error) = recover(&self.desk, "").await {
                        tracing::warn!(%error, "could not look for outgoing mail that nobody holds");
                    }
                }
            }
        }
    }

    /// Decides what became of a row and hands that in. True if there may be more for its account.
    fn arrived(&self, journey: Journey, lanes: &mut Lanes, ledger: &Ledger) -> bool {
        let Journey { row, outcome, took } = journey;
        let now = self.desk.clock.now();
        let fate = match outcome {
            Ok(reply) => {
                metrics::counter!("postroom_mail_sent_total").increment(1);
                fate::sent(&row, &reply, now, lanes.delivered(row.account, took))
            }
            Err(unsent) => {
                let rest = match &unsent {
                    Unsent::Smtp(error) if error.scope == Scope::Server => {
                        lanes.refused(row.account, now)
                    }
                    _ => TimeDelta::zero(),
                };
                log(&row, &unsent);
                fate::unsent(&row, unsent, now, rest, self.desk.random.fraction())
            }
        };
        ledger.end(&row, fate);
        lanes.give_back(row.account)
    }

    /// Claims what is due and fits. Gives the rows, and when the first of all others is due; it may be due already and
    /// be held back by something.
    async fn claim(
        &self,
        lanes: &Lanes,
        room: usize,
        now: DateTime<Utc>,
    ) -> Result<(Vec<(Claimed, Barred)>, DateTime<Utc>), StoreError> {
        let (fast, probing) = (lanes.ready(Pace::Fast), lanes.ready(Pace::Probing));
        let apart = lanes.apart();
        let mut rows: Vec<Claimed> = Vec::new();
        let mut tx = self.desk.db.write().await?;
        for (through, pace, any) in [
            (Through::Only(&fast), Pace::Fast, !fast.is_empty()),
            (Through::Only(&probing), Pace::Probing, !probing.is_empty()),
            (Through::AllBut(&apart), Pace::Slow, true),
        ] {
            let left = room.saturating_sub(rows.len());
            if !any || left == 0 {
                continue;
            }
            let some = outbox::claim_all_tenants(
                &mut tx,
                (Channel::Email, through),
                &self.node,
                (number(left), number(pace.share())),
                (now, now + LEASE),
            );
            rows.extend(some.await?);
        }
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let mut barred = suppressions::among(&mut tx, &ids).await?;
        let due = outbox::next_due_all_tenants(&mut tx, Channel::Email, now).await?;
        if rows.is_empty() {
            tx.rollback().await?;
        } else {
            tx.commit().await?;
        }
        let rows = rows.into_iter().map(|row| {
            let reason = barred.remove(&row.id);
            (row, reason)
        });
        Ok((rows.collect(), due.unwrap_or(outbox::NEVER)))
    }

    async fn relays(&self) -> Relays {
        Relays::read(&self.desk, &self.vault)
            .await
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "could not read through which servers mail is sent");
                Relays::default()
            })
    }
}

/// Takes care of rows that `node` had in hand when it stopped, and of those whose lease ran out. To be called for the
/// node's own name before its workers start, and never while they run.
pub async fn recover(desk: &Desk, node: &str) -> Result<(), StoreError> {
    let mut tx = desk.db.write().await?;
    let now = desk.clock.now();
    let (again, uncertain) = outbox::recover_all_tenants(&mut tx, node, now).await?;
    if again + uncertain == 0 {
        return tx.rollback().await;
    }
    tracing::info!(
        again,
        uncertain,
        "outgoing mail was in hand at an earlier stop"
    );
    tx.wake(Topic::Outbox);
    tx.commit().await
}

fn log(row: &Claimed, unsent: &Unsent) {
    match unsent {
        Unsent::Smtp(error) => tracing::info!(
            outbox = %row.id, phase = %error.phase, code = error.code, scope = ?error.scope,
            permanence = ?error.permanence, "mail was not sent"
        ),
        Unsent::NoWay(_) | Unsent::Unusable(_) => {
            tracing::warn!(outbox = %row.id, "mail cannot be sent; the outbox says why");
        }
        Unsent::Untried => {}
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
