//! Which service levels hold, what they say about themselves, and what becomes of running clocks when they are edited.

use postroom::desk::speak::Reply;
use postroom::domain::ticket::{Change, Priority, Status};
use postroom::store;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";
const DESK: &str = "support@acme.test";

impl Road {
    /// What a ticket's clocks did, as people read it.
    pub async fn story(&self, key: &str) -> Vec<String> {
        let ticket = self.ticket(key).await;
        let mut tx = self.desk.db.read().await.unwrap();
        let lines = store::clocks::lines_of_ticket(&mut tx, ticket.tenant, ticket.id).await;
        let line = |line: postroom::domain::sla::Line| {
            format!("{} {}", line.at.format("%a %H:%M"), line.sentence())
        };
        lines.unwrap().into_iter().map(line).collect()
    }

    async fn post(&self, from: &str, to: &str, id: &str, subject: &str) {
        self.receive(&mail(from, to, id, subject, "", "Hello."))
            .await;
    }

    /// Changes a ticket in Bob's name.
    async fn set(&self, key: &str, change: Change) {
        let (bob, id) = (self.who("acme", "bob@agents.test"), self.id(key).await);
        self.desk.change(&bob, id, change).await.unwrap();
    }

    async fn dues(&self, key: &str) -> Vec<String> {
        let ticket = self.ticket(key).await;
        let mut tx = self.desk.db.read().await.unwrap();
        let clocks = store::clocks::of_tickets(&mut tx, ticket.tenant, &[ticket.id]).await;
        let clock = |(_, c): (_, postroom::domain::sla::Clock)| {
            let due = c.due_at.map(|at| at.format("%a %H:%M").to_string());
            format!(
                "{}/{} {} {}",
                c.metric,
                c.cycle,
                c.state(),
                due.unwrap_or_default()
            )
        };
        clocks.unwrap().into_iter().map(clock).collect()
    }
}

fn status(status: Status) -> Change {
    Change {
        status: Some(status),
        ..Change::default()
    }
}

