//! An agent's reply that waits for their second look: it stands in the ticket, they are told why, and one click, one
//! call or one mail sends it, with the commands that stood above it.

use uuid::Uuid;

use crate::desk::case::Case;
use crate::desk::change::touch;
use crate::desk::directory::Office;
use crate::desk::hand::Hand;
use crate::desk::speak::{self, Note, Reply, Thread, Upload};
use crate::desk::tell::{self, Occasion};
use crate::desk::{DeskError, Who, letters, orders};
use crate::domain::agent_mail::caution::Because;
use crate::domain::commands::{Orders, Voice, understand};
use crate::domain::event::EventType;
use crate::domain::ids::{BlobId, InboundId, MessageId};
use crate::domain::message::{AttachmentRow, Authentication, Identity, Kind, MatchedBy, Message};
use crate::store::held::Waiting;
use crate::store::messages::NewMessage;
use crate::store::participants::Participant;
use chrono::{DateTime, Utc};

/// A reply that shall wait.
pub struct Waits<'a> {
    /// What the customer would get.
    pub text: &'a str,
    /// The command lines above it.
    pub commands: &'a [String],
    /// Why it waits.
    pub because: Because,
    /// The same as a sentence for its author.
    pub reason: &'a str,
    /// What else its author should read: what arrived meanwhile, or what there is to choose from.
    pub more: String,
    /// The newest thing that its author had seen.
    pub seen: Option<Uuid>,
    /// Its files, as parts of the raw mail in `blob`.
    pub attachments: Vec<AttachmentRow>,
    /// Where the raw mail is.
    pub blob: BlobId,
    /// The received mail.
    pub inbound: InboundId,
    /// What the trusted hop says about its sender.
    pub authentication: Authentication,
    /// Its author knows already that such mails of theirs wait, and is not told again: a program that answers every
    /// mail would answer that one, too.
    pub silently: bool,
    /// It is forged, and nothing forged in the same name waits yet: the tenant's admins hear of it.
    pub alarming: bool,
}

/// Keeps a reply in the ticket without sending it, and tells its author.
pub fn hold(hand: &mut Hand<'_>, case: &mut Case, who: &Who, waits: Waits<'_>) -> MessageId {
    let office = hand.office;
    let person = who.user.and_then(|id| office.person(id));
    let author = speak::author(who, person.map(|m| m.user.email.as_str()));
    let mut reason = waits.reason.to_owned();
    if !waits.commands.is_empty() {
        reason = format!("{reason} With it: {}.", waits.commands.join(", "));
    }
    let doubtful = matches!(
        waits.because,
        Because::Unproven | Because::Forged | Because::Marked
    );
    let message = Message {
        id: hand.id(),
        ticket: case.ticket.id,
        kind: Kind::Reply,
        from: crate::domain::address::Party {
            email: author.email.clone(),
            name: author.name.clone(),
        },
        author,
        to: vec![speak::requester(case)],
        cc: Vec::new(),
        reply_to: Vec::new(),
        subject: letters::reply_subject(&case.ticket.subject),
        text: waits.text.trim_end().to_owned(),
        folds: Vec::new(),
        has_html: false,
        attachments: waits.attachments,
        message_id: None,
        in_reply_to: None,
        references: Vec::new(),
        created_at: hand.now,
        held: true,
        held_reason: Some(reason),
        identity: if doubtful {
            Identity::Unverified
        } else {
            Identity::Verified
        },
        machine: None,
        bounce: None,
        authentication: waits.authentication,
        matched_by: MatchedBy::Token,
        inbound: Some(waits.inbound),
    };
    let tenant = office.tenant.id;
    case.ticket.message_count += 1;
    touch(hand, case);
    hand.event(case, EventType::MessageHeld, &who.actor(), None);
    let occasion = Occasion::Waits {
        because: waits.because,
        reason: waits.reason.to_owned(),
        more: waits.more,
    };
    if waits.alarming {
        let knows = |user| waits.silently && who.user == Some(user);
        let admins = office.people.iter().filter(|m| {
            m.is_here() && m.role >= crate::domain::person::Role::Admin && !knows(m.user.id)
        });
        case.told
            .extend(admins.map(|m| (m.user.id, occasion.clone())));
        case.pushed.push(Occasion::Forged);
    }
    let author = who.user.filter(|_| !waits.silently);
    case.told.extend(author.map(|user| (user, occasion)));
    hand.work.messages.push(NewMessage {
        tenant,
        author_id: who.user.map(|u| u.0),
        html: None,
        attachment_blobs: vec![waits.blob; usize::from(!message.attachments.is_empty())],
        message: message.clone(),
    });
    hand.work.waiting.push((
        tenant,
        Waiting {
            message: message.id,
            because: waits.because,
            seen: waits.seen,
            commands: waits.commands.join("\n"),
        },
    ));
    tell::settle(
        hand,
        case,
        Some(&message),
        &format!("message:{}", message.id),
    );
    message.id
}

