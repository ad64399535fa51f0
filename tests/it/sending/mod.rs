//! What becomes of outgoing rows when servers refuse, hang up and fall silent (F16, F17, F18). The clock belongs to
//! the test.

mod hooks;
mod house;
mod pushes;

use postroom::store;
use postroom::store::outbox::NEVER;

use crate::support::TestDatabase;
use crate::support::database::both_databases;
use crate::support::ntfy::{Fault, Ntfy};
use crate::wire::fake::{Does, says};
use house::House;

const NOWHERE: &str = "http://127.0.0.1:1";

both_databases! {
    async fn f18_a_wrong_password_rests_the_account_fails_no_message_and_one_success_releases_all(database: TestDatabase) {
        let house = House::open(database, NOWHERE).await;
        house.server.answers(Some(|line| line.starts_with("AUTH").then(|| says("535 5.7.8 wrong\r\n"))));
        for name in ["grace", "jean", "kay"] {
            house.customer_writes(name).await;
        }
        for name in ["grace", "jean", "kay"] {
            let row = house.row(&format!("{name}@customers.test"), "paused", |row| row.paused).await;
            assert_eq!((row.state.public(), row.attempts), ("pending", 0), "{row:?}");
        }
        let mut tx = house.desk.db.read().await.unwrap();
        let health = store::accounts::health_all_tenants(&mut tx).await.unwrap();
        drop(tx);
        assert!(health[0].smtp_error.as_ref().unwrap().contains("535"), "{health:?}");
        house.server.answers(None);
        house.advance(2);
        for name in ["grace", "jean", "kay"] {
            let row = house.state(&format!("{name}@customers.test"), "sent").await;
            assert_eq!(row.attempts, 1);
        }
        assert_eq!(house.server.taken().len(), 3);
        house.stop().await;
    }

    async fn f16_a_lost_answer_is_uncertain_tried_once_more_and_then_left_to_people(database: TestDatabase) {
        let house = House::open(database, NOWHERE).await;
        house.server.answers(Some(|line| (line == ".").then(|| Does::SaysAndLeaves(Vec::new()))));
        house.customer_writes("grace").await;
        let row = house.state("grace@customers.test", "uncertain").await;
        assert!(row.was_uncertain);
        assert_eq!(house.server.taken().len(), 1);
        house.advance(11);
        let row = house.row("grace@customers.test", "given up", |row| row.next_attempt_at == NEVER).await;
        assert_eq!((row.state.public(), row.attempts), ("uncertain", 2));
        house.advance(60 * 72);
        house.customer_writes("jean").await;
        house.state("jean@customers.test", "uncertain").await;
        assert_eq!(house.server.taken().iter().filter(|to| to.contains("grace")).count(), 2);
        house.server.answers(None);
        house.retry(row.id).await;
        let row = house.state("grace@customers.test", "sent").await;
        assert!(row.was_uncertain, "it stays on the row for ever");
        house.stop().await;
    }

    async fn f17_a_refused_recipient_fails_alone_and_the_ticket_says_so(database: TestDatabase) {
        let house = House::open(database, NOWHERE).await;
        house.server.answers(Some(|line| {
            line.starts_with("RCPT TO:<grace").then(|| says("550 5.1.1 no such user\r\n"))
        }));
        house.customer_writes("grace").await;
        house.customer_writes("jean").await;
        house.state("jean@customers.test", "sent").await;
        let row = house.state("grace@customers.test", "failed").await;
        let mut tx = house.desk.db.read().await.unwrap();
        let ticket = row.ticket.unwrap();
        let events = store::events::of_ticket(&mut tx, house.tenant(), ticket, None, 100).await.unwrap();
        drop(tx);
        let line = events.iter().find_map(|event| event.to.as_deref().filter(|to| to.contains("550 5.1.1")));
        assert!(line.is_some_and(|line| line.contains("grace@customers.test")), "{events:?}");
        house.stop().await;
    }

    async fn out10_an_address_that_is_suppressed_gets_no_mail_and_the_ticket_says_why(database: TestDatabase) {
        let house = House::open(database, NOWHERE).await;
        let (tenant, now) = (house.tenant(), house.desk.clock.now());
        let (grace, other) = ("grace@customers.test".parse().unwrap(), "jean@customers.test".parse().unwrap());
        let mut tx = house.desk.db.write().await.unwrap();
        for address in [&grace, &other] {
            store::suppressions::put(&mut tx, tenant, address, "failed 5.1.1: no such user", now).await.unwrap();
        }
        store::suppressions::remove(&mut tx, tenant, &other).await.unwrap();
        tx.commit().await.unwrap();
        house.customer_writes("grace").await;
        house.customer_writes("jean").await;
        house.state("jean@customers.test", "sent").await;
        let row = house.state("grace@customers.test", "failed").await;
        assert!(row.last_reply.as_deref().unwrap().contains("suppression list: failed 5.1.1: no such user"), "{row:?}");
        // A person who tries again is told the same.
        house.retry(row.id).await;
        house.row("grace@customers.test", "failed again", |again| again.state.public() == "failed" && again.attempts > row.attempts).await;
        assert_eq!(house.server.taken().len(), 1);
        let mut tx = house.desk.db.read().await.unwrap();
        let events = store::events::of_ticket(&mut tx, tenant, row.ticket.unwrap(), None, 100).await.unwrap();
        drop(tx);
        assert!(events.iter().any(|event| event.to.as_deref().is_some_and(|to| to.contains("suppression list"))), "{events:?}");
        house.stop().await;
    }

    async fn f17_a_recipient_who_is_refused_for_now_is_tried_by_the_schedule(database: TestDatabase) {
        let house = House::open(database, NOWHERE).await;
        house.server.answers(Some(|line| {
            line.starts_with("RCPT").then(|| says("450 4.2.0 greylisted\r\n"))
        }));
        house.customer_writes("grace").await;
        for (attempts, minutes) in [(1, 2), (2, 7), (3, 19)] {
            house.row("grace@customers.test", "deferred", |row| row.attempts == attempts).await;
            house.state("grace@customers.test", "deferred").await;
            house.advance(minutes);
        }
        house.row("grace@customers.test", "deferred again", |row| row.attempts == 4).await;
        house.server.answers(None);
        house.state("grace@customers.test", "deferred").await;
        house.advance(80);
        house.state("grace@customers.test", "sent").await;
        house.stop().await;
    }

    async fn f28_a_server_that_is_down_is_asked_again_and_mail_goes_out_then(database: TestDatabase) {
        let house = House::open(database, NOWHERE).await;
        house.server.answers(Some(|line| line.starts_with("MAIL").then(|| Does::SaysAndLeaves(Vec::new()))));
        house.customer_writes("grace").await;
        house.row("grace@customers.test", "paused", |row| row.paused).await;
        house.server.answers(None);
        house.advance(2);
        let row = house.state("grace@customers.test", "sent").await;
        assert_eq!((row.attempts, row.was_uncertain), (1, false));
        assert_eq!(house.server.taken().len(), 1);
        house.stop().await;
    }

    async fn o8_a_reply_for_tomorrow_keeps_no_later_one_and_one_for_in_a_moment_keeps_its_place(database: TestDatabase) {
        let house = House::open(database, NOWHERE).await;
        house.customer_writes("grace").await;
        let ticket = house.state("grace@customers.test", "sent").await.ticket.unwrap();
        let tomorrow = house.reply(ticket, 24 * 3600).await;
        let today = house.reply(ticket, 0).await;
        house.row("grace@customers.test", "sent today", |row| row.message == Some(today) && row.state.public() == "sent").await;
        house.row("grace@customers.test", "waiting for tomorrow", |row| row.message == Some(tomorrow) && row.state.public() == "pending").await;
        let in_a_moment = house.reply(ticket, 10).await;
        let after_it = house.reply(ticket, 0).await;
        house.customer_writes("jean").await;
        house.state("jean@customers.test", "sent").await;
        for message in [in_a_moment, after_it] {
            house.row("grace@customers.test", "in line", |row| row.message == Some(message) && row.state.public() == "pending").await;
        }
        house.advance(1);
        house.row("grace@customers.test", "sent", |row| row.message == Some(after_it) && row.state.public() == "sent").await;
        house.stop().await;
    }

    async fn o9_a_push_waits_as_long_as_its_server_asks_and_mail_does_not_wait_with_it(database: TestDatabase) {
        let ntfy = Ntfy::start(None).await;
        ntfy.fail([Fault::TooMany { retry_after: 1800 }]);
        let house = House::open(database, ntfy.url()).await;
        house.customer_writes("grace").await;
        house.state("grace@customers.test", "sent").await;
        let row = house.state("acme-tickets", "deferred").await;
        let wait = row.next_attempt_at - house.desk.clock.now();
        assert_eq!(wait.num_minutes(), 30, "{row:?}");
        house.advance(31);
        house.state("acme-tickets", "sent").await;
        assert_eq!(ntfy.published().len(), 1);
        house.stop().await;
    }
}
