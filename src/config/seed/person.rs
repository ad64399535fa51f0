//! `[[tenant.user]]` and `[[tenant.team]]`: who works on tickets.

use chrono::{DateTime, SubsecRound, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::names::State;
use super::notifications::Notifications;
use crate::config::read::{Ledger, Record, Table, texts};
use crate::config::{At, Place, PublicUrl};
use crate::domain::address::EmailAddress;
use crate::domain::person::{Assignment, MailReply, Role};

/// A person of a tenant.
#[derive(Debug, Clone)]
pub struct User {
    /// Where it stands.
    pub place: Place,
    /// Their address.
    pub email: At<EmailAddress>,
    /// Whether they are to be a member; `absent` ends the membership, and their history stays.
    pub state: State,
    /// Their name.
    pub name: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// The password of somebody new; never changes that of somebody known.
    pub password: Option<At<SecretString>>,
    /// The same as a PHC string of argon2id.
    pub password_hash: Option<At<SecretString>>,
    /// What stands below their replies.
    pub signature: Option<String>,
    /// What they are told.
    pub notifications: Option<Notifications>,
    /// Whether they answer from their mail client.
    pub mail_reply: Option<MailReply>,
    /// The most active tickets that are given to them by itself.
    pub capacity: Option<Capacity>,
    /// When they are away.
    pub away: Option<Away>,
}

/// `[tenant.user.away]`: when somebody is away; without `from` they are here.
#[derive(Debug, Clone)]
pub struct Away {
    /// From when.
    pub from: Option<Moment>,
    /// Until when; absent: until somebody says otherwise.
    pub until: Option<Moment>,
    /// What colleagues read.
    pub message: Option<String>,
    /// Their urgent tickets go back to their teams.
    pub hand_back: Option<bool>,
}

/// A number of tickets, up to a thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity(pub u32);

/// A moment, with its offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub DateTime<Utc>);

impl std::str::FromStr for Moment {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(|at| Self(at.to_utc().trunc_subsecs(6)))
    }
}

texts! { Moment: "a moment like 2026-12-24T12:00:00+01:00, in quotes" }

impl crate::config::read::Value for Capacity {
    fn expected() -> std::borrow::Cow<'static, str> {
        "a number of tickets from 0 to 1000".into()
    }

    fn read(entry: crate::config::read::Entry<'_>) -> Option<Self> {
        let most = entry.number().and_then(|n| u32::try_from(n).ok());
        let most = most.filter(|n| *n <= 1000).map(Self);
        most.or_else(|| entry.refuse("a number of tickets from 0 to 1000"))
    }
}

impl Record for Away {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let away = Self {
            from: table.optional("from"),
            until: table.optional("until"),
            message: table.optional("message"),
            hand_back: table.optional("hand_back"),
        };
        if let (Some(from), Some(until)) = (away.from, away.until)
            && until.0 <= from.0
        {
            table.mistake("expected until to come after from");
        }
        Some(away)
    }
}

/// A team of a tenant.
#[derive(Debug, Clone)]
pub struct Team {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: At<String>,
    /// Whether it is to be there.
    pub state: State,
    /// Its members, in the order in which they take turns.
    pub members: Option<Vec<At<EmailAddress>>>,
    /// How its tickets find their person.
    pub assignment: Option<Assignment>,
}

texts! { words Role, Assignment, MailReply }

impl Record for User {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let email = table.required("email");
        let user = Self {
            place: table.place(),
            state: table.optional("state").unwrap_or_default(),
            name: table.optional("name"),
            role: table.optional("role"),
            password: table.optional("password"),
            password_hash: table.optional("password_hash"),
            signature: table.optional("signature"),
            notifications: table.record("notifications"),
            mail_reply: table.optional("mail_reply"),
            capacity: table.optional("capacity"),
            away: table.record("away"),
            email: email?,
        };
        if user.password.is_some() && user.password_hash.is_some() {
            table.mistake("expected only one of password, password_hash");
        }
        Some(user)
    }
}

impl Record for Team {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let name = table.required("name");
        Some(Self {
            place: table.place(),
            state: table.optional("state").unwrap_or_default(),
            members: table.optional("members"),
            assignment: table.optional("assignment"),
            name: name?,
        })
    }
}

/// The shortest password that is enough as the only proof of who somebody is (NIST SP 800-63B-4).
const SHORTEST_PASSWORD: usize = 15;
/// The most bytes of a password; longer ones only cost time.
const LONGEST_PASSWORD: usize = 256;

/// Notes a password that would not be taken on a page either. Short ones will do where nobody but this
/// machine can log in.
pub(super) fn check_password(user: &User, public_url: &PublicUrl, ledger: &Ledger) {
    if let Some(password) = &user.password {
        let text = password.expose_secret();
        if text.len() > LONGEST_PASSWORD {
            ledger.mistake(
                password
                    .place
                    .mistake(format!("expected at most {LONGEST_PASSWORD} bytes")),
            );
        }
        if text.chars().count() < SHORTEST_PASSWORD && !public_url.is_loopback() {
            ledger.mistake(password.place.mistake(format!(
                "expected at least {SHORTEST_PASSWORD} characters (fewer only while public_url is a loopback address)"
            )));
        }
    }
    if let Some(hash) = &user.password_hash
        && !hash.expose_secret().starts_with("$argon2id$v=19$m=")
    {
        ledger.mistake(
            hash.place
                .mistake("expected a PHC string that begins with $argon2id$v=19$m="),
        );
    }
}
