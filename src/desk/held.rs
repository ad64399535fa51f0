//! Messages that wait for a person: a stranger's mail in a known thread, or an agent's mail that could not be proven.

use crate::desk::change::touch;
use crate::desk::clocks;
use crate::desk::receive::{self};
use crate::desk::speak::Thread;
use crate::desk::waiting;
use crate::desk::work::{Turns, Work};
use crate::desk::write::Written;
use crate::desk::{Desk, DeskError, Who, orders};
use crate::domain::address::Party;
use crate::domain::commands::Voice;
use crate::domain::contact::Contact;
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{MessageId, TicketId};
use crate::domain::message::{Kind, Message};
use crate::domain::sla::What;
use crate::domain::ticket::Side;
use crate::store::participants::Part;
use crate::store::{self, Tx};

impl Desk {
    /// Sends a held answer of an agent, as if it had been written on the page, and carries out the commands above it.
    ///
    /// # Errors
    /// [`DeskError::Unclear`] for a command that has lost its meaning since.
    pub async fn release(&self, who: &Who, message: MessageId) -> Result<Written, DeskError> {
        let office = self.office(who.tenant)?;
        let mut tx = self.db.write().await?;
        let held = held(&mut tx, who, message, Kind::Reply).await?;
        let thread = Thread::read_with(&mut tx, who, held).await?;
        let waits = thread.held(message).ok_or(DeskError::NotFound("message"))?;
        let ticket = waits.message.ticket;
        let author = &waits.message.author;
        let speaks = author.email.parse().ok();
        let speaks = speaks.and_then(|address| office.person_at(&address));
        let speaker = Who {
            user: speaks.map(|m| m.user.id).or(who.user),
            name: author.name.clone(),
            ..who.clone()
        };
        let people = store::participants::of_tickets(&mut tx, who.tenant, &[ticket]).await?;
        let wanted = waiting::wanted(&office, &speaker, &people, &waits, self.clock.now())?;
        if let Some(customer) = &wanted.customer {
            self.give_to(&mut tx, &speaker, ticket, customer).await?;
        }
        let sent = self
            .do_in(&mut tx, who.tenant, ticket, |hand, case| {
                let sent = waiting::send(hand, case, (who, &speaker), waits, &wanted, &thread)?;
                orders::after_speaking(hand, case, &speaker, &wanted)?;
                Ok(sent)
            })
            .await?;
        if let Some(number) = wanted.merge {
            self.merge_by_number(&mut tx, &speaker, ticket, number)
                .await?;
        }
        tx.commit().await?;
        Ok(Written {
            message: sent,
            note: wanted.voice == Voice::Note,
            orders: wanted,
        })
    }

