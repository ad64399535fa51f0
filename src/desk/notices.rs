//! Mail to customers that no person wrote, and the frame around what a person did.

use chrono::{DateTime, Utc};
use liquid::Object;

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::letters::{self, Letter};
use crate::desk::texts::{self, Rendered, object};
use crate::domain::acknowledge;
use crate::domain::address::Party;
use crate::domain::event::Actor;
use crate::domain::ids::MessageId;
use crate::domain::mail::Automatic;
use crate::domain::message::{
    Authentication, Author, AuthorType, Identity, Kind, MatchedBy, Message,
};
use crate::domain::person::Membership;
use crate::domain::template::speech;
use crate::domain::tenant::CustomerNotice;
use crate::domain::ticket::Status;
use crate::store::messages::NewMessage;

/// Where an automatic mail stands in the conversation, and what it is.
pub struct Delivery {
    /// The message it becomes.
    pub message: MessageId,
    /// Whether it answers a mail or tells of something.
    pub automatic: Automatic,
    /// The mail it answers, without brackets.
    pub in_reply_to: Option<String>,
    /// The thread before it, oldest first, without brackets.
    pub references: Vec<String>,
    /// What makes it: running that again queues nothing twice.
    pub cause: String,
}

impl Delivery {
    /// One that tells of something and answers no mail.
    pub fn telling(hand: &Hand<'_>, cause: String) -> Self {
        Self {
            message: hand.id(),
            automatic: Automatic::Generated,
            in_reply_to: None,
            references: Vec::new(),
            cause,
        }
    }
}

/// Queues an automatic mail to the requester, and keeps it in the ticket.
///
/// # Errors
/// Why none can be written, as a sentence.
pub fn deliver(
    hand: &mut Hand<'_>,
    case: &mut Case,
    words: Rendered,
    delivery: Delivery,
) -> Result<(), String> {
    let office = hand.office;
    let mailbox = office.mailbox(case.ticket.mailbox);
    let name = mailbox.map(|m| m.name.clone()).unwrap_or_default();
    let from = mailbox.map(|m| m.address.to_string()).unwrap_or_default();
    let recipient = Party {
        email: case.requester.email.to_string(),
        name: String::new(),
    };
    let letter = Letter {
        message: delivery.message,
        sender: name.clone(),
        to: vec![recipient.clone()],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: words.subject.clone(),
        text: words.text.clone(),
        html: Some(words.html),
        attachments: Vec::new(),
        in_reply_to: delivery.in_reply_to,
        references: delivery.references,
        automatic: Some(delivery.automatic),
        cause: delivery.cause,
        send_at: hand.now,
    };
    let mail_id = letters::queue(hand, case, &letter).map_err(|e| e.to_string())?;
    case.ticket.message_count += 1;
    case.touched = true;
    hand.work.messages.push(NewMessage {
        tenant: office.tenant.id,
        author_id: None,
        html: None,
        attachment_blobs: Vec::new(),
        message: Message {
            id: letter.message,
            ticket: case.ticket.id,
            kind: Kind::Notice,
            author: Author {
                kind: AuthorType::System,
                email: String::new(),
                name: name.clone(),
            },
            from: Party { email: from, name },
            to: vec![recipient],
            cc: Vec::new(),
            reply_to: Vec::new(),
            subject: words.subject,
            text: words.text,
            folds: Vec::new(),
            has_html: false,
            attachments: Vec::new(),
            message_id: Some(mail_id),
            in_reply_to: letter.in_reply_to,
            references: letter.references,
            created_at: hand.now,
            held: false,
            held_reason: None,
            identity: Identity::Verified,
            machine: None,
            bounce: None,
            authentication: Authentication::Unknown,
            matched_by: MatchedBy::New,
            inbound: None,
        },
    });
    Ok(())
}

/// Whether a customer may be written to by itself: not in spam, not if blocked, never one of our own addresses, no machine,
/// and nobody whose name was only used.
pub fn may_write(hand: &Hand<'_>, case: &Case) -> bool {
    let address = &case.requester.email;
    !hand.quiet
        && !case.ticket.spam
        && case.ticket.merged_into.is_none()
        && !case.requester.blocked
        && hand.office.mailbox_at(address).is_none()
        && case.silence.is_none()
        && acknowledge::may_tell(case.written, hand.office.tenant.settings.acknowledge)
}

