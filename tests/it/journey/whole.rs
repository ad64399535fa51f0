//! The main job: a customer writes, an agent answers, the customer answers again.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use postroom::door::Clock;
use serde_json::{Value, json};

use super::House;
use super::house::within;
use crate::support::TestDatabase;
use crate::support::api::Api;
use crate::support::client::Answer;
use crate::support::database::both_databases;
use crate::support::ntfy::Ntfy;
use crate::support::wait_for;

/// A promise round the clock, and a rule that assigns.
const SERVICE: &str = r#"
[[tenant.sla]]
name = "Round the clock"
first_response = { normal = "4h", urgent = "30m" }
resolution = { urgent = "30d" }
pause_on = ["on_hold"]
warn = []
default = true
[[tenant.rule]]
name = "Fires are urgent"
on = ["ticket.created"]
when = { any = [ { field = "subject", op = "contains", value = "fire" } ] }
then = [ { priority = "urgent" }, { assign = "{bob}" }, { tag = "fire" } ]
[tenant.ntfy]
server = "{ntfy}"
token = "tk_right"
topic_prefix = "acme"
tickets = true
sla = true
"#;

/// Waits until the ticket looks like this.
async fn ticket(api: &Api, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    within(Duration::from_secs(30), what, async || {
        let ticket = api.get("/tickets/ACME-1").await;
        fits(&ticket).then_some(ticket)
    })
    .await
}

/// What was published under this title.
fn pushes(ntfy: &Ntfy, title: &str) -> usize {
    let published = ntfy.published();
    let is_it = |push: &&Value| push["title"] == title;
    published.iter().filter(is_it).count()
}

/// The events of this type.
async fn events(api: &Api, kind: &str) -> Vec<Value> {
    let all = api.list("/tickets/ACME-1/events").await;
    all.into_iter().filter(|e| e["type"] == kind).collect()
}

