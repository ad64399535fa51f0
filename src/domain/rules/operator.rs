//! How conditions compare.

use std::str::FromStr;

use super::field::{Field, FieldType};

words! {
    /// How a condition compares. Texts are compared without regard to case.
    pub enum Operator {
        /// The same value.
        Is = "is",
        /// Another value, or none.
        IsNot = "is_not",
        /// One of a list.
        In = "in",
        /// None of a list.
        NotIn = "not_in",
        /// The text stands somewhere in it; for tags: the tag is set.
        Contains = "contains",
        /// The text stands nowhere in it; for tags: the tag is not set.
        NotContains = "not_contains",
        /// It begins with the text.
        StartsWith = "starts_with",
        /// It ends with the text.
        EndsWith = "ends_with",
        /// A regular expression matches somewhere in it.
        Matches = "matches",
        /// More than the number, or a higher rank.
        Greater = "greater",
        /// Less than the number, or a lower rank.
        Less = "less",
        /// There is no value.
        Empty = "empty",
        /// There is a value.
        NotEmpty = "not_empty",
        /// The event changed it.
        Changed = "changed",
        /// The event changed it, and this was the value before.
        ChangedFrom = "changed_from",
        /// The event changed it, and this is the value after.
        ChangedTo = "changed_to",
        /// It lies longer ago than a span such as `2d` or `4h`, by the clock on the wall.
        OlderThan = "older_than",
    }
}

/// What stands as a condition's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// One value.
    One,
    /// A list of values.
    Many,
}

/// What was given is no operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no operator; expected one of {}", Operator::WORDS.join(", "))]
pub struct UnknownOperator {
    /// What was given.
    pub given: String,
}

impl Operator {
    /// Reads an operator in any of its spellings: `is not`, `starts`, `Not In`.
    pub fn read(given: &str) -> Result<Self, UnknownOperator> {
        let word = given.trim().to_lowercase().replace([' ', '-'], "_");
        let word = match word.as_str() {
            "starts" => "starts_with",
            "ends" => "ends_with",
            "not_contain" | "does_not_contain" | "contains_not" => "not_contains",
            "equals" | "eq" => "is",
            "not_equals" | "ne" => "is_not",
            "greater_than" | "more_than" => "greater",
            "less_than" => "less",
            "is_empty" => "empty",
            "is_not_empty" => "not_empty",
            other => other,
        };
        Self::from_str(word).map_err(|_| UnknownOperator {
            given: given.chars().take(100).collect(),
        })
    }

    /// What stands as the value beside it.
    pub const fn takes(self) -> Takes {
        match self {
            Self::Empty | Self::NotEmpty | Self::Changed => Takes::Nothing,
            Self::In | Self::NotIn => Takes::Many,
            _ => Takes::One,
        }
    }

    /// Whether it can be asked about a field.
    pub const fn fits(self, field: &Field) -> bool {
        use FieldType::{Flag, Hours, Number, Rank, Tags, Text, Texts, Time, Word};
        let kind = field.kind();
        match self {
            Self::Is | Self::IsNot => !matches!(kind, Time | Hours),
            Self::In | Self::NotIn => {
                matches!(kind, Text | Texts | Tags | Word(_) | Rank(_) | Number)
            }
            Self::Contains | Self::NotContains => matches!(kind, Text | Texts | Tags),
            Self::StartsWith | Self::EndsWith | Self::Matches => {
                matches!(kind, Text | Texts | Tags)
            }
            Self::Greater | Self::Less => matches!(kind, Number | Hours | Rank(_)),
            Self::Empty | Self::NotEmpty => !matches!(kind, Flag),
            Self::Changed | Self::ChangedFrom | Self::ChangedTo => field.is_tracked(),
            Self::OlderThan => matches!(kind, Time | Hours),
        }
    }

    /// The operators that can be asked about a field, in the order of the documentation.
    pub fn for_field(field: &Field) -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|operator| operator.fits(field))
    }
}
