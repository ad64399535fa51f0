//! P13: what a hundred rules with regular expressions cost one mail. `cargo bench --bench rules`.
#![expect(clippy::print_stdout, reason = "figures are for reading")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot begin may stop")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use postroom::domain::address::Party;
use postroom::domain::event::Actor;
use postroom::domain::ids::RuleId;
use postroom::domain::message::{Authentication, Identity, Kind, MatchedBy};
use postroom::domain::rules::{
    Facts, Kept, MessageFacts, Rule, RuleSet, TicketFacts, Trigger, limits,
};
use postroom::domain::ticket::{Priority, Side, Status};
use serde_json::json;
use uuid::Uuid;

const WORDS: &[&str] = &[
    "invoice",
    "refund",
    "password",
    "shipping",
    "delivery",
    "contract",
    "cancel",
    "upgrade",
    "outage",
    "urgent",
    "license",
    "warranty",
    "broken",
    "address",
    "payment",
    "account",
    "printer",
    "meeting",
    "holiday",
    "complaint",
];

/// Words with a hole, numbers, alternatives, anchors: what people write. None of them is in the mail but one.
fn pattern(n: usize) -> String {
    let word = WORDS[n % WORDS.len()];
    match n % 5 {
        0 => format!(r"\b{word}\s+no\.?\s*\d{{3,}}"),
        1 => format!(r"({word}|{word}s) (is|was|are) (late|missing|wrong)"),
        2 => format!(r"^(re|fwd?):.*{word}.*{n}"),
        3 => format!(r"\d{{4}}-{n:02}-\d{{2}}.*{word}"),
        _ => format!(r"{word}[^\n]{{0,40}}(asap|immediately|{n}\b)"),
    }
}

fn rules(fields: &[&str]) -> RuleSet {
    let rules = (0..100).map(|n: usize| Rule {
        id: RuleId(Uuid::from_u128(n as u128 + 1)),
        name: format!("Rule {n}"),
        version: 1,
        position: i64::try_from(n).unwrap(),
        active: true,
        definition: serde_json::from_value(json!({
            "on": ["ticket.created", "message.received"],
            "when": { "any": [
                { "field": fields[n % fields.len()], "op": "matches", "value": pattern(n) },
                { "all": [
                    { "field": "from.domain", "op": "is", "value": format!("bank{n}.example") },
                    { "field": "auth.dmarc", "op": "is", "value": "pass" },
                ] },
            ] },
            "then": [{ "tag": format!("tag-{n}") }],
        }))
        .unwrap(),
    });
    let (set, unusable) = RuleSet::compile(rules.collect());
    assert!(unusable.is_empty(), "{unusable:?}");
    set
}

fn main() {
    let sentence = "Good morning, since the update of last week our invoices show the wrong tax rate for Österreich. \
        Could you have a look at the account 4711 and tell us what we should change? The printer says PC LOAD LETTER.\n";
    for (title, fields, times) in [
        ("subject", &["subject"][..], 1),
        (
            "subject and body of 2 KiB, in turn",
            &["subject", "body"][..],
            10,
        ),
        ("body of 2 KiB", &["body"][..], 10),
        ("body of 20 KiB", &["body"][..], 100),
    ] {
        let body = sentence.repeat(times);
        measure(title, &rules(fields), &body);
    }
    println!(
        "budget: 50 µs per mail; at most {} bytes of a text are looked at",
        limits::HAYSTACK_BYTES
    );
}

fn measure(title: &str, set: &RuleSet, body: &str) {
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let ticket = TicketFacts {
        key: "ACME-12".into(),
        subject: "Wrong tax on our bills".into(),
        status: Status::Open,
        priority: Priority::Normal,
        category: None,
        tags: Vec::new(),
        team: Some("First line".into()),
        assignee: None,
        requester: "grace@customer.example".into(),
        requester_name: "Grace Hopper".into(),
        requester_blocked: false,
        mailbox: "support@acme.test".into(),
        also_addressed: Vec::new(),
        sla: Some("Standard".into()),
        due_at: Some(now),
        breached: false,
        spam: false,
        snoozed: false,
        message_count: 1,
        participants: 1,
        created_at: now,
        updated_at: now,
        first_response_at: None,
        resolved_at: None,
        closed_at: None,
        last_message_from: Side::Customer,
        last_customer_message_at: Some(now),
        last_agent_message_at: None,
    };
    let party = |email: &str| Party {
        name: String::new(),
        email: email.to_owned(),
    };
    let (from, to) = (
        party("grace@customer.example"),
        [party("support@acme.test")],
    );
    let actor = Actor::Contact {
        name: "Grace Hopper".to_owned(),
    };
    let facts = Facts {
        now,
        zone: chrono_tz::Tz::UTC,
        ticket: &ticket,
        message: Some(MessageFacts {
            subject: "Wrong tax on our bills",
            body,
            from: &from,
            to: &to,
            cc: &[],
            reply_to: &[],
            attachments: &[],
            kind: Kind::Inbound,
            matched_by: MatchedBy::New,
            identity: Identity::Verified,
            held: false,
            machine: None,
            authentication: Authentication::Pass,
            dmarc: Some("pass"),
            spf: Some("pass"),
            dkim: Some("pass"),
            headers: &|_| Vec::new(),
        }),
        changes: &[],
        actor: &actor,
        plan: Some("pro"),
        business_hours: true,
        chain: 0,
        fired: &[],
    };
    let look = || black_box(set.evaluate(Trigger::TicketCreated, black_box(&facts)));
    let looking = median(|| drop(look()));
    let keeping = median(|| {
        let outcome = look();
        let kept = Kept {
            now,
            ticket: ticket.to_kept(),
            changes: Vec::new(),
            actor: actor.clone(),
            plan: Some("pro".to_owned()),
            business_hours: true,
            chain: 0,
            fired: Vec::new(),
        };
        black_box(serde_json::to_string(&(outcome.explanation, kept)).unwrap());
    });
    let explaining = median(|| {
        let outcome = set.explain(Trigger::TicketCreated, &facts);
        black_box(serde_json::to_string(&outcome.explanation).unwrap());
    });
    println!(
        "100 rules on the {title}: looking {looking:.1?}, and writing down what is kept {keeping:.1?}; explaining all of them {explaining:.1?}"
    );
}

/// The median of many runs, after some to warm up.
fn median(mut run: impl FnMut()) -> Duration {
    for _ in 0..200 {
        run();
    }
    let mut times: Vec<Duration> = (0..2000)
        .map(|_| {
            let begin = Instant::now();
            run();
            begin.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}
