//! A stand-in for an ntfy server: takes JSON publishing by the real server's rules, keeps what it took,
//! and fails on demand. Debian and the package registries ship no real one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::wait_for;

/// The longest message that stays a message, in bytes of UTF-8.
const MESSAGE_LIMIT: usize = 4096;

/// The stand-in; it stops with this value.
pub struct Ntfy {
    url: String,
    state: Arc<Sink>,
    task: AbortHandle,
}

#[derive(Default)]
struct Sink {
    token: Option<String>,
    published: Mutex<Vec<Value>>,
    faults: Mutex<VecDeque<Fault>>,
}

/// What the server does to one publish instead of taking it.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Answers with this status and an ntfy error document.
    Status(u16),
    /// Answers 429 and asks to wait so many seconds.
    TooMany { retry_after: u32 },
    /// Takes the message, but answers 500: the sender cannot know.
    TakenButFailed,
    /// Takes the message, and the connection ends within the answer.
    Half,
    /// Never answers.
    Hang,
}

impl Ntfy {
    /// Starts on a free port. With a token, every publish must carry it as `Authorization: Bearer`.
    pub async fn start(token: Option<&str>) -> Self {
        let state = Arc::new(Sink {
            token: token.map(str::to_owned),
            ..Sink::default()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/", post(publish).put(publish))
            .with_state(Arc::clone(&state));
        #[expect(clippy::disallowed_methods, reason = "the stand-in is stopped by Drop")]
        let task = tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            state,
            task: task.abort_handle(),
        }
    }

    /// What `[tenant.ntfy] server` takes.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The next publishes meet these faults, one each, in this order.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state.faults.lock().unwrap().extend(faults);
    }

    /// Everything that was taken, oldest first, as it was sent.
    pub fn published(&self) -> Vec<Value> {
        self.state.published.lock().unwrap().clone()
    }

    /// Waits for a message that `fits`.
    pub async fn wait_for(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let what = format!("{what} at the ntfy server");
        wait_for(&what, async || {
            self.published().into_iter().find(|message| fits(message))
        })
        .await
    }
}

impl Drop for Ntfy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn publish(State(sink): State<Arc<Sink>>, headers: HeaderMap, body: String) -> Response {
    let fault = sink.faults.lock().unwrap().pop_front();
    match fault {
        Some(Fault::Status(status)) => return refusal(u32::from(status) * 100 + 1, "fault"),
        Some(Fault::TooMany { retry_after }) => {
            let refusal = refusal(42901, "limit reached: too many requests, please be nice");
            return ([(header::RETRY_AFTER, retry_after.to_string())], refusal).into_response();
        }
        Some(Fault::Hang) => return std::future::pending().await,
        Some(Fault::TakenButFailed | Fault::Half) | None => {}
    }
    let message = match check(sink.token.as_deref(), &headers, &body) {
        Ok(message) => message,
        Err((code, error)) => return refusal(code, error),
    };
    sink.published.lock().unwrap().push(message.clone());
    if matches!(fault, Some(Fault::Half)) {
        let broken =
            futures::stream::once(async { Err::<String, _>(std::io::Error::other("fault")) });
        return Body::from_stream(broken).into_response();
    }
    if fault.is_some() {
        return refusal(50001, "internal server error");
    }
    Json(message).into_response()
}

/// ntfy's error document: the first three digits of the code are the HTTP status.
fn refusal(code: u32, error: &str) -> Response {
    let status = StatusCode::from_u16(u16::try_from(code / 100).unwrap()).unwrap();
    let document = json!({ "code": code, "http": status.as_u16(), "error": error });
    (status, Json(document)).into_response()
}

type Checked<T> = Result<T, (u32, &'static str)>;

/// The rules of publishing as JSON: <https://docs.ntfy.sh/publish/#publish-as-json>.
fn check(token: Option<&str>, headers: &HeaderMap, body: &str) -> Checked<Value> {
    const NOT_JSON: (u32, &str) = (40017, "invalid request: request body must be message JSON");
    let message: Value = serde_json::from_str(body).map_err(|_| NOT_JSON)?;
    let text = |key: &str| match &message[key] {
        Value::Null => Ok(""),
        Value::String(text) => Ok(text.as_str()),
        _ => Err(NOT_JSON),
    };
    let topic = text("topic")?;
    let in_topic = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if topic.is_empty() || topic.len() > 64 || !topic.bytes().all(in_topic) {
        return Err((40009, "invalid request: topic invalid"));
    }
    authorise(token, headers)?;
    for key in ["title", "click", "icon"] {
        text(key)?;
    }
    if text("message")?.len() > MESSAGE_LIMIT {
        return Err((40014, "invalid request: attachments not allowed"));
    }
    match &message["priority"] {
        Value::Null => {}
        Value::Number(number) if number.as_u64().is_some_and(|number| number <= 5) => {}
        Value::Number(_) => return Err((40007, "invalid priority parameter")),
        _ => return Err(NOT_JSON),
    }
    match &message["tags"] {
        Value::Null => {}
        Value::Array(tags) if tags.iter().all(Value::is_string) => {}
        _ => return Err(NOT_JSON),
    }
    match &message["actions"] {
        Value::Null => {}
        Value::Array(actions) if actions.len() <= 3 && actions.iter().all(is_action) => {}
        _ => return Err((40018, "invalid request: actions invalid")),
    }
    Ok(message)
}

fn authorise(token: Option<&str>, headers: &HeaderMap) -> Checked<()> {
    let Some(token) = token else { return Ok(()) };
    match headers.get(header::AUTHORIZATION) {
        None => Err((40301, "forbidden")),
        Some(given) if given.as_bytes() == format!("Bearer {token}").as_bytes() => Ok(()),
        Some(_) => Err((40101, "unauthorized")),
    }
}

fn is_action(action: &Value) -> bool {
    let given = |key: &str| action[key].as_str().is_some_and(|text| !text.is_empty());
    match action["action"].as_str() {
        Some("view" | "http") => given("label") && given("url"),
        Some("broadcast") => given("label"),
        _ => false,
    }
}
