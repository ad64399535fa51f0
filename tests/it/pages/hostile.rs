//! A15 to A17, A19, A34: mail that wants to run, to load, to deceive, or to reach the page around it. One mail for each
//! vector, all in one ticket, looked at in a real browser.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use postroom::domain::mail::html::{Options, sanitise};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Place, work};
use crate::support::TestDatabase;

const XSS: &str = include_str!("corpus/xss.txt");
const TRACKERS: &str = include_str!("corpus/trackers.txt");

/// What a script does that runs. No quotes in it: vectors bring their own.
const RUN: &str = "top.OWNED=1;alert(1)";

/// The vectors of a corpus. Everything in them calls home if a browser loads it, or tells if a browser runs it.
fn vectors(corpus: &str, port: u16) -> Vec<String> {
    let home = format!("http://127.0.0.1:{port}");
    let lines = corpus.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            line.replace("HOME", &home)
                .replace("OPEN", &home)
                .replace("SAFE", "https://canary.test")
                .replace("RUN", RUN)
        })
        .collect()
}

/// A server that must hear nothing.
struct Canary {
    port: u16,
    hits: Arc<AtomicUsize>,
    _listening: JoinSet<()>,
}

impl Canary {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let hits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&hits);
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self {
            port,
            hits,
            _listening: listening,
        }
    }

    fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

/// Mails of one conversation, one for each vector.
async fn tell(place: &Place, vectors: &[String]) {
    for (n, html) in vectors.iter().enumerate() {
        let thread = if n == 0 {
            String::new()
        } else {
            "In-Reply-To: <v0@evil.test>\r\n".to_owned()
        };
        let raw = format!(
            "From: Eve <eve@evil.test>\r\nTo: support@acme.test\r\nMessage-ID: <v{n}@evil.test>\r\n{thread}Subject: vectors\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
             <p>CANARY <b>{n}</b></p>\r\n{html}\r\n"
        );
        place.road.receive(&raw).await;
    }
}

