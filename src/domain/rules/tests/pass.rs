//! Passes over several rules.

use serde_json::json;

use super::*;

fn actions(outcome: &Outcome) -> Vec<String> {
    outcome
        .actions
        .iter()
        .map(|planned| planned.action.to_string())
        .collect()
}

#[test]
fn later_rules_see_what_earlier_ones_planned() {
    let rules = set([
        json!({ "on": ["ticket.created"], "then": [
            { "priority": "urgent" }, { "assign_team": "Billing" }, { "tag": "new" }, { "untag": "vip" },
            { "assign": "none" }, { "category": "none" }, { "spam": true }, { "sla": "Gold" }, { "status": "on_hold" },
        ] }),
        json!({ "on": ["ticket.created"], "then": [{ "note": "seen" }], "when": { "all": [
            { "field": "priority", "op": "greater", "value": "high" },
            { "field": "team", "op": "is", "value": "billing" },
            { "field": "tags", "op": "contains", "value": "new" },
            { "field": "tags", "op": "not_contains", "value": "vip" },
            { "field": "assignee", "op": "empty" },
            { "field": "category", "op": "empty" },
            { "field": "spam", "op": "is", "value": true },
            { "field": "sla", "op": "is", "value": "gold" },
            { "field": "status", "op": "is", "value": "on_hold" },
            { "field": "priority", "op": "is_not", "value": "normal" },
        ] } }),
    ]);
    let outcome = with_facts(
        |_| {},
        |facts| rules.evaluate(Trigger::TicketCreated, facts),
    );
    assert_eq!(
        actions(&outcome).last().unwrap(),
        "note = seen",
        "{:?}",
        outcome.explanation
    );
}

#[test]
fn a_field_that_was_read_before_it_changed_is_read_again() {
    let asks = |value: &str| json!({ "field": "priority", "op": "is", "value": value });
    let rules = set([
        json!({ "on": ["ticket.created"], "when": asks("normal"), "then": [{ "priority": "high" }] }),
        json!({ "on": ["ticket.created"], "when": asks("normal"), "then": [{ "tag": "wrong" }] }),
        json!({ "on": ["ticket.created"], "when": asks("high"), "then": [{ "tag": "right" }] }),
    ]);
    let outcome = with_facts(
        |_| {},
        |facts| rules.evaluate(Trigger::TicketCreated, facts),
    );
    assert_eq!(actions(&outcome), ["priority = high", "tag = right"]);
}

#[test]
fn stop_ends_the_pass_after_the_rules_own_actions() {
    let rules = set([
        json!({ "on": ["ticket.created"], "then": [{ "stop": true }, { "tag": "first" }] }),
        json!({ "on": ["ticket.created"], "then": [{ "tag": "second" }] }),
    ]);
    let outcome = with_facts(
        |_| {},
        |facts| rules.evaluate(Trigger::TicketCreated, facts),
    );
    assert_eq!(actions(&outcome), ["tag = first"]);
    assert_eq!((outcome.looked, outcome.explanation.len()), (1, 1));
    assert!(outcome.explanation[0].stopped);
}

#[test]
fn rules_look_in_the_order_of_their_positions_and_only_on_their_triggers() {
    let on = |trigger: &str, tag: &str| json!({ "on": [trigger], "then": [{ "tag": tag }] });
    let mut first = rule(1, on("message.received", "late"));
    first.position = 9;
    let (rules, _) = RuleSet::compile(vec![
        first,
        rule(2, on("message.received", "early")),
        rule(3, on("sla.breached", "never")),
    ]);
    let outcome = with_facts(
        |_| {},
        |facts| rules.evaluate(Trigger::MessageReceived, facts),
    );
    assert_eq!(actions(&outcome), ["tag = early", "tag = late"]);
}

#[test]
fn an_explanation_says_what_was_seen_up_to_what_decided() {
    let rules = set([
        json!({ "on": ["ticket.created"], "then": [{ "tag": "x" }], "when": { "all": [
        { "field": "subject", "op": "contains", "value": "Invoice" },
        { "any": [
            { "field": "to", "op": "is", "value": "x@y.test" },
            { "field": "auth.dkim", "op": "is", "value": "pass" },
        ] },
        { "field": "status", "op": "changed_to", "value": "open" },
    ] } }),
    ]);
    let outcome = with_facts(|_| {}, |facts| rules.explain(Trigger::TicketCreated, facts));
    let run = &outcome.explanation[0];
    assert!(!run.matched);
    assert_eq!(
        run.to_string(),
        "Rule 1 (version 1) did not act: all of (subject contains \"Invoice\": yes, saw \"Re: Your INVOICE for Büromöbel\"; \
         any of (to is \"x@y.test\": no, saw \"support@acme.test, sales@acme.test\"; auth.dkim is \"pass\": no, it is empty))"
    );
    let stored = serde_json::to_string(&outcome.explanation).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<RuleRun>>(&stored).unwrap(),
        outcome.explanation
    );
}

