//! What stands in a rule as a value, before anybody knows what it is compared with.

use std::fmt;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// One value as it was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// A fraction.
    Fraction(f64),
    /// Text.
    Text(String),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Whole(number) => number.fmt(f),
            Self::Fraction(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Scalar {
    /// The number it is, or spells.
    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers in rules are counts and hours"
    )]
    pub fn number(&self) -> Option<f64> {
        let number = match self {
            Self::Whole(number) => *number as f64,
            Self::Fraction(number) => *number,
            Self::Text(text) => text.trim().parse().ok()?,
            Self::Flag(_) => return None,
        };
        number.is_finite().then_some(number)
    }

    /// The truth value it is, or spells: `true`, `yes`, `false`, `no`.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            Self::Text(text) if matches!(text.as_str(), "true" | "yes") => Some(true),
            Self::Text(text) if matches!(text.as_str(), "false" | "no") => Some(false),
            _ => None,
        }
    }

    /// How an error message shows it.
    pub fn quoted(&self) -> String {
        match self {
            Self::Text(text) => format!("{:?}", text.chars().take(100).collect::<String>()),
            other => other.to_string(),
        }
    }
}

/// The value of a condition: none, one or several.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Nothing was written.
    #[default]
    Nothing,
    /// One value.
    One(Scalar),
    /// A list.
    Many(Vec<Scalar>),
}

impl Value {
    /// Its values, however many there are.
    pub fn each(&self) -> &[Scalar] {
        match self {
            Self::Nothing => &[],
            Self::One(scalar) => std::slice::from_ref(scalar),
            Self::Many(list) => list,
        }
    }

    /// Whether nothing was written.
    pub const fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.each().iter().map(ToString::to_string).collect();
        f.write_str(&shown.join(", "))
    }
}

/// Reads scalars, and lists of them where `LIST` allows it.
struct Reader<const LIST: bool>;

impl<'de, const LIST: bool> Visitor<'de> for Reader<LIST> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if LIST {
            "a text, a number, true, false, or a list of these"
        } else {
            "a text, a number, true or false"
        })
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::One(Scalar::Flag(flag)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::One(Scalar::Whole(number)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number)
            .map(|number| Value::One(Scalar::Whole(number)))
            .map_err(|_| E::custom(format!("{number} is too large a number")))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::One(Scalar::Fraction(number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::One(Scalar::Text(text.to_owned())))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        if LIST {
            Ok(Value::Nothing)
        } else {
            Err(E::invalid_type(serde::de::Unexpected::Unit, &self))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        if !LIST {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &self));
        }
        let mut values = Vec::new();
        while let Some(scalar) = list.next_element()? {
            values.push(scalar);
        }
        Ok(Value::Many(values))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(given: D) -> Result<Self, D::Error> {
        given.deserialize_any(Reader::<true>)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(given: D) -> Result<Self, D::Error> {
        match given.deserialize_any(Reader::<false>)? {
            Value::One(scalar) => Ok(scalar),
            _ => Err(D::Error::custom("expected a text, a number, true or false")),
        }
    }
}
