//! Letters and notes that rules write. A letter is an automatic mail by RFC 3834: it never answers a machine, never an
//! address that nothing proves, and after a few on one ticket a person has to look first.

use chrono::Duration;

use super::{Doing, possible};
use crate::desk::case::Case;
use crate::desk::change::touch;
use crate::desk::directory::Office;
use crate::desk::letters::{self, Letter};
use crate::desk::texts;
use crate::domain::acknowledge;
use crate::domain::address::Party;
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::MessageId;
use crate::domain::mail::Automatic;
use crate::domain::message::{
    Authentication, Author, AuthorType, Identity, Kind, MatchedBy, Message,
};
use crate::store::messages::NewMessage;
use crate::store::{self, StoreError, Tx};

/// What a letter answers: the ids that keep it in the customer's thread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    /// In-Reply-To, without brackets.
    pub in_reply_to: Option<String>,
    /// References, oldest first, without brackets (RFC 5322 section 3.6.4).
    pub references: Vec<String>,
}

impl Lineage {
    /// Of an answer to this message.
    pub fn answering(message: &Message) -> Self {
        let mut references = message.references.clone();
        if references.is_empty() {
            references.extend(message.in_reply_to.clone());
        }
        if message.kind == Kind::Inbound {
            references.extend(message.message_id.clone());
        }
        let in_reply_to = match message.kind {
            Kind::Inbound => message.message_id.clone(),
            _ => message.in_reply_to.clone(),
        };
        Self {
            in_reply_to,
            references,
        }
    }
}

/// Reads what letters of rules need to know about tickets in hand; nothing where no rule writes any.
pub async fn prepare(
    tx: &mut Tx,
    office: &Office,
    cases: &mut [Case],
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), StoreError> {
    if !office.assigns.letters {
        return Ok(());
    }
    let tenant = office.tenant.id;
    let ids: Vec<_> = cases.iter().map(|c| c.ticket.id).collect();
    let since = now - Duration::days(1);
    let sent = store::rules::automatic_letters(tx, tenant, &ids, since).await?;
    for case in cases {
        let id = case.ticket.id;
        let count = sent.iter().find(|(ticket, _)| *ticket == id);
        case.automatic_letters = count.map_or(0, |(_, count)| *count);
        let newest = store::messages::newest(tx, tenant, id, 20).await?;
        case.answers = newest
            .iter()
            .find(|m| !m.held && m.kind == Kind::Inbound && m.message_id.is_some())
            .map(Lineage::answering);
    }
    Ok(())
}

impl Doing<'_, '_> {
    /// Sends the customer a canned reply.
    pub(super) fn answer(&mut self, name: &str, actor: &Actor) -> Result<(), String> {
        self.may_answer()?;
        let office = self.hand.office;
        let text = texts::canned(self.hand, self.case, name, None)?;
        let mailbox = office
            .mailbox(self.case.ticket.mailbox)
            .ok_or("the ticket's mailbox is switched off")?;
        let lineage = self
            .heard
            .map(|h| Lineage::answering(h.message))
            .or_else(|| self.case.answers.clone())
            .unwrap_or_default();
        let (id, customer) = (self.hand.id::<MessageId>(), customer(self.case));
        let letter = Letter {
            message: id,
            sender: mailbox.name.clone(),
            to: vec![customer.clone()],
            cc: Vec::new(),
            bcc: Vec::new(),
            subject: letters::reply_subject(&self.case.ticket.subject),
            text: format!("{}\n", text.trim_end()),
            html: None,
            attachments: Vec::new(),
            in_reply_to: lineage.in_reply_to,
            references: lineage.references,
            automatic: Some(Automatic::Replied),
            cause: format!("message:{id}"),
            send_at: self.hand.now,
        };
        let mail_id = letters::queue(self.hand, self.case, &letter).map_err(|e| e.to_string())?;
        let mut message = self.blank(id, Kind::Notice, mailbox.name.clone());
        message.from = Party {
            email: mailbox.address.to_string(),
            name: mailbox.name.clone(),
        };
        message.to = vec![customer];
        message.subject = letter.subject;
        message.text = letter.text;
        message.message_id = Some(mail_id);
        message.in_reply_to = letter.in_reply_to;
        message.references = letter.references;
        self.case.automatic_letters += 1;
        self.keep(message);
        self.hand.event(
            self.case,
            EventType::MessageCreated,
            actor,
            Some(("canned", None, Some(name.to_owned()))),
        );
        Ok(())
    }

    /// Whether an automatic letter may go out, or why not.
    fn may_answer(&self) -> Result<(), String> {
        let case = &self.case;
        let here = usize::try_from(case.automatic_letters).unwrap_or(usize::MAX);
        acknowledge::one_more_letter(here, &case.letters_elsewhere, self.hand.now)?;
        if case.ticket.spam {
            return Err(possible::SPAM.to_owned());
        }
        if let Some(because) = &case.silence {
            return Err(because.clone());
        }
        let borrowed = self.heard.is_some_and(|heard| {
            heard.message.kind == Kind::Inbound && heard.message.identity == Identity::Unverified
        });
        if borrowed {
            return Err(possible::BORROWED.to_owned());
        }
        Ok(())
    }

    /// Writes a note for staff.
    pub(super) fn note(&mut self, text: &str, actor: &Actor) -> Result<(), String> {
        let text = possible::note(text, &texts::variables(self.hand, self.case))?;
        let mut message = self.blank(self.hand.id(), Kind::Note, actor.name().to_owned());
        text.trim_end().clone_into(&mut message.text);
        self.keep(message);
        self.hand
            .event(self.case, EventType::NoteAdded, actor, None);
        Ok(())
    }

    /// A message that no person wrote.
    fn blank(&self, id: MessageId, kind: Kind, name: String) -> Message {
        Message {
            id,
            ticket: self.case.ticket.id,
            kind,
            author: Author {
                kind: AuthorType::System,
                email: String::new(),
                name: name.clone(),
            },
            from: Party {
                email: String::new(),
                name,
            },
            to: Vec::new(),
            cc: Vec::new(),
            reply_to: Vec::new(),
            subject: String::new(),
            text: String::new(),
            folds: Vec::new(),
            has_html: false,
            attachments: Vec::new(),
            message_id: None,
            in_reply_to: None,
            references: Vec::new(),
            created_at: self.hand.now,
            held: false,
            held_reason: None,
            identity: Identity::Verified,
            machine: None,
            bounce: None,
            authentication: Authentication::Unknown,
            matched_by: MatchedBy::New,
            inbound: None,
        }
    }

    fn keep(&mut self, message: Message) {
        self.case.ticket.message_count += 1;
        touch(self.hand, self.case);
        self.hand.work.messages.push(NewMessage {
            tenant: self.hand.office.tenant.id,
            author_id: None,
            html: None,
            attachment_blobs: Vec::new(),
            message,
        });
    }
}

fn customer(case: &Case) -> Party {
    Party {
        email: case.requester.email.to_string(),
        name: case.requester.name.clone(),
    }
}
