//! Checked words of seed files: slugs, ticket prefixes, languages.

use std::borrow::Cow;

use crate::config::read::{Text, Wrong, texts};
use crate::domain::template;
use crate::domain::words;

words! {
    /// Whether a thing is to be there.
    #[derive(Default)]
    pub enum State {
        /// It is created, or brought to what the file says.
        #[default]
        Present = "present",
        /// It is removed.
        Absent = "absent",
    }
}

texts! { words State }

/// A name in addresses: `[a-z0-9][a-z0-9-]{0,62}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// What a tenant's ticket numbers begin with: `[A-Z][A-Z0-9]{0,9}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Prefix(String);

/// A language of notices: `en`, `de-AT`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Locale(String);

/// Hosts below the public address that are, or may become, Postroom's own.
const RESERVED: [&str; 14] = [
    "admin",
    "api",
    "app",
    "assets",
    "autoconfig",
    "ftp",
    "imap",
    "mail",
    "mx",
    "platform",
    "postroom",
    "smtp",
    "static",
    "www",
];

impl Slug {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Prefix {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The prefix for a tenant that names none: its slug in capitals, as far as it goes.
    pub fn of_slug(slug: &Slug) -> Self {
        let letters = slug.0.chars().filter(char::is_ascii_alphanumeric);
        let letters = letters.skip_while(char::is_ascii_digit).take(10);
        let word: String = letters.map(|c| c.to_ascii_uppercase()).collect();
        Self(if word.is_empty() {
            "T".to_owned()
        } else {
            word
        })
    }
}

impl Locale {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Text for Slug {
    fn expected() -> Cow<'static, str> {
        "lower-case letters, digits and hyphens, at most 63, as in \"acme\"".into()
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if !(1..=63).contains(&text.len()) || !text.bytes().all(fits) || text.starts_with('-') {
            return Err(Wrong::Expected(Self::expected()));
        }
        if RESERVED.contains(&text) {
            return Err(Wrong::Because(format!(
                "{text:?} is kept for Postroom itself; choose another"
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

impl Text for Prefix {
    fn expected() -> Cow<'static, str> {
        "a capital letter and up to nine capitals or digits, as in \"ACME\"".into()
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        let fits = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit();
        let begins = text.starts_with(|c: char| c.is_ascii_uppercase());
        if !begins || text.len() > 10 || !text.bytes().all(fits) {
            return Err(Wrong::Expected(Self::expected()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl Text for Locale {
    fn expected() -> Cow<'static, str> {
        "a language like en or de-AT".into()
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        let known = template::locale(text).map(Self);
        known.ok_or(Wrong::Expected(Self::expected()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_host_names_that_nobody_else_needs() {
        for fine in ["acme", "a", "0", "acme-2", &"a".repeat(63)] {
            assert!(Slug::parse(fine).is_ok(), "{fine}");
        }
        for wrong in [
            "",
            "-acme",
            "Acme",
            "a.b",
            "a_b",
            "www",
            "api",
            "platform",
            &"a".repeat(64),
        ] {
            assert!(Slug::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn prefixes_are_short_and_in_capitals() {
        for fine in ["A", "ACME", "A2345678BC"] {
            assert!(Prefix::parse(fine).is_ok(), "{fine}");
        }
        for wrong in ["", "acme", "2A", "A-B", "ABCDEFGHIJK"] {
            assert!(Prefix::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_slug_gives_a_prefix() {
        for (slug, prefix) in [
            ("acme", "ACME"),
            ("3-acme-gmbh-berlin", "ACMEGMBHBE"),
            ("42", "T"),
        ] {
            let made = Prefix::of_slug(&Slug::parse(slug).unwrap());
            assert_eq!(made.as_str(), prefix);
            assert!(Prefix::parse(made.as_str()).is_ok());
        }
    }
}
