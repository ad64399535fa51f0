//! The HTTP API of the real daemon, on both databases.

mod at_once;
mod buttons;
mod files;
mod isolation;
mod people;
mod statements;

use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::api::Api;
use crate::support::daemon::Daemon;

const SEED: &str = r#"
[[tenant]]
slug = "acme"
name = "Acme"
ticket_prefix = "ACME"
timezone = "Europe/Berlin"
locale = "en"
member_visibility = "team"
categories = ["billing"]
[[tenant.user]]
email = "ada@acme.test"
name = "Ada"
role = "admin"
[[tenant.user]]
email = "bob@acme.test"
name = "Bob"
role = "member"
[[tenant.team]]
name = "First line"
members = ["bob@acme.test"]
[[tenant.team]]
name = "Second line"
members = ["ada@acme.test"]
[[tenant.mailbox]]
address = "support@acme.test"
name = "Acme Support"
[[tenant.canned]]
name = "Thanks"
text = "Thank you."
[[tenant.rule]]
name = "Invoices"
on = ["ticket.created"]
when = { field = "subject", op = "contains", value = "invoice" }
then = [{ tag = "invoice" }]
active = true

[[tenant]]
slug = "rival"
name = "Rival"
ticket_prefix = "RIVAL"
timezone = "UTC"
locale = "en"
[[tenant.user]]
email = "eve@rival.test"
name = "Eve"
role = "owner"
[[tenant.mailbox]]
address = "support@rival.test"
name = "Rival Support"
"#;

/// A daemon with two tenants, and a program of each.
async fn house(database: &TestDatabase) -> (Daemon, Api, Api) {
    let daemon = Daemon::start_with(database, SEED).await;
    let acme = daemon.api("acme", "ada@acme.test").await;
    let rival = daemon.api("rival", "eve@rival.test").await;
    (daemon, acme, rival)
}

async fn open(api: &Api, subject: &str) -> Value {
    let opening =
        json!({"subject": subject, "text": "Words.", "requester": "carol@customers.test"});
    api.post("/tickets", &opening).await
}
