//! How the API says no: `application/problem+json` (RFC 9457) with a fixed type and title, a sentence made of
//! fixed words and of what the caller sent, and the request's number. Causes go to the log (A26).

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::desk::DeskError;
use crate::domain::commands::Unclear;
use crate::domain::ids::MessageId;
use crate::store::StoreError;
use crate::web::guard::RequestId;

words! {
    /// The `type` of a problem: what a program may act on.
    pub enum Kind {
        /// The request cannot be read at all.
        Unreadable = "unreadable",
        /// No token, or none that counts.
        Unauthorized = "unauthorized",
        /// The token's role does not allow it.
        Forbidden = "forbidden",
        /// It is not there, or not this token's to see.
        NotFound = "not-found",
        /// The address exists, the method does not.
        MethodNotAllowed = "method-not-allowed",
        /// It is no longer possible, or already so.
        Conflict = "conflict",
        /// Something newer stands in the ticket.
        StaleReply = "stale-reply",
        /// It would reach people outside who take no part.
        Outsiders = "outsiders",
        /// Commands on top of a text were not understood.
        UnclearCommands = "unclear-commands",
        /// The first request with this Idempotency-Key is still in hand.
        KeyInHand = "idempotency-key-in-hand",
        /// The Idempotency-Key was used for another request.
        KeyReused = "idempotency-key-reused",
        /// Larger than what is taken here.
        TooLarge = "too-large",
        /// Not JSON.
        NotJson = "not-json",
        /// Readable, but a field makes no sense.
        Invalid = "invalid",
        /// Too many requests.
        TooOften = "too-often",
        /// Our mistake.
        Failed = "failed",
        /// Busy; the same request may work later.
        Unavailable = "unavailable",
    }
}

impl Kind {
    const fn status(self) -> StatusCode {
        match self {
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict | Self::StaleReply | Self::Outsiders | Self::KeyInHand => {
                StatusCode::CONFLICT
            }
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid | Self::KeyReused | Self::UnclearCommands => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Unreadable => "The request cannot be read.",
            Self::Unauthorized => "A valid token is needed: Authorization: Bearer TOKEN.",
            Self::Forbidden => "This token may not do that.",
            Self::NotFound => "There is nothing here, or it is not yours to see.",
            Self::MethodNotAllowed => "This address cannot be used like that.",
            Self::Conflict => "This is not possible now.",
            Self::StaleReply => "Newer messages arrived while this answer was being written.",
            Self::Outsiders => "It would reach people outside who take no part in this ticket.",
            Self::UnclearCommands => "Some lines on top of the text were not understood.",
            Self::KeyInHand => "The first request with this Idempotency-Key is still in hand.",
            Self::KeyReused => "This Idempotency-Key was used for another request.",
            Self::TooLarge => "The request is larger than what is taken here.",
            Self::NotJson => "Send JSON: Content-Type: application/json.",
            Self::Invalid => "Some of what was sent makes no sense.",
            Self::TooOften => "Too many requests; wait as long as Retry-After says.",
            Self::Failed => "Something went wrong here. It has been written down.",
            Self::Unavailable => "Busy; nothing was lost. Try again in a few seconds.",
        }
    }

    /// What an answer that says nothing but its status means.
    fn of(status: StatusCode) -> Self {
        let same = Self::ALL.iter().find(|kind| kind.status() == status);
        same.copied().unwrap_or(match status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Self::Unavailable,
            status if status.is_client_error() => Self::Unreadable,
            _ => Self::Failed,
        })
    }
}

/// A refusal. Small, so that it travels cheaply in a `Result`.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    kind: Kind,
    detail: Option<String>,
    errors: Vec<FieldProblem>,
    newer: Option<Vec<MessageId>>,
    outsiders: Vec<String>,
    commands: Vec<Unclear>,
    /// Seconds.
    retry_after: Option<u64>,
}

/// One field that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Which field of the body or the query.
    pub field: String,
    /// What was expected.
    pub problem: String,
}

/// A problem as it is sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document {
    /// What a program may act on, such as `not-found` or `stale-reply`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The same for people.
    title: &'static str,
    /// The HTTP status again.
    status: u16,
    /// More about this very case.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Which fields make no sense.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// For `stale-reply`: the messages that arrived meanwhile, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<uuid::Uuid>>)]
    newer: Option<Vec<MessageId>>,
    /// For `outsiders`: their addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outsiders: Vec<String>,
    /// For `unclear-commands`: each line, what is wrong with it, and what may have been meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    commands: Vec<Unclear>,
    /// The request's number in the log.
    request_id: String,
}

impl Problem {
    /// A problem about which its kind says everything.
    pub fn new(kind: Kind) -> Self {
        Self(Box::new(Parts {
            kind,
            detail: None,
            errors: Vec::new(),
            newer: None,
            outsiders: Vec::new(),
            commands: Vec::new(),
            retry_after: (kind == Kind::Unavailable).then_some(5),
        }))
    }

