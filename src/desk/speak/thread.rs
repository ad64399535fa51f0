//! What came before in a ticket, for whoever answers it now.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Reply, Upload, uploads};
use crate::desk::waiting::Held;
use crate::desk::{DeskError, Who};
use crate::domain::agent_mail::caution::Because;
use crate::domain::ids::{MessageId, TicketId};
use crate::domain::mail::Machine;
use crate::domain::message::{Kind, Message};
use crate::store::held::Waiting;
use crate::store::{self, Tx};

/// What came before in a ticket, as far as an answer needs it.
pub struct Thread {
    /// The newest messages, the newest first.
    messages: Vec<Message>,
    /// What is known about those that are replies and wait.
    waiting: Vec<Waiting>,
    /// The files of those, by message.
    files: HashMap<MessageId, Vec<Upload>>,
}

impl Thread {
    /// Reads the newest messages of a ticket.
    pub async fn read(tx: &mut Tx, who: &Who, ticket: TicketId) -> Result<Self, DeskError> {
        let messages = store::messages::newest(tx, who.tenant, ticket, 50).await?;
        Self::of(tx, who, messages).await
    }

    /// As [`Thread::read`], and this message of the ticket is among them however old it is.
    pub async fn read_with(tx: &mut Tx, who: &Who, message: Message) -> Result<Self, DeskError> {
        let mut messages = store::messages::newest(tx, who.tenant, message.ticket, 50).await?;
        if messages.iter().all(|m| m.id != message.id) {
            messages.push(message);
        }
        Self::of(tx, who, messages).await
    }

    async fn of(tx: &mut Tx, who: &Who, messages: Vec<Message>) -> Result<Self, DeskError> {
        let held = |m: &&Message| m.held && m.kind == Kind::Reply;
        let ids: Vec<MessageId> = messages.iter().filter(held).map(|m| m.id).collect();
        let waiting = store::held::of_messages(tx, who.tenant, &ids).await?;
        let mut files = HashMap::new();
        for message in messages.iter().filter(held) {
            if !message.attachments.is_empty() {
                files.insert(message.id, uploads(tx, who.tenant, message).await?);
            }
        }
        Ok(Self {
            messages,
            waiting,
            files,
        })
    }

    /// A message that came after it was read.
    pub fn add(&mut self, message: Message) {
        self.messages.insert(0, message);
    }

    /// Whether there is no message in it: then there is no such ticket.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// A message of it.
    pub fn get(&self, id: MessageId) -> Option<&Message> {
        self.messages.iter().find(|m| m.id == id)
    }

    /// The messages that wait for a person.
    pub fn all_held(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(|m| m.held)
    }

    /// A reply that waits, with what is needed to send it.
    pub fn held(&self, id: MessageId) -> Option<Held<'_>> {
        let message = self.get(id).filter(|m| m.held && m.kind == Kind::Reply)?;
        Some(Held {
            message,
            waiting: self.waiting.iter().find(|w| w.message == id),
            files: self.files.get(&id).cloned().unwrap_or_default(),
        })
    }

    /// Whether a reply of somebody waits for a certain reason.
    pub fn holds(&self, author: &str, because: Because) -> bool {
        self.waiting.iter().any(|waiting| {
            let message = self.get(waiting.message);
            waiting.because == because && message.is_some_and(|m| m.author.email == author)
        })
    }

    /// Somebody's internal notes.
    pub fn notes_by(&self, author: &str) -> impl Iterator<Item = &Message> {
        self.messages
            .iter()
            .filter(move |m| m.kind == Kind::Note && m.author.email == author)
    }

    /// The texts of its internal notes.
    pub fn notes(&self) -> Vec<&str> {
        let notes = self.messages.iter().filter(|m| m.kind == Kind::Note);
        notes.map(|m| m.text.as_str()).collect()
    }

    /// The texts of all its messages.
    pub fn texts(&self) -> Vec<&str> {
        self.messages.iter().map(|m| m.text.as_str()).collect()
    }

    /// The newest public message.
    pub fn last_public(&self) -> Option<&Message> {
        self.public().next()
    }

    /// What people said in public; absence notes and reports are not what anybody answers.
    fn public(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(|m| {
            !m.held
                && matches!(m.kind, Kind::Inbound | Kind::Reply)
                && m.machine.is_none_or(|machine| machine == Machine::List)
        })
    }

    /// Public messages that came after something, oldest first.
    pub fn newer_than(&self, seen: Uuid) -> Vec<&Message> {
        let mut newer: Vec<_> = self.public().filter(|m| m.id.0 > seen).collect();
        newer.sort_by_key(|m| m.id);
        newer
    }

    /// Refuses an answer to something that is not the newest any more, unless it shall be sent even so (AU4).
    ///
    /// # Errors
    /// [`DeskError::Stale`].
    pub fn check_fresh(&self, reply: &Reply) -> Result<(), DeskError> {
        let Some(answered) = reply.in_response_to.filter(|_| !reply.even_if_stale) else {
            return Ok(());
        };
        let newer = self.newer_than(answered.0);
        if newer.is_empty() {
            return Ok(());
        }
        Err(DeskError::Stale(newer.iter().map(|m| m.id).collect()))
    }

    /// What an answer answers: the customer's newest public mail.
    pub(super) fn answered(&self) -> Option<&Message> {
        self.public()
            .find(|m| m.kind == Kind::Inbound && m.message_id.is_some())
    }
}
