//! People: those with an id, and those that are just an address with a name.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::address::Party;
use crate::domain::contact::Contact;
use crate::domain::person::User;
use crate::store::participants::Participant;

/// An address and the name beside it, as a mail or a person wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Address {
    email: String,
    /// Empty if there is none.
    name: String,
}

impl From<&Party> for Address {
    fn from(party: &Party) -> Self {
        Self {
            email: party.email.clone(),
            name: party.name.clone(),
        }
    }
}

/// A person who is known here: a contact, or one of the tenant's people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonView {
    id: Uuid,
    email: String,
    name: String,
}

impl PersonView {
    /// Their address and their name.
    pub fn pair(&self) -> (String, String) {
        (self.email.clone(), self.name.clone())
    }
}

impl From<&Contact> for PersonView {
    fn from(contact: &Contact) -> Self {
        Self {
            id: contact.id.0,
            email: contact.email.to_string(),
            name: contact.name.clone(),
        }
    }
}

impl From<&User> for PersonView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.0,
            email: user.email.to_string(),
            name: user.name.clone(),
        }
    }
}

/// Somebody who takes part in a ticket, or was named in a copy and waits to be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Participant)]
pub struct ParticipantView {
    email: String,
    name: String,
    /// `requester`, `participant` or `suggested`.
    part: &'static str,
    /// They see nothing older.
    joined_at: DateTime<Utc>,
}

impl From<&Participant> for ParticipantView {
    fn from(participant: &Participant) -> Self {
        Self {
            email: participant.address.to_string(),
            name: participant.name.clone(),
            part: participant.part.as_str(),
            joined_at: participant.joined_at,
        }
    }
}
