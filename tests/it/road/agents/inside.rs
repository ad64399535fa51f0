//! What was meant for the team alone stays so, whatever waits, whatever was not understood, and whoever releases it (A35).

use postroom::desk::DeskError;
use postroom::desk::speak::{Note, Reply};
use postroom::desk::write::Draft;
use postroom::domain::message::{Authentication, Identity, Kind, Message};
use postroom::domain::ticket::{Change, Status};

use super::{ADA, GRACE, PASS, asked, proven, stamped, words};
use crate::road::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

/// Ada's answer to a notice, as nothing proves it.
fn unproven(notice: &str, id: &str, text: &str) -> String {
    let to = Road::header(notice, "Reply-To");
    mail(ADA, &to, id, "Re: Printer", "", text)
}

async fn newest(road: &Road) -> Message {
    road.messages("ACME-1").await.pop().unwrap()
}

async fn to_grace(road: &Road) -> usize {
    road.queued("grace@customers.test").await.len()
}

/// The notice of a note that names Ada.
async fn noted(road: &Road) -> String {
    let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
    let text = "@ada look".to_owned();
    let note = Note {
        text,
        ..Note::default()
    };
    road.desk.note(&bob, id, note).await.unwrap();
    road.queued("ada@agents.test").await.pop().unwrap()
}

async fn release_all(road: &Road) {
    let ada = road.who("acme", "ada@agents.test");
    for held in road.messages("ACME-1").await.iter().filter(|m| m.held) {
        road.desk.release(&ada, held.id).await.unwrap();
    }
}

