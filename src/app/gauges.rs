//! What `/metrics` shows of the state of things, looked up from time to time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use metrics::gauge;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;
use crate::domain::account::AccountState;
use crate::store::{StoreError, accounts, cursors, inbound, outbox};

/// How old a gauge may be.
const EVERY: Duration = Duration::from_secs(15);

/// Collects what the program counts; a second recorder in one process, as in tests, gets nothing.
pub(super) fn recorder() -> PrometheusHandle {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _ = metrics::set_global_recorder(recorder);
    handle
}

/// Keeps the gauges up to date until it is asked to stop.
pub(super) async fn run(desk: Desk, handle: PrometheusHandle, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = read(&desk).await {
            tracing::debug!(%error, "could not read the figures for /metrics");
        }
        handle.run_upkeep();
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn read(desk: &Desk) -> Result<(), StoreError> {
    let now = desk.clock.now();
    let mut tx = desk.db.read().await?;
    let health = accounts::health_all_tenants(&mut tx).await?;
    let folders = cursors::all_tenants(&mut tx).await?;
    let waiting = inbound::counts_all_tenants(&mut tx).await?;
    let oldest = inbound::oldest_waiting_all_tenants(&mut tx).await?;
    let queued = outbox::counts_all_tenants(&mut tx).await?;
    drop(tx);
    for state in AccountState::ALL {
        let count = health
            .iter()
            .filter(|account| account.state == *state)
            .count();
        gauge!("postroom_accounts", "state" => state.as_str()).set(figure(count));
    }
    let resting = health
        .iter()
        .filter(|account| account.smtp_paused_until > Some(now))
        .count();
    gauge!("postroom_smtp_paused").set(figure(resting));
    let unseen = health
        .iter()
        .filter_map(|account| account.last_seen_at)
        .min();
    gauge!("postroom_account_unseen_seconds").set(age(unseen, now));
    let missing: i64 = health.iter().map(|account| account.missing).sum();
    gauge!("postroom_ingest_missing").set(figure(missing));
    let compared = || folders.values().flatten();
    let again: i64 = compared().map(|cursor| cursor.fetched_again).sum();
    gauge!("postroom_ingest_fetched_again").set(figure(again));
    let oldest_audit = compared()
        .map(|cursor| cursor.audited_at.unwrap_or(cursor.connected_at))
        .min();
    gauge!("postroom_ingest_compared_seconds").set(age(oldest_audit, now));
    for state in ["spooled", "quarantined"] {
        let count = waiting
            .iter()
            .find(|(found, _)| found == state)
            .map_or(0, |(_, count)| *count);
        gauge!("postroom_intake", "state" => state).set(figure(count));
    }
    gauge!("postroom_intake_oldest_seconds").set(age(oldest, now));
    for channel in outbox::Channel::ALL {
        for state in ["pending", "sending", "final_dot", "deferred", "uncertain"] {
            let found = queued
                .iter()
                .find(|(c, s, ..)| c == channel.as_str() && s == state);
            let labels = [("channel", channel.as_str()), ("state", state)];
            gauge!("postroom_outbox", &labels).set(figure(found.map_or(0, |row| row.2)));
            gauge!("postroom_outbox_oldest_seconds", &labels).set(age(found.map(|row| row.3), now));
        }
    }
    Ok(())
}

/// A count as Prometheus takes it.
fn figure(count: impl TryInto<u32>) -> f64 {
    count.try_into().map_or(f64::from(u32::MAX), f64::from)
}

fn age(since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> f64 {
    since.map_or(0.0, |since| (now - since).as_seconds_f64().max(0.0))
}
