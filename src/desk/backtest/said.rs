//! What had been said in a ticket up to a line of its timeline: counted on from line to line, never anew.

use chrono::{DateTime, Utc};

use crate::domain::ids::EventId;
use crate::domain::message::{Kind, Message};
use crate::domain::rules::TicketFacts;
use crate::domain::ticket::Side;

/// What had been said so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// How many messages.
    count: usize,
    /// When the customer and an agent last spoke.
    customer: Option<DateTime<Utc>>,
    agent: Option<DateTime<Utc>>,
    /// When an agent first answered.
    answered: Option<DateTime<Utc>>,
    /// The newest mail, answer and note.
    inbound: Option<usize>,
    reply: Option<usize>,
    note: Option<usize>,
}

impl Said {
    /// Goes on to a line: messages that are older than it have been said. Lines and messages come oldest first.
    pub fn until(&mut self, line: EventId, messages: &[Message]) {
        let rest = messages.iter().enumerate().skip(self.count);
        for (place, message) in rest.take_while(|(_, m)| m.id.0 < line.0) {
            self.count = place + 1;
            let spoken = (!message.held).then_some(message.created_at);
            match message.kind {
                Kind::Inbound => {
                    self.inbound = Some(place);
                    self.customer = spoken.or(self.customer);
                }
                Kind::Reply => {
                    self.reply = Some(place);
                    self.agent = spoken.or(self.agent);
                    self.answered = self.answered.or(spoken);
                }
                Kind::Note => self.note = Some(place),
                Kind::Notice => {}
            }
        }
    }

    /// The newest message of a kind, by its place.
    pub const fn last(&self, kind: Kind) -> Option<usize> {
        match kind {
            Kind::Inbound => self.inbound,
            Kind::Reply => self.reply,
            Kind::Note => self.note,
            Kind::Notice => None,
        }
    }

    /// Writes down what is counted rather than told by the timeline.
    pub fn count_into(&self, state: &mut TicketFacts<'static>) {
        state.message_count = i64::try_from(self.count).unwrap_or(i64::MAX);
        state.last_customer_message_at = self.customer;
        state.last_agent_message_at = self.agent;
        state.first_response_at = self.answered;
        state.last_message_from = if self.agent > self.customer {
            Side::Agent
        } else {
            Side::Customer
        };
    }
}
