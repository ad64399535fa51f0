//! The draft of what is to be: the current state, changed in memory, and the list of changes that leads there.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::change::{Change, Write};
use super::current::Current;
use super::{accounts, plans, tenants};
use crate::config::seed::{Secret, Seed};
use crate::config::{Mistake, Mistakes, Place};
use crate::door::{Cell, MasterKey, Random};
use crate::store::accounts::StoredPassword;

/// What is, step by step becoming what is to be.
pub(super) struct Draft<'a> {
    /// The state after the changes so far: what comes later in a seed may build on what came before.
    pub is: Current,
    /// What has to be written, in this order.
    pub changes: Vec<Change>,
    /// What has to be removed once everything else is written; the last first, because what was worked in
    /// later may refer to what was worked in earlier.
    removals: Vec<Change>,
    /// What was asked for and is not done on purpose.
    pub notes: Vec<String>,
    mistakes: Vec<Mistake>,
    key: &'a MasterKey,
    random: &'a Random,
    now: DateTime<Utc>,
}

impl<'a> Draft<'a> {
    pub fn new(is: Current, key: &'a MasterKey, random: &'a Random, now: DateTime<Utc>) -> Self {
        Self {
            is,
            changes: Vec::new(),
            removals: Vec::new(),
            notes: Vec::new(),
            mistakes: Vec::new(),
            key,
            random,
            now,
        }
    }

    /// Works the seed in.
    pub fn fill(&mut self, seed: &Seed) -> Result<(), Mistakes> {
        for plan in &seed.plans {
            plans::work_in(self, plan);
        }
        for account in &seed.accounts {
            accounts::work_in(self, None, account);
        }
        for tenant in &seed.tenants {
            tenants::work_in(self, tenant);
        }
        self.changes.extend(self.removals.drain(..).rev());
        Mistakes::or(std::mem::take(&mut self.mistakes), ())
    }

    /// Adds a change.
    pub fn change(&mut self, sentence: impl Into<String>, write: Write) {
        self.changes.push(Change {
            sentence: sentence.into(),
            write,
        });
    }

    /// Adds the removal of something that others may refer to.
    pub fn removal(&mut self, sentence: impl Into<String>, write: Write) {
        self.removals.push(Change {
            sentence: sentence.into(),
            write,
        });
    }

    /// Adds a mistake: the seed asks for what cannot be.
    pub fn mistake(&mut self, place: &Place, sentence: impl Into<String>) {
        self.mistakes.push(place.mistake(sentence));
    }

    /// An id for something new.
    pub fn id(&self) -> Uuid {
        self.random.uuid(self.now)
    }

    /// When the draft is made.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// What is to be kept for `secret` in `cell`, where `kept` is now. The same secret keeps its sealed form:
    /// sealing it again would look like a change.
    pub fn sealed(
        &self,
        secret: &Secret,
        kept: &StoredPassword,
        cell: &Cell<'_>,
    ) -> StoredPassword {
        let Some(known) = secret.known() else {
            return StoredPassword {
                sealed: None,
                env: secret.variable().map(str::to_owned),
            };
        };
        let opened = kept
            .sealed
            .as_deref()
            .map(|sealed| self.key.open(cell, sealed));
        if let Some(Ok(opened)) = opened
            && opened.as_slice() == known.as_bytes()
        {
            return kept.clone();
        }
        StoredPassword {
            sealed: Some(self.key.seal(cell, known.as_bytes(), self.random)),
            env: None,
        }
    }
}

/// The fields of one thing that a seed changes, by name.
#[derive(Default)]
pub(super) struct Edit(Vec<&'static str>);

impl Edit {
    /// Gives `field` the value that is wanted, if one is and it is another.
    pub fn set<T: PartialEq>(&mut self, name: &'static str, field: &mut T, wanted: Option<T>) {
        if let Some(wanted) = wanted
            && *field != wanted
        {
            *field = wanted;
            self.0.push(name);
        }
    }

    /// True if nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sentence for what becomes of `what`: made, if it is new; changed, if anything is; else none.
    pub fn sentence(&self, what: &str, new: bool) -> Option<String> {
        if new {
            return Some(format!("create {what}"));
        }
        (!self.is_empty()).then(|| format!("change {what}: {}", self.0.join(", ")))
    }
}
