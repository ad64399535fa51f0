//! The rule editor as a browser without JavaScript uses it: every button is a form post.

use axum::http::StatusCode;

use super::house::House;
use crate::store;

type Form = Vec<(&'static str, &'static str)>;

/// A rule for invoices, complete.
fn filled() -> Form {
    vec![
        ("name", "Invoices first"),
        ("active", "on"),
        ("version", "0"),
        ("on", "ticket.created"),
        ("on", "message.received"),
        ("when", "any"),
        ("when.0.field", "subject"),
        ("when.0.op", "contains"),
        ("when.0.value", "hello"),
        ("when.1", "all"),
        ("when.1.0.field", "priority"),
        ("when.1.0.op", "is"),
        ("when.1.0.value", "urgent"),
        ("then.0.key", "tag"),
        ("then.0.value", "invoice"),
    ]
}

fn with(name: &'static str, value: &'static str) -> Form {
    let mut form = filled();
    match form.iter_mut().find(|(known, _)| *known == name) {
        Some(field) => field.1 = value,
        None => form.push((name, value)),
    }
    form
}

#[tokio::test]
async fn a_rule_is_made_row_by_row_tried_and_saved_without_javascript() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let page = browser.get("/settings/rules/new").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("a ticket is created"), "{}", page.body);
    let press = async |form: Form| browser.post("/settings/rules/new", &form).await;
    let added = press(with("do", "add:when.1")).await;
    assert_eq!(added.status, StatusCode::OK);
    assert!(
        added.body.contains(r#"name="when.1.1.field""#),
        "{}",
        added.body
    );
    // What was typed stays, and the rule is read out.
    assert!(added.body.contains(r#"value="Invoices first""#));
    let again = press(with("do", "again")).await.body;
    assert!(
        again.contains("the subject contains") && again.contains("add the tag invoice."),
        "{again}"
    );
    // Operators fit the field.
    let spam = press(with("when.0.field", "spam")).await.body;
    let row = spam.split("when.0.op").nth(1).unwrap();
    let row = row.split("</select>").next().unwrap();
    assert!(row.contains(">is<") && !row.contains(">contains<"), "{row}");
    // What is wrong stands beside its row.
    let wrong = press(
        with("then.0.value", "")
            .into_iter()
            .chain([("do", "save")])
            .collect(),
    )
    .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("this is not filled in yet"),
        "{}",
        wrong.body
    );
    let team = with("then.0.key", "assign_team")
        .into_iter()
        .chain([("do", "save")])
        .collect();
    let team = press(team).await;
    assert!(team.body.contains("there is no team"), "{}", team.body);
    // Tried on what was, nothing is saved.
    let tried = press(with("do", "test")).await;
    assert_eq!(tried.status, StatusCode::OK);
    assert!(
        tried
            .body
            .contains("In the last 30 days this rule would have acted on"),
        "{}",
        tried.body
    );
    // On other days, on one ticket, and on what is neither.
    for (over, said) in [
        ("7", "In the last 7 days"),
        ("ACME-1", "In the life of ACME-1"),
        ("soon", "is no number of days and no ticket"),
        ("0", "is no number of days and no ticket"),
    ] {
        let form = with("do", "test").into_iter().chain([("over", over)]);
        let tried = press(form.collect()).await.body;
        assert!(tried.contains(said), "{over}: {tried}");
        assert!(tried.contains(&format!("value=\"{over}\"")), "it stays");
    }
    let list = browser.get("/settings/rules").await.body;
    assert!(list.contains("There are no rules yet"));
    let saved = press(with("do", "save")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let list = browser.get("/settings/rules?done=saved").await.body;
    assert!(list.contains("Invoices first"), "{list}");
    let changes = browser.get("/settings/changes").await.body;
    assert!(changes.contains("rule created"), "{changes}");
}

#[tokio::test]
async fn rules_are_ordered_switched_changed_and_made_to_hold_again() {
    let house = House::new().await;
    let id = house.rule().await;
    let browser = house.logged_in("acme", "admin").await;
    let saved = browser
        .post("/settings/rules/new", &with("do", "save"))
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let tenant = house
        .web
        .desk
        .directory()
        .by_slug("acme")
        .unwrap()
        .tenant
        .id;
    let names = async || -> Vec<String> {
        let mut tx = house.web.desk.db.read().await.unwrap();
        let rules = store::rules::of_tenant(&mut tx, tenant).await.unwrap();
        let name = |rule: crate::domain::rules::Rule| {
            let off = if rule.active { "" } else { " (off)" };
            format!("{}{off} v{}", rule.name, rule.version)
        };
        rules.into_iter().map(name).collect()
    };
    let press = async |what: String| {
        let answer = browser.post("/settings/rules", &[("do", &*what)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    };
    press(format!("down:{id}")).await;
    assert_eq!(names().await, ["Invoices first v1", "Invoices v1"]);
    press(format!("off:{id}")).await;
    assert_eq!(names().await, ["Invoices first v1", "Invoices (off) v2"]);
    let dragged = browser
        .post("/settings/rules", &[("order", &*id.to_string())])
        .await;
    assert_eq!(dragged.status, StatusCode::SEE_OTHER);
    assert_eq!(names().await, ["Invoices (off) v2", "Invoices first v1"]);
    // Somebody else was faster.
    let path = format!("/settings/rules/{id}");
    let page = browser.get(&path).await;
    assert!(page.body.contains("Version 2"), "{}", page.body);
    let old = browser.post(&path, &with("do", "save")).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        old.body.contains("somebody changed this rule meanwhile"),
        "{}",
        old.body
    );
    let versions = format!("{path}/versions");
    let page = browser.get(&versions).await.body;
    assert!(page.contains("switched off"), "{page}");
    let restored = browser.post(&versions, &[("version", "1")]).await;
    assert_eq!(restored.status, StatusCode::SEE_OTHER, "{}", restored.body);
    // The first version said the same, and a rule that was switched off stays so.
    assert_eq!(names().await[0], "Invoices (off) v2");
    let removed = browser.post(&path, &with("do", "remove")).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER);
    assert_eq!(names().await, ["Invoices first v1"]);
}
