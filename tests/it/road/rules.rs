//! Rules at work: on events and on time, each action, tried on what was, and explained afterwards.

use postroom::desk::Desk;
use postroom::desk::backtest::Span;
use postroom::desk::rulebook::{RuleDraft, Step};
use postroom::desk::speak::Reply;
use postroom::domain::audit::Via;
use postroom::domain::ids::RuleId;
use postroom::domain::rules::Definition;
use postroom::domain::ticket::{Change, Status};
use postroom::door::Random;
use postroom::store::{self, Db};
use serde_json::{Value, json};

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

fn definition(json: Value) -> Definition {
    serde_json::from_value(json).unwrap()
}

impl Road {
    async fn rule(&self, name: &str, json: Value) -> RuleId {
        let draft = RuleDraft {
            name: name.to_owned(),
            active: true,
            definition: definition(json),
        };
        let ada = self.who("acme", "ada@agents.test");
        self.desk.create_rule(&ada, Via::Page, draft).await.unwrap()
    }

    async fn write(&self, id: &str, subject: &str, more: &str) {
        self.receive(&mail(
            GRACE,
            "support@acme.test",
            id,
            subject,
            more,
            "words",
        ))
        .await;
    }

    /// Moves the clock and lets rules on time look; gives when they look next.
    async fn look(&self, at: &str) -> Option<String> {
        self.pass(at).await;
        let next = self.desk.look_by_time().await.unwrap();
        next.map(|at| at.to_rfc3339())
    }

    /// The lines of a ticket that rules made, after those of the seed's rule.
    async fn by_rules(&self, key: &str) -> Vec<String> {
        let ours = |line: &String| line.contains(" by R:");
        self.timeline(key).await.into_iter().filter(ours).collect()
    }

    /// The whole database, as far as a trial could touch it.
    async fn everything(&self) -> Vec<Vec<u8>> {
        let database = &self.database;
        if !database.is_postgres() {
            let path = database.url().trim_start_matches("sqlite:");
            let path = path.split('?').next().unwrap();
            return [path.to_owned(), format!("{path}-wal")]
                .iter()
                .map(|file| std::fs::read(file).unwrap_or_default())
                .collect();
        }
        let pool = sqlx::PgPool::connect(database.url()).await.unwrap();
        let mut all = Vec::new();
        for sql in [
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM tickets t",
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM events t",
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM messages t",
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM outbox t",
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM rule_runs t",
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM rule_looks t",
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM rule_fired t",
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM rule_versions t",
        ] {
            let hash: String = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
            all.push(hash.into_bytes());
        }
        pool.close().await;
        all
    }
}

