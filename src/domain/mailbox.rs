//! The addresses under which tenants receive mail, and the accounts behind them.

use chrono::{DateTime, Utc};

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

words! {
    /// What a mail to a mailbox's plus-address showed.
    pub enum PlusState {
        /// It is the first one, and on its way.
        Waiting = "waiting",
        /// It came back: the plus-address reaches the mailbox.
        Works = "works",
        /// It did not.
        Fails = "fails",
    }
}

/// The last test of a mailbox's plus-address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlusTried {
    /// What it showed; what the one before showed while another is on its way.
    pub state: PlusState,
    /// Why it failed.
    pub because: String,
    /// Since when this is known.
    pub at: DateTime<Utc>,
}

/// Whether reply tokens travel in a mailbox's plus-address, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlusAddress {
    /// Somebody decided it.
    Decided(bool),
    /// The address is too long for a token.
    NoRoom,
    /// Nobody knows yet; it is taken for likely.
    Untested,
    /// As a test showed, or will show.
    Tested(PlusState, String),
}

impl PlusAddress {
    /// Whether tokens travel in it.
    pub const fn carries(&self) -> bool {
        match self {
            Self::Decided(carries) => *carries,
            Self::NoRoom => false,
            Self::Untested => true,
            Self::Tested(state, _) => !matches!(state, PlusState::Fails),
        }
    }

    /// In one word, for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Decided(true) => "on",
            Self::Decided(false) => "off",
            Self::NoRoom => "too_long",
            Self::Untested => "untested",
            Self::Tested(state, _) => state.as_str(),
        }
    }

    /// For people.
    pub fn sentence(&self) -> String {
        match self {
            Self::Decided(true) => "used, as it was set".to_owned(),
            Self::Decided(false) => {
                "not used, as it was set; tokens travel in the Message-ID only".to_owned()
            }
            Self::NoRoom => format!(
                "not used: what stands before the @ is longer than {} characters; tokens travel in the Message-ID only",
                Mailbox::LONGEST_LOCAL_PART
            ),
            Self::Untested => "used, and not yet tested".to_owned(),
            Self::Tested(PlusState::Waiting, _) => {
                "used, and being tested: a mail to it is on its way".to_owned()
            }
            Self::Tested(PlusState::Works, _) => "used: a mail to it arrived".to_owned(),
            Self::Tested(PlusState::Fails, because) => {
                format!("not used: {because}; tokens travel in the Message-ID only")
            }
        }
    }
}

/// What stands before the word of a test in the plus-address.
const PROBE: &str = "probe-";

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
    /// Whether tokens may travel in the plus-address (the server delivers `local+detail@`), if somebody decided it.
    pub plus: Option<bool>,
    /// What a test of it showed.
    pub tried: Option<PlusTried>,
}

impl Mailbox {
    /// Longer local parts leave no room for a token: 64 octets are all that RFC 5321 allows.
    pub const LONGEST_LOCAL_PART: usize = 25;

    /// Whether a token fits into this mailbox's address and would survive the way back.
    pub fn carries_tokens(&self) -> bool {
        self.plus_address().carries()
    }

    /// Whether a token fits into this mailbox's address.
    pub fn has_room(&self) -> bool {
        self.address.local().len() <= Self::LONGEST_LOCAL_PART
    }

    /// Whether tokens travel in its plus-address, and why.
    pub fn plus_address(&self) -> PlusAddress {
        if !self.has_room() {
            return PlusAddress::NoRoom;
        }
        match (self.plus, &self.tried) {
            (Some(decided), _) => PlusAddress::Decided(decided),
            (None, Some(tried)) => PlusAddress::Tested(tried.state, tried.because.clone()),
            (None, None) => PlusAddress::Untested,
        }
    }

    /// The subaddress that a test with this word is sent to.
    pub fn probe_detail(word: &str) -> String {
        format!("{PROBE}{word}")
    }

    /// The word of the test that was sent to this address, if it looks like one.
    pub fn probe_word(address: &EmailAddress) -> Option<&str> {
        let word = address.detail()?.strip_prefix(PROBE)?;
        let fits = word.len() == 26 && word.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then_some(word)
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
