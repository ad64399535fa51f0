//! Values whose form is defined elsewhere, by serde: read where they stand, checked by their owner.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::{Entry, Source, Value};
use crate::config::mistake::Place;

/// A value that serde reads. serde stops at the first mistake, so a list should be a list of these rather
/// than one of these that is a list.
pub(crate) struct BySerde<T>(pub T);

impl<T: DeserializeOwned> Value for BySerde<T> {
    fn expected() -> Cow<'static, str> {
        "a value".into()
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        match T::deserialize(ValueDeserializer::from(entry.value.clone())) {
            Ok(value) => Some(Self(value)),
            Err(error) => {
                let span = error.span().unwrap_or(entry.value.span());
                let place = entry.source.place(&span, &entry.key);
                entry.ledger.mistake(place.mistake(error.message()));
                None
            }
        }
    }
}

/// Where the parts of a table stand, kept for mistakes that are found when the parts are long gone.
pub(crate) struct Outline<'s> {
    pub(super) source: &'s Source,
    pub(super) key: String,
    pub(super) table: Spanned<DeTable<'s>>,
}

impl Outline<'_> {
    /// The place of `path`, as in `when.any[0].value`; as close as there is anything.
    pub fn place(&self, path: &str) -> Place {
        self.source
            .place(&self.find(path), &format!("{}.{path}", self.key))
    }

    fn find(&self, path: &str) -> Range<usize> {
        let mut steps = path
            .split(['.', '['])
            .map(|step| step.trim_end_matches(']'));
        let first = steps.next().unwrap_or_default();
        let Some(mut here) = self.table.get_ref().get(first) else {
            return self.table.span();
        };
        for step in steps {
            let inner = match here.get_ref() {
                DeValue::Table(table) => table.get(step),
                DeValue::Array(list) => step.parse().ok().and_then(|at: usize| list.get(at)),
                _ => None,
            };
            let Some(inner) = inner else { break };
            here = inner;
        }
        here.span()
    }
}
