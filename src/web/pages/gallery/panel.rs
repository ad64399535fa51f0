//! What stands beside the conversation.

use super::ago;
use crate::domain::ticket::Status;
use crate::domain::trace::Step;
use crate::web::show::{Choice, ClockView, Face, Other, Panel, Property, RuleView, TakesPart};

fn property(name: &'static str, label: &'static str, values: &[&str]) -> Property {
    Property {
        name,
        label,
        choices: values
            .iter()
            .enumerate()
            .map(|(at, value)| Choice {
                value: (*value).to_owned(),
                label: (*value).to_owned(),
                selected: at == 0,
            })
            .collect(),
    }
}

pub(super) fn panel() -> Panel {
    Panel {
        properties: vec![
            property("status", "Status", &["Open", "In progress", "On hold", "Resolved", "Closed"]),
            property("priority", "Priority", &["High", "Low", "Normal", "Urgent"]),
            property("assignee", "Assignee", &["Ada Lovelace", "Nobody", "Bob Kahn"]),
            property("team", "Team", &["First line", "No team"]),
            property("category", "Category", &["technical", "billing"]),
        ],
        tags: "login".into(),
        clocks: vec![
            ClockView { what: "First response", text: "met".into(), tone: "met", percent: 62, because: "Standard · in 1 h 10 min of 2 h".into() },
            ClockView { what: "Next response", text: "42 min left".into(), tone: "warn", percent: 83, because: "Standard · due Tuesday 11:23".into() },
            ClockView { what: "Resolution", text: "6 h left".into(), tone: "running", percent: 24, because: "Standard · due Wednesday 10:41".into() },
        ],
        story: vec![
            (ago(190), "First response began to count: the ticket was opened under the default service level; Standard gives 2h for priority high; due Mon 9 Mar 2026, 11:50 CET.".into()),
            (ago(120), "First response was kept: an agent answered, after 1h 10m of 2h.".into()),
            (ago(8), "Next response comes to its end: 80 % of 2h have passed.".into()),
        ],
        requester: Face::new("", "Grace Hopper", "grace@navy.test"),
        address: "grace@navy.test".into(),
        people: vec![
            TakesPart { name: "Howard Aiken".into(), address: "howard@navy.test".into(), suggested: false },
            TakesPart { name: String::new(), address: "eve@elsewhere.test".into(), suggested: true },
        ],
        proposed: Some("grace@navy.test".into()),
        others: vec![
            Other { key: "ACME-131".into(), subject: "Two seats more, please".into(), status: Status::Closed },
            Other { key: "ACME-88".into(), subject: "Question about the data processing agreement".into(), status: Status::Resolved },
        ],
        parts: vec![Other { key: "ACME-215".into(), subject: "Log-in again".into(), status: Status::Closed }],
        offers: vec![("0".into(), "A mail that came late refers to mails of ACME-214 and of ACME-219; somebody has worked on ACME-214.".into(), Other { key: "ACME-219".into(), subject: "Re: Can't log in since the update".into(), status: Status::Open })],
        links: vec![("Split off", Other { key: "ACME-216".into(), subject: "The invoice".into(), status: Status::Open })],
        asleep: false,
        wakes: None,
        facts: vec![("Mailbox", "support@acme.test".into()), ("Messages", "6".into())],
        created: ago(190),
        followers: vec![Face::new("", "Bob Kahn", "bob@agents.test")],
        following: false,
        rating: Some(("😀", "Very good", "Fast and friendly.".into())),
        told: vec![("Ada Lovelace".into(), "The customer writes again", "by mail, because it is theirs; not by ntfy: they have no topic".into())],
        why: vec![
            Step { step: "route".into(), decision: "Acme GmbH, support@acme.test".into(), because: "Delivered-To, written by the trusted server mx.acme.test, names this mailbox.".into() },
            Step { step: "thread".into(), decision: "a new ticket".into(), because: "The mail carries no token of ours, refers to no mail we know and names no ticket.".into() },
            Step { step: "acknowledge".into(), decision: "sent".into(), because: "The sender's domain vouches for the mail, and this address had no acknowledgement today.".into() },
        ],
        rules: vec![
            RuleView { name: "Log-in troubles".into(), matched: true, outcome: "Team First line, priority high, tag login.".into(), conditions: vec![(true, "subject contains “log in”: it is “Can't log in since the update”".into())] },
            RuleView { name: "Invoices to billing".into(), matched: false, outcome: "Did not apply.".into(), conditions: vec![(false, "subject contains “invoice”: it is “Can't log in since the update”".into())] },
        ],
    }
}
