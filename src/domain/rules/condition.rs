//! Conditions as they are written: groups of conditions, and one question about one field.

use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::field::Field;
use super::operator::Operator;
use super::value::Value;

/// What must hold for a rule to act.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All of these hold; an empty list always does.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// None of these holds.
    None(Vec<Self>),
    /// One question.
    Test(Test),
}

/// One question about one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// What is asked about.
    pub field: Field,
    /// How it is compared.
    pub op: Operator,
    /// With what.
    pub value: Value,
}

impl Default for Condition {
    /// What always holds.
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Condition {
    /// The name and the members of a group.
    pub fn group(&self) -> Option<(&'static str, &[Self])> {
        match self {
            Self::All(members) => Some(("all", members)),
            Self::Any(members) => Some(("any", members)),
            Self::None(members) => Some(("none", members)),
            Self::Test(_) => None,
        }
    }

    /// How deep groups stand in one another; a single question has no depth.
    pub fn depth(&self) -> usize {
        self.group().map_or(0, |(_, members)| {
            1 + members.iter().map(Self::depth).max().unwrap_or(0)
        })
    }

    /// How many questions there are in all.
    pub fn questions(&self) -> usize {
        self.group()
            .map_or(1, |(_, members)| members.iter().map(Self::questions).sum())
    }
}

const EXPECTED: &str = "expected either `all`, `any` or `none` with a list of conditions, or `field`, `op` and `value`";

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(given: D) -> Result<Self, D::Error> {
        given.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a condition: either `all`, `any` or `none` with a list of conditions, or `field`, `op` and `value`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Condition, A::Error> {
        let mut group: Option<Condition> = None;
        let mut field: Option<Field> = None;
        let mut op: Option<Operator> = None;
        let mut value: Option<Value> = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "all" | "any" | "none" => {
                    if group.is_some() {
                        return Err(A::Error::custom(format!(
                            "`{key}` stands beside another group; put one of them into the other"
                        )));
                    }
                    let members = map.next_value()?;
                    group = Some(match key.as_str() {
                        "all" => Condition::All(members),
                        "any" => Condition::Any(members),
                        _ => Condition::None(members),
                    });
                }
                "field" => {
                    let word: String = map.next_value()?;
                    field = Some(word.parse().map_err(A::Error::custom)?);
                }
                "op" => {
                    let word: String = map.next_value()?;
                    op = Some(Operator::read(&word).map_err(A::Error::custom)?);
                }
                "value" => value = Some(map.next_value()?),
                _ => {
                    return Err(A::Error::custom(format!(
                        "unknown key `{key}` in a condition; {EXPECTED}"
                    )));
                }
            }
        }
        match (group, field, op, value) {
            (Some(group), None, None, None) => Ok(group),
            (None, Some(field), Some(op), value) => Ok(Condition::Test(Test {
                field,
                op,
                value: value.unwrap_or_default(),
            })),
            (None, Some(field), None, _) => Err(A::Error::custom(format!(
                "the condition on `{field}` lacks its `op`; {EXPECTED}"
            ))),
            (None, None, _, _) => Err(A::Error::custom(format!(
                "the condition lacks its `field`; {EXPECTED}"
            ))),
            (Some(_), _, _, _) => Err(A::Error::custom(format!(
                "a group cannot also have `field`, `op` or `value`; {EXPECTED}"
            ))),
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(None)?;
        match self {
            Self::Test(test) => {
                map.serialize_entry("field", &test.field.to_string())?;
                map.serialize_entry("op", test.op.as_str())?;
                if !test.value.is_nothing() {
                    map.serialize_entry("value", &test.value)?;
                }
            }
            Self::All(members) => map.serialize_entry("all", members)?,
            Self::Any(members) => map.serialize_entry("any", members)?,
            Self::None(members) => map.serialize_entry("none", members)?,
        }
        map.end()
    }
}
