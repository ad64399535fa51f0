//! Whose ticket it is: a mail that an agent passed on becomes the ticket of whoever wrote it, once somebody says so.

use crate::desk::case::Case;
use crate::desk::change::touch;
use crate::desk::hand::Hand;
use crate::desk::{Desk, DeskError, Who, orders};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::contact::Contact;
use crate::domain::event::EventType;
use crate::domain::ids::TicketId;
use crate::domain::message::Kind;
use crate::store::participants::{Part, Participant};
use crate::store::{self, Tx};

impl Desk {
    /// Makes somebody a ticket's requester. Whoever was it is proposed as a participant, unless they are of the house: the
    /// two need not know of each other.
    ///
    /// # Errors
    /// The address is one of our own, or of somebody who works here.
    pub async fn set_requester(
        &self,
        who: &Who,
        ticket: TicketId,
        address: &EmailAddress,
    ) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        self.give_to(&mut tx, who, ticket, address).await?;
        Ok(tx.commit().await?)
    }

    /// As [`Desk::set_requester`], in the caller's transaction.
    ///
    /// # Errors
    /// As there.
    pub async fn give_to(
        &self,
        tx: &mut Tx,
        who: &Who,
        ticket: TicketId,
        address: &EmailAddress,
    ) -> Result<(), DeskError> {
        let office = self.office(who.tenant)?;
        if let Some(problem) = orders::ours(&office, address) {
            return Err(DeskError::invalid("requester", problem));
        }
        let known = store::contacts::by_addresses(tx, &[(who.tenant, address)]).await?;
        let known = known.into_iter().next().map(|(_, _, contact)| contact);
        let proposed = store::held::proposed(tx, who.tenant, ticket).await?;
        let name = proposed
            .as_ref()
            .filter(|(found, _)| found == address)
            .map(|(_, name)| name.clone())
            .unwrap_or_default();
        let was = self
            .do_in(tx, who.tenant, ticket, |hand, case| {
                let contact = known.unwrap_or_else(|| {
                    let contact = Contact {
                        id: hand.id(),
                        email: address.clone(),
                        name,
                        blocked: false,
                    };
                    hand.work.contacts.push((who.tenant, contact.clone()));
                    contact
                });
                Ok(hand_over(hand, case, who, contact))
            })
            .await?;
        given(tx, who, ticket, was.as_ref()).await
    }

    /// Nobody else is the requester: the proposal goes away.
    pub async fn keep_requester(&self, who: &Who, ticket: TicketId) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        store::held::decided(&mut tx, who.tenant, ticket).await?;
        Ok(tx.commit().await?)
    }
}

/// What a change of the requester asks of the database beside the case: the proposal is decided, and the mail that
/// opened the ticket is the new one's.
///
/// # Errors
/// The database failed.
pub async fn given(
    tx: &mut Tx,
    who: &Who,
    ticket: TicketId,
    was: Option<&(Contact, Contact)>,
) -> Result<(), DeskError> {
    store::held::decided(tx, who.tenant, ticket).await?;
    if let Some((was, now)) = was {
        reattribute(tx, who, ticket, was, now).await?;
    }
    Ok(())
}

/// Changes the requester in hand. Gives the old and the new one if the old one is of the house, and so had passed on
/// what the other wrote; a customer's mail stays theirs, whosever ticket it becomes.
pub fn hand_over(
    hand: &mut Hand<'_>,
    case: &mut Case,
    who: &Who,
    contact: Contact,
) -> Option<(Contact, Contact)> {
    if case.ticket.requester == contact.id {
        return None;
    }
    let (tenant, ticket) = (case.ticket.tenant, case.ticket.id);
    let was = std::mem::replace(&mut case.requester, contact.clone());
    case.ticket.requester = contact.id;
    let of_the_house = hand.office.person_at(&was.email).is_some();
    let stays = !of_the_house && !hand.office.is_own(&was.email);
    // What one of the house had passed on has been the other's all the time.
    let joined_at = if of_the_house {
        case.ticket.created_at
    } else {
        hand.now
    };
    for address in [&was.email, &contact.email] {
        hand.work.departed.push((tenant, ticket, address.clone()));
        case.participants.retain(|p| p.address != *address);
    }
    let mut parts = vec![(&contact, Part::Requester)];
    if stays {
        parts.push((&was, Part::Suggested));
    }
    for (contact, part) in parts {
        let participant = Participant {
            ticket,
            address: contact.email.clone(),
            name: contact.name.clone(),
            part,
            joined_at,
        };
        hand.work.participants.push((tenant, participant.clone()));
        case.participants.push(participant);
    }
    let (from, to) = (was.email.to_string(), contact.email.to_string());
    let values = ("requester", Some(from), Some(to));
    hand.event(case, EventType::Changed, &who.actor(), Some(values));
    touch(hand, case);
    of_the_house.then_some((was, contact))
}

/// The mail that opened the ticket is the new requester's, for one of the house had only passed it on. Nothing proves
/// that; what stood in its header stays as it was.
async fn reattribute(
    tx: &mut Tx,
    who: &Who,
    ticket: TicketId,
    was: &Contact,
    now: &Contact,
) -> Result<(), DeskError> {
    let first = store::messages::of_ticket(tx, who.tenant, ticket, None, 1).await?;
    let Some(mut message) = first
        .into_iter()
        .next()
        .filter(|m| m.kind == Kind::Inbound && m.from.address().as_ref() == Some(&was.email))
    else {
        return Ok(());
    };
    let party = Party {
        email: now.email.to_string(),
        name: now.name.clone(),
    };
    message.author.name = party.display().to_owned();
    message.author.email = party.email;
    Ok(store::messages::reattribute(tx, who.tenant, &message).await?)
}
