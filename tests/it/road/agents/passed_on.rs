//! A mail that an agent passes on becomes its author's ticket (TH7).

use postroom::desk::speak::Reply;
use postroom::domain::message::Kind;
use postroom::store;

use super::{ADA, ONLY_ADA, PASS, proven, stamped, words};
use crate::road::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const FORWARD: &str = "Can you take this?\r\n\r\n---------- Forwarded message ---------\r\nFrom: Grace Hopper <grace@customers.test>\r\nDate: Mon, Nov 23, 2026 at 8:00 AM\r\nSubject: Printer on fire\r\nTo: Ada <ada@agents.test>\r\n\r\n\r\nIt burns.\r\n";

async fn passed_on(road: &Road, id: &str) {
    let more = "References: <orig@customers.test>\r\n";
    road.receive(&stamped(
        PASS,
        &mail(
            ADA,
            "support@acme.test",
            id,
            "Fwd: Printer on fire",
            more,
            FORWARD,
        ),
    ))
    .await;
}

both_databases! {
    async fn th7_the_author_is_proposed_and_one_answer_makes_it_their_ticket(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(ONLY_ADA).await;
        passed_on(&road, "f1@agents.test").await;
        let ticket = road.ticket("ACME-1").await;
        assert_eq!(ticket.subject, "Printer on fire");
        assert!(road.queued("grace@customers.test").await.is_empty(), "nobody writes to her before somebody has said so");
        let asked = road.queued("ada@agents.test").await.into_iter().find(|raw| words(raw).contains("#customer")).unwrap();
        assert!(words(&asked).contains("grace@customers.test"));
        road.desk.clock.advance(chrono::TimeDelta::minutes(1));
        road.receive(&proven(&asked, "c1@agents.test", "#customer grace@customers.test")).await;
        let messages = road.messages("ACME-1").await;
        assert_eq!((messages[0].kind, messages[0].author.email.as_str(), messages[0].author.name.as_str()), (Kind::Inbound, "grace@customers.test", "Grace Hopper"));
        let mut tx = road.desk.db.read().await.unwrap();
        let people = store::participants::of_tickets(&mut tx, ticket.tenant, &[ticket.id]).await.unwrap();
        assert_eq!(people.iter().map(|p| p.address.as_str()).collect::<Vec<_>>(), ["grace@customers.test"], "Ada is no customer");
        assert_eq!(store::held::proposed(&mut tx, ticket.tenant, ticket.id).await.unwrap(), None);
        drop(tx);
        // An answer goes to Grace, under her own subject.
        let told = road.queued("ada@agents.test").await.pop().unwrap();
        road.receive(&proven(&told, "a1@agents.test", "Use water.")).await;
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        assert_eq!((words(&sent).as_str(), Road::header(&sent, "Subject").as_str()), ("Use water.", "Re: Printer on fire"));
        assert!(!sent.contains("ada@agents.test"), "{sent}");
    }

    async fn th7_who_filled_in_a_form_of_ours_is_proposed_and_nothing_is_sent_to_ourselves(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(ONLY_ADA).await;
        let form = mail("Website <support@acme.test>", "support@acme.test", "w1@acme.test", "Contact", "Reply-To: Carl <carl@customers.test>\r\n", "Call me.");
        road.receive(&form).await;
        let ticket = road.ticket("ACME-1").await;
        let mut tx = road.desk.db.read().await.unwrap();
        let proposed = store::held::proposed(&mut tx, ticket.tenant, ticket.id).await.unwrap().unwrap();
        assert_eq!((proposed.0.as_str(), proposed.1.as_str()), ("carl@customers.test", "Carl"));
        drop(tx);
        let ada = road.who("acme", "ada@agents.test");
        let hello = || Reply { text: "Hello Carl.".into(), ..Reply::default() };
        let refused = road.desk.reply(&ada, ticket.id, hello()).await.unwrap_err();
        assert!(refused.to_string().contains("support@acme.test"), "{refused}");
        let notice = road.queued("ada@agents.test").await.pop().unwrap();
        road.receive(&proven(&notice, "a1@agents.test", "Hello Carl.")).await;
        assert!(road.messages("ACME-1").await.iter().any(|m| m.held), "it waits until somebody says whose ticket it is");
        road.desk.set_requester(&ada, ticket.id, &"carl@customers.test".parse().unwrap()).await.unwrap();
        road.desk.reply(&ada, ticket.id, hello()).await.unwrap();
        assert_eq!(road.queued("support@acme.test").await.len(), 0);
        assert_eq!(road.queued("carl@customers.test").await.len(), 1);
    }

    async fn th6_where_answers_are_asked_for_is_suggested(database: TestDatabase) {
        let road = Road::new(database).await;
        let more = "Reply-To: uma-office@customers.test\r\n";
        road.receive(&mail("Uma <uma@customers.test>", "support@acme.test", "u1@customers.test", "Paper", more, "None left.")).await;
        let ticket = road.ticket("ACME-1").await;
        let mut tx = road.desk.db.read().await.unwrap();
        let people = store::participants::of_tickets(&mut tx, ticket.tenant, &[ticket.id]).await.unwrap();
        let people: Vec<_> = people.iter().map(|p| (p.address.as_str(), p.takes_part())).collect();
        assert!(people.contains(&("uma-office@customers.test", false)), "{people:?}");
    }

    async fn th7_one_click_does_it_too_or_leaves_it_as_it_is(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(ONLY_ADA).await;
        let ada = road.who("acme", "ada@agents.test");
        passed_on(&road, "f1@agents.test").await;
        let first = road.id("ACME-1").await;
        road.desk.keep_requester(&ada, first).await.unwrap();
        road.receive(&stamped(PASS, &mail(ADA, "support@acme.test", "f2@agents.test", "Fwd: Printer", "", FORWARD))).await;
        let second = road.id("ACME-2").await;
        road.desk.set_requester(&ada, second, &"grace@customers.test".parse().unwrap()).await.unwrap();
        assert!(road.timeline("ACME-2").await.iter().any(|line| line.contains("requester ada@agents.test→grace@customers.test")));
        let ours = road.desk.set_requester(&ada, second, &"support@acme.test".parse().unwrap()).await;
        assert!(ours.is_err());
    }

    async fn th7_customers_and_the_house_itself_propose_nobody(database: TestDatabase) {
        let road = Road::new(database).await;
        let from_customer = mail("Eve <eve@customers.test>", "support@acme.test", "e1@customers.test", "Fwd: Printer", "", FORWARD);
        road.receive(&from_customer).await;
        let inner = FORWARD.replace("grace@customers.test", "bob@agents.test");
        road.receive(&stamped(PASS, &mail(ADA, "support@acme.test", "f1@agents.test", "Fwd: Printer", "", &inner))).await;
        for key in ["ACME-1", "ACME-2"] {
            let ticket = road.ticket(key).await;
            let mut tx = road.desk.db.read().await.unwrap();
            assert_eq!(store::held::proposed(&mut tx, ticket.tenant, ticket.id).await.unwrap(), None, "{key}");
        }
    }
}
