//! What actions need in order to be done. A real run and a trial on what was ask the same functions, so that a trial
//! promises nothing that a run would skip.

use chrono::{DateTime, Utc};
use liquid::Object;

use crate::desk::directory::Office;
use crate::desk::texts;
use crate::domain::address::EmailAddress;
use crate::domain::ids::{PolicyId, UserId};
use crate::domain::person::Team;
use crate::domain::rules::{Action, Assignee, Recipient};
use crate::domain::ticket::Status;

/// Somebody who can be given a ticket now.
pub(super) fn assignee(
    office: &Office,
    address: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<UserId, String> {
    let person = office.person_at(address).filter(|m| m.works());
    let person = person.ok_or_else(|| format!("{address} does not work on tickets here"))?;
    if person.is_away(now) {
        return Err(format!("{address} is away"));
    }
    Ok(person.user.id)
}

pub(super) fn team<'o>(office: &'o Office, name: &str) -> Result<&'o Team, String> {
    let team = office.team_named(name);
    team.ok_or_else(|| format!("there is no team {name}"))
}

/// A category as the tenant spells it.
pub(super) fn category(office: &Office, wanted: &str) -> Result<String, String> {
    let known = &office.tenant.settings.categories;
    let found = known
        .iter()
        .find(|k| k.to_lowercase() == wanted.to_lowercase());
    found
        .cloned()
        .ok_or_else(|| format!("there is no category {wanted}"))
}

pub(super) fn policy(office: &Office, name: &str) -> Result<PolicyId, String> {
    let policy = office.policy_named(name).map(|policy| policy.id);
    policy.ok_or_else(|| format!("there is no policy {name}"))
}

pub(super) fn webhook(office: &Office, url: &str) -> Result<(), String> {
    let known = office.webhooks.iter().any(|w| w.url == url && w.active);
    known
        .then_some(())
        .ok_or_else(|| format!("there is no active webhook {url}"))
}

pub(super) fn follower(office: &Office, address: &EmailAddress) -> Result<UserId, String> {
    let person = office.person_at(address).map(|m| m.user.id);
    person.ok_or_else(|| format!("{address} is nobody here"))
}

/// A note's text with its variables filled in.
pub(super) fn note(text: &str, variables: &Object) -> Result<String, String> {
    texts::liquid(text, variables)
        .ok_or_else(|| "the note has a mistake in its variables".to_owned())
}

pub(super) fn nobody_has_room(team: &str) -> String {
    format!("nobody in {team} is here and has room for a ticket")
}

pub(super) fn nobody_to_tell(whom: &Recipient) -> String {
    format!("there is nobody to tell: {whom}")
}

/// Why spam gets no letters.
pub(super) const SPAM: &str = "spam is not answered";
/// Why nobody is written to whose address was borrowed.
pub(super) const BORROWED: &str = "there is not exactly one known sender to answer";

/// A ticket as it stood when a draft would have acted on it, with the tenant's settings of today.
pub struct Stood<'a> {
    /// The tenant's settings.
    pub office: &'a Office,
    /// When.
    pub now: DateTime<Utc>,
    /// What templates may name.
    pub variables: &'a Object,
    /// Its status; earlier actions of the draft change it.
    pub status: Status,
    /// Whether it was spam; earlier actions of the draft change it.
    pub spam: bool,
    /// Whether it had a team or an assignee.
    pub owned: bool,
    /// Whether it was about a mail of whose sender nothing is known.
    pub borrowed: bool,
}

impl Stood<'_> {
    /// Why an action would have been skipped, as far as can be said afterwards. Actions come in their order.
    pub fn skips(&mut self, action: &Action) -> Option<String> {
        self.possible(action).err()
    }

    fn possible(&mut self, action: &Action) -> Result<(), String> {
        let office = self.office;
        match action {
            Action::Assign(Assignee::Person(address)) => {
                assignee(office, address, self.now).map(drop)
            }
            Action::Assign(
                Assignee::RoundRobin(name)
                | Assignee::LeastLoaded(name)
                | Assignee::Available(name),
            ) => {
                let members = &team(office, name)?.members;
                let mut members = members.iter().filter_map(|id| office.person(*id));
                let here = members.any(|m| m.works() && !m.is_away(self.now));
                here.then_some(()).ok_or_else(|| nobody_has_room(name))
            }
            Action::AssignTeam(Some(name)) => team(office, name).map(drop),
            Action::Category(Some(wanted)) => category(office, wanted).map(drop),
            Action::Sla(name) => policy(office, name).map(drop),
            Action::Webhook(url) => webhook(office, url),
            Action::Follow(address) => follower(office, address).map(drop),
            Action::Note(text) => note(text, self.variables).map(drop),
            Action::Canned(_) if self.spam => Err(SPAM.to_owned()),
            Action::Canned(_) if self.borrowed => Err(BORROWED.to_owned()),
            Action::Canned(name) => {
                texts::fill_canned(office, name, self.variables.clone(), None).map(drop)
            }
            Action::Notify(whom) => {
                let somebody = match whom {
                    Recipient::Person(address) => office.person_at(address).is_some(),
                    Recipient::TeamNamed(name) => {
                        let team = office.team_named(name);
                        team.is_some_and(|team| !team.members.is_empty())
                    }
                    Recipient::Assignee => self.owned,
                    _ => true,
                };
                somebody.then_some(()).ok_or_else(|| nobody_to_tell(whom))
            }
            Action::Snooze(_) if !self.status.is_active() || self.spam => {
                Err("only a ticket that asks for work can be put to sleep".to_owned())
            }
            Action::Status(status) => {
                self.status = *status;
                Ok(())
            }
            Action::Spam(spam) => {
                self.spam = *spam;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
