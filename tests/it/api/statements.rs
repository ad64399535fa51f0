//! Every statement that the API may build, on both databases: each filter, each order, each page; and what a repeated
//! request does.

use reqwest::Method;
use serde_json::{Value, json};

use super::{house, open};
use crate::support::TestDatabase;
use crate::support::api::Api;
use crate::support::database::both_databases;

async fn keys(api: &Api, query: &str) -> Vec<String> {
    let tickets = api.get(&format!("/tickets{query}")).await;
    let items = tickets["items"].as_array().unwrap();
    items
        .iter()
        .map(|ticket| ticket["key"].as_str().unwrap().to_owned())
        .collect()
}

both_databases! {
    async fn tickets_are_found_by_every_filter(database: TestDatabase) {
        let (daemon, acme, _) = house(&database).await;
        open(&acme, "Printer 100% on fire").await;
        open(&acme, "An invoice_too many").await;
        let change = json!({"status": "on_hold", "priority": "urgent", "category": "billing", "team": "first line",
            "assignee": "bob@acme.test", "tags": ["hot", "paper"]});
        acme.patch("/tickets/ACME-1", &change).await;
        let day = acme.get("/tickets/ACME-1").await["created_at"].as_str().unwrap().to_owned();
        for (query, found) in [
            (String::new(), vec!["ACME-1", "ACME-2"]),
            ("?sort=created_at".to_owned(), vec!["ACME-1", "ACME-2"]),
            ("?sort=-created_at".to_owned(), vec!["ACME-2", "ACME-1"]),
            ("?sort=updated_at".to_owned(), vec!["ACME-2", "ACME-1"]),
            ("?status=on_hold".to_owned(), vec!["ACME-1"]),
            ("?priority=urgent,high".to_owned(), vec!["ACME-1"]),
            ("?category=billing".to_owned(), vec!["ACME-1"]),
            ("?team=First%20line".to_owned(), vec!["ACME-1"]),
            ("?assignee=bob@acme.test".to_owned(), vec!["ACME-1"]),
            ("?assignee=none".to_owned(), vec!["ACME-2"]),
            ("?tag=hot".to_owned(), vec!["ACME-1"]),
            ("?tag=invoice".to_owned(), vec!["ACME-2"]),
            ("?mailbox=support@acme.test".to_owned(), vec!["ACME-1", "ACME-2"]),
            ("?requester=carol@customers.test".to_owned(), vec!["ACME-1", "ACME-2"]),
            ("?q=PRINTER".to_owned(), vec!["ACME-1"]),
            ("?q=100%25".to_owned(), vec!["ACME-1"]),
            ("?q=invoice_too".to_owned(), vec!["ACME-2"]),
            ("?q=invoice-too".to_owned(), vec![]),
            ("?q=is:late".to_owned(), vec![]),
            ("?q=is:spam".to_owned(), vec![]),
            (format!("?created_after={day}"), vec!["ACME-1", "ACME-2"]),
            (format!("?created_before={day}"), vec![]),
        ] {
            assert_eq!(keys(&acme, &query).await, found, "{query}");
        }
        for (sort, order) in [("created_at", ["ACME-1", "ACME-2"]), ("-created_at", ["ACME-2", "ACME-1"])] {
            let first = acme.get(&format!("/tickets?limit=1&sort={sort}")).await;
            let cursor = first["next"].as_str().unwrap();
            let query = format!("?limit=1&sort={sort}&cursor={cursor}");
            assert_eq!(first["items"][0]["key"], order[0]);
            assert_eq!(keys(&acme, &query).await, [order[1]]);
        }
        // A member sees their own and their teams'.
        let bob = daemon.api("acme", "bob@acme.test").await;
        assert_eq!(keys(&bob, "").await, ["ACME-1"]);
        assert_eq!(bob.call(Method::GET, "/tickets/ACME-2", None).await.0, 404);
    }

    async fn every_list_has_pages(database: TestDatabase) {
        let (daemon, acme, _) = house(&database).await;
        open(&acme, "One").await;
        acme.post("/tickets/ACME-1/messages", &json!({"kind": "reply", "text": "Hello."})).await;
        let document = daemon.stranger().get("/openapi.json").await;
        for (path, methods) in document["paths"].as_object().unwrap() {
            let path = path.replace("{key}", "ACME-1");
            let no_list = [
                "/tickets/ACME-1", "/tickets/ACME-1/rating", "/tickets/ACME-1/sla", "/me/notifications", "/me/availability",
                "/settings", "/ntfy",
            ].contains(&path.as_str());
            if methods.get("get").is_none() || path.contains("{id}") || path.starts_with("/platform") || no_list {
                continue;
            }
            let whole = acme.list(&path).await;
            let (mut walked, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = acme.get(&format!("{path}?limit=1&cursor={cursor}")).await;
                walked.extend(page["items"].as_array().unwrap().iter().cloned());
                match page["next"].as_str() {
                    Some(next) => cursor = next.to_owned(),
                    None => break,
                }
            }
            assert_eq!(Value::from(walked), Value::from(whole), "{path}");
        }
    }

    async fn a_repeated_request_acts_once(database: TestDatabase) {
        let (_daemon, acme, _) = house(&database).await;
        let opening = json!({"subject": "Once", "text": "x", "requester": "carol@customers.test"}).to_string();
        let call = async || {
            let request = acme.request(Method::POST, "/api/v1/tickets");
            let request = request.header("content-type", "application/json").header("idempotency-key", "a");
            let response = request.body(opening.clone()).send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        };
        let answers = futures::future::join_all((0..4).map(|_| call())).await;
        assert!(answers.iter().all(|(status, _)| matches!(status, 201 | 409)), "{answers:?}");
        let (status, first) = call().await;
        assert_eq!((status, call().await.1), (201, first));
        assert_eq!(keys(&acme, "").await, ["ACME-1"]);
    }

    async fn outgoing_items_are_taken_back_and_tried_again(database: TestDatabase) {
        let (_daemon, acme, _) = house(&database).await;
        open(&acme, "One").await;
        let later = json!({"kind": "reply", "text": "Later.", "undo_seconds": 3600});
        let message = acme.post("/tickets/ACME-1/messages", &later).await;
        assert_eq!(message["delivery"][0]["state"], "pending", "{message}");
        let item = acme.list("/outbox?state=pending,deferred").await.remove(0);
        let id = item["id"].as_str().unwrap();
        let cancelled = acme.post(&format!("/outbox/{id}/cancel"), &json!({})).await;
        assert_eq!(cancelled["state"], "cancelled");
        let (status, problem) = acme.call(Method::POST, &format!("/outbox/{id}/retry"), None).await;
        assert_eq!((status, problem["type"].as_str()), (409, Some("conflict")));
        assert_eq!(acme.list("/outbox?state=cancelled").await.len(), 1);
    }
}
