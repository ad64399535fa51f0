//! Accounts that do not work are seen, with the reason, and hold up nobody.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpListener;

use super::House;
use super::house::{tenant, within};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

both_databases! {
    async fn a_broken_account_is_seen_with_its_reason_and_delays_nobody(database: TestDatabase) {
        let mut house = House::install(database, "").await;
        // Three accounts that cannot work: the password is wrong, nobody listens, somebody listens and never speaks.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let elsewhere = |seed: String, port: u16| seed.replace(&format!("port = {}", house.servers.imap_port()), &format!("port = {port}"));
        let seed = tenant("acme", "")
            + &house.account("wrong", "wrong", "").replacen("\"secret\"", "\"mistaken\"", 1)
            + &elsewhere(house.account("down", "down", ""), 1)
            + &elsewhere(house.account("silent", "silent", ""), silent.local_addr().unwrap().port());
        house.daemon.apply(&seed).await;
        house.daemon.start().await;
        let api = house.api("ada").await;
        let account = async |name: &str| {
            let all = api.list("/accounts").await;
            all.into_iter().find(|account| account["name"] == name).unwrap()
        };
        let started = Instant::now();
        within(Duration::from_secs(10), "the good account", async || {
            (!account("main").await["last_seen_at"].is_null()).then_some(())
        }).await;
        house.customer_writes("grace", "m1@customers.test", "Printer", "It burns.").await;
        within(Duration::from_secs(10), "the ticket", async || {
            (!api.list("/tickets").await.is_empty()).then_some(())
        }).await;

        let mut reasons = HashMap::new();
        for name in ["wrong", "down", "silent"] {
            let minute = Duration::from_mins(1).saturating_sub(started.elapsed());
            let failing = within(minute, name, async || {
                Some(account(name).await).filter(|account| account["last_error"].is_string())
            }).await;
            assert_eq!(failing["state"], "failing", "{failing}");
            assert!(failing["last_seen_at"].is_null(), "{failing}");
            reasons.insert(name, failing["last_error"].as_str().unwrap().to_owned());
        }
        assert!(reasons["wrong"].contains("log"), "{reasons:?}");
        assert!(reasons["down"].contains("connect") || reasons["down"].contains("reach"), "{reasons:?}");
        assert!(reasons.values().all(|reason| !reason.contains("mistaken")), "{reasons:?}");
        assert_eq!(account("main").await["last_error"], Value::Null);

        let stranger = house.daemon.stranger();
        let ready = stranger.request(Method::GET, "/readyz").send().await.unwrap();
        assert_eq!(ready.status(), 200, "one broken account is no reason to take the daemon out of service");
        let ready = ready.text().await.unwrap();
        for (name, reason) in &reasons {
            assert!(ready.contains(&format!("mail account {name}")), "{name} ({reason}): {ready}");
        }
        within(Duration::from_secs(30), "the figure", async || {
            let metrics = stranger.request(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
            metrics.contains("postroom_accounts{state=\"failing\"} 3").then_some(())
        }).await;
    }
}
