//! The addresses under which tenants receive mail, and the accounts behind them.

use crate::domain::address::EmailAddress;
use crate::domain::ids::{AccountId, MailboxId, TeamId, TenantId};

words! {
    /// What happens to a mail that answers a known ticket, from somebody who takes no part in it.
    pub enum Strangers {
        /// It waits in the ticket until somebody lets it in.
        Hold = "hold",
        /// They take part from then on: for mailboxes that are mailing lists.
        Join = "join",
    }
}

words! {
    /// Whether signatures of mail are checked here, beside what the trusted server says.
    #[derive(Default)]
    pub enum Dkim {
        /// Only the trusted server's word counts.
        #[default]
        Off = "off",
        /// DKIM signatures are checked, which asks name servers for the keys.
        Check = "check",
    }
}

/// An address under which a tenant receives mail and from which it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Its id.
    pub id: MailboxId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Its own address.
    pub address: EmailAddress,
    /// Further addresses that lead here.
    pub aliases: Vec<EmailAddress>,
    /// The name customers see beside the address.
    pub name: String,
    /// The account it sends through; its mail may come in by any account of the tenant or the platform.
    pub account: Option<AccountId>,
    /// The team its tickets belong to at first.
    pub team: Option<TeamId>,
    /// Whose Authentication-Results count; overrides the account's.
    pub auth_results: Option<String>,
    /// Whether DKIM signatures are checked here; overrides the account's.
    pub dkim: Option<Dkim>,
    /// A mail that also goes to another mailbox of the tenant gets its own ticket here.
    pub separate: bool,
    /// What happens to strangers' answers.
    pub strangers: Strangers,
    /// Whether tokens may travel in the plus-address: the server delivers `local+detail@`.
    pub plus: bool,
}

impl Mailbox {
    /// Longer local parts leave no room for a token: 64 octets are all that RFC 5321 allows.
    pub const LONGEST_LOCAL_PART: usize = 25;

    /// Whether a token fits into this mailbox's address and would survive the way back.
    pub fn carries_tokens(&self) -> bool {
        self.plus && self.address.local().len() <= Self::LONGEST_LOCAL_PART
    }
}

/// What the road needs to know of an account: whom to trust about where a mail was going.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountTrust {
    /// Its id.
    pub id: AccountId,
    /// Its tenant; absent for an account of the platform, whose mail is routed by address.
    pub tenant: Option<TenantId>,
    /// Its name, unique within the tenant or the platform.
    pub name: String,
    /// The MX whose Received line is the boundary of trust.
    pub trusted_host: Option<String>,
    /// The headers in which that host notes the envelope's recipient.
    pub delivery_headers: Vec<String>,
    /// Whose Authentication-Results count, where the mailbox says nothing else.
    pub auth_results: Option<String>,
    /// Whether DKIM signatures are checked here, where the mailbox says nothing else.
    pub dkim: Dkim,
}
