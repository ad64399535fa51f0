//! What an agent wrote reaches the customer whole, or waits: nothing of it is cut because it looks like a quote, and what
//! was nearly a note goes nowhere.

use postroom::desk::DeskError;
use postroom::desk::speak::Reply;
use postroom::desk::write::Draft;
use postroom::domain::message::Kind;

use super::{ADA, GRACE, PASS, asked, proven, stamped, words};
use crate::road::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

/// The notice as a program quotes it below an answer.
fn quoted(notice: &str) -> String {
    let lines = words(notice);
    let lines: Vec<String> = lines.lines().map(|line| format!("> {line}")).collect();
    format!(
        "On Mon, Nov 23, 2026 at 10:00 AM Acme GmbH <support@acme.test> wrote:\n{}\n",
        lines.join("\n")
    )
}

both_databases! {
    async fn what_looks_like_a_quote_or_a_signature_is_sent_or_waits_and_is_never_cut(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let quote = quoted(&notice);
        for (at, (text, sent)) in [
            ("Two options:\n--\n1. reinstall\n2. replace\n\nWhich one?", true),
            ("Run this:\n> Get-Service spooler\nand tell me.", true),
            ("Hello\n\n-- \nAcme\n\nP.S. The cable is in the box.", true),
            ("Your trip:\n\nVon: Berlin\nAn: Hamburg\nDatum: 24.11.2026\nBetreff: Reparatur\n\nGute Reise.", false),
            ("The log:\n\n-----Original Message-----\nfailed\n\nDo you see that?", false),
            ("Sign:\n____\nFrom: x@y.test\nTo: z@y.test\nSubject: paper\n\nAnd send it.", false),
        ].into_iter().enumerate() {
            for (with, whole) in [("quote", format!("{text}\n\n{quote}")), ("no quote", text.to_owned())] {
                let before = road.queued("grace@customers.test").await.len();
                road.receive(&proven(&notice, &format!("w{at}{}@agents.test", with.len()), &whole.replace('\n', "\r\n"))).await;
                let queued = road.queued("grace@customers.test").await;
                assert_eq!(queued.len() > before, sent, "{with}: {text}");
                let squeezed = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
                let newest = road.messages("ACME-1").await.pop().unwrap();
                assert_eq!((squeezed(&newest.text), newest.held), (squeezed(text), !sent), "{with}");
                if sent {
                    assert_eq!(squeezed(&words(queued.last().unwrap())), squeezed(text), "{with}");
                    continue;
                }
                assert!(newest.held_reason.unwrap().contains("may be a quote"), "{with}: {text}");
                road.desk.discard(&road.who("acme", "ada@agents.test"), newest.id).await.unwrap();
            }
        }
    }

    async fn a35_what_is_nearly_a_note_reaches_no_customer(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let to = Road::header(&notice, "Reply-To");
        let before = road.queued("grace@customers.test").await.len();
        for (at, line) in ["*#note*", "＃note", "# note", "`#note`", "- #note", "##note", "#-note"].into_iter().enumerate() {
            let raw = format!(
                "From: {ADA}\r\nTo: {to}\r\nMessage-ID: <n{at}@agents.test>\r\nSubject: Re: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{line}\r\nCANARY-{at}\r\n");
            road.receive(&stamped(PASS, &raw)).await;
            let newest = road.messages("ACME-1").await.pop().unwrap();
            assert_eq!((newest.kind, newest.held), (Kind::Note, false), "{line}");
            assert!(newest.text.contains(&format!("CANARY-{at}")), "{line}: {newest:?}");
        }
        let html = |id: &str, body: &str| format!("From: {ADA}\r\nTo: {to}\r\nMessage-ID: <{id}>\r\nSubject: Re: x\r\nContent-Type: text/html\r\n\r\n{body}\r\n");
        road.receive(&stamped(PASS, &html("h1@agents.test", "<ul><li>#note</li></ul><p>CANARY-html</p>"))).await;
        road.receive(&proven(&notice, "p1@agents.test", "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\n#note\r\nCANARY-pgp\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\niQ\r\n-----END PGP SIGNATURE-----")).await;
        for canary in ["CANARY-html", "CANARY-pgp"] {
            assert!(road.messages("ACME-1").await.iter().any(|m| m.kind == Kind::Note && m.text.contains(canary)), "{canary}");
        }
        // Other commands in such clothes stop the answer.
        for (at, line) in ["#priority=urgent", "## resolve", "- #resolve"].into_iter().enumerate() {
            road.receive(&proven(&notice, &format!("o{at}@agents.test"), &format!("{line}\r\n\r\nUse water."))).await;
            let held = road.messages("ACME-1").await.pop().unwrap();
            assert!(held.held && held.held_reason.unwrap().contains("not understood"), "{line}");
        }
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        for text in ["##note\nx", "#-note\nx", "- #note\nx", "#assign->bob\nx"] {
            let reply = Reply { text: text.into(), ..Reply::default() };
            let refused = road.desk.write(&ada, id, Draft { reply, commands: true, ..Draft::default() }).await;
            assert!(matches!(refused, Err(DeskError::Unclear(_))), "{text}: {refused:?}");
        }
    }

    async fn a_notice_says_what_it_leaves_out_and_keeps_what_is_answered(database: TestDatabase) {
        let (road, _) = asked(database).await;
        let told = async |id: &str, text: &str| {
            road.receive(&mail(GRACE, "support@acme.test", id, "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", &text.replace('\n', "\r\n"))).await;
            let notice = road.queued("ada@agents.test").await.pop().unwrap();
            let html = postroom::domain::mail::html_body(notice.as_bytes()).unwrap();
            (words(&notice), html)
        };
        for (id, text, expected) in [
            ("i1@customers.test", "> 1. Version?\n4.2\n> 2. System?\nLinux", &["> 1. Version?\n4.2\n> 2. System?\nLinux"][..]),
            ("i2@customers.test", "My list:\n--\nitem 1\nitem 2, or 3?", &["My list:\n[···]"]),
            ("i3@customers.test", "Yes.\n\nOn Mon, 23 Nov 2026 at 10:00, Acme <support@acme.test> wrote:\n> Is it?", &["Yes.\n\n[···]"]),
            ("i4@customers.test", "Sent from my iPhone the pictures never arrive. Please help.", &["Sent from my iPhone the pictures never arrive."]),
            ("i5@customers.test", "> lpstat -t\n> printer burns", &["> lpstat -t\n> printer burns"]),
        ] {
            let (said, html) = told(id, text).await;
            for words in expected {
                assert!(said.contains(words), "{words}: {said}");
                assert!(!words.contains("[···]") || html.contains("[···]"), "{html}");
            }
        }
    }
}
