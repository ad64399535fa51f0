//! Pushes to an ntfy server that refuses, fails and falls silent: nothing is lost, and mail does not wait for it (NT1, O9).

use postroom::store::outbox::{Listed, OutboxState};

use super::house::House;
use crate::support::TestDatabase;
use crate::support::database::both_databases;
use crate::support::ntfy::{Fault, Ntfy};
use crate::support::wait_for;

const TOPIC: &str = "acme-tickets";

impl House {
    /// Waits for all pushes about tickets to be as they should.
    async fn pushes_are(&self, count: usize, fits: impl Fn(&Listed) -> bool) {
        wait_for(
            &format!("{count} pushes to be as they should"),
            async || {
                let mut rows = self.outbox().await;
                rows.retain(|row| row.recipient == TOPIC);
                (rows.len() == count && rows.iter().all(&fits)).then_some(())
            },
        )
        .await;
    }
}

both_databases! {
    async fn f18_a_server_that_refuses_our_token_rests_with_one_alert_and_a_success_releases_all(database: TestDatabase) {
        let ntfy = Ntfy::start(None).await;
        ntfy.fail([Fault::Status(401), Fault::Status(404)]);
        let house = House::open(database, ntfy.url()).await;
        house.customer_writes("grace").await;
        house.state("grace@customers.test", "sent").await;
        let rests = |row: &Listed| row.paused && row.state == OutboxState::Pending && row.attempts == 0;
        house.pushes_are(1, rests).await;
        house.customer_writes("jean").await;
        house.state("jean@customers.test", "sent").await;
        house.pushes_are(2, rests).await;
        assert_eq!((ntfy.published().len(), house.alerts().await), (0, 1));
        house.advance(6);
        house.pushes_are(2, |row| row.state == OutboxState::Sent || rests(row)).await;
        house.advance(6);
        house.pushes_are(2, |row| row.state == OutboxState::Sent).await;
        let told = ntfy.published().iter().filter(|push| push["topic"] == TOPIC).count();
        assert_eq!((told, house.alerts().await), (2, 1), "one alert for one illness");
        house.stop().await;
    }

    async fn o9_no_push_is_lost_whatever_its_server_does_and_mail_goes_out_meanwhile(database: TestDatabase) {
        let ntfy = Ntfy::start(None).await;
        ntfy.fail([Fault::TooMany { retry_after: 90 }, Fault::Status(500), Fault::TakenButFailed, Fault::Half, Fault::Hang]);
        let house = House::open(database, ntfy.url()).await;
        let names = ["grace", "jean", "kay", "mary", "radia"];
        for name in names {
            house.customer_writes(name).await;
        }
        for name in names {
            house.state(&format!("{name}@customers.test"), "sent").await;
        }
        house.pushes_are(5, |row| row.state == OutboxState::Deferred).await;
        house.advance(4);
        house.pushes_are(5, |row| row.state == OutboxState::Sent).await;
        for number in 1..=5 {
            let key = format!("ACME-{number} ");
            let published = ntfy.published();
            let told = published.iter().filter(|push| push["title"].as_str().unwrap().starts_with(&key));
            assert!((1..=2).contains(&told.count()), "{key}: {published:#?}");
        }
        house.stop().await;
    }
}
