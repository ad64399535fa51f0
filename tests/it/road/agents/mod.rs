//! Agents, by page and by mail.

mod canary;
mod commands;
mod copies;
mod inside;
mod passed_on;
mod policy;
mod samples;
mod stale;
mod theirs;
mod waiting;
mod whole;

use postroom::desk::DeskError;
use postroom::desk::speak::{Note, Reply};
use postroom::domain::message::Kind;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

/// The agent, as her mail program writes her.
const ADA: &str = "Ada Lovelace <ada@agents.test>";
/// One who answers everything: the team has nobody else.
const ONLY_ADA: &str = r#"
[[tenant]]
slug = "acme"
[[tenant.team]]
name = "First line"
members = ["ada@agents.test"]
"#;
/// What the trusted server says about her.
const PASS: &str = "dmarc=pass header.from=agents.test";

/// A road on which every ticket is Ada's, with one ticket, and the notice of it.
async fn asked(database: TestDatabase) -> (Road, String) {
    let road = Road::new(database).await;
    road.apply(ONLY_ADA).await;
    road.receive(&mail(
        GRACE,
        "support@acme.test",
        "m1@customers.test",
        "Printer",
        "",
        "It burns.",
    ))
    .await;
    let notice = road.queued("ada@agents.test").await.pop().unwrap();
    (road, notice)
}

/// Ada's proven answer to a notice.
fn proven(notice: &str, id: &str, text: &str) -> String {
    let to = Road::header(notice, "Reply-To");
    let subject = format!("Re: {}", Road::header(notice, "Subject"));
    stamped(PASS, &mail(ADA, &to, id, &subject, "", text))
}

/// The words of a mail, as an own parser reads them.
fn words(raw: &str) -> String {
    postroom::domain::mail::parse(raw.as_bytes())
        .text
        .trim()
        .to_owned()
}

/// What the trusted server writes on top of a mail.
fn stamped(result: &str, raw: &str) -> String {
    format!(
        "Authentication-Results: mx.acme.test; {result}\r\nReceived: from x by mx.acme.test; Mon, 23 Nov 2026 09:00:00 +0000\r\n{raw}"
    )
}

