//! Reports of deliveries: each changes exactly what it is about.

use postroom::desk::speak::Reply;
use postroom::domain::address::{EmailAddress, Party};
use postroom::domain::message::{Kind, MatchedBy};
use postroom::store::outbox::Listed;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

/// A desk that answered Grace, with a copy to Alan.
async fn answered(database: TestDatabase) -> Road {
    let road = Road::new(database).await;
    road.receive(&mail(
        GRACE,
        "support@acme.test",
        "m1@customers.test",
        "Printer",
        "",
        "one",
    ))
    .await;
    let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
    let copy = Party {
        email: "alan@customers.test".into(),
        ..Party::default()
    };
    let reply = Reply {
        text: "Use water.".into(),
        cc: Some(vec![copy]),
        ..Reply::default()
    };
    road.desk.reply(&ada, id, reply).await.unwrap();
    road
}

/// The rows of the answer: Grace's and Alan's.
async fn rows(road: &Road) -> (Listed, Listed) {
    let ada = road.who("acme", "ada@agents.test");
    let reply = road
        .messages("ACME-1")
        .await
        .into_iter()
        .find(|m| m.kind == Kind::Reply)
        .unwrap()
        .id;
    let mut tx = road.desk.db.read().await.unwrap();
    let rows =
        postroom::store::outbox::deliveries(&mut tx, ada.tenant, &[reply], road.desk.clock.now())
            .await
            .unwrap();
    let of = |name: &str| {
        rows.iter()
            .find(|row| row.recipient.starts_with(name))
            .unwrap()
            .clone()
    };
    (of("grace@"), of("alan@"))
}

async fn is_suppressed(road: &Road, address: &str) -> bool {
    let address: EmailAddress = address.parse().unwrap();
    let mut tx = road.desk.db.read().await.unwrap();
    let tenant = road.who("acme", "ada@agents.test").tenant;
    !postroom::store::telling::suppressed(&mut tx, tenant, &[&address])
        .await
        .unwrap()
        .is_empty()
}

fn report(original: &str, recipient: &str, action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.test\r\nTo: support@acme.test\r\nSubject: Report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nAbout your mail.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{original}>\r\nSubject: Re: Printer\r\n\r\n--b--\r\n"
    )
}

both_databases! {
    async fn a_hard_bounce_changes_one_recipient_and_ends_the_address(database: TestDatabase) {
        let road = answered(database).await;
        let (grace, alan) = rows(&road).await;
        road.receive(&report(alan.mail_id.as_deref().unwrap(), "alan@customers.test", "failed", "5.1.1")).await;
        let (grace_after, alan_after) = rows(&road).await;
        assert_eq!(grace_after.state, grace.state);
        assert_eq!(alan_after.state.as_str(), "failed");
        assert_eq!(alan_after.last_reply.as_deref(), Some("failed 5.1.1"));
        let report = road.messages("ACME-1").await.pop().unwrap();
        assert_eq!(report.matched_by, MatchedBy::Token, "the id that it names is signed");
        assert!(is_suppressed(&road, "alan@customers.test").await);
        assert!(!is_suppressed(&road, "grace@customers.test").await);
        assert_eq!(road.tickets("acme").await.len(), 1);
    }

    async fn a_full_mailbox_fails_the_delivery_and_keeps_the_address(database: TestDatabase) {
        let road = answered(database).await;
        let (_, alan) = rows(&road).await;
        road.receive(&report(alan.mail_id.as_deref().unwrap(), "alan@customers.test", "failed", "5.2.2")).await;
        assert_eq!(rows(&road).await.1.state.as_str(), "failed");
        assert!(!is_suppressed(&road, "alan@customers.test").await);
    }

    async fn delay_and_success_leave_the_delivery_as_it_is(database: TestDatabase) {
        let road = answered(database).await;
        let (grace, alan) = rows(&road).await;
        for (action, status) in [("delayed", "4.4.1"), ("relayed", "2.0.0"), ("expanded", "2.0.0"), ("delivered", "2.0.0")] {
            road.receive(&report(alan.mail_id.as_deref().unwrap(), "alan@customers.test", action, status)).await;
            let (grace_after, alan_after) = rows(&road).await;
            assert_eq!((grace_after.state, alan_after.state), (grace.state, alan.state), "{action}");
            assert_eq!(alan_after.last_reply, Some(format!("{action} {status}")));
        }
        assert!(!is_suppressed(&road, "alan@customers.test").await);
        assert_eq!(road.tickets("acme").await.len(), 1);
    }

    async fn a_notice_in_words_is_bound_by_the_returned_header(database: TestDatabase) {
        let road = answered(database).await;
        let (_, alan) = rows(&road).await;
        let before = road.recipients().await.len();
        let original = alan.mail_id.unwrap();
        road.receive(&format!(
            "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test\r\nTo: support@acme.test\r\nSubject: failure notice\r\n\r\n\
             Hi. This is the qmail-send program at mx.test.\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n\
             <alan@customers.test>:\r\nThis user does not exist.\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n\
             Message-ID: <{original}>\r\nFrom: support@acme.test\r\nTo: alan@customers.test\r\nSubject: Re: Printer\r\n\r\nUse water.\r\n"
        )).await;
        let (_, after) = rows(&road).await;
        assert_eq!((after.state.as_str(), after.last_reply.as_deref()), ("failed", Some("failed 5.1.1")));
        assert!(is_suppressed(&road, "alan@customers.test").await);
        let queued: Vec<_> = road.recipients().await.into_iter().skip(before).collect();
        assert!(queued.iter().all(|to| !to.contains("mx.test")), "nobody answers a report: {queued:?}");
    }

    async fn a_report_of_a_mail_without_a_token_says_by_what_it_was_bound(database: TestDatabase) {
        let road = answered(database).await;
        let (_, alan) = rows(&road).await;
        let plain = "0123456789@acme.test";
        road.database.execute(&format!("UPDATE outbox SET mail_id = '{plain}' WHERE mail_id = '{}'", alan.mail_id.unwrap())).await;
        road.receive(&report(plain, "alan@customers.test", "failed", "5.1.1")).await;
        let report = road.messages("ACME-1").await.pop().unwrap();
        assert_eq!(report.matched_by, MatchedBy::References);
    }
}
