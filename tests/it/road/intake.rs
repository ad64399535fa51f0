//! What becomes of mail that became no ticket, and of mail that is read again.

use postroom::domain::event::EventType;
use postroom::domain::mail::Machine;
use postroom::domain::message::Kind;
use postroom::intake::accept::accept;
use postroom::intake::replay::replay;
use postroom::store::inbound::{self, By, Deed, InboundState, Listed};
use postroom::store::{blobs, events, messages};

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

/// A delivery report about nothing that we sent.
pub const REPORT: &str = "From: MAILER-DAEMON@customers.test\r\nTo: support@acme.test\r\nSubject: Undelivered Mail Returned to Sender\r\n\
    Message-ID: <b1@customers.test>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
    --b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
    Reporting-MTA: dns; mx.customers.test\r\n\r\nFinal-Recipient: rfc822; nobody@customers.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n";

fn ada(road: &Road) -> By {
    let who = road.who("acme", "ada@agents.test");
    By {
        user: who.user,
        name: who.name,
    }
}

async fn one(road: &Road, index: usize) -> Listed {
    road.intake().await.remove(index)
}

async fn deeds(road: &Road, mail: &Listed) -> Vec<(Deed, String)> {
    let mut tx = road.desk.db.read().await.unwrap();
    let lines = inbound::lines(&mut tx, mail.id).await.unwrap();
    lines
        .into_iter()
        .map(|line| (line.deed, line.by.name))
        .collect()
}

