//! A secret in a seed file: written there, in a file beside it, or in the daemon's environment.

use secrecy::{ExposeSecret, SecretString};

use crate::config::read::{At, Table};

use super::files::content_of;

/// Where a password or a token comes from.
#[derive(Debug, Clone)]
pub enum Secret {
    /// It is known, and will be sealed in the database.
    Known(SecretString),
    /// The daemon looks it up, in this variable of its environment, whenever it needs it.
    Variable(String),
}

/// Under which keys a kind of secret may be written.
pub(super) struct Keys {
    pub plain: &'static str,
    pub variable: &'static str,
    pub file: Option<&'static str>,
}

impl Secret {
    pub(super) const PASSWORD: Keys = Keys {
        plain: "password",
        variable: "password_env",
        file: Some("password_file"),
    };
    pub(super) const SECRET: Keys = Keys {
        plain: "secret",
        variable: "secret_env",
        file: None,
    };
    pub(super) const TOKEN: Keys = Keys {
        plain: "token",
        variable: "token_env",
        file: None,
    };

    /// The secret that `table` gives; writing it in two ways is a mistake.
    pub(super) fn read(table: &mut Table<'_>, keys: &Keys) -> Option<Self> {
        let plain: Option<SecretString> = table.optional(keys.plain);
        let variable: Option<At<String>> = table.optional(keys.variable);
        let file = keys.file.and_then(|key| content_of(table, key));
        if let Some(name) = &variable {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(fits) {
                let sentence = format!(
                    "expected the name of an environment variable, found {:?}",
                    **name
                );
                table.ledger.mistake(name.place.mistake(sentence));
            }
        }
        let mut ways = [
            plain.map(Self::Known),
            variable.map(|name| Self::Variable(name.into_inner())),
            // A file edited by hand ends in a line break that is no part of the password.
            file.map(|text| Self::Known(text.trim_end_matches(['\r', '\n']).to_owned().into())),
        ]
        .into_iter()
        .flatten();
        let found = ways.next();
        if ways.next().is_some() {
            let names = [Some(keys.plain), Some(keys.variable), keys.file]
                .into_iter()
                .flatten();
            let names: Vec<_> = names.collect();
            table.mistake(format!("expected only one of {}", names.join(", ")));
        }
        found
    }

    /// The secret itself, if it is known here.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(secret) => Some(secret.expose_secret()),
            Self::Variable(_) => None,
        }
    }

    /// The variable that holds it, if one does.
    pub fn variable(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Variable(name) => Some(name),
        }
    }
}
