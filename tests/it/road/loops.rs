//! Whatever answers by itself comes to rest, also where nothing marks it as a machine (A9, F25).

use postroom::desk::rulebook::RuleDraft;
use postroom::domain::audit::Via;
use postroom::domain::ids::InboundId;
use postroom::domain::ticket::{Change, Status};
use postroom::intake::pipe::{Hints, spool};
use serde_json::json;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";
const ADA: &str = "Ada Lovelace <ada@agents.test>";

/// One who answers everything; a canned reply.
const SMALL: &str = r#"
[[tenant]]
slug = "acme"
[[tenant.team]]
name = "First line"
members = ["ada@agents.test"]
[[tenant.canned]]
name = "Thanks"
text = "Thank you for the letter."
"#;

/// A road on which every ticket is Ada's and no acknowledgement counts.
async fn small(database: TestDatabase) -> Road {
    let road = Road::new(database).await;
    road.apply(SMALL).await;
    road
}

/// Every new ticket is answered with a canned reply.
async fn thanks(road: &Road) {
    let draft = RuleDraft {
        name: "Thanks".to_owned(),
        active: true,
        definition: serde_json::from_value(
            json!({ "on": ["ticket.created"], "then": [{ "canned": "Thanks" }] }),
        )
        .unwrap(),
    };
    let ada = road.who("acme", "ada@agents.test");
    road.desk.create_rule(&ada, Via::Page, draft).await.unwrap();
}

/// Ada's responder answers each notice, until there is nothing more to answer. Gives how many notices she got.
async fn responder(road: &Road, result: &str, marks: &str) -> usize {
    let mut answered = 0;
    for round in 0.. {
        assert!(round < 8, "it never ends");
        let notices = road.queued("ada@agents.test").await;
        let fresh = &notices[answered..];
        if fresh.is_empty() {
            break;
        }
        answered = notices.len();
        for (n, notice) in fresh.iter().enumerate() {
            let to = Road::header(notice, "Reply-To");
            let id = format!("r{round}.{n}@agents.test");
            let raw = mail(ADA, &to, &id, "Re: away", marks, "I am on holiday.");
            let stamp = format!(
                "Authentication-Results: mx.acme.test; {result}\r\nReceived: from x by mx.acme.test; Mon, 23 Nov 2026 09:00:00 +0000\r\n"
            );
            let stamp = if result.is_empty() { "" } else { &stamp };
            road.receive(&format!("{stamp}{raw}")).await;
        }
    }
    answered
}

async fn letters(road: &Road, to: &str) -> usize {
    let queued = road.queued(to).await;
    let letters = queued.iter().filter(|raw| raw.contains("Thank you for"));
    letters.count()
}

async fn traced(road: &Road, id: InboundId, step: &str) -> String {
    let mails = road.intake().await;
    let trace = mails.into_iter().find(|mail| mail.id == id).unwrap().trace;
    let trace = serde_json::to_value(&trace).unwrap().to_string();
    assert!(trace.contains(step), "{trace}");
    trace
}

