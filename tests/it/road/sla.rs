//! Rules and service levels at work, with the test's own clock.

use postroom::desk::speak::Reply;
use postroom::domain::ticket::{Change, Priority, Status};
use postroom::store;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

impl Road {
    async fn clocks(&self, key: &str) -> Vec<String> {
        let ticket = self.ticket(key).await;
        let mut tx = self.desk.db.read().await.unwrap();
        let clocks = store::clocks::of_tickets(&mut tx, ticket.tenant, &[ticket.id])
            .await
            .unwrap();
        clocks
            .into_iter()
            .map(|(_, c)| {
                format!(
                    "{} {} {}",
                    c.metric,
                    c.state(),
                    c.due_at.map(|d| d.to_rfc3339()).unwrap_or_default()
                )
            })
            .collect()
    }
}

both_databases! {
    async fn a_rule_moves_the_ticket_and_the_clock_runs_by_its_new_priority(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Invoice 7 is wrong", "", "one")).await;
        let ticket = road.ticket("ACME-1").await;
        assert_eq!(ticket.priority, Priority::Urgent);
        assert_eq!(ticket.assignee, None, "the billing team takes its tickets by hand");
        // Monday 09:00 UTC is 10:00 in Berlin: half an hour of the office's day.
        assert_eq!(road.clocks("ACME-1").await, [
            "first_response running 2026-11-23T09:30:00+00:00",
            "resolution running 2026-11-24T09:00:00+00:00",
        ]);
        assert_eq!(road.timeline("ACME-1").await, [
            "ticket.created by Grace Hopper",
            "ticket.assigned team First line→Billing by Invoices to billing",
            "ticket.updated priority normal→urgent by Invoices to billing",
            "ticket.updated tags →invoice by Invoices to billing",
        ]);
        let mut tx = road.desk.db.read().await.unwrap();
        let passes = store::rules::passes_of_ticket(&mut tx, ticket.tenant, ticket.id).await.unwrap();
        assert!(passes[0].explanation[0].matched);
    }

    async fn a_warning_and_a_breach_happen_exactly_once(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Invoice", "", "one")).await;
        let told = async || road.queued("acme-sla").await.len();
        road.pass("2026-11-23T09:23:59Z").await;
        assert_eq!(told().await, 0);
        road.pass("2026-11-23T09:24:00Z").await;
        assert_eq!(told().await, 1, "80 % of half an hour");
        for moment in ["2026-11-23T09:30:00Z", "2026-11-23T09:31:00Z", "2026-11-23T09:30:00Z", "2026-11-23T09:32:00Z"] {
            road.pass(moment).await;
        }
        assert_eq!(told().await, 2);
        assert!(road.clocks("ACME-1").await[0].starts_with("first_response breached"));
        let breaches = road.timeline("ACME-1").await.into_iter().filter(|l| l.starts_with("sla.breached")).count();
        assert_eq!(breaches, 1);
        // Bob, alone in the team, was told of the ticket, the warning and the breach.
        assert_eq!(road.queued("bob@agents.test").await.len(), 3);
    }

    async fn the_clock_pauses_on_hold_and_an_answer_ends_the_first_response(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Invoice", "", "one")).await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        road.pass("2026-11-23T09:10:00Z").await;
        road.desk.change(&bob, id, Change { status: Some(Status::OnHold), ..Change::default() }).await.unwrap();
        assert!(road.clocks("ACME-1").await.iter().all(|c| c.contains(" paused ")));
        road.pass("2026-11-23T12:00:00Z").await;
        road.receive(&mail(GRACE, "support@acme.test", "m2@customers.test", "Re: Invoice", "In-Reply-To: <m1@customers.test>\r\n", "two")).await;
        assert_eq!(road.ticket("ACME-1").await.status, Status::Open);
        assert_eq!(road.clocks("ACME-1").await[0], "first_response running 2026-11-23T12:20:00+00:00");
        road.desk.reply(&bob, id, Reply { text: "Sorry.".into(), ..Reply::default() }).await.unwrap();
        assert!(road.clocks("ACME-1").await[0].starts_with("first_response met"));
        let ticket = road.ticket("ACME-1").await;
        assert_eq!((ticket.status, ticket.assignee), (Status::InProgress, bob.user), "who answers has taken it");
    }
}
