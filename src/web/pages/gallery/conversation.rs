//! A conversation with one of everything.

use super::ago;
use crate::domain::mail::{Fold, FoldKind};
use crate::domain::message::Kind;
use crate::web::show::{
    Badge, DeliveryLine, Entry, EventLine, Face, File, Held, MessageView, parts,
};

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
        card: None,
        has_html: kind == Kind::Inbound,
        is_rich: false,
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

#[expect(
    clippy::too_many_lines,
    reason = "a conversation with one of everything"
)]
pub(super) fn stream() -> Vec<Entry> {
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
            is_picture: false,
            has_view: false,
        },
        File {
            id: "2".into(),
            name: "session.har".into(),
            size: "1.4 MB".into(),
            icon: "clip",
            is_picture: false,
            has_view: false,
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
