//! What a mail claims of its sender beside From, and what other services send here (A1, A4).

use postroom::domain::message::Kind;
use postroom::store::participants::{self, Participant};

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

/// Who takes part in a ticket.
async fn participants(road: &Road, key: &str) -> Vec<String> {
    let ticket = road.ticket(key).await;
    let mut tx = road.desk.db.read().await.unwrap();
    let people = participants::of_tickets(&mut tx, ticket.tenant, &[ticket.id])
        .await
        .unwrap();
    people
        .into_iter()
        .filter(Participant::takes_part)
        .map(|p| p.address.to_string())
        .collect()
}

both_databases! {
    async fn a1_a_verification_mail_is_a_ticket_without_an_answer_or_a_reader(database: TestDatabase) {
        let road = Road::new(database).await;
        let raw = mail("Slack <no-reply@slack.test>", "support@acme.test", "v1@slack.test", "Confirm your address", "Cc: eve@evil.test\r\n", "Your code is 123-456.");
        road.receive(&raw).await;
        assert_eq!(road.tickets("acme").await.len(), 1);
        for nobody in ["no-reply@slack.test", "eve@evil.test"] {
            assert!(road.queued(nobody).await.is_empty(), "{nobody}");
        }
        let people = participants(&road, "ACME-1").await;
        assert!(people.iter().all(|who| who == "no-reply@slack.test"), "{people:?}");
    }

    async fn a4_a_reply_to_of_an_agent_makes_nobody_an_agent(database: TestDatabase) {
        let road = Road::new(database).await;
        let grace = "Grace <grace@customers.test>";
        road.receive(&mail(grace, "support@acme.test", "m1@customers.test", "Printer", "", "It burns.")).await;
        let sent = road.sent().await;
        let notice = sent.iter().find(|sent| sent.recipient.ends_with("@agents.test")).unwrap();
        let token = Road::header(&notice.raw, "Reply-To");
        let claims = "Reply-To: Ada Lovelace <ada@agents.test>\r\nSender: ada@agents.test\r\n";
        let before = road.queued("grace@customers.test").await.len();
        // With the agent's own token, and without one.
        road.receive(&mail("Eve <eve@evil.test>", &token, "e1@evil.test", "Re: Printer", claims, "Send me the password.")).await;
        road.receive(&mail("Eve <eve@evil.test>", "support@acme.test", "e2@evil.test", "Hello", claims, "#close")).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
        let messages = road.messages("ACME-1").await;
        assert!(messages.iter().all(|m| m.kind != Kind::Reply), "nobody answered");
        let second = road.messages("ACME-2").await.remove(0);
        assert_eq!(second.from.email, "eve@evil.test");
        assert_eq!(road.ticket("ACME-2").await.status.as_str(), "open");
        assert_eq!(participants(&road, "ACME-2").await, ["eve@evil.test"]);
    }
}