    /// Lets a stranger's mail in: its sender takes part from now on.
    pub async fn accept(&self, who: &Who, message: MessageId) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        let held = held(&mut tx, who, message, Kind::Inbound).await?;
        store::messages::set_held(&mut tx, who.tenant, message, false, None).await?;
        self.with_case_in(tx, who.tenant, held.ticket, |hand, case| {
            if let Some(address) = held.from.address() {
                receive::join(hand, case, &address, &held.from.name, Part::Participant);
                hand.event(
                    case,
                    EventType::ParticipantAdded,
                    &who.actor(),
                    Some(("participant", None, Some(address.to_string()))),
                );
            }
            hand.event(case, EventType::MessageReleased, &who.actor(), None);
            case.ticket.spoke(Side::Customer, hand.now);
            touch(hand, case);
            receive::reopen(
                hand,
                case,
                &Actor::Contact {
                    name: held.author.name.clone(),
                },
            );
            clocks::happened(hand, case, What::CustomerMessage, 0);
            Ok(())
        })
        .await
    }

    /// Gives a stranger's mail a ticket of its own.
    pub async fn split(&self, who: &Who, message: MessageId) -> Result<TicketId, DeskError> {
        let directory = self.directory();
        let office = directory
            .office(who.tenant)
            .ok_or(DeskError::NotFound("tenant"))?;
        let mut tx = self.db.write().await?;
        let held = held(&mut tx, who, message, Kind::Inbound).await?;
        let sender = held.from.address().ok_or_else(|| {
            DeskError::Conflict("this mail has no sender to open a ticket for".to_owned())
        })?;
        let number = store::tenants::take_numbers(&mut tx, who.tenant, 1).await?;
        let old = store::tickets::get_for_update(&mut tx, who.tenant, held.ticket)
            .await?
            .ok_or(DeskError::NotFound("ticket"))?;
        let mailbox = office
            .mailbox(old.mailbox)
            .ok_or(DeskError::NotFound("mailbox"))?;
        let known = store::contacts::by_addresses(&mut tx, &[(who.tenant, &sender)])
            .await?
            .pop();
        let (mut work, mut turns, now) = (Work::default(), Turns::default(), self.clock.now());
        let mut hand = self.hand(&directory, office, &mut work, &mut turns);
        let contact = known.map_or_else(
            || {
                let contact = Contact {
                    id: hand.id(),
                    email: sender,
                    name: held.from.name.clone(),
                    blocked: false,
                };
                hand.work.contacts.push((who.tenant, contact.clone()));
                contact
            },
            |(_, _, contact)| contact,
        );
        let subject = if held.subject.trim().is_empty() {
            "(no subject)".to_owned()
        } else {
            held.subject.chars().take(500).collect()
        };
        let mut case = receive::new_case(&mut hand, contact, mailbox, number, subject, Vec::new());
        case.ticket.message_count = 1;
        let actor = who.actor();
        hand.event(&case, EventType::Created, &actor, None);
        hand.event_of(
            held.ticket,
            EventType::Linked,
            &actor,
            Some(("split", None, Some(case.ticket.key.clone()))),
        );
        clocks::opened(&mut hand, &mut case);
        let id = case.ticket.id;
        case.settle(&mut work, office, now);
        work.flush(&mut tx, now).await?;
        store::messages::move_to(&mut tx, who.tenant, message, id).await?;
        store::messages::set_held(&mut tx, who.tenant, message, false, None).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Throws a held message away. Its raw mail stays in intake.
    pub async fn discard(&self, who: &Who, message: MessageId) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        let found = store::messages::get(&mut tx, who.tenant, message)
            .await?
            .filter(|m| m.held);
        let held = found.ok_or(DeskError::NotFound("held message"))?;
        store::messages::remove(&mut tx, who.tenant, message).await?;
        self.with_case_in(tx, who.tenant, held.ticket, |hand, case| {
            hand.event(
                case,
                EventType::MessageDiscarded,
                &who.actor(),
                Some(("message", Some(held.from.email.clone()), None)),
            );
            case.ticket.message_count -= 1;
            touch(hand, case);
            Ok(())
        })
        .await
    }

    /// Lets somebody take part: they get copies of answers from now on, and nothing older.
    pub async fn add_participant(
        &self,
        who: &Who,
        ticket: TicketId,
        person: Party,
    ) -> Result<(), DeskError> {
        let address = person.address().ok_or_else(|| {
            DeskError::invalid("email", format!("{:?} is not a mail address", person.email))
        })?;
        self.with_case(who.tenant, ticket, |hand, case| {
            if !case.takes_part(&address) {
                receive::join(hand, case, &address, &person.name, Part::Participant);
                hand.event(
                    case,
                    EventType::ParticipantAdded,
                    &who.actor(),
                    Some(("participant", None, Some(address.to_string()))),
                );
                touch(hand, case);
            }
            Ok(())
        })
        .await
    }
}

async fn held(
    tx: &mut Tx,
    who: &Who,
    message: MessageId,
    kind: Kind,
) -> Result<Message, DeskError> {
    let found = store::messages::get(tx, who.tenant, message)
        .await?
        .ok_or(DeskError::NotFound("message"))?;
    if !found.held || found.kind != kind {
        return Err(DeskError::Conflict(
            "this message does not wait for that".to_owned(),
        ));
    }
    Ok(found)
}
