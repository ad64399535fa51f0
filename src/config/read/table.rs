//! A table that is asked for its keys one by one, and in the end says which ones nobody asked for.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Entry, Ledger, Outline, Source, Value};
use crate::config::mistake::{Mistake, Place};

/// Something that is written as a table.
pub(crate) trait Record: Sized {
    /// Asks `table` for its keys. None if a key is missing without which there is nothing; that has then
    /// been noted. Every key is asked for before anything is given up, so that all mistakes are found.
    fn read(table: &mut Table<'_>) -> Option<Self>;
}

/// A table on its way to become a [`Record`].
pub(crate) struct Table<'s> {
    pub source: &'s Source,
    pub ledger: &'s Ledger,
    /// Its name with the tables around it; empty for the file itself.
    key: String,
    span: Range<usize>,
    /// What nobody has asked for yet: the key's own place, and the value.
    left: BTreeMap<String, (Range<usize>, Spanned<DeValue<'s>>)>,
    /// What the environment says instead of the file.
    set: BTreeMap<String, Entry<'s>>,
    asked: Vec<&'static str>,
}

impl<'s> Table<'s> {
    pub(super) fn new(
        source: &'s Source,
        ledger: &'s Ledger,
        key: String,
        table: Spanned<DeTable<'s>>,
    ) -> Self {
        let span = table.span();
        let left = table
            .into_inner()
            .into_iter()
            .map(|(key, value)| (key.get_ref().to_string(), (key.span(), value)))
            .collect();
        Self {
            source,
            ledger,
            key,
            span,
            left,
            set: BTreeMap::new(),
            asked: Vec::new(),
        }
    }

    /// Where the table begins.
    pub fn place(&self) -> Place {
        self.source.place(&self.span, &self.key)
    }

    /// Lets a variable of the environment take the place of a key.
    pub fn set(&mut self, key: String, entry: Entry<'s>) {
        self.set.insert(key, entry);
    }

    /// A mistake of the whole table.
    pub fn mistake(&self, sentence: impl Into<String>) {
        self.ledger.mistake(self.place().mistake(sentence));
    }

    /// The value of `key`, if it is there and fits.
    pub fn optional<T: Value>(&mut self, key: &'static str) -> Option<T> {
        T::read(self.take(key)?)
    }

    /// The value of `key`; it is a mistake to leave it out.
    pub fn required<T: Value>(&mut self, key: &'static str) -> Option<T> {
        if let Some(entry) = self.take(key) {
            return T::read(entry);
        }
        self.ledger.mistake(Mistake {
            place: self.source.place(&self.span, &self.path(key)),
            sentence: format!("expected {}, found nothing", T::expected()),
        });
        None
    }

    /// The value of `key`, or else `default`, which is TOML.
    pub fn or_default<T: Value>(&mut self, key: &'static str, default: &'static str) -> T {
        self.optional(key).unwrap_or_else(|| {
            let (source, ledger) = (Source::new("defaults", default), Ledger::default());
            DeValue::parse(default)
                .ok()
                .and_then(|value| {
                    T::read(Entry {
                        source: &source,
                        ledger: &ledger,
                        key: String::new(),
                        value,
                        variable: false,
                    })
                })
                .expect("the default of every key fits its type: a test reads them all")
        })
    }

    /// The tables `[[key]]`.
    pub fn records<T: Record>(&mut self, key: &'static str) -> Vec<T> {
        let Some(entry) = self.take(key) else {
            return Vec::new();
        };
        let expected = format!("tables that begin with [[{}]]", self.path(key));
        let parts = entry.parts(&expected).unwrap_or_default();
        parts
            .into_iter()
            .filter_map(|part| part.table()?.read())
            .collect()
    }

    /// The table `[key]`.
    pub fn record<T: Record>(&mut self, key: &'static str) -> Option<T> {
        self.take(key)?.table()?.read()
    }

    /// The table `[key]`, as it is; an empty one if there is none.
    pub fn inner(&mut self, key: &'static str) -> Table<'s> {
        self.take(key)
            .and_then(Entry::table)
            .unwrap_or_else(|| self.source.nothing(self.ledger, &self.path(key)))
    }

    /// Becomes a record, and notes the keys that it does not have.
    pub fn read<T: Record>(mut self) -> Option<T> {
        let record = T::read(&mut self);
        self.finish();
        record
    }

    /// Where everything stands that nobody has asked for yet.
    pub fn outline(&self) -> Outline<'s> {
        let keys = self.left.iter().map(|(key, (span, value))| {
            (
                Spanned::new(span.clone(), key.clone().into()),
                value.clone(),
            )
        });
        Outline {
            source: self.source,
            key: self.key.clone(),
            table: Spanned::new(self.span.clone(), keys.collect()),
        }
    }

    /// Takes `key` without reading it. True if it was there.
    pub fn ignore(&mut self, key: &'static str) -> bool {
        self.take(key).is_some()
    }

    /// True if `key` is there, whatever its value.
    pub fn has(&self, key: &str) -> bool {
        self.left.contains_key(key) || self.set.contains_key(key)
    }

    fn take(&mut self, key: &'static str) -> Option<Entry<'s>> {
        self.asked.push(key);
        let path = self.path(key);
        self.ledger.asked(path.clone());
        let found = self.left.remove(key);
        self.set.remove(key).or_else(|| {
            let (_, value) = found?;
            Some(Entry {
                source: self.source,
                ledger: self.ledger,
                key: path,
                value,
                variable: false,
            })
        })
    }

    fn path(&self, key: &str) -> String {
        if self.key.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.key)
        }
    }

    /// Notes every key that nobody asked for.
    pub fn finish(self) {
        let known = self.asked.join(", ");
        for (key, (span, _)) in &self.left {
            let place = self.source.place(span, &self.path(key));
            self.ledger
                .mistake(place.mistake(format!("unknown key; expected one of {known}")));
        }
        for entry in self.set.values() {
            let place = entry.place();
            self.ledger
                .mistake(place.mistake(format!("unknown key; expected one of {known}")));
        }
    }
}
