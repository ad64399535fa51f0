//! What a proven answer still must not do by itself, and what notices carry.

use postroom::desk::speak::{Note, Reply, Upload};
use postroom::domain::message::Kind;

use super::{ADA, GRACE, PASS, asked, proven, stamped, words};
use crate::road::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

async fn waits(road: &Road, raw: &str, because: &str) {
    let before = road.queued("grace@customers.test").await.len();
    road.receive(raw).await;
    assert_eq!(
        road.queued("grace@customers.test").await.len(),
        before,
        "{because}: {raw}"
    );
    let held = road
        .messages("ACME-1")
        .await
        .into_iter()
        .rev()
        .find(|m| m.held)
        .unwrap();
    assert!(
        held.held_reason.as_deref().unwrap().contains(because),
        "{held:?}"
    );
    road.desk
        .discard(&road.who("acme", "ada@agents.test"), held.id)
        .await
        .unwrap();
}

both_databases! {
    async fn a35_what_could_betray_a_note_waits(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        let text = "The customer is difficult; be careful with her, @ada".to_owned();
        road.desk.note(&bob, id, Note { text, ..Note::default() }).await.unwrap();
        let told = road.queued("ada@agents.test").await.pop().unwrap();
        assert!(Road::header(&told, "Subject").contains("internal note"), "{told}");
        let marker = words(&notice).lines().next().unwrap().to_owned();
        assert!(marker.starts_with("=-="), "{marker}");
        waits(&road, &proven(&notice, "a1@agents.test", &format!("Use water.\r\n\r\n{marker}\r\nIt burns.")), "write above").await;
        waits(&road, &proven(&notice, "a2@agents.test", "Use water.\r\n\r\nthe customer is difficult;\r\nbe careful with her"), "internal note").await;
        waits(&road, &proven(&notice, "a3@agents.test", "Use water.\r\n\r\nAn: ADA@agents.test"), "ada@agents.test").await;
        let to = Road::header(&notice, "Reply-To");
        waits(&road, &stamped(PASS, &mail(ADA, &to, "a4@agents.test", "Fwd: [ACME-1] Printer", "", "FYI")), "passed on").await;
        waits(&road, &stamped(PASS, &mail(ADA, &format!("{to}, eve@evil.test"), "a5@agents.test", "Re: Printer", "Cc: grace@customers.test, bob@agents.test\r\n", "Hi all")), "eve@evil.test").await;
        // An answer to a note is a note, and stays one unless its author says otherwise and looks again.
        road.receive(&proven(&told, "n1@agents.test", "I will be.")).await;
        let note = road.messages("ACME-1").await.pop().unwrap();
        assert_eq!((note.kind, note.text.as_str()), (Kind::Note, "I will be."));
        waits(&road, &proven(&told, "n2@agents.test", "#public\r\nDear Grace"), "internal note").await;
        // Whom everybody knows anyway may get a copy.
        road.receive(&stamped(PASS, &mail(ADA, &to, "a6@agents.test", "Re: Printer", "Cc: grace@customers.test, bob@agents.test, help@acme.test\r\n", "Use water."))).await;
        assert_eq!(words(&road.queued("grace@customers.test").await.pop().unwrap()), "Use water.");
    }

    async fn a35_an_unproven_answer_to_a_note_is_a_doubtful_note_and_a_forged_one_is_none(database: TestDatabase) {
        let (road, _) = asked(database).await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        road.desk.note(&bob, id, Note { text: "@ada look".into(), ..Note::default() }).await.unwrap();
        let to = Road::header(&road.queued("ada@agents.test").await.pop().unwrap(), "Reply-To");
        road.receive(&mail(ADA, &to, "n1@agents.test", "Re: note", "", "#close\r\nlooked")).await;
        let note = road.messages("ACME-1").await.pop().unwrap();
        assert_eq!((note.kind, note.text.as_str()), (Kind::Note, "#close\nlooked"));
        assert_eq!(road.ticket("ACME-1").await.status.as_str(), "open");
        road.receive(&stamped("dmarc=fail header.from=agents.test", &mail(ADA, &to, "n2@agents.test", "Re: note", "", "forged"))).await;
        assert!(road.messages("ACME-1").await.iter().all(|m| m.text != "forged"));
        assert_eq!(road.intake().await.last().unwrap().state.as_str(), "quarantined");
    }

    async fn a_notice_carries_what_an_agent_needs_to_answer(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let said = words(&notice);
        for expected in ["=-=-=-=", "Grace Hopper", "It burns.", "First response due in 4 h 0 min", "/tickets/ACME-1", "Resolve: mailto:support+", "On hold: mailto:"] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
        assert!(!said.contains("Assign to me"), "it is hers already: {said}");
        assert_eq!(said.matches("It burns.").count(), 1, "{said}");
        // A link opens a mail that does what it says, whatever signature the program adds.
        let link = said.lines().find_map(|line| line.strip_prefix("Resolve: ")).unwrap();
        let link = url::Url::parse(link).unwrap();
        let body = link.query_pairs().find(|(name, _)| name == "body").unwrap().1.into_owned();
        let raw = mail(ADA, link.path(), "l1@agents.test", "x", "", &format!("{body}Ada Lovelace\r\nAcme GmbH\r\n"));
        let before = road.queued("grace@customers.test").await.len();
        road.receive(&stamped(PASS, &raw)).await;
        assert_eq!(road.ticket("ACME-1").await.status.as_str(), "resolved");
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
        // A notice about something else has the last public message, once.
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        road.desk.note(&bob, id, Note { text: "@ada look".into(), ..Note::default() }).await.unwrap();
        let told = words(&road.queued("ada@agents.test").await.pop().unwrap());
        assert!(told.contains("look") && told.contains("The last public message, by Grace Hopper") && told.contains("It burns."), "{told}");
    }

    async fn files_of_an_agents_mail_go_along_and_wait_with_it(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let to = Road::header(&notice, "Reply-To");
        let with_file = |id: &str, text: &str| format!(
            "From: {ADA}\r\nTo: {to}\r\nMessage-ID: <{id}>\r\nSubject: Re: Printer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--b\r\nContent-Type: text/csv; name=\"prices.csv\"\r\nContent-Disposition: attachment; filename=\"prices.csv\"\r\n\r\nwater,1\r\n--b--\r\n");
        let has_file = |raw: &str| postroom::domain::mail::parse(raw.as_bytes()).attachments.iter().any(|a| a.filename == "prices.csv" && a.size > 6);
        road.receive(&stamped(PASS, &with_file("a1@agents.test", "See the file."))).await;
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        assert!(words(&sent) == "See the file." && has_file(&sent), "{sent}");
        road.receive(&with_file("a2@agents.test", "See it again.")).await;
        let held = road.messages("ACME-1").await.into_iter().find(|m| m.held).unwrap();
        assert_eq!(held.attachments[0].filename, "prices.csv");
        road.desk.release(&road.who("acme", "ada@agents.test"), held.id).await.unwrap();
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        assert!(words(&sent) == "See it again." && has_file(&sent), "{sent}");
    }

    async fn a22_outgoing_mail_carries_its_files_as_parts_and_no_link_to_them(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        let file = Upload { filename: "prices.csv".into(), content_type: "text/csv".into(), bytes: b"water,1".to_vec() };
        let html = Some("<p>See the file.</p>".to_owned());
        road.desk.reply(&bob, id, Reply { text: "See the file.".into(), html, attachments: vec![file], ..Reply::default() }).await.unwrap();
        // A draft by mail, which waits with its file, and goes out with it.
        let to = Road::header(&notice, "Reply-To");
        road.receive(&format!(
            "From: {ADA}\r\nTo: {to}\r\nMessage-ID: <a1@agents.test>\r\nSubject: Re: Printer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nSee it again.\r\n--b\r\nContent-Type: text/csv; name=\"prices.csv\"\r\nContent-Disposition: attachment; filename=\"prices.csv\"\r\n\r\nwater,1\r\n--b--\r\n")).await;
        let held = road.messages("ACME-1").await.into_iter().find(|m| m.held).unwrap();
        road.desk.release(&road.who("acme", "ada@agents.test"), held.id).await.unwrap();
        let sent = road.queued("grace@customers.test").await;
        for raw in &sent[sent.len() - 2..] {
            let parsed = postroom::domain::mail::parse(raw.as_bytes());
            let file = parsed.attachments.iter().find(|a| a.filename == "prices.csv").unwrap();
            let bytes = postroom::domain::mail::attachment(raw.as_bytes(), file.part).unwrap();
            assert_eq!(String::from_utf8(bytes).unwrap().trim(), "water,1");
        }
        let files: Vec<String> = road.messages("ACME-1").await.iter().flat_map(|m| &m.attachments).map(|a| a.id.to_string()).collect();
        assert_eq!(files.len(), 2);
        for mail in road.sent().await {
            let shown = format!("{}\n{}", words(&mail.raw), mail.raw);
            assert!(!shown.contains("/attachments/") && files.iter().all(|id| !shown.contains(id)), "{}: {shown}", mail.recipient);
        }
    }

    async fn files_go_along_where_an_agents_mail_is_read_again(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let to = Road::header(&notice, "Reply-To");
        let answer = stamped(PASS, &format!(
            "From: {ADA}\r\nTo: {to}\r\nMessage-ID: <a1@agents.test>\r\nSubject: Re: Printer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"prices.csv\"\r\n\r\nwater,1\r\n--b--\r\n"));
        // Ada was away from the desk when it came, and it waits in quarantine.
        let works = |role: &str| format!("[[tenant]]\nslug = \"acme\"\n[[tenant.user]]\nemail = \"bob@agents.test\"\nrole = \"admin\"\n[[tenant.user]]\nemail = \"ada@agents.test\"\nrole = \"{role}\"\n");
        road.apply(&works("viewer")).await;
        road.receive(&answer).await;
        let mail = road.intake().await.pop().unwrap();
        assert_eq!(mail.state.as_str(), "quarantined");
        road.apply(&works("admin")).await;
        let who = road.who("acme", "ada@agents.test");
        let by = postroom::store::inbound::By { user: who.user, name: who.name };
        postroom::intake::process::take_in(&road.desk, mail.id, None, &by).await.unwrap();
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        let sent = postroom::domain::mail::parse(sent.as_bytes());
        assert_eq!(sent.attachments.iter().map(|a| a.filename.as_str()).collect::<Vec<_>>(), ["prices.csv"]);
    }

    async fn a_viewer_is_told_and_cannot_answer(database: TestDatabase) {
        let (road, _) = asked(database).await;
        road.apply("[[tenant]]\nslug = \"acme\"\n[[tenant.user]]\nemail = \"vera@agents.test\"\nname = \"Vera\"\nrole = \"viewer\"\npassword = \"correct horse battery\"\n").await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        road.desk.note(&bob, id, Note { text: "@vera look".into(), ..Note::default() }).await.unwrap();
        let told = road.queued("vera@agents.test").await.pop().unwrap();
        assert!(!told.contains("support+") && !words(&told).contains("=-=-=-="), "{told}");
        road.receive(&mail(GRACE, "support@acme.test", "m9@customers.test", "x", "", "y")).await;
        road.desk.reply(&bob, id, Reply { text: "z".into(), ..Reply::default() }).await.unwrap();
    }
}
