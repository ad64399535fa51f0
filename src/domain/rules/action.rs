//! What rules do. Each action is a table with one key: `{ priority = "high" }`.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::value::Scalar;
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
    "assign", "an address, `round_robin:TEAM`, `least_loaded:TEAM` or `none`", "Gives the ticket to a person.";
    "assign_team", "a team's name, or `none`", "Puts the ticket into a team's queue.";
    "priority", "`low`, `normal`, `high` or `urgent`", "Sets the priority.";
    "status", "`open`, `in_progress`, `on_hold`, `resolved` or `closed`", "Sets the status.";
    "category", "one of the tenant's categories, or `none`", "Sets the category.";
    "tag", "a tag", "Adds a tag.";
    "untag", "a tag", "Takes a tag away.";
    "sla", "a policy's name", "Puts the ticket under other service levels.";
    "canned", "a canned reply's name", "Answers the customer with a canned reply.";
    "note", "a text", "Writes an internal note.";
    "notify", "`assignee`, `team`, `followers`, `admins`, `owners`, `team:NAME` or an address", "Tells somebody.";
    "webhook", "a webhook's URL", "Calls a webhook.";
    "snooze", "a span such as `4h` or `2d`, or `reply`", "Lets the ticket sleep until then or until the customer answers.";
    "follow", "an address", "Makes a person follow the ticket.";
    "spam", "`true` or `false`", "Marks the ticket as spam, or not.";
    "stop", "`true`", "Ends the pass: no later rule looks at the ticket.";
}

/// The word that takes an assignee, a team or a category away.
const NOTHING: &str = "none";

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

    /// Its value in the rule.
    pub fn value(&self) -> Scalar {
        let or_nothing = |name: &Option<String>| name.clone().unwrap_or_else(|| NOTHING.to_owned());
        Scalar::Text(match self {
            Self::Spam(flag) => return Scalar::Flag(*flag),
            Self::Stop => return Scalar::Flag(true),
            Self::Assign(assignee) => assignee.to_string(),
            Self::AssignTeam(name) | Self::Category(name) => or_nothing(name),
            Self::Priority(priority) => priority.to_string(),
            Self::Status(status) => status.to_string(),
            Self::Notify(recipient) => recipient.to_string(),
            Self::Snooze(Snooze::UntilReply) => "reply".to_owned(),
            Self::Snooze(Snooze::For(span)) => span.to_string(),
            Self::Follow(address) => address.to_string(),
            Self::Tag(text)
            | Self::Untag(text)
            | Self::Sla(text)
            | Self::Canned(text)
            | Self::Note(text)
            | Self::Webhook(text) => text.clone(),
        })
    }

    /// Reads an action from its key and value; the error is a sentence that names what was expected.
    pub fn read(key: &str, value: &Scalar) -> Result<Self, String> {
        let Some((_, shape, _)) = Self::DOCS.iter().find(|(known, _, _)| *known == key) else {
            return Err(format!(
                "`{key}` is no action; expected one of {}",
                Self::KEYS.join(", ")
            ));
        };
        let refused = || format!("`{key}` takes {shape}, not {}", value.quoted());
        if let "spam" | "stop" = key {
            return match (key, value.flag()) {
                ("spam", Some(flag)) => Ok(Self::Spam(flag)),
                ("stop", Some(true)) => Ok(Self::Stop),
                _ => Err(refused()),
            };
        }
        let Scalar::Text(text) = value else {
            return Err(refused());
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(refused());
        }
        Self::from_text(key, text).ok_or_else(refused)
    }

    fn from_text(key: &str, text: &str) -> Option<Self> {
        let named = || (text != NOTHING).then(|| text.to_owned());
        Some(match key {
            "assign" => Self::Assign(text.parse().ok()?),
            "assign_team" => Self::AssignTeam(named()),
            "priority" => Self::Priority(text.parse().ok()?),
            "status" => Self::Status(text.parse().ok()?),
            "category" => Self::Category(named()),
            "tag" => Self::Tag(text.to_owned()),
            "untag" => Self::Untag(text.to_owned()),
            "sla" => Self::Sla(text.to_owned()),
            "canned" => Self::Canned(text.to_owned()),
            "note" => Self::Note(text.to_owned()),
            "notify" => Self::Notify(text.parse().ok()?),
            "webhook" => Self::Webhook(text.to_owned()),
            "snooze" if text == "reply" => Self::Snooze(Snooze::UntilReply),
            "snooze" => Self::Snooze(Snooze::For(text.parse().ok()?)),
            "follow" => Self::Follow(text.parse().ok()?),
            _ => return None,
        })
    }

    /// The name of the tenant's own thing that it needs, for a check whether that exists.
    pub fn reference(&self) -> Option<Reference<'_>> {
        Some(match self {
            Self::Assign(Assignee::Person(address))
            | Self::Notify(Recipient::Person(address))
            | Self::Follow(address) => Reference::Person(address),
            Self::Assign(Assignee::RoundRobin(team) | Assignee::LeastLoaded(team))
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

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.key(), self.value())
    }
}

impl FromStr for Assignee {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let team = |name: &str| {
            Some(name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .ok_or(())
        };
        match text.split_once(':') {
            _ if text == NOTHING => Ok(Self::Nobody),
            Some(("round_robin", name)) => team(name).map(Self::RoundRobin),
            Some(("least_loaded", name)) => team(name).map(Self::LeastLoaded),
            _ => text.parse().map(Self::Person).map_err(|_| ()),
        }
    }
}

impl fmt::Display for Assignee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(address) => address.fmt(f),
            Self::RoundRobin(team) => write!(f, "round_robin:{team}"),
            Self::LeastLoaded(team) => write!(f, "least_loaded:{team}"),
            Self::Nobody => f.write_str(NOTHING),
        }
    }
}

impl FromStr for Recipient {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "assignee" => Self::Assignee,
            "team" => Self::Team,
            "followers" => Self::Followers,
            "admins" => Self::Admins,
            "owners" | "owner" => Self::Owners,
            _ => match text.strip_prefix("team:").map(str::trim) {
                Some("") => return Err(()),
                Some(name) => Self::TeamNamed(name.to_owned()),
                None => Self::Person(text.parse().map_err(|_| ())?),
            },
        })
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assignee => f.write_str("assignee"),
            Self::Team => f.write_str("team"),
            Self::Followers => f.write_str("followers"),
            Self::Admins => f.write_str("admins"),
            Self::Owners => f.write_str("owners"),
            Self::TeamNamed(name) => write!(f, "team:{name}"),
            Self::Person(address) => address.fmt(f),
        }
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(1))?;
        map.serialize_entry(self.key(), &self.value())?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(given: D) -> Result<Self, D::Error> {
        given.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Action;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an action with one key out of {}",
            Action::KEYS.join(", ")
        )
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Action, A::Error> {
        let Some(key) = map.next_key::<String>()? else {
            return Err(A::Error::custom(format!(
                "an action is empty; expected one of {}",
                Action::KEYS.join(", ")
            )));
        };
        if !Action::KEYS.contains(&key.as_str()) {
            return Err(A::Error::custom(format!(
                "`{key}` is no action; expected one of {}",
                Action::KEYS.join(", ")
            )));
        }
        let value: Scalar = map.next_value()?;
        let action = Action::read(&key, &value).map_err(A::Error::custom)?;
        match map.next_key::<String>()? {
            None => Ok(action),
            Some(second) => Err(A::Error::custom(format!(
                "`{key}` and `{second}` stand in one action; write each as an action of its own"
            ))),
        }
    }
}
