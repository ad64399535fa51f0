//! A message in words: who is it really, where did it go, why does it wait.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::address::Party;
use crate::domain::mail::Machine;
use crate::domain::message::{AttachmentRow, Authentication, AuthorType, Identity, Kind, Message};
use crate::store::outbox::{Listed, OutboxState};
use crate::web::show::{Badge, DeliveryLine, Face, File, Held, MessageView, When, parts};

impl MessageView {
    /// Words a message with the state of its deliveries.
    pub fn new(message: &Message, deliveries: &[Listed], now: DateTime<Utc>, zone: Tz) -> Self {
        let at = When::new(message.created_at, now, zone);
        let author = match message.author.kind {
            AuthorType::System => Face::system(),
            _ => Face::new("", &message.author.name, &message.author.email),
        };
        let incoming = message.kind == Kind::Inbound;
        Self {
            id: message.id.to_string(),
            kind: message.kind,
            tone: tone(message),
            label: format!("{} by {}, {}", noun(message), author.name, at.exact),
            address: if incoming && message.author.name.trim() != "" {
                message.author.email.clone()
            } else {
                String::new()
            },
            author,
            to: to_line(message),
            at,
            badges: badges(message),
            parts: parts(&message.text, &message.folds),
            has_html: incoming && message.has_html,
            has_raw: message.inbound.is_some(),
            files: message
                .attachments
                .iter()
                .filter(|file| !file.inline || !message.has_html)
                .map(file)
                .collect(),
            delivery: deliveries
                .iter()
                .filter(|row| row.message == Some(message.id))
                .map(delivery)
                .collect(),
            held: message.held.then(|| Held {
                why: message
                    .held_reason
                    .clone()
                    .unwrap_or_else(|| "It waits for a person.".to_owned()),
                incoming,
            }),
        }
    }
}

fn noun(message: &Message) -> &'static str {
    match message.kind {
        Kind::Inbound if message.held => "Held message",
        Kind::Inbound => "Message",
        Kind::Reply if message.held => "Held reply",
        Kind::Reply => "Reply",
        Kind::Note => "Internal note",
        Kind::Notice => "Notice",
    }
}

/// The classes that the style sheet knows. Mail through a list is a person's, and looks like it.
fn tone(message: &Message) -> String {
    let mut tone = String::new();
    if message.kind == Kind::Note {
        tone.push_str("note ");
    }
    if message.held {
        tone.push_str("held ");
    }
    let machine = message
        .machine
        .is_some_and(|machine| machine != Machine::List);
    if machine || message.kind == Kind::Notice {
        tone.push_str("machine");
    }
    tone.trim_end().to_owned()
}

fn to_line(message: &Message) -> String {
    let names = |parties: &[Party]| {
        parties
            .iter()
            .map(|party| party.email.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut line = String::new();
    if message.kind == Kind::Reply && !message.to.is_empty() {
        line = format!("to {}", names(&message.to));
    }
    if !message.cc.is_empty() && message.kind != Kind::Note {
        let gap = if line.is_empty() { "" } else { ", " };
        line = format!("{line}{gap}cc {}", names(&message.cc));
    }
    line
}

fn badges(message: &Message) -> Vec<Badge> {
    let mut badges = Vec::new();
    if let Some(machine) = message.machine {
        badges.push(machine_badge(machine));
    }
    if message.kind != Kind::Inbound {
        return badges;
    }
    if message.identity == Identity::Unverified {
        badges.push(Badge {
            tone: "warn",
            icon: "question",
            text: "unverified",
            title: "It is not certain who wrote this.",
        });
    }
    match message.authentication {
        Authentication::Pass => badges.push(Badge {
            tone: "good",
            icon: "shield",
            text: "signed",
            title: "The sender's domain vouches for this mail (DMARC, or an aligned DKIM or SPF).",
        }),
        Authentication::Fail => badges.push(Badge {
            tone: "bad",
            icon: "mask",
            text: "perhaps forged",
            title: "The sender's domain says that this mail is not from there (DMARC failed).",
        }),
        Authentication::Unknown => {}
    }
    badges
}

fn machine_badge(machine: Machine) -> Badge {
    let (text, title) = match machine {
        Machine::AutoReply => ("automatic", "A program answered by itself."),
        Machine::OutOfOffice => ("away", "Somebody is out of office."),
        Machine::Bounce => ("bounce", "A mail server reports about a delivery."),
        Machine::List => ("list", "It came through a mailing list."),
        Machine::Receipt => ("receipt", "A program confirms that a mail was opened."),
        Machine::FeedbackReport => (
            "complaint",
            "A mail provider reports that somebody complained.",
        ),
        Machine::Loop => ("loop", "One of our own mails came back."),
    };
    Badge {
        tone: "",
        icon: "machine",
        text,
        title,
    }
}

fn file(row: &AttachmentRow) -> File {
    let raster = matches!(
        row.content_type.as_str(),
        "image/png" | "image/jpeg" | "image/gif" | "image/webp"
    );
    File {
        id: row.id.to_string(),
        name: row.filename.clone(),
        size: size(row.size),
        icon: if raster { "picture" } else { "clip" },
    }
}

/// A size as people read it, in units of 1000.
fn size(bytes: i64) -> String {
    match bytes {
        ..1000 => format!("{bytes} B"),
        1000..1_000_000 => format!("{} kB", (bytes + 500) / 1000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

fn delivery(row: &Listed) -> DeliveryLine {
    let (tone, icon, word) = match row.state {
        OutboxState::Pending if row.paused => ("warn", "clock", "Waiting for the mail server"),
        OutboxState::Pending => ("", "clock", "Queued"),
        OutboxState::Sending | OutboxState::FinalDot => ("", "send", "Sending"),
        OutboxState::Sent => ("good", "checks", "Sent"),
        OutboxState::Deferred => ("warn", "clock", "Will be tried again"),
        OutboxState::Uncertain => ("warn", "question", "Perhaps delivered"),
        OutboxState::Failed if row.sent_at.is_some() => ("bad", "warning", "Came back"),
        OutboxState::Failed => ("bad", "warning", "Not delivered"),
        OutboxState::Held => ("warn", "lock", "Held"),
        OutboxState::Cancelled => ("", "cross", "Cancelled"),
    };
    let silent = matches!(
        row.state,
        OutboxState::Sent | OutboxState::Cancelled | OutboxState::Pending
    );
    DeliveryLine {
        recipient: row.recipient.clone(),
        tone,
        icon,
        word,
        detail: if silent {
            String::new()
        } else {
            row.last_reply.clone().unwrap_or_default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, words) in [
            (0, "0 B"),
            (999, "999 B"),
            (1499, "1 kB"),
            (211_600, "212 kB"),
            (1_450_000, "1.4 MB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }
}
