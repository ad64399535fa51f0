//! `[[tenant.webhook]]` and `[tenant.ntfy]`: programs and telephones that are told.

use std::borrow::Cow;

use url::Url;

use super::names::State;
use super::secret::Secret;
use crate::config::read::{Record, Table, Text, Wrong};
use crate::config::{At, Place};

/// An address that is told of events.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Where it stands.
    pub place: Place,
    /// The address; a tenant has each once.
    pub url: At<WebAddress>,
    /// Whether it is to be there.
    pub state: State,
    /// Which events it is told of.
    pub events: Option<Vec<String>>,
    /// What the messages are signed with.
    pub secret: Option<Secret>,
}

/// How a tenant's people are told by ntfy.
#[derive(Debug, Clone)]
pub struct Ntfy {
    /// Where it stands.
    pub place: Place,
    /// Whether it is to be there.
    pub state: State,
    /// The server.
    pub server: Option<WebAddress>,
    /// The access token; with a `username`, the password.
    pub token: Option<Secret>,
    /// The name to log in with, where the server knows no tokens.
    pub username: Option<String>,
    /// Whether pushes may carry customers' words.
    pub customer_text: Option<bool>,
    /// What the topics begin with.
    pub topic_prefix: Option<TopicPrefix>,
    /// Told of tickets.
    pub tickets: Option<bool>,
    /// Told of service levels.
    pub sla: Option<bool>,
    /// Told of matters of security.
    pub security: Option<bool>,
    /// Told of people who come and go.
    pub users: Option<bool>,
}

/// An http or https address without a password in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress(Url);

/// The beginning of an ntfy topic: `[A-Za-z0-9_-]{1,48}`, so that a suffix still fits into 64 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPrefix(String);

impl WebAddress {
    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl TopicPrefix {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Text for WebAddress {
    fn expected() -> Cow<'static, str> {
        "an address like https://example.org/hook".into()
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        let url = Url::parse(text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.host_str().is_some()
                && url.username().is_empty()
                && url.password().is_none()
        });
        url.map(Self).ok_or(Wrong::Expected(Self::expected()))
    }
}

impl Text for TopicPrefix {
    fn expected() -> Cow<'static, str> {
        "letters, digits, - and _, at most 48".into()
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        let fits = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        if (1..=48).contains(&text.len()) && text.bytes().all(fits) {
            return Ok(Self(text.to_owned()));
        }
        Err(Wrong::Expected(Self::expected()))
    }
}

impl Record for Webhook {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let url = table.required("url");
        let webhook = Self {
            place: table.place(),
            state: table.optional("state").unwrap_or_default(),
            events: table.optional("events"),
            secret: Secret::read(table, &Secret::SECRET),
            url: url?,
        };
        Some(webhook)
    }
}

impl Record for Ntfy {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        Some(Self {
            place: table.place(),
            state: table.optional("state").unwrap_or_default(),
            server: table.optional("server"),
            token: Secret::read(table, &Secret::TOKEN),
            username: table.optional("username"),
            customer_text: table.optional("customer_text"),
            topic_prefix: table.optional("topic_prefix"),
            tickets: table.optional("tickets"),
            sla: table.optional("sla"),
            security: table.optional("security"),
            users: table.optional("users"),
        })
    }
}