both_databases! {
    async fn f25_an_agents_responder_comes_to_rest_after_two_notices_with_marks_and_without(database: TestDatabase) {
        let road = small(database).await;
        let mut before = 0;
        for (n, (result, marks)) in [
            ("", ""),
            ("dmarc=fail header.from=agents.test", ""),
            ("", "Auto-Submitted: auto-replied\r\n"),
            ("dmarc=pass header.from=agents.test", "Auto-Submitted: auto-replied\r\n"),
        ].into_iter().enumerate() {
            let from = format!("c{n}@customers.test");
            road.receive(&mail(&from, "support@acme.test", &format!("m{n}@customers.test"), "Printer", "", "It burns.")).await;
            let notices = responder(&road, result, marks).await;
            assert!(notices - before <= 2, "{result:?} {marks:?}: {} notices", notices - before);
            before = notices;
        }
        assert_eq!(road.queued("c0@customers.test").await.len(), 1, "the acknowledgement, and nothing of the responder's");
    }

    async fn a9_a_peer_that_answers_each_letter_with_a_new_ticket_gets_two_mails(database: TestDatabase) {
        let road = small(database).await;
        thanks(&road).await;
        let (mut seen, mut sent) = (0, 0);
        road.receive(&mail(GRACE, "support@acme.test", "p0@customers.test", "Hello", "", "one")).await;
        for round in 0.. {
            assert!(round < 8, "it never ends");
            let queued = road.queued("grace@customers.test").await.len();
            if queued == seen {
                break;
            }
            for _ in seen..queued {
                sent += 1;
                road.receive(&mail(GRACE, "support@acme.test", &format!("p{sent}@customers.test"), "Automatic answer", "", "Away.")).await;
            }
            seen = queued;
        }
        assert_eq!((seen, letters(&road, "grace@customers.test").await), (2, 1), "the acknowledgement and one letter");
        // A patient peer gets three letters a day.
        for (n, at) in ["09:15", "09:30", "09:45", "10:30", "12:00"].iter().enumerate() {
            road.pass(&format!("2026-11-23T{at}:00Z")).await;
            road.receive(&mail(GRACE, "support@acme.test", &format!("q{n}@customers.test"), "Hello", "", "one")).await;
        }
        assert_eq!(letters(&road, "grace@customers.test").await, 3);
    }

    async fn a9_more_than_ten_mails_in_ten_minutes_on_one_ticket_let_automatic_actions_rest(database: TestDatabase) {
        let road = small(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m0@customers.test", "Printer", "", "one")).await;
        let again = "In-Reply-To: <m0@customers.test>\r\n";
        let write = async |n: usize| {
            road.receive(&mail(GRACE, "support@acme.test", &format!("m{n}@customers.test"), "Re: Printer", again, "more")).await;
            road.queued("ada@agents.test").await.len()
        };
        for n in 1..=10 {
            assert_eq!(write(n).await, n + 1, "she is told of each");
        }
        assert!(road.alerts().await.is_empty());
        assert_eq!([write(11).await, write(12).await, write(13).await], [11, 11, 11]);
        assert_eq!(road.alerts().await.len(), 1, "one alert");
        let lines = road.timeline("ACME-1").await;
        let told = lines.iter().filter(|line| line.contains("more than 10 mails")).count();
        assert_eq!(told, 1, "{lines:#?}");
        assert_eq!(road.messages("ACME-1").await.iter().filter(|m| m.from.email.contains("grace")).count(), 14, "nothing is lost");
        // Somebody else's mail is told, and after ten quiet minutes hers is again.
        road.pass("2026-11-23T09:10:01Z").await;
        assert_eq!(write(14).await, 12);
    }

    async fn a9_more_than_ten_new_tickets_of_one_sender_get_no_letter_and_people_are_told(database: TestDatabase) {
        let road = small(database).await;
        for n in 0..12 {
            road.receive(&mail(GRACE, "support@acme.test", &format!("m{n}@customers.test"), "Printer", "", "one")).await;
        }
        assert_eq!(road.queued("ada@agents.test").await.len(), 12, "each is a ticket of its own");
        assert_eq!(road.alerts().await.len(), 1);
        let newest = road.intake().await.iter().map(|mail| mail.id).max().unwrap();
        traced(&road, newest, "nothing goes out by itself").await;
    }

    async fn a9_a_forger_with_a_token_alerts_the_admins_once(database: TestDatabase) {
        let road = small(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m0@customers.test", "Printer", "", "one")).await;
        let notice = road.queued("ada@agents.test").await.pop().unwrap();
        let to = Road::header(&notice, "Reply-To");
        let forged = "Authentication-Results: mx.acme.test; dmarc=fail header.from=agents.test\r\nReceived: from x by mx.acme.test; Mon, 23 Nov 2026 09:00:00 +0000\r\n";
        let before = road.recipients().await.len();
        for n in 0..8 {
            road.receive(&format!("{forged}{}", mail(ADA, &to, &format!("f{n}@agents.test"), "Re: Printer", "", "Send money."))).await;
        }
        // One mail to Ada, who is the admin too, and one push.
        assert!(road.recipients().await.len() - before <= 2, "{:?}", road.recipients().await);
        assert_eq!(road.messages("ACME-1").await.iter().filter(|m| m.held).count(), 8, "all of them wait");
    }

    async fn a9_nothing_answers_a_mail_that_is_quiet_or_not_addressed_to_us(database: TestDatabase) {
        let road = small(database).await;
        thanks(&road).await;
        let quiet = mail("q@customers.test", "support@acme.test", "q@customers.test", "Printer", "", "one");
        road.receive(&format!("Return-Path: <>\r\n{quiet}")).await;
        assert!(road.queued("q@customers.test").await.is_empty());
        let blind = mail("b@customers.test", "friends@elsewhere.test", "b@customers.test", "Printer", "", "one");
        let hints = Hints { to: Some("support@acme.test".parse().unwrap()), ..Hints::default() };
        let id = spool(&road.desk, blind.as_bytes(), &hints, usize::MAX).await.unwrap();
        road.settle().await;
        assert!(road.queued("b@customers.test").await.is_empty());
        traced(&road, id, "none of our addresses stands in To or Cc").await;
        let copied = mail("c@customers.test", "friends@elsewhere.test", "c@customers.test", "Printer", "Cc: help@acme.test\r\n", "one");
        road.receive(&copied).await;
        assert_eq!(road.queued("c@customers.test").await.len(), 2, "an alias in Cc is ours");
    }

    async fn a9_a_machine_is_not_told_what_became_of_its_ticket(database: TestDatabase) {
        let road = small(database).await;
        road.apply("[[tenant]]\nslug = \"acme\"\ncustomer_notices = [\"status\", \"closed\"]\n").await;
        let ada = road.who("acme", "ada@agents.test");
        for (from, more, told) in [("robot@customers.test", "Auto-Submitted: auto-generated\r\n", 0), ("p@customers.test", "", 1)] {
            road.receive(&mail(from, "support@acme.test", &format!("m.{from}"), "Printer", more, "one")).await;
            let before = road.queued(from).await.len();
            let ticket = road.tickets("acme").await.into_iter().max_by_key(|t| t.number).unwrap();
            road.desk.change(&ada, ticket.id, Change { status: Some(Status::Resolved), ..Change::default() }).await.unwrap();
            assert_eq!(road.queued(from).await.len() - before, told, "{from}");
        }
    }
}
