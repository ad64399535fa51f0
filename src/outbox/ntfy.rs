//! Push messages to an ntfy server, by its JSON publishing.
//!
//! JSON only: nothing from a mail ever becomes an HTTP header. Failures are told apart by whether trying
//! again makes sense; whoever calls decides what a push may say.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::door::outside::Outside;

/// The server keeps 4,096 bytes of text and turns more into an attachment.
const LONGEST_TEXT: usize = 4000;
const LONGEST_TITLE: usize = 250;
/// How much of an answer is read.
const LARGEST_ANSWER: usize = 64 * 1024;

/// A server and how it knows us.
#[derive(Debug, Clone)]
pub struct Target {
    /// The server's address; the topic goes into the body.
    pub server: Url,
    /// How to log in.
    pub login: Login,
    /// Whether the operator named it, so that it may be anywhere.
    pub trusted: bool,
}

/// How an ntfy server knows us.
#[derive(Debug, Clone)]
pub enum Login {
    /// It need not.
    None,
    /// By an access token.
    Token(SecretString),
    /// By name and password.
    User(String, SecretString),
}

/// A checked topic: 1 to 64 letters, digits, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Topic(String);

/// Not a topic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an ntfy topic; use 1 to 64 letters, digits, _ and -")]
pub struct InvalidTopic(pub String);

impl std::str::FromStr for Topic {
    type Err = InvalidTopic;

    fn from_str(given: &str) -> Result<Self, InvalidTopic> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if (1..=64).contains(&given.len()) && given.bytes().all(allowed) {
            Ok(Self(given.to_owned()))
        } else {
            Err(InvalidTopic(given.chars().take(100).collect()))
        }
    }
}

impl TryFrom<String> for Topic {
    type Error = InvalidTopic;
    fn try_from(given: String) -> Result<Self, InvalidTopic> {
        given.parse()
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.0
    }
}

/// How loud a push is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub enum Priority {
    /// No sound, out of sight.
    Min = 1,
    /// No sound.
    Low = 2,
    /// As usual.
    #[default]
    Normal = 3,
    /// Louder.
    High = 4,
    /// Until somebody looks.
    Max = 5,
}

impl From<Priority> for u8 {
    fn from(priority: Priority) -> Self {
        priority as Self
    }
}

impl From<u8> for Priority {
    /// What is beyond the scale is as usual.
    fn from(number: u8) -> Self {
        match number {
            1 => Self::Min,
            2 => Self::Low,
            4 => Self::High,
            5 => Self::Max,
            _ => Self::Normal,
        }
    }
}

/// A button under a push; ntfy shows three at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Action {
    /// Opens a page.
    View {
        /// What stands on the button.
        label: String,
        /// The page.
        url: String,
        /// Whether the push goes away afterwards.
        clear: bool,
    },
    /// Sends a POST request.
    Http {
        /// What stands on the button.
        label: String,
        /// Where to.
        url: String,
        /// Whether the push goes away afterwards.
        clear: bool,
    },
}

/// One push message. Stored and sent as the same JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// Where it is shown.
    pub topic: Topic,
    /// Its title.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Its text; cut to what the server keeps.
    pub message: String,
    /// How loud it is.
    pub priority: Priority,
    /// Emoji names and tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The page that opens when it is touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click: Option<String>,
    /// Up to three buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
}

/// A push was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pushing to ntfy: {words}")]
pub struct PushError {
    /// Whether trying again makes sense.
    pub again: Again,
    /// The HTTP status, if the server answered.
    pub status: Option<u16>,
    /// The server's words, or ours.
    pub words: String,
}

/// Whether trying again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// After a while, or after what the server asks for.
    Later(Option<Duration>),
    /// Not before somebody changes something.
    Never,
    /// The server refuses us, whatever we push: its log-in or its address is wrong. Nothing is lost by that; all of it
    /// waits.
    Rest,
}

/// Publishes `push`; the server's id for it. A push that was stored though its answer was lost is reported as
/// [`Again::Later`]: people may see it twice, never not at all.
pub async fn publish(outside: &Outside, target: &Target, push: &Push) -> Result<String, PushError> {
    let client = outside.client(&target.server, target.trusted);
    let client = client.map_err(|forbidden| PushError {
        again: Again::Never,
        status: None,
        words: forbidden.to_string(),
    })?;
    let request = client.post(target.server.clone()).json(&fitted(push));
    let request = match &target.login {
        Login::None => request,
        Login::Token(token) => request.bearer_auth(token.expose_secret()),
        Login::User(name, password) => request.basic_auth(name, Some(password.expose_secret())),
    };
    let response = request.send().await.map_err(|error| failed(&error))?;
    let status = response.status();
    let retry_after = seconds(&response);
    let body = read(response).await?;
    if status.is_success() {
        return Ok(field(&body, "id"));
    }
    Err(refused(status, retry_after, &field(&body, "error")))
}

