//! Opening a ticket by hand or by program, for a customer.

use crate::desk::case::Case;
use crate::desk::change::{self};
use crate::desk::clocks;
use crate::desk::hand::Hand;
use crate::desk::letters::{self, Letter};
use crate::desk::react::{self, Cause, Heard};
use crate::desk::receive;
use crate::desk::tell::{self, Occasion};
use crate::desk::work::{Turns, Work};
use crate::desk::{Desk, DeskError, Who};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::contact::Contact;
use crate::domain::event::EventType;
use crate::domain::ids::{MessageId, TicketId};
use crate::domain::message::{
    Authentication, Author, AuthorType, Identity, Kind, MatchedBy, Message,
};
use crate::domain::rules::Trigger;
use crate::domain::ticket::{Change, Priority, Side};
use crate::store::messages::NewMessage;
use crate::store::{self};

/// A ticket to be opened.
#[derive(Debug, Clone)]
pub struct NewTicket {
    /// What it is about.
    pub subject: String,
    /// What the customer said, or what is said to them.
    pub text: String,
    /// For whom.
    pub requester: Party,
    /// Under which address; absent: the tenant's first.
    pub mailbox: Option<EmailAddress>,
    /// How much it hurries; absent: normal.
    pub priority: Option<Priority>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Mails the text to the customer.
    pub notify: bool,
    /// By which way.
    pub by: MatchedBy,
}

impl Desk {
    /// Opens a ticket for a customer.
    pub async fn open_ticket(&self, who: &Who, new: NewTicket) -> Result<TicketId, DeskError> {
        let requester = new.requester.address().ok_or_else(|| {
            DeskError::invalid(
                "requester",
                format!("{:?} is not a mail address", new.requester.email),
            )
        })?;
        if new.subject.trim().is_empty() || new.subject.chars().count() > 500 {
            return Err(DeskError::invalid(
                "subject",
                "expected 1 to 500 characters",
            ));
        }
        let directory = self.directory();
        let office = directory
            .office(who.tenant)
            .ok_or(DeskError::NotFound("tenant"))?;
        let mailbox = match &new.mailbox {
            Some(address) => office.mailbox_at(address),
            None => office.mailboxes.first(),
        }
        .ok_or_else(|| DeskError::invalid("mailbox", "there is no such mailbox"))?
        .clone();

        let mut tx = self.db.write().await?;
        let number = store::tenants::take_numbers(&mut tx, who.tenant, 1).await?;
        let mut turns = Turns::default();
        turns.read(&mut tx, office).await?;
        let known = store::contacts::by_addresses(&mut tx, &[(who.tenant, &requester)])
            .await?
            .pop();
        let mut work = Work::default();
        let now = self.clock.now();
        let mut hand = self.hand(&directory, office, &mut work, &mut turns);
        let contact = known.map_or_else(
            || {
                let contact = Contact {
                    id: hand.id(),
                    email: requester,
                    name: new.requester.name.clone(),
                    blocked: false,
                };
                hand.work.contacts.push((who.tenant, contact.clone()));
                contact
            },
            |(_, _, contact)| contact,
        );
        let mut case = receive::new_case(
            &mut hand,
            contact,
            &mailbox,
            number,
            new.subject.trim().to_owned(),
            Vec::new(),
        );
        begin(&mut hand, &mut case, who, &new)?;
        let id = case.ticket.id;
        case.settle(&mut work, office, now);
        work.flush(&mut tx, now).await?;
        turns.flush(&mut tx).await?;
        tx.commit().await?;
        Ok(id)
    }
}

fn begin(
    hand: &mut Hand<'_>,
    case: &mut Case,
    who: &Who,
    new: &NewTicket,
) -> Result<(), DeskError> {
    let actor = who.actor();
    hand.event(case, EventType::Created, &actor, None);
    let wanted = Change {
        priority: new.priority,
        tags: (!new.tags.is_empty()).then(|| new.tags.clone()),
        ..Change::default()
    };
    change::check(hand, &wanted)?;
    if let Some(priority) = new.priority {
        case.ticket.priority = priority;
    }
    case.tags
        .extend(new.tags.iter().map(|t| t.trim().to_lowercase()));
    let message = first_message(hand, case, who, new)?;
    clocks::opened(hand, case);
    let heard = Heard {
        message: &message,
        body: &message.text,
        verdict: None,
        headers: None,
    };
    react::after(
        hand,
        case,
        &Cause::event(Trigger::TicketCreated, &actor),
        Some(&heard),
    );
    change::assign_by_team(hand, case);
    react::tell_owners(hand, case, Occasion::NewTicket);
    case.told.retain(|(user, _)| Some(*user) != who.user);
    tell::settle(
        hand,
        case,
        Some(&message),
        &format!("message:{}", message.id),
    );
    Ok(())
}

/// The first message: the customer's words as somebody noted them, or with `notify` our words to the customer.
fn first_message(
    hand: &mut Hand<'_>,
    case: &mut Case,
    who: &Who,
    new: &NewTicket,
) -> Result<Message, DeskError> {
    let office = hand.office;
    let mailbox = office
        .mailbox(case.ticket.mailbox)
        .ok_or(DeskError::NotFound("mailbox"))?;
    let id: MessageId = hand.id();
    let customer = Party {
        email: case.requester.email.to_string(),
        name: case.requester.name.clone(),
    };
    let ours = Party {
        email: mailbox.address.to_string(),
        name: mailbox.name.clone(),
    };
    let mut message = Message {
        id,
        ticket: case.ticket.id,
        kind: Kind::Inbound,
        author: Author {
            kind: AuthorType::Contact,
            email: customer.email.clone(),
            name: case.requester.display().to_owned(),
        },
        from: customer.clone(),
        to: vec![ours.clone()],
        cc: Vec::new(),
        reply_to: Vec::new(),
        subject: case.ticket.subject.clone(),
        text: new.text.clone(),
        folds: Vec::new(),
        has_html: false,
        attachments: Vec::new(),
        message_id: None,
        in_reply_to: None,
        references: Vec::new(),
        created_at: hand.now,
        held: false,
        held_reason: None,
        identity: Identity::Verified,
        machine: None,
        bounce: None,
        authentication: Authentication::Unknown,
        matched_by: new.by,
        inbound: None,
    };
    if new.notify {
        let email = who
            .user
            .and_then(|u| office.person(u))
            .map(|m| m.user.email.to_string())
            .unwrap_or_default();
        message.kind = Kind::Reply;
        message.author = Author {
            kind: AuthorType::User,
            email,
            name: who.name.clone(),
        };
        message.from = ours;
        message.to = vec![customer.clone()];
        let letter = Letter {
            message: id,
            sender: mailbox.name.clone(),
            to: vec![customer],
            cc: Vec::new(),
            bcc: Vec::new(),
            subject: case.ticket.subject.clone(),
            text: new.text.clone(),
            html: None,
            attachments: Vec::new(),
            in_reply_to: None,
            references: Vec::new(),
            automatic: None,
            cause: format!("message:{id}"),
            send_at: hand.now,
        };
        message.message_id = Some(letters::queue(hand, case, &letter)?);
        case.ticket.first_response_at = Some(hand.now);
        case.ticket.last_customer_message_at = None;
        case.ticket.spoke(Side::Agent, hand.now);
    }
    case.ticket.message_count += 1;
    hand.work.messages.push(NewMessage {
        tenant: office.tenant.id,
        author_id: who.user.map(|u| u.0).filter(|_| new.notify),
        html: None,
        attachment_blobs: Vec::new(),
        message: message.clone(),
    });
    Ok(message)
}
