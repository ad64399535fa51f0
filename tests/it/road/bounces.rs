//! Reports of deliveries: each changes exactly what it is about.

use postroom::desk::speak::Reply;
use postroom::domain::address::{EmailAddress, Party};
use postroom::domain::mail::Machine;
use postroom::domain::message::{Kind, MatchedBy};
use postroom::domain::ticket::Side;
use postroom::store::outbox::Listed;

use super::desk::Sent;
use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

/// A desk that answered Grace, with a copy to Alan.
async fn answered(database: TestDatabase) -> Road {
    answered_on(Road::new(database).await).await
}

async fn answered_on(road: Road) -> Road {
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
    postroom::store::suppressions::find(&mut tx, tenant, &address)
        .await
        .unwrap()
        .is_some()
}

fn report(original: &str, recipient: &str, action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.test\r\nTo: support@acme.test\r\nSubject: Report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nAbout your mail.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{original}>\r\nSubject: Re: Printer\r\n\r\n--b--\r\n"
    )
}

/// The mail that went to Alan.
async fn to_alan(road: &Road) -> Sent {
    let all = road.sent().await;
    all.into_iter()
        .find(|sent| sent.recipient.starts_with("alan@"))
        .unwrap()
}

/// A report that returns these header fields, sent to `to`.
fn returning(to: &str, fields: &str, recipients: &str) -> String {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test\r\nTo: {to}\r\nSubject: Report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nAbout your mail.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n{recipients}\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\n{fields}Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nSubject: Re: Printer\r\n\r\n--b--\r\n"
    )
}

const NO_ALAN: &str = "Final-Recipient: rfc822; alan@customers.test\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such\r\n  user here";

