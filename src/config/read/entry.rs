//! One value with its place.

use toml::Spanned;
use toml::de::DeValue;

use super::{Ledger, Source, Table, Wrong};
use crate::config::mistake::Place;

/// A value that was found, on its way to become what is meant.
pub(crate) struct Entry<'s> {
    pub source: &'s Source,
    pub ledger: &'s Ledger,
    /// The key with its tables.
    pub key: String,
    pub value: Spanned<DeValue<'s>>,
    /// It comes from the environment, where everything is text.
    pub variable: bool,
}

impl<'s> Entry<'s> {
    /// The text of a variable, which may stand for a number, or for a list with commas.
    pub fn bare(&self) -> Option<&str> {
        self.value.get_ref().as_str().filter(|_| self.variable)
    }

    /// The value as a whole number, if it is one.
    pub fn number(&self) -> Option<u64> {
        let written = self.value.get_ref().as_integer();
        let number = written.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        number.or_else(|| self.bare()?.parse().ok())
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.source.place(&self.value.span(), &self.key)
    }

    /// Notes that something else was expected; the value is shown, so this is not for secrets.
    pub fn refuse<T>(&self, wrong: impl Into<Wrong>) -> Option<T> {
        let sentence = match wrong.into() {
            Wrong::Expected(what) => {
                format!("expected {what}, found {}", describe(self.value.get_ref()))
            }
            Wrong::Because(sentence) => sentence,
        };
        self.ledger.mistake(self.place().mistake(sentence));
        None
    }

    /// Notes that something else was expected, without showing what was there.
    pub fn refuse_unseen<T>(&self, expected: &str) -> Option<T> {
        self.refuse(Wrong::Because(format!(
            "expected {expected}, found something else (not shown: it may be secret)"
        )))
    }

    /// The parts of an array, each with its own place.
    pub fn parts(self, expected: &str) -> Option<Vec<Entry<'s>>> {
        let parts: Vec<Spanned<DeValue<'s>>> = match (self.value.get_ref(), self.bare()) {
            (DeValue::Array(parts), _) => parts.iter().cloned().collect(),
            (_, Some(text)) => {
                let parts = text
                    .split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty());
                parts
                    .map(|part| Spanned::new(0..0, DeValue::String(part.to_owned().into())))
                    .collect()
            }
            _ => return self.refuse(Wrong::Expected(expected.to_owned().into())),
        };
        let Self {
            source,
            ledger,
            key,
            variable,
            ..
        } = self;
        let part = |value| Entry {
            source,
            ledger,
            key: key.clone(),
            value,
            variable,
        };
        Some(parts.into_iter().map(part).collect())
    }

    /// The value as a table.
    pub fn table(self) -> Option<Table<'s>> {
        if !self.value.get_ref().is_table() {
            return self.refuse("a table");
        }
        let span = self.value.span();
        let DeValue::Table(table) = self.value.into_inner() else {
            return None;
        };
        Some(Table::new(
            self.source,
            self.ledger,
            self.key,
            Spanned::new(span, table),
        ))
    }
}

/// What stands there, short enough for one line.
fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.chars().count() <= 60 => format!("{text:?}"),
        DeValue::String(text) => {
            format!("{:?}…", text.chars().take(60).collect::<String>())
        }
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
