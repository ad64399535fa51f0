//! What a deed has at hand: one tenant's settings, the moment, random numbers, and the rows it will leave.

use chrono::{DateTime, Duration, Utc};

use crate::desk::case::Case;
use crate::desk::directory::{Directory, Office};
use crate::desk::work::{Turns, Work};
use crate::desk::{Desk, Links};
use crate::domain::event::{Actor, Event, EventType};
use crate::domain::ids::{EventId, MessageId, OutboxId, TicketId};
use crate::domain::token::{self, Claim, Purpose};
use crate::door::Random;
use crate::store::references::Reference;

/// What a deed has at hand. It never touches the database: whatever it needs was read before.
pub struct Hand<'a> {
    /// The tenant's settings.
    pub office: &'a Office,
    /// The moment at which all of it happens.
    pub now: DateTime<Utc>,
    /// Random numbers.
    pub random: &'a Random,
    /// Addresses of pages.
    pub links: &'a Links,
    /// The mark of this installation's automatic mails.
    pub loop_mark: &'a str,
    /// The rows it will leave.
    pub work: &'a mut Work,
    /// Whose turn it is.
    pub turns: &'a mut Turns,
    /// History is being taken in: nothing goes out.
    pub quiet: bool,
}

impl Desk {
    /// What a deed of this moment has at hand.
    pub fn hand<'a>(
        &'a self,
        directory: &'a Directory,
        office: &'a Office,
        work: &'a mut Work,
        turns: &'a mut Turns,
    ) -> Hand<'a> {
        Hand {
            office,
            now: self.clock.now(),
            random: &self.random,
            links: &self.links,
            loop_mark: &directory.loop_mark,
            work,
            turns,
            quiet: false,
        }
    }
}

impl Hand<'_> {
    /// A fresh id. Ids rise in the order in which they are made here, also within one millisecond of one deed.
    pub fn id<T: From<uuid::Uuid>>(&self) -> T {
        T::from(self.random.uuid(self.now))
    }

    /// Adds a line to a ticket's timeline.
    pub fn event(
        &mut self,
        case: &Case,
        kind: EventType,
        actor: &Actor,
        field: Option<(&str, Option<String>, Option<String>)>,
    ) -> EventId {
        self.event_of(case.ticket.id, kind, actor, field)
    }

    /// As [`Hand::event`], for a ticket that is not in hand.
    pub fn event_of(
        &mut self,
        ticket: TicketId,
        kind: EventType,
        actor: &Actor,
        field: Option<(&str, Option<String>, Option<String>)>,
    ) -> EventId {
        let id = self.id();
        let (field, from, to) = match field {
            Some((field, from, to)) => (Some(field.to_owned()), from, to),
            None => (None, None, None),
        };
        let event = Event {
            id,
            ticket,
            at: self.now,
            kind,
            actor: actor.clone(),
            field,
            from,
            to,
        };
        self.work.events.push((self.office.tenant.id, event));
        id
    }

    /// A signed token for a participant of a ticket, with the row it refers to.
    pub fn token(
        &mut self,
        case: &Case,
        participant: &str,
        purpose: Purpose,
        message: Option<MessageId>,
        outbox: Option<OutboxId>,
    ) -> String {
        let reference = token::reference(self.random.bytes());
        let claim = Claim {
            tenant: self.office.tenant.id,
            ticket: case.ticket.id,
            participant: participant.to_owned(),
            epoch: case.epoch(participant),
            purpose,
        };
        let Some(key) = self.office.token_keys.first() else {
            return String::new();
        };
        let token = token::sign(key, &reference, &claim);
        let expires_at = self.now + Duration::days(purpose.lifetime_days());
        self.work.references.push(Reference {
            reference,
            claim,
            message,
            outbox,
            expires_at,
        });
        token
    }
}
