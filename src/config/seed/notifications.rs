//! `[tenant.user.notifications]`: what a person is told, by which way and when.

use std::borrow::Cow;

use chrono::NaiveTime;
use chrono_tz::Tz;

use crate::config::At;
use crate::config::read::{Record, Table, Text, Wrong, texts};
use crate::domain::telling::{Pace, Preferences, Quiet, Scope, TellEvent};

/// What a person is told. What is not said stays as it is.
#[derive(Debug, Clone)]
pub struct Notifications {
    /// Of whose tickets, by event and way.
    pub events: Vec<(TellEvent, Wanted)>,
    /// How often mail may come.
    pub pace: Option<Pace>,
    /// When a daily mail goes out.
    pub digest_at: Option<TimeOfDay>,
    /// When the telephone is left alone.
    pub quiet: Option<QuietHours>,
    /// Whether urgent tickets pass quiet hours and digests.
    pub urgent_passes: Option<bool>,
    /// Their own clock.
    pub timezone: Option<Tz>,
    /// Their own topic.
    pub topic: Option<At<Topic>>,
}

/// Of whose tickets somebody is told of one event.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// By mail.
    pub mail: Option<Scope>,
    /// By ntfy.
    pub ntfy: Option<Scope>,
}

/// A time of day: `08:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay(pub NaiveTime);

/// Hours of every day, `22:00-07:00`, or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours(pub Option<Quiet>);

/// An ntfy topic; empty is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic(pub String);

texts! { words Pace, Scope }

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()
}

impl Text for TimeOfDay {
    fn expected() -> Cow<'static, str> {
        "a time of day, as in \"08:00\"".into()
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        time(text)
            .map(Self)
            .ok_or_else(|| Wrong::Expected(Self::expected()))
    }
}

impl Text for QuietHours {
    fn expected() -> Cow<'static, str> {
        "two times of day, as in \"22:00-07:00\", or \"none\"".into()
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        if text == "none" {
            return Ok(Self(None));
        }
        let hours = text.split_once('-').and_then(|(from, to)| {
            let (from, to) = (time(from)?, time(to)?);
            Some(Quiet { from, to })
        });
        hours
            .map(|hours| Self(Some(hours)))
            .ok_or_else(|| Wrong::Expected(Self::expected()))
    }
}

impl Text for Topic {
    fn expected() -> Cow<'static, str> {
        "letters, digits, - and _, at most 64".into()
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        if text.is_empty() || Preferences::is_topic(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(Wrong::Expected(Self::expected()))
    }
}

impl Record for Wanted {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        Some(Self {
            mail: table.optional("mail"),
            ntfy: table.optional("ntfy"),
        })
    }
}

impl Record for Notifications {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let events = TellEvent::ALL.iter();
        let events = events
            .filter_map(|event| Some((*event, table.record(event.as_str())?)))
            .collect();
        Some(Self {
            events,
            pace: table.optional("pace"),
            digest_at: table.optional("digest_at"),
            quiet: table.optional("quiet"),
            urgent_passes: table.optional("urgent_passes"),
            timezone: table.optional("timezone"),
            topic: table.optional("topic"),
        })
    }
}
