//! Every field type with every operator.

use serde_json::{Value as Json, json};

use super::*;

/// Whether one condition holds for the common facts.
fn holds(field: &str, op: &str, value: &Json) -> bool {
    let when = if value.is_null() {
        json!({ "field": field, "op": op })
    } else {
        json!({ "field": field, "op": op, "value": value })
    };
    let rules = set([json!({ "on": ["ticket.created"], "when": when, "then": [{ "tag": "x" }] })]);
    with_facts(
        |_| {},
        |facts| {
            !rules
                .evaluate(Trigger::TicketCreated, facts)
                .actions
                .is_empty()
        },
    )
}

fn table(rows: &[(&str, &str, Json, bool)]) {
    for (field, op, value, expected) in rows {
        assert_eq!(holds(field, op, value), *expected, "{field} {op} {value}");
    }
}

#[test]
fn texts_are_compared_without_regard_to_case() {
    table(&[
        (
            "subject",
            "is",
            json!("re: your invoice for büroMÖBEL"),
            true,
        ),
        ("subject", "is", json!("invoice"), false),
        ("subject", "is not", json!("invoice"), true),
        (
            "subject",
            "is_not",
            json!("Re: Your invoice for Büromöbel "),
            false,
        ),
        ("category", "in", json!(["technical", "billing"]), true),
        ("category", "in", json!("billing"), true),
        ("category", "in", json!(["technical"]), false),
        ("category", "not_in", json!(["technical"]), true),
        ("category", "not in", json!(["Billing"]), false),
        ("subject", "contains", json!("Invoice"), true),
        ("subject", "contains", json!("BÜRO"), true),
        ("subject", "contains", json!("receipt"), false),
        ("subject", "not_contains", json!("receipt"), true),
        ("subject", "not contains", json!("invoice"), false),
        ("from", "starts", json!("GRACE@"), true),
        ("from", "starts_with", json!("bank"), false),
        ("from.domain", "ends", json!(".Example"), true),
        ("from.domain", "ends_with", json!(".test"), false),
        ("body", "matches", json!(r"\b\d+ eur\b"), true),
        ("body", "matches", json!(r"^thank"), false),
        ("body", "matches", json!(r"(?m)^thank"), true),
        ("text", "contains", json!("42"), true),
        ("text", "contains", json!(42), true),
        ("category", "empty", Json::Null, false),
        ("category", "not_empty", Json::Null, true),
        ("auth.dkim", "empty", Json::Null, true),
        ("auth.dkim", "not empty", Json::Null, false),
    ]);
}

#[test]
fn one_of_several_texts_suffices_and_a_negation_speaks_for_all() {
    table(&[
        ("to", "is", json!("sales@acme.test"), true),
        ("to", "is", json!("acme.test"), false),
        ("to", "is_not", json!("sales@acme.test"), false),
        ("to", "is_not", json!("other@acme.test"), true),
        ("to", "contains", json!("acme.test"), true),
        ("to", "not_contains", json!("acme.test"), false),
        ("to", "in", json!(["x@y.test", "SALES@acme.test"]), true),
        ("to", "not_in", json!(["support@acme.test"]), false),
        ("cc", "starts", json!("boss"), true),
        ("cc", "ends", json!("acme.test"), false),
        ("attachments.names", "matches", json!(r"\.pdf$"), true),
        ("attachments.names", "matches", json!(r"\.exe$"), false),
        ("header.X-Loop", "is", json!("two"), true),
        ("header.x-loop", "is_not", json!("two"), false),
        ("header.x-spam-flag", "is", json!("no"), true),
        ("header.x-none", "empty", Json::Null, true),
        ("header.x-none", "is_not", json!("a"), true),
        ("header.x-none", "is", json!("a"), false),
        ("cc", "not_empty", Json::Null, true),
    ]);
}

#[test]
fn a_tag_is_a_whole_word() {
    table(&[
        ("tags", "contains", json!("vip"), true),
        ("tags", "contains", json!("vi"), false),
        ("tags", "not_contains", json!("vi"), true),
        ("tag", "is", json!("invoice"), true),
        ("tags", "in", json!(["a", "invoice"]), true),
        ("tags", "not_in", json!(["a", "invoice"]), false),
        ("tags", "starts", json!("inv"), true),
        ("tags", "matches", json!("^v.p$"), true),
        ("tags", "empty", Json::Null, false),
    ]);
}

