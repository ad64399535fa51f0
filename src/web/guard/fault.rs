//! How failures look from outside: a fixed sentence and the request's number, as a page or as problem+json.

use std::any::Any;

use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::store::StoreError;
use crate::web::Web;
use crate::web::guard::{RequestId, secure};
use crate::web::show::filters;

/// Why a page could not do what was asked. Carries nothing that was not fixed beforehand: causes go to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nobody is logged in; carries the path to come back to.
    LoggedOut(String),
    /// It is not there, or not theirs (A21: a foreign id is no different from none).
    NotFound,
    /// It is there, and they may see it, but not do this.
    NotAllowed,
    /// The request does not come from one of our own pages, or its form is of another session.
    Foreign,
    /// Not a request that a page of ours would make.
    Unreadable,
    /// More than is taken here.
    TooLarge,
    /// Too often; carries the seconds to wait.
    TooOften(u64),
    /// The host is none of ours.
    Misdirected,
    /// The database is busy or full; the same may work later.
    Unavailable,
    /// Our mistake.
    Failed,
}

impl Fault {
    fn status(&self) -> StatusCode {
        match self {
            Self::LoggedOut(_) => StatusCode::SEE_OTHER,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotAllowed | Self::Foreign => StatusCode::FORBIDDEN,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let transient = error.is_transient();
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a page could not read or write the database"
        );
        if transient {
            Self::Unavailable
        } else {
            Self::Failed
        }
    }
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a page could not be written"
        );
        Self::Failed
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        if let Self::LoggedOut(next) = &self {
            let query: String = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("next", next)
                .finish();
            return Redirect::to(&format!("/login?{query}")).into_response();
        }
        let mut response = self.status().into_response();
        match &self {
            Self::TooOften(seconds) => {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            Self::Unavailable => {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    title: &'a str,
    text: &'a str,
    request_id: &'a str,
}

/// Gives every failure its body, whoever reported it, and every answer its headers. Answers that a program will
/// read (the API's problem documents, health) are left as they are.
pub async fn dress(State(web): State<Web>, request: Request, next: Next) -> Response {
    let id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default();
    let program = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    if is_bare_failure(&response) {
        let status = response.status();
        let fault = response.extensions().get::<Fault>().cloned();
        let (title, text) = words(fault.as_ref(), status);
        let body = if program {
            problem(status, title, &id)
        } else {
            page(title, text, &id)
        };
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(if program {
                "application/problem+json"
            } else {
                "text/html; charset=utf-8"
            }),
        );
        *response.body_mut() = Body::from(body);
    }
    secure(response.headers_mut(), web.public_url.is_https());
    response
}

fn is_bare_failure(response: &Response) -> bool {
    let status = response.status();
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("");
    (status.is_client_error() || status.is_server_error())
        && (kind.is_empty() || kind.starts_with("text/plain"))
}

/// The title and the sentence; never anything that a request or an error brought along (A26).
fn words(fault: Option<&Fault>, status: StatusCode) -> (&'static str, &'static str) {
    match fault {
        Some(Fault::NotAllowed) => (
            "Not allowed",
            "Your role does not allow this. An admin of your desk can change that.",
        ),
        Some(Fault::Foreign) => (
            "That did not come from here",
            "The form is from another session, or from another site. Go back, load the page again and repeat what you did.",
        ),
        _ => match status {
            StatusCode::NOT_FOUND => (
                "Not found",
                "There is nothing at this address, or it is not yours to see.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("Not possible", "This address cannot be used like that.")
            }
            StatusCode::TOO_MANY_REQUESTS => ("Too often", "Wait a moment, then try again."),
            StatusCode::MISDIRECTED_REQUEST => (
                "Wrong address",
                "No desk is reached under this name. Check the address you typed.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (
                "Too large",
                "What you sent is larger than what is taken here.",
            ),
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => (
                "Just a moment",
                "The desk is busy. Nothing was lost; try again in a few seconds.",
            ),
            status if status.is_client_error() => (
                "Not understood",
                "The request is not one that a page of ours would make.",
            ),
            _ => (
                "Our mistake",
                "Something went wrong here. It has been written down; nothing you sent was lost on the way in.",
            ),
        },
    }
}

fn page(title: &str, text: &str, request_id: &str) -> String {
    ErrorPage {
        title,
        text,
        request_id,
    }
    .render()
    .unwrap_or_else(|_| title.to_owned())
}

fn problem(status: StatusCode, title: &str, request_id: &str) -> String {
    serde_json::json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "instance": request_id }).to_string()
}

/// What a panic becomes. Its text goes to the log, where the panic hook has already written it.
pub fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    Fault::Failed.into_response()
}
