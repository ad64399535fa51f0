//! Tables of fields and operators, and stories of passes.

use chrono::{DateTime, Utc};

use super::*;
use crate::domain::address::Party;
use crate::domain::event::Actor;
use crate::domain::ids::RuleId;
use crate::domain::mail::Machine;
use crate::domain::message::{Authentication, Kind};
use crate::domain::ticket::{Priority, Status};

mod check;
mod operators;
mod pass;
mod text;

const NOW: &str = "2026-11-23T12:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Gives `look` a ticket with a message, on which every field has a value unless `change` takes it.
fn with_facts<T>(change: impl FnOnce(&mut Facts<'_>), look: impl FnOnce(&Facts<'_>) -> T) -> T {
    let party = |name: &str, email: &str| Party {
        name: name.to_owned(),
        email: email.to_owned(),
    };
    let tags = ["VIP".to_owned(), "invoice".to_owned()];
    let from = party("Grace Hopper", "Grace@Bank.example");
    let to = [
        party("", "support@acme.test"),
        party("Sales", "sales@acme.test"),
    ];
    let cc = [party("", "boss@bank.example")];
    let headers = |name: &str| match name {
        "x-spam-flag" => vec!["NO".to_owned()],
        "x-loop" => vec!["one".to_owned(), "Two".to_owned()],
        _ => Vec::new(),
    };
    let changes = [
        Changed {
            field: Field::Status,
            from: Some("on_hold".into()),
            to: Some("open".into()),
        },
        Changed {
            field: Field::Tags,
            from: None,
            to: Some("VIP".into()),
        },
        Changed {
            field: Field::Spam,
            from: Some("true".into()),
            to: Some("false".into()),
        },
    ];
    let actor = Actor::Contact {
        name: "Grace Hopper".to_owned(),
    };
    let mut facts = Facts {
        now: at(NOW),
        ticket: TicketFacts {
            subject: "Overdue",
            status: Status::Open,
            priority: Priority::Normal,
            category: Some("Billing"),
            tags: &tags,
            team: Some("First line"),
            assignee: Some("ada@agents.test"),
            requester: "grace@bank.example",
            requester_name: "Grace Hopper",
            mailbox: "support@acme.test",
            sla: Some("Standard"),
            spam: false,
            message_count: 3,
            created_at: at("2026-11-20T12:00:00Z"),
            updated_at: at("2026-11-23T11:00:00Z"),
            last_customer_message_at: Some(at("2026-11-23T07:30:00Z")),
            last_agent_message_at: None,
        },
        message: Some(MessageFacts {
            subject: "Re: Your INVOICE for Büromöbel",
            body: "Please pay 42 EUR.\nThank you.",
            from: &from,
            to: &to,
            cc: &cc,
            attachments: &["Invoice.PDF", "terms.txt"],
            kind: Kind::Inbound,
            machine: Some(Machine::List),
            authentication: Authentication::Pass,
            dmarc: Some("pass"),
            spf: Some("softfail"),
            dkim: None,
            headers: &headers,
        }),
        changes: &changes,
        actor: &actor,
        plan: Some("pro"),
        business_hours: true,
        chain: 0,
    };
    change(&mut facts);
    look(&facts)
}

fn definition(json: serde_json::Value) -> Definition {
    serde_json::from_value(json).unwrap()
}

fn rule(number: u8, json: serde_json::Value) -> Rule {
    Rule {
        id: RuleId(uuid::Uuid::from_u128(number.into())),
        name: format!("Rule {number}"),
        version: 1,
        position: number.into(),
        active: true,
        definition: definition(json),
    }
}

/// The rules, of which none may have a problem.
fn set(rules: impl IntoIterator<Item = serde_json::Value>) -> RuleSet {
    let rules = rules
        .into_iter()
        .zip(1..)
        .map(|(json, number)| rule(number, json))
        .collect();
    let (set, unusable) = RuleSet::compile(rules);
    assert_eq!(unusable, []);
    set
}
