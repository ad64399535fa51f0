//! `[[plan]]`: what tenants can subscribe to.

use super::names::{Slug, State};
use crate::config::read::{Record, Table, texts};
use crate::config::{At, Place};
use crate::domain::words;

/// A plan. What is not said keeps its value, or gets its default when the plan is new.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where it stands.
    pub place: Place,
    /// Its name in seed files and the API.
    pub slug: At<Slug>,
    /// Whether it is to be there.
    pub state: State,
    /// Its name for people.
    pub name: Option<String>,
    /// What it includes.
    pub features: Option<Vec<String>>,
    /// Its price, in hundredths of the currency.
    pub price_cents: Option<u64>,
    /// Its currency (ISO 4217).
    pub currency: Option<String>,
    /// How often it is paid.
    pub interval: Option<Interval>,
    /// How many days may be tried for nothing.
    pub trial_days: Option<u64>,
    /// How many people a tenant may have.
    pub user_limit: Option<u64>,
    /// How many mailboxes a tenant may have.
    pub mailbox_limit: Option<u64>,
    /// Whether it is offered to everybody.
    pub public: Option<bool>,
}

words! {
    /// How often a plan is paid.
    pub enum Interval {
        /// Every month.
        Month = "month",
        /// Every year.
        Year = "year",
    }
}

texts! { words Interval }

impl Record for Plan {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let slug = table.required("slug");
        Some(Self {
            place: table.place(),
            state: table.optional("state").unwrap_or_default(),
            name: table.optional("name"),
            features: table.optional("features"),
            price_cents: table.optional("price_cents"),
            currency: table.optional("currency"),
            interval: table.optional("interval"),
            trial_days: table.optional("trial_days"),
            user_limit: table.optional("user_limit"),
            mailbox_limit: table.optional("mailbox_limit"),
            public: table.optional("public"),
            slug: slug?,
        })
    }
}
