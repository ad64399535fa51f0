//! A day of a program's work: open, find, change, answer, note, read.

use serde_json::{Value, json};

use super::program::{Program, json as read};
use crate::web::tests::house::{Answer, House};

fn keys(answer: &Answer) -> Vec<String> {
    let list = read(answer);
    let items = list["items"].as_array().unwrap_or_else(|| panic!("{list}"));
    items
        .iter()
        .map(|ticket| ticket["key"].as_str().unwrap().to_owned())
        .collect()
}

async fn open(admin: &Program<'_>, subject: &str) -> Value {
    let opening = json!({"subject": subject, "text": "Words.", "requester": {"email": "carol@customer.test", "name": "Carol"}});
    let answer = admin.post("/tickets", &opening).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    read(&answer)
}

#[tokio::test]
async fn a_ticket_is_opened_found_and_changed() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let ticket = open(&admin, "Printer on fire").await;
    assert_eq!(ticket["key"], "ACME-2");
    assert_eq!(ticket["requester"]["name"], "Carol");
    assert_eq!(ticket["mailbox"], "support@acme.test");
    house.clock.advance(chrono::Duration::minutes(1));
    let change = json!({"status": "in_progress", "priority": "high", "assignee": "admin@acme.test", "tags": ["b", "a"]});
    let changed = read(&admin.patch("/tickets/ACME-2", &change).await);
    assert_eq!(changed["status"], "in_progress", "{changed}");
    assert_eq!(changed["assignee"]["email"], "admin@acme.test");
    assert_eq!(changed["tags"], json!(["a", "b"]));
    for (query, found) in [
        ("", vec!["ACME-2", "ACME-1"]),
        ("?sort=created_at", vec!["ACME-1", "ACME-2"]),
        ("?sort=-created_at", vec!["ACME-2", "ACME-1"]),
        ("?status=in_progress,closed", vec!["ACME-2"]),
        ("?status=open&q=is:in_progress", vec![]),
        ("?priority=high", vec!["ACME-2"]),
        ("?assignee=me", vec!["ACME-2"]),
        ("?assignee=admin@acme.test", vec!["ACME-2"]),
        ("?assignee=none", vec!["ACME-1"]),
        ("?assignee=owner@rival.test", vec![]),
        ("?tag=a", vec!["ACME-2"]),
        ("?tag=c", vec![]),
        ("?team=Nobody", vec![]),
        ("?mailbox=support@acme.test", vec!["ACME-2", "ACME-1"]),
        ("?mailbox=support@rival.test", vec![]),
        ("?requester=carol@customer.test", vec!["ACME-2"]),
        ("?requester=grace@navy.test", vec!["ACME-1"]),
        ("?q=printer", vec!["ACME-2"]),
        ("?q=fire%20printer%20tag:a", vec!["ACME-2"]),
        ("?q=from:grace@navy.test", vec!["ACME-1"]),
        ("?q=is:unassigned", vec!["ACME-1"]),
        ("?q=100%25", vec![]),
        (
            "?created_after=2026-03-10T08:59:00Z",
            vec!["ACME-2", "ACME-1"],
        ),
        ("?created_before=2026-03-10", vec![]),
        ("?q=is:spam", vec![]),
    ] {
        assert_eq!(
            keys(&admin.get(&format!("/tickets{query}")).await),
            found,
            "{query}"
        );
    }
    let nobody = read(
        &admin
            .patch("/tickets/ACME-2", &json!({"assignee": null}))
            .await,
    );
    assert_eq!(nobody["assignee"], Value::Null);
    let events = read(&admin.get("/tickets/ACME-2/events").await);
    let events = events["items"].as_array().unwrap();
    assert!(events.iter().any(|event| event["type"] == "ticket.created"));
    let status = events
        .iter()
        .find(|event| event["field"] == "status")
        .unwrap();
    assert_eq!(status["actor"]["name"], "The admin");
}

