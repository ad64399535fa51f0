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

    async fn a37_a_mail_to_two_tenants_is_one_ticket_in_each_and_a_blind_copy_goes_to_the_mailbox_it_was_delivered_to(database: TestDatabase) {
        let road = Road::new(database).await;
        let both = "support@acme.test, sales@acme.test";
        road.receive(&mail(GRACE, both, "m1@customers.test", "Everybody", "Cc: support@globex.test\r\n", "one")).await;
        assert_eq!((road.tickets("acme").await.len(), road.tickets("globex").await.len()), (1, 1));
        // A blind copy: the address stands in no field of the mail; the server that delivered it wrote it down. Below
        // that server's line anybody may have written what they like.
        let blind = |above: &str, below: &str, id: &str| format!(
            "{above}Received: from x by mx.acme.test; Mon, 23 Nov 2026 09:00:00 +0000\r\n{below}{}",
            mail(GRACE, "somebody@else.test", id, "Blind", "", "two")
        );
        road.receive(&blind("Delivered-To: sales@acme.test\r\n", "Delivered-To: support@globex.test\r\n", "m2@customers.test")).await;
        let acme = road.tickets("acme").await;
        assert_eq!((acme.len(), road.tickets("globex").await.len()), (2, 1), "the topmost counts, a forged one below does not");
        let office = road.desk.office(acme[1].tenant).unwrap();
        assert_eq!(office.mailbox(acme[1].mailbox).unwrap().address.as_str(), "sales@acme.test");
        // Twice by the trusted server: the topmost.
        let two = "Delivered-To: support@globex.test\r\nDelivered-To: support@acme.test\r\n";
        road.receive(&blind(two, "", "m3@customers.test")).await;
        assert_eq!((road.tickets("acme").await.len(), road.tickets("globex").await.len()), (2, 2));
    }

    async fn what_carries_a_token_is_taken_in_once_however_many_mailboxes_it_names(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let grace = Road::header(&road.queued("grace@customers.test").await[0], "Reply-To");
        let ada = Road::header(&road.queued("ada@agents.test").await[0], "Reply-To");
        let before = road.queued("grace@customers.test").await.len();
        // An agent answers, with a copy to a mailbox that keeps its own tickets.
        let copied = |to: &str| format!("legal@acme.test, {to}");
        let proven = "Authentication-Results: mx.acme.test; dmarc=pass header.from=agents.test\r\nReceived: from x by mx.acme.test; Mon, 23 Nov 2026 09:00:00 +0000\r\n";
        let answer = mail("Ada <ada@agents.test>", &copied(&ada), "a1@agents.test", "Re: Printer", "", "Use water.");
        road.receive(&format!("{proven}{answer}")).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), before + 1, "the customer gets one reply");
        // So does a customer, whichever of the two stands first.
        road.receive(&mail(GRACE, &format!("legal@acme.test, {grace}"), "m2@customers.test", "Re: Printer", "", "thank you")).await;
        let said: Vec<_> = road.messages("ACME-1").await.into_iter().filter(|m| m.text.trim() == "thank you").collect();
        assert_eq!((said.len(), road.tickets("acme").await.len()), (1, 1));
        let mail = road.intake().await.pop().unwrap();
        assert_eq!(mail.results.len(), 1);
        assert!(mail.trace.0.iter().any(|step| step.decision == "not taken in again"), "{:?}", mail.trace);
        // Another tenant's desk is another matter.
        road.receive(&crate::road::mail(GRACE, &format!("{grace}, support@globex.test"), "m3@customers.test", "Re: Printer", "", "to both")).await;
        assert_eq!(road.tickets("globex").await.len(), 1);
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