both_databases! {
    async fn a_customer_writes_is_answered_answers_and_comes_back(database: TestDatabase) {
        let ntfy = Ntfy::start(Some("tk_right")).await;
        let house = House::install(database, &SERVICE.replace("{ntfy}", ntfy.url())).await;
        let clock = Clock::manual("2026-11-23T09:00:00Z".parse().unwrap());
        let running = house.begin(&clock).await;
        let (api, grace) = (house.api("ada").await, house.customer("grace"));
        let inbox = house.servers.maildir(&grace);

        // The customer writes; a rule assigns it, and its clock runs.
        house.customer_writes("grace", "m1@customers.test", "My printer is on fire", "It burns.").await;
        house.servers.maildir(&house.desk()).wait_for_count(1).await;
        let delivered = Instant::now();
        let opened = ticket_by_list(&api).await;
        assert!(delivered.elapsed() < Duration::from_secs(5), "{:?} until the ticket was there", delivered.elapsed());
        assert_eq!(opened["key"], "ACME-1");
        assert_eq!(opened["requester"]["email"], json!(grace));
        assert_eq!(opened["priority"], "urgent");
        assert_eq!(opened["tags"], json!(["fire"]));
        assert_eq!(opened["assignee"]["email"], json!(house.address("bob")));
        let promise = &opened["sla"][0];
        assert_eq!((&promise["metric"], &promise["state"]), (&json!("first_response"), &json!("running")));
        assert_eq!(promise["due_at"], "2026-11-23T09:30:00Z");
        let by_rule = events(&api, "ticket.assigned").await;
        assert_eq!(by_rule.len(), 1, "{by_rule:?}");
        assert_eq!(by_rule[0]["rule"], "Fires are urgent");
        let acknowledged = inbox.wait_for_count(1).await;
        assert_eq!(acknowledged[0].header("Auto-Submitted").unwrap(), "auto-replied");
        assert_eq!(acknowledged[0].header("In-Reply-To").unwrap(), "<m1@customers.test>");

        // A note, and half an hour without an answer: the breach is told once.
        api.post("/tickets/ACME-1/messages", &json!({"kind": "note", "text": "CANARY: a difficult customer"})).await;
        clock.advance(TimeDelta::minutes(31));
        ticket(&api, "the breach", |ticket| ticket["sla"][0]["state"] == "breached").await;
        ntfy.wait_for("the breach", |push| push["topic"] == "acme-sla").await;
        clock.advance(TimeDelta::minutes(31));

        // The agent answers; the customer has it once, and it threads.
        let reply = api.post("/tickets/ACME-1/messages", &json!({"kind": "reply", "text": "We are on it. Use water."})).await;
        let got = inbox.wait_for("the reply", |mail| mail.says("Use water.")).await;
        assert_eq!(got.header("In-Reply-To").unwrap(), "<m1@customers.test>");
        assert!(got.header("References").unwrap().contains("<m1@customers.test>"));
        assert_eq!(got.header("Message-ID").unwrap(), format!("<{}>", reply["message_id"].as_str().unwrap()));
        let reply_to = got.header("Reply-To").unwrap();
        assert!(reply_to.contains("desk+"), "{reply_to}");
        assert!(got.header("Subject").unwrap().contains("My printer is on fire"));
        assert_eq!(got.header("Auto-Submitted"), None);

        // The customer answers from a real client, with another subject, to the plain address.
        let mut answer = Answer::new(&grace, "~s printer", "Water made it worse.");
        let desk = house.desk();
        (answer.subject, answer.to) = (Some("Something quite different"), Some(desk.as_str()));
        answer.send(house.servers).await;
        let taken = through(&api, "Something quite different").await;
        assert_eq!(taken["results"][0]["ticket"], "ACME-1", "{taken}");
        assert_eq!(taken["results"][0]["outcome"], "appended", "{taken}");
        let joined = api.get("/tickets/ACME-1").await;
        assert_eq!(joined["last_message_from"], "customer", "{joined}");
        let last = api.list("/tickets/ACME-1/messages").await.pop().unwrap();
        assert_eq!(last["subject"], "Something quite different");
        assert_eq!(last["reply_text"].as_str().unwrap().trim(), "Water made it worse.");
        assert_eq!(last["held"], false);
        assert!(["token", "references"].contains(&last["matched_by"].as_str().unwrap()), "{last}");

        // Resolved; an answer from another client reopens it.
        api.patch("/tickets/ACME-1", &json!({"status": "resolved"})).await;
        let mut again = Answer::new(&grace, "~s printer", "It burns again.");
        again.client = "neomutt";
        again.send(house.servers).await;
        ticket(&api, "the reopening", |ticket| ticket["status"] == "open").await;

        // One ticket came of it all; the note never left; nobody was told twice.
        wait_for("the outbox to be empty", async || {
            let waiting = api.list("/outbox?state=pending,sending,deferred").await;
            waiting.is_empty().then_some(())
        }).await;
        assert_eq!(api.list("/tickets").await.len(), 1);
        let all = inbox.mails();
        assert_eq!(all.len(), 2, "the acknowledgement and the reply");
        assert!(all.iter().all(|mail| !String::from_utf8_lossy(&mail.raw).contains("CANARY")));
        assert_eq!(events(&api, "sla.breached").await.len(), 1);
        for (title, count) in [("New ticket", 1), ("Assigned", 1), ("First response missed", 1)] {
            assert_eq!(pushes(&ntfy, &format!("ACME-1 · {title}")), count, "{title}: {:?}", ntfy.published());
        }
        let told = house.servers.maildir(&house.address("bob")).mails();
        assert!(told.iter().any(|mail| mail.says("It burns.")), "the assignee was told");
        assert!(running.stop(std::future::pending()).await);
    }
}

/// The received mail of this subject, once it is through.
async fn through(api: &Api, subject: &str) -> Value {
    let is_through = |mail: &Value| mail["subject"] == subject && mail["state"] != "spooled";
    api.wait_for("/intake", is_through).await
}

async fn ticket_by_list(api: &Api) -> Value {
    api.wait_for("/tickets", |ticket| ticket["sla"] != json!([]))
        .await
}
