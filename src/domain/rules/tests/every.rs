//! Every field with every operator that fits it, from the code's own lists. A field that is added does not
//! compile before it has a sample here, and an operator not before it says what is expected of it.

use serde_json::{Value as Json, json};

use super::*;

/// What a field holds in the common facts, and what it does not.
struct Sample {
    there: Json,
    /// A value of the same kind that is not there; for numbers and ranks a greater one.
    other: Json,
    /// Whether facts can be without it.
    optional: bool,
}

#[expect(clippy::match_same_arms, reason = "a table has a line for each field")]
fn sample(field: &Field) -> Sample {
    let text = |there: &str, other: &str| Sample {
        there: there.into(),
        other: other.into(),
        optional: true,
    };
    let always = |there: Json, other: Json| Sample {
        there,
        other,
        optional: false,
    };
    let age = |hours: f64, optional| Sample {
        there: json!(hours),
        other: Json::Null,
        optional,
    };
    match field {
        Field::Subject => text("Re: Your INVOICE for Büromöbel", "receipt"),
        Field::Body => text("Please pay 42 EUR.\nThank you.", "never"),
        Field::From => text("grace@bank.example", "x@y.test"),
        Field::FromDomain => text("bank.example", "y.test"),
        Field::FromName => text("Grace Hopper", "Ada"),
        Field::To => text("SALES@acme.test", "x@y.test"),
        Field::Cc => text("boss@bank.example", "x@y.test"),
        Field::ReplyTo => text("billing@bank.example", "x@y.test"),
        Field::RecipientCount => Sample {
            optional: true,
            ..always(json!(3), json!(4))
        },
        Field::AttachmentNames => text("invoice.pdf", "virus.exe"),
        Field::AttachmentTypes => text("application/pdf", "image/png"),
        Field::AttachmentBytes => Sample {
            optional: true,
            ..always(json!(2000), json!(2001))
        },
        Field::AttachmentCount => Sample {
            optional: true,
            ..always(json!(2), json!(3))
        },
        Field::HasAttachment => always(json!(true), json!(false)),
        Field::Kind => text("inbound", "note"),
        Field::Machine => text("list", "bounce"),
        Field::MatchedBy => text("token", "new"),
        Field::Identity => text("verified", "unverified"),
        Field::Held => always(json!(false), json!(true)),
        Field::Auth => text("pass", "fail"),
        Field::AuthDmarc => text("pass", "none"),
        Field::AuthSpf => text("softfail", "pass"),
        // The common facts have none; see `with_everything`.
        Field::AuthDkim => text("neutral", "fail"),
        Field::Key => always(json!("acme-12"), json!("acme-13")),
        Field::Mailbox => always(json!("support@acme.test"), json!("x@y.test")),
        Field::AlsoAddressed => text("sales@acme.test", "x@y.test"),
        Field::Status => always(json!("open"), json!("closed")),
        Field::Priority => always(json!("normal"), json!("high")),
        Field::Category => text("billing", "technical"),
        Field::Tags => text("vip", "angry"),
        Field::TagCount => always(json!(2), json!(3)),
        Field::Team => text("first line", "billing"),
        Field::Assignee => text("ada@agents.test", "bob@agents.test"),
        Field::Requester => always(json!("grace@bank.example"), json!("x@y.test")),
        Field::RequesterDomain => always(json!("bank.example"), json!("y.test")),
        Field::RequesterName => text("grace hopper", "ada"),
        Field::RequesterBlocked | Field::Spam | Field::Snoozed => always(json!(false), json!(true)),
        Field::ParticipantCount => always(json!(2), json!(3)),
        Field::MessageCount => always(json!(3), json!(4)),
        Field::Sla => text("standard", "gold"),
        Field::SlaBreached | Field::BusinessHours => always(json!(true), json!(false)),
        Field::HoursUntilDue => Sample {
            optional: true,
            ..always(json!(2.5), json!(3))
        },
        Field::Plan => text("pro", "free"),
        Field::Hour => always(json!(13), json!(14)),
        Field::Weekday => always(json!("mon"), json!("tue")),
        Field::LastMessageFrom => always(json!("customer"), json!("agent")),
        Field::CreatedAt | Field::HoursSinceCreated => age(72.0, false),
        Field::UpdatedAt | Field::HoursSinceUpdated => age(1.0, false),
        Field::LastCustomerMessageAt | Field::HoursSinceCustomer => age(4.5, true),
        Field::LastAgentMessageAt | Field::HoursSinceAgent => age(30.0, true),
        Field::FirstResponseAt => age(48.0, true),
        Field::ResolvedAt | Field::HoursSinceResolved => age(24.0, true),
        Field::ClosedAt => age(12.0, true),
        Field::Actor => always(json!("contact"), json!("rule")),
        Field::ActorName => text("grace hopper", "ada"),
        Field::Header(_) => text("two", "three"),
    }
}

