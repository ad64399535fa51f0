//! Every page with sample data: renders within its budget, and can be looked at.
//! With `POSTROOM_GALLERY` set to a folder while compiling, the pages and the files of `static/` are written there.

use std::path::Path;

use askama::Template;
use chrono::{DateTime, Duration, TimeZone, Utc};

use super::login::LoginPage;
use super::platform::{AccountLine, IntakeLine, PlatformPage};
use super::root::RootPage;
use super::set_password::SetPasswordPage;
use super::ticket::TicketPage;
use super::tickets::TicketsPage;
use crate::domain::mail::{Fold, FoldKind};
use crate::domain::message::Kind;
use crate::domain::ticket::{Priority, Status};
use crate::domain::trace::Step;
use crate::web::show::{
    Badge, Chip, Choice, ClockChip, ClockView, Composer, DeliveryLine, Empty, Entry, EventLine,
    Face, File, Flash, Held, ListView, MessageView, Other, Panel, Property, Row, RuleView, Shell,
    TicketView, View, ViewLink, When, parts,
};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 10, 9, 41, 0).unwrap()
}

fn ago(minutes: i64) -> When {
    When::new(
        now() - Duration::minutes(minutes),
        now(),
        chrono_tz::Europe::Berlin,
    )
}

fn shell() -> Shell {
    Shell {
        tenant: "Acme GmbH".into(),
        mark: "A".into(),
        person: Face::new("1", "Ada Lovelace", "ada@agents.test"),
        views: ViewLink::all(View::Inbox, |view| match view {
            View::Inbox => 34,
            View::Mine => 5,
            View::Unassigned => 12,
            View::Waiting => 7,
            View::Late => 2,
            View::All => 0,
        }),
        tags: vec!["login".into(), "invoice".into(), "vip".into()],
        form_token: "sample".into(),
    }
}

const SUBJECTS: &[(&str, &str, &str)] = &[
    (
        "Can't log in since the update",
        "Grace Hopper",
        "Since this morning I get “session expired” right after the second factor, on every machine.",
    ),
    (
        "Invoice 2026-118 has the wrong VAT number",
        "Jean Bartik",
        "Could you please reissue it? Our accounting closes on Friday.",
    ),
    (
        "Export stops at 10,000 rows",
        "Edsger W. Dijkstra",
        "The CSV ends in the middle of a line; I attach the file.",
    ),
    (
        "Bestellung 44871: Lieferadresse ändern",
        "Konrad Zuse",
        "Bitte an die Niederlassung in Hünfeld liefern, nicht nach Berlin.",
    ),
    (
        "Re-activate my account",
        "Radia Perlman",
        "I was away for a year and would like to pick up where I left.",
    ),
    (
        "The printer on the second floor smells of smoke and prints only every other page of what we send",
        "Barbara Liskov",
        "We switched it off. Is it under warranty?",
    ),
    (
        "API returns 429 below the documented limit",
        "Leslie Lamport",
        "We see it at about 400 requests a minute.",
    ),
    (
        "Feature request: dark mode for reports",
        "Donald Knuth",
        "They are the last white page in the house.",
    ),
];

fn rows(current: Option<usize>, count: usize) -> Vec<Row> {
    let statuses = [
        Status::Open,
        Status::Open,
        Status::InProgress,
        Status::OnHold,
        Status::Open,
        Status::Open,
        Status::Resolved,
        Status::Closed,
    ];
    (0..count)
        .map(|n| {
            let (subject, requester, snippet) = SUBJECTS[n % SUBJECTS.len()];
            let key = format!("ACME-{}", 214 - n);
            Row {
                href: format!("/tickets/{key}?view=inbox"),
                key,
                subject: subject.into(),
                status: statuses[n % 8],
                priority: [
                    Priority::High,
                    Priority::Normal,
                    Priority::Normal,
                    Priority::Normal,
                    Priority::Low,
                    Priority::Urgent,
                    Priority::Normal,
                    Priority::Normal,
                ][n % 8],
                requester: requester.into(),
                snippet: snippet.into(),
                at: ago(i64::try_from(n * n * 37 + 2).unwrap()),
                clock: match n % 8 {
                    0 => Some(ClockChip {
                        what: "First response",
                        text: "42 min".into(),
                        tone: "warn",
                    }),
                    2 => Some(ClockChip {
                        what: "Resolution",
                        text: "5 h".into(),
                        tone: "",
                    }),
                    5 => Some(ClockChip {
                        what: "First response",
                        text: "late 3 h".into(),
                        tone: "bad",
                    }),
                    _ => None,
                },
                assignee: [
                    None,
                    Some(("Ada Lovelace", "ada@agents.test")),
                    Some(("Bob Kahn", "bob@agents.test")),
                ][n % 3]
                    .map(|(name, email)| Face::new("", name, email)),
                tags: if n % 4 == 0 {
                    vec!["login".into()]
                } else {
                    vec![]
                },
                waiting: n % 8 < 2 || n % 8 == 5,
                current: current == Some(n),
            }
        })
        .collect()
}