fn assert_harmless(frames: &Value, count: usize) {
    let frames = frames.as_array().unwrap();
    assert_eq!(frames.len(), count);
    for frame in frames {
        let path = frame["path"].as_str().unwrap();
        assert!(
            path.starts_with("/messages/") && path.ends_with("/frame"),
            "it went elsewhere: {frame}"
        );
        assert_eq!(frame["title"], "Message", "{frame}");
        for kind in ["actors", "links", "covers"] {
            assert_eq!(frame[kind], json!([]), "{kind} in {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a15_of_two_hundred_vectors_none_runs_and_none_reaches_the_page() {
    let canary = Canary::new().await;
    let place = Place::new(TestDatabase::sqlite()).await;
    let vectors = vectors(XSS, canary.port);
    assert!(vectors.len() >= 150);
    tell(&place, &vectors).await;
    let seen = work(
        &place.browser(),
        json!([
            {"goto": "/tickets/ACME-4"}, {"see": "article.message"},
            {"frames": "frames"}, {"owned": "owned"},
            {"text": "#subject", "as": "subject"},
        ]),
    )
    .await;
    assert_harmless(&seen.values["frames"], vectors.len());
    assert_eq!(seen.values["owned"], Value::Null, "a script ran");
    assert_eq!(seen.values["subject"], "vectors", "the page was changed");
    assert_eq!(canary.hits(), 0, "something was loaded from outside");
    assert_eq!(seen.outside, Vec::<String>::new());
    assert!(
        seen.problems.is_empty(),
        "the policy had to step in: {:?}",
        seen.problems
    );
    assert!(seen.url.ends_with("/tickets/ACME-4"), "{}", seen.url);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a19_nothing_calls_home_and_images_only_when_somebody_asks() {
    let canary = Canary::new().await;
    let place = Place::new(TestDatabase::sqlite()).await;
    let vectors = vectors(TRACKERS, canary.port);
    tell(&place, &vectors).await;
    let read =
        json!([{"goto": "/tickets/ACME-4"}, {"see": "article.message"}, {"frames": "frames"}]);
    // In the dark, so that sheets for the dark are tried, too.
    let seen = work(&place.browser().dark(), read).await;
    assert_harmless(&seen.values["frames"], vectors.len());
    assert_eq!(seen.outside, Vec::<String>::new());
    assert!(
        seen.problems.is_empty(),
        "the policy had to step in: {:?}",
        seen.problems
    );
    let mut steps = Vec::new();
    let messages = place.road.messages("ACME-4").await;
    for message in messages.iter().filter(|message| message.has_html) {
        steps.push(json!({"goto": format!("/messages/{}/frame?images=show", message.id)}));
        steps.push(json!({"see": ".pr-mail"}));
    }
    let seen = work(&place.browser(), Value::Array(steps)).await;
    for request in &seen.outside {
        assert!(
            request.starts_with("image https://canary.test/img-"),
            "{request}"
        );
    }
    assert_eq!(seen.outside.len(), 4, "{:?}", seen.outside);
    assert!(
        seen.problems.is_empty(),
        "the policy had to step in: {:?}",
        seen.problems
    );
    assert_eq!(canary.hits(), 0, "something was loaded from outside");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a15_a17_a34_names_subjects_and_attachments_are_only_text() {
    let canary = Canary::new().await;
    let place = Place::new(TestDatabase::sqlite()).await;
    let home = format!("http://127.0.0.1:{}", canary.port);
    let bad = format!("<img src={home}/x onerror={RUN}><script>{RUN}</script>");
    let raw = format!(
        "From: \"Ada Agent {bad} boss@acme.test\" <eve@evil.test>\r\nTo: support@acme.test\r\nMessage-ID: <f@evil.test>\r\nSubject: {bad}\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{bad}\r\n\
         --b\r\nContent-Type: text/html; name=\"{bad}.html\"\r\nContent-Disposition: attachment\r\n\r\n{bad}\r\n\
         --b\r\nContent-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment\r\n\r\n{bad},=1+1\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nFrom: {bad} <a@b.test>\r\nSubject: {bad}\r\nContent-Type: text/html\r\n\r\n<p>INNER</p>{bad}<img src={home}/y>\r\n\
         --b\r\nContent-Type: image/svg+xml; x; name=a.svg\r\nContent-Disposition: inline\r\n\r\n<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"{RUN}\"/>\r\n\
         --b\r\nContent-Type: image/png; name=\"a.png\"\r\nContent-Disposition: attachment\r\n\r\n<html><script>{RUN}</script>\r\n--b--\r\n"
    );
    place.road.receive(&raw).await;
    let messages = place.road.messages("ACME-4").await;
    let files = &messages[0].attachments;
    let view = |n: usize| format!("/attachments/{}/view", files[n].id);
    let seen = work(
        &place.browser(),
        json!([
            {"goto": "/tickets/ACME-4"}, {"see": "article.message"}, {"text": ".message header", "as": "header"}, {"owned": "ticket"},
            {"goto": view(0)}, {"see": ".view-page pre"}, {"text": "pre", "as": "html"}, {"owned": "html-owned"},
            {"goto": view(1)}, {"see": ".view-page table"}, {"text": "table", "as": "table"}, {"owned": "csv"},
            {"goto": view(2)}, {"see": ".view-page iframe"}, {"text": "body", "frame": "iframe", "as": "mail"}, {"owned": "eml"}, {"axe": "axe"},
        ]),
    )
    .await;
    let text = |name: &str| seen.values[name].as_str().unwrap_or_default().to_owned();
    assert!(
        text("header").contains("another address in the name"),
        "{}",
        text("header")
    );
    assert!(
        text("html").contains("<script>") && text("table").contains("<script>"),
        "{}",
        seen.values
    );
    assert!(text("mail").contains("INNER"), "{}", seen.values);
    for name in ["ticket", "html-owned", "csv", "eml"] {
        assert_eq!(seen.values[name], Value::Null, "{name}");
    }
    assert_eq!(seen.values["axe"], json!([]));
    assert_eq!(canary.hits(), 0, "something was loaded from outside");
    assert!(seen.problems.is_empty(), "{:?}", seen.problems);
}

#[test]
fn a15_a19_each_vector_alone_leaves_nothing_that_acts_or_loads() {
    let words = regex::Regex::new(r#"(alt|title)="[^"]*""#).unwrap();
    for vector in vectors(XSS, 1).iter().chain(&vectors(TRACKERS, 1)) {
        let options = Options {
            cid: &|_| None,
            allow_remote: false,
        };
        let safe = sanitise(vector, &options);
        // What stands in tags; text may say what it likes, and so may titles.
        let tags: String = safe
            .html
            .split('<')
            .skip(1)
            .filter_map(|tag| tag.split('>').next())
            .collect::<Vec<_>>()
            .join("\n");
        let tags = words.replace_all(&tags, "");
        let shown = format!("{tags}\n{}\n{}", safe.css, safe.body).to_ascii_lowercase();
        for bad in [
            "script",
            "svg",
            "math",
            "iframe",
            "object",
            "embed",
            "onerror=",
            "onload=",
            "onclick=",
            "src=\"http",
            "url(",
            "import",
            "srcset",
            "background=",
            "form",
            "input",
            "style>",
            "expression",
            "position",
        ] {
            assert!(!shown.contains(bad), "{bad}: {vector} -> {shown}");
        }
        let again = sanitise(&safe.html, &options);
        assert_eq!(again.html, safe.html, "{vector}");
    }
}
