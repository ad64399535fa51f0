//! A person in a request: an address alone, or `{"email": …, "name": …}`.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use utoipa::openapi::schema::{Array, ObjectBuilder, OneOfBuilder, Schema, Type};

use super::problem::Problem;
use crate::domain::address::Party;

/// Somebody to write to, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whom(Party);

impl Whom {
    /// The person, if the address is one that mail can be sent to.
    pub fn checked(self, field: &str) -> Result<Party, Problem> {
        match self.0.address() {
            Some(_) => Ok(self.0),
            None => Err(Problem::invalid(
                field,
                "expected a mail address such as name@example.org",
            )),
        }
    }
}

/// Everybody of a list.
pub fn everybody(given: Vec<Whom>, field: &str) -> Result<Vec<Party>, Problem> {
    /// More than anybody writes to by hand, and less than what looks like spam.
    const MOST: usize = 100;
    if given.len() > MOST {
        return Err(Problem::invalid(
            field,
            format!("expected at most {MOST} addresses"),
        ));
    }
    given.into_iter().map(|whom| whom.checked(field)).collect()
}

/// For the OpenAPI document.
pub fn schema() -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let pair = ObjectBuilder::new()
        .property("email", text())
        .property("name", text())
        .required("email");
    Schema::OneOf(OneOfBuilder::new().item(text()).item(pair).build())
}

/// For the OpenAPI document: several of them.
pub fn schemas() -> Schema {
    Schema::Array(Array::new(schema()))
}

impl<'de> Deserialize<'de> for Whom {
    fn deserialize<D: Deserializer<'de>>(given: D) -> Result<Self, D::Error> {
        given.deserialize_any(WhomVisitor)
    }
}

struct WhomVisitor;

impl<'de> Visitor<'de> for WhomVisitor {
    type Value = Whom;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mail address, or an object with email and name")
    }

    fn visit_str<E: de::Error>(self, email: &str) -> Result<Whom, E> {
        Ok(Whom(Party {
            email: email.to_owned(),
            name: String::new(),
        }))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut fields: M) -> Result<Whom, M::Error> {
        let (mut email, mut name) = (None, None);
        while let Some(field) = fields.next_key::<String>()? {
            match field.as_str() {
                "email" => email = Some(fields.next_value()?),
                "name" => name = fields.next_value::<Option<String>>()?,
                other => return Err(de::Error::unknown_field(other, &["email", "name"])),
            }
        }
        Ok(Whom(Party {
            email: email.ok_or_else(|| de::Error::missing_field("email"))?,
            name: name.unwrap_or_default(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_an_address_with_or_without_a_name() {
        for (json, party) in [
            (r#""ada@acme.test""#, Some(("ada@acme.test", ""))),
            (
                r#"{"email": "ada@acme.test", "name": "Ada"}"#,
                Some(("ada@acme.test", "Ada")),
            ),
            (
                r#"{"email": "ada@acme.test", "name": null}"#,
                Some(("ada@acme.test", "")),
            ),
            (r#"{"email": "ada@acme.test"}"#, Some(("ada@acme.test", ""))),
            (r#"{"name": "Ada"}"#, None),
            (r#"{"email": "ada@acme.test", "role": "owner"}"#, None),
            ("7", None),
        ] {
            let read = serde_json::from_str::<Whom>(json).ok();
            let read = read.map(|whom| (whom.0.email, whom.0.name));
            assert_eq!(
                read,
                party.map(|(e, n)| (e.to_owned(), n.to_owned())),
                "{json}"
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let whom: Whom = serde_json::from_str("\"nobody\"").unwrap();
        assert!(whom.checked("to").is_err());
    }
}
