//! A program that webhooks call: `tests/hooks/receive.mjs` verifies every call with the code of the Standard Webhooks
//! specification, and fails on demand.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::wait_for;

/// The program; it ends with this value.
pub struct Receiver {
    url: String,
    child: Child,
}

/// One call that it got.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Got {
    /// Its `webhook-id`.
    pub id: String,
    /// Which of the secrets it is signed with.
    pub verified: Vec<String>,
    /// Its type; absent where the call was cut off.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What the program did to it.
    pub fault: Value,
}

impl Receiver {
    /// Starts on a free port.
    pub fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hooks/receive.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut port).unwrap();
        Self {
            url: format!("http://127.0.0.1:{}", port.trim()),
            child,
        }
    }

    /// An address to be called, one of as many as wanted.
    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.url)
    }

    async fn control(&self, wanted: Value) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/_control", self.url);
        let answer = client.post(url).body(wanted.to_string()).send().await;
        assert!(answer.unwrap().status().is_success());
    }

    /// Its clock shows this.
    pub async fn at(&self, now: DateTime<Utc>) {
        self.control(json!({ "now": now.timestamp_millis() })).await;
    }

    /// It knows these secrets.
    pub async fn knows(&self, secrets: &[&str]) {
        self.control(json!({ "secrets": secrets })).await;
    }

    /// The next calls meet these faults, one each.
    pub async fn fails(&self, faults: Value) {
        self.control(json!({ "faults": faults })).await;
    }

    /// Every call so far.
    pub async fn got(&self) -> Vec<Got> {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let log = client.get(format!("{}/_log", self.url)).send().await;
        let text = log.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Waits until it got so many calls.
    pub async fn wait_for(&self, count: usize) -> Vec<Got> {
        wait_for(&format!("{count} calls at the receiver"), async || {
            Some(self.got().await).filter(|got| got.len() >= count)
        })
        .await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
