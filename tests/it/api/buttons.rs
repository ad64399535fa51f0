//! The buttons under a push, pressed as a telephone presses them.

use reqwest::{Client, Method, StatusCode};
use serde_json::json;

use super::{SEED, open};
use crate::support::TestDatabase;
use crate::support::daemon::Daemon;
use crate::support::database::both_databases;
use crate::support::ntfy::Ntfy;

const PHONE: &str = r#"
[[tenant]]
slug = "acme"
[tenant.ntfy]
server = "{ntfy}"
topic_prefix = "acme"
tickets = true
[[tenant.user]]
email = "ada@acme.test"
name = "Ada"
role = "admin"
[tenant.user.notifications]
topic = "adas-phone"
assigned = { mail = "none", ntfy = "mine" }
"#;

both_databases! {
    async fn a_button_of_a_push_works_once_and_by_post_alone(database: TestDatabase) {
        let ntfy = Ntfy::start(None).await;
        let mut daemon = Daemon::install(&database).await;
        daemon.apply(SEED).await;
        daemon.apply(&PHONE.replace("{ntfy}", ntfy.url())).await;
        daemon.start().await;
        let ada = daemon.api("acme", "ada@acme.test").await;
        let bob = daemon.api("acme", "bob@acme.test").await;
        open(&ada, "Printer").await;
        ada.patch("/tickets/ACME-1", &json!({"team": "First line"})).await;
        bob.patch("/tickets/ACME-1", &json!({"assignee": "ada@acme.test"})).await;
        let push = ntfy.wait_for("the push to her telephone", |push| push["topic"] == "adas-phone").await;
        let buttons = push["actions"].as_array().unwrap();
        let resolve = buttons.iter().find(|button| button["label"] == "Resolve").unwrap();
        // ntfy presses by POST where no method is named.
        assert_eq!((&resolve["action"], &resolve["method"]), (&json!("http"), &json!(null)), "{push}");

        let url: url::Url = resolve["url"].as_str().unwrap().parse().unwrap();
        let host = url.host_str().unwrap().to_owned();
        let phone = Client::builder().no_proxy().resolve(&host, daemon.address()).build().unwrap();
        let press = async |method: Method| phone.request(method, url.clone()).send().await.unwrap().status();
        assert_eq!(press(Method::GET).await, StatusCode::OK, "looking shows a question");
        assert_eq!(ada.get("/tickets/ACME-1").await["status"], "open");
        assert_eq!(press(Method::POST).await, StatusCode::OK);
        assert_eq!(ada.get("/tickets/ACME-1").await["status"], "resolved");
        ada.patch("/tickets/ACME-1", &json!({"status": "open"})).await;
        assert!(press(Method::POST).await.is_client_error(), "it worked once");
        assert_eq!(ada.get("/tickets/ACME-1").await["status"], "open");
    }
}