both_databases! {
    async fn a_report_in_quarantine_becomes_a_ticket_by_a_persons_decision(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(REPORT).await;
        let mail = one(&road, 0).await;
        assert_eq!(mail.state, InboundState::Quarantined);
        let acme = road.who("acme", "ada@agents.test").tenant;
        let state = accept(&road.desk, &mail, acme, None, &ada(&road)).await.unwrap();
        assert_eq!(state, InboundState::Processed);
        let message = road.messages("ACME-1").await.remove(0);
        assert!(message.text.contains("could not be delivered"));
        let mail = one(&road, 0).await;
        assert_eq!(mail.results.len(), 1);
        assert_eq!(mail.results[0].1, Some(message.ticket));
        let step = mail.trace.0.iter().find(|step| step.step == "accept").unwrap();
        assert!(step.because.contains("Ada Lovelace decided") && step.because.contains("nothing sent from here"), "{step:?}");
        assert_eq!(deeds(&road, &mail).await, [(Deed::Accepted, "Ada Lovelace".to_owned())]);
        // A second click finds it done.
        accept(&road.desk, &mail, acme, None, &ada(&road)).await.unwrap_err();
        assert_eq!(road.tickets("acme").await.len(), 1);
        assert!(road.queued("mailer-daemon@customers.test").await.is_empty(), "no machine is answered");
    }

    async fn a9_our_own_mail_that_came_back_is_ignored_and_marked_as_a_loop_where_a_person_wants_it(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let ours = road.queued("grace@customers.test").await.pop().unwrap();
        let before = road.recipients().await.len();
        road.receive(&ours.replace("\r\nTo: ", "\r\nTo: support@acme.test\r\nX-To: ")).await;
        let looped = one(&road, 1).await;
        assert_eq!(looped.state, InboundState::Ignored);
        assert_eq!(looped.reason.as_deref(), Some("our own automatic mail came back"));
        let acme = road.who("acme", "ada@agents.test").tenant;
        accept(&road.desk, &looped, acme, None, &ada(&road)).await.unwrap();
        let said = road.messages("ACME-1").await;
        assert!(said.iter().any(|m| m.machine == Some(Machine::Loop)), "{said:?}");
        let told: Vec<_> = road.recipients().await.into_iter().skip(before).collect();
        assert!(told.iter().all(|to| !to.contains("customers.test")), "no customer gets anything because of it: {told:?}");
    }

    async fn mail_for_nobody_is_accepted_into_the_mailbox_that_a_person_names(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "unknown@elsewhere.test", "m1@customers.test", "Printer", "", "It burns.")).await;
        let found = one(&road, 0).await;
        assert_eq!(found.state, InboundState::Ignored);
        let acme = road.who("acme", "ada@agents.test").tenant;
        let sales = "sales@acme.test".parse().unwrap();
        accept(&road.desk, &found, acme, Some(&sales), &ada(&road)).await.unwrap();
        let office = road.desk.office(acme).unwrap();
        assert_eq!(Some(road.ticket("ACME-1").await.mailbox), office.mailbox_at(&sales).map(|m| m.id));
    }

    async fn what_is_deleted_leaves_its_row_and_no_bytes(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(REPORT).await;
        let mail = one(&road, 0).await;
        let blob = mail.blob.unwrap();
        road.desk.erase_mail(mail.id, &ada(&road)).await.unwrap();
        let mut tx = road.desk.db.read().await.unwrap();
        assert_eq!(blobs::read(&mut tx, blob).await.unwrap(), None);
        drop(tx);
        let mail = one(&road, 0).await;
        assert_eq!((mail.state, mail.blob), (InboundState::Ignored, None));
        assert!(mail.reason.as_deref().unwrap().contains("Ada Lovelace"));
        assert_eq!(deeds(&road, &mail).await, [(Deed::Deleted, "Ada Lovelace".to_owned())]);
        road.desk.retry_mail(mail.id, &ada(&road)).await.unwrap_err();
        road.desk.erase_mail(mail.id, &ada(&road)).await.unwrap_err();
        let replayed = replay(&road.desk, None, mail.id, Some(&ada(&road))).await.unwrap();
        assert!(replayed.left_alone.is_some() && !replayed.applied);
    }

    async fn a_retried_mail_that_finds_its_ticket_forgets_that_it_found_none(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(REPORT).await;
        let mail = one(&road, 0).await;
        assert_eq!(mail.results.len(), 1, "quarantined for acme");
        road.desk.retry_mail(mail.id, &ada(&road)).await.unwrap();
        road.settle().await;
        let mail = one(&road, 0).await;
        assert_eq!((mail.state, mail.results.len()), (InboundState::Quarantined, 1));
        assert_eq!(deeds(&road, &mail).await, [(Deed::Retried, "Ada Lovelace".to_owned())]);
    }

    async fn a_replay_of_what_is_well_finds_no_difference(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "It burns.\r\n\r\n-- \r\nGrace")).await;
        road.receive(&mail(GRACE, "support@acme.test", "m2@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "still")).await;
        road.receive(&mail("Eve <eve@evil.test>", "support@acme.test", "e1@evil.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "let me in")).await;
        for mail in road.intake().await {
            let replayed = replay(&road.desk, None, mail.id, Some(&ada(&road))).await.unwrap();
            assert!(!replayed.differs() && !replayed.applied, "{replayed:?}");
        }
    }

    async fn a_replay_mends_how_a_message_reads_and_moves_and_sends_nothing(database: TestDatabase) {
        let road = Road::new(database).await;
        let attached = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n";
        let body = "--b\r\nContent-Type: text/plain\r\n\r\nIt burns.\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n1,2\r\n--b--";
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", attached, body)).await;
        let was = road.messages("ACME-1").await.remove(0);
        let sent = road.recipients().await;
        // An older program read it wrongly, and took it for the work of a machine.
        let mut wrong = was.clone();
        wrong.text = "It b\u{fffd}rns.".to_owned();
        wrong.subject = "Pr?nter".to_owned();
        wrong.machine = Some(Machine::AutoReply);
        wrong.attachments[0].filename = "noname".to_owned();
        let found = one(&road, 0).await;
        let acme = road.who("acme", "ada@agents.test").tenant;
        let mut tx = road.desk.db.write().await.unwrap();
        messages::reread(&mut tx, acme, &wrong, found.blob.unwrap()).await.unwrap();
        tx.commit().await.unwrap();

        let dry = replay(&road.desk, None, found.id, None).await.unwrap();
        let fields: Vec<_> = dry.messages[0].differences.iter().map(|d| d.field).collect();
        assert_eq!(fields, ["subject", "text", "attachments", "machine"]);
        assert!(dry.applies() && !dry.applied);
        assert_eq!(road.messages("ACME-1").await[0].text, wrong.text, "a dry run changes nothing");

        let applied = replay(&road.desk, None, found.id, Some(&ada(&road))).await.unwrap();
        assert!(applied.applied);
        assert_eq!(road.messages("ACME-1").await[0], was, "attachments keep their ids");
        assert_eq!(road.recipients().await, sent, "nothing goes out");
        let again = replay(&road.desk, None, found.id, Some(&ada(&road))).await.unwrap();
        assert!(!again.differs() && !again.applied);
        assert_eq!(deeds(&road, &found).await, [(Deed::Replayed, "Ada Lovelace".to_owned())]);
        let mut tx = road.desk.db.read().await.unwrap();
        let timeline = events::of_ticket(&mut tx, acme, was.ticket, None, 50).await.unwrap();
        assert_eq!(timeline.iter().filter(|e| e.kind == EventType::MessageReread).count(), 1);
    }

    async fn a_quarantined_mail_that_todays_program_understands_is_taken_in_once(database: TestDatabase) {
        let road = Road::new(database).await;
        road.spool(&mail(GRACE, "support@acme.test", "m1@customers.test", "poison", "", "It burns.")).await;
        let fragile = |raw: &[u8]| {
            let mail = postroom::domain::mail::parse(raw);
            assert!(!mail.subject.contains("poison"), "poison");
            mail
        };
        let process = postroom::intake::process::Process::new(road.desk.clone(), "test").reading_with(fragile);
        for _ in 0..5 {
            process.step().await.unwrap();
            road.desk.clock.advance(chrono::Duration::seconds(1));
        }
        let found = one(&road, 0).await;
        assert_eq!(found.state, InboundState::Quarantined);
        let dry = replay(&road.desk, None, found.id, None).await.unwrap();
        assert_eq!((dry.was, dry.now), (InboundState::Quarantined, InboundState::Processed));
        assert!(road.tickets("acme").await.is_empty());
        for applied in [true, false] {
            let done = replay(&road.desk, None, found.id, Some(&ada(&road))).await.unwrap();
            assert_eq!(done.applied, applied, "{done:?}");
        }
        assert_eq!(road.tickets("acme").await.len(), 1);
        assert_eq!(road.queued("grace@customers.test").await.len(), 1, "one acknowledgement");
    }

    async fn a_mail_that_only_begins_here_says_so_in_its_ticket(database: TestDatabase) {
        let road = Road::new(database).await;
        let raw = mail(GRACE, "support@acme.test", "m1@customers.test", "Large", "", &"x".repeat(4000));
        let hints = postroom::intake::pipe::Hints::default();
        postroom::intake::pipe::spool(&road.desk, raw.as_bytes(), &hints, 1000).await.unwrap();
        road.settle().await;
        let message = road.messages("ACME-1").await.into_iter().find(|m| m.kind == Kind::Inbound).unwrap();
        assert!(message.text.contains("only the beginning was taken"), "{}", message.text);
        let found = one(&road, 0).await;
        assert!(!found.complete && found.trace.0.iter().any(|step| step.decision == "limited"), "{:?}", found.trace);
        assert!(!replay(&road.desk, None, found.id, None).await.unwrap().differs());
    }
}
