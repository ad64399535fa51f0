//! The policy table (guarantees, section 2), with everything that can be wrong about an answer to a notice.

use postroom::desk::speak::Note;
use postroom::domain::message::{Identity, Kind};

use super::{ADA, ONLY_ADA, PASS, asked, proven, stamped, words};
use crate::road::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

/// What becomes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The customer has it.
    Sent,
    /// It waits as a reply; one click sends it.
    Held,
    /// It waits as a stranger's message.
    Doubted,
    /// It stands in no ticket, and nobody got it.
    Away,
    /// It is a message from outside like any other.
    Outside,
}

use End::{Away, Doubted, Held, Outside, Sent};

/// How an answer is made: from the token's address and the words.
type Make = fn(&str, &str, &str) -> String;

fn usual(to: &str, id: &str, text: &str) -> String {
    mail(ADA, to, id, "Re: Printer", "", text)
}

/// Name, how it is made, and what becomes of it under `strict`, `token`, `off`, and with the person's own switch off.
const ROWS: &[(&str, Make, [End; 4])] = &[
    (
        "T, F, D pass",
        |to, id, text| stamped(PASS, &usual(to, id, text)),
        [Sent, Sent, Held, Held],
    ),
    (
        "T, F, D unknown",
        |to, id, text| usual(to, id, text),
        [Held, Sent, Held, Held],
    ),
    (
        "T, F, D fail",
        |to, id, text| stamped("dmarc=fail header.from=agents.test", &usual(to, id, text)),
        [Held, Held, Held, Held],
    ),
    (
        "two results, one fails",
        |to, id, text| {
            stamped(
                "dmarc=pass header.from=agents.test; dmarc=fail header.from=agents.test",
                &usual(to, id, text),
            )
        },
        [Held, Held, Held, Held],
    ),
    (
        "aligned DKIM without DMARC",
        |to, id, text| stamped("dkim=pass header.d=agents.test", &usual(to, id, text)),
        [Sent, Sent, Held, Held],
    ),
    (
        "DKIM of somebody else",
        |to, id, text| stamped("dkim=pass header.d=evil.test", &usual(to, id, text)),
        [Held, Sent, Held, Held],
    ),
    (
        "the agent's domain in a quoted local part",
        |to, id, text| {
            stamped(
                r#"spf=pass smtp.mailfrom="x y@agents.test"@evil.test"#,
                &usual(to, id, text),
            )
        },
        [Held, Sent, Held, Held],
    ),
    (
        "results forged below the boundary",
        |to, id, text| {
            let forged = usual(to, id, text);
            format!(
                "Received: from x by mx.acme.test; Mon, 23 Nov 2026 09:00:00 +0000\r\nAuthentication-Results: mx.acme.test; {PASS}\r\n{forged}"
            )
        },
        [Held, Sent, Held, Held],
    ),
    (
        "results of another server above",
        |to, id, text| {
            format!(
                "Authentication-Results: mx.evil.test; {PASS}\r\nReceived: from x by mx.acme.test; Mon, 23 Nov 2026 09:00:00 +0000\r\n{}",
                usual(to, id, text)
            )
        },
        [Held, Sent, Held, Held],
    ),
    (
        "results without an id, as Microsoft 365 writes them",
        |to, id, text| {
            format!(
                "Authentication-Results: spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=agents.test; {PASS}\r\nReceived: from x by mx.acme.test; Mon, 23 Nov 2026 09:00:00 +0000\r\n{}",
                usual(to, id, text)
            )
        },
        [Held, Sent, Held, Held],
    ),
    (
        "T, not F",
        |to, id, text| {
            stamped(
                "dmarc=pass header.from=evil.test",
                &mail("Eve <eve@evil.test>", to, id, "Re: Printer", "", text),
            )
        },
        [Doubted; 4],
    ),
    (
        "Reply-To is the agent, From is not (A4)",
        |to, id, text| {
            stamped(
                "dmarc=pass header.from=evil.test",
                &mail(
                    "Eve <eve@evil.test>",
                    to,
                    id,
                    "Re: Printer",
                    "Reply-To: ada@agents.test\r\nSender: ada@agents.test\r\n",
                    text,
                ),
            )
        },
        [Doubted; 4],
    ),
    (
        "two From fields (A5)",
        |to, id, text| {
            stamped(
                PASS,
                &format!("From: eve@evil.test\r\n{}", usual(to, id, text)),
            )
        },
        [Doubted; 4],
    ),
    (
        "two addresses in From (A5)",
        |to, id, text| {
            stamped(
                PASS,
                &mail(
                    "ada@agents.test, eve@evil.test",
                    to,
                    id,
                    "Re: Printer",
                    "",
                    text,
                ),
            )
        },
        [Doubted; 4],
    ),
    (
        "Auto-Submitted (A10)",
        |to, id, text| {
            stamped(
                PASS,
                &mail(
                    ADA,
                    to,
                    id,
                    "Away",
                    "Auto-Submitted: auto-replied\r\n",
                    text,
                ),
            )
        },
        [Away; 4],
    ),
    (
        "a null return path",
        |to, id, text| format!("Return-Path: <>\r\n{}", stamped(PASS, &usual(to, id, text))),
        [Away; 4],
    ),
    (
        "it asks for no automatic answer",
        |to, id, text| {
            let more = "X-Auto-Response-Suppress: All\r\n";
            stamped(PASS, &mail(ADA, to, id, "Re: Printer", more, text))
        },
        [Held; 4],
    ),
    (
        "Precedence: junk",
        |to, id, text| {
            let more = "Precedence: junk\r\n";
            stamped(PASS, &mail(ADA, to, id, "Re: Printer", more, text))
        },
        [Held; 4],
    ),
    (
        "F and D, no T",
        |_, id, text| {
            stamped(
                PASS,
                &mail(ADA, "support@acme.test", id, "Printer", "", text),
            )
        },
        [Outside; 4],
    ),
    (
        "F and D, no T, in the thread",
        |_, id, text| {
            stamped(
                PASS,
                &mail(
                    ADA,
                    "support@acme.test",
                    id,
                    "Re: Printer",
                    "In-Reply-To: <m1@customers.test>\r\n",
                    text,
                ),
            )
        },
        [Doubted; 4],
    ),
    (
        "a changed token",
        |to, id, text| {
            let changed = to.replacen("support+a", "support+b", 1);
            stamped(PASS, &mail(ADA, &changed, id, "Printer", "", text))
        },
        [Away; 4],
    ),
    (
        "half a token",
        |to, id, text| {
            let (local, domain) = to.split_once('@').unwrap();
            stamped(
                PASS,
                &mail(
                    ADA,
                    &format!("{}@{domain}", &local[..20]),
                    id,
                    "Printer",
                    "",
                    text,
                ),
            )
        },
        [Outside; 4],
    ),
];

