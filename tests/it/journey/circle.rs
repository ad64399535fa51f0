//! The full circle of a promise: a mail comes in on a Friday before a holiday, time passes in business hours only, people
//! are warned, the promise is missed and escalated, the customer answers, and says at last how satisfied they are.

use std::time::Duration;

use chrono::{DateTime, Utc};
use postroom::door::Clock;
use reqwest::Method;
use serde_json::{Value, json};

use super::House;
use super::house::within;
use crate::support::TestDatabase;
use crate::support::api::Api;
use crate::support::client::Answer;
use crate::support::database::both_databases;
use crate::support::ntfy::Ntfy;

/// Office hours with a holiday on Monday, the 30th of November 2026; a better promise for people of one domain.
const SERVICE: &str = r#"csat = true
csat_after_minutes = 30
[[tenant.user]]
email = "olga@{domain}"
name = "Olga Owner"
role = "owner"
password = "demo"
[[tenant.team]]
name = "Billing"
members = ["{bob}"]
assignment = "round_robin"
[[tenant.calendar]]
name = "Office"
hours = { mon = ["09:00-17:00"], tue = ["09:00-17:00"], wed = ["09:00-17:00"], thu = ["09:00-17:00"], fri = ["09:00-17:00"] }
holidays = [2026-11-30]
[[tenant.sla]]
name = "Standard"
calendar = "Office"
first_response = { normal = "8h" }
default = true
[[tenant.sla]]
name = "VIP"
calendar = "Office"
first_response = { normal = "2h", urgent = "1h" }
next_response = { urgent = "4h" }
resolution = { urgent = "2d" }
pause_on = ["on_hold"]
warn = [80]
[[tenant.rule]]
name = "Invoices of VIPs"
on = ["ticket.created"]
when = { all = [ { field = "requester.domain", op = "is", value = "c{domain}" }, { field = "subject", op = "contains", value = "invoice" } ] }
then = [ { sla = "VIP" }, { priority = "urgent" }, { assign_team = "Billing" } ]
[[tenant.rule]]
name = "Missed promises go to the owner"
on = ["sla.breached"]
then = [ { assign = "olga@{domain}" }, { tag = "escalated" } ]
[tenant.ntfy]
server = "{ntfy}"
token = "tk_right"
topic_prefix = "acme"
tickets = true
sla = true
"#;

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Waits until the ticket looks like this.
async fn ticket(api: &Api, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    within(Duration::from_mins(1), what, async || {
        let (_, ticket) = api.call(Method::GET, "/tickets/ACME-1", None).await;
        fits(&ticket).then_some(ticket)
    })
    .await
}

fn state(ticket: &Value, metric: &str) -> String {
    let clocks = ticket["sla"].as_array().into_iter().flatten();
    let mut states = clocks.filter(|clock| clock["metric"] == metric);
    states
        .next()
        .map(|clock| clock["state"].as_str().unwrap().to_owned())
        .unwrap_or_default()
}

/// A push to a person's own telephone with this tag.
async fn push(ntfy: &Ntfy, topic: &str, tag: &str) -> Value {
    ntfy.wait_for(&format!("{tag} to {topic}"), |push| {
        push["topic"] == topic && push["tags"][0] == tag
    })
    .await
}

/// Gives somebody a topic of their own.
async fn own_topic(api: &Api, topic: &str) {
    let mut wishes = api.get("/me/notifications").await;
    wishes["topic"] = json!(topic);
    let (status, answer) = api
        .call(Method::PUT, "/me/notifications", Some(&wishes))
        .await;
    assert_eq!(status, 200, "{answer}");
}

