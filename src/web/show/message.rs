//! A message in words: who is it really, where did it go, why does it wait.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::address::Party;
use crate::domain::disguise::{self, answers_to_us, doubts};
use crate::domain::mail::html::Look;
use crate::domain::mail::{Enclosed, Machine, Preview, Protection};
use crate::domain::message::{AttachmentRow, Authentication, AuthorType, Identity, Kind, Message};
use crate::store::outbox::{Listed, OutboxState};
use crate::web::show::{
    Badge, CalendarCard, DeliveryLine, Face, File, Held, MessageView, When, parts,
};

/// Images up to this size are shown small below the message.
const PICTURE_BYTES: i64 = 5_000_000;

/// What was read from the raw mail for a page.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// How it wants to be shown.
    pub look: Look,
    /// What it carries beside text and files.
    pub enclosed: Enclosed,
}

/// What stands around a message.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The deliveries of the ticket.
    pub deliveries: &'a [Listed],
    /// What was read from its raw mail; None where it was not read.
    pub seen: Option<&'a Seen>,
    /// The tenant's people: name and address.
    pub team: &'a [(String, String)],
    /// The reader's clock.
    pub now: DateTime<Utc>,
    /// The reader's time zone.
    pub zone: Tz,
}

impl MessageView {
    /// Words a message with what stands around it.
    pub fn new(message: &Message, around: Around<'_>) -> Self {
        let at = When::new(message.created_at, around.now, around.zone);
        let author = match message.author.kind {
            AuthorType::System => Face::system(),
            _ => Face::new(
                "",
                &disguise::revealed(&message.author.name),
                &disguise::address(&message.author.email),
            ),
        };
        let incoming = message.kind == Kind::Inbound;
        let seen = around.seen.filter(|_| incoming);
        let in_place = |file: &AttachmentRow| {
            let id = file.content_id.as_deref().unwrap_or_default();
            seen.is_some_and(|seen| seen.look.images.iter().any(|image| image == id))
        };
        Self {
            id: message.id.to_string(),
            kind: message.kind,
            tone: tone(message),
            label: format!("{} by {}, {}", noun(message), author.name, at.exact),
            address: if incoming && message.author.name.trim() != "" {
                disguise::address(&message.author.email)
            } else {
                String::new()
            },
            author,
            to: to_line(message),
            at,
            badges: badges(message, around.team, seen),
            parts: parts(&message.text, &message.folds),
            card: seen
                .and_then(|seen| seen.enclosed.calendar.as_ref())
                .map(|event| CalendarCard::new(event, around.zone)),
            has_html: incoming && message.has_html,
            is_rich: seen.is_some_and(|seen| seen.look.is_rich),
            has_raw: message.inbound.is_some(),
            files: message
                .attachments
                .iter()
                .filter(|file| !file.inline || !in_place(file))
                .map(file)
                .collect(),
            delivery: around
                .deliveries
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
            .map(|party| disguise::address(&party.email))
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

fn badges(message: &Message, team: &[(String, String)], seen: Option<&Seen>) -> Vec<Badge> {
    let mut badges = Vec::new();
    if let Some(machine) = message.machine {
        badges.push(machine_badge(machine));
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
    if message.kind != Kind::Inbound {
        return badges;
    }
    let own = || {
        team.iter()
            .map(|(name, address)| (name.as_str(), address.as_str()))
    };
    let elsewhere = answers_to_us(&message.from, &message.reply_to, own());
    badges.extend(
        doubts(&message.from, own())
            .iter()
            .chain(&elsewhere)
            .map(|doubt| doubt_badge(doubt.kind)),
    );
    let protection = seen.and_then(|seen| seen.enclosed.protection);
    badges.extend(protection.into_iter().flat_map(protection_badges));
    badges
}

fn doubt_badge(kind: &str) -> Badge {
    let (text, title) = match kind {
        "name_is_an_address" => (
            "another address in the name",
            "The name shows a mail address that this mail was not sent from.",
        ),
        "name_of_a_colleague" => (
            "a colleague's name",
            "This is the name of one of your team, but not an address of theirs.",
        ),
        "answers_to_us" => (
            "answers go to us",
            "It asks for answers to an address of your own team. Only the sender in From counts.",
        ),
        "look_alike_domain" => (
            "look-alike domain",
            "The domain is made of letters that look like others.",
        ),
        _ => (
            "hidden characters",
            "The name has characters that do not show; they are written out.",
        ),
    };
    Badge {
        tone: "bad",
        icon: "mask",
        text,
        title,
    }
}

fn protection_badges(protection: Protection) -> Vec<Badge> {
    let mut badges = Vec::new();
    if protection.encrypted.is_some() {
        badges.push(Badge {
            tone: "warn",
            icon: "lock",
            text: "encrypted",
            title: "What it says cannot be read here. Download the attachment and open it with a program that has the key.",
        });
    }
    if protection.signed.is_some() {
        badges.push(Badge {
            tone: "",
            icon: "shield",
            text: "carries a signature",
            title: "There is an OpenPGP or S/MIME signature. Nobody has checked it.",
        });
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
        is_picture: raster && row.size <= PICTURE_BYTES,
        has_view: Preview::of(&row.content_type, &row.filename).is_some(),
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
        detail: match row.last_reply.as_deref() {
            Some("displayed") if row.state == OutboxState::Sent => "opened, says a receipt".into(),
            Some("deleted") if row.state == OutboxState::Sent => "deleted, says a receipt".into(),
            Some(reply) if !silent => reply.to_owned(),
            _ => String::new(),
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
