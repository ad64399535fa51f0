//! Every page with sample data: renders within its budget, and can be looked at.
//! With `POSTROOM_GALLERY` set to a folder while compiling, the pages and the files of `static/` are written there.

mod conversation;
mod panel;

use std::path::Path;

use askama::Template;
use chrono::{DateTime, Duration, TimeZone, Utc};

use super::login::LoginPage;
use super::platform::{AccountLine, IntakeLine, PlatformPage};
use super::root::RootPage;
use super::set_password::SetPasswordPage;
use super::ticket::TicketPage;
use super::tickets::TicketsPage;
use crate::domain::ticket::{Priority, Status};
use crate::web::show::{
    Chip, ClockChip, Composer, Empty, Face, Flash, ListView, Row, Shell, TicketView, View,
    ViewLink, When,
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
        views: ViewLink::all(Some(View::Inbox), |view| match view {
            View::Inbox => 34,
            View::Mine => 5,
            View::Unassigned => 12,
            View::Waiting => 7,
            View::Late => 2,
            View::All | View::Snoozed => 0,
        }),
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
            stream: conversation::stream(),
        },
        composer: Composer {
            to: "grace@customers.test".into(),
            bcc: if error { "boss@acme.test".into() } else { String::new() },
            files_again: error,
            first_name: "Grace".into(),
            from: "support@acme.test".into(),
            draft: "acme:ACME-214".into(),
            reply_error: error.then(|| "Grace wrote while you were typing. Read the newest message, then send again or send anyway.".into()),
            reply_text: if error { "Dear Grace,\n\nwhich machine is left?".into() } else { String::new() },
            stale: error,
            newer: if error {
                vec![crate::web::show::Newer {
                    author: "Grace Hopper".into(),
                    at: ago(1),
                    text: "It is the second machine, by the way.".into(),
                }]
            } else {
                vec![]
            },
            ..Composer::default()
        },
        panel: panel::panel(),
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
