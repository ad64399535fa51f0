//! What time does by itself: sleeping tickets wake, waiting ones are reminded of and close, absences begin, trials end; each
//! once, whatever fails beside it and however often the daemon starts again.

use chrono::{DateTime, Utc};
use postroom::desk::Desk;
use postroom::desk::rulebook::RuleDraft;
use postroom::desk::speak::Reply;
use postroom::domain::audit::Via;
use postroom::domain::person::{Away, Presence};
use postroom::domain::search::Search;
use postroom::domain::ticket::{Change, Priority, Status};
use postroom::door::Random;
use postroom::store::tickets::{Filter, Visible};
use postroom::store::{self, Db};
use postroom::timers::Turns;
use serde_json::json;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";
const DESK: &str = "support@acme.test";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl Road {
    /// Sets the clock and lets the timers of a daemon that has just started do all that is due. Gives when they come again.
    async fn turn(&self, moment: &str) -> DateTime<Utc> {
        self.desk.clock.set(at(moment));
        let mut turns = Turns::default();
        for _ in 0..50 {
            let next = turns.turn(&self.desk).await;
            if next > at(moment) {
                return next;
            }
        }
        panic!("the timers find no rest");
    }

    async fn opened(&self, n: u32) -> String {
        let id = format!("t{n}@customers.test");
        let subject = format!("Printer {n}");
        self.receive(&mail(GRACE, DESK, &id, &subject, "", "It burns."))
            .await;
        let all = self.tickets("acme").await;
        let this = all.iter().find(|ticket| ticket.subject == subject);
        this.unwrap().key.clone()
    }

    async fn answer(&self, key: &str) {
        let (bob, id) = (self.who("acme", "bob@agents.test"), self.id(key).await);
        let reply = Reply {
            text: "Which printer is it?".into(),
            ..Reply::default()
        };
        self.desk.reply(&bob, id, reply).await.unwrap();
    }

    async fn settings(&self, toml: &str) {
        let seed = format!("[[tenant]]\nslug = \"acme\"\nname = \"Acme GmbH\"\n{toml}\n");
        self.apply(&seed).await;
    }

    /// Something that no deed does.
    async fn tamper(&self, sql: &'static str) {
        let url = self.database.url();
        if self.database.is_postgres() {
            let pool = sqlx::PgPool::connect(url).await.unwrap();
            sqlx::query(sql).execute(&pool).await.unwrap();
            pool.close().await;
        } else {
            let pool = sqlx::SqlitePool::connect(url).await.unwrap();
            sqlx::query(sql).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }

    /// How many mails in the queue for somebody contain words.
    async fn told_of(&self, whom: &str, words: &str) -> usize {
        let queued = self.queued(whom).await;
        queued.iter().filter(|raw| raw.contains(words)).count()
    }

    async fn listed(&self, asleep: bool) -> Vec<String> {
        let mut filter = Filter::all(Visible::All, 100);
        filter.asleep = Some(asleep);
        let tenant = self.who("acme", "ada@agents.test").tenant;
        let mut tx = self.desk.db.read().await.unwrap();
        let found = store::tickets::list(&mut tx, tenant, &filter)
            .await
            .unwrap();
        found.into_iter().map(|t| t.key).collect()
    }

    async fn lines(&self, key: &str, words: &str) -> usize {
        let lines = self.timeline(key).await;
        lines.iter().filter(|line| line.contains(words)).count()
    }

    async fn assigned(&self, key: &str) -> Option<String> {
        let user = self.ticket(key).await.assignee?;
        let directory = self.desk.directory();
        let office = directory.by_slug("acme").unwrap();
        Some(office.person(user)?.user.email.to_string())
    }

    async fn idle_rule(&self, slug: &str, email: &str) {
        let draft = RuleDraft {
            name: "R: idle".into(),
            active: true,
            definition: serde_json::from_value(
                json!({ "on": ["time.idle"], "then": [{ "tag": "idle" }],
                "when": { "field": "hours_since_created", "op": "greater", "value": 1 } }),
            )
            .unwrap(),
        };
        let who = self.who(slug, email);
        self.desk.create_rule(&who, Via::Page, draft).await.unwrap();
    }

    async fn idle(&self, slug: &str) -> usize {
        let tenant = self.desk.directory().by_slug(slug).unwrap().tenant.id;
        let ids: Vec<_> = self.tickets(slug).await.iter().map(|t| t.id).collect();
        let mut tx = self.desk.db.read().await.unwrap();
        let tags = store::tickets::tags_of(&mut tx, tenant, &ids)
            .await
            .unwrap();
        tags.iter().filter(|(_, tag)| tag == "idle").count()
    }

    async fn away(&self, email: &str, from: &str, until: Option<&str>, hand_back: bool) {
        let presence = Presence {
            away: Some(Away {
                from: at(from),
                until: until.map(at),
                message: "skiing".into(),
                hand_back,
            }),
            capacity: None,
        };
        let who = self.who("acme", email);
        self.desk
            .set_presence(&who, Via::Page, presence)
            .await
            .unwrap();
    }

    /// Another node on the same database.
    async fn other_node(&self) -> Desk {
        let db = Db::open(self.database.url()).await.unwrap();
        let (clock, key) = (
            self.desk.clock.clone(),
            std::sync::Arc::clone(&self.desk.key),
        );
        let url = "http://localhost:8080".parse().unwrap();
        Desk::open(db, clock, Random::seeded(8), key, url)
            .await
            .unwrap()
    }
}

both_databases! {
    async fn a_sleeping_ticket_is_in_no_list_until_it_wakes_by_itself_and_its_person_is_told(database: TestDatabase) {
        let road = Road::new(database).await;
        let key = road.opened(1).await;
        let whose = road.assigned(&key).await.unwrap();
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id(&key).await);
        road.desk.snooze(&ada, id, Some(at("2026-11-23T12:00:00Z"))).await.unwrap();
        assert_eq!(road.listed(false).await, [""; 0]);
        assert_eq!(road.listed(true).await, [key.as_str()]);
        assert!(Search::parse("is:snoozed").unwrap().snoozed);
        let next = road.turn("2026-11-23T11:59:59Z").await;
        assert!(next <= at("2026-11-23T12:00:00Z"), "the timers come when it wakes");
        assert_eq!(road.listed(true).await, [key.as_str()]);
        road.turn("2026-11-23T12:00:00Z").await;
        assert_eq!(road.listed(false).await, [key.as_str()]);
        road.turn("2026-11-23T12:00:00Z").await;
        road.turn("2026-11-23T13:00:00Z").await;
        assert_eq!(road.lines(&key, "snoozed_until 2026-11-23T12:00:00Z→ by Postroom").await, 1);
        assert_eq!(road.told_of(&whose, "put to sleep until now").await, 1);
    }

    async fn b5_a_row_that_nobody_can_read_keeps_nothing_else_from_its_time(database: TestDatabase) {
        let road = Road::new(database).await;
        road.idle_rule("acme", "ada@agents.test").await;
        let (bad, good, resolved) = (road.opened(1).await, road.opened(2).await, road.opened(3).await);
        assert_eq!(bad, "ACME-1");
        let bob = road.who("acme", "bob@agents.test");
        let wanted = Change { status: Some(Status::Resolved), ..Change::default() };
        road.desk.change(&bob, road.id(&resolved).await, wanted).await.unwrap();
        road.tamper("UPDATE tickets SET priority = 'bogus' WHERE number = 1 AND subject = 'Printer 1'").await;
        // Four hours of the office's time, and more: every first response is late, and every ticket idle.
        road.turn("2026-11-23T15:00:00Z").await;
        assert_eq!(road.lines(&good, "sla.breached").await, 1);
        assert_eq!(road.lines(&good, "tags →idle").await, 1);
        // A week later the resolved one closes, whatever became of the other.
        road.turn("2026-12-01T15:00:00Z").await;
        assert_eq!(road.ticket(&resolved).await.status, Status::Closed);
        // Once somebody has mended the row, it catches up by itself.
        road.tamper("UPDATE tickets SET priority = 'normal' WHERE number = 1 AND subject = 'Printer 1'").await;
        road.turn("2026-12-01T17:30:00Z").await;
        assert_eq!(road.lines(&bad, "sla.breached first_response").await, 1);
        assert_eq!(road.lines(&bad, "tags →idle").await, 1);
    }

    async fn b10_a_turn_does_a_handful_and_no_tenant_waits_for_all_of_anothers_tickets(database: TestDatabase) {
        let road = Road::new(database).await;
        for n in 1..=220 {
            let (id, subject) = (format!("t{n}@customers.test"), format!("Printer {n}"));
            road.spool(&mail(GRACE, DESK, &id, &subject, "", "It burns.")).await;
        }
        road.settle().await;
        road.receive(&mail(GRACE, "support@globex.test", "g1@customers.test", "Lamp", "", "Dark.")).await;
        road.desk.clock.set(at("2026-11-23T12:00:00Z"));
        road.idle_rule("acme", "ada@agents.test").await;
        road.desk.look_by_time().await.unwrap();
        let done = road.idle("acme").await;
        assert!((1..=100).contains(&done), "{done}");
        road.desk.clock.set(at("2026-11-23T12:00:01Z"));
        road.idle_rule("globex", "hank@agents.test").await;
        // More of acme's are due than fit, and were so before.
        road.desk.look_by_time().await.unwrap();
        assert_eq!(road.idle("globex").await, 1);
        road.turn("2026-11-23T12:00:02Z").await;
        assert_eq!(road.idle("acme").await, 220);
    }

    async fn a_customer_is_reminded_then_told_that_it_closes_and_then_it_closes(database: TestDatabase) {
        let road = Road::new(database).await;
        road.settings("remind_customer_days = 3\nclose_waiting_days = 10\nclosing_notice_days = 2").await;
        let key = road.opened(1).await;
        // Nobody has answered: there is nothing to remind anybody of but us.
        road.turn("2026-12-20T09:00:00Z").await;
        assert_eq!(road.told_of("grace@customers.test", "have not heard from you").await, 0);
        assert_eq!(road.ticket(&key).await.status, Status::Open);
        road.answer(&key).await;
        let next = road.turn("2026-12-23T08:59:59Z").await;
        assert!(next <= at("2026-12-23T09:00:00Z"), "{next}");
        assert_eq!(road.told_of("grace@customers.test", "have not heard from you").await, 0);
        // Two nodes at the same moment, then the daemon starts again.
        let other = road.other_node().await;
        road.desk.clock.set(at("2026-12-23T09:00:00Z"));
        let (one, two) = tokio::join!(road.desk.wait_on_tickets(), other.wait_on_tickets());
        one.unwrap();
        two.unwrap();
        road.turn("2026-12-23T09:00:01Z").await;
        assert_eq!(road.told_of("grace@customers.test", "have not heard from you").await, 1);
        let reminder = road.queued("grace@customers.test").await.into_iter().find(|raw| raw.contains("have not heard")).unwrap();
        assert!(Road::header(&reminder, "Auto-Submitted").starts_with("auto-"));
        assert!(!Road::header(&reminder, "In-Reply-To").is_empty(), "it stands in the thread");
        assert_eq!(road.ticket(&key).await.reminded_at, Some(at("2026-12-23T09:00:00Z")));
        road.turn("2026-12-28T09:00:00Z").await;
        road.turn("2026-12-28T10:00:00Z").await;
        assert_eq!(road.told_of("grace@customers.test", "Wed 30 Dec 2026").await, 1);
        road.turn("2026-12-30T08:59:59Z").await;
        assert_eq!(road.ticket(&key).await.status, Status::InProgress);
        road.turn("2026-12-30T09:00:00Z").await;
        assert_eq!(road.ticket(&key).await.status, Status::Closed);
        road.turn("2027-01-30T09:00:00Z").await;
        assert_eq!(road.lines(&key, "→closed by Postroom").await, 1);
        assert_eq!(road.lines(&key, "reminder").await, 2);
    }

    async fn an_answer_ends_the_waiting_and_the_next_question_begins_it_anew(database: TestDatabase) {
        let road = Road::new(database).await;
        road.settings("remind_customer_days = 3").await;
        let key = road.opened(1).await;
        road.answer(&key).await;
        road.turn("2026-11-26T09:00:00Z").await;
        let again = mail(GRACE, DESK, "t9@customers.test", "Re: Printer 1", "In-Reply-To: <t1@customers.test>\r\n", "The red one.");
        road.receive(&again).await;
        road.turn("2026-12-10T09:00:00Z").await;
        assert_eq!(road.lines(&key, "reminder").await, 1);
        road.answer(&key).await;
        road.turn("2026-12-14T09:00:00Z").await;
        assert_eq!(road.lines(&key, "reminder").await, 2);
    }

    async fn no_machine_is_reminded_and_no_blocked_customer(database: TestDatabase) {
        let road = Road::new(database).await;
        road.settings("remind_customer_days = 3").await;
        let key = road.opened(1).await;
        road.answer(&key).await;
        let machine = "In-Reply-To: <t1@customers.test>\r\nAuto-Submitted: auto-replied\r\n";
        road.receive(&mail(GRACE, DESK, "t9@customers.test", "Out of office", machine, "Back on Monday.")).await;
        road.turn("2026-12-10T09:00:00Z").await;
        assert_eq!(road.told_of("grace@customers.test", "have not heard from you").await, 0);
    }

    async fn whoever_answers_for_a_ticket_is_reminded_once_that_its_customer_waits(database: TestDatabase) {
        let road = Road::new(database).await;
        road.settings("remind_agent_days = 2").await;
        let key = road.opened(1).await;
        let whose = road.assigned(&key).await.unwrap();
        for moment in ["2026-11-25T08:59:59Z", "2026-11-25T09:00:00Z", "2026-11-25T09:30:00Z", "2026-11-29T09:00:00Z"] {
            road.turn(moment).await;
        }
        assert_eq!(road.lines(&key, "reminder →its people").await, 1);
        assert_eq!(road.told_of(&whose, "waiting for an answer since").await, 1);
    }

    async fn a_resolved_ticket_closes_once_across_restarts_and_nodes(database: TestDatabase) {
        let road = Road::new(database).await;
        let key = road.opened(1).await;
        let bob = road.who("acme", "bob@agents.test");
        let wanted = Change { status: Some(Status::Resolved), ..Change::default() };
        road.desk.change(&bob, road.id(&key).await, wanted).await.unwrap();
        let next = road.turn("2026-11-30T08:59:59Z").await;
        assert!(next <= at("2026-11-30T09:00:00Z"), "{next}");
        assert_eq!(road.ticket(&key).await.status, Status::Resolved);
        let other = road.other_node().await;
        road.desk.clock.set(at("2026-11-30T09:00:00Z"));
        let (one, two) = tokio::join!(road.desk.close_resolved(), other.close_resolved());
        one.unwrap();
        two.unwrap();
        road.turn("2026-11-30T09:00:00Z").await;
        road.turn("2026-12-30T09:00:00Z").await;
        assert_eq!(road.lines(&key, "status resolved→closed by Postroom").await, 1);
    }

    async fn whoever_is_away_or_has_no_room_is_given_nothing(database: TestDatabase) {
        let road = Road::new(database).await;
        road.away("ada@agents.test", "2026-11-23T08:00:00Z", Some("2026-11-23T18:00:00Z"), false).await;
        for n in 1..=2 {
            let key = road.opened(n).await;
            assert_eq!(road.assigned(&key).await.as_deref(), Some("bob@agents.test"));
        }
        // Bob takes on two, and has them.
        let bob = road.who("acme", "bob@agents.test");
        let most = Presence { away: None, capacity: Some(2) };
        road.desk.set_presence(&bob, Via::Api, most).await.unwrap();
        let key = road.opened(3).await;
        assert_eq!(road.assigned(&key).await, None);
        assert_eq!(road.lines(&key, "assignment →nobody in First line is here and has room").await, 1);
        // Spam is no work.
        let wanted = Change { spam: Some(true), ..Change::default() };
        road.desk.change(&bob, road.id("ACME-1").await, wanted).await.unwrap();
        let key = road.opened(4).await;
        assert_eq!(road.assigned(&key).await.as_deref(), Some("bob@agents.test"));
        // The absence is over by itself.
        road.pass("2026-11-23T18:00:00Z").await;
        let key = road.opened(5).await;
        assert_eq!(road.assigned(&key).await.as_deref(), Some("ada@agents.test"));
        let mut tx = road.desk.db.read().await.unwrap();
        let lines = store::audit::of_tenant(&mut tx, bob.tenant, None, 200).await.unwrap();
        assert!(lines.iter().any(|l| l.kind == "availability.changed" && l.summary.contains("capacity: nothing → 2")));
    }

    async fn rules_give_tickets_by_turn_by_load_and_by_room_and_say_why_not(database: TestDatabase) {
        let road = Road::new(database).await;
        road.settings("[[tenant.team]]\nname = \"First line\"\nassignment = \"manual\"\n[[tenant.user]]\nemail = \"ada@agents.test\"\ncapacity = 3\n[[tenant.user]]\nemail = \"bob@agents.test\"\ncapacity = 9").await;
        let ada = road.who("acme", "ada@agents.test");
        for (word, whom) in [("turn", "round_robin:First line"), ("load", "least_loaded:First line"), ("room", "available:First line"), ("bob", "bob@agents.test")] {
            let draft = RuleDraft {
                name: format!("R: {word}"),
                active: true,
                definition: serde_json::from_value(json!({ "on": ["ticket.created"], "then": [{ "assign": whom }],
                    "when": { "field": "subject", "op": "contains", "value": word } })).unwrap(),
            };
            road.desk.create_rule(&ada, Via::Page, draft).await.unwrap();
        }
        let mut given = Vec::new();
        for (n, word) in ["turn", "turn", "load", "room", "room", "load"].into_iter().enumerate() {
            road.receive(&mail(GRACE, DESK, &format!("w{n}@customers.test"), &format!("A {word} {n}"), "", "x")).await;
            let key = format!("ACME-{}", n + 1);
            given.push(road.assigned(&key).await.unwrap().split('@').next().unwrap().to_owned());
        }
        // Turn: one each. Load: equal, the first. Room: bob has eight left, then seven, ada one. Load: ada two, bob three.
        assert_eq!(given, ["ada", "bob", "ada", "bob", "bob", "ada"]);
        road.away("bob@agents.test", "2026-11-23T08:00:00Z", None, false).await;
        for (n, (word, why)) in [("bob", "bob@agents.test is away"), ("room", "nobody in First line is here and has room")].into_iter().enumerate() {
            road.receive(&mail(GRACE, DESK, &format!("x{n}@customers.test"), &format!("A {word} again"), "", "x")).await;
            let key = format!("ACME-{}", n + 7);
            assert_eq!(road.assigned(&key).await, None);
            assert_eq!(road.lines(&key, &format!("skipped: {why}")).await, 1, "{:?}", road.timeline(&key).await);
        }
    }

    async fn an_absence_hands_back_what_is_urgent_once_when_it_begins(database: TestDatabase) {
        let road = Road::new(database).await;
        let (bob, ada) = (road.who("acme", "bob@agents.test"), road.who("acme", "ada@agents.test"));
        let (urgent, usual) = (road.opened(1).await, road.opened(2).await);
        for (key, priority) in [(&urgent, Priority::Urgent), (&usual, Priority::Normal)] {
            let wanted = Change { assignee: Some(bob.user), priority: Some(priority), ..Change::default() };
            road.desk.change(&ada, road.id(key).await, wanted).await.unwrap();
        }
        road.away("bob@agents.test", "2026-11-23T12:00:00Z", Some("2026-11-24T12:00:00Z"), true).await;
        let next = road.turn("2026-11-23T11:59:59Z").await;
        assert!(next <= at("2026-11-23T12:00:00Z"), "{next}");
        assert_eq!(road.assigned(&urgent).await.as_deref(), Some("bob@agents.test"));
        road.turn("2026-11-23T12:00:00Z").await;
        assert_eq!(road.assigned(&urgent).await.as_deref(), Some("ada@agents.test"), "the team's next one has it");
        assert_eq!(road.assigned(&usual).await.as_deref(), Some("bob@agents.test"));
        // Given back by hand during the absence, it stays: it was settled once.
        let wanted = Change { assignee: Some(bob.user), ..Change::default() };
        road.desk.change(&ada, road.id(&urgent).await, wanted).await.unwrap();
        road.turn("2026-11-23T13:00:00Z").await;
        assert_eq!(road.assigned(&urgent).await.as_deref(), Some("bob@agents.test"));
        // Nothing is told to whoever is away.
        assert_eq!(road.told_of("bob@agents.test", "is away, and it is urgent").await, 0);
    }

    async fn b13_what_was_taken_in_silently_is_left_alone_by_time_until_something_happens_to_it(database: TestDatabase) {
        let road = Road::new(database).await;
        road.settings("remind_agent_days = 1").await;
        road.idle_rule("acme", "ada@agents.test").await;
        for n in 1..=2 {
            let id = format!("old{n}@customers.test");
            road.spool(&mail(GRACE, DESK, &id, &format!("Old {n}"), "", "Long ago.")).await;
            road.tamper("UPDATE inbound SET quiet = TRUE").await;
            road.settle().await;
        }
        let again = mail(GRACE, DESK, "old3@customers.test", "Re: Old 1", "In-Reply-To: <old1@customers.test>\r\n", "And?");
        road.spool(&again).await;
        road.tamper("UPDATE inbound SET quiet = TRUE").await;
        road.settle().await;
        road.turn("2026-11-26T09:00:00Z").await;
        // Other rules: everything is planned anew, but for these.
        let draft = RuleDraft {
            name: "R: older".into(),
            active: true,
            definition: serde_json::from_value(json!({ "on": ["time.idle"], "then": [{ "tag": "older" }],
                "when": { "field": "hours_since_created", "op": "greater", "value": 2 } })).unwrap(),
        };
        let ada = road.who("acme", "ada@agents.test");
        road.desk.create_rule(&ada, Via::Page, draft).await.unwrap();
        road.turn("2026-11-27T09:00:00Z").await;
        for key in ["ACME-1", "ACME-2"] {
            assert_eq!((road.lines(key, "tags").await, road.lines(key, "reminder").await), (0, 0), "{key}");
        }
        let wanted = Change { priority: Some(Priority::High), ..Change::default() };
        road.desk.change(&ada, road.id("ACME-2").await, wanted).await.unwrap();
        road.turn("2026-11-27T10:00:00Z").await;
        assert_eq!(road.lines("ACME-1", "tags").await, 0);
        assert!(road.lines("ACME-2", "tags").await > 0);
    }

    async fn a_trial_ends_by_itself_and_that_is_written_down_once(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply("[[plan]]\nslug = \"team\"\nname = \"Team\"\ntrial_days = 14\n[[tenant]]\nslug = \"acme\"\nplan = \"team\"\nsubscription = \"trialing\"\n").await;
        // The seed was applied by the machine's own clock, whatever that says.
        road.turn("2020-01-01T00:00:00Z").await;
        let acme = road.who("acme", "ada@agents.test").tenant;
        let state = async || {
            let mut tx = road.desk.db.read().await.unwrap();
            let all = store::plans::subscriptions_all_tenants(&mut tx).await.unwrap();
            all.into_iter().find(|s| s.tenant == acme).unwrap().state
        };
        assert_eq!(state().await, "trialing");
        for moment in ["2099-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "2099-02-01T00:00:00Z"] {
            road.turn(moment).await;
        }
        assert_eq!(state().await, "expired");
        let mut tx = road.desk.db.read().await.unwrap();
        let lines = store::audit::of_tenant(&mut tx, acme, None, 50).await.unwrap();
        let ended: Vec<_> = lines.iter().filter(|l| l.kind == "subscription.expired").collect();
        assert_eq!(ended.len(), 1);
        assert_eq!((ended[0].via, ended[0].actor.name()), (Via::Time, "Postroom"));
    }
}
