//! Nothing lost, nothing twice, nobody held up: how the processor treats mail that makes trouble.

use postroom::domain::mail::{Mail, parse};
use postroom::intake::process::Process;
use postroom::store;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

/// A reader that gives up on one kind of mail.
fn fragile(raw: &[u8]) -> Mail {
    let mail = parse(raw);
    assert!(!mail.subject.contains("poison"), "poison");
    mail
}

both_databases! {
    async fn f15_a_poisonous_mail_goes_to_quarantine_and_its_neighbours_pass(database: TestDatabase) {
        let road = Road::new(database).await;
        for (n, subject) in ["one", "poison", "two"].into_iter().enumerate() {
            road.spool(&mail(GRACE, "support@acme.test", &format!("m{n}@customers.test"), subject, "", subject)).await;
        }
        let process = Process::new(road.desk.clone(), "test").reading_with(fragile);
        for _ in 0..20 {
            process.step().await.unwrap();
            road.desk.clock.advance(chrono::Duration::seconds(1));
        }
        let intake = road.intake().await;
        assert_eq!(intake.iter().map(|i| i.state.as_str()).collect::<Vec<_>>(), ["processed", "quarantined", "processed"]);
        assert_eq!(intake[1].attempts, 3);
        assert!(intake[1].reason.as_deref().unwrap().contains("poison"));
        assert_eq!(road.tickets("acme").await.len(), 2);
        // Mended, it goes through today's code.
        let mut tx = road.desk.db.write().await.unwrap();
        assert!(store::inbound::retry(&mut tx, intake[1].id).await.unwrap());
        tx.commit().await.unwrap();
        road.settle().await;
        assert_eq!(road.tickets("acme").await.len(), 3);
    }

    async fn after_a_kill_the_innocent_are_processed_and_only_the_guilty_is_counted(database: TestDatabase) {
        let road = Road::new(database).await;
        for n in 0..3 {
            road.spool(&mail(GRACE, "support@acme.test", &format!("m{n}@customers.test"), "mail", "", &n.to_string())).await;
        }
        let now = road.desk.clock.now();
        let until = now + chrono::Duration::minutes(5);
        let claim = async || {
            let mut tx = road.desk.db.write().await.unwrap();
            let claimed = store::inbound::claim_all_tenants(&mut tx, "test", (10, 1 << 20), until, now).await.unwrap();
            tx.commit().await.unwrap();
            claimed.len()
        };
        let recover = async || {
            let mut tx = road.desk.db.write().await.unwrap();
            let found = store::inbound::recover_all_tenants(&mut tx, "test").await.unwrap();
            tx.commit().await.unwrap();
            found
        };
        assert_eq!(claim().await, 3);
        assert_eq!(claim().await, 0, "in hand");
        assert_eq!(recover().await, 3, "the program was killed");
        assert_eq!(claim().await, 1, "now one at a time");
        assert_eq!(recover().await, 1, "killed again");
        let attempts: Vec<_> = road.intake().await.iter().map(|i| i.attempts).collect();
        assert_eq!(attempts, [1, 0, 0]);
        road.settle().await;
        assert_eq!(road.tickets("acme").await.len(), 3);
    }

    async fn odd_mail_is_stored_whatever_is_in_it(database: TestDatabase) {
        let road = Road::new(database).await;
        let many = (0..10_000).map(|n| format!("r{n}@customers.test")).collect::<Vec<_>>().join(",\r\n ");
        let long = format!("{}@customers.test", "x".repeat(10_240));
        for raw in [
            String::new(),
            "To: support@acme.test\r\n\r\nno sender".to_owned(),
            "From: a@x.test\r\nFrom: b@x.test\r\nTo: support@acme.test\r\n\r\ntwo senders".to_owned(),
            "From: a@x.test, b@x.test\r\nTo: support@acme.test\r\n\r\ntwo in one".to_owned(),
            "From: n\0l@x.test\r\nTo: support@acme.test\r\nSubject: a\0b\r\n\r\nnul \0 bytes".to_owned(),
            format!("From: c@x.test\r\nTo: support@acme.test,\r\n {many}\r\n\r\nmany recipients"),
            format!("From: d@x.test\r\nTo: support@acme.test\r\nMessage-ID: <{long}>\r\n\r\nlong id"),
            format!("From: e@x.test\r\nTo: support@acme.test\r\nReferences: {}\r\n\r\nmany ancestors", "<a@b.test> ".repeat(5000)),
        ] {
            road.receive(&raw).await;
        }
        let states: Vec<_> = road.intake().await.iter().map(|i| i.state.as_str()).collect();
        assert_eq!(states[0], "ignored", "an empty mail names nobody");
        assert!(states[1..].iter().all(|s| *s == "processed"), "{states:?}");
        assert_eq!(road.tickets("acme").await.len(), 7);
    }

    async fn mails_that_speak_of_the_same_earlier_mail_share_a_batch(database: TestDatabase) {
        let road = Road::new(database).await;
        let more = "References: <unknown@customers.test>\r\nCc: ada@customers.test\r\n";
        for n in 0..3 {
            road.spool(&mail(GRACE, "support@acme.test", &format!("m{n}@customers.test"), "mail", more, &n.to_string())).await;
        }
        assert_eq!(road.process.step().await.unwrap(), 3);
        let states: Vec<_> = road.intake().await.iter().map(|i| i.state.as_str()).collect();
        assert_eq!(states, ["processed"; 3], "none was put aside to be looked at alone");
    }

    async fn numbers_rise_without_gaps(database: TestDatabase) {
        let road = Road::new(database).await;
        for n in 0..450 {
            road.spool(&mail(GRACE, "support@acme.test", &format!("m{n}@customers.test"), "mail", "", &n.to_string())).await;
        }
        road.settle().await;
        let numbers: Vec<_> = road.tickets("acme").await.iter().map(|t| t.number).collect();
        assert_eq!(numbers, (1..=450).collect::<Vec<_>>());
    }
}
