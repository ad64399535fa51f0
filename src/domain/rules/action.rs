//! What rules do. Each action is a table with one key: `{ priority = "high" }`.

use crate::domain::address::EmailAddress;
use crate::domain::sla::Span;
use crate::domain::ticket::{Priority, Status};

/// One thing that a rule does to a ticket. Names are resolved by whoever acts: what does not exist (any
/// more) is skipped and said so in the ticket's timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Who works on it.
    Assign(Assignee),
    /// Whose queue it stands in; None takes the team away.
    AssignTeam(Option<String>),
    /// How much it hurries.
    Priority(Priority),
    /// Where it stands.
    Status(Status),
    /// Its category; None takes it away.
    Category(Option<String>),
    /// A tag more.
    Tag(String),
    /// A tag less.
    Untag(String),
    /// The service levels it runs under, by their policy's name.
    Sla(String),
    /// A canned reply, by its name, sent to the customer.
    Canned(String),
    /// An internal note, as a template.
    Note(String),
    /// Somebody is told, by the channels they chose.
    Notify(Recipient),
    /// A webhook of the tenant, by its URL, is told.
    Webhook(String),
    /// It sleeps.
    Snooze(Snooze),
    /// Somebody follows it from now on.
    Follow(EmailAddress),
    /// Whether it is spam.
    Spam(bool),
    /// No later rule looks at the ticket in this pass.
    Stop,
}

/// Who a rule gives a ticket to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    /// This person.
    Person(EmailAddress),
    /// The next member of this team in turn.
    RoundRobin(String),
    /// The member of this team with the fewest active tickets.
    LeastLoaded(String),
    /// The member of this team who is here and has the most room, by their own capacity.
    Available(String),
    /// Nobody.
    Nobody,
}

/// Who a rule tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// Who works on the ticket; its team's members if nobody does.
    Assignee,
    /// The members of the ticket's team.
    Team,
    /// Who follows the ticket.
    Followers,
    /// The tenant's admins and owners.
    Admins,
    /// The tenant's owners.
    Owners,
    /// The members of the team of this name.
    TeamNamed(String),
    /// The tenant's push channel.
    Channel,
    /// This person.
    Person(EmailAddress),
}

/// How long a ticket sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Snooze {
    /// Until the customer answers.
    UntilReply,
    /// For so long by the clock on the wall, or until the customer answers.
    For(Span),
}

macro_rules! actions {
    ($($key:literal, $shape:literal, $doc:literal;)+) => {
        impl Action {
            /// Every action's key, in the order of the documentation.
            pub const KEYS: &'static [&'static str] = &[$($key),+];
            /// Every action as `(key, what its value is, what it does)`.
            pub const DOCS: &'static [(&'static str, &'static str, &'static str)] = &[$(($key, $shape, $doc)),+];
        }
    };
}

actions! {
    "assign", "an address, `round_robin:TEAM`, `least_loaded:TEAM`, `available:TEAM` or `none`", "Gives the ticket to a person.";
    "assign_team", "a team's name, or `none`", "Puts the ticket into a team's queue.";
    "priority", "`low`, `normal`, `high` or `urgent`", "Sets the priority.";
    "status", "`open`, `in_progress`, `on_hold`, `resolved` or `closed`", "Sets the status.";
    "category", "one of the tenant's categories, or `none`", "Sets the category.";
    "tag", "a tag", "Adds a tag.";
    "untag", "a tag", "Takes a tag away.";
    "sla", "a policy's name", "Puts the ticket under other service levels.";
    "canned", "a canned reply's name", "Answers the customer with a canned reply.";
    "note", "a text", "Writes an internal note.";
    "notify", "`assignee`, `team`, `followers`, `admins`, `owners`, `channel`, `team:NAME` or an address", "Tells somebody.";
    "webhook", "a webhook's URL", "Calls a webhook.";
    "snooze", "a span such as `4h` or `2d`, or `reply`", "Lets the ticket sleep until then or until the customer answers.";
    "follow", "an address", "Makes a person follow the ticket.";
    "spam", "`true` or `false`", "Marks the ticket as spam, or not.";
    "stop", "`true`", "Ends the pass: no later rule looks at the ticket.";
}

impl Action {
    /// Its key in the rule.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Assign(_) => "assign",
            Self::AssignTeam(_) => "assign_team",
            Self::Priority(_) => "priority",
            Self::Status(_) => "status",
            Self::Category(_) => "category",
            Self::Tag(_) => "tag",
            Self::Untag(_) => "untag",
            Self::Sla(_) => "sla",
            Self::Canned(_) => "canned",
            Self::Note(_) => "note",
            Self::Notify(_) => "notify",
            Self::Webhook(_) => "webhook",
            Self::Snooze(_) => "snooze",
            Self::Follow(_) => "follow",
            Self::Spam(_) => "spam",
            Self::Stop => "stop",
        }
    }

    /// The name of the tenant's own thing that it needs, for a check whether that exists.
    pub fn reference(&self) -> Option<Reference<'_>> {
        Some(match self {
            Self::Assign(Assignee::Person(address))
            | Self::Notify(Recipient::Person(address))
            | Self::Follow(address) => Reference::Person(address),
            Self::Assign(
                Assignee::RoundRobin(team)
                | Assignee::LeastLoaded(team)
                | Assignee::Available(team),
            )
            | Self::AssignTeam(Some(team))
            | Self::Notify(Recipient::TeamNamed(team)) => Reference::Team(team),
            Self::Category(Some(category)) => Reference::Category(category),
            Self::Sla(policy) => Reference::Policy(policy),
            Self::Canned(name) => Reference::Canned(name),
            Self::Webhook(url) => Reference::Webhook(url),
            _ => return None,
        })
    }
}

/// Something of the tenant's that an action needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'a> {
    /// A person.
    Person(&'a EmailAddress),
    /// A team, by its name.
    Team(&'a str),
    /// A category.
    Category(&'a str),
    /// A service level policy, by its name.
    Policy(&'a str),
    /// A canned reply, by its name.
    Canned(&'a str),
    /// A webhook, by its URL.
    Webhook(&'a str),
}
