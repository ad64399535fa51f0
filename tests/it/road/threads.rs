//! Which ticket a mail belongs to.

use postroom::desk::rulebook::RuleDraft;
use postroom::desk::speak::Reply;
use postroom::domain::audit::Via;
use postroom::domain::message::{Kind, MatchedBy};
use postroom::domain::ticket::{Change, Priority, Status};
use serde_json::json;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

/// A program that wants to know everything.
const HOOK: &str = "[[tenant]]\nslug = \"acme\"\n[[tenant.webhook]]\nurl = \"https://hooks.test/\"\nsecret = \"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"\n";
const GRACE: &str = "Grace Hopper <grace@customers.test>";

both_databases! {
    async fn a_mail_becomes_a_ticket_with_everything_that_belongs_to_it(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer on fire", "", "It burns.")).await;
        let ticket = road.ticket("ACME-1").await;
        assert_eq!((ticket.subject.as_str(), ticket.status), ("Printer on fire", Status::Open));
        let messages = road.messages("ACME-1").await;
        assert_eq!(messages.iter().map(|m| m.kind).collect::<Vec<_>>(), [Kind::Inbound, Kind::Notice]);
        assert_eq!(messages[0].text.trim(), "It burns.");
        assert_eq!(messages[0].author.name, "Grace Hopper");
        // Round robin gave it to the first of the team, who was told, and the customer has an acknowledgement.
        let ada = road.who("acme", "ada@agents.test");
        assert_eq!(ticket.assignee, ada.user);
        assert_eq!(road.recipients().await, ["grace@customers.test", "ada@agents.test", "acme-tickets", "acme-tickets"]);
        assert_eq!(road.timeline("ACME-1").await, [
            "ticket.created by Grace Hopper",
            "ticket.assigned assignee →ada@agents.test by Postroom",
        ]);
        assert_eq!(road.intake().await[0].state.as_str(), "processed");
    }

    async fn an_answer_finds_its_ticket_by_token_by_reference_and_by_number(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "It burns.")).await;
        let ada = road.who("acme", "ada@agents.test");
        let id = road.id("ACME-1").await;
        road.desk.reply(&ada, id, Reply { text: "Use water.".into(), ..Reply::default() }).await.unwrap();
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        assert_eq!(Road::header(&sent, "In-Reply-To"), "<m1@customers.test>");
        assert_eq!(Road::header(&sent, "References"), "<m1@customers.test>");
        assert_eq!(Road::header(&sent, "Subject"), "Re: Printer");
        assert!(Road::header(&sent, "From").ends_with("<support@acme.test>"), "{sent}");
        assert!(!sent.contains("agents.test"), "an agent's address stands in a customer's mail: {sent}");

        let reply_to = Road::header(&sent, "Reply-To");
        let token_address = reply_to.split(['<', '>']).find(|p| p.contains('@')).unwrap().to_owned();
        road.receive(&mail(GRACE, &token_address, "m2@customers.test", "completely different", "", "by token")).await;
        let ours = Road::header(&sent, "Message-ID");
        road.receive(&mail(GRACE, "support@acme.test", "m3@customers.test", "different again", &format!("In-Reply-To: {ours}\r\n"), "by our id")).await;
        road.receive(&mail(GRACE, "support@acme.test", "m4@customers.test", "other", "References: <m1@customers.test>\r\n", "by reference")).await;
        road.receive(&mail(GRACE, "support@acme.test", "m5@customers.test", "Re: [ACME-1] Printer", "", "by number")).await;
        let matched: Vec<_> = road.messages("ACME-1").await.into_iter().filter(|m| m.kind == Kind::Inbound).map(|m| m.matched_by).collect();
        assert_eq!(matched, [MatchedBy::New, MatchedBy::Token, MatchedBy::Token, MatchedBy::References, MatchedBy::Subject]);
        assert_eq!(road.tickets("acme").await.len(), 1);
    }

    async fn answers_in_one_batch_find_the_ticket_that_the_batch_opens(database: TestDatabase) {
        let road = Road::new(database).await;
        road.spool(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        road.spool(&mail(GRACE, "support@acme.test", "m2@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "two")).await;
        road.spool(&mail(GRACE, "support@acme.test", "m3@customers.test", "Re: Printer", "References: <m1@customers.test> <m2@customers.test>\r\n", "three")).await;
        road.settle().await;
        assert_eq!(road.tickets("acme").await.len(), 1);
        assert_eq!(road.messages("ACME-1").await.iter().filter(|m| m.kind == Kind::Inbound).count(), 3);
    }

    async fn an_ancestor_that_comes_late_joins_its_answer(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m2@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "two")).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        assert_eq!(road.tickets("acme").await.len(), 1);
    }

    async fn the_same_mail_twice_is_one_and_a_reused_id_is_two(database: TestDatabase) {
        let road = Road::new(database).await;
        let first = mail(GRACE, "support@acme.test", "same@customers.test", "Printer", "", "one");
        road.receive(&first).await;
        road.receive(&format!("Received: from elsewhere\r\n{first}")).await;
        road.receive(&mail(GRACE, "support@acme.test", "same@customers.test", "Another thing", "", "two")).await;
        road.receive("From: grace@customers.test\r\nTo: support@acme.test\r\nSubject: no id\r\n\r\nthree\r\n").await;
        let states: Vec<_> = road.intake().await.iter().map(|i| i.state.as_str()).collect();
        assert_eq!(states, ["processed", "duplicate", "processed", "processed"]);
        assert_eq!(road.tickets("acme").await.len(), 3);
        let duplicate = &road.intake().await[1];
        assert_eq!(duplicate.results.len(), 1, "it says whose it was: {duplicate:?}");
    }

    async fn a6_a_stranger_who_answers_a_known_thread_is_held(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "secret history")).await;
        let before = road.queued("eve@evil.test").await.len();
        road.receive(&mail("Eve <eve@evil.test>", "support@acme.test", "e1@evil.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "let me in")).await;
        let held: Vec<_> = road.messages("ACME-1").await.into_iter().filter(|m| m.held).collect();
        assert_eq!(held.len(), 1);
        assert_eq!(road.tickets("acme").await.len(), 1);
        assert_eq!(road.queued("eve@evil.test").await.len(), before, "nothing goes to a stranger");
        // Accepted, the stranger takes part; an answer goes to both, each with a token of their own.
        let ada = road.who("acme", "ada@agents.test");
        road.desk.accept(&ada, held[0].id).await.unwrap();
        road.desk.reply(&ada, held[0].ticket, Reply { text: "Hello both.".into(), ..Reply::default() }).await.unwrap();
        let to_eve = road.queued("eve@evil.test").await.pop().unwrap();
        let to_grace = road.queued("grace@customers.test").await.pop().unwrap();
        assert!(!to_eve.contains("secret history"));
        assert_ne!(Road::header(&to_eve, "Message-ID"), Road::header(&to_grace, "Message-ID"));
    }

    async fn a_held_mail_can_have_its_own_ticket_or_be_thrown_away(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        for n in 1..=2 {
            let id = format!("e{n}@evil.test");
            road.receive(&mail("Eve <eve@evil.test>", "support@acme.test", &id, "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", &format!("try {n}"))).await;
        }
        let held: Vec<_> = road.messages("ACME-1").await.into_iter().filter(|m| m.held).collect();
        let ada = road.who("acme", "ada@agents.test");
        road.desk.split(&ada, held[0].id).await.unwrap();
        road.desk.discard(&ada, held[1].id).await.unwrap();
        assert_eq!(road.messages("ACME-2").await[0].text.trim(), "try 1");
        let left = road.messages("ACME-1").await;
        assert!(left.iter().all(|m| !m.held));
        assert_eq!(road.ticket("ACME-1").await.message_count, i64::try_from(left.len()).unwrap());
    }

    async fn a_held_mail_that_gets_its_own_ticket_begins_like_any_mail_and_its_answers_find_it(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(HOOK).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let eve = |id: &str, more: &str, text: &str| mail("Eve <eve@evil.test>", "support@acme.test", id, "Re: [ACME-1] An invoice", more, text);
        road.receive(&eve("e1@evil.test", "In-Reply-To: <m1@customers.test>\r\n", "try 1")).await;
        let held = road.messages("ACME-1").await.pop().unwrap();
        let ada = road.who("acme", "ada@agents.test");
        let before = road.recipients().await.len();
        road.desk.split(&ada, held.id).await.unwrap();
        let ticket = road.ticket("ACME-2").await;
        assert_eq!((ticket.subject.as_str(), ticket.priority), ("An invoice", Priority::Urgent), "rules looked at it");
        // The rule gave it to Bob's team; he is told, and so are programs.
        let told: Vec<_> = road.recipients().await.into_iter().skip(before).collect();
        assert!(told.contains(&"bob@agents.test".to_owned()), "{told:?}");
        let called = road.called().await;
        assert!(called.iter().any(|call| call["type"] == "ticket.created" && call["data"]["ticket"]["key"] == "ACME-2" && call["data"]["message"]["text"].as_str().is_some_and(|text| text.trim() == "try 1")), "{called:?}");
        // What she writes next goes there, whatever else it names, and nobody is asked whether they are one.
        road.receive(&eve("e2@evil.test", "References: <m1@customers.test> <e1@evil.test>\r\n", "try 2")).await;
        let said = road.messages("ACME-2").await;
        assert!(said.iter().any(|m| m.text.trim() == "try 2" && !m.held), "{said:?}");
        assert!(road.messages("ACME-1").await.iter().all(|m| !m.held));
        assert!(!road.timeline("ACME-1").await.iter().any(|line| line.contains("join_offered")));
    }

    async fn a_held_mail_that_is_accepted_does_what_any_customers_mail_does(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(HOOK).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        road.receive(&mail("Eve <eve@friends.test>", "support@acme.test", "e1@friends.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\nX-Colour: red\r\n", "me too")).await;
        let (ada, bob) = (road.who("acme", "ada@agents.test"), road.who("acme", "bob@agents.test"));
        let rule = RuleDraft {
            name: "Red".into(),
            active: true,
            definition: serde_json::from_value(json!({"on": ["message.received"], "when": {"field": "header.X-Colour", "op": "is", "value": "red"}, "then": [{"tag": "red"}]})).unwrap(),
        };
        road.desk.create_rule(&ada, Via::Page, rule).await.unwrap();
        let held = road.messages("ACME-1").await.pop().unwrap();
        let before = road.queued("ada@agents.test").await.len();
        road.desk.accept(&bob, held.id).await.unwrap();
        assert_eq!(road.queued("ada@agents.test").await.len(), before + 1, "whoever has the ticket is told");
        let timeline = road.timeline("ACME-1").await;
        assert!(timeline.contains(&"message.received by Eve".to_owned()), "{timeline:?}");
        assert!(timeline.iter().any(|line| line.contains("tags →red")), "{timeline:?}");
        let called = road.called().await;
        assert!(called.iter().any(|call| call["type"] == "message.received" && call["data"]["message"]["held"] == false), "{called:?}");
    }

    async fn what_was_split_off_a_merged_ticket_keeps_its_answers(database: TestDatabase) {
        let road = Road::new(database).await;
        let (one, two) = road.two().await;
        let ada = road.who("acme", "ada@agents.test");
        road.desk.merge(&ada, two, one).await.unwrap();
        let second = road.said("ACME-1").await.pop().unwrap();
        road.desk.split_off(&ada, one, &[second.id], None).await.unwrap();
        road.receive(&mail("Heidi <heidi@customers.test>", "support@acme.test", "m3@customers.test", "Re: Fire", "In-Reply-To: <m2@customers.test>\r\n", "more")).await;
        assert_eq!(road.said("ACME-3").await.len(), 2);
    }

    async fn an_answer_reopens_what_was_resolved_and_follows_up_what_was_closed_long_ago(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        let resolve = || Change { status: Some(Status::Resolved), ..Change::default() };
        road.desk.change(&ada, id, resolve()).await.unwrap();
        road.receive(&mail(GRACE, "support@acme.test", "m2@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "still burns")).await;
        assert_eq!(road.ticket("ACME-1").await.status, Status::Open);
        // Resolved again, it closes by itself after seven days; thirty days later an answer is a new ticket.
        road.desk.change(&ada, id, resolve()).await.unwrap();
        road.pass("2026-11-30T08:59:59Z").await;
        assert_eq!(road.ticket("ACME-1").await.status, Status::Resolved);
        road.pass("2026-11-30T09:00:00Z").await;
        assert_eq!(road.ticket("ACME-1").await.status, Status::Closed);
        road.pass("2026-12-31T09:00:01Z").await;
        road.receive(&mail(GRACE, "support@acme.test", "m3@customers.test", "Re: Printer", "In-Reply-To: <m2@customers.test>\r\n", "again")).await;
        assert_eq!(road.ticket("ACME-1").await.status, Status::Closed);
        assert_eq!(road.messages("ACME-2").await[0].matched_by, MatchedBy::FollowUp);
    }

    async fn a_vacation_notice_neither_reopens_nor_is_answered(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        road.desk.change(&ada, id, Change { status: Some(Status::Resolved), ..Change::default() }).await.unwrap();
        let before = road.recipients().await.len();
        road.receive(&mail(GRACE, "support@acme.test", "m2@customers.test", "Out of office", "In-Reply-To: <m1@customers.test>\r\nAuto-Submitted: auto-replied\r\n", "I am away.")).await;
        assert_eq!(road.ticket("ACME-1").await.status, Status::Resolved);
        assert_eq!(road.recipients().await.len(), before);
        // And one that opens a ticket gets no acknowledgement.
        road.receive(&mail("Robot <robot@machines.test>", "support@acme.test", "r1@machines.test", "Report", "Auto-Submitted: auto-generated\r\n", "All is well.")).await;
        assert!(road.queued("robot@machines.test").await.is_empty());
    }
}