#[test]
fn only_rules_that_acted_are_explained_unless_somebody_asks() {
    let asks = |value: &str| json!({ "on": ["ticket.created"], "then": [{ "tag": "x" }], "when": { "field": "team", "op": "is", "value": value } });
    let rules = set([asks("First line"), asks("Billing")]);
    let (short, long) = with_facts(
        |_| {},
        |facts| {
            (
                rules.evaluate(Trigger::TicketCreated, facts),
                rules.explain(Trigger::TicketCreated, facts),
            )
        },
    );
    assert_eq!((short.looked, short.explanation.len()), (2, 1));
    assert_eq!((long.looked, long.explanation.len()), (2, 2));
    assert_eq!(short.actions, long.actions);
    assert_eq!(short.explanation[0], long.explanation[0]);
}

#[test]
fn what_a_pass_saw_can_be_kept_and_gone_through_again() {
    let rules = set([
        json!({ "on": ["ticket.updated"], "then": [{ "tag": "x" }], "when": { "all": [
        { "field": "status", "op": "changed_to", "value": "open" },
        { "field": "tags", "op": "contains", "value": "vip" },
        { "field": "hours_since_created", "op": "greater", "value": 70 },
    ] } }),
    ]);
    with_facts(
        |_| {},
        |facts| {
            let kept = Kept {
                now: facts.now,
                ticket: facts.ticket.to_kept(),
                changes: facts.changes.iter().map(Changed::to_kept).collect(),
                actor: facts.actor.clone(),
                plan: facts.plan.map(str::to_owned),
                business_hours: facts.business_hours,
                chain: 0,
                fired: Vec::new(),
            };
            let read: Kept = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
            assert_eq!(read, kept);
            assert_eq!(
                rules.explain(
                    Trigger::TicketUpdated,
                    &read.facts(facts.message, facts.zone)
                ),
                rules.explain(Trigger::TicketUpdated, facts)
            );
        },
    );
}

#[test]
fn a_rule_that_has_acted_does_not_look_again_at_what_comes_of_it() {
    let rules = set([
        json!({ "on": ["ticket.updated"], "then": [{ "tag": "one" }] }),
        json!({ "on": ["ticket.updated"], "then": [{ "tag": "two" }] }),
    ]);
    let fired = [RuleId(uuid::Uuid::from_u128(1))];
    let outcome = with_facts(
        |_| {},
        |facts| {
            rules.evaluate(
                Trigger::TicketUpdated,
                &Facts {
                    fired: &fired,
                    ..*facts
                },
            )
        },
    );
    assert_eq!(
        (actions(&outcome), outcome.looked),
        (vec!["tag = two".to_owned()], 1)
    );
}

#[test]
fn deadlines_hours_and_business_hours_are_moments_to_look_at_too() {
    let next = |when: serde_json::Value, turn: Option<DateTime<Utc>>| {
        let rules = set([json!({ "on": ["time.idle"], "then": [{ "tag": "x" }], "when": when })]);
        with_facts(|_| {}, |facts| rules.next_look(facts, turn))
    };
    // Due at 14:30; "less than one hour" is true a second after 13:30.
    let due = json!({ "field": "hours_until_due", "op": "less", "value": 1 });
    assert_eq!(next(due, None), Some(at("2026-11-23T13:30:00Z")));
    // It is 13:00 on a Monday in Berlin.
    let nine = json!({ "field": "hour", "op": "is", "value": 9 });
    assert_eq!(next(nine, None), Some(at("2026-11-24T08:00:00Z")));
    let friday = json!({ "field": "weekday", "op": "is", "value": "fri" });
    assert_eq!(next(friday, None), Some(at("2026-11-26T23:00:00Z")));
    let open = json!({ "field": "business_hours", "op": "is", "value": false });
    assert_eq!(
        next(open, Some(at("2026-11-23T16:00:00Z"))),
        Some(at("2026-11-23T16:00:00Z"))
    );
}

#[test]
fn what_was_seen_is_shown_in_short() {
    let rules = set([json!({ "on": ["ticket.created"], "then": [{ "tag": "x" }],
        "when": { "field": "body", "op": "contains", "value": "end" } })]);
    let long = format!("{} end", "ü".repeat(1000));
    let outcome = with_facts(
        |_| {},
        |facts| {
            let message = MessageFacts {
                body: &long,
                ..facts.message.unwrap()
            };
            rules.evaluate(
                Trigger::TicketCreated,
                &Facts {
                    message: Some(message),
                    ..*facts
                },
            )
        },
    );
    let Looked::Test { seen, result, .. } = &outcome.explanation[0].conditions else {
        panic!()
    };
    assert!(*result);
    assert_eq!(
        (seen.chars().count(), seen.chars().last()),
        (200, Some('…'))
    );
}