#[tokio::test]
async fn a_ticket_that_only_its_customer_wakes_has_no_moment() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let snooze = async |until: Value| {
        admin
            .post("/tickets/ACME-1/snooze", &json!({ "until": until }))
            .await
    };
    let asleep = read(&snooze(json!("reply")).await);
    assert_eq!(asleep["snoozed_until"], Value::Null);
    assert_eq!(asleep["snoozed_until_reply"], true);
    let member = house.logged_in("acme", "admin").await;
    let page = member.get("/tickets/ACME-1").await.body;
    assert!(page.contains("Sleeps until the customer writes."), "{page}");
    assert!(!page.contains("9999"), "{page}");
    assert!(
        page.contains("put it to sleep until the customer writes"),
        "{page}"
    );
    let awake = read(&snooze(Value::Null).await);
    assert_eq!(awake["snoozed_until_reply"], false);
    let events = admin.get("/tickets/ACME-1/events").await.body;
    assert!(!events.contains("9999"), "{events}");
    for (until, problem) in [
        (json!("2026-12-01"), "not \\\"2026-12-01\\\""),
        (json!("9998-01-01T00:00:00Z"), "within the coming year"),
    ] {
        let refused = snooze(until).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(problem), "{}", refused.body);
        assert!(refused.body.contains("\"until\""), "{}", refused.body);
    }
}

#[tokio::test]
async fn pages_of_tickets_follow_each_other_in_either_order() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    for n in 2..=5 {
        house.clock.advance(chrono::Duration::seconds(1));
        open(&admin, &format!("Number {n}")).await;
    }
    for sort in ["-updated_at", "updated_at", "-created_at", "created_at"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let answer = admin
                .get(&format!("/tickets?limit=2&sort={sort}&cursor={cursor}"))
                .await;
            seen.extend(keys(&answer));
            match read(&answer)["next"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        let mut expected: Vec<String> = (1..=5).map(|n| format!("ACME-{n}")).collect();
        if sort.starts_with('-') {
            expected.reverse();
        }
        assert_eq!(seen, expected, "{sort}");
        let other = admin
            .get(&format!("/tickets?sort=created_at&cursor={cursor}"))
            .await;
        assert_eq!(other.status == 200, sort == "created_at", "{sort}");
    }
}

#[tokio::test]
async fn an_answer_goes_out_and_a_note_stays() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let reply = json!({"kind": "reply", "text": "Try again.", "html": "<p>Try <script>x</script>again.</p>",
        "attachments": [{"filename": "a.txt", "content_type": "text/plain", "content": "aGVsbG8="}]});
    let answer = admin.post("/tickets/ACME-1/messages", &reply).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let sent = read(&answer);
    assert_eq!(sent["kind"], "reply");
    assert_eq!(sent["matched_by"], "api");
    assert_eq!(sent["delivery"][0]["recipient"], "grace@navy.test");
    assert_eq!(sent["delivery"][0]["state"], "pending");
    assert!(!sent["html"].as_str().unwrap().contains("script"), "{sent}");
    let file = sent["attachments"][0]["id"].as_str().unwrap();
    let file = admin.get(&format!("/attachments/{file}")).await;
    assert_eq!(
        (file.body.as_str(), file.header("content-type")),
        ("hello", "application/octet-stream")
    );

    let note = admin
        .post(
            "/tickets/ACME-1/messages",
            &json!({"kind": "note", "text": "Between us."}),
        )
        .await;
    let note = read(&note);
    assert_eq!(note["kind"], "note");
    assert_eq!(note["delivery"], json!([]));

    let outbox = read(&admin.get("/outbox?state=pending").await);
    let items = outbox["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{outbox}");
    assert_eq!(items[0]["ticket"], "ACME-1");
    assert_eq!(items[0]["message"], sent["id"]);
    let item = items[0]["id"].as_str().unwrap();
    assert_eq!(
        read(
            &admin
                .post(&format!("/outbox/{item}/cancel"), &json!({}))
                .await
        )["state"],
        "cancelled"
    );
    assert_eq!(
        admin
            .post(&format!("/outbox/{item}/cancel"), &json!({}))
            .await
            .status,
        409
    );
}

#[tokio::test]
async fn a_stale_answer_is_refused_and_names_what_is_newer() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let list = read(&admin.get("/tickets/ACME-1/messages").await);
    let first = list["items"][0]["id"].clone();
    let reply = |stale: bool| json!({"kind": "reply", "text": "x", "in_response_to": first, "even_if_stale": stale});
    let answer = admin.post("/tickets/ACME-1/messages", &reply(false)).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    let problem = read(&answer);
    assert_eq!(problem["type"], "stale-reply");
    assert_eq!(problem["newer"], json!([house.mail.to_string()]));
    assert_eq!(
        admin
            .post("/tickets/ACME-1/messages", &reply(true))
            .await
            .status,
        201
    );
    let foreign = json!({"kind": "reply", "text": "x", "in_response_to": house.ticket.to_string()});
    assert_eq!(
        admin
            .post("/tickets/ACME-1/messages", &foreign)
            .await
            .status,
        422
    );
}