both_databases! {
    async fn a35_a_note_never_leaves(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        road.desk.note(&bob, id, Note { text: "CANARY: the customer is difficult, @ada".into(), ..Note::default() }).await.unwrap();
        road.desk.reply(&bob, id, Reply { text: "We are on it.".into(), ..Reply::default() }).await.unwrap();
        for raw in road.queued("grace@customers.test").await {
            assert!(!raw.contains("CANARY"), "{raw}");
        }
        assert!(road.queued("ada@agents.test").await.iter().any(|raw| raw.contains("CANARY")), "Ada was named in it");
        // The database itself refuses a note on its way to a customer.
        let note = road.messages("ACME-1").await.into_iter().find(|m| m.kind == Kind::Note).unwrap();
        let mut tx = road.desk.db.write().await.unwrap();
        let row = postroom::store::outbox::NewOutbox {
            id: road.desk.random.uuid(road.desk.clock.now()).into(),
            tenant: Some(bob.tenant),
            channel: postroom::store::outbox::Channel::Email,
            audience: postroom::store::outbox::Audience::Customer,
            account: None,
            mailbox: None,
            ticket: Some(id),
            message: Some(note.id),
            cause: "by hand".into(),
            recipient: "grace@customers.test".into(),
            envelope_from: String::new(),
            mail_id: None,
            body: Vec::new(),
            send_at: road.desk.clock.now(),
        };
        assert!(postroom::store::outbox::insert_all(&mut tx, &[row], road.desk.clock.now()).await.is_err());
        drop(tx);
        assert_eq!(road.queued("bob@agents.test").await.len(), 0, "nobody is told of their own doings");
    }

    async fn an_agent_answers_from_their_mail_client(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let notice = road.queued("ada@agents.test").await.pop().unwrap();
        let to = Road::header(&notice, "Reply-To");
        let answer = |id: &str, from: &str, text: &str| mail(from, &to, id, "Re: whatever", "", text);
        let ada = "Ada <ada@agents.test>";
        // Proven: it goes out, without the quoted notification.
        road.receive(&stamped("dmarc=pass header.from=agents.test", &answer("a1@agents.test", ada, "Use water.\r\n\r\nOn Monday, Acme wrote:\r\n> one"))).await;
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        assert!(sent.contains("Use water.") && !sent.contains("wrote:") && !sent.contains("agents.test"), "{sent}");
        // Not proven: it waits in the ticket, and one click sends it.
        let before = road.queued("grace@customers.test").await.len();
        road.receive(&answer("a2@agents.test", ada, "And sand.")).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
        let held = road.messages("ACME-1").await.into_iter().find(|m| m.held).unwrap();
        assert_eq!(held.kind, Kind::Reply);
        let who = road.who("acme", "ada@agents.test");
        road.desk.release(&who, held.id).await.unwrap();
        assert!(road.queued("grace@customers.test").await.pop().unwrap().contains("And sand."));
        // Forged: held with a warning. An absence note of the agent: never.
        road.receive(&stamped("dmarc=fail header.from=agents.test", &answer("a3@agents.test", ada, "Send money."))).await;
        road.receive(&stamped("dmarc=pass header.from=agents.test", &mail(ada, &to, "a4@agents.test", "Away", "Auto-Submitted: auto-replied\r\n", "I am on holiday."))).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), before + 1);
        // Somebody else with the agent's token: held, and the token is worth nothing from then on.
        road.receive(&stamped("dmarc=pass header.from=evil.test", &answer("e1@evil.test", "Eve <eve@evil.test>", "Hello customer"))).await;
        road.receive(&stamped("dmarc=pass header.from=agents.test", &answer("a5@agents.test", ada, "Really me."))).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), before + 1);
    }

    async fn a_stale_answer_is_refused_and_says_what_arrived(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        let seen = road.messages("ACME-1").await[0].id;
        road.receive(&mail(GRACE, "support@acme.test", "m2@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "never mind")).await;
        let stale = Reply { text: "Use water.".into(), in_response_to: Some(seen), ..Reply::default() };
        let refused = road.desk.reply(&ada, id, stale.clone()).await;
        assert!(matches!(refused, Err(DeskError::Stale(newer)) if newer.len() == 1));
        road.desk.reply(&ada, id, Reply { even_if_stale: true, ..stale }).await.unwrap();
    }

    async fn a11_a_bounce_is_bound_to_its_message_and_opens_no_ticket(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        let message = road.desk.reply(&ada, id, Reply { text: "Use water.".into(), ..Reply::default() }).await.unwrap();
        let mut tx = road.desk.db.read().await.unwrap();
        let ours = postroom::store::messages::get(&mut tx, ada.tenant, message).await.unwrap().unwrap().message_id.unwrap();
        drop(tx);
        let report = format!(
            "From: MAILER-DAEMON@mx.test\r\nTo: support@acme.test\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nCould not deliver.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; grace@customers.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{ours}>\r\nSubject: Re: Printer\r\n\r\n--b--\r\n"
        );
        road.receive(&report).await;
        assert_eq!(road.tickets("acme").await.len(), 1);
        let mut tx = road.desk.db.read().await.unwrap();
        let delivery = postroom::store::outbox::deliveries(&mut tx, ada.tenant, &[message], road.desk.clock.now()).await.unwrap();
        assert_eq!(delivery[0].state.as_str(), "failed");
        drop(tx);
        // A report about nothing of ours waits for a person.
        road.receive(&report.replace(&ours, "foreign@elsewhere.test")).await;
        assert_eq!(road.intake().await.last().unwrap().state.as_str(), "quarantined");
        assert_eq!(road.tickets("acme").await.len(), 1);
    }
}
