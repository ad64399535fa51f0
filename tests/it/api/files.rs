//! Who is given the bytes of a file: whoever sees its ticket, whatever ids anybody knows.

use reqwest::Method;
use serde_json::json;

use super::{house, open};
use crate::support::TestDatabase;
use crate::support::api::Api;
use crate::support::database::both_databases;

const CANARY: &str = "CANARY-in-a-file";
const CANARY_IN_BASE64: &str = "Q0FOQVJZLWluLWEtZmlsZQ==";

/// What one asks for, perhaps under a condition that could be met without the bytes.
async fn ask(api: &Api, path: &str, condition: Option<(&str, &str)>) -> (u16, String, String) {
    let mut request = api.request(Method::GET, &format!("/api/v1{path}"));
    if let Some((name, value)) = condition {
        request = request.header(name, value);
    }
    let answer = request.send().await.unwrap();
    let etag = answer.headers().get("etag");
    let etag = etag.map_or("", |etag| etag.to_str().unwrap()).to_owned();
    (answer.status().as_u16(), answer.text().await.unwrap(), etag)
}

/// Ids that somebody would try who knows this one.
fn neighbours(id: &str) -> Vec<String> {
    let id: uuid::Uuid = id.parse().unwrap();
    let near = [1, 2, u128::from(u32::MAX)];
    let near = near
        .iter()
        .flat_map(|step| [id.as_u128() + step, id.as_u128() - step]);
    near.map(|id| uuid::Uuid::from_u128(id).to_string())
        .collect()
}

both_databases! {
    async fn a22_a_file_is_given_to_who_sees_its_ticket_and_to_nobody_else(database: TestDatabase) {
        let (daemon, acme, rival) = house(&database).await;
        let (bob, stranger) = (daemon.api("acme", "bob@acme.test").await, daemon.stranger());
        open(&acme, "Ours alone").await;
        let file = json!({"filename": "a.txt", "content": CANARY_IN_BASE64});
        let reply = json!({"kind": "reply", "text": "Hello.", "attachments": [file]});
        let message = acme.post("/tickets/ACME-1/messages", &reply).await;
        let id = message["attachments"][0]["id"].as_str().unwrap();
        let path = format!("/attachments/{id}");
        let (status, body, etag) = ask(&acme, &path, None).await;
        assert_eq!((status, body.as_str()), (200, CANARY));
        assert!(!etag.is_empty());

        // A stranger, another tenant's owner, and a member who does not see the ticket: not a byte, and not even whether
        // they know what is in it.
        let conditions = [None, Some(("range", "bytes=0-0")), Some(("if-none-match", etag.as_str())), Some(("if-none-match", "*"))];
        for (who, api, refused) in [("stranger", &stranger, 401), ("rival", &rival, 404), ("member", &bob, 404)] {
            for condition in conditions {
                let (status, body, given) = ask(api, &path, condition).await;
                assert_eq!(status, refused, "{who} {condition:?}: {body}");
                assert!(!body.contains("CANARY") && given.is_empty(), "{who} {condition:?}: {body}");
            }
        }
        // What is near is nothing, for anybody.
        for near in neighbours(id) {
            for api in [&acme, &bob, &rival] {
                assert_eq!(ask(api, &format!("/attachments/{near}"), None).await.0, 404);
            }
        }
        // The right to the ticket counts, today's.
        acme.patch("/tickets/ACME-1", &json!({"team": "First line"})).await;
        assert_eq!(ask(&bob, &path, None).await.1, CANARY);
        acme.patch("/tickets/ACME-1", &json!({"team": "Second line"})).await;
        assert_eq!(ask(&bob, &path, Some(("if-none-match", &etag))).await.0, 404);
    }
}
