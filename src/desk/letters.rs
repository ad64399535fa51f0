//! Mail to customers: an answer, an acknowledgement. One envelope, one Message-ID and one row per recipient, with
//! bytes that never change again. Only what is public can come here: a note has no way to become a [`Letter`].

use uuid::Uuid;

use crate::desk::DeskError;
use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::domain::address::{EmailAddress, Party};
use crate::domain::ids::{MessageId, OutboxId};
use crate::domain::mail::{Automatic, Outgoing, OutgoingAttachment, compose};
use crate::domain::mailbox::Mailbox;
use crate::domain::token::Purpose;
use crate::store::blobs;
use crate::store::outbox::{Audience, Channel, NewOutbox};
use crate::store::threads::{Known, Node};

/// A mail to customers.
pub struct Letter {
    /// The message it delivers.
    pub message: MessageId,
    /// The name beside the mailbox's address.
    pub sender: String,
    /// To, as everybody sees it.
    pub to: Vec<Party>,
    /// Cc, as everybody sees it.
    pub cc: Vec<Party>,
    /// Gets it, and nobody sees it.
    pub bcc: Vec<Party>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML, already sanitised.
    pub html: Option<String>,
    /// Files.
    pub attachments: Vec<OutgoingAttachment>,
    /// The mail it answers, without brackets.
    pub in_reply_to: Option<String>,
    /// The thread before it, oldest first, without brackets.
    pub references: Vec<String>,
    /// Set for what no person wrote.
    pub automatic: Option<Automatic>,
    /// What makes it: running that again queues nothing twice.
    pub cause: String,
    /// Not before.
    pub send_at: chrono::DateTime<chrono::Utc>,
}

/// Queues a letter; returns the Message-ID that its first recipient gets.
///
/// # Errors
/// An address or the whole cannot be written as a mail.
pub fn queue(hand: &mut Hand<'_>, case: &Case, letter: &Letter) -> Result<String, DeskError> {
    let office = hand.office;
    let mailbox = office.mailbox(case.ticket.mailbox).ok_or_else(|| {
        DeskError::Conflict(
            "the ticket's mailbox is switched off; nothing can be sent from it".to_owned(),
        )
    })?;
    let mut first = None;
    for party in letter.to.iter().chain(&letter.cc).chain(&letter.bcc) {
        let Some(recipient) = party.address() else {
            return Err(DeskError::invalid(
                "to",
                format!("{:?} is not a mail address", party.email),
            ));
        };
        let mail_id = queue_one(hand, case, letter, mailbox, &recipient)?;
        first.get_or_insert(mail_id);
    }
    first.ok_or_else(|| DeskError::invalid("to", "expected at least one recipient"))
}

fn queue_one(
    hand: &mut Hand<'_>,
    case: &Case,
    letter: &Letter,
    mailbox: &Mailbox,
    recipient: &EmailAddress,
) -> Result<String, DeskError> {
    let id: OutboxId = hand.id();
    let who = recipient.as_str();
    let token = hand.token(case, who, Purpose::Customer, Some(letter.message), Some(id));
    let bounce = hand.token(case, who, Purpose::Bounce, Some(letter.message), Some(id));
    let mail_id = format!("{token}@{}", mailbox.address.domain());
    let reply_to = mailbox
        .carries_tokens()
        .then(|| mailbox.address.with_detail(&token));
    let outgoing = Outgoing {
        from: Party {
            email: mailbox.address.to_string(),
            name: letter.sender.clone(),
        },
        to: letter.to.clone(),
        cc: letter.cc.clone(),
        reply_to: reply_to.map(|address| Party {
            email: address.to_string(),
            name: mailbox.name.clone(),
        }),
        subject: letter.subject.clone(),
        message_id: mail_id.clone(),
        date: hand.now,
        in_reply_to: letter.in_reply_to.clone(),
        references: letter.references.clone(),
        text: letter.text.clone(),
        html: letter.html.clone(),
        attachments: letter.attachments.clone(),
        automatic: letter.automatic,
        loop_mark: letter.automatic.map(|_| hand.loop_mark.to_owned()),
        list: None,
    };
    let bytes = compose(&outgoing).map_err(|e| DeskError::invalid("to", e.to_string()))?;
    let envelope_from = if mailbox.carries_tokens() {
        mailbox.address.with_detail(&format!("b-{bounce}"))
    } else {
        mailbox.address.clone()
    };
    let tenant = hand.office.tenant.id;
    hand.work.nodes.push(Known {
        tenant,
        mailbox: mailbox.id,
        node: Node::of(&mail_id),
        ticket: case.ticket.id,
        received: true,
    });
    hand.work.outbox.push(NewOutbox {
        id,
        tenant: Some(tenant),
        channel: Channel::Email,
        audience: Audience::Customer,
        account: mailbox.account,
        mailbox: Some(mailbox.id),
        ticket: Some(case.ticket.id),
        message: Some(letter.message),
        cause: letter.cause.clone(),
        recipient: who.to_owned(),
        envelope_from: envelope_from.to_string(),
        mail_id: Some(mail_id.clone()),
        body: blobs::compress(&bytes),
        send_at: letter.send_at,
    });
    Ok(mail_id)
}

/// The id below which all notices about a ticket hang. It names no mail.
pub fn thread_root(case: &Case, mailbox: &Mailbox) -> String {
    let ticket: Uuid = case.ticket.id.0;
    format!("ticket.{}@{}", ticket.simple(), mailbox.address.domain())
}

/// The subject of an answer: the customer's own, so that every client keeps the thread together.
pub fn reply_subject(subject: &str) -> String {
    let base = subject.trim();
    if base.is_empty() {
        "Re: your message".to_owned()
    } else {
        format!("Re: {base}")
    }
}