#[test]
fn only_the_first_part_of_a_huge_text_is_looked_at() {
    let rules = set([json!({ "on": ["ticket.created"], "then": [{ "tag": "x" }],
        "when": { "field": "body", "op": "matches", "value": "end" } })]);
    let huge = format!("{}end", "ü".repeat(limits::HAYSTACK_BYTES));
    let outcome = with_facts(
        |_| {},
        |facts| {
            let message = MessageFacts {
                body: &huge,
                ..facts.message.unwrap()
            };
            rules.evaluate(
                Trigger::TicketCreated,
                &Facts {
                    message: Some(message),
                    ..*facts
                },
            )
        },
    );
    assert_eq!(outcome.actions, []);
}

#[test]
fn none_holds_where_nothing_does_and_an_absent_condition_always() {
    let none = |value: &str| {
        json!({ "on": ["ticket.created"], "then": [{ "tag": value }],
            "when": { "none": [{ "field": "subject", "op": "contains", "value": value }] } })
    };
    let rules = set([
        none("invoice"),
        none("receipt"),
        json!({ "on": ["ticket.created"], "then": [{ "tag": "always" }] }),
    ]);
    let outcome = with_facts(
        |_| {},
        |facts| rules.evaluate(Trigger::TicketCreated, facts),
    );
    assert_eq!(actions(&outcome), ["tag = receipt", "tag = always"]);
}

#[test]
fn a_chain_of_rules_ends_and_says_so() {
    let rules = set([json!({ "on": ["ticket.updated"], "then": [{ "tag": "x" }] })]);
    let deep = with_facts(
        |facts| facts.chain = limits::CHAIN + 1,
        |facts| rules.evaluate(Trigger::TicketUpdated, facts),
    );
    assert!(deep.chain_too_long && deep.actions.is_empty());
}

#[test]
fn rules_on_time_say_when_to_look_again() {
    let rules = set([
        json!({ "on": ["time.idle"], "then": [{ "notify": "assignee" }], "when": { "all": [
            { "field": "status", "op": "is", "value": "open" },
            { "field": "last_customer_message_at", "op": "older_than", "value": "6h" },
            { "field": "hours_since_created", "op": "greater", "value": 100 },
            { "field": "last_agent_message_at", "op": "older_than", "value": "5m" },
        ] } }),
        json!({ "on": ["ticket.updated"], "then": [{ "tag": "x" }],
            "when": { "field": "updated_at", "op": "older_than", "value": "2h" } }),
    ]);
    let next = |now: &'static str| {
        with_facts(
            |facts| facts.now = at(now),
            |facts| rules.next_look(facts, None),
        )
    };
    assert_eq!(next(NOW), Some(at("2026-11-23T13:30:00Z")));
    assert_eq!(
        next("2026-11-23T13:30:00Z"),
        Some(at("2026-11-24T16:00:01Z"))
    );
    assert_eq!(next("2026-11-25T00:00:00Z"), None);
}

#[test]
fn words_that_must_be_there_never_hide_a_pattern_that_matches() {
    let patterns = [
        "invoice",
        r"\binvoices?\s+\d+",
        "(task|desk|kiosk)",
        "^re:.*printer",
        r"büro|straße",
        "mass",
        r"\d+",
        "x{3,}yz",
    ];
    let asks = patterns.map(|pattern| {
        let ask = |op: &str| json!({ "on": ["ticket.created"], "then": [{ "tag": "x" }], "when": { "field": "body", "op": op, "value": pattern } });
        [ask("matches"), ask("contains"), ask("not_contains")]
    });
    let rules = set(asks.into_iter().flatten());
    for text in [
        "Invoice",
        "my INVOICES 42 are wrong",
        "A taſk for the DESK",
        "\u{212A}iosk",
        "maſs and MAẞ",
        "xxxyz, XXXYZ",
        "xxİnvoice",
        "Re: the Printer",
        "BÜRO in der STRASSE",
        "nothing of it",
        "",
    ] {
        with_facts(
            |_| {},
            |facts| {
                let message = MessageFacts {
                    body: text,
                    ..facts.message.unwrap()
                };
                let facts = Facts {
                    message: Some(message),
                    ..*facts
                };
                let acted: Vec<_> = rules
                    .evaluate(Trigger::TicketCreated, &facts)
                    .explanation
                    .into_iter()
                    .map(|run| run.rule)
                    .collect();
                // The explanation tries every pattern as it is.
                let all = rules.explain(Trigger::TicketCreated, &facts).explanation;
                let hold = all.iter().filter(|run| run.conditions.result());
                assert_eq!(
                    acted,
                    hold.map(|run| run.rule).collect::<Vec<_>>(),
                    "{text}"
                );
            },
        );
    }
}
