//! Strangers, copies, and who sees what.

use postroom::desk::DeskError;
use postroom::desk::speak::Reply;
use postroom::desk::write::Draft;
use postroom::domain::address::Party;

use super::{GRACE, asked, words};
use crate::road::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

fn party(email: &str) -> Party {
    Party {
        email: email.to_owned(),
        name: String::new(),
    }
}

both_databases! {
    async fn a2_a_stranger_in_cc_never_sees_history(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "Cc: eve@evil.test\r\n", "SECRET-1")).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        road.desk.reply(&ada, id, Reply { text: "SECRET-2".into(), ..Reply::default() }).await.unwrap();
        assert!(road.queued("eve@evil.test").await.is_empty(), "a suggestion sees nothing");
        // Forged as the requester, without a token: still nothing, and still only a suggestion.
        road.receive(&mail(GRACE, "support@acme.test", "m2@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\nCc: mallory@evil.test\r\n", "add my friend")).await;
        assert!(road.queued("mallory@evil.test").await.is_empty());
        // Let in, Eve gets what is said from now on, and nothing of what was said before.
        road.desk.add_participant(&ada, id, party("eve@evil.test")).await.unwrap();
        assert!(road.queued("eve@evil.test").await.is_empty());
        road.desk.reply(&ada, id, Reply { text: "Hello both.".into(), ..Reply::default() }).await.unwrap();
        let all = road.queued("eve@evil.test").await;
        assert_eq!(all.len(), 1);
        assert_eq!(words(&all[0]), "Hello both.");
        assert!(!all[0].contains("SECRET"));
    }

    async fn a2_a_follow_up_inherits_no_copies(database: TestDatabase) {
        let (road, _) = asked(database).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        road.desk.add_participant(&ada, id, party("zoe@customers.test")).await.unwrap();
        road.desk.change(&ada, id, postroom::domain::ticket::Change { status: Some(postroom::domain::ticket::Status::Closed), ..Default::default() }).await.unwrap();
        road.desk.clock.set("2027-01-23T09:00:00Z".parse().unwrap());
        road.receive(&mail(GRACE, "support@acme.test", "m9@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "Again.")).await;
        road.desk.reply(&ada, road.id("ACME-2").await, Reply { text: "Hello.".into(), ..Reply::default() }).await.unwrap();
        assert!(road.queued("zoe@customers.test").await.is_empty());
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "Hello.");
    }

    async fn a35_a_blind_copy_is_seen_by_nobody_and_everybody_has_an_envelope_of_their_own(database: TestDatabase) {
        let (road, _) = asked(database).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        let reply = Reply { text: "Hello.".into(), cc: Some(vec![party("zoe@customers.test")]), bcc: vec![party("boss@acme-parent.test")], ..Reply::default() };
        road.desk.reply(&ada, id, reply).await.unwrap();
        let mut ids = Vec::new();
        for who in ["grace@customers.test", "zoe@customers.test", "boss@acme-parent.test"] {
            let raw = road.queued(who).await.pop().unwrap();
            assert!(!raw.contains("boss@") && !raw.to_lowercase().contains("\nbcc:"), "{raw}");
            assert!(!raw.contains("agents.test"), "{raw}");
            ids.push(Road::header(&raw, "Message-ID"));
        }
        ids.dedup();
        assert_eq!(ids.len(), 3);
    }

    async fn out6_new_outsiders_are_named_before_anything_is_sent_and_the_house_is_refused(database: TestDatabase) {
        let (road, _) = asked(database).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        let draft = |cc: &str, text: &str| Draft {
            reply: Reply { text: text.into(), cc: Some(vec![party(cc)]), ..Reply::default() },
            refuse_outsiders: true,
            commands: true,
            ..Draft::default()
        };
        let before = road.recipients().await.len();
        for (cc, text) in [("zoe@customers.test", "Hello."), ("grace@customers.test", "#cc zoe@customers.test\nHello.")] {
            let refused = road.desk.write(&ada, id, draft(cc, text)).await;
            assert!(matches!(&refused, Err(DeskError::Outsiders(people)) if people[0].as_str() == "zoe@customers.test"), "{refused:?}");
        }
        assert_eq!(road.recipients().await.len(), before);
        // Those who take part are no outsiders; the house and our own addresses are for no customer to see.
        road.desk.write(&ada, id, draft("grace@customers.test", "Hello.")).await.unwrap();
        let before = road.recipients().await.len();
        for cc in ["bob@agents.test", "help@acme.test", "support+x@acme.test"] {
            let refused = road.desk.write(&ada, id, draft(cc, "Hello.")).await;
            assert!(matches!(&refused, Err(DeskError::Invalid { field: "cc", .. })), "{cc}: {refused:?}");
            let refused = road.desk.write(&ada, id, draft("grace@customers.test", &format!("#cc {cc}\nHello."))).await;
            assert!(matches!(&refused, Err(DeskError::Unclear(lines)) if lines[0].line == format!("#cc {cc}")), "{cc}: {refused:?}");
            let refused = road.desk.add_participant(&ada, id, party(cc)).await;
            assert!(matches!(&refused, Err(DeskError::Invalid { field: "email", .. })), "{cc}: {refused:?}");
            let refused = road.desk.set_requester(&ada, id, &cc.parse().unwrap()).await;
            assert!(matches!(&refused, Err(DeskError::Invalid { field: "requester", .. })), "{cc}: {refused:?}");
            let reply = Reply { text: "Hello.".into(), to: Some(vec![party(cc)]), ..Reply::default() };
            let refused = road.desk.reply(&ada, id, reply).await;
            assert!(matches!(&refused, Err(DeskError::Invalid { field: "to", .. })), "{cc}: {refused:?}");
        }
        assert_eq!(road.recipients().await.len(), before);
    }
}
