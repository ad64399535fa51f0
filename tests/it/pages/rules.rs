//! The rule editor in a real browser: a rule is made, tried on what was, saved and explained, with JavaScript and without,
//! in every look.

use serde_json::{Value, json};

use super::{Place, work};
use crate::support::TestDatabase;

/// An admin writes a rule for invoices.
fn making(look: &str) -> Vec<Value> {
    vec![
        json!({"goto": "/settings/rules/new"}),
        json!({"fill": ["#name", format!("Invoices {look}")]}),
        json!({"fill": ["[name='when.0.value']", "invoice"]}),
        json!({"click": "button[value='group:when']"}),
        json!({"see": "[name='when.1.0.field']"}),
        json!({"select": ["[name='when.1.0.field']", "requester.domain"]}),
        json!({"click": "button[value='add:when.1']"}),
        json!({"see": "[name='when.1.1.field']"}),
        json!({"fill": ["[name='when.1.0.value']", "customers.test"]}),
        json!({"select": ["[name='when.1.1.field']", "message_count"]}),
        json!({"click": "button[value='add:then']"}),
        json!({"see": "[name='then.1.key']"}),
        json!({"select": ["[name='then.0.value']", "Billing"]}),
        json!({"fill": ["[name='then.1.value']", "invoice"]}),
        json!({"fill": ["[name='when.1.1.value']", "many"]}),
        json!({"click": "button[value='test']"}),
        json!({"see": ".rule-row.wrong"}),
        json!({"text": ".rule-form [role=alert]", "as": "wrong"}),
        json!({"screenshot": format!("rule-wrong-{look}")}),
        json!({"axe": "wrong page"}),
        json!({"fill": ["[name='when.1.1.value']", "1"]}),
        json!({"click": "button[value='test']"}),
        json!({"see": ".trial"}),
        json!({"text": ".trial .summary", "as": "tried"}),
        json!({"text": ".trial .sums", "as": "sums"}),
        json!({"text": ".rule-sentence", "as": "sentence"}),
        json!({"screenshot": format!("rule-{look}")}),
        json!({"axe": "editor"}),
        json!({"click": "button[value='save']"}),
        json!({"see": ".rule-line"}),
        json!({"screenshot": format!("rules-{look}")}),
        json!({"axe": "list"}),
        json!({"goto": "/tickets/ACME-2/rules"}),
        json!({"see": ".rule-line"}),
        json!({"screenshot": format!("explained-{look}")}),
        json!({"axe": "explained"}),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_made_tried_and_saved_with_javascript_and_without() {
    let place = Place::new(TestDatabase::sqlite()).await;
    let base = place.browser();
    for (look, browser) in [
        ("light-1440", base.clone()),
        ("dark-390", base.clone().narrow().dark()),
        ("plain-1440", base.clone().without_javascript()),
    ] {
        let mut steps = making(look);
        // Without JavaScript nothing can judge the page.
        if look.starts_with("plain") {
            steps.retain(|step| step.get("axe").is_none());
        }
        let seen = work(&browser, Value::Array(steps)).await;
        let said = |name: &str| seen.values[name].as_str().unwrap_or_default().to_owned();
        assert!(
            said("wrong").contains("is a number"),
            "{look}: {}",
            said("wrong")
        );
        assert_eq!(
            said("tried"),
            "In the last 30 days this rule would have acted on 1 of 3 tickets.",
            "{look}"
        );
        assert_eq!(
            said("sums"),
            "On 1 ticket it would add the tag invoice; it is so today anyway.\n\
             On 1 ticket it would move it to Billing; it is so today anyway.",
            "{look}"
        );
        assert!(
            said("sentence")
                .starts_with("When a ticket is created, and the subject contains “invoice”")
        );
        for page in ["wrong page", "editor", "list", "explained"] {
            if !look.starts_with("plain") {
                assert_eq!(seen.values[page], json!([]), "{page} {look}");
            }
        }
        let refused: Vec<_> = seen
            .problems
            .iter()
            .filter(|p| !p.contains("422"))
            .collect();
        assert!(refused.is_empty(), "{look}: {refused:?}");
    }
}
