//! A line of the audit log: who changed which setting, and by what way.

use std::fmt::Display;

use chrono::{DateTime, Utc};

use crate::domain::event::Actor;
use crate::domain::ids::AuditId;

words! {
    /// By what way a setting was changed.
    pub enum Via {
        /// On a page.
        Page = "page",
        /// By a program with a token.
        Api = "api",
        /// By a seed file.
        Apply = "apply",
        /// By a command on the machine.
        Command = "command",
        /// By itself, because its time had come.
        Time = "time",
        /// By a mail that was taken in.
        Mail = "mail",
    }
}

/// One change of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its id, by time.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// How.
    pub via: Via,
    /// Which kind of thing and what befell it: `rule.changed`, `webhook.created`.
    pub kind: String,
    /// What the thing is called.
    pub subject: String,
    /// A sentence for people; never a secret.
    pub summary: String,
}

/// What differs between a setting as it was and as it is to be, in words: `timezone: UTC → Europe/Berlin; name: …`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences(Vec<String>);

impl Differences {
    #[must_use]
    /// Compares one field; an empty value is written as "nothing".
    pub fn field<T: PartialEq + Display>(mut self, name: &str, was: &T, is: &T) -> Self {
        if was != is {
            let words = |value: &T| Some(value.to_string()).filter(|text| !text.is_empty());
            let nothing = || "nothing".to_owned();
            let (was, is) = (
                words(was).unwrap_or_else(nothing),
                words(is).unwrap_or_else(nothing),
            );
            self.0.push(format!("{name}: {was} → {is}"));
        }
        self
    }

    #[must_use]
    /// Compares one field whose values are too long, or too secret, to be written down.
    pub fn hidden<T: PartialEq>(mut self, name: &str, was: &T, is: &T) -> Self {
        if was != is {
            self.0.push(format!("{name} changed"));
        }
        self
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Display for Differences {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_what_changed_and_keep_secrets() {
        let none = Differences::default()
            .field("days", &7, &7)
            .hidden("secret", &"a", &"a");
        assert!(none.is_empty());
        let some = Differences::default()
            .field("days", &7, &14)
            .field("name", &"Acme", &"")
            .hidden("secret", &"a", &"b");
        assert_eq!(
            some.to_string(),
            "days: 7 → 14; name: Acme → nothing; secret changed"
        );
    }
}