fn list(current: Option<usize>, count: usize) -> ListView {
    ListView {
        role: if current.is_none() { "main" } else { "region" },
        heading: if current.is_none() { "h1" } else { "h2" },
        title: "Inbox".into(),
        view: "inbox",
        total: if count == 0 { 0 } else { 1234 },
        q: String::new(),
        chips: [
            ("Active", Some(34)),
            ("Open", Some(21)),
            ("In progress", Some(6)),
            ("On hold", Some(7)),
            ("Resolved", None),
            ("Closed", None),
        ]
        .into_iter()
        .enumerate()
        .map(|(at, (label, count))| Chip {
            label,
            href: "/tickets?view=inbox".into(),
            count,
            current: at == 0,
        })
        .collect(),
        rows: rows(current, count),
        older: (count >= 50).then(|| "/tickets?view=inbox&cursor=abc".into()),
        empty: Empty {
            icon: "inbox",
            title: "All done",
            text: "Nothing asks for work. New mail appears here by itself.".into(),
        },
    }
}

fn message(kind: Kind, name: &str, email: &str, text: &str, minutes: i64) -> MessageView {
    let quote = text.find("On Mon,").map(|at| text[..at].chars().count());
    let folds: Vec<Fold> = quote
        .map(|start| Fold {
            start,
            end: text.chars().count(),
            kind: FoldKind::Quote,
        })
        .into_iter()
        .collect();
    MessageView {
        id: format!("019c{minutes:08}"),
        kind,
        tone: if kind == Kind::Note {
            "note".into()
        } else {
            String::new()
        },
        label: format!("{name}, {minutes} minutes ago"),
        author: Face::new("", name, email),
        address: if kind == Kind::Inbound {
            email.into()
        } else {
            String::new()
        },
        to: String::new(),
        at: ago(minutes),
        badges: vec![],
        parts: parts(text, &folds),
        has_html: kind == Kind::Inbound,
        has_raw: kind == Kind::Inbound,
        files: vec![],
        delivery: vec![],
        held: None,
    }
}

fn event(icon: &'static str, who: &str, what: &str, minutes: i64) -> EventLine {
    EventLine {
        icon,
        who: who.into(),
        what: what.into(),
        at: ago(minutes),
    }
}

