//! Nothing goes out twice, and everything goes out: kill -9 at random moments while replies are sent.

use std::collections::HashMap;
use std::time::Duration;

use postroom::door::Random;
use reqwest::Method;
use serde_json::{Value, json};

use super::House;
use super::house::within;
use super::ledger::{count, is_sound};
use crate::support::TestDatabase;
use crate::support::api::Api;

/// A reply that goes through whatever happens to the daemon meanwhile: the key makes it one, however often it is asked.
async fn reply(api: &Api, key: &str, n: usize) -> bool {
    let body = json!({"kind": "reply", "text": format!("Reply {n}.")});
    let request = api
        .request(Method::POST, &format!("/api/v1/tickets/{key}/messages"))
        .header("content-type", "application/json")
        .header("idempotency-key", format!("reply-{n}"))
        .body(body.to_string());
    let answer = request.send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

async fn nothing_goes_out_twice(database: TestDatabase, total: usize, customers: usize) {
    let mut house = House::start(database, "acknowledge = \"off\"").await;
    let (api, fate) = (house.api("ada").await, Random::seeded(21));
    let mut keys = Vec::new();
    for n in 0..customers {
        let ticket = json!({"subject": format!("Ticket {n}"), "text": "Hello.", "requester": house.customer(&format!("customer-{n}")),
            "mailbox": house.desk(), "notify": false});
        keys.push(
            api.post("/tickets", &ticket).await["key"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    for round in 0..10 {
        let own = (round..total).step_by(10);
        for n in own.clone() {
            assert!(reply(&api, &keys[n % customers], n).await);
        }
        // The moment is what is random here; nothing is waited for.
        tokio::time::sleep(Duration::from_secs_f64(fate.fraction() * 0.3)).await;
        house.daemon.kill();
        house.daemon.start().await;
        for n in own {
            assert!(
                reply(&api, &keys[n % customers], n).await,
                "the second time is the same reply"
            );
        }
    }
    // V4: each row ends; one whose fate nobody knows, once a person has said "again".
    let ended = within(
        Duration::from_mins(3),
        "all replies to be sent",
        async || {
            let all = api.list("/outbox").await;
            for row in all
                .iter()
                .filter(|row| row["state"] == "uncertain" && row["attempts"] == 1)
            {
                api.post(
                    &format!("/outbox/{}/retry", row["id"].as_str().unwrap()),
                    &json!({}),
                )
                .await;
            }
            let is_sent = |row: &Value| row["state"] == "sent";
            all.iter().all(is_sent).then_some(all)
        },
    )
    .await;
    let mails: Vec<&Value> = ended
        .iter()
        .filter(|row| {
            row["channel"] == "email" && row["recipient"].as_str().unwrap().starts_with("customer-")
        })
        .collect();
    assert_eq!(mails.len(), total, "one row for each reply");

    // V3: each Message-ID arrived once, twice only where the row says that nobody could know.
    let mut arrived: HashMap<String, usize> = HashMap::new();
    within(
        Duration::from_mins(1),
        "all replies in the customers' mailboxes",
        async || {
            arrived.clear();
            for n in 0..customers {
                for mail in house
                    .servers
                    .maildir(&house.customer(&format!("customer-{n}")))
                    .mails()
                {
                    *arrived
                        .entry(mail.header("Message-ID").unwrap())
                        .or_default() += 1;
                }
            }
            (arrived.len() >= total).then_some(())
        },
    )
    .await;
    for row in mails {
        let id = format!(
            "<{}>",
            row["message_id"].as_str().unwrap().trim_matches(['<', '>'])
        );
        let most = if row["was_uncertain"] == true { 2 } else { 1 };
        let times = arrived.remove(&id).unwrap_or_default();
        assert!(
            (1..=most).contains(&times),
            "{id} arrived {times} times: {row}"
        );
    }
    assert!(arrived.is_empty(), "mails that no row knows: {arrived:?}");
    assert_eq!(
        count(
            &house.database,
            "SELECT CAST(count(*) AS TEXT) FROM messages WHERE kind = 'reply'"
        )
        .await,
        total
    );
    is_sound(&house.database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_replies_survive_kill_9_on_sqlite() {
    nothing_goes_out_twice(TestDatabase::sqlite(), 200, 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_replies_survive_kill_9_on_postgres() {
    nothing_goes_out_twice(TestDatabase::postgres().await, 50, 10).await;
}