/// The address in Reply-To of the newest notice to Ada.
async fn token(road: &Road) -> String {
    let notice = road.queued("ada@agents.test").await.pop().unwrap();
    Road::header(&notice, "Reply-To")
}

/// Where the words stand, and whether the customer has them.
async fn end(road: &Road, words: &str) -> End {
    if road
        .queued("grace@customers.test")
        .await
        .iter()
        .any(|raw| raw.contains(words))
    {
        return Sent;
    }
    for ticket in road.tickets("acme").await {
        let messages = road.messages(&ticket.key).await;
        if let Some(message) = messages.iter().find(|m| m.text.contains(words)) {
            return match (message.kind, message.held) {
                (Kind::Reply, true) => Held,
                (Kind::Inbound, true) => Doubted,
                (Kind::Inbound, false) => Outside,
                other => panic!("{words}: {other:?}"),
            };
        }
    }
    Away
}

both_databases! {
    async fn a7_the_policy_table_holds_for_every_answer(database: TestDatabase) {
        let road = Road::new(database).await;
        for (at, (policy, switch)) in [("strict", "on"), ("token", "on"), ("off", "on"), ("token", "off")].into_iter().enumerate() {
            road.apply(&format!("{ONLY_ADA}[[tenant.user]]\nemail = \"ada@agents.test\"\nmail_reply = \"{switch}\"\n").replace("slug = \"acme\"", &format!("slug = \"acme\"\nagent_mail = \"{policy}\""))).await;
            for (row, (name, make, ends)) in ROWS.iter().enumerate() {
                // A ticket and a notice of its own, because some answers revoke the token.
                let id = if (at, row) == (0, 0) { "m1".to_owned() } else { format!("m1-{at}-{row}") };
                road.receive(&mail("Grace Hopper <grace@customers.test>", "support@acme.test", &format!("{id}@customers.test"), &format!("Printer {at} {row}"), "", "It burns.")).await;
                let to = token(&road).await;
                let words = format!("Answer-{at}-{row}");
                road.receive(&make(&to, &format!("a{at}-{row}@agents.test"), &words)).await;
                assert_eq!(end(&road, &words).await, ends[at], "{name}, {policy}, person {switch}");
            }
        }
        // Whatever was doubted shows that it was.
        for message in road.messages("ACME-1").await.iter().filter(|m| m.held) {
            assert_eq!(message.identity, Identity::Unverified);
        }
    }

    async fn a7_a_token_dies_with_what_it_stood_for(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(ONLY_ADA).await;
        let bob = "[[tenant]]\nslug = \"acme\"\n[[tenant.user]]\nemail = \"ada@agents.test\"\n";
        // What happens to Ada, or to the ticket, after she was told of it; and what brings her back.
        for (at, (name, gone, back)) in [
            ("demoted to viewer", format!("{bob}role = \"viewer\"\n"), format!("{bob}role = \"admin\"\n")),
            ("moved where she does not see it", format!("{bob}role = \"member\"\n[[tenant.team]]\nname = \"First line\"\nmembers = [\"bob@agents.test\"]\n"), format!("{bob}role = \"admin\"\n{}", ONLY_ADA.split_once("[[tenant.team]]").map(|(_, team)| format!("[[tenant.team]]{team}")).unwrap())),
            ("left", format!("{bob}state = \"absent\"\n"), String::new()),
        ].into_iter().enumerate() {
            road.receive(&mail("Grace Hopper <grace@customers.test>", "support@acme.test", &format!("d{at}@customers.test"), &format!("Printer {at}"), "", "It burns.")).await;
            let to = token(&road).await;
            let key = road.tickets("acme").await.pop().unwrap();
            if name.starts_with("moved") {
                let bob = road.who("acme", "bob@agents.test");
                let wanted = postroom::domain::ticket::Change { assignee: Some(bob.user), ..Default::default() };
                road.desk.change(&bob, key.id, wanted).await.unwrap();
            }
            road.apply(&gone).await;
            let words = format!("Gone-{at}");
            road.receive(&stamped(PASS, &usual(&to, &format!("g{at}@agents.test"), &words))).await;
            assert_eq!(end(&road, &words).await, Away, "{name}");
            assert_eq!(road.intake().await.last().unwrap().state.as_str(), "quarantined", "{name}");
            let mut tx = road.desk.db.read().await.unwrap();
            let lines = postroom::store::audit::of_tenant(&mut tx, key.tenant, None, 100).await.unwrap();
            drop(tx);
            let refused = lines.iter().filter(|line| line.kind == "agent_mail.refused");
            assert_eq!(refused.map(|line| line.subject.as_str()).collect::<Vec<_>>(), vec!["ada@agents.test"; at + 1], "{name}");
            if !back.is_empty() {
                road.apply(&back).await;
            }
        }
    }

    async fn a3_a_token_is_good_for_thirty_days_for_one_tenant_and_one_purpose(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(ONLY_ADA).await;
        let grace = "Grace Hopper <grace@customers.test>";
        road.receive(&mail(grace, "support@acme.test", "m1@customers.test", "Printer", "", "It burns.")).await;
        let old = token(&road).await;
        // The customer's token does not make an agent of anybody, not even of an agent.
        let acknowledged = road.queued("grace@customers.test").await.pop().unwrap();
        let customers = Road::header(&acknowledged, "Reply-To");
        let customers = customers.split(['<', '>']).find(|part| part.contains('@')).unwrap().to_owned();
        road.receive(&stamped(PASS, &usual(&customers, "c1@agents.test", "By-customer-token"))).await;
        assert_eq!(end(&road, "By-customer-token").await, Outside);
        // Another tenant's token, at our address.
        road.receive(&mail(grace, "support@globex.test", "x1@customers.test", "Robot", "", "It talks.")).await;
        let hank = road.who("globex", "hank@agents.test");
        let theirs = road.id("GLX-1").await;
        road.desk.change(&road.who("globex", "hank@agents.test"), theirs, postroom::domain::ticket::Change { assignee: Some(hank.user), ..Default::default() }).await.unwrap();
        road.receive(&mail(grace, "support@globex.test", "x2@customers.test", "Re: Robot", "In-Reply-To: <x1@customers.test>\r\n", "It sings.")).await;
        let foreign = Road::header(&road.queued("hank@agents.test").await.pop().unwrap(), "Reply-To").replace("globex.test", "acme.test");
        road.receive(&stamped(PASS, &usual(&foreign, "f1@agents.test", "By-foreign-token"))).await;
        assert_eq!(end(&road, "By-foreign-token").await, Outside);
        assert!(road.messages("GLX-1").await.iter().all(|m| !m.text.contains("By-foreign")));
        // A month later.
        road.desk.clock.set("2026-12-24T09:00:01Z".parse().unwrap());
        road.receive(&stamped(PASS, &usual(&old, "o1@agents.test", "By-old-token"))).await;
        assert_eq!(end(&road, "By-old-token").await, Away);
        assert_eq!(road.intake().await.last().unwrap().state.as_str(), "quarantined");
    }

    async fn a7_a_suspended_agent_speaks_for_nobody(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let to = Road::header(&notice, "Reply-To");
        road.command(&["user", "disable", "ada@agents.test"]).await;
        road.desk.refresh().await.unwrap();
        for policy in ["strict", "token", "off"] {
            road.apply(&format!("[[tenant]]\nslug = \"acme\"\nagent_mail = \"{policy}\"\n")).await;
            let words = format!("Suspended-{policy}");
            road.receive(&stamped(PASS, &usual(&to, &format!("{policy}@agents.test"), &words))).await;
            assert_eq!(end(&road, &words).await, Away, "{policy}");
            assert_eq!(road.intake().await.last().unwrap().state.as_str(), "quarantined", "{policy}");
        }
    }

    async fn the_policy_table_holds_where_the_server_writes_no_id(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(&format!("{ONLY_ADA}[[tenant.mailbox]]\naddress = \"support@acme.test\"\nauth_results = \"topmost-without-id\"\n")).await;
        let written = |results: &str, raw: &str| format!("Authentication-Results: {results}\r\nReceived: from x by DB1.mail.protection.outlook.com; Mon, 23 Nov 2026 09:00:00 +0000\r\n{raw}");
        let m365 = format!("spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=agents.test; {PASS}");
        for (at, (name, results, ends)) in [
            ("as Microsoft 365 writes it", m365.as_str(), [Sent, Sent, Held]),
            ("nothing in it", "none", [Held, Sent, Held]),
            ("it fails", "spf=fail smtp.mailfrom=agents.test; dmarc=fail header.from=agents.test", [Held, Held, Held]),
            ("with an id, it is not that server's", "mx.evil.test; dmarc=pass header.from=agents.test", [Held, Sent, Held]),
        ].into_iter().enumerate() {
            for (policy, wanted) in ["strict", "token", "off"].into_iter().zip(ends) {
                road.apply(&format!("[[tenant]]\nslug = \"acme\"\nagent_mail = \"{policy}\"\n")).await;
                road.receive(&mail("Grace Hopper <grace@customers.test>", "support@acme.test", &format!("m{at}{policy}@customers.test"), &format!("Printer {at} {policy}"), "", "It burns.")).await;
                let (to, words) = (token(&road).await, format!("Words-{at}-{policy}"));
                let forged = format!("Authentication-Results: {PASS}\r\n{}", usual(&to, &format!("a{at}{policy}@agents.test"), &words));
                road.receive(&written(results, &forged)).await;
                assert_eq!(end(&road, &words).await, wanted, "{name}, {policy}");
            }
        }
    }

    async fn a35_the_policy_table_holds_for_answers_to_notes(database: TestDatabase) {
        let (road, _) = asked(database).await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        let sent = road.queued("grace@customers.test").await.len();
        let results = [("pass", PASS), ("unknown", "dmarc=none"), ("fail", "dmarc=fail header.from=agents.test")];
        for (at, (policy, switch, ends)) in [
            ("strict", "on", [Some(Identity::Verified), Some(Identity::Unverified), None]),
            ("token", "on", [Some(Identity::Verified), Some(Identity::Verified), None]),
            ("off", "on", [Some(Identity::Unverified), Some(Identity::Unverified), None]),
            ("token", "off", [Some(Identity::Unverified), Some(Identity::Unverified), None]),
        ].into_iter().enumerate() {
            road.apply(&format!("{ONLY_ADA}[[tenant.user]]\nemail = \"ada@agents.test\"\nmail_reply = \"{switch}\"\n").replace("slug = \"acme\"", &format!("slug = \"acme\"\nagent_mail = \"{policy}\""))).await;
            for ((name, result), wanted) in results.iter().zip(ends) {
                road.desk.note(&bob, id, Note { text: "@ada look".into(), ..Note::default() }).await.unwrap();
                let (to, words) = (token(&road).await, format!("Note-{at}-{name}"));
                road.receive(&stamped(result, &usual(&to, &format!("n{at}{name}@agents.test"), &words))).await;
                let messages = road.messages("ACME-1").await;
                let found = messages.iter().find(|m| m.text.contains(&words));
                assert!(found.is_none_or(|m| m.kind == Kind::Note && !m.held), "{policy}, {switch}, {name}");
                assert_eq!(found.map(|m| m.identity), wanted, "{policy}, {switch}, {name}");
            }
        }
        assert_eq!(road.queued("grace@customers.test").await.len(), sent);
    }

    async fn a10_an_absence_note_of_an_agent_reaches_nobody(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let to = Road::header(&notice, "Reply-To");
        let before = road.recipients().await;
        for (at, (subject, more, above)) in [
            ("Away", "Auto-Submitted: auto-replied\r\n", ""),
            ("Automatic reply: Printer", "X-Auto-Response-Suppress: All\r\nAuto-Submitted: auto-generated\r\n", ""),
            ("Abwesend", "X-Autoreply: yes\r\n", ""),
            ("Re: Printer", "", "Return-Path: <>\r\n"),
        ].into_iter().enumerate() {
            let raw = mail(ADA, &to, &format!("away{at}@agents.test"), subject, more, "I am away.");
            road.receive(&format!("{above}{}", stamped(PASS, &raw))).await;
            assert_eq!(road.intake().await.last().unwrap().state.as_str(), "ignored", "{subject}");
        }
        assert_eq!(road.recipients().await, before, "nobody is written to, Ada herself neither");
        assert_eq!(road.messages("ACME-1").await.iter().filter(|m| m.text.contains("I am away.")).count(), 0);
    }

    async fn a10_a_mark_that_people_bear_too_holds_an_answer_and_tells_its_author_once(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let to = Road::header(&notice, "Reply-To");
        let (told, sent) = (road.queued("ada@agents.test").await.len(), road.queued("grace@customers.test").await.len());
        let answer = |id: &str, text: &str| stamped(PASS, &mail(ADA, &to, id, "Re: Printer", "X-Auto-Response-Suppress: All\r\n", text));
        road.receive(&answer("q1@agents.test", "Use water.")).await;
        let back = road.queued("ada@agents.test").await;
        assert_eq!(back.len(), told + 1);
        assert!(words(back.last().unwrap()).contains("mark that programs set"), "{back:?}");
        // Whatever answers every mail comes to rest: its second answer is kept, and answered by nothing.
        road.receive(&answer("q2@agents.test", "And sand.")).await;
        assert_eq!(road.queued("ada@agents.test").await.len(), told + 1);
        assert_eq!(road.queued("grace@customers.test").await.len(), sent);
        let held = road.messages("ACME-1").await.into_iter().filter(|m| m.held);
        assert_eq!(held.map(|m| m.text).collect::<Vec<_>>(), ["Use water.", "And sand."]);
    }

    async fn a_forged_answer_is_told_to_the_tenants_admins(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply("[[tenant]]\nslug = \"acme\"\n[[tenant.team]]\nname = \"First line\"\nmembers = [\"bob@agents.test\"]\n[[tenant.user]]\nemail = \"ada@agents.test\"\nrole = \"admin\"\n").await;
        road.receive(&mail("Grace Hopper <grace@customers.test>", "support@acme.test", "m1@customers.test", "Printer", "", "It burns.")).await;
        let to = Road::header(&road.queued("bob@agents.test").await.pop().unwrap(), "Reply-To");
        let before = road.queued("ada@agents.test").await.len();
        road.receive(&stamped("dmarc=fail header.from=agents.test", &mail("Bob <bob@agents.test>", &to, "b1@agents.test", "Re: Printer", "", "Send money."))).await;
        let told = road.queued("ada@agents.test").await;
        assert_eq!(told.len(), before + 1);
        assert!(words(told.last().unwrap()).contains("forged"), "{told:?}");
        assert!(road.queued("grace@customers.test").await.iter().all(|raw| !raw.contains("money")));
    }

    async fn a36_who_answers_with_an_agents_token_is_a_stranger_and_the_agent_hears_of_it(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let to = Road::header(&notice, "Reply-To");
        let before = road.queued("ada@agents.test").await.len();
        // Ada passed the notice on to Grace, who answers it: to the address of Ada's own token.
        road.receive(&mail("Grace Hopper <grace@customers.test>", &to, "g1@customers.test", "Re: Fwd: Printer", "", "Thank you, Ada.")).await;
        let held = road.messages("ACME-1").await.into_iter().find(|m| m.held).unwrap();
        assert_eq!((held.kind, held.identity), (Kind::Inbound, Identity::Unverified));
        let told = road.queued("ada@agents.test").await;
        assert_eq!(told.len(), before + 1);
        assert!(words(told.last().unwrap()).contains("worth nothing any more"));
        // The old token is dead, for Ada too; the one in the alert works.
        road.receive(&stamped(PASS, &usual(&to, "a1@agents.test", "With-the-old"))).await;
        assert_eq!(end(&road, "With-the-old").await, Away);
        road.receive(&proven(told.last().unwrap(), "a2@agents.test", "With-the-new")).await;
        assert_eq!(end(&road, "With-the-new").await, Sent);
    }

    async fn a36_a_merge_saves_no_token_from_being_revoked(database: TestDatabase) {
        let (road, _) = asked(database).await;
        road.receive(&mail("Heidi <heidi@customers.test>", "support@acme.test", "h1@customers.test", "Fire", "", "It burns.")).await;
        let to = token(&road).await;
        let ada = road.who("acme", "ada@agents.test");
        road.desk.merge(&ada, road.id("ACME-2").await, road.id("ACME-1").await).await.unwrap();
        // The notice was of the ticket that is part of the other now.
        road.receive(&mail("Grace Hopper <grace@customers.test>", &to, "g1@customers.test", "Re: Fwd: Fire", "", "Thank you, Ada.")).await;
        assert!(road.messages("ACME-1").await.iter().any(|m| m.held));
        road.receive(&stamped(PASS, &usual(&to, "a1@agents.test", "With-the-old"))).await;
        assert_eq!(end(&road, "With-the-old").await, Away);
        road.receive(&proven(&road.queued("ada@agents.test").await.pop().unwrap(), "a2@agents.test", "With-the-new")).await;
        assert_eq!(end(&road, "With-the-new").await, Sent);
    }
}
