//! Whether a mailbox's plus-address reaches it is found out by a mail to ourselves (TH8).

use postroom::domain::mailbox::{Mailbox, PlusState};
use postroom::store::inbound::InboundState;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

/// The tenant's mailbox gets an account that nobody connects to.
const ACCOUNT: &str = r#"
[[tenant]]
slug = "acme"
[[tenant.account]]
name = "main"
imap = { host = "127.0.0.1", port = 1, tls = "none" }
smtp = { host = "127.0.0.1", port = 1, tls = "none" }
[[tenant.mailbox]]
address = "support@acme.test"
account = "main"
"#;

fn support(road: &Road) -> Mailbox {
    let directory = road.desk.directory();
    let office = directory.by_slug("acme").unwrap();
    let address = "support@acme.test".parse().unwrap();
    office.mailbox_at(&address).unwrap().clone()
}

fn state(road: &Road) -> Option<PlusState> {
    support(road).tried.map(|tried| tried.state)
}

/// A desk whose mailbox was just tested, with the probe's recipient and bytes.
async fn tested(database: TestDatabase) -> (Road, String, String) {
    let road = Road::new(database).await;
    road.apply(ACCOUNT).await;
    let mailbox = support(&road);
    road.desk
        .test_plus(mailbox.tenant, mailbox.id)
        .await
        .unwrap();
    road.desk.refresh().await.unwrap();
    let probe = road.sent().await.pop().unwrap();
    assert!(
        probe.recipient.starts_with("support+probe-"),
        "{}",
        probe.recipient
    );
    (road, probe.recipient, probe.raw)
}

/// Notes that the row went out, or did not.
async fn went(road: &Road, state: &str) {
    road.execute(
        "UPDATE outbox SET state = $1, last_reply = 'so it was' WHERE cause LIKE 'probe:%'",
        state,
    )
    .await;
    road.execute("UPDATE accounts SET state = $1", "ok").await;
}

both_databases! {
    async fn a_probe_that_comes_back_shows_that_the_plus_address_works(database: TestDatabase) {
        let (road, _, probe) = tested(database).await;
        assert_eq!(state(&road), Some(PlusState::Waiting));
        road.receive(&format!("Delivered-To: support@acme.test\r\n{probe}")).await;
        road.desk.refresh().await.unwrap();
        assert_eq!(state(&road), Some(PlusState::Works));
        assert!(support(&road).carries_tokens());
        // It is kept apart: no ticket, and nothing goes out because of it.
        assert!(road.tickets("acme").await.is_empty());
        assert_eq!(road.intake().await[0].state, InboundState::Ignored);
        assert_eq!(road.sent().await.len(), 1);
    }

    async fn without_it_tokens_travel_in_the_message_id_only(database: TestDatabase) {
        let (road, _, _) = tested(database).await;
        went(&road, "sent").await;
        road.desk.clock.advance(chrono::Duration::minutes(29));
        road.desk.tend_plus_tests().await.unwrap();
        assert!(support(&road).carries_tokens());
        road.desk.clock.advance(chrono::Duration::minutes(2));
        road.desk.tend_plus_tests().await.unwrap();
        assert_eq!(state(&road), Some(PlusState::Fails));
        assert!(!support(&road).carries_tokens());
        road.receive(&mail("Grace <grace@customers.test>", "support@acme.test", "m1@customers.test", "Printer", "", "Smoke.")).await;
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        assert!(!sent.contains("support+"), "{sent}");
        // Its answer finds the ticket all the same, by the Message-ID.
        let answered = Road::header(&sent, "Message-ID");
        let more = format!("In-Reply-To: {answered}\r\n");
        road.receive(&mail("Grace <grace@customers.test>", "support@acme.test", "m2@customers.test", "Thanks", &more, "It is out.")).await;
        assert_eq!(road.tickets("acme").await.len(), 1);
    }

    async fn a_probe_that_was_not_sent_says_nothing_yet_and_a_late_one_counts(database: TestDatabase) {
        let (road, _, probe) = tested(database).await;
        went(&road, "deferred").await;
        road.desk.clock.advance(chrono::Duration::minutes(31));
        let next = road.desk.tend_plus_tests().await.unwrap();
        assert_eq!(state(&road), Some(PlusState::Waiting));
        assert_eq!(next, Some(road.desk.clock.now() + chrono::Duration::minutes(30)));
        went(&road, "failed").await;
        road.desk.clock.advance(chrono::Duration::minutes(31));
        road.desk.tend_plus_tests().await.unwrap();
        assert_eq!(state(&road), Some(PlusState::Fails));
        assert!(support(&road).plus_address().sentence().contains("so it was"));
        road.receive(&probe).await;
        road.desk.refresh().await.unwrap();
        assert_eq!(state(&road), Some(PlusState::Works));
    }

    async fn a_report_that_the_probe_was_not_delivered_opens_no_ticket(database: TestDatabase) {
        let (road, recipient, probe) = tested(database).await;
        went(&road, "sent").await;
        let id = Road::header(&probe, "Message-ID");
        let report = format!(
            "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.acme.test\r\nTo: support@acme.test\r\nMessage-ID: <b1@mx.acme.test>\r\nSubject: Undelivered\r\n\
             MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.acme.test\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\nSubject: x\r\n\r\n--b--\r\n"
        );
        road.receive(&report).await;
        assert!(road.tickets("acme").await.is_empty());
        road.desk.clock.advance(chrono::Duration::minutes(31));
        road.desk.tend_plus_tests().await.unwrap();
        assert_eq!(state(&road), Some(PlusState::Fails));
        assert!(support(&road).plus_address().sentence().contains("5.1.1"));
    }

    async fn new_mailboxes_are_tested_once_an_account_is_connected_and_nobody_decided(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(ACCOUNT).await;
        let now = road.desk.clock.now();
        assert_eq!(road.desk.tend_plus_tests().await.unwrap(), Some(now + chrono::Duration::minutes(1)));
        assert!(road.sent().await.is_empty());
        road.execute("UPDATE accounts SET state = $1", "ok").await;
        road.desk.tend_plus_tests().await.unwrap();
        road.desk.tend_plus_tests().await.unwrap();
        assert_eq!(road.sent().await.len(), 1);
        // What somebody decided holds, whatever the test says.
        road.desk.refresh().await.unwrap();
        let decided = |plus| format!("[[tenant]]\nslug = \"acme\"\n[[tenant.mailbox]]\naddress = \"support@acme.test\"\nplus = {plus}\n");
        road.apply(&decided(false)).await;
        assert!(!support(&road).carries_tokens());
        went(&road, "failed").await;
        road.apply(&decided(true)).await;
        road.desk.clock.advance(chrono::Duration::minutes(31));
        road.desk.tend_plus_tests().await.unwrap();
        assert_eq!(state(&road), Some(PlusState::Fails));
        assert!(support(&road).carries_tokens());
    }

    async fn a_mailbox_is_tested_by_command(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(ACCOUNT).await;
        let said = road.command(&["mailbox", "test", "--tenant", "acme", "support@acme.test"]).await;
        assert!(said.contains("is on its way"), "{said}");
        assert_eq!(road.sent().await.len(), 1);
    }
}