#[tokio::test]
async fn a_mail_is_shown_safely_and_its_bytes_are_files() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let list = read(&admin.get("/tickets/ACME-1/messages").await);
    let messages = list["items"].as_array().unwrap();
    let mail = messages
        .iter()
        .find(|message| message["id"] == house.mail.to_string())
        .unwrap();
    let html = mail["html"].as_str().unwrap();
    assert!(
        html.contains("Hello") && !html.contains("script") && !html.contains("tracker"),
        "{html}"
    );
    let held = messages
        .iter()
        .find(|message| message["id"] == house.held.to_string())
        .unwrap();
    assert_eq!(held["held"], true);
    // A16: an SVG is a file of no particular kind, whatever it says.
    let file = admin.get(&format!("/attachments/{}", house.file)).await;
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(
        file.header("content-disposition")
            .starts_with("attachment;")
    );
    let raw = admin.get(&format!("/messages/{}/raw", house.mail)).await;
    assert!(raw.body.starts_with("From: Grace"), "{}", raw.body);
    assert_eq!(
        raw.header("content-security-policy"),
        "sandbox; default-src 'none'"
    );
}

#[tokio::test]
async fn a_strangers_mail_is_let_in_opened_apart_or_thrown_away() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let answer = admin
        .post(&format!("/messages/{}/split", house.held), &json!({}))
        .await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(read(&answer)["key"], "ACME-2");
    let messages = read(&admin.get("/tickets/ACME-2/messages").await);
    assert_eq!(messages["items"][0]["id"], house.held.to_string());
    assert_eq!(messages["items"][0]["held"], false);
}

#[tokio::test]
async fn people_take_part_once_they_are_added() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let joining = json!({"email": "Friend@Customer.test", "name": "A friend"});
    let joined = read(&admin.post("/tickets/ACME-1/participants", &joining).await);
    assert_eq!(joined["email"], "friend@customer.test");
    assert_eq!(joined["part"], "participant");
    let all = read(&admin.get("/tickets/ACME-1/participants").await);
    assert_eq!(all["items"].as_array().unwrap().len(), 2, "{all}");
    assert_eq!(
        admin
            .post("/tickets/ACME-1/participants", &json!({"email": "x"}))
            .await
            .status,
        422
    );
}

#[tokio::test]
async fn tickets_come_as_a_table_for_those_who_ask() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    open(&admin, "=HYPERLINK(\"https://evil.test\")").await;
    let csv = [("accept", "text/csv")];
    let answer = admin
        .call(
            axum::http::Method::GET,
            "/tickets?limit=1&sort=-created_at",
            &csv,
            "",
        )
        .await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = answer.body.split("\r\n").collect();
    assert!(lines[0].starts_with("\"key\",\"subject\""), "{}", lines[0]);
    assert!(
        lines[1].contains("\"'=HYPERLINK(\"\"https://evil.test\"\")\""),
        "{}",
        lines[1]
    );
    let next = answer
        .header("link")
        .trim_start_matches("</api/v1")
        .split('>')
        .next()
        .unwrap()
        .to_owned();
    let rest = admin.call(axum::http::Method::GET, &next, &csv, "").await;
    assert!(rest.body.contains("ACME-1"), "{}", rest.body);
    assert_eq!(rest.header("link"), "");
}

#[tokio::test]
async fn a_member_lists_what_a_member_may_open() {
    let house = House::new().await;
    let (admin, member) = (
        Program::of(&house, "acme", "admin").await,
        Program::of(&house, "acme", "member").await,
    );
    assert_eq!(keys(&member.get("/tickets").await), Vec::<String>::new());
    open(&admin, "Mine").await;
    admin
        .patch("/tickets/ACME-2", &json!({"assignee": "member@acme.test"}))
        .await;
    assert_eq!(keys(&member.get("/tickets").await), ["ACME-2"]);
    assert_eq!(member.get("/tickets/ACME-2").await.status, 200);
    assert_eq!(member.get("/tickets/ACME-1").await.status, 404);
}
