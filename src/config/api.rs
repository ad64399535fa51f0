//! `[api]`: what programs may do.

use std::borrow::Cow;
use std::num::NonZeroU32;

use super::read::{Entry, Value};
use super::section::section;

section! {
    /// What programs may do.
    pub struct Api in "api" {
        /// How many calls a minute each token may make (1 to 1000000).
        per_minute: PerMinute = 600,
    }
}

/// Calls a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PerMinute(pub NonZeroU32);

const EXPECTED: &str = "a number from 1 to 1000000";

impl Value for PerMinute {
    fn expected() -> Cow<'static, str> {
        EXPECTED.into()
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        let number = entry.number().filter(|number| *number <= 1_000_000);
        let calls = number.and_then(|number| NonZeroU32::new(u32::try_from(number).ok()?));
        calls.map(Self).or_else(|| entry.refuse(EXPECTED))
    }
}
