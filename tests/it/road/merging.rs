//! Tickets become one and part again, on the road.

use postroom::desk::DeskError;
use postroom::desk::speak::Reply;
use postroom::domain::ids::TicketId;
use postroom::domain::message::{Kind, Message};
use postroom::domain::ticket::{Change, Status};
use postroom::store;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";
const HEIDI: &str = "Heidi <heidi@customers.test>";
const DESK: &str = "support@acme.test";

impl Road {
    /// Two tickets, ten minutes apart, of two people.
    pub(super) async fn two(&self) -> (TicketId, TicketId) {
        self.receive(&mail(
            GRACE,
            DESK,
            "m1@customers.test",
            "Printer",
            "",
            "It burns.",
        ))
        .await;
        self.pass("2026-11-23T09:10:00Z").await;
        self.receive(&mail(
            HEIDI,
            DESK,
            "m2@customers.test",
            "Fire",
            "",
            "The printer burns.",
        ))
        .await;
        (self.id("ACME-1").await, self.id("ACME-2").await)
    }

    /// What people said, acknowledgements aside.
    pub(super) async fn said(&self, key: &str) -> Vec<Message> {
        let mut said = self.messages(key).await;
        said.retain(|m| m.kind != Kind::Notice);
        said
    }

    async fn promises(&self, key: &str) -> Vec<String> {
        let ticket = self.ticket(key).await;
        let mut tx = self.desk.db.read().await.unwrap();
        store::clocks::of_tickets(&mut tx, ticket.tenant, &[ticket.id])
            .await
            .unwrap()
            .into_iter()
            .map(|(_, c)| format!("{}/{} {} {:?}", c.metric, c.cycle, c.state(), c.due_at))
            .collect()
    }

    async fn people(&self, key: &str) -> Vec<String> {
        let ticket = self.ticket(key).await;
        let mut tx = self.desk.db.read().await.unwrap();
        store::participants::of_tickets(&mut tx, ticket.tenant, &[ticket.id])
            .await
            .unwrap()
            .into_iter()
            .map(|p| format!("{} {}", p.part, p.address))
            .collect()
    }
}