#[expect(clippy::too_many_lines, reason = "a conversation with one of everything")]
fn stream() -> Vec<Entry> {
    let signed = Badge {
        tone: "good",
        icon: "shield",
        text: "signed",
        title: "The sender's domain vouches for this mail (DMARC, DKIM or SPF).",
    };
    let mut first = message(
        Kind::Inbound,
        "Grace Hopper",
        "grace@navy.test",
        "Hello,\n\nsince this morning I get “session expired” right after the second factor, on every machine. Nothing on our side has changed. The page is https://app.acme.test/login?next=%2F.\n\nIs this known?\n\nGrace",
        190,
    );
    first.badges = vec![signed.clone()];
    first.files = vec![
        File {
            id: "1".into(),
            name: "screenshot of the log-in page.png".into(),
            size: "212 kB".into(),
            icon: "picture",
        },
        File {
            id: "2".into(),
            name: "session.har".into(),
            size: "1.4 MB".into(),
            icon: "clip",
        },
    ];
    let mut ack = message(
        Kind::Notice,
        "Postroom",
        "",
        "Acknowledgement sent: “We have your message”.",
        190,
    );
    ack.tone = "machine".into();
    ack.delivery = vec![DeliveryLine {
        recipient: "grace@navy.test".into(),
        tone: "good",
        icon: "checks",
        word: "Sent",
        detail: String::new(),
    }];
    let note = message(
        Kind::Note,
        "Bob Kahn",
        "bob@agents.test",
        "@ada looks like the SSO change from last night. The clock of the second node is two minutes off.",
        151,
    );
    let mut reply = message(
        Kind::Reply,
        "Ada Lovelace",
        "ada@agents.test",
        "Dear Grace,\n\nthank you for the file, it shows the cause: one of our servers had the wrong time. We have corrected it. Could you try again and tell us?\n\nBest wishes,\nAda",
        60,
    );
    reply.to = "to grace@navy.test, cc mark@navy.test".into();
    reply.delivery = vec![
        DeliveryLine {
            recipient: "grace@navy.test".into(),
            tone: "good",
            icon: "checks",
            word: "Sent",
            detail: String::new(),
        },
        DeliveryLine {
            recipient: "mark@navy.test".into(),
            tone: "bad",
            icon: "warning",
            word: "Failed",
            detail: "550 5.1.1 No such user here".into(),
        },
    ];
    let mut stranger = message(
        Kind::Inbound,
        "Howard Aiken",
        "aiken@elsewhere.test",
        "I have the same problem, please copy me on the solution.",
        44,
    );
    stranger.tone = "held".into();
    stranger.badges = vec![Badge {
        tone: "warn",
        icon: "question",
        text: "not signed",
        title: "Nothing trustworthy says who sent this.",
    }];
    stranger.held = Some(Held { why: "aiken@elsewhere.test answers this conversation but takes no part in it. They have seen nothing.".into(), incoming: true });
    let mut last = message(
        Kind::Inbound,
        "Grace Hopper",
        "grace@navy.test",
        "It works again on two of three machines.\n\nOn Mon, 9 Mar 2026 at 16:12, Acme Support wrote:\n> Dear Grace,\n> thank you for the file",
        9,
    );
    last.badges = vec![signed];
    vec![
        Entry::Message(Box::new(first)),
        Entry::Events(vec![
            event(
                "bolt",
                "Log-in troubles",
                "gave it to the team First line",
                190,
            ),
            event(
                "flag",
                "Log-in troubles",
                "changed priority from normal to high",
                190,
            ),
            event("tag", "Log-in troubles", "set tags to login", 190),
        ]),
        Entry::Message(Box::new(ack)),
        Entry::Message(Box::new(note)),
        Entry::Events(vec![event(
            "person",
            "Ada Lovelace",
            "assigned it to Ada Lovelace",
            140,
        )]),
        Entry::Message(Box::new(reply)),
        Entry::Message(Box::new(stranger)),
        Entry::Message(Box::new(last)),
        Entry::Events(vec![
            event(
                "check",
                "Grace Hopper",
                "changed status from on hold to open",
                9,
            ),
            event(
                "check",
                "Grace Hopper",
                "changed status from on hold to open",
                9,
            ),
            event(
                "check",
                "Grace Hopper",
                "changed status from on hold to open",
                9,
            ),
            event(
                "check",
                "Grace Hopper",
                "changed status from on hold to open",
                9,
            ),
            event(
                "check",
                "Grace Hopper",
                "changed status from on hold to open",
                9,
            ),
        ]),
    ]
}

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

