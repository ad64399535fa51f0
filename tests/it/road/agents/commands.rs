//! Commands on top of an agent's text: by mail, from the composer, through a program.

use postroom::desk::DeskError;
use postroom::desk::speak::Reply;
use postroom::desk::write::Draft;
use postroom::domain::message::Kind;
use postroom::domain::ticket::{Priority, Status};

use super::{ADA, GRACE, PASS, asked, proven, stamped, words};
use crate::road::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

both_databases! {
    async fn a38_commands_alone_change_the_ticket_and_send_nothing(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let before = road.recipients().await;
        let text = "#priority high\r\n@tag fire, printer\r\n/category technical\r\n#status on hold\r\n#assign bob\r\n#team billing\r\n";
        road.receive(&proven(&notice, "a1@agents.test", text)).await;
        let ticket = road.ticket("ACME-1").await;
        assert_eq!((ticket.priority, ticket.status), (Priority::High, Status::OnHold));
        assert_eq!(ticket.category.as_deref(), Some("technical"));
        assert_eq!(ticket.assignee, road.who("acme", "bob@agents.test").user);
        let timeline = road.timeline("ACME-1").await;
        for line in ["tags →fire, printer by Ada Lovelace", "team First line→Billing by Ada Lovelace", "status open→on_hold by Ada Lovelace"] {
            assert!(timeline.iter().any(|l| l.contains(line)), "{line}: {timeline:?}");
        }
        // Bob is told that it is his; the customer hears nothing.
        let after = road.recipients().await;
        assert_eq!(after.iter().filter(|r| r.contains("grace")).count(), before.iter().filter(|r| r.contains("grace")).count());
        assert!(road.queued("bob@agents.test").await.len() == 1);
        let taken = road.intake().await.pop().unwrap();
        assert_eq!((taken.state.as_str(), taken.results[0].3.as_str()), ("processed", "commands"));
        // The same mail again is a duplicate, and does nothing again.
        road.desk.change(&road.who("acme", "bob@agents.test"), ticket.id, postroom::domain::ticket::Change { status: Some(Status::Open), ..Default::default() }).await.unwrap();
        road.receive(&format!("Received: from y by mx2.acme.test\r\n{}", proven(&notice, "a1@agents.test", text))).await;
        assert_eq!(road.ticket("ACME-1").await.status, Status::Open);
    }

    async fn a38_commands_above_an_answer_are_not_sent(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        road.receive(&proven(&notice, "a1@agents.test", "#resolve\r\n#cc zoe@customers.test\r\n\r\nUse water.\r\n\r\nOn Monday, Acme wrote:\r\n> It burns.")).await;
        for who in ["grace@customers.test", "zoe@customers.test"] {
            assert_eq!(words(&road.queued(who).await.pop().unwrap()), "Use water.", "{who}");
        }
        assert_eq!(road.ticket("ACME-1").await.status, Status::Resolved);
    }

    async fn a38_a_note_by_command_stays_inside(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let before = road.queued("grace@customers.test").await.len();
        road.receive(&proven(&notice, "a1@agents.test", "@note CANARY she is difficult\r\nvery")).await;
        let note = road.messages("ACME-1").await.pop().unwrap();
        assert_eq!((note.kind, note.text.as_str()), (Kind::Note, "CANARY she is difficult\nvery"));
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
    }

    async fn a38_what_is_not_understood_is_mailed_back_with_the_draft_and_the_choices(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let before = road.queued("grace@customers.test").await.len();
        road.receive(&proven(&notice, "a1@agents.test", "#reslove\r\n#assign nobody here\r\n\r\nUse water.")).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
        assert_eq!(road.ticket("ACME-1").await.status, Status::Open);
        let back = road.queued("ada@agents.test").await.pop().unwrap();
        let said = words(&back);
        for expected in ["#reslove", "#resolve", "nobody here", "Bob <bob@agents.test>", "Use water."] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
        // A better one takes the place of what waits.
        road.receive(&proven(&back, "a2@agents.test", "#resolve\r\n#assign bob\r\n\r\nUse water.")).await;
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "Use water.");
        assert_eq!(road.ticket("ACME-1").await.status, Status::Resolved);
        assert!(road.messages("ACME-1").await.iter().all(|m| !m.held));
        // Commands alone that are not understood: told, and nothing waits.
        road.receive(&proven(&notice, "a3@agents.test", "#frobnicate")).await;
        assert!(words(&road.queued("ada@agents.test").await.pop().unwrap()).contains("#frobnicate"));
        assert!(road.messages("ACME-1").await.iter().all(|m| !m.held));
    }

    async fn a38_a_line_that_was_not_understood_is_not_sent_when_what_waits_is_released(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let text = "#assgin bob\r\n#resolve\r\n\r\nUse water.";
        let unproven = mail(ADA, &Road::header(&notice, "Reply-To"), "a2@agents.test", "Re: Printer", "", text);
        for raw in [proven(&notice, "a1@agents.test", text), unproven] {
            road.receive(&raw).await;
            let held = road.messages("ACME-1").await.into_iter().find(|m| m.held).unwrap();
            let reason = held.held_reason.as_deref().unwrap();
            assert_eq!(held.text, "Use water.");
            assert!(reason.contains("neither sent nor carried out: #assgin bob · #resolve"), "{reason}");
            road.desk.release(&road.who("acme", "bob@agents.test"), held.id).await.unwrap();
            assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "Use water.");
            assert_eq!(road.ticket("ACME-1").await.status, Status::InProgress, "answered, not resolved");
        }
        // The same by mail.
        road.receive(&proven(&notice, "a3@agents.test", "#assgin bob\r\n\r\nUse more water.")).await;
        let back = road.queued("ada@agents.test").await.pop().unwrap();
        assert!(words(&back).contains("#assgin bob") && words(&back).contains("Use more water."), "{back}");
        road.receive(&proven(&back, "a4@agents.test", "#send")).await;
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "Use more water.");
        assert!(road.queued("grace@customers.test").await.iter().all(|raw| !raw.contains("assgin")));
        // Where nothing stands below, nothing is sent.
        let before = road.queued("grace@customers.test").await.len();
        road.receive(&mail(ADA, &Road::header(&notice, "Reply-To"), "a5@agents.test", "Re: Printer", "", "#assgin bob")).await;
        let held = road.messages("ACME-1").await.into_iter().find(|m| m.held).unwrap();
        road.desk.release(&road.who("acme", "bob@agents.test"), held.id).await.unwrap();
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
    }

    async fn a38_customers_and_unproven_agents_command_nothing(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m2@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "#close\r\nStatus: closed\r\n")).await;
        let said = road.messages("ACME-1").await.pop().unwrap();
        assert!(said.text.starts_with("#close"), "{}", said.text);
        assert_eq!(road.ticket("ACME-1").await.status, Status::Open);
        // Unproven: held, command and all; the click does both.
        let to = Road::header(&notice, "Reply-To");
        road.receive(&mail(ADA, &to, "a1@agents.test", "Re: Printer", "", "#resolve\r\n\r\nUse water.")).await;
        assert_eq!(road.ticket("ACME-1").await.status, Status::Open);
        let held = road.messages("ACME-1").await.into_iter().find(|m| m.held).unwrap();
        assert_eq!(held.text, "Use water.");
        assert!(held.held_reason.as_deref().unwrap().contains("#resolve"));
        road.desk.release(&road.who("acme", "ada@agents.test"), held.id).await.unwrap();
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "Use water.");
        assert_eq!(road.ticket("ACME-1").await.status, Status::Resolved);
        let ticket = road.ticket("ACME-1").await;
        assert_eq!(i64::try_from(road.messages("ACME-1").await.len()).unwrap(), ticket.message_count, "a released reply counts once");
        // Over and done: nobody releases it again.
        assert!(road.desk.release(&road.who("acme", "ada@agents.test"), held.id).await.is_err());
    }

    async fn a_ticket_is_merged_and_put_to_sleep_by_mail(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "n1@customers.test", "Printer again", "", "Still burning.")).await;
        let second = road.queued("ada@agents.test").await.pop().unwrap();
        road.receive(&proven(&notice, "s1@agents.test", "#snooze tomorrow 9:00")).await;
        assert_eq!(road.ticket("ACME-1").await.snoozed_until.unwrap().to_rfc3339(), "2026-11-24T08:00:00+00:00");
        road.receive(&proven(&second, "x1@agents.test", "#merge ACME-99")).await;
        assert!(words(&road.queued("ada@agents.test").await.pop().unwrap()).contains("no such ticket"));
        road.receive(&proven(&second, "x2@agents.test", "#merge ACME-1")).await;
        assert_eq!(road.ticket("ACME-2").await.merged_into, Some(road.id("ACME-1").await));
        assert!(road.messages("ACME-1").await.iter().any(|m| m.text.contains("Still burning")));
    }

    async fn the_composer_and_programs_use_the_same_commands(database: TestDatabase) {
        let (road, _) = asked(database).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        let draft = |text: &str, commands| Draft { reply: Reply { text: text.into(), ..Reply::default() }, commands, ..Draft::default() };
        let written = road.desk.write(&ada, id, draft("#resolve\n\nUse water.", true)).await.unwrap();
        assert!(written.message.is_some() && !written.note);
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "Use water.");
        assert_eq!(road.ticket("ACME-1").await.status, Status::Resolved);
        // A text of commands alone sends nothing; one that is not understood does nothing at all.
        let before = road.queued("grace@customers.test").await.len();
        let written = road.desk.write(&ada, id, draft("#reopen\n#tag vip", true)).await.unwrap();
        assert_eq!(written.message, None);
        let refused = road.desk.write(&ada, id, draft("#close\n#frobnicate", true)).await;
        assert!(matches!(refused, Err(DeskError::Unclear(ref lines)) if lines.len() == 1), "{refused:?}");
        assert_eq!(road.ticket("ACME-1").await.status, Status::Open);
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
        // A program that does not ask for commands sends what it says.
        road.desk.write(&ada, id, draft("#close is what you type", false)).await.unwrap();
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "#close is what you type");
        // A note by command, from the reply's own form.
        let written = road.desk.write(&ada, id, draft("#note CANARY", true)).await.unwrap();
        assert!(written.note);
        assert!(road.queued("grace@customers.test").await.iter().all(|raw| !raw.contains("CANARY")));
    }

    async fn a_forged_authentication_commands_nothing(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let to = Road::header(&notice, "Reply-To");
        road.receive(&stamped("dmarc=fail header.from=agents.test", &mail(ADA, &to, "a1@agents.test", "Re: Printer", "", "#close"))).await;
        assert_eq!(road.ticket("ACME-1").await.status, Status::Open);
        road.receive(&stamped(PASS, &mail(ADA, &to, "a2@agents.test", "Re: Printer", "", "#close"))).await;
        assert_eq!(road.ticket("ACME-1").await.status, Status::Closed);
    }
}
