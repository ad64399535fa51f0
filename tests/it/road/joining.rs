//! Mails that come in any order: what is one conversation becomes one ticket.

use std::collections::BTreeSet;

use postroom::desk::DeskError;
use postroom::desk::speak::Reply;
use postroom::domain::merge::Offer;
use postroom::domain::message::Kind;
use postroom::domain::ticket::{Change, Priority};
use postroom::store;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";
const DESK: &str = "support@acme.test";

impl Road {
    /// A mail of Grace, as it is told apart from others by `id` and by whose answer it is.
    fn word(id: &str, answers: &str) -> String {
        let references: Vec<String> = answers
            .split_whitespace()
            .map(|a| format!("<{a}@customers.test>"))
            .collect();
        let more = if references.is_empty() {
            String::new()
        } else {
            format!("References: {}\r\n", references.join(" "))
        };
        mail(
            GRACE,
            DESK,
            &format!("{id}@customers.test"),
            "Printer",
            &more,
            id,
        )
    }

    /// The mails that came, by ticket: by their Message-IDs, without what stands behind the @.
    async fn partition(&self) -> BTreeSet<BTreeSet<String>> {
        let mut parts = BTreeSet::new();
        for ticket in self.tickets("acme").await {
            let mut part = BTreeSet::new();
            for message in self.messages(&ticket.key).await {
                if message.kind == Kind::Inbound {
                    let id = message.message_id.unwrap();
                    part.insert(id.split('@').next().unwrap().to_owned());
                }
            }
            parts.insert(part);
        }
        parts
    }

    async fn offers(&self, key: &str) -> Vec<Offer> {
        let ticket = self.ticket(key).await;
        let mut tx = self.desk.db.read().await.unwrap();
        store::joins::open_of(&mut tx, ticket.tenant, ticket.id)
            .await
            .unwrap()
    }

    /// Two tickets of Grace, and the mail that shows them to be one; `work` is done before it comes.
    async fn answer_question_and_between(&self, work: Option<&str>) {
        self.receive(&Self::word("m3", "m2")).await;
        self.receive(&Self::word("m1", "")).await;
        assert_eq!(self.tickets("acme").await.len(), 2);
        if let Some(key) = work {
            let ada = self.who("acme", "ada@agents.test");
            let urgent = Change {
                priority: Some(Priority::High),
                ..Change::default()
            };
            self.desk
                .change(&ada, self.id(key).await, urgent)
                .await
                .unwrap();
        }
        self.receive(&Self::word("m2", "m1")).await;
    }
}

/// Every order of some things.
fn orders<T: Clone>(things: &[T]) -> Vec<Vec<T>> {
    let Some((first, rest)) = things.split_first() else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for order in orders(rest) {
        for place in 0..=order.len() {
            let mut order = order.clone();
            order.insert(place, first.clone());
            all.push(order);
        }
    }
    all
}