both_databases! {
    async fn th6_what_leads_to_a_merged_ticket_leads_to_the_other(database: TestDatabase) {
        let road = Road::new(database).await;
        let (one, two) = road.two().await;
        let ada = road.who("acme", "ada@agents.test");
        road.desk.reply(&ada, two, Reply { text: "Which printer?".into(), ..Reply::default() }).await.unwrap();
        let token = Road::header(road.queued("heidi@customers.test").await.last().unwrap(), "Reply-To");
        road.desk.merge(&ada, two, one).await.unwrap();
        assert_eq!(road.said("ACME-1").await.len(), 3);
        assert_eq!(road.said("ACME-2").await.len(), 0);
        let gone = road.ticket("ACME-2").await;
        assert_eq!((gone.status, gone.merged_into), (Status::Closed, Some(one)));
        assert_eq!(road.people("ACME-1").await, ["requester grace@customers.test", "participant heidi@customers.test"]);
        // By token, by reference, by number.
        road.receive(&mail(HEIDI, &token, "m3@customers.test", "Re: Fire", "", "The red one.")).await;
        road.receive(&mail(HEIDI, DESK, "m4@customers.test", "Re: Fire", "In-Reply-To: <m2@customers.test>\r\n", "By the door.")).await;
        road.receive(&mail(HEIDI, DESK, "m5@customers.test", "Re: [ACME-2] Fire", "", "Hurry.")).await;
        assert_eq!(road.said("ACME-1").await.len(), 6);
        assert_eq!(road.tickets("acme").await.len(), 1, "the other stands in no list");
        // So does an answer typed on the old ticket's page.
        road.desk.reply(&ada, two, Reply { text: "We come.".into(), ..Reply::default() }).await.unwrap();
        assert_eq!(road.said("ACME-1").await.len(), 7);
        // Into the old one is into the other: nothing to do, and said so.
        assert!(matches!(road.desk.merge(&ada, one, two).await, Err(DeskError::Conflict(_))));
        assert!(matches!(road.desk.merge(&ada, two, one).await, Err(DeskError::Conflict(_))));
        let timeline = road.timeline("ACME-1").await;
        assert!(timeline.contains(&"ticket.merged from →ACME-2 by Ada Lovelace".to_owned()), "{timeline:?}");
    }

    async fn unmerging_gives_back_exactly_what_was_there(database: TestDatabase) {
        let road = Road::new(database).await;
        let (one, two) = road.two().await;
        let ada = road.who("acme", "ada@agents.test");
        road.desk.change(&ada, two, Change { tags: Some(vec!["fire".into()]), ..Change::default() }).await.unwrap();
        road.desk.change(&ada, one, Change { status: Some(Status::Resolved), ..Change::default() }).await.unwrap();
        let look = async || {
            let mut seen = Vec::new();
            for key in ["ACME-1", "ACME-2"] {
                let mut ticket = road.ticket(key).await;
                (ticket.version, ticket.updated_at) = (0, ticket.created_at);
                let ids: Vec<_> = road.said(key).await.into_iter().map(|m| m.id).collect();
                let mut live = road.promises(key).await;
                live.retain(|c| !c.contains("dropped"));
                seen.push((ticket, ids, live, road.people(key).await));
            }
            seen
        };
        let before = look().await;
        road.desk.merge(&ada, two, one).await.unwrap();
        assert_eq!(road.ticket("ACME-1").await.status, Status::Open, "Heidi waits, so it is open again");
        road.desk.unmerge(&ada, two).await.unwrap();
        let mut after = look().await;
        // Reopening and parting again left one more round of the promises, ended with it.
        after[0].2.truncate(before[0].2.len());
        assert_eq!(after, before);
        assert!(matches!(road.desk.unmerge(&ada, two).await, Err(DeskError::Conflict(_))));
        // And it can be done again.
        road.desk.merge(&ada, two, one).await.unwrap();
        assert_eq!(road.said("ACME-1").await.len(), 2);
    }

    async fn the_older_wait_counts_and_nothing_is_told_twice(database: TestDatabase) {
        let road = Road::new(database).await;
        let (one, two) = road.two().await;
        let ada = road.who("acme", "ada@agents.test");
        let first = async |key: &str| road.promises(key).await[0].clone();
        assert_eq!(first("ACME-1").await, "first_response/1 running Some(2026-11-23T13:00:00Z)");
        road.desk.merge(&ada, one, two).await.unwrap();
        assert_eq!(first("ACME-2").await, "first_response/1 running Some(2026-11-23T13:00:00Z)");
        assert!(first("ACME-1").await.contains("dropped"));
        // 80 % of four hours, told once though both tickets had that promise.
        road.pass("2026-11-23T12:15:00Z").await;
        let warned = async || road.queued("acme-sla").await.len();
        assert_eq!(warned().await, 1);
        road.desk.unmerge(&ada, one).await.unwrap();
        road.pass("2026-11-23T12:16:00Z").await;
        assert_eq!(warned().await, 1, "the warning went back with its promise");
        assert_eq!(first("ACME-1").await, "first_response/1 running Some(2026-11-23T13:00:00Z)");
        assert_eq!(first("ACME-2").await, "first_response/1 running Some(2026-11-23T13:10:00Z)");
        // An answer while they are one is an answer to both.
        road.desk.merge(&ada, one, two).await.unwrap();
        road.desk.reply(&ada, two, Reply { text: "Coming.".into(), ..Reply::default() }).await.unwrap();
        road.desk.unmerge(&ada, one).await.unwrap();
        assert!(first("ACME-1").await.contains("met"));
        assert!(first("ACME-2").await.contains("met"));
    }

    async fn a_chain_of_merges_is_undone_from_its_end(database: TestDatabase) {
        let road = Road::new(database).await;
        let (one, two) = road.two().await;
        let ada = road.who("acme", "ada@agents.test");
        road.receive(&mail(GRACE, DESK, "m9@customers.test", "Third", "", "Three.")).await;
        let three = road.id("ACME-3").await;
        road.desk.merge(&ada, one, two).await.unwrap();
        road.desk.merge(&ada, two, three).await.unwrap();
        assert_eq!(road.said("ACME-3").await.len(), 3);
        let refused = road.desk.unmerge(&ada, one).await.unwrap_err();
        assert!(refused.to_string().contains("separate that one first"), "{refused}");
        road.desk.unmerge(&ada, two).await.unwrap();
        assert_eq!(road.said("ACME-2").await.len(), 2);
        road.desk.unmerge(&ada, one).await.unwrap();
        for key in ["ACME-1", "ACME-2", "ACME-3"] {
            assert_eq!(road.said(key).await.len(), 1, "{key}");
            let counted = i64::try_from(road.messages(key).await.len()).unwrap();
            assert_eq!(road.ticket(key).await.message_count, counted, "{key}");
        }
    }

    async fn a_part_of_a_conversation_becomes_a_ticket_of_its_own(database: TestDatabase) {
        let road = Road::new(database).await;
        let ada = road.who("acme", "ada@agents.test");
        road.receive(&mail(GRACE, DESK, "m1@customers.test", "Printer", "", "It burns.")).await;
        let one = road.id("ACME-1").await;
        road.desk.reply(&ada, one, Reply { text: "Water!".into(), ..Reply::default() }).await.unwrap();
        road.pass("2026-11-23T10:00:00Z").await;
        road.receive(&mail(GRACE, DESK, "m2@customers.test", "The heating", "In-Reply-To: <m1@customers.test>\r\n", "And it is cold.")).await;
        let said: Vec<_> = road.said("ACME-1").await.into_iter().map(|m| m.id).collect();
        road.pass("2026-11-23T10:30:00Z").await;
        for wrong in [Vec::new(), said.clone(), vec![said[0], said[0]]] {
            assert!(matches!(road.desk.split_off(&ada, one, &wrong, None).await, Err(DeskError::Invalid { .. })));
        }
        let two = road.desk.split_off(&ada, one, &said[2..], None).await.unwrap();
        let part = road.ticket("ACME-2").await;
        assert_eq!((part.id, part.subject.as_str(), part.message_count), (two, "The heating", 1));
        assert_eq!(part.assignee, ada.user);
        assert_eq!(road.people("ACME-2").await, ["requester grace@customers.test"]);
        assert_eq!(road.said("ACME-1").await.len(), 2);
        // Grace wrote at ten; the seed promises no next response, so the part is a new matter from now on.
        assert_eq!(road.promises("ACME-2").await[0], "first_response/1 running Some(2026-11-23T14:30:00Z)");
        // Her next mail about it finds it.
        road.receive(&mail(GRACE, DESK, "m3@customers.test", "Re: The heating", "In-Reply-To: <m2@customers.test>\r\n", "Still.")).await;
        assert_eq!(road.said("ACME-2").await.len(), 2);
        let mut tx = road.desk.db.read().await.unwrap();
        let links = store::merges::links_of(&mut tx, ada.tenant, two).await.unwrap();
        drop(tx);
        assert_eq!((links[0].other, links[0].kind.as_str()), (one, "split_from"));
        assert!(road.timeline("ACME-1").await.contains(&"ticket.linked split_off →ACME-2 by Ada Lovelace".to_owned()));
        road.desk.unlink(&ada, one, two).await.unwrap();
        road.desk.link(&ada, one, two).await.unwrap();
        assert!(matches!(road.desk.link(&ada, one, one).await, Err(DeskError::Conflict(_))));
    }

    async fn a_ticket_sleeps_until_its_time_or_an_answer(database: TestDatabase) {
        let road = Road::new(database).await;
        let (one, two) = road.two().await;
        let ada = road.who("acme", "ada@agents.test");
        let noon = Some("2026-11-23T12:00:00Z".parse().unwrap());
        for id in [one, two] {
            road.desk.snooze(&ada, id, noon).await.unwrap();
        }
        road.receive(&mail(HEIDI, DESK, "m3@customers.test", "Re: Fire", "In-Reply-To: <m2@customers.test>\r\n", "Help!")).await;
        assert_eq!(road.ticket("ACME-2").await.snoozed_until, None);
        road.pass("2026-11-23T11:59:59Z").await;
        assert_eq!(road.ticket("ACME-1").await.snoozed_until, noon);
        let past = Some("2026-11-23T11:00:00Z".parse().unwrap());
        assert!(matches!(road.desk.snooze(&ada, one, past).await, Err(DeskError::Invalid { .. })));
    }
}
