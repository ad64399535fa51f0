//! Rules as text: TOML, JSON, and the sentences about what is wrong with them.

use serde_json::json;

use super::*;

const SEED: &str = r#"
    on = ["ticket.created"]
    when = { any = [ { field = "subject", op = "contains", value = "invoice" },
                     { all = [ { field = "from.domain", op = "is", value = "bank.example" }, { field = "auth.dmarc", op = "is", value = "pass" } ] } ] }
    then = [ { assign_team = "Billing" }, { priority = "high" }, { tag = "invoice" }, { stop = true } ]
"#;

#[test]
fn a_rule_reads_the_same_from_toml_and_json_and_back() {
    let from_toml: Definition = toml::from_str(SEED).unwrap();
    let stored = serde_json::to_string(&from_toml).unwrap();
    assert_eq!(
        serde_json::from_str::<Definition>(&stored).unwrap(),
        from_toml
    );
    assert_eq!(
        toml::from_str::<Definition>(&toml::to_string(&from_toml).unwrap()).unwrap(),
        from_toml
    );
    assert_eq!(from_toml.check(), []);
    assert_eq!(from_toml.then[3], Action::Stop);
}

#[test]
fn every_action_is_read_and_written_alike() {
    for (key, value) in [
        ("assign", json!("ada@agents.test")),
        ("assign", json!("round_robin:First line")),
        ("assign", json!("least_loaded:First line")),
        ("assign", json!("none")),
        ("assign_team", json!("Billing")),
        ("assign_team", json!("none")),
        ("priority", json!("high")),
        ("status", json!("on_hold")),
        ("category", json!("billing")),
        ("tag", json!("vip")),
        ("untag", json!("vip")),
        ("sla", json!("Gold")),
        ("canned", json!("Thanks")),
        ("note", json!("Called them.")),
        ("notify", json!("assignee")),
        ("notify", json!("team:Billing")),
        ("notify", json!("boss@agents.test")),
        ("webhook", json!("https://example.org/hook")),
        ("snooze", json!("1d 4h")),
        ("snooze", json!("reply")),
        ("follow", json!("ada@agents.test")),
        ("spam", json!(false)),
        ("stop", json!(true)),
    ] {
        let written = json!({ key: value });
        let action: Action = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(action.key(), key);
        assert_eq!(serde_json::to_value(&action).unwrap(), written);
    }
    assert_eq!(Action::KEYS.len(), 16);
}

#[test]
fn a_slip_is_answered_with_what_was_expected() {
    for (text, said) in [
        (
            r#"{ "on": ["ticket.create"], "then": [] }"#,
            "ticket.created",
        ),
        (
            r#"{ "on": [], "then": [], "if": {} }"#,
            "unknown field `if`",
        ),
        (
            r#"{ "on": [], "then": [{ "asign": "x" }] }"#,
            "`asign` is no action; expected one of assign,",
        ),
        (
            r#"{ "on": [], "then": [{ "priority": "hihg" }] }"#,
            "`priority` takes `low`, `normal`, `high` or `urgent`, not \"hihg\"",
        ),
        (r#"{ "on": [], "then": [{ "priority": 3 }] }"#, "not 3"),
        (
            r#"{ "on": [], "then": [{ "stop": false }] }"#,
            "`stop` takes `true`, not false",
        ),
        (
            r#"{ "on": [], "then": [{ "tag": "a", "spam": true }] }"#,
            "`tag` and `spam` stand in one action",
        ),
        (r#"{ "on": [], "then": [{}] }"#, "an action is empty"),
        (
            r#"{ "on": [], "then": [{ "tag": ["a"] }] }"#,
            "a text, a number, true or false",
        ),
        (
            r#"{ "on": [], "then": [{ "assign": "round_robin:" }] }"#,
            "`assign` takes an address, `round_robin:TEAM`",
        ),
        (
            r#"{ "on": [], "then": ["stop"] }"#,
            "an action with one key out of assign,",
        ),
        (
            r#"{ "on": [], "then": [], "when": { "feild": "subject" } }"#,
            "unknown key `feild` in a condition; expected either `all`",
        ),
        (
            r#"{ "on": [], "then": [], "when": { "field": "subjct", "op": "is" } }"#,
            "\"subjct\" is no field; expected one of subject, body",
        ),
        (
            r#"{ "on": [], "then": [], "when": { "field": "subject", "op": "like" } }"#,
            "\"like\" is no operator; expected one of is, is_not",
        ),
        (
            r#"{ "on": [], "then": [], "when": { "field": "subject", "value": "x" } }"#,
            "the condition on `subject` lacks its `op`",
        ),
        (
            r#"{ "on": [], "then": [], "when": { "op": "is", "value": "x" } }"#,
            "the condition lacks its `field`",
        ),
        (
            r#"{ "on": [], "then": [], "when": { "all": [], "any": [] } }"#,
            "`any` stands beside another group",
        ),
        (
            r#"{ "on": [], "then": [], "when": { "all": [], "field": "subject" } }"#,
            "a group cannot also have `field`",
        ),
        (
            r#"{ "on": [], "then": [], "when": "always" }"#,
            "a condition: either `all`",
        ),
    ] {
        let error = serde_json::from_str::<Definition>(text)
            .unwrap_err()
            .to_string();
        assert!(error.contains(said), "{text}\n  said: {error}");
    }
}

#[test]
fn a_slip_in_a_seed_file_points_at_its_line() {
    let broken = SEED.replace("auth.dmarc", "auth.dmark");
    let error = toml::from_str::<Definition>(&broken).unwrap_err();
    let span = error.span().expect("a place in the file");
    assert!(broken[span].contains("auth.dmark"), "{error}");
}
