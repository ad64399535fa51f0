//! A21: every call with the other tenant's ids. The calls are those of `openapi.json`: one that nobody thought about
//! fails the test.

use reqwest::Method;
use serde_json::{Value, json};

use super::{house, open};
use crate::support::TestDatabase;
use crate::support::api::Api;
use crate::support::database::both_databases;

/// The ids of acme's things, by the beginning of the path that takes them.
async fn ids(acme: &Api) -> Vec<(&'static str, String)> {
    let ticket = open(acme, "Ours alone").await;
    let file = json!({"filename": "a.txt", "content": "aGVsbG8="});
    let reply = json!({"kind": "reply", "text": "Hello.", "attachments": [file]});
    let message = acme.post("/tickets/ACME-1/messages", &reply).await;
    let item = acme.list("/outbox").await.remove(0);
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let hook = acme
        .post("/webhooks", &json!({"url": "https://hooks.acme.test/"}))
        .await;
    let rule = json!({"name": "Ours", "on": ["ticket.created"], "then": [{"tag": "new"}]});
    let rule = acme.post("/rules", &rule).await;
    let calendar = json!({"name": "Ours", "hours": {"mon": ["09:00-17:00"]}});
    let calendar = acme.post("/calendars", &calendar).await;
    let level = json!({"name": "Ours", "targets": {"first_response": {"normal": "4h"}}});
    let level = acme.post("/slas", &level).await;
    let team = acme.post("/teams", &json!({"name": "Ours"})).await;
    vec![
        ("/tickets/", "ACME-1".to_owned()),
        ("/tickets/", id(&ticket)),
        ("/messages/", id(&message)),
        ("/attachments/", id(&message["attachments"][0])),
        ("/outbox/", id(&item)),
        // No mail was received; an id of acme's that is no mail's is no better.
        ("/intake/", id(&ticket)),
        ("/accounts/", id(&ticket)),
        ("/webhooks/", id(&hook)),
        ("/rules/", id(&rule)),
        ("/calendars/", id(&calendar)),
        ("/slas/", id(&level)),
        ("/teams/", id(&team)),
    ]
}

fn body(path: &str) -> Value {
    match path {
        "/tickets/{key}/messages" => json!({"kind": "reply", "text": "Leave."}),
        "/tickets/{key}/participants" | "/tickets/{key}/requester" => {
            json!({"email": "eve@rival.test"})
        }
        "/tickets/{key}/merge" => json!({"into": "RIVAL-1"}),
        "/tickets/{key}/split" => json!({"messages": []}),
        "/tickets/{key}/link" | "/tickets/{key}/unlink" => json!({"ticket": "RIVAL-1"}),
        "/tickets/{key}/snooze" => json!({"until": null}),
        "/webhooks/{id}/replay" => json!({"item": uuid::Uuid::nil()}),
        "/rules/{id}/restore" => json!({"version": 1}),
        _ => json!({}),
    }
}

both_databases! {
    async fn a21_every_call_with_another_tenants_id_is_not_found(database: TestDatabase) {
        let (daemon, acme, rival) = house(&database).await;
        open(&rival, "Theirs").await;
        let ids = ids(&acme).await;
        let document = daemon.stranger().get("/openapi.json").await;
        let mut tried = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            if !path.contains('{') {
                continue;
            }
            // Named by words that every tenant may use for its own.
            if ["/templates/", "/canned/", "/suppressions/"].iter().any(|begin| path.starts_with(begin)) {
                continue;
            }
            let own: Vec<_> = ids.iter().filter(|(begin, _)| path.starts_with(begin)).collect();
            assert!(!own.is_empty(), "{path}: say whose ids it takes");
            for method in methods.as_object().unwrap().keys() {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                for (_, id) in &own {
                    let asked = path.replace("{key}", id).replace("{id}", id).replace("{user}", id);
                    let (status, answer) = rival.call(method.clone(), &asked, Some(&body(path))).await;
                    assert_eq!(status, 404, "{method} {asked}: {answer}");
                    assert_eq!(answer["type"], "not-found");
                    tried += 1;
                }
            }
        }
        assert!(tried > 15, "{tried}");
        // Nothing of it left a trace.
        let ticket = acme.get("/tickets/ACME-1").await;
        assert_eq!(ticket["message_count"], 2, "{ticket}");
        assert_eq!(acme.list("/tickets/ACME-1/participants").await.len(), 1);
        // And lists show one's own alone.
        for path in ["/tickets", "/users", "/mailboxes", "/outbox", "/contacts", "/canned", "/rules"] {
            let text = Value::from(rival.list(path).await).to_string().to_lowercase();
            assert!(!text.contains("acme"), "{path}: {text}");
        }
    }

    async fn a_token_ends_when_it_is_revoked(database: TestDatabase) {
        let (daemon, acme, _) = house(&database).await;
        assert_eq!(acme.get("/users").await["items"].as_array().unwrap().len(), 2);
        let tokens = daemon.run(&["token", "list", "--tenant", "acme", "--json"]).await;
        let token: Value = serde_json::from_str(tokens.lines().next().unwrap()).unwrap();
        daemon.run(&["token", "revoke", token["id"].as_str().unwrap()]).await;
        assert_eq!(acme.call(Method::GET, "/users", None).await.0, 401);
        assert_eq!(daemon.stranger().call(Method::GET, "/users", None).await.0, 401);
    }
}