both_databases! {
    async fn a_tickets_clocks_tell_what_they_did_and_why(database: TestDatabase) {
        let road = Road::new(database).await;
        road.post(GRACE, DESK, "m1@customers.test", "Printer").await;
        road.pass("2026-11-23T09:30:00Z").await;
        road.set("ACME-1", status(Status::OnHold)).await;
        road.pass("2026-11-23T10:00:00Z").await;
        road.receive(&mail(GRACE, DESK, "m2@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "two")).await;
        road.set("ACME-1", Change { priority: Some(Priority::Urgent), ..Change::default() }).await;
        road.pass("2026-11-23T10:20:00Z").await;
        let bob = road.who("acme", "bob@agents.test");
        road.desk.reply(&bob, road.id("ACME-1").await, Reply { text: "Sorry.".into(), ..Reply::default() }).await.unwrap();
        road.set("ACME-1", status(Status::Resolved)).await;
        // Office hours are Berlin's; moments before the colon are UTC.
        assert_eq!(road.story("ACME-1").await, [
            "Mon 09:00 Resolution began to count: the ticket was opened under the default service level; Standard gives 24h for priority normal; due Thu 26 Nov 2026, 10:00 CET.",
            "Mon 09:00 First response began to count: the ticket was opened under the default service level; Standard gives 4h for priority normal; due Mon 23 Nov 2026, 14:00 CET.",
            "Mon 09:30 First response was paused: the ticket is on hold; 3h 30m are left.",
            "Mon 09:30 Resolution was paused: the ticket is on hold; 23h 30m are left.",
            "Mon 10:00 First response counts again: the ticket is open; due Mon 23 Nov 2026, 14:30 CET.",
            "Mon 10:00 Resolution counts again: the ticket is open; due Thu 26 Nov 2026, 10:30 CET.",
            "Mon 10:00 First response is counted anew: the priority became urgent; Standard gives 30m for priority urgent; due Mon 23 Nov 2026, 11:00 CET.",
            "Mon 10:00 Resolution is counted anew: the priority became urgent; Standard gives 8h for priority urgent; due Tue 24 Nov 2026, 10:30 CET.",
            "Mon 10:00 First response comes to its end: 80 % of 30m have passed.",
            "Mon 10:00 First response was missed: all of 30m have passed.",
            "Mon 10:20 First response was kept too late: an agent answered, after 50m of 30m.",
            "Mon 10:20 Resolution was kept: the ticket became resolved, after 50m of 8h.",
        ]);
    }

    async fn spam_has_no_service_levels(database: TestDatabase) {
        let road = Road::new(database).await;
        road.post(GRACE, DESK, "m1@customers.test", "Printer").await;
        road.set("ACME-1", Change { spam: Some(true), ..Change::default() }).await;
        assert!(road.dues("ACME-1").await.iter().all(|clock| clock.contains(" dropped ")));
        // More of it, and whatever people do to it, begins nothing.
        road.receive(&mail(GRACE, DESK, "m2@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "two")).await;
        road.set("ACME-1", Change { priority: Some(Priority::Urgent), ..Change::default() }).await;
        assert!(road.dues("ACME-1").await.iter().all(|clock| clock.contains(" dropped ")), "{:?}", road.dues("ACME-1").await);
        // It was none after all.
        road.set("ACME-1", Change { spam: Some(false), ..Change::default() }).await;
        let running = road.dues("ACME-1").await.into_iter().filter(|clock| clock.contains(" running ")).count();
        assert_eq!(running, 2);
    }

    async fn a_blocked_contacts_mail_starts_no_clock(database: TestDatabase) {
        let road = Road::new(database).await;
        road.post(GRACE, DESK, "m1@customers.test", "Printer").await;
        road.block("grace@customers.test").await;
        road.post(GRACE, DESK, "m2@customers.test", "Something else").await;
        assert!(road.ticket("ACME-2").await.spam);
        assert!(road.dues("ACME-2").await.is_empty());
        road.pass("2026-11-27T16:00:00Z").await;
        assert!(!road.timeline("ACME-2").await.iter().any(|line| line.starts_with("sla.")));
    }

    async fn an_edited_service_level_reaches_clocks_that_run(database: TestDatabase) {
        let road = Road::new(database).await;
        road.post(GRACE, DESK, "m1@customers.test", "Printer").await;
        road.post(GRACE, DESK, "m2@customers.test", "Scanner").await;
        assert_eq!(road.dues("ACME-1").await[0], "first_response/1 running Mon 13:00");
        road.pass("2026-11-23T10:00:00Z").await;
        road.apply(r#"
[[tenant]]
slug = "acme"
name = "Acme GmbH"
[[tenant.sla]]
name = "Standard"
first_response = { normal = "2h", urgent = "30m" }
"#).await;
        // Whoever works on a ticket comes before time does.
        road.set("ACME-2", Change { priority: Some(Priority::High), ..Change::default() }).await;
assert!(road.dues("ACME-2").await.iter().all(|clock| clock.contains(" dropped ")), "no target for that priority");
        road.pass("2026-11-23T10:00:00Z").await;
        assert_eq!(road.dues("ACME-1").await[0], "first_response/1 running Mon 11:00");
        assert_eq!(road.dues("ACME-1").await[1], "resolution/1 running Thu 09:00", "nothing was said about it");
        let story = road.story("ACME-1").await;
        assert_eq!(story.last().unwrap(), "Mon 10:00 First response is counted anew: the service level Standard was edited; Standard gives 2h for priority normal; due Mon 23 Nov 2026, 12:00 CET.");
        assert_eq!(story.len(), 3, "{story:?}");
        // Other hours.
        road.apply(r#"
[[tenant]]
slug = "acme"
name = "Acme GmbH"
[[tenant.calendar]]
name = "Office"
hours = { mon = ["09:00-11:30"], tue = ["09:00-17:00"] }
"#).await;
        road.pass("2026-11-23T10:00:00Z").await;
        assert_eq!(road.dues("ACME-1").await[0], "first_response/1 running Tue 08:30");
        // Doing it again does nothing.
        let before = road.story("ACME-1").await;
        road.pass("2026-11-23T10:00:00Z").await;
        assert_eq!(road.story("ACME-1").await, before);
    }

    async fn what_was_edited_while_a_ticket_rested_holds_from_its_reopening_on(database: TestDatabase) {
        let road = Road::new(database).await;
        road.post(GRACE, DESK, "m1@customers.test", "Printer").await;
        road.set("ACME-1", status(Status::Resolved)).await;
        road.pass("2026-11-23T10:00:00Z").await;
        road.apply("[[tenant]]\nslug = \"acme\"\nname = \"Acme GmbH\"\n[[tenant.sla]]\nname = \"Standard\"\nresolution = { normal = \"2h\" }\n").await;
        road.pass("2026-11-23T11:00:00Z").await;
        road.set("ACME-1", status(Status::Open)).await;
        let dues = road.dues("ACME-1").await;
        assert!(dues.contains(&"resolution/2 running Mon 13:00".to_owned()), "{dues:?}");
        // And what is paused by the same deed that comes first after the edit is paused by it, not before.
        road.apply("[[tenant]]\nslug = \"acme\"\nname = \"Acme GmbH\"\n[[tenant.sla]]\nname = \"Standard\"\nresolution = { normal = \"3h\" }\n").await;
        road.desk.clock.set("2026-11-23T11:30:00Z".parse().unwrap());
        road.set("ACME-1", status(Status::OnHold)).await;
        let story = road.story("ACME-1").await;
        assert!(story.iter().any(|line| line == "Mon 11:30 Resolution (round 2) was paused: the ticket is on hold; 2h 30m are left."), "{story:#?}");
    }

    async fn a_service_level_is_chosen_by_rule_then_mailbox_then_plan_then_default(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(r#"
[[plan]]
slug = "pro"
name = "Pro"
price_cents = 100
currency = "EUR"
interval = "month"
[[tenant]]
slug = "acme"
name = "Acme GmbH"
[[tenant.sla]]
name = "Sales"
first_response = { normal = "3h" }
mailboxes = ["sales@acme.test"]
[[tenant.sla]]
name = "Pro"
first_response = { normal = "2h" }
plans = ["pro"]
[[tenant.sla]]
name = "VIP"
first_response = { normal = "1h" }
[[tenant.rule]]
name = "VIPs"
on = ["ticket.created"]
when = { all = [ { field = "requester.domain", op = "is", value = "vip.test" } ] }
then = [ { sla = "VIP" } ]
"#).await;
        road.post(GRACE, DESK, "m1@customers.test", "One").await;
        road.post(GRACE, "sales@acme.test", "m2@customers.test", "Two").await;
        road.post("Vera <vera@vip.test>", "sales@acme.test", "m3@vip.test", "Three").await;
        road.apply("[[tenant]]\nslug = \"acme\"\nname = \"Acme GmbH\"\nplan = \"pro\"\n").await;
        road.post(GRACE, DESK, "m4@customers.test", "Four").await;
        road.post(GRACE, "sales@acme.test", "m5@customers.test", "Five").await;
        let mut first = Vec::new();
        for key in ["ACME-1", "ACME-2", "ACME-3", "ACME-4", "ACME-5"] {
            let story = road.story(key).await;
            let story = story.into_iter().filter(|line| line.contains("First response"));
            first.extend(story.map(|line| line["Mon 09:00 First response ".len()..].split("; due").next().unwrap().to_owned()));
        }
        assert_eq!(first, [
            "began to count: the ticket was opened under the default service level; Standard gives 4h for priority normal",
            "began to count: the ticket was opened under the service level of the mailbox sales@acme.test; Sales gives 3h for priority normal",
            "began to count: the ticket was opened under the service level of the mailbox sales@acme.test; Sales gives 3h for priority normal",
            "is counted anew: the rule VIPs chose VIP; VIP gives 1h for priority normal",
            "began to count: the ticket was opened under the service level of the plan pro; Pro gives 2h for priority normal",
            "began to count: the ticket was opened under the service level of the mailbox sales@acme.test; Sales gives 3h for priority normal",
        ]);
    }

    async fn rules_that_resolve_and_reopen_on_warnings_come_to_an_end(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(r#"
[[tenant]]
slug = "acme"
name = "Acme GmbH"
[[tenant.sla]]
name = "Standard"
first_response = { normal = "1m" }
resolution = { normal = "1m" }
warn = [1]
[[tenant.rule]]
name = "Give up"
on = ["sla.warning"]
when = { all = [ { field = "subject", op = "is", value = "Printer" } ] }
then = [ { status = "resolved" } ]
[[tenant.rule]]
name = "Go on"
on = ["ticket.updated"]
when = { all = [ { field = "status", op = "is", value = "resolved" } ] }
then = [ { status = "open" } ]
"#).await;
        road.post(GRACE, DESK, "m1@customers.test", "Printer").await;
        assert!(!road.timeline("ACME-1").await.iter().any(|line| line.starts_with("sla.")), "no warning in the moment of the beginning");
        road.pass("2026-11-23T09:00:05Z").await;
        let warned = road.timeline("ACME-1").await.iter().filter(|line| line.starts_with("sla.warning")).count();
        assert!((1..10).contains(&warned), "{:?}", road.timeline("ACME-1").await);
    }

    async fn two_desks_that_ring_at_once_tell_each_step_once(database: TestDatabase) {
        let road = Road::new(database).await;
        for number in 0..10 {
            road.post(GRACE, DESK, &format!("m{number}@customers.test"), "Invoice").await;
        }
        let other = road.second_desk().await;
        let late = "2026-11-23T12:00:00Z".parse().unwrap();
        road.desk.clock.set(late);
        other.clock.set(late);
        let (one, two) = tokio::join!(road.desk.ring_clocks(), other.ring_clocks());
        one.unwrap();
        two.unwrap();
        for number in 1..=10 {
            let told = road.timeline(&format!("ACME-{number}")).await;
            for step in ["sla.warning first_response", "sla.breached first_response"] {
                assert_eq!(told.iter().filter(|line| line.starts_with(step)).count(), 1, "{told:?}");
            }
        }
    }

    async fn holidays_come_from_a_calendar_file(database: TestDatabase) {
        let road = Road::new(database).await;
        road.file("days.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20001124\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261125\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        road.apply("[[tenant]]\nslug = \"acme\"\nname = \"Acme GmbH\"\n[[tenant.calendar]]\nname = \"Office\"\nholidays = [2026-11-26]\nholidays_ics = \"days.ics\"\n").await;
        road.post(GRACE, DESK, "m1@customers.test", "Printer").await;
        assert_eq!(road.dues("ACME-1").await[1], "resolution/1 running Tue 09:00", "three days of eight hours, without Tuesday, Wednesday and Thursday");
    }
}
