//! **message** of the HTTP API.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::enclosed::{CalendarView, NestedMailView, ProtectionView};
use super::{Address, words};
use crate::domain::disguise::{Doubt, answers_to_us, doubts};
use crate::domain::mail::{Bounce, BounceRecipient, Enclosed, Fold, Machine, unfolded};
use crate::domain::message::{
    AttachmentRow, Authentication, AuthorType, Identity, Kind, MatchedBy, Message,
};
use crate::store::outbox::{Listed, OutboxState};

/// A message of a ticket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageView {
    id: Uuid,
    /// The ticket's key.
    ticket: String,
    #[schema(schema_with = words::kind)]
    kind: Kind,
    author: AuthorView,
    from: Address,
    to: Vec<Address>,
    cc: Vec<Address>,
    reply_to: Vec<Address>,
    subject: String,
    /// The whole text, quotes and signature included.
    text: String,
    /// Ranges of `text`, counted in characters, that are quotes or signatures.
    folds: Vec<FoldView>,
    /// `text` without its folds.
    reply_text: String,
    /// Sanitised; null if there is only text.
    html: Option<String>,
    attachments: Vec<AttachmentView>,
    /// The event that the mail is about: an invitation, a cancellation, an answer.
    calendar: Option<CalendarView>,
    /// Whether the mail is signed or encrypted: recognised by its shape, never verified.
    protection: Option<ProtectionView>,
    /// Previews of mails among the attachments.
    mails: Vec<NestedMailView>,
    /// Without brackets.
    message_id: Option<String>,
    in_reply_to: Option<String>,
    /// Oldest first.
    references: Vec<String>,
    created_at: DateTime<Utc>,
    /// It waits for a person.
    held: bool,
    /// Why it waits.
    held_reason: Option<String>,
    #[schema(schema_with = words::identity)]
    identity: Identity,
    /// Null if a person wrote it. `loop` is our own mail that came back and that somebody took in all the same; left to
    /// itself it is `ignored` in `/intake`, and makes no message.
    #[schema(schema_with = words::machine, nullable)]
    machine: Option<Machine>,
    bounce: Option<BounceView>,
    #[schema(schema_with = words::authentication)]
    authentication: Authentication,
    #[schema(schema_with = words::matched_by)]
    matched_by: MatchedBy,
    /// What speaks against believing the name of the sender.
    doubts: Vec<DoubtView>,
    /// One for each recipient.
    delivery: Vec<DeliveryView>,
}

/// Something about a sender that people should know before they believe the name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Doubt)]
pub struct DoubtView {
    /// `name_is_an_address`, `name_of_a_colleague`, `look_alike_domain`, `hidden_characters`, `answers_to_us`.
    kind: &'static str,
    /// As a sentence.
    text: String,
}

impl DoubtView {
    fn all(message: &Message, own: &[(String, String)]) -> Vec<Self> {
        if message.kind != Kind::Inbound {
            return Vec::new();
        }
        let own = || {
            own.iter()
                .map(|(name, address)| (name.as_str(), address.as_str()))
        };
        let elsewhere = answers_to_us(&message.from, &message.reply_to, own());
        doubts(&message.from, own())
            .into_iter()
            .chain(elsewhere)
            .map(|Doubt { kind, text }| Self { kind, text })
            .collect()
    }
}

/// Who wrote a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Author)]
pub struct AuthorView {
    #[serde(rename = "type")]
    #[schema(schema_with = words::author_type)]
    kind: AuthorType,
    /// Empty for the system.
    email: String,
    name: String,
}

/// A range of a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fold)]
pub struct FoldView {
    start: usize,
    /// The character after its last.
    end: usize,
    /// `quote` or `signature`.
    kind: &'static str,
}

/// A file that came with a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub struct AttachmentView {
    id: Uuid,
    filename: String,
    /// As the sender claims; what is served is decided from the bytes.
    content_type: String,
    /// Bytes after decoding.
    size: i64,
    /// Hexadecimal.
    sha256: String,
    /// Shown in place, inside the HTML.
    inline: bool,
    content_id: Option<String>,
}

/// A report about a mail that went out: of its delivery, or, by a read receipt, that it was opened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bounce)]
pub struct BounceView {
    recipients: Vec<BounceRecipientView>,
    original_message_id: Option<String>,
}

/// What happened to one recipient.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BounceRecipient)]
pub struct BounceRecipientView {
    address: String,
    /// The enhanced status code, such as `5.1.1`.
    status: String,
    /// `failed`, `delayed`, `relayed`, `delivered`, `expanded`; in a read receipt `displayed`, `deleted`, `processed`.
    action: String,
    /// Trying again is pointless.
    permanent: bool,
    /// What the server said; empty if nothing is known but the code.
    words: String,
}

/// How one recipient's delivery stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    recipient: String,
    #[schema(schema_with = words::delivery_state)]
    state: &'static str,
    /// The server's last words.
    detail: Option<String>,
    at: DateTime<Utc>,
}

/// What stands around a message in the store.
pub struct Surroundings<'a> {
    /// Its ticket's key.
    pub ticket: &'a str,
    /// Its HTML, sanitised.
    pub html: Option<String>,
    /// What it carries beside text and files.
    pub enclosed: Enclosed,
    /// Its outgoing rows.
    pub deliveries: Vec<&'a Listed>,
    /// Whom its sender could claim to be.
    pub own_names: &'a [(String, String)],
}

