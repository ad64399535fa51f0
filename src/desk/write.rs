//! A text from the composer or from a program: commands on top of it are carried out, the rest is sent or noted, all
//! in one transaction.

use crate::desk::case::Case;
use crate::desk::directory::Office;
use crate::desk::speak::{self, Note, Reply, Thread};
use crate::desk::{Desk, DeskError, Who, orders, sight};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::commands::{Orders, Voice, understand};
use crate::domain::ids::{MessageId, TicketId};
use crate::store::{self, Tx};

/// What somebody typed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The text, to whom, with what.
    pub reply: Reply,
    /// It is a note, unless a command says otherwise.
    pub note: bool,
    /// Lines on top may be commands ([`crate::domain::commands`]).
    pub commands: bool,
    /// Refused if it would reach people outside who take no part (OUT6).
    pub refuse_outsiders: bool,
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The message; absent if there were only commands.
    pub message: Option<MessageId>,
    /// It is a note.
    pub note: bool,
    /// What the commands wanted.
    pub orders: Orders,
}

impl Desk {
    /// Does what a text says: carries out its commands, sends or notes the rest.
    ///
    /// # Errors
    /// [`DeskError::Unclear`] if a command was not understood, [`DeskError::Stale`] and [`DeskError::Outsiders`] if
    /// the writer should look again; nothing was done then.
    pub async fn write(
        &self,
        who: &Who,
        ticket: TicketId,
        draft: Draft,
    ) -> Result<Written, DeskError> {
        let office = self.office(who.tenant)?;
        let mut tx = self.db.write().await?;
        let Draft {
            mut reply,
            note,
            commands,
            refuse_outsiders,
        } = draft;
        let mut wanted = Orders::default();
        if commands {
            let people = store::participants::of_tickets(&mut tx, who.tenant, &[ticket]).await?;
            let known = orders::known(&office, who, &people, self.clock.now());
            let read = understand(&reply.text, &known);
            if !read.unclear.is_empty() {
                return Err(DeskError::Unclear(read.unclear));
            }
            if !read.written.is_empty() && reply.html.is_some() {
                return Err(DeskError::invalid("html", "expected none beside commands"));
            }
            (wanted, reply.text) = (read.orders, read.text);
        }
        if wanted.send {
            return Err(DeskError::Conflict(
                "#send answers a notice; here the button does it".to_owned(),
            ));
        }
        let note = match wanted.voice {
            Voice::AsAddressed => note,
            Voice::Note => true,
            Voice::Public => false,
        };
        let silent =
            reply.text.trim().is_empty() && reply.attachments.is_empty() && !wanted.is_empty();
        if !silent {
            speak::check_text(&reply.text)?;
        }
        if let Some(customer) = &wanted.customer {
            self.give_to(&mut tx, who, ticket, customer).await?;
        }
        let thread = Thread::read(&mut tx, who, ticket).await?;
        if !silent && !note {
            thread.check_fresh(&reply)?;
        }
        let message = self
            .do_in(&mut tx, who.tenant, ticket, |hand, case| {
                orders::check_copies(hand.office, case, &wanted)?;
                if !silent && !note {
                    orders::check_recipients(hand.office, case, &reply)?;
                }
                if refuse_outsiders && !silent && !note {
                    refuse(hand.office, case, &reply, &wanted)?;
                }
                let reply = also_to(case, reply, &wanted);
                orders::before_speaking(hand, case, who, &wanted);
                let message = if silent {
                    None
                } else if note {
                    let note = Note {
                        text: reply.text.clone(),
                        by: reply.by,
                        ..Note::default()
                    };
                    Some(speak::jot(hand, case, who, &note))
                } else {
                    Some(speak::say(hand, case, who, &reply, &thread)?)
                };
                orders::after_speaking(hand, case, who, &wanted)?;
                Ok(message)
            })
            .await?;
        if let Some(number) = wanted.merge {
            self.merge_by_number(&mut tx, who, ticket, number).await?;
        }
        tx.commit().await?;
        Ok(Written {
            message,
            note,
            orders: wanted,
        })
    }

    /// Merges a ticket into the one of this number, in the caller's transaction.
    ///
    /// # Errors
    /// There is no such ticket, or the two cannot be one.
    pub async fn merge_by_number(
        &self,
        tx: &mut Tx,
        who: &Who,
        ticket: TicketId,
        number: i64,
    ) -> Result<(), DeskError> {
        let missing =
            || DeskError::Conflict(format!("there is no ticket with the number {number}"));
        let found = store::tickets::by_numbers(tx, who.tenant, &[number]).await?;
        let into = found.first().ok_or_else(missing)?.id;
        let into = store::tickets::standing(tx, who.tenant, into).await?;
        if into != ticket && !self.sees(tx, who, into).await? {
            return Err(missing());
        }
        self.merge_in(tx, who, ticket, into).await?;
        Ok(())
    }

    /// Whether a ticket exists for whoever does something: somebody else's does not (A21).
    async fn sees(&self, tx: &mut Tx, who: &Who, ticket: TicketId) -> Result<bool, DeskError> {
        let office = self.office(who.tenant)?;
        let Some(user) = who.user else {
            return Ok(true);
        };
        let found = store::tickets::get(tx, who.tenant, ticket).await?;
        let (Some(ticket), Some(person)) = (found, office.person(user)) else {
            return Ok(false);
        };
        let follows = store::followers::follows(tx, who.tenant, ticket.id, user).await?;
        Ok(sight::sees(&office, person, &ticket, follows))
    }
}

/// Whom a command lets take part gets this very answer too, where its copies are named one by one.
fn also_to(case: &Case, mut reply: Reply, wanted: &Orders) -> Reply {
    let Some(cc) = &mut reply.cc else {
        return reply;
    };
    let to = match &reply.to {
        Some(to) if !to.is_empty() => to.clone(),
        _ => vec![speak::requester(case)],
    };
    for address in &wanted.cc {
        let mut named = to.iter().chain(cc.iter()).chain(&reply.bcc);
        if named.all(|party| party.address().as_ref() != Some(address)) {
            cc.push(Party {
                email: address.to_string(),
                name: String::new(),
            });
        }
    }
    reply
}

fn refuse(office: &Office, case: &Case, reply: &Reply, orders: &Orders) -> Result<(), DeskError> {
    let named = [reply.to.as_deref(), reply.cc.as_deref(), Some(&reply.bcc)];
    let named = named
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(Party::address);
    let found = outsiders(office, case, named.chain(orders.cc.iter().cloned()));
    if found.is_empty() {
        Ok(())
    } else {
        Err(DeskError::Outsiders(found))
    }
}

/// Those of some addresses who are neither ours nor of the house, and take no part in a ticket (OUT6).
pub fn outsiders(
    office: &Office,
    case: &Case,
    addresses: impl Iterator<Item = EmailAddress>,
) -> Vec<EmailAddress> {
    let mut found = Vec::new();
    for address in addresses {
        let inside = case.takes_part(&address)
            || case.requester.email == address
            || office.is_own(&address)
            || office.person_at(&address).is_some();
        if !inside && !found.contains(&address) {
            found.push(address);
        }
    }
    found
}
