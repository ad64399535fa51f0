//! People of a tenant: their roles and what they stand for.

use chrono::{DateTime, Utc};

use crate::domain::address::EmailAddress;
use crate::domain::ids::{TeamId, TenantId, UserId};

words! {
    /// What a person may do in a tenant, from least to most.
    pub enum Role {
        /// Reads, changes nothing.
        Viewer = "viewer",
        /// Works on tickets.
        Member = "member",
        /// Also manages settings and people below.
        Admin = "admin",
        /// Also manages admins.
        Owner = "owner",
    }
}

/// A person who can log in; the same person in every tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their confirmed address, in comparable form.
    pub email: EmailAddress,
    /// Their name as colleagues and customers see it.
    pub name: String,
    /// May not log in anywhere, and speaks by mail nowhere.
    pub disabled: bool,
    /// When they were first known.
    pub created_at: DateTime<Utc>,
}

/// A person's place in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The tenant.
    pub tenant: TenantId,
    /// The person.
    pub user: User,
    /// What they may do there.
    pub role: Role,
    /// False once they have left; their history stays.
    pub active: bool,
    /// What stands below their replies.
    pub signature: String,
    /// Whether they answer from their mail client.
    pub mail_reply: MailReply,
    /// When they are away, and how much they take on.
    pub presence: Presence,
}

/// When somebody is away, and how much they take on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presence {
    /// The absence that they announced, be it over, running or still to come.
    pub away: Option<Away>,
    /// The most active tickets that are given to them by itself; absent: no limit.
    pub capacity: Option<u32>,
}

/// An absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; absent: until they say that they are back.
    pub until: Option<DateTime<Utc>>,
    /// What colleagues read.
    pub message: String,
    /// Their urgent tickets go back to their teams when it begins.
    pub hand_back: bool,
}

impl Away {
    /// Whether it is on at a moment.
    pub fn covers(&self, now: DateTime<Utc>) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

words! {
    /// Whether a person answers from their mail client.
    #[derive(Default)]
    pub enum MailReply {
        /// As the tenant's policy allows.
        #[default]
        On = "on",
        /// On the pages only: what comes in their name by mail waits.
        Off = "off",
    }
}

impl Membership {
    /// Works here now: neither left nor disabled.
    pub const fn is_here(&self) -> bool {
        self.active && !self.user.disabled
    }

    /// Is away: told nothing meanwhile, and given nothing.
    pub fn is_away(&self, now: DateTime<Utc>) -> bool {
        self.presence.away.as_ref().is_some_and(|a| a.covers(now))
    }

    /// How many more tickets they take on, having `load` active ones; absent: any number.
    pub fn room(&self, load: i64) -> Option<i64> {
        let capacity = self.presence.capacity.map(i64::from);
        capacity.map(|capacity| (capacity - load).max(0))
    }

    /// May be given tickets and speak for the tenant.
    pub fn works(&self) -> bool {
        self.is_here() && self.role >= Role::Member
    }
}

words! {
    /// How a team's new tickets find their person.
    pub enum Assignment {
        /// Nobody, until somebody takes it.
        Manual = "manual",
        /// Each in turn.
        RoundRobin = "round_robin",
        /// Whoever has the fewest active tickets.
        LeastLoaded = "least_loaded",
    }
}

/// A team of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Its name, unique within the tenant.
    pub name: String,
    /// How its new tickets find their person.
    pub assignment: Assignment,
    /// Its members, in the order in which they take turns.
    pub members: Vec<UserId>,
}
