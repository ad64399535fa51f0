//! Actions as text: how they are read from a rule, written back, and refused.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::action::{Action, Assignee, Recipient, Snooze};
use super::value::Scalar;

/// The word that takes an assignee, a team or a category away.
const NOTHING: &str = "none";

impl Action {
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
            Some(("available", name)) => team(name).map(Self::Available),
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
            Self::Available(team) => write!(f, "available:{team}"),
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
            "channel" => Self::Channel,
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
            Self::Channel => f.write_str("channel"),
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