impl MessageView {
    /// The message as programs see it.
    pub fn new(message: Message, around: Surroundings<'_>) -> Self {
        let addresses = |parties: &[_]| parties.iter().map(Address::from).collect();
        Self {
            doubts: DoubtView::all(&message, around.own_names),
            id: message.id.0,
            ticket: around.ticket.to_owned(),
            kind: message.kind,
            author: AuthorView {
                kind: message.author.kind,
                email: message.author.email,
                name: message.author.name,
            },
            from: Address::from(&message.from),
            to: addresses(&message.to),
            cc: addresses(&message.cc),
            reply_to: addresses(&message.reply_to),
            subject: message.subject,
            reply_text: unfolded(&message.text, &message.folds),
            text: message.text,
            folds: message.folds.iter().map(FoldView::from).collect(),
            html: around.html,
            calendar: around.enclosed.calendar.map(CalendarView::from),
            protection: around.enclosed.protection.map(ProtectionView::from),
            mails: NestedMailView::all(around.enclosed.mails, &message.attachments),
            attachments: message
                .attachments
                .into_iter()
                .map(AttachmentView::from)
                .collect(),
            message_id: message.message_id,
            in_reply_to: message.in_reply_to,
            references: message.references,
            created_at: message.created_at,
            held: message.held,
            held_reason: message.held_reason,
            identity: message.identity,
            machine: message.machine,
            bounce: message.bounce.map(BounceView::from),
            authentication: message.authentication,
            matched_by: message.matched_by,
            delivery: around
                .deliveries
                .into_iter()
                .map(DeliveryView::from)
                .collect(),
        }
    }
}

impl From<&Fold> for FoldView {
    fn from(fold: &Fold) -> Self {
        Self {
            start: fold.start,
            end: fold.end,
            kind: fold.kind.as_str(),
        }
    }
}

impl From<AttachmentRow> for AttachmentView {
    fn from(row: AttachmentRow) -> Self {
        Self {
            id: row.id.0,
            filename: row.filename,
            content_type: row.content_type,
            size: row.size,
            sha256: row.sha256,
            inline: row.inline,
            content_id: row.content_id,
        }
    }
}

impl From<Bounce> for BounceView {
    fn from(bounce: Bounce) -> Self {
        let recipient = |recipient: BounceRecipient| BounceRecipientView {
            address: recipient.address,
            status: recipient.status,
            action: recipient.action,
            permanent: recipient.permanent,
            words: recipient.words,
        };
        Self {
            recipients: bounce.recipients.into_iter().map(recipient).collect(),
            original_message_id: bounce.original_message_id,
        }
    }
}

impl From<&Listed> for DeliveryView {
    fn from(row: &Listed) -> Self {
        Self {
            recipient: row.recipient.clone(),
            state: state(row),
            detail: row.last_reply.clone(),
            at: row.updated_at,
        }
    }
}

/// A row that failed after its server had taken it was sent back by a later one.
fn state(row: &Listed) -> &'static str {
    match row.state {
        OutboxState::Failed if row.sent_at.is_some() => "bounced",
        state => state.public(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{message, moment};
    use super::*;
    use crate::domain::ids::OutboxId;
    use crate::store::outbox::{Audience, Channel};

    fn json(message: Message) -> serde_json::Value {
        let around = Surroundings {
            ticket: "ACME-12",
            html: None,
            enclosed: Enclosed::default(),
            deliveries: Vec::new(),
            own_names: &[],
        };
        serde_json::to_value(MessageView::new(message, around)).unwrap()
    }

    #[test]
    fn a_message_has_every_field_that_was_promised() {
        let json = json(message());
        for field in [
            "id",
            "kind",
            "author",
            "from",
            "to",
            "cc",
            "reply_to",
            "doubts",
            "subject",
            "text",
            "folds",
            "reply_text",
            "html",
            "attachments",
            "calendar",
            "protection",
            "mails",
            "message_id",
            "in_reply_to",
            "references",
            "created_at",
            "held",
            "identity",
            "machine",
            "bounce",
            "authentication",
            "matched_by",
            "delivery",
        ] {
            assert!(json.get(field).is_some(), "{field}");
        }
        assert_eq!(json["author"]["type"], "contact");
        assert_eq!(json["from"]["email"], "Carol@Example.org");
        assert_eq!(json["matched_by"], "new");
    }

    #[test]
    fn a_reply_is_its_text_without_what_was_folded() {
        let mut quoting = message();
        quoting.folds =
            vec![serde_json::from_str(r#"{"start": 5, "end": 12, "kind": "quote"}"#).unwrap()];
        let json = json(quoting);
        assert_eq!(json["text"], "Hot!\n> cold?");
        assert_eq!(json["reply_text"], "Hot!");
        assert_eq!(json["folds"][0]["kind"], "quote");
    }

    #[test]
    fn a_delivery_says_how_far_it_came() {
        let row = |state, sent| Listed {
            id: OutboxId(Uuid::nil()),
            tenant: None,
            channel: Channel::Email,
            audience: Audience::Customer,
            ticket: None,
            ticket_key: None,
            message: None,
            recipient: "carol@example.org".into(),
            mail_id: None,
            state,
            paused: false,
            was_uncertain: false,
            attempts: 1,
            next_attempt_at: moment(),
            last_reply: None,
            created_at: moment(),
            updated_at: moment(),
            sent_at: sent,
        };
        for (row, seen) in [
            (row(OutboxState::FinalDot, None), "sending"),
            (row(OutboxState::Sent, Some(moment())), "sent"),
            (row(OutboxState::Failed, None), "failed"),
            (row(OutboxState::Failed, Some(moment())), "bounced"),
        ] {
            assert_eq!(DeliveryView::from(&row).state, seen);
        }
    }
}