/// The common facts with what they leave out.
fn with_everything<T>(changes: &[Changed<'_>], look: impl FnOnce(&Facts<'_>) -> T) -> T {
    with_facts(
        |_| {},
        |facts| {
            let ticket = TicketFacts {
                last_agent_message_at: Some(at("2026-11-22T06:00:00Z")),
                ..facts.ticket.clone()
            };
            let message = MessageFacts {
                dkim: Some("neutral"),
                ..facts.message.unwrap()
            };
            look(&Facts {
                ticket: &ticket,
                message: Some(message),
                changes,
                ..*facts
            })
        },
    )
}

/// Facts without whatever can be missing.
fn with_nothing<T>(look: impl FnOnce(&Facts<'_>) -> T) -> T {
    let nobody = Actor::Contact {
        name: String::new(),
    };
    with_facts(
        |_| {},
        |facts| {
            let ticket = TicketFacts {
                subject: "".into(),
                category: None,
                tags: Vec::new(),
                team: None,
                assignee: None,
                requester_name: "".into(),
                also_addressed: Vec::new(),
                sla: None,
                due_at: None,
                first_response_at: None,
                resolved_at: None,
                closed_at: None,
                last_customer_message_at: None,
                last_agent_message_at: None,
                ..facts.ticket.clone()
            };
            look(&Facts {
                ticket: &ticket,
                message: None,
                changes: &[],
                plan: None,
                actor: &nobody,
                ..*facts
            })
        },
    )
}

fn acts(field: &Field, op: Operator, value: &Json, facts: &Facts<'_>) -> bool {
    let mut when = json!({ "field": field.to_string(), "op": op.as_str() });
    if !value.is_null() {
        when["value"] = value.clone();
    }
    let rules = set([json!({ "on": ["ticket.updated"], "when": when, "then": [{ "tag": "x" }] })]);
    let short = rules.evaluate(Trigger::TicketUpdated, facts);
    let long = rules.explain(Trigger::TicketUpdated, facts);
    assert_eq!(short.actions, long.actions, "{field} {op} {value}");
    assert_eq!(long.explanation[0].matched, !short.actions.is_empty());
    !short.actions.is_empty()
}

/// What an operator makes of the value that is there, of another, and of a field without any.
#[expect(clippy::too_many_lines, reason = "a table of all operators")]
fn check(field: &Field, op: Operator, sample: &Sample) {
    let Sample {
        there,
        other,
        optional,
    } = sample;
    let with = |value: &Json| with_everything(&[], |facts| acts(field, op, value, facts));
    let without = |value: &Json| with_nothing(|facts| acts(field, op, value, facts));
    let expect = |what: bool, expected: bool, story: &str| {
        assert_eq!(what, expected, "{field} {op}: {story}");
    };
    let cut = |value: &Json, from: usize, to: usize| -> Json {
        let all: Vec<char> = value.as_str().unwrap().chars().collect();
        let part: String = all[from..all.len() - to].iter().collect();
        part.into()
    };
    let number = |by: f64| json!(there.as_f64().unwrap() + by);
    let nothing = Json::Null;
    match op {
        Operator::Is | Operator::IsNot | Operator::In | Operator::NotIn => {
            let yes = matches!(op, Operator::Is | Operator::In);
            expect(with(there), yes, "the value");
            expect(with(other), !yes, "another value");
            if matches!(op, Operator::In | Operator::NotIn) {
                expect(with(&json!([other, there])), yes, "a list with it");
                expect(with(&json!([other])), !yes, "a list without it");
            }
            if *optional {
                expect(without(there), !yes, "no value");
            }
        }
        Operator::Contains | Operator::NotContains => {
            let yes = op == Operator::Contains;
            let part = if field.kind() == FieldType::Tags {
                there.clone()
            } else {
                cut(there, 1, 1)
            };
            expect(with(&part), yes, "a part");
            expect(with(other), !yes, "no part");
            if *optional {
                expect(without(&part), !yes, "no value");
            }
        }
        Operator::StartsWith | Operator::EndsWith => {
            let starts = op == Operator::StartsWith;
            expect(with(&cut(there, 0, 1)), starts, "its beginning");
            expect(with(&cut(there, 1, 0)), !starts, "its end");
        }
        Operator::Matches => {
            let exactly =
                |value: &Json| json!(format!("^{}$", regex::escape(value.as_str().unwrap())));
            expect(with(&exactly(there)), true, "a pattern for it");
            expect(with(&exactly(other)), false, "a pattern for another");
            expect(with(&json!("^.+")), true, "a pattern for anything");
            if *optional {
                expect(without(&json!("")), false, "no value");
            }
        }
        Operator::Greater | Operator::Less => {
            let greater = op == Operator::Greater;
            if let FieldType::Rank([lowest, ..]) = field.kind() {
                expect(with(&json!(lowest)), greater, "the lowest");
                expect(with(other), !greater, "a higher one");
            } else {
                expect(with(&number(-0.5)), greater, "less than it");
                expect(with(&number(0.5)), !greater, "more than it");
                if *optional {
                    expect(without(&json!(-1e6)), false, "no value");
                }
            }
            expect(with(there), false, "the value itself");
        }
        Operator::Empty | Operator::NotEmpty => {
            let empty = op == Operator::Empty;
            expect(with(&nothing), !empty, "a value");
            expect(without(&nothing), empty == *optional, "facts without");
        }
        Operator::Changed | Operator::ChangedFrom | Operator::ChangedTo => {
            let shown = |value: &Json| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            };
            let change = [Changed {
                field: field.clone(),
                from: Some(shown(other).into()),
                to: Some(shown(there).into()),
            }];
            let event =
                |value: &Json| with_everything(&change, |facts| acts(field, op, value, facts));
            match op {
                Operator::Changed => {
                    expect(event(&nothing), true, "it did");
                    expect(with(&nothing), false, "it did not");
                }
                Operator::ChangedFrom => {
                    expect(event(other), true, "from there");
                    expect(event(there), false, "from elsewhere");
                    expect(with(other), false, "it did not");
                }
                _ => {
                    expect(event(there), true, "to there");
                    expect(event(other), false, "to elsewhere");
                    expect(with(there), false, "it did not");
                }
            }
        }
        Operator::OlderThan => {
            let minutes = |by: i64| {
                #[expect(clippy::cast_possible_truncation, reason = "hours of a test")]
                let all = (there.as_f64().unwrap() * 60.0) as i64 + by;
                json!(format!("{all}m"))
            };
            expect(with(&minutes(-1)), true, "a minute older");
            expect(with(&minutes(0)), true, "exactly as old");
            expect(with(&minutes(1)), false, "a minute younger");
            if *optional {
                expect(without(&json!("1m")), false, "no value");
            }
        }
    }
}

#[test]
fn every_operator_of_every_field_does_what_it_says() {
    let header = Field::Header("x-loop".to_owned());
    let mut pairs = 0;
    for field in Field::ALL.iter().chain([&header]) {
        let sample = sample(field);
        for op in Operator::for_field(field) {
            check(field, op, &sample);
            pairs += 1;
        }
    }
    assert!(pairs > 300, "{pairs}");
}