both_databases! {
    async fn a_rule_on_time_acts_once_for_what_a_person_did_and_again_after_the_next(database: TestDatabase) {
        let road = Road::new(database).await;
        road.rule("R: idle", json!({ "on": ["time.idle"], "then": [{ "tag": "waiting" }, { "note": "{{ ticket.key }} waits" }], "when": { "all": [
            { "field": "last_message_from", "op": "is", "value": "customer" },
            { "field": "hours_since_last_customer_message", "op": "older_than", "value": "4h" },
        ] } })).await;
        road.write("m1@customers.test", "Printer", "").await;
        assert_eq!(road.look("2026-11-23T09:00:00Z").await.unwrap(), "2026-11-23T13:00:00+00:00");
        road.look("2026-11-23T12:59:59Z").await;
        assert!(road.by_rules("ACME-1").await.is_empty());
        // Nothing is due any more once it has acted, however often it is looked at.
        for moment in ["2026-11-23T13:00:00Z", "2026-11-23T13:00:01Z", "2026-11-24T13:00:00Z"] {
            assert_eq!(road.look(moment).await, None);
        }
        assert_eq!(road.by_rules("ACME-1").await, [
            "ticket.updated tags →waiting by R: idle",
            "note.added by R: idle",
        ]);
        let note = road.messages("ACME-1").await.into_iter().find(|m| m.text.contains("waits")).unwrap();
        assert_eq!((note.text.as_str(), note.author.name.as_str()), ("ACME-1 waits", "R: idle"));
        // The customer writes again: a new cause.
        road.write("m2@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n").await;
        road.look("2026-11-24T17:00:00Z").await;
        assert_eq!(road.messages("ACME-1").await.iter().filter(|m| m.text.contains("waits")).count(), 2);
        // An answer: the condition does not hold, and nothing is planned that could make it hold.
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        road.desk.reply(&bob, id, Reply { text: "On it.".into(), ..Reply::default() }).await.unwrap();
        road.look("2026-11-26T17:00:00Z").await;
        assert_eq!(road.messages("ACME-1").await.iter().filter(|m| m.text.contains("waits")).count(), 2);
    }

    async fn two_nodes_that_look_at_the_same_moment_let_a_rule_act_once(database: TestDatabase) {
        let road = Road::new(database).await;
        road.rule("R: idle", json!({ "on": ["time.idle"], "then": [{ "note": "waits" }],
            "when": { "field": "hours_since_created", "op": "greater", "value": 1 } })).await;
        for n in 0..5 {
            road.write(&format!("m{n}@customers.test"), &format!("Printer {n}"), "").await;
        }
        road.desk.look_by_time().await.unwrap();
        road.pass("2026-11-23T12:00:00Z").await;
        let key = std::sync::Arc::clone(&road.desk.key);
        let other = Desk::open(Db::open(road.database.url()).await.unwrap(), road.desk.clock.clone(), Random::seeded(8), key, "http://localhost:8080".parse().unwrap()).await.unwrap();
        let (one, two) = tokio::join!(road.desk.look_by_time(), other.look_by_time());
        // One of them may have been undone and told so; then it looks again and finds nothing.
        one.unwrap();
        two.unwrap();
        for n in 1..=5 {
            let notes = road.messages(&format!("ACME-{n}")).await.into_iter().filter(|m| m.text == "waits").count();
            assert_eq!(notes, 1, "ACME-{n}");
        }
    }

    async fn a_new_rule_on_time_also_finds_what_has_been_waiting_for_long(database: TestDatabase) {
        let road = Road::new(database).await;
        road.write("m1@customers.test", "Printer", "").await;
        road.pass("2026-11-27T09:00:00Z").await;
        let id = road.rule("R: old", json!({ "on": ["time.idle"], "then": [{ "priority": "high" }],
            "when": { "field": "created_at", "op": "older_than", "value": "3d" } })).await;
        road.desk.look_by_time().await.unwrap();
        assert_eq!(road.by_rules("ACME-1").await, ["ticket.updated priority normal→high by R: old"]);
        // Switched off, it is not looked for any more.
        let ada = road.who("acme", "ada@agents.test");
        road.desk.switch_rule(&ada, Via::Page, id, false).await.unwrap();
        assert_eq!(road.desk.look_by_time().await.unwrap(), None);
    }

    async fn every_action_is_done_by_the_desk_in_the_rules_name(database: TestDatabase) {
        let road = Road::new(database).await;
        road.rule("R: all", json!({ "on": ["ticket.created"], "then": [
            { "assign_team": "Billing" }, { "assign": "available:First line" }, { "priority": "high" }, { "category": "Technical" },
            { "tag": "New" }, { "tag": "old" }, { "untag": "NEW" }, { "note": "Seen: {{ ticket.subject }}" }, { "notify": "admins" },
            { "notify": "channel" }, { "snooze": "4h" }, { "status": "on_hold" }, { "notify": "followers" },
        ] })).await;
        road.write("m1@customers.test", "Printer {{ ticket.key }}", "").await;
        let ticket = road.ticket("ACME-1").await;
        assert_eq!((ticket.status, ticket.category.as_deref()), (Status::OnHold, Some("technical")));
        assert_eq!(ticket.snoozed_until.unwrap().to_rfc3339(), "2026-11-23T13:00:00+00:00");
        assert!(ticket.assignee.is_some());
        let lines = road.by_rules("ACME-1").await;
        for wanted in [
            "ticket.assigned team First line→Billing by R: all",
            "ticket.updated priority normal→high by R: all",
            "ticket.updated category →technical by R: all",
            "ticket.updated tags new, old→old by R: all",
            "note.added by R: all",
            "ticket.updated rule →skipped: there is nobody to tell: followers by R: all",
            "ticket.updated status open→on_hold by R: all",
            "ticket.updated notify →admins by R: all",
            "ticket.updated notify →channel by R: all",
        ] {
            assert!(lines.contains(&wanted.to_owned()), "{wanted} in {lines:#?}");
        }
        // What a mail says is never evaluated.
        assert!(road.messages("ACME-1").await.iter().any(|m| m.text == "Seen: Printer {{ ticket.key }}"));
        assert!(!road.queued("ada@agents.test").await.is_empty(), "the admin was told");
        assert!(!road.queued("acme-tickets").await.is_empty(), "the channel was told");
    }

    async fn a_chain_of_rules_ends_and_says_where(database: TestDatabase) {
        let road = Road::new(database).await;
        for n in 0..8 {
            road.rule(&format!("R: {n}"), json!({ "on": ["ticket.updated"], "then": [{ "tag": format!("t{}", n + 1) }],
                "when": { "field": "tags", "op": "changed_to", "value": format!("t{n}") } })).await;
        }
        road.write("m1@customers.test", "Printer", "").await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        let wanted = Change { tags: Some(vec!["t0".into()]), ..Change::default() };
        road.desk.change(&bob, id, wanted).await.unwrap();
        let lines = road.timeline("ACME-1").await;
        let acted = lines.iter().filter(|l| l.contains(" by R:")).count();
        assert_eq!(acted, 6, "{lines:#?}");
        let stopped = lines.iter().find(|l| l.contains("stopped after 5 rules in a row")).unwrap();
        assert!(stopped.contains("the last was \"R: 5\""), "{stopped}");
    }

    async fn two_rules_that_undo_each_other_act_once_each(database: TestDatabase) {
        let road = Road::new(database).await;
        let toggle = |to: &str, from: &str| json!({ "on": ["ticket.updated"], "then": [{ "priority": to }],
            "when": { "field": "priority", "op": "changed_to", "value": from } });
        road.rule("R: up", toggle("high", "low")).await;
        road.rule("R: down", toggle("low", "high")).await;
        road.write("m1@customers.test", "Printer", "").await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        let wanted = Change { priority: Some(postroom::domain::ticket::Priority::Low), ..Change::default() };
        road.desk.change(&bob, id, wanted).await.unwrap();
        assert_eq!(road.by_rules("ACME-1").await, [
            "ticket.updated priority low→high by R: up",
            "ticket.updated priority high→low by R: down",
        ]);
    }

    async fn every_rule_that_looked_is_explained_also_when_it_has_changed_since(database: TestDatabase) {
        let road = Road::new(database).await;
        let id = road.rule("R: spam", json!({ "on": ["ticket.created"], "then": [{ "spam": true }], "when": { "all": [
            { "field": "header.X-Spam-Flag", "op": "is", "value": "yes" },
            { "field": "priority", "op": "is", "value": "urgent" },
        ] } })).await;
        road.write("m1@customers.test", "Invoice", "X-Spam-Flag: No\r\n").await;
        let ada = road.who("acme", "ada@agents.test");
        let other = RuleDraft { name: "R: other".into(), active: true, definition: definition(json!({ "on": ["ticket.created"], "then": [{ "tag": "x" }] })) };
        road.desk.change_rule(&ada, Via::Page, (id, Some(1)), other).await.unwrap();
        let ticket = road.ticket("ACME-1").await;
        let mut tx = road.desk.db.read().await.unwrap();
        let passes = road.desk.explain_rules(&mut tx, ticket.tenant, ticket.id).await.unwrap();
        let said: Vec<String> = passes[0].runs.iter().map(ToString::to_string).collect();
        assert_eq!(said, [
            "Invoices to billing (version 1) acted: any of (subject contains \"invoice\": yes, saw \"Invoice\")",
            "R: spam (version 1) did not act: all of (header.x-spam-flag is \"yes\": no, saw \"No\")",
        ]);
        // What is stored of the pass names only what acted.
        assert_eq!((passes[0].pass.looked, passes[0].pass.explanation.len()), (2, 1));
    }

    async fn a_draft_is_tried_on_what_was_and_changes_nothing(database: TestDatabase) {
        let road = Road::new(database).await;
        road.write("m1@customers.test", "Invoice 7", "").await;
        road.pass("2026-11-24T09:00:00Z").await;
        road.write("m2@customers.test", "Printer", "X-Prio: 1\r\n").await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-2").await);
        road.pass("2026-11-24T10:00:00Z").await;
        let wanted = Change { status: Some(Status::OnHold), tags: Some(vec!["hardware".into()]), ..Change::default() };
        road.desk.change(&bob, id, wanted).await.unwrap();
        road.pass("2026-11-26T10:00:00Z").await;
        let before = road.everything().await;
        let since = Span::Since("2026-11-01T00:00:00Z".parse().unwrap());
        let tried = async |json: Value, span: &Span| {
            road.desk.try_rule(bob.tenant, &definition(json), span).await.unwrap()
        };
        // As it was when it came in, not as it is today.
        let opened = tried(json!({ "on": ["ticket.created"], "then": [{ "assign_team": "Billing" }, { "priority": "low" }], "when": { "all": [
            { "field": "priority", "op": "is", "value": "normal" }, { "field": "tags", "op": "empty" }, { "field": "team", "op": "is", "value": "First line" },
        ] } }), &since).await;
        assert_eq!(
            opened.sentence("the last 30 days"),
            "In the last 30 days this rule would have acted on 2 of 2 tickets. \
             On 2 tickets it would move it to Billing; 1 of them is so today anyway. On 2 tickets it would set the priority to low."
        );
        // What changed, headers of the raw mail, and time that passed between two lines.
        let held = tried(json!({ "on": ["ticket.updated"], "then": [{ "tag": "x" }], "when": { "all": [
            { "field": "status", "op": "changed_to", "value": "on_hold" }, { "field": "actor", "op": "is", "value": "user" },
        ] } }), &since).await;
        assert_eq!(held.acts.iter().map(|a| &*a.ticket).collect::<Vec<_>>(), ["ACME-2"]);
        let header = tried(json!({ "on": ["message.received"], "then": [{ "tag": "x" }], "when": { "field": "header.x-prio", "op": "is", "value": "1" } }), &since).await;
        assert_eq!(header.acts.len(), 1);
        let idle = tried(json!({ "on": ["time.idle"], "then": [{ "notify": "assignee" }], "when": { "all": [
            { "field": "status", "op": "is", "value": "on_hold" }, { "field": "hours_since_updated", "op": "greater", "value": 24 },
        ] } }), &Span::Ticket(id)).await;
        assert_eq!(idle.acts.iter().map(|a| a.at.to_rfc3339()).collect::<Vec<_>>(), ["2026-11-25T10:00:01+00:00"]);
        let due = tried(json!({ "on": ["time.idle"], "then": [{ "tag": "x" }], "when": { "field": "hours_until_due", "op": "less", "value": 1 } }), &since).await;
        assert!(due.unknown[0].contains("is not kept"), "{:?}", due.unknown);
        assert!(road.everything().await == before, "a trial changes nothing");
    }

    async fn a_trial_promises_nothing_that_a_run_skips(database: TestDatabase) {
        let road = Road::new(database).await;
        let ada = road.who("acme", "ada@agents.test");
        let gone = json!({ "on": ["ticket.created"], "then": [
            { "assign": "bob@agents.test" }, { "status": "resolved" }, { "snooze": "2h" }, { "notify": "ada@agents.test" },
        ] });
        let id = road.rule("R: gone", gone.clone()).await;
        road.apply("[[tenant]]\nslug = \"acme\"\n[[tenant.user]]\nemail = \"bob@agents.test\"\nrole = \"viewer\"\n").await;
        road.write("m1@customers.test", "Printer", "").await;
        let lines = road.by_rules("ACME-1").await;
        let skipped: Vec<&str> = lines.iter().filter_map(|line| line.split_once("skipped: ")?.1.strip_suffix(" by R: gone")).collect();
        assert_eq!(skipped, ["bob@agents.test does not work on tickets here", "only a ticket that asks for work can be put to sleep"]);
        let tried = async |json: Value| {
            let trial = road.desk.try_rule(ada.tenant, &definition(json), &Span::Ticket(road.id("ACME-1").await)).await.unwrap();
            trial.acts.into_iter().flat_map(|act| act.effects).map(|effect| effect.would).collect::<Vec<_>>()
        };
        assert_eq!(tried(gone.clone()).await, [
            format!("assign it to bob@agents.test (would have been skipped: {})", skipped[0]),
            "set the status to resolved".to_owned(),
            format!("let it sleep for 2h (would have been skipped: {})", skipped[1]),
            "tell ada@agents.test".to_owned(),
        ]);
        let note = json!({ "on": ["ticket.created"], "then": [{ "note": "{{ requester.nope }}" }] });
        assert_eq!(tried(note.clone()).await, ["write a note (would have been skipped: the note has a mistake in its variables)"]);
        // Neither can be written anew; what stands there can still be switched off.
        for (json, problem) in [(gone.clone(), "then[0].assign: bob@agents.test does not work"), (note, "then[0].note: there is no variable requester.nope")] {
            let draft = RuleDraft { name: "R: new".into(), active: true, definition: definition(json) };
            let refused = road.desk.create_rule(&ada, Via::Api, draft).await.unwrap_err().to_string();
            assert!(refused.contains(problem), "{refused}");
        }
        let off = RuleDraft { name: "R: off".into(), active: false, definition: definition(gone) };
        road.desk.change_rule(&ada, Via::Api, (id, None), off).await.unwrap();
    }

    async fn an_earlier_version_brings_its_words_back_and_leaves_a_rule_switched_off(database: TestDatabase) {
        let road = Road::new(database).await;
        let ada = road.who("acme", "ada@agents.test");
        let id = road.rule("R: one", json!({ "on": ["ticket.created"], "then": [{ "tag": "a" }] })).await;
        let off = RuleDraft { name: "R: two".into(), active: false, definition: definition(json!({ "on": ["ticket.created"], "then": [{ "tag": "b" }] })) };
        road.desk.change_rule(&ada, Via::Api, (id, None), off).await.unwrap();
        road.desk.restore_rule(&ada, Via::Api, id, 1).await.unwrap();
        let mut tx = road.desk.db.read().await.unwrap();
        let rules = store::rules::of_tenant(&mut tx, ada.tenant).await.unwrap();
        drop(tx);
        let rule = rules.iter().find(|rule| rule.id == id).unwrap();
        assert_eq!((&*rule.name, rule.active), ("R: one", false));
    }

    async fn rules_are_changed_in_versions_with_their_authors_and_back(database: TestDatabase) {
        let road = Road::new(database).await;
        let ada = road.who("acme", "ada@agents.test");
        let id = road.rule("R: one", json!({ "on": ["ticket.created"], "then": [{ "tag": "a" }] })).await;
        let second = RuleDraft { name: "R: two".into(), active: true, definition: definition(json!({ "on": ["ticket.created"], "then": [{ "tag": "b" }] })) };
        assert_eq!(road.desk.change_rule(&ada, Via::Api, (id, Some(1)), second.clone()).await.unwrap(), 2);
        assert!(road.desk.change_rule(&ada, Via::Api, (id, Some(1)), second).await.is_err(), "somebody was faster");
        assert_eq!(road.desk.restore_rule(&ada, Via::Page, id, 1).await.unwrap(), 3);
        let mut tx = road.desk.db.read().await.unwrap();
        let versions = store::rules::versions(&mut tx, ada.tenant, id).await.unwrap();
        drop(tx);
        let said: Vec<_> = versions.iter().map(|v| (v.version, &*v.name, v.author.name().to_owned())).collect();
        assert_eq!(said, [(3, "R: one", "Ada Lovelace".to_owned()), (2, "R: two", "Ada Lovelace".to_owned()), (1, "R: one", "Ada Lovelace".to_owned())]);
        assert_eq!(versions[1].differences(&versions[2]), ["name: R: one → R: two", "does, new: add the tag b", "does no longer: add the tag a"]);
        // Order.
        road.desk.move_rule(&ada, Via::Page, id, Step::Up).await.unwrap();
        let mut tx = road.desk.db.read().await.unwrap();
        let rules = store::rules::of_tenant(&mut tx, ada.tenant).await.unwrap();
        drop(tx);
        assert_eq!(rules.iter().map(|r| &*r.name).collect::<Vec<_>>(), ["R: one", "Invoices to billing"]);
        road.desk.remove_rule(&ada, Via::Page, id).await.unwrap();
        let bob = road.who("acme", "bob@agents.test");
        assert!(road.desk.switch_rule(&bob, Via::Page, rules[1].id, false).await.is_err(), "members change no rules");
    }

    async fn a_canned_reply_goes_into_the_customers_thread_a_few_times_a_day_and_never_to_machines(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply("[[tenant]]\nslug = \"acme\"\nname = \"Acme GmbH\"\n[[tenant.canned]]\nname = \"Thanks\"\ntext = \"Thank you, {{ requester.first_name }}.\"\n").await;
        road.rule("R: thanks", json!({ "on": ["message.received"], "then": [{ "canned": "Thanks" }] })).await;
        road.write("m1@customers.test", "Printer", "").await;
        let letters = async || {
            let queued = road.queued("grace@customers.test").await;
            queued.into_iter().filter(|raw| raw.contains("Thank you, Grace.")).collect::<Vec<_>>()
        };
        let first = letters().await.pop().unwrap();
        assert_eq!(Road::header(&first, "In-Reply-To"), "<m1@customers.test>");
        assert!(Road::header(&first, "Auto-Submitted").starts_with("auto-"));
        let again = "In-Reply-To: <m1@customers.test>\r\n";
        road.write("m2@customers.test", "Re: Printer", &format!("{again}Auto-Submitted: auto-replied\r\n")).await;
        assert_eq!(letters().await.len(), 1, "no machine is answered");
        for n in 3..8 {
            road.write(&format!("m{n}@customers.test"), "Re: Printer", again).await;
        }
        assert_eq!(letters().await.len(), 3);
        let enough = road.by_rules("ACME-1").await.into_iter().filter(|l| l.contains("that is enough")).count();
        assert_eq!(enough, 3);
    }

    async fn a14_rules_see_no_authentication_results_but_those_of_the_trusted_server(database: TestDatabase) {
        let road = Road::new(database).await;
        road.rule("R:believed", json!({"on": ["message.received"], "when": {"field": "header.Authentication-Results", "op": "contains", "value": "dmarc=pass"}, "then": [{"tag": "believed"}]})).await;
        road.rule("R:inside", json!({"on": ["message.received"], "when": {"field": "header.X-Postroom-Agent", "op": "contains", "value": "ada"}, "then": [{"tag": "inside"}]})).await;
        let hop = "Received: from x by mx.acme.test; Mon, 23 Nov 2026 09:00:00 +0000\r\n";
        let results = "Authentication-Results: mx.acme.test; dmarc=pass header.from=customers.test\r\n";
        let raw = |id: &str, above: &str, below: &str| format!("{above}{hop}{below}X-Postroom-Agent: ada\r\n{}", mail(GRACE, "support@acme.test", id, id, "", "words"));
        road.receive(&raw("forged-below", "", results)).await;
        road.receive(&raw("forged-above", "Authentication-Results: mx.evil.test; dmarc=pass header.from=customers.test\r\n", "")).await;
        road.receive(&raw("true", results, "")).await;
        for (key, believed) in [("ACME-1", false), ("ACME-2", false), ("ACME-3", true)] {
            let lines = road.by_rules(key).await;
            assert_eq!(!lines.is_empty(), believed, "{key}: {lines:?}");
        }
    }

    async fn of_many_passes_the_newest_are_explained(database: TestDatabase) {
        let road = Road::new(database).await;
        road.write("m1@customers.test", "Printer", "").await;
        let ticket = road.ticket("ACME-1").await;
        let mut tx = road.desk.db.write().await.unwrap();
        let first = store::rules::passes_of_ticket(&mut tx, ticket.tenant, ticket.id).await.unwrap().remove(0);
        let later: Vec<_> = (1..=250).map(|n| {
            let at = first.at + chrono::TimeDelta::seconds(n);
            store::rules::Pass { id: road.desk.random.uuid(at), at, ..first.clone() }
        }).collect();
        store::rules::insert_passes(&mut tx, &later).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = road.desk.db.read().await.unwrap();
        let explained = road.desk.explain_rules(&mut tx, ticket.tenant, ticket.id).await.unwrap();
        let moments: Vec<_> = explained.iter().map(|e| (e.pass.at - first.at).num_seconds()).collect();
        assert_eq!(moments, (51..=250).collect::<Vec<_>>());
    }

    async fn the_command_says_what_the_rules_would_have_done_with_a_ticket(database: TestDatabase) {
        let road = Road::new(database).await;
        road.write("m1@customers.test", "Invoice 7", "").await;
        let said = road.command(&["rules", "test", "--tenant", "acme", "--ticket", "ACME-1"]).await;
        assert!(said.contains("In the life of ACME-1 this rule would have acted on 1 of 1 ticket"), "{said}");
        assert!(said.contains("move it to Billing (today: Billing)"), "{said}");
        let json = road.command(&["rules", "test", "--tenant", "acme", "--since", "3650d", "--json"]).await;
        let line: Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        assert_eq!(line["rule"], "Invoices to billing");
    }
}
