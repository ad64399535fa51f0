//! What callers send: a body of JSON, or a query. Unknown fields are refused (A27); what makes no sense is said in
//! words about what was sent, never about our types.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use super::problem::{Kind, Problem};

/// A body of JSON.
pub struct Given<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !is_json(kind) {
            return Err(Problem::new(Kind::NotJson));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|refused| {
                let large = refused.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE;
                Problem::new(if large {
                    Kind::TooLarge
                } else {
                    Kind::Unreadable
                })
            })?;
        read(&bytes).map(Self)
    }
}

/// A body of JSON, or none at all.
pub struct GivenOrNot<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for GivenOrNot<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.headers().contains_key(header::CONTENT_TYPE) {
            return Given::from_request(request, state)
                .await
                .map(|Given(body)| Self(body));
        }
        Ok(Self(T::default()))
    }
}

/// A query.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(no_nul());
        }
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(refused) => Err(Problem::new(Kind::Invalid).because(refused.body_text())),
        }
    }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| {
        Problem::new(Kind::Unreadable).because(format!("The body is not JSON: {error}"))
    })?;
    if has_nul(&value) {
        return Err(no_nul());
    }
    serde_path_to_error::deserialize(&value).map_err(|error| {
        let path = error.path().clone();
        let message = error.into_inner().to_string();
        let found = at(&value, &path);
        let problem = said(message, found);
        // What is missing or unknown is named by the sentence itself.
        if found.is_none() || path.iter().len() == 0 {
            return Problem::new(Kind::Invalid).because(problem);
        }
        Problem::invalid(&path.to_string(), &*problem).because(format!("{path}: {problem}"))
    })
}

/// The part of a body that a path leads to.
fn at<'v>(value: &'v Value, path: &Path) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, segment| match segment {
        Segment::Seq { index } => value.get(index),
        Segment::Map { key } => value.get(key),
        Segment::Enum { .. } | Segment::Unknown => None,
    })
}

/// What a library says of a moment in a text, which names neither what it found nor what it wants.
const NO_MOMENT: &[&str] = &[
    "premature end of input",
    "input contains invalid characters",
    "input is out of range",
    "trailing input",
    "input is not enough for unique date and time",
];

/// What is wrong, with what was found, unless that is said already.
fn said(message: String, found: Option<&Value>) -> String {
    let found = found
        .and_then(Value::as_str)
        .filter(|text| !message.contains(text));
    let message = if NO_MOMENT.contains(&&*message) {
        "expected a time such as 2026-12-01T09:00:00Z".to_owned()
    } else {
        message
    };
    match found {
        Some(text) => {
            let text: String = text.chars().take(100).collect();
            format!("{message}, not {text:?}")
        }
        None => message,
    }
}

/// PostgreSQL keeps no NUL in a text.
fn no_nul() -> Problem {
    Problem::new(Kind::Invalid).because("No text may contain the character NUL (U+0000).")
}

/// Depth is bounded by `serde_json`, which reads no more than 128 levels.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields, expecting = "an object with a text")]
    struct Body {
        #[expect(dead_code, reason = "only read")]
        text: String,
    }

    #[test]
    fn only_json_is_taken_for_json() {
        for (kind, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/plain", false),
            ("application/jsonx", false),
            ("", false),
        ] {
            assert_eq!(is_json(kind), json, "{kind}");
        }
    }

    #[test]
    fn a_value_that_makes_no_sense_is_named_with_its_field_and_what_is_expected() {
        #[derive(Debug, serde::Deserialize)]
        struct Times {
            #[expect(dead_code, reason = "only read")]
            at: Vec<chrono::DateTime<chrono::Utc>>,
        }
        let refused = read::<Times>(br#"{"at": ["2026-12-01T09:00:00Z", "2026-12-01"]}"#);
        let said = format!("{:?}", refused.unwrap_err());
        let wanted = r#"at[1]: expected a time such as 2026-12-01T09:00:00Z, not \"2026-12-01\""#;
        assert!(said.contains(wanted), "{said}");
        assert!(said.contains(r#"field: "at[1]""#), "{said}");
        let missing = format!("{:?}", read::<Times>(b"{}").unwrap_err());
        assert!(missing.contains("missing field `at`"), "{missing}");
    }

    #[test]
    fn a_body_that_makes_no_sense_is_described_by_what_was_sent() {
        for (body, status) in [
            (r#"{"text": "x"}"#, None),
            (r#"{"text": "x", "role": "owner"}"#, Some(422)),
            (r#"{"text": 1}"#, Some(422)),
            (r#"{"text": "\u0000"}"#, Some(422)),
            (r"[]", Some(422)),
            (r#""x""#, Some(422)),
            ("{", Some(400)),
            ("", Some(400)),
            ("\u{feff}{}", Some(400)),
        ] {
            let refused = read::<Body>(body.as_bytes()).err();
            let status_seen = refused.clone().map(|r| r.into_response().status().as_u16());
            assert_eq!(status_seen, status, "{body}");
            let said = format!("{refused:?}");
            assert!(!said.contains("struct Body"), "{said}");
        }
    }
}
