//! Calendars, service levels, teams and settings by the API: written, read back, refused in a sentence, written down.

use axum::http::Method;
use serde_json::{Value, json};

use super::program::{Program, json as read};
use crate::store::telling;
use crate::web::tests::house::House;

async fn remove(program: &Program<'_>, path: &str) -> u16 {
    let json = [("content-type", "application/json")];
    let answer = program.call(Method::DELETE, path, &json, "").await;
    answer.status.as_u16()
}

/// What the audit log says, the newest first.
async fn written_down(program: &Program<'_>) -> Vec<String> {
    let lines = read(&program.get("/audit").await);
    let line = |line: &Value| {
        format!(
            "{} {}: {}",
            line["type"].as_str().unwrap_or_default(),
            line["subject"].as_str().unwrap_or_default(),
            line["summary"].as_str().unwrap_or_default()
        )
    };
    lines["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(line)
        .collect()
}

#[tokio::test]
async fn a_calendar_and_a_service_level_are_made_changed_and_taken_away() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let ics = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20001225\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let wanted = json!({"name": "Shop", "timezone": "Europe/Vienna", "hours": {"mon": ["13:00-17:00", "09:00-12:00"]},
        "holidays": ["2026-05-01"], "holidays_ics": ics});
    let answer = admin.post("/calendars", &wanted).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let calendar = read(&answer);
    assert_eq!(
        calendar["hours"],
        json!({"mon": ["09:00-12:00", "13:00-17:00"]})
    );
    let holidays = calendar["holidays"].as_array().unwrap();
    assert!(
        holidays.contains(&json!("2026-05-01")) && holidays.len() == 13,
        "{holidays:?}"
    );
    let calendar = format!("/calendars/{}", calendar["id"].as_str().unwrap());

    let wanted = json!({"name": "Gold", "calendar": "Shop", "targets": {"first_response": {"normal": "4h"}}, "warn": [50, 80]});
    let answer = admin.post("/slas", &wanted).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let gold = read(&answer);
    assert_eq!(
        (&gold["calendar"], &gold["version"], &gold["pause_on"]),
        (&json!("Shop"), &json!(1), &json!(["on_hold"]))
    );
    let gold = format!("/slas/{}", gold["id"].as_str().unwrap());
    let wanted =
        json!({"targets": {"first_response": {"normal": "2h"}, "resolution": {"urgent": "1d"}}});
    let changed = read(&admin.patch(&gold, &wanted).await);
    assert_eq!(
        changed["targets"],
        json!({"first_response": {"normal": "2h"}, "resolution": {"urgent": "1d"}})
    );
    assert_eq!(changed["version"], 2, "what it promises has changed");
    assert_eq!(
        read(&admin.patch(&gold, &json!({"name": "Gold!"})).await)["version"],
        2,
        "what it is called is no promise"
    );
    admin
        .patch(&calendar, &json!({"hours": {"tue": ["08:00-10:00"]}}))
        .await;
    let listed = read(&admin.get("/slas").await);
    let listed = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["name"] == "Gold!")
        .cloned();
    assert_eq!(listed.unwrap()["version"], 3, "its hours have changed");

    let used = admin
        .call(
            Method::DELETE,
            &calendar,
            &[("content-type", "application/json")],
            "",
        )
        .await;
    assert_eq!(used.status, 409);
    assert!(
        used.body.contains("the service level Gold! counts in it"),
        "{}",
        used.body
    );
    assert_eq!(
        (remove(&admin, &gold).await, remove(&admin, &calendar).await),
        (204, 204)
    );
    let lines = written_down(&admin).await;
    for line in [
        "calendar.removed Shop: removed",
        "sla.removed Gold!: removed",
        "calendar.changed Shop: hours: mon 09:00-12:00 and 13:00-17:00 → tue 08:00-10:00",
        "sla.changed Gold!: name: Gold → Gold!",
        "sla.changed Gold: targets: first_response normal 4h → first_response normal 2h; resolution urgent 1d",
        "sla.created Gold: first_response normal 4h",
    ] {
        assert!(
            lines.iter().any(|l| l == line),
            "{line} is not among {lines:#?}"
        );
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_one_sentence() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    for (path, wanted, words) in [
        (
            "/calendars",
            json!({"name": "A", "hours": {"mon": ["17:00-09:00"]}}),
            "ends before it begins",
        ),
        (
            "/calendars",
            json!({"name": "A", "hours": {}}),
            "at least one weekday",
        ),
        ("/calendars", json!({"name": " "}), "1 to 100 characters"),
        (
            "/calendars",
            json!({"name": "A", "timezone": "Mars"}),
            "expected a time zone",
        ),
        (
            "/calendars",
            json!({"name": "A", "holidays_ics": "<html>"}),
            "no whole day",
        ),
        (
            "/calendars",
            json!({"name": "A", "colour": "red"}),
            "colour",
        ),
        (
            "/slas",
            json!({"name": "A"}),
            "how long at least one thing may take",
        ),
        (
            "/slas",
            json!({"name": "A", "targets": {"first_response": {"normal": "soon"}}}),
            "is not a span of time",
        ),
        (
            "/slas",
            json!({"name": "A", "targets": {"first_response": {"normal": "1h"}}, "warn": [100]}),
            "percents from 1 to 99",
        ),
        (
            "/slas",
            json!({"name": "A", "targets": {"first_response": {"normal": "1h"}}, "calendar": "None"}),
            "no such calendar",
        ),
        (
            "/slas",
            json!({"name": "A", "targets": {"first_response": {"normal": "1h"}}, "pause_on": ["closed"]}),
            "expected open, in_progress or on_hold",
        ),
        (
            "/slas",
            json!({"name": "A", "targets": {"first_response": {"normal": "1h"}}, "mailboxes": ["no@where.test"]}),
            "no mailbox no@where.test",
        ),
        (
            "/teams",
            json!({"name": "A", "members": ["nobody@acme.test"]}),
            "nobody here is nobody@acme.test",
        ),
        (
            "/teams",
            json!({"name": "A", "assignment": "by_dice"}),
            "manual, round_robin or least_loaded",
        ),
    ] {
        let refused = admin.post(path, &wanted).await;
        assert_eq!(refused.status, 422, "{wanted}: {}", refused.body);
        assert!(refused.body.contains(words), "{wanted}: {}", refused.body);
    }
    for (wanted, words) in [
        (json!({"timezone": "Mars"}), "expected a time zone"),
        (json!({"colour": 1}), "there is no such setting"),
        (json!({"auto_close_days": "soon"}), "invalid type"),
        (json!({"auto_close_days": 4000}), "0 to 3650"),
    ] {
        let refused = admin.patch("/settings", &wanted).await;
        assert_eq!(refused.status, 422, "{wanted}: {}", refused.body);
        assert!(refused.body.contains(words), "{wanted}: {}", refused.body);
    }
}

