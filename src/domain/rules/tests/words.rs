//! Rules as sentences.

use serde_json::json;

use super::*;

#[test]
fn a_rule_reads_as_a_sentence() {
    let rule = definition(json!({
        "on": ["ticket.created", "message.received"],
        "when": { "all": [
            { "field": "subject", "op": "contains", "value": "invoice" },
            { "any": [
                { "field": "requester.domain", "op": "in", "value": ["bank.example", "vip.example"] },
                { "field": "has_attachment", "op": "is", "value": true },
                { "field": "spam", "op": "is", "value": false },
            ] },
        ] },
        "then": [{ "assign_team": "Billing" }, { "priority": "high" }, { "stop": true }],
    }));
    assert_eq!(
        rule.sentence(),
        "When a ticket is created or a customer writes, and the subject contains “invoice” and (the customer's domain is one of \
         “bank.example” or “vip.example” or it has an attachment or it is not spam): move it to Billing, set the priority to \
         high and look at no later rule."
    );
    let always = definition(json!({ "on": ["ticket.created"], "then": [{ "tag": "new" }] }));
    assert_eq!(
        always.sentence(),
        "When a ticket is created: add the tag new."
    );
}

#[test]
fn questions_read_as_parts_of_a_sentence() {
    for (question, sentence) in [
        (
            json!({ "field": "tags", "op": "not_contains", "value": "vip" }),
            "the tags do not contain “vip”",
        ),
        (
            json!({ "field": "to", "op": "ends_with", "value": "@vip.example" }),
            "the addresses in To end with “@vip.example”",
        ),
        (
            json!({ "field": "status", "op": "is", "value": "on_hold" }),
            "the status is on hold",
        ),
        (
            json!({ "field": "hours_since_updated", "op": "greater", "value": 72 }),
            "it is more than 72 hours since the last change",
        ),
        (
            json!({ "field": "hours_since_updated", "op": "older_than", "value": "2d" }),
            "it is more than 2d since the last change",
        ),
        (
            json!({ "field": "has_attachment", "op": "is_not", "value": true }),
            "it has no attachment",
        ),
        (
            json!({ "none": [{ "field": "business_hours", "op": "is", "value": true }] }),
            "it is outside business hours",
        ),
        (
            json!({ "any": [{ "field": "subject", "op": "empty" }, { "all": [{ "field": "spam", "op": "is", "value": true }] }] }),
            "the subject is empty or it is spam",
        ),
    ] {
        let condition: Condition = serde_json::from_value(question).unwrap();
        assert_eq!(condition.sentence(), sentence);
    }
}

#[test]
fn every_flag_reads_both_ways_and_every_action_has_a_phrase() {
    let mut fields = Field::ALL.iter();
    assert!(fields.all(|field| (field.kind() == FieldType::Flag) == field.flag(false).is_some()));
    let keys: Vec<_> = Action::PHRASES.iter().map(|(key, _)| *key).collect();
    assert_eq!(keys, Action::KEYS);
}

#[test]
fn versions_differ_in_words() {
    let when = |value: &str| json!([{ "field": "team", "op": "is", "value": value }]);
    let was = definition(
        json!({ "on": ["ticket.created"], "when": { "all": when("A") }, "then": [{ "tag": "x" }] }),
    );
    let is = definition(
        json!({ "on": ["ticket.created"], "when": { "all": when("B") }, "then": [{ "tag": "x" }, { "stop": true }] }),
    );
    assert_eq!(
        is.differences(&was),
        [
            "asks, new: the team is “B”",
            "asks no longer: the team is “A”",
            "does, new: look at no later rule"
        ]
    );
    assert!(is.differences(&is).is_empty());
}

#[test]
fn every_field_stands_in_a_group_under_a_name_of_its_own() {
    let mut places: Vec<_> = Field::ALL.iter().map(Field::place).collect();
    assert!(
        places
            .iter()
            .all(|(group, _)| Field::GROUPS.contains(group))
    );
    places.sort_unstable();
    let all = places.len();
    places.dedup();
    assert_eq!(places.len(), all);
}
