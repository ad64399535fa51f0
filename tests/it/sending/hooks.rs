//! Calls of webhooks, verified by the specification's own code: whatever the receiver does, nothing is lost, and mail does
//! not wait for it (NT5).

use chrono::TimeDelta;
use postroom::desk::webhooks::WebhookChange;
use postroom::domain::audit::Via;
use postroom::domain::ids::{OutboxId, WebhookId};
use postroom::store::outbox::{Listed, OutboxState};
use serde_json::json;

use super::NOWHERE;
use super::house::House;
use crate::support::TestDatabase;
use crate::support::database::both_databases;
use crate::support::hooks::{Got, Receiver};
use crate::support::wait_for;

/// A house that calls the receiver whenever a ticket comes to be, and the secret.
async fn called(database: TestDatabase, receiver: &Receiver) -> (House, WebhookId, String) {
    let house = House::open(database, NOWHERE).await;
    let events = vec!["ticket.created".to_owned()];
    let url = receiver.url("hook");
    let ada = house.ada();
    let created = house.desk.create_webhook(&ada, Via::Page, &url, events);
    let (id, secret) = created.await.unwrap();
    receiver.knows(&[secret.as_str()]).await;
    receiver.at(house.desk.clock.now()).await;
    (house, id, secret.to_string())
}

impl House {
    /// The clock goes on, here and there.
    async fn later(&self, receiver: &Receiver, by: TimeDelta) {
        let then = self.desk.clock.now() + by;
        receiver.at(then).await;
        self.desk.clock.set(then);
    }

    async fn calls(&self) -> Vec<Listed> {
        let mut rows = self.outbox().await;
        rows.retain(|row| row.recipient.contains("/hook"));
        rows
    }

    /// Waits for all calls to be as they should.
    async fn calls_are(&self, count: usize, states: &[OutboxState]) -> Vec<Listed> {
        wait_for(&format!("{count} calls to be {states:?}"), async || {
            let rows = self.calls().await;
            let fit = rows.iter().all(|row| states.contains(&row.state));
            (rows.len() == count && fit).then_some(rows)
        })
        .await
    }

    /// Waits until the webhook is switched off.
    async fn is_given_up(&self) {
        wait_for("the webhook to be given up", async || {
            self.desk.refresh().await.unwrap();
            let office = self.desk.office(self.tenant()).unwrap();
            let hook = office.webhooks.first().unwrap();
            (!hook.active && hook.given_up.is_some()).then_some(())
        })
        .await;
    }

    /// How many alerts Ada got by mail.
    pub async fn alerts(&self) -> usize {
        let rows = self.outbox().await;
        rows.iter()
            .filter(|row| row.recipient == "ada@agents.test")
            .count()
    }
}

fn id_of(row: &Listed) -> String {
    let OutboxId(id) = row.id;
    format!("msg_{}", id.simple())
}

/// The ids of the calls that the receiver took.
fn taken(got: &[Got]) -> Vec<String> {
    let mut ids: Vec<String> = got
        .iter()
        .filter(|call| call.fault.is_null())
        .map(|call| call.id.clone())
        .collect();
    ids.sort();
    ids
}