    /// It is not there, or not theirs.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound)
    }

    /// A field that makes no sense, with what was expected.
    pub fn invalid(field: &str, problem: impl Into<String>) -> Self {
        let mut invalid = Self::new(Kind::Invalid);
        invalid.0.errors.push(FieldProblem {
            field: field.to_owned(),
            problem: problem.into(),
        });
        invalid
    }

    /// The same problem with a sentence about this case.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// The same problem, to be tried again after so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    fn document(self, request_id: String) -> Document {
        let parts = *self.0;
        Document {
            kind: parts.kind.as_str(),
            title: parts.kind.title(),
            status: parts.kind.status().as_u16(),
            detail: parts.detail,
            errors: parts.errors,
            newer: parts.newer,
            outsiders: parts.outsiders,
            commands: parts.commands,
            request_id,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let cause: &dyn std::error::Error = &error;
        tracing::error!(
            error = cause,
            "a call of the API could not use the database"
        );
        match error {
            StoreError::Conflict(_) => Self::new(Kind::Conflict),
            error if error.is_transient() => Self::new(Kind::Unavailable),
            _ => Self::new(Kind::Failed),
        }
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::NotFound(_) => Self::not_found(),
            DeskError::Forbidden(why) => Self::new(Kind::Forbidden).because(why),
            DeskError::Invalid { field, problem } => Self::invalid(field, problem),
            DeskError::Conflict(why) => Self::new(Kind::Conflict).because(why),
            DeskError::Store(error) => error.into(),
            DeskError::Outsiders(people) => {
                let mut outsiders = Self::new(Kind::Outsiders);
                outsiders.0.outsiders = people.iter().map(ToString::to_string).collect();
                outsiders
            }
            DeskError::Unclear(commands) => {
                let mut unclear = Self::new(Kind::UnclearCommands);
                unclear.0.commands = commands;
                unclear
            }
            DeskError::Stale(newer) => {
                let mut stale = Self::new(Kind::StaleReply);
                stale.0.newer = Some(newer);
                stale
            }
        }
    }
}

impl IntoResponse for Problem {
    /// Only the status and the problem itself: [`dress`] gives it its body, because it knows the request's number.
    fn into_response(self) -> Response {
        let mut response = self.0.kind.status().into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.0.kind == Kind::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every failure its document, also those that the framework reports by a bare status.
pub async fn dress(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>();
    let id = id.map(|id| id.0.clone()).unwrap_or_default();
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>();
    let problem = problem.unwrap_or_else(|| Problem::new(Kind::of(status)));
    // A replayed problem is written already.
    if is_problem(&response) {
        return response;
    }
    let document = problem.document(id);
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::from_u16(document.status).unwrap_or(status);
    parts.headers.remove(header::CONTENT_LENGTH);
    let json = HeaderValue::from_static("application/problem+json");
    parts.headers.insert(header::CONTENT_TYPE, json);
    let body = serde_json::to_vec(&document).unwrap_or_default();
    Response::from_parts(parts, body.into())
}

fn is_problem(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind == "application/problem+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_title_and_a_status_that_is_a_failure() {
        for kind in Kind::ALL {
            assert!(kind.status().as_u16() >= 400, "{kind}");
            assert!(kind.title().ends_with(['.', 'N']), "{kind}");
        }
    }

    #[test]
    fn a_bare_status_becomes_the_problem_it_stands_for() {
        for (status, kind) in [
            (404, Kind::NotFound),
            (405, Kind::MethodNotAllowed),
            (409, Kind::Conflict),
            (413, Kind::TooLarge),
            (418, Kind::Unreadable),
            (500, Kind::Failed),
            (502, Kind::Failed),
            (503, Kind::Unavailable),
            (504, Kind::Unavailable),
        ] {
            assert_eq!(Kind::of(StatusCode::from_u16(status).unwrap()), kind);
        }
    }

    #[test]
    fn a_stale_reply_names_what_is_newer() {
        let id = MessageId(uuid::Uuid::from_u128(7));
        let document = Problem::from(DeskError::Stale(vec![id])).document("r".into());
        let json = serde_json::to_value(document).unwrap();
        assert_eq!(json["type"], "stale-reply");
        assert_eq!(json["status"], 409);
        assert_eq!(json["newer"][0], id.to_string());
        assert_eq!(json["request_id"], "r");
    }

    #[test]
    fn a26_the_words_of_a_library_never_reach_the_caller() {
        let error = StoreError::Failed(sqlx::Error::ColumnNotFound("secret_column".into()));
        let json = serde_json::to_string(&Problem::from(error).document("r".into())).unwrap();
        assert!(!json.contains("secret_column"), "{json}");
    }
}