fn panel() -> Panel {
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
        requester: Face::new("", "Grace Hopper", "grace@navy.test"),
        address: "grace@navy.test".into(),
        others: vec![
            Other { key: "ACME-131".into(), subject: "Two seats more, please".into(), status: Status::Closed },
            Other { key: "ACME-88".into(), subject: "Question about the data processing agreement".into(), status: Status::Resolved },
        ],
        facts: vec![("Mailbox", "support@acme.test".into()), ("Messages", "6".into())],
        created: ago(190),
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

fn ticket(may_write: bool, error: bool) -> TicketPage {
    TicketPage {
        shell: shell(),
        list: list(Some(0), 50),
        ticket: TicketView {
            key: "ACME-214".into(),
            subject: "Can't log in since the update".into(),
            status: Status::Open,
            priority: Priority::High,
            assignee: Some(Face::new("1", "Ada Lovelace", "ada@agents.test")),
            clock: Some(ClockChip { what: "Next response", text: "42 min".into(), tone: "warn" }),
            tags: vec!["login".into()],
            back: "/tickets?view=inbox".into(),
            context: "view=inbox".into(),
            may_write,
            offer_me: true,
            flash: (!error).then_some(Flash { tone: "", icon: "check", text: "Your reply is on its way.".into() }),
            stream: stream(),
        },
        composer: Composer {
            to: "Grace Hopper".into(),
            first_name: "Grace".into(),
            from: "support@acme.test".into(),
            draft: "acme:ACME-214".into(),
            reply_error: error.then(|| "Grace wrote while you were typing. Read the newest message, then send again or send anyway.".into()),
            reply_text: if error { "Dear Grace,\n\nwhich machine is left?".into() } else { String::new() },
            stale: error,
            ..Composer::default()
        },
        panel: panel(),
    }
}

fn write(name: &str, page: &str) {
    if let Some(folder) = option_env!("POSTROOM_GALLERY") {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(Path::new(folder).join(name), page).unwrap();
    }
}

#[test]
fn every_page_renders_within_its_budget_and_without_inline_script_or_style() {
    let pages = [
        (
            "list.html",
            TicketsPage {
                shell: shell(),
                list: list(None, 50),
            }
            .render()
            .unwrap(),
        ),
        (
            "empty.html",
            TicketsPage {
                shell: shell(),
                list: list(None, 0),
            }
            .render()
            .unwrap(),
        ),
        ("ticket.html", ticket(true, false).render().unwrap()),
        ("stale.html", ticket(true, true).render().unwrap()),
        ("viewer.html", ticket(false, false).render().unwrap()),
        (
            "login.html",
            LoginPage {
                tenant: "Acme GmbH".into(),
                lead: "Welcome back.",
                error: None,
                email: String::new(),
                next: String::new(),
            }
            .render()
            .unwrap(),
        ),
        (
            "login-error.html",
            LoginPage {
                tenant: "Acme GmbH".into(),
                lead: "Welcome back.",
                error: Some("Address or password is not right.".into()),
                email: "ada@agents.test".into(),
                next: String::new(),
            }
            .render()
            .unwrap(),
        ),
        (
            "root.html",
            RootPage {
                example: "acme.desk.example".into(),
                error: None,
            }
            .render()
            .unwrap(),
        ),
        (
            "set-password.html",
            SetPasswordPage {
                email: "ada@agents.test".into(),
                least: 15,
                error: None,
                done: false,
                login: None,
            }
            .render()
            .unwrap(),
        ),
        ("platform.html", platform().render().unwrap()),
    ];
    for (name, page) in pages {
        write(name, &page);
        // P12 gives the list 60 kB; a ticket carries the list beside it.
        let budget = if page.contains("has-ticket") {
            80_000
        } else {
            60_000
        };
        assert!(page.len() <= budget, "{name} has {} bytes", page.len());
        for forbidden in [" style=", "<style", " onclick", "javascript:", "<script>"] {
            assert!(!page.contains(forbidden), "{name} contains {forbidden}");
        }
    }
}

fn platform() -> PlatformPage {
    PlatformPage {
        form_token: "sample".into(),
        accounts: vec![
            AccountLine {
                name: "main".into(),
                tenant: "acme".into(),
                state: "watching",
                tone: "good",
                seen: Some(ago(1)),
                error: String::new(),
            },
            AccountLine {
                name: "catchall".into(),
                tenant: String::new(),
                state: "waiting",
                tone: "bad",
                seen: None,
                error: "The server refused the password.".into(),
            },
        ],
        intake: vec![IntakeLine {
            state: "ignored",
            tone: "",
            reason: "no address of ours".into(),
            account: "main".into(),
            from: "shop@elsewhere.test".into(),
            subject: "20 % off".into(),
            at: ago(70),
        }],
    }
}

#[test]
fn all_assets_together_stay_small() {
    let total: usize = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/static"))
        .unwrap()
        .map(|entry| {
            zstd::encode_all(std::fs::File::open(entry.unwrap().path()).unwrap(), 9)
                .unwrap()
                .len()
        })
        .sum();
    assert!(total <= 100_000, "{total} bytes");
}
