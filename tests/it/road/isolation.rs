//! Tenants never meet: not by number, not by reference, not by token.

use postroom::desk::DeskError;
use postroom::desk::speak::{Note, Reply};
use postroom::domain::ticket::Change;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

both_databases! {
    async fn references_and_tokens_of_one_tenant_never_match_in_another(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        road.desk.reply(&ada, id, Reply { text: "Water.".into(), ..Reply::default() }).await.unwrap();
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        let ours = Road::header(&sent, "Message-ID");
        let token = ours.trim_matches(['<', '>']).split('@').next().unwrap().to_owned();
        let refers = format!("In-Reply-To: <m1@customers.test>\r\nReferences: {ours}\r\n");
        road.receive(&mail(GRACE, &format!("support+{token}@globex.test"), "m2@customers.test", "[ACME-1]", &refers, "two")).await;
        assert_eq!(road.messages("GLX-1").await[0].text.trim(), "two");
        assert!(road.messages("ACME-1").await.iter().all(|m| m.text.trim() != "two"));
    }

    async fn a_mail_to_two_desks_reaches_both_and_a_separate_mailbox_has_its_own_ticket(database: TestDatabase) {
        let road = Road::new(database).await;
        let to = "support@acme.test, sales@acme.test, legal@acme.test, support@globex.test";
        road.receive(&mail(GRACE, to, "m1@customers.test", "Everybody", "", "one")).await;
        let acme = road.tickets("acme").await;
        assert_eq!(acme.len(), 2, "support with sales, and legal on its own");
        assert_eq!(acme[0].also_addressed.len(), 1);
        assert_eq!(road.tickets("globex").await.len(), 1);
        assert_eq!(road.intake().await[0].results.len(), 3);
    }

    async fn a21_a_foreign_ticket_does_not_exist(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (hank, id) = (road.who("globex", "hank@agents.test"), road.id("ACME-1").await);
        let message = road.messages("ACME-1").await[0].id;
        let gone = |r: Result<(), DeskError>| matches!(r, Err(DeskError::NotFound(_)));
        assert!(gone(road.desk.change(&hank, id, Change::default()).await));
        assert!(gone(road.desk.reply(&hank, id, Reply { text: "x".into(), ..Reply::default() }).await.map(|_| ())));
        assert!(gone(road.desk.note(&hank, id, Note { text: "x".into(), ..Note::default() }).await.map(|_| ())));
        assert!(gone(road.desk.accept(&hank, message).await));
        assert!(gone(road.desk.release(&hank, message).await.map(|_| ())));
        assert!(gone(road.desk.split(&hank, message).await.map(|_| ())));
        assert!(gone(road.desk.discard(&hank, message).await));
    }

    async fn mail_for_nobody_here_is_kept_as_ignored_with_the_reason(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "somebody@else.test", "m1@customers.test", "Wrong door", "", "one")).await;
        let intake = road.intake().await;
        assert_eq!(intake[0].state.as_str(), "ignored");
        assert_eq!(intake[0].reason.as_deref(), Some("no address of ours was found in it"));
        assert!(!intake[0].trace.0.is_empty());
    }
}
