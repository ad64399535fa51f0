//! An answer to what is not the newest any more (AU4).

use postroom::desk::speak::Reply;

use super::{GRACE, asked, proven, words};
use crate::road::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

async fn customer_says(road: &Road, id: &str, text: &str) {
    road.receive(&mail(
        GRACE,
        "support@acme.test",
        id,
        "Re: Printer",
        "In-Reply-To: <m1@customers.test>\r\n",
        text,
    ))
    .await;
}

both_databases! {
    async fn au4_an_answer_by_mail_to_something_older_waits_and_says_what_arrived(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        customer_says(&road, "m2@customers.test", "Never mind, it stopped.").await;
        let before = road.queued("grace@customers.test").await.len();
        road.receive(&proven(&notice, "a1@agents.test", "#resolve\r\n\r\nUse water.")).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), before, "it waits");
        let told = road.queued("ada@agents.test").await.pop().unwrap();
        for expected in ["Never mind, it stopped.", "Use water.", "#send"] {
            assert!(words(&told).contains(expected), "{expected}: {told}");
        }
        // Something newer still: "send anyway" counts only for what was told.
        customer_says(&road, "m3@customers.test", "No, it burns again.").await;
        road.receive(&proven(&told, "a2@agents.test", "#send")).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
        let again = road.queued("ada@agents.test").await.pop().unwrap();
        assert!(words(&again).contains("it burns again"), "{again}");
        // One reply sends it, with its command.
        road.receive(&proven(&again, "a3@agents.test", "#send")).await;
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "Use water.");
        assert_eq!(road.ticket("ACME-1").await.status.as_str(), "resolved");
        assert!(road.messages("ACME-1").await.iter().all(|m| !m.held));
        // And no second one.
        let sent = road.queued("grace@customers.test").await.len();
        road.receive(&proven(&again, "a4@agents.test", "#send")).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), sent);
    }

    async fn au4_an_empty_answer_to_the_warning_sends_it_too(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        customer_says(&road, "m2@customers.test", "Never mind.").await;
        road.receive(&proven(&notice, "a1@agents.test", "Use water.")).await;
        let told = road.queued("ada@agents.test").await.pop().unwrap();
        road.receive(&proven(&told, "a2@agents.test", "\r\n\r\nOn Monday, Acme wrote:\r\n> Use water.\r\n")).await;
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "Use water.");
    }

    async fn au4_ones_own_answer_and_absence_notes_make_nothing_stale(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        road.receive(&proven(&notice, "a1@agents.test", "Use water.")).await;
        road.receive(&mail(GRACE, "support@acme.test", "o1@customers.test", "Away", "In-Reply-To: <m1@customers.test>\r\nAuto-Submitted: auto-replied\r\n", "I am away.")).await;
        road.receive(&proven(&notice, "a2@agents.test", "And sand.")).await;
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "And sand.");
    }

    async fn au4_a_colleagues_answer_makes_it_stale(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        road.desk.reply(&bob, id, Reply { text: "I took it.".into(), ..Reply::default() }).await.unwrap();
        road.receive(&proven(&notice, "a1@agents.test", "Use water.")).await;
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "I took it.");
        assert!(words(&road.queued("ada@agents.test").await.pop().unwrap()).contains("I took it."));
    }

    async fn au4_what_arrives_in_the_same_batch_counts(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let before = road.queued("grace@customers.test").await.len();
        road.spool(&mail(GRACE, "support@acme.test", "m2@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "Never mind.")).await;
        road.spool(&proven(&notice, "a1@agents.test", "Use water.")).await;
        road.settle().await;
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
        assert!(road.messages("ACME-1").await.iter().any(|m| m.held));
    }

    async fn au4_an_answer_to_a_notice_waits_if_it_would_reach_others_than_the_notice_showed(database: TestDatabase) {
        let (road, _) = asked(database).await;
        let ada = road.who("acme", "ada@agents.test");
        let mia = "Mia <mia@customers.test>";
        road.receive(&mail(mia, "support@acme.test", "m9@customers.test", "Paper", "", "None left.")).await;
        let notice = road.queued("ada@agents.test").await.pop().unwrap();
        assert!(words(&notice).contains("None left."), "{notice}");
        let (of_grace, of_mia) = (road.id("ACME-1").await, road.id("ACME-2").await);
        road.desk.merge(&ada, of_mia, of_grace).await.unwrap();
        let to_grace = road.queued("grace@customers.test").await.len();
        road.receive(&proven(&notice, "a1@agents.test", "Dear Mia, your password is rosebud.")).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), to_grace, "it waits");
        let told = road.queued("ada@agents.test").await.pop().unwrap();
        assert!(words(&told).contains("grace@customers.test"), "{told}");
        // Now Ada knows.
        road.receive(&proven(&told, "a2@agents.test", "#send")).await;
        assert!(words(&road.queued("grace@customers.test").await.pop().unwrap()).contains("rosebud"));
    }

    async fn au4_an_answer_to_a_notice_waits_if_the_ticket_has_another_customer_since(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let ada = road.who("acme", "ada@agents.test");
        road.desk.clock.advance(chrono::TimeDelta::minutes(1));
        let id = road.ticket("ACME-1").await.id;
        road.desk.set_requester(&ada, id, &"zed@customers.test".parse().unwrap()).await.unwrap();
        road.receive(&proven(&notice, "a1@agents.test", "Dear Grace, use water.")).await;
        assert_eq!(road.queued("zed@customers.test").await.len(), 0, "it waits");
        let first = road.messages("ACME-1").await.into_iter().min_by_key(|m| m.id).unwrap();
        assert_eq!(first.author.email, "grace@customers.test", "what Grace wrote stays hers");
    }
}
