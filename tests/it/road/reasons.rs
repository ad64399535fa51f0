//! Every received mail says why it is where it is (IN7).

use postroom::store::inbound::Listed;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";
const DESK: &str = "support@acme.test";

/// A report about nothing that we sent.
const REPORT: &str = "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test\r\nTo: support@acme.test\r\nSubject: failure notice\r\n\r\n\
    Hi. This is the qmail-send program at mx.test.\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n\
    <alan@customers.test>:\r\nThis user does not exist.\r\n";

/// The decision of a step.
fn decided<'a>(mail: &'a Listed, step: &str) -> Vec<&'a str> {
    let steps = mail.trace.0.iter().filter(|s| s.step == step);
    steps.map(|s| s.decision.as_str()).collect()
}

both_databases! {
    async fn in7_every_mail_says_why_this_tenant_this_ticket_and_this_kind(database: TestDatabase) {
        let road = Road::new(database).await;
        let answers = "In-Reply-To: <m1@customers.test>\r\n";
        let first = mail(GRACE, DESK, "m1@customers.test", "An invoice", "", "one");
        road.receive(&first).await;
        let notice = road.queued("bob@agents.test").await.pop().or(road.queued("ada@agents.test").await.pop()).unwrap();
        let (agent, customer) = (Road::header(&notice, "Reply-To"), Road::header(&road.queued("grace@customers.test").await[0], "Reply-To"));
        let to = |to: &str, from: &str, id: &str, more: &str| mail(from, to, id, "Re: An invoice", more, "words");
        let away = "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n";
        // Each with the step that says what became of it, and the beginning of what that says.
        let mails = [
            (to(DESK, GRACE, "m2@customers.test", answers), "thread", "ACME-1"),
            (to(&customer, GRACE, "m3@customers.test", ""), "thread", "ACME-1"),
            (to(DESK, "Eve <eve@evil.test>", "e1@evil.test", answers), "thread", "held in ACME-1"),
            (first.clone(), "duplicate", "acme"),
            (to(DESK, GRACE, "m4@customers.test", away), "parse", "auto_reply"),
            (to("nobody@else.test", GRACE, "m5@customers.test", ""), "route", "nowhere"),
            (to(&agent, "Eve <eve@evil.test>", "e2@evil.test", ""), "agent", ""),
            (REPORT.to_owned(), "bounce", "unbound"),
            (to(&customer.replacen('+', "+zz", 1), GRACE, "m6@customers.test", ""), "thread", "new ticket"),
            (mail(GRACE, "sales@acme.test", "m7@customers.test", "Another invoice", "", "words"), "rules", "Invoices to billing"),
        ];
        for (raw, _, _) in &mails {
            road.receive(raw).await;
        }
        for (found, (_, step, decision)) in road.intake().await.iter().skip(1).zip(&mails) {
            let said = decided(found, step);
            assert!(said.iter().any(|said| said.starts_with(decision)), "{step} {decision}: {:?}", found.trace);
            assert_eq!(decided(found, "route").len(), 1, "why this tenant: {:?}", found.trace);
            assert_eq!(decided(found, "parse").len(), 1, "why this kind: {:?}", found.trace);
            for step in &found.trace.0 {
                assert!(step.because.split(' ').count() > 2, "no sentence: {step:?}");
            }
            if ["ignored", "quarantined"].contains(&found.state.as_str()) {
                let reason = found.reason.as_deref().unwrap();
                assert!(found.trace.0.iter().any(|step| step.because == reason), "{reason}: {:?}", found.trace);
            }
        }
    }
}
