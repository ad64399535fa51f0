//! Tables of fields and operators, and stories of passes.

use chrono::{DateTime, Utc};

use super::*;
use crate::domain::address::Party;
use crate::domain::event::Actor;
use crate::domain::ids::RuleId;
use crate::domain::mail::Machine;
use crate::domain::message::{AttachmentRow, Authentication, Identity, Kind, MatchedBy};
use crate::domain::ticket::{Priority, Side, Status};

mod check;
mod every;
mod operators;
mod pass;
mod text;
mod words;

const NOW: &str = "2026-11-23T12:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Gives `look` a ticket with a message, on which every field has a value unless `change` takes it.
#[expect(clippy::too_many_lines, reason = "a record of everything")]
fn with_facts<T>(change: impl FnOnce(&mut Facts<'_>), look: impl FnOnce(&Facts<'_>) -> T) -> T {
    let party = |name: &str, email: &str| Party {
        name: name.to_owned(),
        email: email.to_owned(),
    };
    let attachment = |filename: &str, content_type: &str, size| AttachmentRow {
        id: uuid::Uuid::nil().into(),
        filename: filename.to_owned(),
        content_type: content_type.to_owned(),
        size,
        sha256: String::new(),
        inline: false,
        content_id: None,
        part: 0,
    };
    let attachments = [
        attachment("Invoice.PDF", "application/pdf", 1500),
        attachment("terms.txt", "text/plain", 500),
    ];
    let reply_to = [party("", "billing@bank.example")];
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
    let ticket = TicketFacts {
        key: "ACME-12".into(),
        subject: "Overdue".into(),
        status: Status::Open,
        priority: Priority::Normal,
        category: Some("Billing".into()),
        tags: vec!["VIP".into(), "invoice".into()],
        team: Some("First line".into()),
        assignee: Some("ada@agents.test".into()),
        requester: "grace@bank.example".into(),
        requester_name: "Grace Hopper".into(),
        requester_blocked: false,
        mailbox: "support@acme.test".into(),
        also_addressed: vec!["sales@acme.test".into()],
        sla: Some("Standard".into()),
        due_at: Some(at("2026-11-23T14:30:00Z")),
        breached: true,
        spam: false,
        snoozed: false,
        message_count: 3,
        participants: 2,
        created_at: at("2026-11-20T12:00:00Z"),
        updated_at: at("2026-11-23T11:00:00Z"),
        first_response_at: Some(at("2026-11-21T12:00:00Z")),
        resolved_at: Some(at("2026-11-22T12:00:00Z")),
        closed_at: Some(at("2026-11-23T00:00:00Z")),
        last_message_from: Side::Customer,
        last_customer_message_at: Some(at("2026-11-23T07:30:00Z")),
        last_agent_message_at: None,
    };
    let mut facts = Facts {
        now: at(NOW),
        zone: chrono_tz::Europe::Berlin,
        ticket: &ticket,
        message: Some(MessageFacts {
            subject: "Re: Your INVOICE for Büromöbel",
            body: "Please pay 42 EUR.\nThank you.",
            from: &from,
            to: &to,
            cc: &cc,
            reply_to: &reply_to,
            attachments: &attachments,
            kind: Kind::Inbound,
            matched_by: MatchedBy::Token,
            identity: Identity::Verified,
            held: false,
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
        fired: &[],
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