impl House {
    /// A request of somebody without a session to one of acme's own pages: the status, and the page.
    async fn visit(&self, method: Method, path: &str, form: &str) -> (u16, String) {
        let host = format!("acme.localhost:{}", self.daemon.port());
        let request = self.daemon.stranger().request(method, path);
        let request = request
            .header("host", host)
            .header("sec-fetch-site", "same-origin");
        let form_type = "application/x-www-form-urlencoded";
        let request = request
            .header("content-type", form_type)
            .body(form.to_owned());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

/// The path of a link to one of the tenant's pages.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").unwrap().1;
    &rest[rest.find('/').unwrap()..]
}

both_databases! {
    async fn a_promise_from_friday_evening_to_the_customers_verdict(database: TestDatabase) {
        let ntfy = Ntfy::start(Some("tk_right")).await;
        let house = House::install(database, &SERVICE.replace("{ntfy}", ntfy.url())).await;
        // 16:50 in Berlin.
        let clock = Clock::manual(moment("2026-11-27T15:50:00Z"));
        let running = house.begin(&clock).await;
        let (ada, bob, olga) = (house.api("ada").await, house.api("bob").await, house.api("olga").await);
        own_topic(&bob, "bobs-phone").await;
        own_topic(&olga, "olgas-phone").await;
        let grace = house.customer("grace");
        let inbox = house.servers.maildir(&grace);

        house.customer_writes("grace", "m1@customers.test", "Invoice overdue!!", "You have not paid.").await;
        let opened = ticket(&ada, "the ticket", |ticket| state(ticket, "first_response") == "running").await;
        assert_eq!((&opened["priority"], &opened["team"]), (&json!("urgent"), &json!("Billing")), "{opened}");
        assert_eq!(opened["assignee"]["email"], json!(house.address("bob")));
        // Ten minutes of Friday, nothing of the weekend and the holiday, fifty minutes of Tuesday.
        assert_eq!(opened["sla"][0]["due_at"], "2026-12-01T08:50:00Z");
        clock.set(moment("2026-11-30T12:00:00Z"));
        let waiting = ada.get("/tickets/ACME-1/sla").await;
        let first = waiting["clocks"].as_array().unwrap().iter().find(|clock| clock["metric"] == "first_response").unwrap();
        assert_eq!((&first["elapsed_seconds"], &first["policy"], &first["calendar"]), (&json!(600), &json!("VIP"), &json!("Office")));

        // Tuesday: a warning on the assignee's own telephone, with a button that works once and only by POST.
        clock.set(moment("2026-12-01T08:38:00Z"));
        let warning = push(&ntfy, "bobs-phone", "hourglass_flowing_sand").await;
        let buttons = warning["actions"].as_array().unwrap();
        let seen = buttons.iter().find(|button| button["label"] == "Acknowledge").unwrap();
        // ntfy presses by POST where no method is named.
        assert_eq!((&seen["action"], &seen["method"]), (&json!("http"), &json!(null)));
        let path = path_of(seen["url"].as_str().unwrap());
        assert_eq!(house.visit(Method::GET, path, "").await.0, 200, "looking does nothing");
        assert_eq!(house.visit(Method::POST, path, "").await.0, 200);
        assert_ne!(house.visit(Method::POST, path, "").await.0, 200, "it works once");
        let events = ada.list("/tickets/ACME-1/events").await;
        assert_eq!(events.iter().filter(|event| event["type"] == "sla.acknowledged").count(), 1, "{events:?}");

        // Nobody answers: the breach goes to the owner.
        clock.set(moment("2026-12-01T08:50:00Z"));
        ticket(&ada, "the escalation", |ticket| ticket["assignee"]["email"] == json!(house.address("olga"))).await;
        push(&ntfy, "olgas-phone", "rotating_light").await;

        // Somebody answers, late, and waits for the customer.
        clock.set(moment("2026-12-01T09:00:00Z"));
        olga.post("/tickets/ACME-1/messages", &json!({"kind": "reply", "text": "Which invoice is it?"})).await;
        olga.patch("/tickets/ACME-1", &json!({"status": "on_hold"})).await;
        inbox.wait_for("the question", |mail| mail.says("Which invoice is it?")).await;
        clock.set(moment("2026-12-01T11:00:00Z"));
        let waits = ada.get("/tickets/ACME-1").await;
        assert_eq!(state(&waits, "resolution"), "paused", "{waits}");

        // The customer answers from a real client: the clock runs again.
        Answer::new(&grace, "~s Invoice", "Number 4711.").send(house.servers).await;
        let resumed = ticket(&ada, "the answer", |ticket| ticket["status"] == "open").await;
        assert_eq!((state(&resumed, "resolution"), state(&resumed, "next_response")), ("running".into(), "running".into()));
        clock.set(moment("2026-12-01T11:20:00Z"));
        olga.post("/tickets/ACME-1/messages", &json!({"kind": "reply", "text": "It is paid now."})).await;
        inbox.wait_for("the answer", |mail| mail.says("It is paid now.")).await;
        olga.patch("/tickets/ACME-1", &json!({"status": "resolved"})).await;

        // The customer is asked, looks, and says.
        clock.set(moment("2026-12-01T11:51:00Z"));
        let asked = inbox.wait_for("the question how it was", |mail| mail.says("/rate/")).await;
        let text = postroom::domain::mail::parse(&asked.raw).text;
        let link = text.split_whitespace().find(|word| word.contains("/rate/")).unwrap();
        let path = &link[link.find("/rate/").unwrap()..];
        assert_eq!(house.visit(Method::GET, path, "").await.0, 200);
        assert_eq!(ada.get("/tickets/ACME-1/rating").await["score"], Value::Null, "looking says nothing");
        let (status, page) = house.visit(Method::POST, path, "score=5").await;
        assert!((200..400).contains(&status), "{status} {page}");
        assert_eq!(ada.get("/tickets/ACME-1/rating").await["score"], 5);

        // All of it, as people read it.
        let story = ada.get("/tickets/ACME-1/sla").await;
        let mut lines: Vec<(String, String)> = Vec::new();
        for clock in story["clocks"].as_array().unwrap() {
            for line in clock["lines"].as_array().unwrap() {
                lines.push((line["at"].as_str().unwrap().to_owned(), line["sentence"].as_str().unwrap().to_owned()));
            }
        }
        lines.sort_by(|one, other| one.0.cmp(&other.0));
        let lines: Vec<String> = lines.into_iter().map(|(at, sentence)| format!("{at} {sentence}")).collect();
        println!("{}", lines.join("\n"));
        assert_eq!(lines, STORY);
        let events = ada.list("/tickets/ACME-1/events").await;
        for (kind, count) in [("sla.warning", 1), ("sla.breached", 1), ("ticket.rated", 1)] {
            assert_eq!(events.iter().filter(|event| event["type"] == kind).count(), count, "{kind}");
        }
        assert!(running.stop(std::future::pending()).await);
    }
}

const STORY: &[&str] = &[
    "2026-11-27T15:50:00Z First response began to count: the ticket was opened under the default service level; Standard gives 8h for priority normal; due Tue 1 Dec 2026, 16:50 CET.",
    "2026-11-27T15:50:00Z First response is counted anew: the rule Invoices of VIPs chose VIP; VIP gives 2h for priority normal; due Tue 1 Dec 2026, 10:50 CET.",
    "2026-11-27T15:50:00Z First response is counted anew: the priority became urgent; VIP gives 1h for priority urgent; due Tue 1 Dec 2026, 09:50 CET.",
    "2026-11-27T15:50:00Z Resolution began to count: there is a target now; VIP gives 16h for priority urgent; due Wed 2 Dec 2026, 16:50 CET.",
    "2026-12-01T08:38:00Z First response comes to its end: 80 % of 1h have passed.",
    "2026-12-01T08:50:00Z First response was missed: all of 1h have passed.",
    "2026-12-01T09:00:00Z First response was kept too late: an agent answered, after 1h 10m of 1h.",
    "2026-12-01T09:00:00Z Resolution was paused: the ticket is on hold; 14h 50m are left.",
    "2026-12-01T11:00:00Z Next response began to count: the customer wrote; VIP gives 4h for priority urgent; due Tue 1 Dec 2026, 16:00 CET.",
    "2026-12-01T11:00:00Z Resolution counts again: the ticket is open; due Thu 3 Dec 2026, 10:50 CET.",
    "2026-12-01T11:20:00Z Next response was kept: an agent answered, after 20m of 4h.",
    "2026-12-01T11:20:00Z Resolution was kept: the ticket became resolved, after 1h 30m of 16h.",
];
