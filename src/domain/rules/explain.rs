//! The explanation of a pass: each rule that looked, what it saw and what it planned.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::action::Action;
use super::limits;
use super::operator::Operator;
use crate::domain::ids::RuleId;

/// A short text that many explanations share.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown(Arc<str>);

impl Shown {
    /// The text, or its beginning and an ellipsis where it is longer than explanations show.
    pub fn bounded(text: &str) -> Self {
        if text.chars().nth(limits::SHOWN_CHARS).is_none() {
            return Self::from(text);
        }
        let begin: String = text.chars().take(limits::SHOWN_CHARS - 1).collect();
        Self(format!("{begin}…").into())
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Deref for Shown {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(given: D) -> Result<Self, D::Error> {
        String::deserialize(given).map(|text| Self(text.into()))
    }
}

words! {
    /// How a group of conditions is judged.
    pub enum Group {
        /// All must hold.
        All = "all",
        /// One must hold.
        Any = "any",
        /// None may hold.
        None = "none",
    }
}

/// What a rule saw, condition by condition. A group ends with the condition that decided it: what stands
/// after that one in the rule was not looked at and is not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Looked {
    /// A group of conditions.
    Group {
        /// How it is judged.
        group: Group,
        /// What its conditions saw.
        members: Vec<Self>,
        /// Whether it holds.
        result: bool,
    },
    /// One question.
    Test {
        /// The field, as in the rule.
        field: Shown,
        /// The operator.
        op: Operator,
        /// What it was compared with.
        wanted: Shown,
        /// What was there, or its first 200 characters; empty if nothing.
        seen: Shown,
        /// Whether it holds.
        result: bool,
    },
}

impl Looked {
    /// Whether it holds.
    pub const fn result(&self) -> bool {
        match self {
            Self::Group { result, .. } | Self::Test { result, .. } => *result,
        }
    }
}

impl fmt::Display for Looked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test {
                field,
                op,
                wanted,
                seen,
                result,
            } => {
                write!(f, "{field} {}", op.as_str().replace('_', " "))?;
                if !wanted.is_empty() {
                    write!(f, " \"{wanted}\"")?;
                }
                let verdict = if *result { "yes" } else { "no" };
                if seen.is_empty() {
                    write!(f, ": {verdict}, it is empty")
                } else {
                    write!(f, ": {verdict}, saw \"{seen}\"")
                }
            }
            Self::Group { members, .. } if members.is_empty() => f.write_str("no conditions"),
            Self::Group { group, members, .. } => {
                write!(f, "{group} of (")?;
                for (index, member) in members.iter().enumerate() {
                    let gap = if index == 0 { "" } else { "; " };
                    write!(f, "{gap}{member}")?;
                }
                f.write_str(")")
            }
        }
    }
}

/// What one rule did in one pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRun {
    /// Which rule.
    pub rule: RuleId,
    /// Its name then.
    pub name: Shown,
    /// Its version.
    pub version: i64,
    /// Whether its conditions held.
    pub matched: bool,
    /// What it saw.
    pub conditions: Looked,
    /// What it planned.
    pub actions: Vec<Action>,
    /// Whether it ended the pass.
    pub stopped: bool,
}

impl fmt::Display for RuleRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.matched { "acted" } else { "did not act" };
        write!(
            f,
            "{} (version {}) {verdict}: {}",
            self.name, self.version, self.conditions
        )
    }
}
