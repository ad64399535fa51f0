//! What one person wants to be told in one tenant.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::event::{Channel, Pace, Scope, TellEvent};
use super::hours::Quiet;

/// Of whose tickets, by each way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// By mail.
    pub mail: Scope,
    /// By ntfy.
    pub ntfy: Scope,
}

impl Wish {
    /// Of whose tickets, by one way.
    pub const fn by(self, channel: Channel) -> Scope {
        match channel {
            Channel::Mail => self.mail,
            Channel::Ntfy => self.ntfy,
        }
    }
}

/// What one person wants to be told. Stored as JSON; a missing key means its default, so that only what somebody chose is
/// kept and defaults may improve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// What differs from [`Preferences::usual`], by event.
    pub events: BTreeMap<TellEvent, Wish>,
    /// How often mail may come.
    pub pace: Pace,
    /// When a daily mail goes out, by their own clock.
    pub digest_at: NaiveTime,
    /// When the telephone is left alone.
    pub quiet: Option<Quiet>,
    /// Whether urgent tickets pass quiet hours and digests.
    pub urgent_passes: bool,
    /// Their own clock; absent: the tenant's.
    #[serde(with = "zone")]
    pub timezone: Option<Tz>,
    /// Their own topic on the tenant's ntfy server; empty: none.
    pub topic: String,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            events: BTreeMap::new(),
            pace: Pace::AtOnce,
            digest_at: NaiveTime::from_hms_opt(8, 0, 0).unwrap_or_default(),
            quiet: None,
            urgent_passes: true,
            timezone: None,
            topic: String::new(),
        }
    }
}

impl Preferences {
    /// What people are told who chose nothing.
    pub const fn usual(event: TellEvent) -> Wish {
        let (mail, ntfy) = match event {
            TellEvent::Status => (Scope::Nothing, Scope::Nothing),
            TellEvent::New | TellEvent::Note | TellEvent::Rule => (Scope::Mine, Scope::Nothing),
            TellEvent::Message
            | TellEvent::Assigned
            | TellEvent::Reminder
            | TellEvent::Mention
            | TellEvent::Held
            | TellEvent::SlaWarning
            | TellEvent::SlaBreached => (Scope::Mine, Scope::Mine),
        };
        Wish { mail, ntfy }
    }

    /// What they want of this event.
    pub fn wish(&self, event: TellEvent) -> Wish {
        self.events
            .get(&event)
            .copied()
            .unwrap_or_else(|| Self::usual(event))
    }

    /// Sets what they want of an event; the usual is not kept.
    pub fn set(&mut self, event: TellEvent, wish: Wish) {
        if wish == Self::usual(event) {
            self.events.remove(&event);
        } else {
            self.events.insert(event, wish);
        }
    }

    /// Whether they want anything of other people's tickets: if not, they need not be asked about those.
    pub fn looks_beyond(&self) -> bool {
        let beyond = |scope| matches!(scope, Scope::Teams | Scope::All);
        self.events
            .values()
            .any(|wish| beyond(wish.mail) || beyond(wish.ntfy))
    }

    /// Whether a topic is one that ntfy takes.
    pub fn is_topic(topic: &str) -> bool {
        (1..=64).contains(&topic.len())
            && topic
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    }

    /// Why a topic cannot be somebody's own, if others may read it: its buttons act in that person's name. `prefix` is what
    /// the tenant's own topics begin with, `others` what colleagues have chosen. Case aside, as in the access rules of ntfy.
    pub fn shared_topic<'a>(
        topic: &str,
        prefix: Option<&str>,
        mut others: impl Iterator<Item = &'a str>,
    ) -> Option<String> {
        let begins = |prefix: &&str| {
            let beginning = topic.get(..prefix.len());
            beginning.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if let Some(prefix) = prefix.filter(begins) {
            return Some(format!(
                "topics that begin with {prefix:?} are read by everybody who follows the desk, and buttons sent there would \
                 act in your name; choose another beginning"
            ));
        }
        others
            .any(|other| other.eq_ignore_ascii_case(topic))
            .then(|| "somebody else here has this topic; choose one that only you know".to_owned())
    }
}

/// A time zone by its name.
mod zone {
    use chrono_tz::Tz;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "the shape that serde asks for"
    )]
    pub fn serialize<S: Serializer>(zone: &Option<Tz>, to: S) -> Result<S::Ok, S::Error> {
        zone.map(Tz::name).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Tz>, D::Error> {
        let name = Option::<String>::deserialize(from)?;
        name.map(|name| name.parse().map_err(serde::de::Error::custom))
            .transpose()
    }
}
