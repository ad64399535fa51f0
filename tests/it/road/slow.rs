//! A mail that takes long to read is nobody else's trouble (A32, A33).

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use postroom::domain::mail::{Mail, parse};
use postroom::intake::process::{Patience, Process};
use postroom::store;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

/// For each subject on which a reader waits: how many do, and whether it goes on.
static GATES: Mutex<Option<HashMap<String, (u32, bool)>>> = Mutex::new(None);
static NEWS: Condvar = Condvar::new();

/// The subject of a slow mail, and the end of its slowness: at the latest with the test, whose threads would not end
/// before.
struct Slow(String);

impl Slow {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let slow = Self(format!("slow {}", NEXT.fetch_add(1, Ordering::Relaxed)));
        let mut gates = GATES.lock().unwrap();
        gates
            .get_or_insert_default()
            .insert(slow.0.clone(), (0, false));
        slow
    }

    /// From now on it is as fast as all others.
    fn ends(&self) {
        if let Some(gate) = GATES.lock().unwrap().as_mut().unwrap().get_mut(&self.0) {
            gate.1 = true;
        }
        NEWS.notify_all();
    }

    /// How many threads have begun to read it.
    fn readers(&self) -> u32 {
        GATES.lock().unwrap().as_ref().unwrap()[&self.0].0
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.ends();
    }
}

/// A reader that does not come to an end with a slow mail before its gate is open.
fn patient(raw: &[u8]) -> Mail {
    let mail = parse(raw);
    let mut gates = GATES.lock().unwrap();
    if let Some(gate) = gates
        .as_mut()
        .and_then(|gates| gates.get_mut(&mail.subject))
    {
        gate.0 += 1;
        let shut = |gates: &mut Option<HashMap<String, (u32, bool)>>| {
            !gates.as_ref().is_some_and(|gates| gates[&mail.subject].1)
        };
        drop(NEWS.wait_while(gates, shut).unwrap());
    }
    mail
}

/// A processor that waits `most` for a mail, and lets others pass as soon as it may.
fn process(road: &Road, most: Duration) -> Process {
    let wait = Duration::from_millis(100).min(most);
    Process::new(road.desk.clone(), "test")
        .reading_with(patient)
        .with_patience(Patience { wait, most })
}

async fn spool(road: &Road, subjects: &[&str]) {
    for (n, subject) in subjects.iter().enumerate() {
        let id = format!("m{n}@customers.test");
        let raw = mail(GRACE, "support@acme.test", &id, subject, "", subject);
        road.spool(&raw).await;
    }
}

async fn states(road: &Road) -> Vec<&'static str> {
    let intake = road.intake().await;
    intake.iter().map(|mail| mail.state.as_str()).collect()
}

both_databases! {
    async fn a32_others_pass_a_mail_that_takes_long_and_it_is_finished_when_it_is_read(database: TestDatabase) {
        let road = Road::new(database).await;
        let slow = Slow::new();
        spool(&road, &["one", &slow.0, "two", "three", "four"]).await;
        let process = process(&road, Duration::from_mins(10));
        while process.step().await.unwrap() > 0 {}
        assert_eq!(states(&road).await, ["processed", "spooled", "processed", "processed", "processed"]);
        assert_eq!(road.tickets("acme").await.len(), 4);

        slow.ends();
        let read = async {
            while process.step().await.unwrap() == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), read).await.expect("it is read");
        assert_eq!(states(&road).await, ["processed"; 5]);
        assert_eq!(slow.readers(), 1);
        assert!(road.intake().await.iter().all(|mail| mail.attempts == 0));
    }

    async fn a32_a_mail_that_always_takes_too_long_goes_to_quarantine_and_holds_one_thread(database: TestDatabase) {
        let road = Road::new(database).await;
        let slow = Slow::new();
        spool(&road, &["one", &slow.0, "two"]).await;
        let process = process(&road, Duration::ZERO);
        for _ in 0..8 {
            process.step().await.unwrap();
            road.desk.clock.advance(chrono::Duration::seconds(10));
        }
        assert_eq!(states(&road).await, ["processed", "quarantined", "processed"]);
        let intake = road.intake().await;
        assert_eq!(intake[1].attempts, 3);
        assert!(intake[1].reason.as_deref().unwrap().contains("longer than 10 seconds"), "{:?}", intake[1].reason);
        assert!(slow.readers() <= 1, "a second thread would not be faster");
    }

    async fn a33_what_is_worked_on_together_is_bounded_in_bytes(database: TestDatabase) {
        let road = Road::new(database).await;
        spool(&road, &["one", "two", "three"]).await;
        let size = road.intake().await[0].size;
        let now = road.desk.clock.now();
        let claim = async |bytes: i64| {
            let mut tx = road.desk.db.write().await.unwrap();
            let most = (10, bytes);
            let claimed = store::inbound::claim_all_tenants(&mut tx, "test", most, now, now).await.unwrap();
            tx.rollback().await.unwrap();
            claimed.len()
        };
        assert_eq!(claim(0).await, 1, "at least one");
        assert_eq!(claim(2 * size + 20).await, 2);
        assert_eq!(claim(1 << 20).await, 3);
    }
}