/// Tells the customer something by the notice `key`; `more` is what only this notice may name. Nothing, if they may not be
/// written to.
fn tell(hand: &mut Hand<'_>, case: &mut Case, key: &str, more: Object, delivery: Delivery) {
    if !may_write(hand, case) {
        return;
    }
    let mut all = texts::variables(hand, case);
    all.extend(more);
    let words = texts::notice(hand, case, key, &all);
    if let Err(problem) = deliver(hand, case, words, delivery) {
        tracing::warn!(ticket = %case.ticket.id, key, problem, "a notice to a customer cannot be written");
    }
}

/// Reminds the customer of a question that they have not answered.
pub fn remind(hand: &mut Hand<'_>, case: &mut Case, delivery: Delivery) {
    tell(hand, case, "ticket.reminder", Object::new(), delivery);
}

/// Tells the customer that their ticket closes at `at` unless they answer.
pub fn closing(hand: &mut Hand<'_>, case: &mut Case, at: DateTime<Utc>, delivery: Delivery) {
    let tenant = &hand.office.tenant;
    let day = speech(&tenant.locale).day(at, tenant.timezone);
    let mut more = Object::new();
    more.insert("closing".into(), object([("at", day)]));
    tell(hand, case, "ticket.closing", more, delivery);
}

/// What follows from a new state, besides rules and clocks: what the tenant wants customers to be told, and when they are
/// asked how satisfied they are.
pub fn status_changed(hand: &mut Hand<'_>, case: &mut Case, from: Status, actor: &Actor) {
    let settings = &hand.office.tenant.settings;
    let to = case.ticket.status;
    if to == Status::Resolved && settings.csat {
        let wait = chrono::Duration::minutes(i64::from(settings.csat_after_minutes));
        let row = (hand.office.tenant.id, case.ticket.id, hand.now + wait);
        hand.work.ratings.push(row);
    }
    // What the customer did themselves they know; that work has begun is no news.
    if matches!(actor, Actor::Contact { .. }) || to == Status::InProgress {
        return;
    }
    let (wanted, key) = match to {
        Status::Closed => (CustomerNotice::Closed, "ticket.closed"),
        _ => (CustomerNotice::Status, "ticket.status"),
    };
    if !settings.customer_notices.contains(&wanted) {
        return;
    }
    let spoken = speech(&hand.office.tenant.locale);
    let mut more = Object::new();
    more.insert(
        "change".into(),
        object([
            ("from", spoken.status(from).to_owned()),
            ("to", spoken.status(to).to_owned()),
            ("by", hand.office.tenant.name.clone()),
        ]),
    );
    let cause = format!("status:{}:{}", case.ticket.id, case.ticket.version + 1);
    let delivery = Delivery::telling(hand, cause);
    tell(hand, case, key, more, delivery);
}

/// What an agent wrote, in the frame that the tenant gave it. Plain: a person's mail looks like one.
pub fn reply(hand: &mut Hand<'_>, case: &Case, person: Option<&Membership>, text: &str) -> String {
    let mut all = texts::variables(hand, case);
    let signature = person.map(|m| m.signature.trim()).unwrap_or_default();
    all.insert("agent".into(), texts::agent(hand.office, person));
    all.insert(
        "reply".into(),
        object([
            ("text", text.trim_end().to_owned()),
            ("signature", signature.to_owned()),
        ]),
    );
    let framed = texts::notice(hand, case, "ticket.reply", &all).text;
    if framed.trim().is_empty() || text.len() > LONGEST_FRAMED {
        // A book is sent as it is: nothing of what a person wrote may be cut.
        return match signature {
            "" => format!("{}\n", text.trim_end()),
            signature => format!("{}\n\n-- \n{signature}\n", text.trim_end()),
        };
    }
    format!("{}\n", framed.trim_end())
}

/// Longer texts are not put into a template, where values have a limit.
const LONGEST_FRAMED: usize = 50_000;