#[tokio::test]
async fn two_service_levels_cannot_hold_for_one_mailbox() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let mailboxes = read(&admin.get("/mailboxes").await);
    let address = &mailboxes["items"][0]["address"];
    let level = |name: &str| json!({"name": name, "targets": {"resolution": {"low": "3d"}}, "mailboxes": [address]});
    assert_eq!(admin.post("/slas", &level("One")).await.status, 201);
    let refused = admin.post("/slas", &level("Two")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("One holds for"), "{}", refused.body);
    assert_eq!(
        admin.post("/slas", &level("One")).await.status,
        409,
        "the name is taken"
    );
}

#[tokio::test]
async fn teams_are_made_changed_and_taken_away() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let wanted = json!({"name": "Night", "assignment": "round_robin", "members": ["member@acme.test", "admin@acme.test"]});
    let answer = admin.post("/teams", &wanted).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let team = read(&answer);
    assert_eq!(team["members"][0]["email"], "member@acme.test");
    let path = format!("/teams/{}", team["id"].as_str().unwrap());
    let changed = read(
        &admin
            .patch(&path, &json!({"members": ["admin@acme.test"]}))
            .await,
    );
    assert_eq!(changed["members"].as_array().unwrap().len(), 1);
    assert_eq!(changed["assignment"], "round_robin");
    // While a rule or a ticket needs it, it stays, and a sentence says what does.
    let conflict = async || {
        let answer = admin.call(
            Method::DELETE,
            &path,
            &[("content-type", "application/json")],
            "",
        );
        let answer = answer.await;
        (answer.status.as_u16(), answer.body)
    };
    let rule = json!({"name": "At night", "on": ["ticket.created"], "then": [{"assign": "round_robin:Night"}]});
    let rule = read(&admin.post("/rules", &rule).await);
    let (status, said) = conflict().await;
    assert!(
        status == 409 && said.contains("the rule At night needs it; change that rule first"),
        "{said}"
    );
    let rule = format!(
        "/rules/{}",
        rule["id"].as_str().unwrap_or_else(|| panic!("{rule}"))
    );
    assert_eq!(remove(&admin, &rule).await, 204);
    admin
        .patch("/tickets/ACME-1", &json!({"team": "Night"}))
        .await;
    let (status, said) = conflict().await;
    assert!(
        status == 409 && said.contains("tickets belong to it"),
        "{said}"
    );
    admin.patch("/tickets/ACME-1", &json!({"team": null})).await;
    assert_eq!(remove(&admin, &path).await, 204);
    let lines = written_down(&admin).await;
    assert!(
        lines.contains(
            &"team.changed Night: members: member@acme.test, admin@acme.test → admin@acme.test"
                .to_owned()
        ),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_named_with_its_field_its_value_and_what_is_expected() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    for (path, body, field, problem) in [
        (
            "/calendars",
            json!({"name": "A", "holidays": ["2026-12-25", "24.12."]}),
            "holidays",
            "expected a date such as 2026-12-25, not \"24.12.\"",
        ),
        (
            "/calendars",
            json!({"name": "A", "holidays": ["2026-02-30"]}),
            "holidays",
            "expected a date such as 2026-12-25, not \"2026-02-30\"",
        ),
        (
            "/slas",
            json!({"name": "A"}),
            "targets",
            "\"first_response\": {",
        ),
        (
            "/slas",
            json!({"name": "A", "targets": {"resolution": {"normal": "1d"}}, "plans": ["nope"]}),
            "plans",
            "there is no plan \"nope\"",
        ),
    ] {
        let answer = admin.post(path, &body).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        let error = &read(&answer)["errors"][0];
        assert!(
            error["field"].as_str().unwrap().starts_with(field),
            "{}",
            answer.body
        );
        assert!(
            error["problem"].as_str().unwrap().contains(problem),
            "{}",
            answer.body
        );
    }
}