both_databases! {
    async fn nothing_is_lost_and_nothing_blocked_by_a_receiver_that_fails_in_every_way(database: TestDatabase) {
        let receiver = Receiver::start();
        let (house, _, secret) = called(database, &receiver).await;
        receiver.fails(json!([{ "status": 429, "retry_after": 120 }, { "status": 500 }, "drop", "half", "hang"])).await;
        let names = ["grace", "jean", "kay", "mary", "radia"];
        for name in names {
            house.customer_writes(name).await;
        }
        for name in names {
            house.state(&format!("{name}@customers.test"), "sent").await;
        }
        let rows = house.calls_are(5, &[OutboxState::Deferred]).await;
        let asked = rows.iter().filter(|row| row.next_attempt_at - house.desk.clock.now() >= TimeDelta::seconds(120));
        assert_eq!(asked.count(), 1, "only who asks for time gets more");
        house.later(&receiver, TimeDelta::minutes(4)).await;
        let rows = house.calls_are(5, &[OutboxState::Sent]).await;
        let got = receiver.got().await;
        let mut ids: Vec<_> = rows.iter().map(id_of).collect();
        ids.sort();
        assert_eq!(taken(&got), ids, "each was taken once");
        for call in got.iter().filter(|call| call.fault != "drop") {
            assert_eq!((call.verified.as_slice(), call.kind.as_deref()), (&[secret.clone()][..], Some("ticket.created")), "{call:?}");
        }
        house.stop().await;
    }

    async fn a_new_secret_signs_beside_the_old_one_for_a_day(database: TestDatabase) {
        let receiver = Receiver::start();
        let (house, id, old) = called(database, &receiver).await;
        let new = house.desk.rotate_webhook(&house.ada(), Via::Page, id).await.unwrap();
        receiver.knows(&[&old, &new]).await;
        house.customer_writes("grace").await;
        assert_eq!(receiver.wait_for(1).await[0].verified, [old.clone(), new.to_string()]);
        house.later(&receiver, TimeDelta::hours(24) + TimeDelta::seconds(1)).await;
        house.customer_writes("jean").await;
        assert_eq!(receiver.wait_for(2).await[1].verified, [new.to_string()]);
        house.stop().await;
    }

    async fn one_call_and_those_of_a_span_are_told_again_under_their_own_ids(database: TestDatabase) {
        let receiver = Receiver::start();
        let (house, id, _) = called(database, &receiver).await;
        let start = house.desk.clock.now();
        house.customer_writes("grace").await;
        house.later(&receiver, TimeDelta::hours(1)).await;
        house.customer_writes("jean").await;
        let rows = house.calls_are(2, &[OutboxState::Sent]).await;
        let (first, second) = (id_of(&rows[0]), id_of(&rows[1]));
        house.desk.replay_webhook_item(&house.ada(), Via::Page, id, rows[1].id).await.unwrap();
        let got = receiver.wait_for(3).await;
        assert_eq!((&got[2].id, got[2].verified.len()), (&second, 1));
        house.calls_are(2, &[OutboxState::Sent]).await;
        let span = (start, start + TimeDelta::minutes(30));
        let count = house.desk.replay_webhook(&house.ada(), Via::Page, id, span).await.unwrap();
        assert_eq!((count, &receiver.wait_for(4).await[3].id), (1, &first));
        house.stop().await;
    }

    async fn a_webhook_that_is_gone_is_switched_off_at_once_and_what_it_missed_is_kept_for_it(database: TestDatabase) {
        let receiver = Receiver::start();
        let (house, id, _) = called(database, &receiver).await;
        let start = house.desk.clock.now();
        receiver.fails(json!([{ "status": 410 }])).await;
        house.customer_writes("grace").await;
        house.is_given_up().await;
        assert_eq!(house.alerts().await, 1);
        house.customer_writes("jean").await;
        house.calls_are(2, &[OutboxState::Failed, OutboxState::Held]).await;
        let on = WebhookChange { active: Some(true), events: None };
        house.desk.change_webhook(&house.ada(), Via::Page, id, on).await.unwrap();
        let span = (start, house.desk.clock.now());
        assert_eq!(house.desk.replay_webhook(&house.ada(), Via::Page, id, span).await.unwrap(), 2);
        house.calls_are(2, &[OutboxState::Sent]).await;
        let got = receiver.got().await;
        assert_eq!((got.len(), taken(&got).len()), (3, 2));
        // What a person switches off is told nothing, and nothing is kept.
        let off = WebhookChange { active: Some(false), events: None };
        house.desk.change_webhook(&house.ada(), Via::Page, id, off).await.unwrap();
        house.customer_writes("kay").await;
        house.calls_are(2, &[OutboxState::Sent]).await;
        house.stop().await;
    }

    async fn a_webhook_that_fails_for_five_days_is_switched_off_and_its_owners_hear_of_it_once(database: TestDatabase) {
        let receiver = Receiver::start();
        let (house, _, _) = called(database, &receiver).await;
        receiver.fails(json!(vec![json!({ "status": 503 }); 100])).await;
        house.customer_writes("grace").await;
        house.calls_are(1, &[OutboxState::Deferred]).await;
        house.desk.refresh().await.unwrap();
        house.later(&receiver, TimeDelta::days(4)).await;
        house.customer_writes("jean").await;
        receiver.wait_for(3).await;
        assert_eq!(house.alerts().await, 0);
        house.desk.refresh().await.unwrap();
        house.later(&receiver, TimeDelta::days(1)).await;
        house.customer_writes("kay").await;
        house.is_given_up().await;
        house.calls_are(3, &[OutboxState::Deferred, OutboxState::Failed, OutboxState::Held]).await;
        assert_eq!(house.alerts().await, 1);
        house.stop().await;
    }

    async fn a_call_whose_secret_is_missing_waits_for_it(database: TestDatabase) {
        let receiver = Receiver::start();
        let house = House::open(database, NOWHERE).await;
        let hook = receiver.url("hook");
        house.apply(&format!("[[tenant]]\nslug = \"acme\"\n[[tenant.webhook]]\nurl = \"{hook}\"\nevents = [\"ticket.created\"]\nsecret_env = \"NOT_SET\"\n")).await;
        house.customer_writes("grace").await;
        let rows = house.calls_are(1, &[OutboxState::Deferred]).await;
        assert!(rows[0].last_reply.as_ref().unwrap().contains("NOT_SET"), "{rows:?}");
        assert!(receiver.got().await.is_empty(), "nothing goes out unsigned");
        house.stop().await;
    }
}