both_databases! {
    async fn untouched_tickets_join_by_themselves_when_a_late_mail_ties_them(database: TestDatabase) {
        let road = Road::new(database).await;
        road.answer_question_and_between(None).await;
        assert_eq!(road.tickets("acme").await.len(), 1);
        assert_eq!(road.said("ACME-1").await.len(), 3);
        let count = i64::try_from(road.messages("ACME-1").await.len()).unwrap();
        assert_eq!(road.ticket("ACME-1").await.message_count, count);
        let because = "A mail that came late refers to mails of ACME-1 and of ACME-2, and nobody has worked on either.";
        let timeline = road.timeline("ACME-1").await;
        assert!(timeline.contains(&format!("ticket.merged from {because}→ACME-2 by Postroom")), "{timeline:?}");
        let trace = &road.intake().await[2].trace.0;
        assert!(trace.iter().any(|step| step.step == "join" && step.because == because), "{trace:?}");
        // A person may undo it, and then it stays undone.
        let ada = road.who("acme", "ada@agents.test");
        let gone = road.ticket("ACME-2").await;
        road.desk.unmerge(&ada, gone.id).await.unwrap();
        road.receive(&Road::word("m4", "m1 m2 m3")).await;
        assert_eq!(road.tickets("acme").await.len(), 2);
        assert_eq!(road.offers("ACME-1").await, []);
    }

    async fn every_order_of_arrival_gives_the_same_tickets(database: TestDatabase) {
        let road = Road::new(database).await;
        // Four mails of one conversation, each naming only the one before, and one of another.
        let thread = [("a", ""), ("b", "a"), ("c", "b"), ("d", "c")];
        let mut wanted = BTreeSet::new();
        for (round, order) in orders(&thread).into_iter().enumerate() {
            let name = |id: &str| format!("{id}{round}");
            for (place, (id, answers)) in order.into_iter().enumerate() {
                let answers = if answers.is_empty() { String::new() } else { name(answers) };
                road.spool(&Road::word(&name(id), &answers)).await;
                // In one batch, in several, or one by one.
                if round % 3 == 0 || (round % 3 == 1 && place == 1) {
                    road.settle().await;
                }
            }
            road.receive(&Road::word(&name("x"), "")).await;
            wanted.insert(thread.iter().map(|(id, _)| name(id)).collect::<BTreeSet<_>>());
            wanted.insert(BTreeSet::from([name("x")]));
        }
        assert_eq!(road.partition().await, wanted);
    }

    async fn what_somebody_has_worked_on_is_offered_and_joins_when_a_person_says_so(database: TestDatabase) {
        let road = Road::new(database).await;
        road.answer_question_and_between(Some("ACME-2")).await;
        assert_eq!(road.tickets("acme").await.len(), 2);
        assert_eq!(road.said("ACME-2").await.len(), 2, "the mail itself goes to its nearest ancestor");
        let because = "A mail that came late refers to mails of ACME-1 and of ACME-2; somebody has worked on ACME-2.";
        let offer = road.offers("ACME-1").await.pop().unwrap();
        assert_eq!(offer.because, because);
        assert_eq!(road.offers("ACME-2").await, std::slice::from_ref(&offer), "it stands on both");
        let line = format!("ticket.join_offered join →{because} by Postroom");
        assert!(road.timeline("ACME-1").await.contains(&line));
        assert!(road.timeline("ACME-2").await.contains(&line));
        // More of the same offers nothing anew.
        road.receive(&Road::word("m4", "m1 m2 m3")).await;
        assert_eq!(road.offers("ACME-1").await.len(), 1);
        let ada = road.who("acme", "ada@agents.test");
        let into = road.desk.accept_offer(&ada, offer.from, offer.id).await.unwrap();
        assert_eq!(into, offer.into);
        assert_eq!(road.said("ACME-1").await.len(), 4);
        assert_eq!(road.offers("ACME-1").await, []);
        let again = road.desk.accept_offer(&ada, offer.into, offer.id).await;
        assert!(matches!(again, Err(DeskError::NotFound(_))));
    }

    async fn whoever_answers_for_a_ticket_is_told_once_that_it_may_be_part_of_another(database: TestDatabase) {
        let road = Road::new(database).await;
        road.answer_question_and_between(Some("ACME-2")).await;
        let asks = "ACME-1 and ACME-2 may be one conversation";
        for key in ["ACME-1", "ACME-2"] {
            let owner = road.ticket(key).await.assignee.unwrap();
            let office = road.desk.directory().by_slug("acme").unwrap().clone();
            let owner = office.person(owner).unwrap().user.email.to_string();
            let said = async || {
                let queued = road.queued(&owner).await;
                let texts = queued.iter().map(|raw| postroom::domain::mail::parse(raw.as_bytes()).text);
                texts.filter(|text| text.split_whitespace().collect::<Vec<_>>().join(" ").contains(asks)).count()
            };
            assert_eq!(said().await, 1, "{key}: {owner}");
            road.receive(&Road::word(&format!("again-{key}"), "m1 m2 m3")).await;
            assert_eq!(said().await, 1, "what is offered already is no news");
        }
        for raw in road.queued("grace@customers.test").await {
            assert!(!raw.contains("one conversation"), "{raw}");
        }
    }

    async fn what_a_person_keeps_apart_is_not_offered_again(database: TestDatabase) {
        let road = Road::new(database).await;
        road.answer_question_and_between(Some("ACME-1")).await;
        let ada = road.who("acme", "ada@agents.test");
        let offer = road.offers("ACME-2").await.pop().unwrap();
        let hank = road.who("globex", "hank@agents.test");
        assert!(matches!(road.desk.dismiss_offer(&hank, offer.into, offer.id).await, Err(DeskError::NotFound(_))));
        road.desk.dismiss_offer(&ada, offer.into, offer.id).await.unwrap();
        assert_eq!(road.offers("ACME-2").await, []);
        assert!(road.timeline("ACME-1").await.contains(&"ticket.join_dismissed join →ACME-2 by Ada Lovelace".to_owned()));
        road.receive(&Road::word("m4", "m1 m2 m3")).await;
        assert_eq!(road.offers("ACME-1").await, []);
        assert_eq!(road.tickets("acme").await.len(), 2);
    }

    async fn a6_a_stranger_who_knows_two_ids_joins_nothing(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, DESK, "g@customers.test", "Printer", "", "secret of Grace")).await;
        road.receive(&mail("Heidi <heidi@customers.test>", DESK, "h@customers.test", "Scanner", "", "secret of Heidi")).await;
        let both = "References: <g@customers.test> <h@customers.test>\r\n";
        road.receive(&mail("Eve <eve@evil.test>", DESK, "e@evil.test", "Re: Printer", both, "one, please")).await;
        road.receive(&mail("Heidi <heidi@customers.test>", DESK, "h2@customers.test", "Re: Printer", both, "one, please")).await;
        let forged = format!("Authentication-Results: mx.acme.test; dmarc=fail header.from=customers.test\r\n{both}");
        road.receive(&mail(GRACE, DESK, "f@customers.test", "Re: Printer", &forged, "one, please")).await;
        assert_eq!(road.tickets("acme").await.len(), 2);
        let offer = road.offers("ACME-1").await.pop().unwrap();
        assert!(offer.because.ends_with("; its sender does not take part in ACME-1."), "{}", offer.because);
    }

    async fn a_conversation_that_was_split_or_goes_on_after_years_is_not_offered_for_joining(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&Road::word("m1", "")).await;
        road.receive(&Road::word("m2", "m1")).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        let second = road.said("ACME-1").await.pop().unwrap();
        road.desk.split_off(&ada, id, &[second.id], None).await.unwrap();
        road.receive(&Road::word("m3", "m1 m2")).await;
        assert_eq!(road.said("ACME-2").await.len(), 2);
        assert_eq!(road.offers("ACME-1").await, []);
        // An answer by token, whose client also names what belongs to another ticket, ties the two.
        road.receive(&Road::word("n1", "")).await;
        road.desk.reply(&ada, id, Reply { text: "Which one?".into(), ..Reply::default() }).await.unwrap();
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        let more = format!("References: <n1@customers.test>\r\nIn-Reply-To: {}\r\n", Road::header(&sent, "Message-ID"));
        road.receive(&mail(GRACE, DESK, "n2@customers.test", "Re: Printer", &more, "both")).await;
        assert_eq!(road.offers("ACME-3").await.len(), 1);
    }
}
