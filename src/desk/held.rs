//! Messages that wait for a person: a stranger's mail in a known thread, or an agent's mail that could not be proven.

use crate::desk::backtest::read_mail;
use crate::desk::case::{self, Case};
use crate::desk::change::touch;
use crate::desk::hand::Hand;
use crate::desk::receive;
use crate::desk::speak::Thread;
use crate::desk::work::{Turns, Work};
use crate::desk::write::Written;
use crate::desk::{Desk, DeskError, Who, orders, tell, waiting};
use crate::domain::address::Party;
use crate::domain::commands::Voice;
use crate::domain::contact::Contact;
use crate::domain::event::EventType;
use crate::domain::ids::{MessageId, TicketId};
use crate::domain::merge::LinkKind;
use crate::domain::message::{Kind, Message};
use crate::domain::ticket::base_subject;
use crate::store::participants::Part;
use crate::store::threads::Node;
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

    /// Lets a stranger's mail in: its sender takes part from now on, and it does what any customer's mail does. Rules
    /// look at it, and whoever answers for the ticket is told.
    pub async fn accept(&self, who: &Who, message: MessageId) -> Result<(), DeskError> {
        let directory = self.directory();
        let office = directory
            .office(who.tenant)
            .ok_or(DeskError::NotFound("tenant"))?;
        let mut tx = self.db.write().await?;
        let held = held(&mut tx, who, message, Kind::Inbound).await?;
        let proof = read_mail(&mut tx, &directory, office, &held).await?;
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
            let message = let_through(held, case);
            receive::let_in(hand, case, &message, proof.as_ref());
            told(hand, case, &message);
            Ok(())
        })
        .await
    }

    /// Gives a stranger's mail a ticket of its own, which begins as that of any mail does. Answers to the mail lead there.
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
        let (mut work, mut turns, now) = (Work::default(), Turns::default(), self.clock.now());
        turns.read(&mut tx, office).await?;
        let mut old = case::load(&mut tx, who.tenant, &[held.ticket])
            .await?
            .pop()
            .ok_or(DeskError::NotFound("ticket"))?;
        let mailbox = office
            .mailbox(old.ticket.mailbox)
            .ok_or(DeskError::NotFound("mailbox"))?;
        let known = store::contacts::by_addresses(&mut tx, &[(who.tenant, &sender)])
            .await?
            .pop();
        let proof = read_mail(&mut tx, &directory, office, &held).await?;
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
        let base = base_subject(&held.subject, &office.tenant.ticket_prefix);
        let subject = if base.is_empty() {
            "(no subject)".to_owned()
        } else {
            base.chars().take(500).collect()
        };
        let mut case = receive::new_case(&mut hand, contact, mailbox, number, subject, Vec::new());
        case.ticket.message_count = 1;
        old.ticket.message_count -= 1;
        let actor = who.actor();
        let linked = |field, other: &Case| Some((field, None, Some(other.ticket.key.clone())));
        let split_off = linked("split_off", &case);
        hand.event(&old, EventType::Linked, &actor, split_off);
        touch(&hand, &mut old);
        let cause = format!("message:{message}:apart");
        tell::settle(&mut hand, &mut old, None, &cause);
        hand.event(&case, EventType::Created, &actor, None);
        let split_from = linked("split_from", &old);
        hand.event(&case, EventType::Linked, &actor, split_from);
        let message = let_through(held, &case);
        receive::begin(&mut hand, &mut case, &message, proof.as_ref());
        told(&mut hand, &mut case, &message);
        let (id, from) = (case.ticket.id, old.ticket.id);
        case.settle(&mut work, office, now);
        old.settle(&mut work, office, now);
        work.flush(&mut tx, now).await?;
        turns.flush(&mut tx).await?;
        store::messages::move_to(&mut tx, who.tenant, message.id, id).await?;
        store::messages::set_held(&mut tx, who.tenant, message.id, false, None).await?;
        let own = message.message_id.as_deref().map(Node::of);
        let own: Vec<Node> = own.into_iter().collect();
        store::threads::move_all(&mut tx, who.tenant, &own, (from, id)).await?;
        store::merges::link(&mut tx, who.tenant, (from, id), LinkKind::SplitOff, now).await?;
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
    ///
    /// # Errors
    /// It is an address of ours, or of somebody who works here: customers would see it.
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
            if let Some(problem) = orders::no_copy(hand.office, case, &address) {
                return Err(DeskError::invalid("email", problem));
            }
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

/// The message as it is once it waits no more.
fn let_through(held: Message, case: &Case) -> Message {
    Message {
        ticket: case.ticket.id,
        held: false,
        held_reason: None,
        ..held
    }
}

/// Queues what people and programs are told of it; the notice that it waited is another.
fn told(hand: &mut Hand<'_>, case: &mut Case, message: &Message) {
    let cause = format!("message:{}:in", message.id);
    tell::settle(hand, case, Some(message), &cause);
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
