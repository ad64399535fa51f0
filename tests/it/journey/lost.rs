//! Nothing is lost: kill -9 at random moments while mail comes in.

use std::collections::HashMap;
use std::time::Duration;

use postroom::door::Random;

use super::house::within;
use super::ledger::{count, is_sound, texts};
use super::{House, letter};
use crate::support::TestDatabase;

/// Every so many, the same mail is dropped in twice.
const TWICE_EVERY: usize = 25;

/// How many mails are through.
async fn taken(database: &TestDatabase) -> usize {
    count(
        database,
        "SELECT CAST(count(*) AS TEXT) FROM inbound WHERE state <> 'spooled'",
    )
    .await
}

/// Drops `total` mails in `batches` while the daemon is killed and started again, and then looks for each of them.
async fn nothing_is_lost(database: TestDatabase, total: usize, batches: usize) {
    let mut house = House::start(database, "acknowledge = \"off\"").await;
    let (desk, fate) = (house.desk(), Random::seeded(20));
    let inbox = house.servers.maildir(&desk);
    let (mut dropped, mut in_the_middle) = (0, 0);
    for batch in 0..batches {
        for n in (batch..total).step_by(batches) {
            let from = house.customer(&format!("customer-{}", n % 50));
            let raw = letter(
                &from,
                &desk,
                &format!("canary-{n}@customers.test"),
                &format!("canary-{n}"),
                "",
                &format!("Mail {n}."),
            );
            inbox.drop(raw.as_bytes());
            dropped += 1;
            if n % TWICE_EVERY == 0 {
                inbox.drop(raw.as_bytes());
                dropped += 1;
            }
        }
        for _ in 0..4 {
            // The moment is what is random here; nothing is waited for.
            tokio::time::sleep(Duration::from_secs_f64(fate.fraction() * 0.3)).await;
            house.daemon.kill();
            in_the_middle += usize::from(taken(&house.database).await < dropped);
            house.daemon.start().await;
        }
    }
    assert!(
        in_the_middle >= batches,
        "only {in_the_middle} kills hit anything"
    );
    within(
        Duration::from_mins(2),
        "all mails to be through",
        async || (taken(&house.database).await >= dropped).then_some(()),
    )
    .await;

    // V1: each is a message or a duplicate of one; V2: and a message once.
    let mut states: HashMap<String, usize> = HashMap::new();
    for state in texts(&house.database, "SELECT state FROM inbound").await {
        *states.entry(state).or_default() += 1;
    }
    assert_eq!(states.get("processed"), Some(&total), "{states:?}");
    assert_eq!(
        states.get("duplicate"),
        Some(&(dropped - total)),
        "{states:?}"
    );
    let mut found = texts(&house.database, "SELECT subject FROM messages").await;
    found.sort();
    let mut expected: Vec<_> = (0..total).map(|n| format!("canary-{n}")).collect();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(house.api("ada").await.list("/tickets").await.len(), total);
    is_sound(&house.database).await;
    assert!(
        !house.daemon.log().contains("panic"),
        "{}",
        house.daemon.log()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_mails_survive_kill_9_on_sqlite() {
    nothing_is_lost(TestDatabase::sqlite(), 1000, 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_mails_survive_kill_9_on_postgres() {
    nothing_is_lost(TestDatabase::postgres().await, 200, 2).await;
}