both_databases! {
    async fn a_report_to_our_return_path_is_bound_by_it_and_says_code_and_words(database: TestDatabase) {
        let road = answered(database).await;
        let return_path = to_alan(&road).await.envelope_from;
        assert!(return_path.starts_with("support+b-"), "{return_path}");
        road.receive(&returning(&return_path, "", NO_ALAN)).await;
        let (grace, alan) = rows(&road).await;
        assert_eq!(grace.state.as_str(), "pending");
        assert_eq!(
            (alan.state.as_str(), alan.last_reply.as_deref()),
            ("failed", Some("failed 5.1.1: 550 5.1.1 no such user here"))
        );
        assert!(is_suppressed(&road, "alan@customers.test").await);
        let timeline = road.timeline("ACME-1").await;
        assert!(timeline.iter().any(|line| line.contains("alan@customers.test→failed 5.1.1: 550 5.1.1 no such user here")), "{timeline:?}");
        let mut told = String::new();
        for raw in road.queued("ada@agents.test").await.into_iter().chain(road.queued("bob@agents.test").await) {
            told += &postroom::domain::mail::parse(raw.as_bytes()).text;
        }
        assert!(told.contains("no such user here"), "whoever answers for the ticket is told: {told}");
    }

    async fn a_relay_that_gives_the_mail_another_id_leaves_our_other_marks(database: TestDatabase) {
        let road = answered(database).await;
        let sent = to_alan(&road).await;
        let reply_to = Road::header(&sent.raw, "Reply-To");
        let id = Road::header(&sent.raw, "Message-ID");
        for fields in [
            format!("Return-Path: <{}>\r\n", sent.envelope_from),
            format!("Reply-To: {reply_to}\r\n"),
            format!("X-Original-Message-ID: {id}\r\n"),
        ] {
            let before = road.messages("ACME-1").await.len();
            let fields = format!("Message-ID: <{before}.other@relay.test>\r\n{fields}");
            road.receive(&returning("support@acme.test", &fields, NO_ALAN)).await;
            assert_eq!(road.messages("ACME-1").await.len(), before + 1, "{fields}");
            assert_eq!(rows(&road).await.1.state.as_str(), "failed", "{fields}");
        }
        assert_eq!(road.tickets("acme").await.len(), 1);
    }

    async fn marks_of_the_conversation_lead_to_the_ticket_and_fail_no_delivery(database: TestDatabase) {
        let road = answered(database).await;
        let id = Road::header(&to_alan(&road).await.raw, "Message-ID");
        let fields = format!("Message-ID: <other@relay.test>\r\nReferences: <a@b.test> {id}\r\n");
        let before = road.messages("ACME-1").await.len();
        road.receive(&returning("support@acme.test", &fields, NO_ALAN)).await;
        assert_eq!(road.messages("ACME-1").await.len(), before + 1);
        assert_eq!(rows(&road).await.1.state.as_str(), "pending");
    }

    async fn a3_a_report_at_a_customers_reply_address_fails_nothing(database: TestDatabase) {
        let road = answered(database).await;
        let reply_to = Road::header(&to_alan(&road).await.raw, "Reply-To");
        let address = reply_to.rsplit_once('<').unwrap().1.trim_end_matches('>');
        assert!(address.starts_with("support+"), "{reply_to}");
        road.receive(&returning(address, "Message-ID: <made@up.test>\r\n", NO_ALAN)).await;
        assert_eq!(rows(&road).await.1.state.as_str(), "pending");
        assert!(!is_suppressed(&road, "alan@customers.test").await);
        assert_eq!(road.intake().await.last().unwrap().state.as_str(), "quarantined");
    }

    async fn what_a_list_says_of_its_member_does_not_end_the_list(database: TestDatabase) {
        let road = answered(database).await;
        let return_path = to_alan(&road).await.envelope_from;
        let member = NO_ALAN.replace("alan@customers.test", "member@elsewhere.test");
        road.receive(&returning(&return_path, "", &member)).await;
        let (_, alan) = rows(&road).await;
        let words = "failed 5.1.1: 550 5.1.1 no such user here (for member@elsewhere.test)";
        assert_eq!((alan.state.as_str(), alan.last_reply.as_deref()), ("failed", Some(words)));
        assert!(!is_suppressed(&road, "alan@customers.test").await);
        assert!(!is_suppressed(&road, "member@elsewhere.test").await);
    }

    async fn a_report_that_a_customer_attaches_opens_a_ticket(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(
            "From: Grace <grace@customers.test>\r\nTo: support@acme.test\r\nMessage-ID: <m1@customers.test>\r\nSubject: What is this?\r\n\
             Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nI got this back.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; x@y.test\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n",
        ).await;
        assert_eq!(road.tickets("acme").await.len(), 1);
    }

    async fn a_read_receipt_opens_no_ticket(database: TestDatabase) {
        let road = Road::new(database).await;
        let receipt = |to: &str, answers: &str| format!(
            "From: Alan <alan@customers.test>\r\nTo: {to}\r\n{answers}Subject: Read: Printer\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n\r\nIt was read.\r\n\
             --b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n--b--\r\n"
        );
        road.receive(&receipt("support@acme.test", "")).await;
        assert!(road.tickets("acme").await.is_empty());
        let mail = road.intake().await.pop().unwrap();
        assert_eq!(mail.state.as_str(), "ignored");
        assert!(mail.reason.unwrap().contains("read receipt"));
        let road = answered_on(road).await;
        let before = road.messages("ACME-1").await.len();
        let id = Road::header(&to_alan(&road).await.raw, "Message-ID");
        road.receive(&receipt("support@acme.test", &format!("In-Reply-To: {id}\r\n"))).await;
        assert_eq!(road.messages("ACME-1").await.len(), before + 1, "one about our mail stands in its ticket");
    }

    async fn a_read_receipt_is_bound_to_the_mail_that_it_names_and_to_its_recipient(database: TestDatabase) {
        let road = answered(database).await;
        let receipt = |from: &str, original: &str| format!(
            "From: {from}\r\nTo: support@acme.test\r\nSubject: Read: Printer\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n\r\nIt was read.\r\n\
             --b\r\nContent-Type: message/disposition-notification\r\n\r\nReporting-UA: joes-pc; Foomail\r\nFinal-Recipient: rfc822; {from}\r\n\
             Original-Message-ID: {original}\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n--b--\r\n"
        );
        let (grace, alan) = rows(&road).await;
        let id = Road::header(&to_alan(&road).await.raw, "Message-ID");
        let (before, spoke) = (road.messages("ACME-1").await.len(), road.ticket("ACME-1").await.last_customer_message_at);
        // Somebody else who knows the id, and an id that is none of ours: nothing.
        for other in [receipt("eve@evil.test", &id), receipt("alan@customers.test", "<made@up.test>")] {
            road.receive(&other).await;
            let mail = road.intake().await.pop().unwrap();
            assert_eq!(mail.state.as_str(), "ignored", "{:?}", mail.trace);
        }
        assert_eq!(road.messages("ACME-1").await.len(), before);
        road.receive(&receipt("alan@customers.test", &id)).await;
        let messages = road.messages("ACME-1").await;
        let shown = messages.last().unwrap();
        assert_eq!((messages.len(), shown.machine.map(Machine::as_str), shown.held), (before + 1, Some("receipt"), false));
        let report = shown.bounce.as_ref().unwrap();
        assert_eq!(report.original_message_id.as_deref(), Some(id.trim_matches(['<', '>'])));
        let (grace_after, alan_after) = rows(&road).await;
        assert_eq!((alan_after.state, alan_after.last_reply.as_deref()), (alan.state, Some("displayed")));
        assert_eq!((grace_after.state, grace_after.last_reply), (grace.state, grace.last_reply));
        let timeline = road.timeline("ACME-1").await;
        assert!(timeline.iter().any(|line| line.contains("alan@customers.test→displayed")), "{timeline:?}");
        assert_eq!((road.tickets("acme").await.len(), road.ticket("ACME-1").await.last_customer_message_at), (1, spoke));
        assert!(!is_suppressed(&road, "alan@customers.test").await);
    }

    async fn a_machine_in_the_conversation_is_not_the_customer_speaking(database: TestDatabase) {
        let road = answered(database).await;
        let spoke = road.ticket("ACME-1").await.last_customer_message_at;
        let id = Road::header(&road.queued("grace@customers.test").await.pop().unwrap(), "Message-ID");
        road.desk.clock.advance(chrono::TimeDelta::minutes(5));
        let away = format!("In-Reply-To: {id}\r\nAuto-Submitted: auto-replied\r\n");
        road.receive(&mail(GRACE, "support@acme.test", "away@customers.test", "Out of office: Printer", &away, "I am away.")).await;
        let ticket = road.ticket("ACME-1").await;
        assert_eq!(road.messages("ACME-1").await.last().unwrap().text.trim(), "I am away.");
        assert_eq!(ticket.last_customer_message_at, spoke);
        assert_eq!(ticket.last_message_from, Side::Agent);
    }

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