both_databases! {
    async fn a35_a_note_by_command_that_is_not_proven_is_a_doubtful_note_and_nothing_to_release(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let (sent, to_bob) = (to_grace(&road).await, road.queued("bob@agents.test").await.len());
        let (told, text) = (road.queued("ada@agents.test").await.len(), "#note she is difficult, @bob");
        for (policy, raw, authentication) in [
            ("strict", unproven(&notice, "n1@agents.test", text), Authentication::Unknown),
            ("off", proven(&notice, "n2@agents.test", text), Authentication::Pass),
        ] {
            road.apply(&format!("[[tenant]]\nslug = \"acme\"\nagent_mail = \"{policy}\"\n")).await;
            road.receive(&raw).await;
            let note = newest(&road).await;
            assert_eq!((note.kind, note.text.as_str(), note.held), (Kind::Note, "she is difficult, @bob", false), "{policy}");
            assert_eq!((note.identity, note.authentication), (Identity::Unverified, authentication), "{policy}");
            let back = road.queued("ada@agents.test").await;
            assert_eq!(back.len(), told + 1, "{policy}: whoever wrote them is told once, not of each");
            assert!(words(back.last().unwrap()).contains("marked as unverified"), "{policy}");
        }
        assert_eq!(road.queued("bob@agents.test").await.len(), to_bob, "nobody is named by what nobody has proven");
        release_all(&road).await;
        assert_eq!(to_grace(&road).await, sent);
        // An answer to what was said about it is a note as well.
        road.apply("[[tenant]]\nslug = \"acme\"\nagent_mail = \"strict\"\n").await;
        let back = road.queued("ada@agents.test").await.pop().unwrap();
        road.receive(&proven(&back, "n3@agents.test", "It was me.")).await;
        let note = newest(&road).await;
        assert_eq!((note.kind, note.identity, note.authentication), (Kind::Note, Identity::Verified, Authentication::Pass));
        // Forged, it is kept away from colleagues too.
        road.receive(&stamped("dmarc=fail header.from=agents.test", &unproven(&notice, "n4@agents.test", "#note forged"))).await;
        assert_eq!(road.intake().await.last().unwrap().state.as_str(), "quarantined");
        assert_eq!(to_grace(&road).await, sent);
    }

    async fn a35_what_was_not_understood_in_a_note_stays_a_note(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let told = noted(&road).await;
        let sent = to_grace(&road).await;
        for (at, (answered, text)) in [
            (&told, "@Karl she lies"),
            (&told, "@Karl look\nShe lies."),
            (&told, "#assign nobody here\n\nShe lies."),
            (&notice, "#note\n#frobnicate\n\nShe lies."),
            (&notice, "#public\n#note\nShe lies."),
        ].into_iter().enumerate() {
            road.receive(&proven(answered, &format!("u{at}@agents.test"), &text.replace('\n', "\r\n"))).await;
            let note = newest(&road).await;
            assert_eq!((note.kind, note.held, note.text.as_str()), (Kind::Note, false, text));
            let back = words(&road.queued("ada@agents.test").await.pop().unwrap());
            assert!(back.contains("not understood") && back.contains("internal note"), "{back}");
        }
        // A command alone comes back with the question, and an answer to that is a note again.
        let before = road.messages("ACME-1").await.len();
        road.receive(&proven(&told, "q1@agents.test", "#frobnicate")).await;
        assert_eq!(road.messages("ACME-1").await.len(), before);
        let back = road.queued("ada@agents.test").await.pop().unwrap();
        assert!(words(&back).contains("#frobnicate"));
        road.receive(&proven(&back, "q2@agents.test", "She lies.")).await;
        assert_eq!(newest(&road).await.kind, Kind::Note);
        release_all(&road).await;
        assert_eq!(to_grace(&road).await, sent);
    }

    async fn a35_a_note_in_answer_to_a_held_reply_leaves_the_reply_as_it_is(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        road.receive(&unproven(&notice, "h1@agents.test", "Use water.")).await;
        let back = road.queued("ada@agents.test").await.pop().unwrap();
        road.receive(&proven(&back, "h2@agents.test", "#note is that wise?")).await;
        let messages = road.messages("ACME-1").await;
        assert!(messages.iter().any(|m| m.held && m.text == "Use water."), "{messages:?}");
        assert!(messages.iter().any(|m| m.kind == Kind::Note && m.text == "is that wise?"));
    }

    async fn a38_commands_alone_that_were_not_proven_are_released_without_a_mail(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let sent = to_grace(&road).await;
        road.receive(&unproven(&notice, "c1@agents.test", "#resolve\r\n#tag fire")).await;
        assert_eq!(road.ticket("ACME-1").await.status, Status::Open);
        release_all(&road).await;
        let ticket = road.ticket("ACME-1").await;
        assert_eq!((ticket.status, to_grace(&road).await), (Status::Resolved, sent));
        let messages = road.messages("ACME-1").await;
        assert!(messages.iter().all(|m| !m.held), "{messages:?}");
        assert_eq!(i64::try_from(messages.len()).unwrap(), ticket.message_count);
        // The same by mail.
        road.receive(&unproven(&notice, "c2@agents.test", "#reopen")).await;
        let back = road.queued("ada@agents.test").await.pop().unwrap();
        road.receive(&proven(&back, "c3@agents.test", "#send")).await;
        assert_eq!((road.ticket("ACME-1").await.status, to_grace(&road).await), (Status::Open, sent));
    }

    async fn a38_whose_ticket_it_is_counts_for_the_answer_below_it(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let sent = to_grace(&road).await;
        let zoe = |raw: &[String]| raw.iter().map(|raw| words(raw)).collect::<Vec<_>>();
        // Released, by mail, and in the composer.
        road.receive(&unproven(&notice, "z1@agents.test", "#customer zoe@customers.test\r\n\r\nHello Zoe.")).await;
        release_all(&road).await;
        assert_eq!(zoe(&road.queued("zoe@customers.test").await), ["Hello Zoe."]);
        road.receive(&proven(&notice, "z2@agents.test", "#customer yves@customers.test\r\n\r\nHello Yves.")).await;
        let yves = road.queued("yves@customers.test").await.pop().unwrap();
        assert_eq!((words(&yves).as_str(), Road::header(&yves, "To").as_str()), ("Hello Yves.", "yves@customers.test"));
        let mut tx = road.desk.db.read().await.unwrap();
        let ticket = road.ticket("ACME-1").await;
        let people = postroom::store::participants::of_tickets(&mut tx, ticket.tenant, &[ticket.id]).await.unwrap();
        let requester = people.iter().find(|p| p.part == postroom::store::participants::Part::Requester).unwrap();
        assert_eq!(requester.address.as_str(), "yves@customers.test");
        drop(tx);
        assert_eq!(to_grace(&road).await, sent, "neither needs to know of the other");
        let grace = people.iter().find(|p| p.address.as_str() == "grace@customers.test").unwrap();
        assert_eq!(grace.part, postroom::store::participants::Part::Suggested, "an agent may let her in");
        assert!(!yves.contains("grace@") && !yves.contains("zoe@"), "{yves}");
        // Ours is nobody's, and who works here is no customer.
        for (at, (line, problem)) in [
            ("#customer support@acme.test", "an address of ours"),
            ("#customer bob@agents.test", "works here"),
            ("#cc support@acme.test", "an address of ours"),
            ("#cc bob@agents.test", "works here"),
        ].into_iter().enumerate() {
            let before = road.recipients().await.iter().filter(|r| !r.contains("ada@")).count();
            road.receive(&proven(&notice, &format!("z3{at}@agents.test"), &format!("{line}\r\n\r\nHello us."))).await;
            let back = words(&road.queued("ada@agents.test").await.pop().unwrap());
            assert!(back.contains(problem) && back.contains(line), "{back}");
            assert_eq!(road.recipients().await.iter().filter(|r| !r.contains("ada@")).count(), before, "{line}");
        }
        // Two in one batch meet the same newcomer.
        road.spool(&proven(&notice, "z4@agents.test", "#customer new@customers.test\r\n\r\nHello New.")).await;
        road.spool(&mail("New <new@customers.test>", "support@acme.test", "w1@customers.test", "Mine", "", "Hello.")).await;
        road.settle().await;
        assert!(zoe(&road.queued("new@customers.test").await).contains(&"Hello New.".to_owned()));
        assert_eq!(road.intake().await.iter().filter(|row| row.attempts > 0).count(), 0);
    }

    async fn a21_a_ticket_that_somebody_does_not_see_is_none_for_a_merge(database: TestDatabase) {
        let (road, _) = asked(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "s2@customers.test", "Secret", "", "Nobody else's.")).await;
        road.apply("[[tenant]]\nslug = \"acme\"\nmember_visibility = \"assigned\"\n").await;
        let (ada, bob) = (road.who("acme", "ada@agents.test"), road.who("acme", "bob@agents.test"));
        let (own, secret) = (road.id("ACME-1").await, road.id("ACME-2").await);
        let to = |user| Change { assignee: Some(user), ..Change::default() };
        road.desk.change(&ada, own, to(bob.user)).await.unwrap();
        road.desk.change(&ada, secret, to(ada.user)).await.unwrap();
        let draft = |number: i64| Draft {
            reply: Reply { text: format!("#merge ACME-{number}"), ..Reply::default() },
            commands: true,
            ..Draft::default()
        };
        let mut said = Vec::new();
        for number in [2, 99] {
            let refused = road.desk.write(&bob, own, draft(number)).await;
            let Err(DeskError::Conflict(sentence)) = refused else { panic!("{refused:?}") };
            said.push(sentence.replace(&number.to_string(), "N"));
        }
        assert_eq!(said[0], said[1]);
        let notice = road.queued("bob@agents.test").await.pop().unwrap();
        let to = Road::header(&notice, "Reply-To");
        let mut said = Vec::new();
        for number in [2, 99] {
            let raw = mail("Bob <bob@agents.test>", &to, &format!("b{number}@agents.test"), "Re: x", "", &format!("#merge ACME-{number}"));
            road.receive(&stamped(PASS, &raw)).await;
            said.push(words(&road.queued("bob@agents.test").await.pop().unwrap()).contains("There is no such ticket."));
        }
        assert_eq!(said, [true, true]);
        assert_eq!(road.ticket("ACME-1").await.merged_into, None);
        // Who sees it merges.
        road.desk.write(&ada, own, draft(2)).await.unwrap();
        assert_eq!(road.ticket("ACME-1").await.merged_into, Some(secret));
    }

    async fn a38_whom_a_command_lets_in_gets_that_very_answer(database: TestDatabase) {
        let (road, _) = asked(database).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        // As the page's composer sends it: with a list of copies, empty here.
        let reply = Reply { text: "#cc zoe@customers.test\n#cc grace@customers.test\n\nUse water.".into(), cc: Some(Vec::new()), ..Reply::default() };
        road.desk.write(&ada, id, Draft { reply, commands: true, ..Draft::default() }).await.unwrap();
        assert_eq!(road.queued("zoe@customers.test").await.len(), 1);
        let said = newest(&road).await;
        assert_eq!(said.cc.iter().map(|p| p.email.as_str()).collect::<Vec<_>>(), ["zoe@customers.test"]);
    }

    async fn files_of_notes_and_files_in_place_are_kept(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let to = Road::header(&notice, "Reply-To");
        let with_files = |id: &str, text: &str| stamped(PASS, &format!(
            "From: {ADA}\r\nTo: {to}\r\nMessage-ID: <{id}>\r\nSubject: Re: Printer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n\
             --b\r\nContent-Type: text/csv; name=\"prices.csv\"\r\nContent-Disposition: attachment; filename=\"prices.csv\"\r\n\r\nwater,1\r\n\
             --b\r\nContent-Type: application/pdf; name=\"plan.pdf\"\r\nContent-Disposition: inline; filename=\"plan.pdf\"\r\nContent-ID: <plan@agents.test>\r\n\r\nplan\r\n--b--\r\n"));
        road.receive(&with_files("f1@agents.test", "#note for us")).await;
        let names = |message: &Message| message.attachments.iter().map(|a| a.filename.clone()).collect::<Vec<_>>();
        let note = newest(&road).await;
        assert_eq!((note.kind, names(&note)), (Kind::Note, vec!["prices.csv".to_owned(), "plan.pdf".to_owned()]));
        road.receive(&with_files("f2@agents.test", "For you.")).await;
        let sent = postroom::domain::mail::parse(road.queued("grace@customers.test").await.pop().unwrap().as_bytes());
        assert_eq!(sent.attachments.iter().map(|a| a.filename.as_str()).collect::<Vec<_>>(), ["prices.csv", "plan.pdf"]);
        assert_eq!(newest(&road).await.authentication, Authentication::Pass, "the verdict is kept with what was sent");
    }

    async fn in11_a_mail_of_which_only_the_beginning_is_here_waits(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let sent = to_grace(&road).await;
        let raw = proven(&notice, "l1@agents.test", &format!("Use water.\r\n\r\n{}", "x".repeat(200)));
        let kept = raw.find("xxx").unwrap();
        postroom::intake::pipe::spool(&road.desk, raw.as_bytes(), &postroom::intake::pipe::Hints::default(), kept).await.unwrap();
        road.settle().await;
        assert_eq!(to_grace(&road).await, sent);
        let held = newest(&road).await;
        assert!(held.held && held.held_reason.as_deref().unwrap().contains("too large"), "{held:?}");
        release_all(&road).await;
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "Use water.");
    }

    async fn a_command_puts_to_sleep_only_what_the_button_would(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        let reply = Reply { text: "#resolve\n#snooze 2d".into(), ..Reply::default() };
        let refused = road.desk.write(&ada, id, Draft { reply, commands: true, ..Draft::default() }).await;
        assert!(matches!(refused, Err(DeskError::Conflict(_))), "{refused:?}");
        assert_eq!(road.ticket("ACME-1").await.status, Status::Open);
        road.receive(&proven(&notice, "s1@agents.test", "#resolve\r\n#snooze 2d")).await;
        assert_eq!(road.ticket("ACME-1").await.snoozed_until, None);
        assert!(words(&road.queued("ada@agents.test").await.pop().unwrap()).contains("can be put to sleep"));
    }
}
