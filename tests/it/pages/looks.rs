//! Every page, light and dark, wide and narrow: accessible by axe-core's judgement, and a screenshot for people to look at.

use serde_json::{Value, json};

use super::{Place, work};
use crate::support::TestDatabase;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_accessible_and_breaks_no_policy() {
    let place = Place::new(TestDatabase::sqlite()).await;
    let base = place.browser();
    for (look, browser) in [
        ("light-1440", base.clone()),
        ("dark-1440", base.clone().dark()),
        ("light-390", base.clone().narrow()),
        ("dark-390", base.clone().narrow().dark()),
    ] {
        let mut steps = Vec::new();
        for (name, path, there) in [
            ("list", "/tickets", ".row"),
            ("ticket", "/tickets/ACME-1?view=inbox", "article.ticket"),
            ("invoice", "/tickets/ACME-2?view=inbox", "article.ticket"),
            ("empty", "/tickets?view=mine&status=closed", ".empty"),
            ("search", "/tickets?view=all&q=printer", ".row"),
        ] {
            steps.push(json!({"goto": path}));
            steps.push(json!({"see": there}));
            steps.push(json!({"screenshot": format!("{name}-{look}")}));
            steps.push(json!({"axe": name}));
        }
        let seen = work(&browser, Value::Array(steps)).await;
        for (page, objections) in seen.values.as_object().unwrap() {
            assert_eq!(objections, &json!([]), "{page} {look}");
        }
        assert!(seen.problems.is_empty(), "{look}: {:?}", seen.problems);
        let door = browser
            .run(json!([{"goto": "/login"}, {"see": "#email"}, {"screenshot": format!("login-{look}")}, {"axe": "login"}]))
            .await;
        assert_eq!(door.values["login"], json!([]), "{look}");
    }
}