#[tokio::test]
async fn settings_and_ntfy_are_read_and_changed_and_a_secret_is_never_shown() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let changed = read(
        &admin
            .patch(
                "/settings",
                &json!({"auto_close_days": 14, "name": "Acme & Sons"}),
            )
            .await,
    );
    assert_eq!(
        (&changed["auto_close_days"], &changed["name"]),
        (&json!(14), &json!("Acme & Sons"))
    );
    assert_eq!(read(&admin.get("/settings").await), changed);

    let wanted = json!({"server": "https://ntfy.example", "topic_prefix": "acme", "secret": "tk_canary", "tickets": true});
    let answer = admin.patch("/ntfy", &wanted).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let ntfy = read(&answer);
    assert_eq!(
        (&ntfy["has_secret"], &ntfy["active"], &ntfy["tickets"]),
        (&json!(true), &json!(true), &json!(true))
    );
    let ntfy = read(&admin.patch("/ntfy", &json!({"sla": true})).await);
    assert_eq!(
        (&ntfy["has_secret"], &ntfy["sla"]),
        (&json!(true), &json!(true)),
        "the secret stays"
    );
    let elsewhere = read(
        &admin
            .patch("/ntfy", &json!({"server": "https://other.example"}))
            .await,
    );
    assert_eq!(
        elsewhere["has_secret"], false,
        "it was for the other server"
    );
    let mut wishes = read(&admin.get("/me/notifications").await);
    wishes["topic"] = json!("acme-tickets");
    let refused = admin.put("/me/notifications", &wishes).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(
        refused
            .body
            .contains("buttons sent there would act in your name"),
        "{}",
        refused.body
    );
    wishes["topic"] = json!("adas-phone");
    assert_eq!(admin.put("/me/notifications", &wishes).await.status, 200);
    let member = Program::of(&house, "acme", "member").await;
    let taken = member.put("/me/notifications", &wishes).await;
    assert!(
        taken.body.contains("somebody else here has this topic"),
        "{}",
        taken.body
    );
    for path in ["/ntfy", "/audit"] {
        let shown = admin.get(path).await.body;
        assert!(!shown.contains("tk_canary"), "{path}: {shown}");
    }
}

#[tokio::test]
async fn why_pushes_rest_and_until_when_stands_on_the_page_and_in_the_answer() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let browser = house.logged_in("acme", "admin").await;
    let wanted = json!({"server": "https://ntfy.example", "topic_prefix": "acme"});
    let ntfy = read(&admin.patch("/ntfy", &wanted).await);
    for field in ["rests", "error", "paused_until"] {
        assert_eq!(ntfy[field], Value::Null, "{field}");
    }
    let page = browser.get("/settings/ntfy").await.body;
    assert!(!page.contains("Pushes do not go out"));
    let says = "the server answers 401 Unauthorized: <b>unauthorized</b>";
    let until = house.clock.now() + chrono::Duration::minutes(5);
    let desk = &house.web.desk;
    let acme = desk.directory().by_slug("acme").unwrap().tenant.id;
    let mut tx = desk.db.write().await.unwrap();
    telling::rest_ntfy(&mut tx, acme, until, says)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let ntfy = read(&admin.get("/ntfy").await);
    assert_eq!(
        (&ntfy["error"], &ntfy["paused_until"]),
        (&json!(says), &json!("2026-03-10T09:05:00Z"))
    );
    let sentence = ntfy["rests"].as_str().unwrap();
    let begins = format!("Pushes do not go out: {says}. Nothing is lost");
    assert!(sentence.starts_with(&begins), "{sentence}");
    assert!(
        sentence.contains("10:05"),
        "in the tenant's zone: {sentence}"
    );
    let page = browser.get("/settings/ntfy").await.body;
    assert!(page.contains("Pushes do not go out") && page.contains("10:05"));
    assert!(!page.contains("<b>unauthorized"), "{page}");
}

#[tokio::test]
async fn a_calendar_file_that_is_too_large_is_refused_in_a_sentence() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    for (bytes, status, says) in [
        ((1 << 20) + 1, 422, "1024 KiB at most"),
        (10_000_000, 413, "larger than what is taken here"),
    ] {
        let wanted = json!({"name": "Shop", "hours": {"mon": ["09:00-17:00"]}, "holidays_ics": "x".repeat(bytes)});
        let answer = admin.post("/calendars", &wanted).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.body.contains(says), "{}", answer.body);
    }
}