#[test]
fn words_and_ranks() {
    table(&[
        ("status", "is", json!("open"), true),
        ("status", "is_not", json!("Open"), false),
        ("status", "in", json!(["open", "on_hold"]), true),
        ("status", "not_in", json!(["closed"]), true),
        ("priority", "is", json!("normal"), true),
        ("priority", "greater", json!("low"), true),
        ("priority", "greater", json!("normal"), false),
        ("priority", "less", json!("urgent"), true),
        ("priority", "less", json!("low"), false),
        ("kind", "is", json!("inbound"), true),
        ("machine", "is", json!("list"), true),
        ("machine", "empty", Json::Null, false),
        ("auth", "is", json!("pass"), true),
        ("auth.dmarc", "is", json!("PASS"), true),
        ("auth.spf", "in", json!(["softfail", "fail"]), true),
        ("auth.dkim", "is", json!("pass"), false),
        ("auth.dkim", "is_not", json!("pass"), true),
        ("actor", "is", json!("contact"), true),
        ("actor.name", "contains", json!("hopper"), true),
    ]);
}

#[test]
fn numbers_flags_and_ages() {
    table(&[
        ("attachments.count", "is", json!(2), true),
        ("attachments.count", "is", json!("2"), true),
        ("attachments.count", "is_not", json!(2), false),
        ("attachments.count", "in", json!([1, 2]), true),
        ("attachments.count", "not_in", json!([1, 3]), true),
        ("message_count", "greater", json!(2), true),
        ("message_count", "greater", json!(3), false),
        ("message_count", "less", json!(3.5), true),
        ("message_count", "not_empty", Json::Null, true),
        ("has_attachment", "is", json!(true), true),
        ("has_attachment", "is", json!("no"), false),
        ("spam", "is_not", json!(true), true),
        ("business_hours", "is", json!(true), true),
        (
            "hours_since_last_customer_message",
            "greater",
            json!(4),
            true,
        ),
        (
            "hours_since_last_customer_message",
            "less",
            json!(4.5),
            false,
        ),
        (
            "hours_since_last_customer_message",
            "older_than",
            json!("4h 30m"),
            true,
        ),
        (
            "hours_since_last_customer_message",
            "older_than",
            json!(5),
            false,
        ),
        ("hours_since_last_agent_message", "empty", Json::Null, true),
        ("hours_since_last_agent_message", "greater", json!(1), false),
        ("hours_since_created", "greater", json!(71.9), true),
        ("hours_since_updated", "less", json!(2), true),
        ("created_at", "older_than", json!("3d"), true),
        ("created_at", "older than", json!("3d 1m"), false),
        ("updated_at", "older_than", json!("30m"), true),
        ("last_agent_message_at", "older_than", json!("1m"), false),
        ("last_agent_message_at", "empty", Json::Null, true),
    ]);
}

#[test]
fn changes_are_those_of_the_event() {
    table(&[
        ("status", "changed", Json::Null, true),
        ("status", "changed from", json!("on_hold"), true),
        ("status", "changed_from", json!("open"), false),
        ("status", "changed_to", json!("open"), true),
        ("status", "changed_to", json!("closed"), false),
        ("priority", "changed", Json::Null, false),
        ("priority", "changed_to", json!("normal"), false),
        ("tags", "changed_to", json!("vip"), true),
        ("tags", "changed_from", json!("vip"), false),
        ("spam", "changed_to", json!(false), true),
        ("spam", "changed_from", json!(false), false),
    ]);
}

#[test]
fn the_rest_of_the_fields_say_what_they_are_named_after() {
    table(&[
        ("from", "is", json!("grace@bank.example"), true),
        ("from.name", "is", json!("grace hopper"), true),
        ("mailbox", "is", json!("support@acme.test"), true),
        ("team", "is", json!("first line"), true),
        ("assignee", "is", json!("ada@agents.test"), true),
        ("requester", "is", json!("grace@bank.example"), true),
        ("requester.domain", "is", json!("bank.example"), true),
        ("requester.name", "starts", json!("grace"), true),
        ("sla", "is", json!("standard"), true),
        ("plan", "is", json!("pro"), true),
    ]);
}

#[test]
fn every_field_has_an_operator_a_name_and_a_sentence() {
    for field in Field::ALL {
        assert_eq!(field.to_string().parse::<Field>().as_ref(), Ok(field));
        assert!(Operator::for_field(field).count() >= 2, "{field}");
        assert!(field.doc().ends_with('.'), "{field}: {}", field.doc());
    }
}

#[test]
fn without_a_message_its_fields_are_empty_and_the_subject_is_the_tickets() {
    let rules = set([
        json!({ "on": ["ticket.updated"], "then": [{ "tag": "x" }], "when": { "all": [
        { "field": "subject", "op": "is", "value": "overdue" },
        { "field": "body", "op": "empty" },
        { "field": "header.x-loop", "op": "empty" },
        { "field": "has_attachment", "op": "is", "value": false },
    ] } }),
    ]);
    let outcome = with_facts(
        |facts| facts.message = None,
        |facts| rules.evaluate(Trigger::TicketUpdated, facts),
    );
    assert_eq!(outcome.actions.len(), 1, "{:?}", outcome.explanation);
}