/// A reply that waits, with what is needed to send it.
pub struct Held<'a> {
    /// The message.
    pub message: &'a Message,
    /// What is known about it beside.
    pub waiting: Option<&'a Waiting>,
    /// Its files.
    pub files: Vec<Upload>,
}

/// What the commands above a reply that waits want, as they are understood now.
///
/// # Errors
/// A command that has lost its meaning since.
pub fn wanted(
    office: &Office,
    speaker: &Who,
    people: &[Participant],
    held: &Held<'_>,
    now: DateTime<Utc>,
) -> Result<Orders, DeskError> {
    let Some(waiting) = held.waiting.filter(|w| !w.commands.is_empty()) else {
        return Ok(Orders::default());
    };
    let read = understand(
        &waiting.commands,
        &orders::known(office, speaker, people, now),
    );
    if read.unclear.is_empty() {
        Ok(read.orders)
    } else {
        Err(DeskError::Unclear(read.unclear))
    }
}

/// Sends a reply that waited: the row gives way to the one that goes out, with its own tokens and recipients. What waited
/// without a word, for its commands alone, goes to nobody, and what was meant as a note becomes one. The caller carries
/// out what the commands want beside.
///
/// # Errors
/// It cannot be sent.
pub fn send(
    hand: &mut Hand<'_>,
    case: &mut Case,
    (releaser, speaker): (&Who, &Who),
    held: Held<'_>,
    wanted: &Orders,
    thread: &Thread,
) -> Result<Option<MessageId>, DeskError> {
    drop_row(hand, case, held.message.id);
    hand.event(case, EventType::MessageReleased, &releaser.actor(), None);
    orders::before_speaking(hand, case, speaker, wanted);
    let text = held.message.text.clone();
    if text.trim().is_empty() && held.files.is_empty() {
        return Ok(None);
    }
    let (by, authentication) = (held.message.matched_by, held.message.authentication);
    if wanted.voice == Voice::Note {
        let note = Note {
            text,
            by: Some(by),
            attachments: held.files,
            authentication: Some(authentication),
            ..Note::default()
        };
        return Ok(Some(speak::jot(hand, case, speaker, &note)));
    }
    let reply = Reply {
        text,
        attachments: held.files,
        by: Some(by),
        authentication: Some(authentication),
        ..Reply::default()
    };
    speak::say(hand, case, speaker, &reply, thread).map(Some)
}

/// Throws a reply away that another has taken the place of.
pub fn supersede(hand: &mut Hand<'_>, case: &mut Case, who: &Who, message: &Message) {
    drop_row(hand, case, message.id);
    hand.event(
        case,
        EventType::MessageDiscarded,
        &who.actor(),
        Some(("message", Some(message.from.email.clone()), None)),
    );
}

fn drop_row(hand: &mut Hand<'_>, case: &mut Case, message: MessageId) {
    hand.work.removed.push((hand.office.tenant.id, message));
    case.ticket.message_count -= 1;
    touch(hand, case);
}
