//! What is wrong with a rule is said with its place and what was expected.

use serde_json::{Value as Json, json};

use super::*;

/// The problems of a rule with this condition, as `path: message`.
fn problems(when: &Json) -> Vec<String> {
    let definition =
        definition(json!({ "on": ["ticket.created"], "when": when, "then": [{ "tag": "x" }] }));
    definition
        .check()
        .into_iter()
        .map(|problem| format!("{}: {}", problem.path, problem.message))
        .collect()
}

/// Each condition has one problem, which begins like this.
fn refused(rows: &[(&str, &str, Json, &str)]) {
    for (field, op, value, said) in rows {
        let found = problems(&json!({ "field": field, "op": op, "value": value }));
        assert_eq!(found.len(), 1, "{field} {op} {value}");
        assert!(found[0].starts_with(said), "{}", found[0]);
    }
}

#[test]
fn values_that_do_not_fit_are_named_with_their_place() {
    refused(&[
        (
            "status",
            "is",
            json!("opened"),
            "when.value: `status` is never \"opened\"; expected one of open,",
        ),
        (
            "status",
            "contains",
            json!("op"),
            "when.op: `contains` does not fit `status`; expected one of is,",
        ),
        (
            "priority",
            "greater",
            json!("huge"),
            "when.value: `priority` is never \"huge\"",
        ),
        (
            "message_count",
            "greater",
            json!("many"),
            "when.value: `message_count` is a number",
        ),
        (
            "spam",
            "is",
            json!(3),
            "when.value: `spam` is true or false, not 3",
        ),
        (
            "subject",
            "greater",
            json!(3),
            "when.op: `greater` does not fit `subject`",
        ),
        ("subject", "is", json!(""), "when.value: `is` needs a text"),
        (
            "subject",
            "is",
            json!(["a", "b"]),
            "when.value: `is` takes one value, not a list",
        ),
        (
            "subject",
            "contains",
            json!("y".repeat(5000)),
            "when.value: a text of 5000 bytes is too long",
        ),
        (
            "subject",
            "in",
            json!([]),
            "when.value: `in` needs at least one value",
        ),
        (
            "subject",
            "empty",
            json!("x"),
            "when.value: `empty` takes no value",
        ),
        (
            "created_at",
            "older_than",
            json!("soon"),
            "when.value: \"soon\" is not a span of time",
        ),
        (
            "created_at",
            "is",
            json!("2026-01-01"),
            "when.op: `is` does not fit `created_at`",
        ),
        (
            "body",
            "changed",
            Json::Null,
            "when.op: `changed` does not fit `body`",
        ),
    ]);
    assert!(problems(&json!({ "field": "subject", "op": "is" }))[0].contains("needs a value"));
}

#[test]
fn a32_patterns_have_their_limits() {
    refused(&[
        (
            "subject",
            "matches",
            json!("("),
            "when.value: the pattern is not a regular expression: unclosed group",
        ),
        (
            "subject",
            "matches",
            json!(r"(a)\1"),
            "when.value: the pattern is not a regular expression",
        ),
        (
            "subject",
            "matches",
            json!("x".repeat(1025)),
            "when.value: a pattern of 1025 bytes is too long",
        ),
        (
            "subject",
            "matches",
            json!(r"\w{1000}{100}"),
            "when.value: the pattern becomes too large",
        ),
        (
            "subject",
            "matches",
            json!(5),
            "when.value: `matches` takes a regular expression",
        ),
    ]);
}

#[test]
fn all_problems_are_found_at_once() {
    let found = problems(&json!({ "any": [
        { "field": "subject", "op": "matches", "value": "[" },
        { "all": [{ "field": "spam", "op": "is", "value": "maybe" }] },
        { "none": [] },
    ] }));
    let paths: Vec<_> = found
        .iter()
        .map(|said| said.split(": ").next().unwrap())
        .collect();
    assert_eq!(
        paths,
        [
            "when.any[0].value",
            "when.any[1].all[0].value",
            "when.any[2].none"
        ]
    );
}

#[test]
fn groups_may_not_stand_too_deep_nor_conditions_be_too_many() {
    let mut deep = json!({ "field": "subject", "op": "not_empty" });
    for _ in 0..9 {
        deep = json!({ "all": [deep] });
    }
    assert!(problems(&deep)[0].contains("9 deep"));
    let many = vec![json!({ "field": "subject", "op": "not_empty" }); 101];
    assert!(problems(&json!({ "any": many }))[0].contains("101 conditions"));
}

#[test]
fn a_rule_that_never_looks_or_does_nothing_is_a_mistake() {
    let empty = definition(json!({ "on": [], "then": [] })).check();
    let paths: Vec<_> = empty.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["on", "then"]);
}

#[test]
fn a_broken_rule_is_left_out_and_the_others_work() {
    let good = json!({ "on": ["ticket.created"], "then": [{ "tag": "good" }] });
    let bad = json!({ "on": ["ticket.created"], "then": [{ "tag": "bad" }],
        "when": { "field": "subject", "op": "matches", "value": "(" } });
    let mut asleep = rule(3, good.clone());
    asleep.active = false;
    let (set, unusable) = RuleSet::compile(vec![rule(1, bad), rule(2, good), asleep]);
    assert_eq!((set.len(), unusable.len()), (1, 1));
    assert_eq!(unusable[0].name, "Rule 1");
}