/// `push` within the server's limits.
fn fitted(push: &Push) -> Push {
    let mut push = push.clone();
    push.title = cut(&push.title, LONGEST_TITLE);
    push.message = cut(&push.message, LONGEST_TEXT);
    push.actions.truncate(3);
    push
}

fn cut(text: &str, longest: usize) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(longest.saturating_sub('…'.len_utf8()));
    format!("{}…", &text[..end])
}

fn refused(status: StatusCode, retry_after: Option<Duration>, words: &str) -> PushError {
    let passing = status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY
        );
    let again = match status {
        _ if passing => Again::Later(retry_after),
        // 403 is also what a topic says that is somebody else's; whose it is, the caller knows.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Again::Rest,
        _ => Again::Never,
    };
    let words = if words.is_empty() {
        format!("the server answers {status}")
    } else {
        format!("the server answers {status}: {words}")
    };
    PushError {
        again,
        status: Some(status.as_u16()),
        words,
    }
}

fn failed(error: &reqwest::Error) -> PushError {
    let mut words = String::from(if error.is_timeout() {
        "the server does not answer in time"
    } else if error.is_connect() {
        "the server cannot be reached"
    } else {
        "the exchange with the server failed"
    });
    // The innermost cause says most; the address of the server, which may hold a name, is left out.
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if !cause.is::<reqwest::Error>() {
        words.push_str(": ");
        words.push_str(&cause.to_string());
    }
    PushError {
        again: Again::Later(None),
        status: None,
        words,
    }
}

/// `Retry-After` in seconds (RFC 9110 section 10.2.3), an hour at most; the form with a date is left alone.
fn seconds(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    let seconds: u64 = value.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(3600)))
}

async fn read(mut response: Response) -> Result<Vec<u8>, PushError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
        let room = LARGEST_ANSWER - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if body.len() == LARGEST_ANSWER {
            break;
        }
    }
    Ok(body)
}

/// A text field of a JSON answer; empty if there is none.
fn field(body: &[u8], name: &str) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = value.get(name).and_then(serde_json::Value::as_str);
    let text = text.unwrap_or_default().chars();
    text.filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push() -> Push {
        Push {
            topic: "acme-tickets".parse().unwrap(),
            title: "ACME-7".to_owned(),
            message: "New ticket".to_owned(),
            priority: Priority::High,
            tags: vec!["ticket".to_owned()],
            click: Some("https://desk.example/t/ACME-7".to_owned()),
            actions: vec![Action::View {
                label: "Open".to_owned(),
                url: "https://desk.example/t/ACME-7".to_owned(),
                clear: true,
            }],
        }
    }

    #[test]
    fn a_push_is_the_json_that_ntfy_documents() {
        assert_eq!(
            serde_json::to_value(push()).unwrap(),
            serde_json::json!({
                "topic": "acme-tickets", "title": "ACME-7", "message": "New ticket", "priority": 4,
                "tags": ["ticket"], "click": "https://desk.example/t/ACME-7",
                "actions": [{"action": "view", "label": "Open", "url": "https://desk.example/t/ACME-7", "clear": true}],
            })
        );
        let kept = serde_json::to_string(&push()).unwrap();
        assert_eq!(serde_json::from_str::<Push>(&kept).unwrap(), push());
    }

    #[test]
    fn only_safe_topics_are_topics() {
        assert!("acme_tickets-1".parse::<Topic>().is_ok());
        assert!("a".repeat(64).parse::<Topic>().is_ok());
        for bad in ["", "a b", "a/b", "ä", "a\r\n", &"a".repeat(65)] {
            assert!(bad.parse::<Topic>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        let mut long = push();
        long.message = "ä".repeat(3000);
        let text = fitted(&long).message;
        assert!(text.len() <= LONGEST_TEXT && text.ends_with("ä…"));
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        let again = |status| refused(StatusCode::from_u16(status).unwrap(), None, "").again;
        for status in [429, 500, 502, 503, 507, 408] {
            assert_eq!(again(status), Again::Later(None), "{status}");
        }
        for status in [301, 400, 413] {
            assert_eq!(again(status), Again::Never, "{status}");
        }
        for status in [401, 403, 404] {
            assert_eq!(again(status), Again::Rest, "{status}");
        }
    }
}
