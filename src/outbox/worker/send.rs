//! One row on its way through one connection.

use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::fate::Unsent;
use super::ledger::Ledger;
use crate::desk::Desk;
use crate::outbox::smtp::{Envelope, Phase, Pool, Relay, Reply, SendError};
use crate::store::blobs;
use crate::store::outbox::{self, Claimed};

/// The largest mail that anybody could have queued.
const LARGEST: i64 = 256 * 1024 * 1024;
/// How many connections may turn out to be dead before that is the server's fault: as many as are kept.
const STALE: usize = 4;

/// How a row's journey ended, and how long the server took for it.
pub(super) struct Journey {
    pub row: Claimed,
    pub outcome: Result<Reply, Unsent>,
    pub took: Duration,
}

/// Sends one row.
pub(super) async fn send(
    (desk, pool): (&Desk, &Pool),
    relay: Result<Relay, Unsent>,
    row: Claimed,
    ledger: &Ledger,
    stop: &CancellationToken,
) -> Journey {
    let mut took = Duration::ZERO;
    let outcome = async {
        let relay = relay?;
        let mut stale = 0;
        loop {
            match attempt(desk, pool, &relay, &row, ledger, stop).await {
                // The server hung up on a connection that we kept too long.
                Err(Unsent::Smtp(error)) if stale < STALE && is_stale(&error) => stale += 1,
                Err(unsent) => break Err(unsent),
                Ok((reply, time)) => {
                    took = time;
                    break Ok(reply);
                }
            }
        }
    };
    let outcome = outcome.await;
    Journey { row, outcome, took }
}

async fn attempt(
    desk: &Desk,
    pool: &Pool,
    relay: &Relay,
    row: &Claimed,
    ledger: &Ledger,
    stop: &CancellationToken,
) -> Result<(Reply, Duration), Unsent> {
    let account = row.account.ok_or(Unsent::Untried)?;
    let mut lease = tokio::select! {
        biased;
        () = stop.cancelled() => return Err(Unsent::Untried),
        lease = pool.checkout(account, relay) => lease.map_err(Unsent::Smtp)?,
    };
    let started = Instant::now();
    let outcome = async {
        // Only now: as many large bodies lie in memory as there are connections.
        let body = unpacked(desk, row).await?;
        let envelope = envelope(row, body.len())?;
        let ready = lease
            .connection
            .prepare(&envelope)
            .await
            .map_err(Unsent::Smtp)?;
        // The boundary of uncertainty: what is marked and not finished may have been delivered (O2, O3).
        if !ledger.mark(row.id).await {
            return Err(Unsent::Untried);
        }
        ready.finish(&body).await.map_err(Unsent::Smtp)
    };
    let outcome = outcome.await;
    lease.give_back();
    outcome.map(|reply| (reply, started.elapsed()))
}

/// Whether the connection was gone before anything was asked that matters.
fn is_stale(error: &SendError) -> bool {
    matches!(error.phase, Phase::Sender | Phase::Recipient | Phase::Data)
        && matches!(error.code, None | Some(421))
        && error.words != "the server does not answer"
}

async fn unpacked(desk: &Desk, row: &Claimed) -> Result<Vec<u8>, Unsent> {
    let unpacked = if let Some(body) = &row.body {
        blobs::expand(body, LARGEST)
    } else {
        let packed = async {
            let mut tx = desk.db.read().await?;
            outbox::body(&mut tx, row.id).await
        };
        // Taken back meanwhile, or the database is busy: then it is claimed again.
        let packed = packed.await.ok().flatten().ok_or(Unsent::Untried)?;
        let unpacking = spawn_blocking(move || blobs::expand(&packed, LARGEST));
        unpacking.await.map_err(|_| Unsent::Untried)?
    };
    unpacked.map_err(|error| Unsent::Unusable(format!("its stored bytes are damaged: {error}")))
}

fn envelope(row: &Claimed, size: usize) -> Result<Envelope, Unsent> {
    let unusable = |what: &str| Unsent::Unusable(format!("its {what} is not an address"));
    let sender = match row.envelope_from.as_str() {
        "" => None,
        address => Some(address.parse().map_err(|_| unusable("return path"))?),
    };
    let recipient = row.recipient.parse().map_err(|_| unusable("recipient"))?;
    Ok(Envelope {
        sender,
        recipient,
        size,
    })
}
