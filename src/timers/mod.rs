//! What time does: deadlines pass, resolved tickets close, sessions end. One loop that sleeps until the next of these is due; it
//! carries nothing from one turn to the next, and doing what is done already does nothing.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::desk::{Desk, DeskError};
use crate::store::Topic;

/// How often closing is looked at although nothing seems to be due: tickets are closed after days, not minutes.
const CLOSING: chrono::Duration = chrono::Duration::hours(1);
/// How long to wait after the database failed.
const AGAIN: chrono::Duration = chrono::Duration::seconds(5);
/// Many mails move many clocks: they are looked at together.
const GATHER: Duration = Duration::from_millis(100);

/// Rings clocks and closes tickets until it is asked to stop.
pub async fn run(desk: Desk, stop: CancellationToken) {
    let mut clocks = desk.db.bus.waiter(Topic::Timers);
    let mut settings = desk.db.bus.waiter(Topic::Settings);
    let mut close_at = desk.clock.now();
    while !stop.is_cancelled() {
        let (next, closing) = turn(&desk, close_at).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "could not look at deadlines; looking again soon");
            (Some(desk.clock.now() + AGAIN), close_at)
        });
        close_at = closing;
        let until = next.map_or(close_at, |next| next.min(close_at));
        tokio::select! {
            () = stop.cancelled() => {}
            () = desk.clock.sleep_until(until) => {}
            () = clocks.wait() => tokio::time::sleep(GATHER).await,
            // Other targets, another number of days: everything may be due earlier.
            () = settings.wait() => close_at = desk.clock.now(),
        }
    }
}

/// Does what is due. Gives when the next clock rings or the next rule looks, and when to look at closing again.
async fn turn(
    desk: &Desk,
    close_at: DateTime<Utc>,
) -> Result<(Option<DateTime<Utc>>, DateTime<Utc>), DeskError> {
    desk.renew_promises().await?;
    let next = [
        desk.ring_clocks().await?,
        desk.look_by_time().await?,
        desk.send_digests().await?,
        desk.ask_ratings().await?,
        desk.tend_plus_tests().await?,
    ];
    let next = next.into_iter().flatten().min();
    let now = desk.clock.now();
    if now < close_at {
        return Ok((next, close_at));
    }
    let latest = now + CLOSING;
    let closing = desk.close_resolved().await?;
    desk.forget_sessions().await?;
    desk.forget_old().await?;
    Ok((next, closing.map_or(latest, |at| at.min(latest))))
}
