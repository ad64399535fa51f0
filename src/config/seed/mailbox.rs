//! `[[tenant.mailbox]]`: the addresses under which a tenant receives mail.

use super::names::State;
use crate::config::read::{Ledger, Record, Table, texts};
use crate::config::{At, Place};
use crate::domain::address::EmailAddress;
use crate::domain::mailbox::{Dkim, Strangers};

/// A mailbox of a tenant.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// Where it stands.
    pub place: Place,
    /// Its own address.
    pub address: At<EmailAddress>,
    /// Whether it is to be there.
    pub state: State,
    /// Further addresses that lead here.
    pub aliases: Option<Vec<At<EmailAddress>>>,
    /// The name that customers see.
    pub name: Option<String>,
    /// The account it sends through: one of the tenant's, or of the platform's.
    pub account: Option<At<String>>,
    /// The team its tickets belong to at first.
    pub team: Option<At<String>>,
    /// The authserv-id whose Authentication-Results count, or `topmost-without-id`.
    pub auth_results: Option<String>,
    /// Whether DKIM signatures are checked here.
    pub dkim: Option<Dkim>,
    /// A mail that also goes elsewhere gets a ticket of its own here.
    pub separate: Option<bool>,
    /// What happens to strangers' answers.
    pub strangers: Option<Strangers>,
    /// Whether the server delivers `local+detail@`.
    pub plus: Option<bool>,
}

texts! { words Strangers, Dkim }

impl Record for Mailbox {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let address = table.required("address");
        Some(Self {
            place: table.place(),
            state: table.optional("state").unwrap_or_default(),
            aliases: table.optional("aliases"),
            name: table.optional("name"),
            account: table.optional("account"),
            team: table.optional("team"),
            auth_results: table.optional("auth_results"),
            dkim: table.optional("dkim"),
            separate: table.optional("separate"),
            strangers: table.optional("strangers"),
            plus: table.optional("plus"),
            address: address?,
        })
    }
}

/// Warns of an address that is too long to carry a token.
pub(super) fn check_length(mailbox: &Mailbox, ledger: &Ledger) {
    let longest = crate::domain::mailbox::Mailbox::LONGEST_LOCAL_PART;
    if mailbox.address.local().len() > longest && mailbox.state == State::Present {
        ledger.warning(mailbox.address.place.mistake(format!(
            "what stands before the @ is longer than {longest} characters, so reply tokens travel in \
             Message-ID only; an answer from a client that drops references may open a second ticket"
        )));
    }
}
