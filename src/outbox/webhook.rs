//! One call of a webhook, by the Standard Webhooks specification.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use url::Url;

use crate::domain::ids::OutboxId;
use crate::domain::webhook::{Outcome, Secret, signature};
use crate::door::outside::Outside;

/// How much of an answer is read, and how much of it is kept.
const LARGEST_ANSWER: usize = 64 * 1024;
const KEPT: usize = 500;

/// Whom to call, and how it knows us.
#[derive(Debug)]
pub struct Target {
    /// Where to.
    pub url: Url,
    /// What signs the call: the secret in force, and the one before while it still counts.
    pub secrets: Vec<Secret>,
    /// Whether the operator named it.
    pub trusted: bool,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// What it means.
    pub outcome: Outcome,
    /// The beginning of the answer, or why there is none. Of what a tenant named nobody sees more than the kind of the
    /// status (A20).
    pub words: String,
}

/// Calls. `at` is the moment in seconds since 1970; `item` is the same however often it is called.
pub async fn call(
    outside: &Outside,
    target: &Target,
    item: OutboxId,
    at: i64,
    body: Vec<u8>,
) -> Ended {
    let client = match outside.client(&target.url, target.trusted) {
        Ok(client) => client,
        Err(forbidden) => {
            return Ended {
                outcome: Outcome::Refused,
                words: forbidden.to_string(),
            };
        }
    };
    let id = format!("msg_{}", item.0.simple());
    let signature = signature(&target.secrets, &id, at, &body);
    let request = client
        .post(target.url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", at)
        .header("webhook-signature", signature)
        .body(body);
    match request.send().await {
        Ok(response) => answered(response, target.trusted).await,
        Err(error) => Ended {
            outcome: Outcome::Later {
                status: None,
                wait: None,
            },
            words: unanswered(&error),
        },
    }
}

async fn answered(response: Response, trusted: bool) -> Ended {
    let status = response.status();
    let wait = asked_wait(&response);
    let words = if trusted {
        format!("{status}: {}", beginning(response).await)
    } else {
        format!("{}xx", status.as_u16() / 100)
    };
    Ended {
        outcome: Outcome::of(status.as_u16(), wait),
        words,
    }
}

/// `Retry-After` in seconds (RFC 9110 section 10.2.3); the form with a date is left alone.
fn asked_wait(response: &Response) -> Option<TimeDelta> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    TimeDelta::from_std(Duration::from_secs(value.trim().parse().ok()?)).ok()
}

/// The first characters of an answer. What breaks off later changes nothing: the status counts.
async fn beginning(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = LARGEST_ANSWER - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if body.len() == LARGEST_ANSWER {
            break;
        }
    }
    let text = String::from_utf8_lossy(&body);
    text.chars()
        .filter(|c| !c.is_control())
        .take(KEPT)
        .collect()
}

/// Why there is no answer, without what a name resolved to.
fn unanswered(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "not reached"
    } else {
        "the connection broke before an answer"
    }
    .to_owned()
}
