//! A real Chromium: runs a scenario of tests/browser/run.mjs and gives back what it saw.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// How the page is looked at. Steps are those of `tests/browser/run.mjs`.
#[derive(Debug, Clone)]
pub struct Browser {
    base: String,
    width: u32,
    dark: bool,
    javascript: bool,
}

/// What a scenario saw.
#[derive(Debug)]
pub struct Seen {
    /// What the steps with `as` (and `axe`) found.
    pub values: Value,
    /// Where the browser ended.
    pub url: String,
    /// Errors on the console, uncaught errors, requests that were refused, dialogs, windows.
    pub problems: Vec<String>,
    /// Requests to other hosts: kind and URL.
    pub outside: Vec<String>,
}

impl Browser {
    /// A desktop browser in light colours. Paths in steps are relative to `base`.
    pub fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            width: 1440,
            dark: false,
            javascript: true,
        }
    }

    /// A phone.
    #[must_use]
    pub fn narrow(self) -> Self {
        Self { width: 390, ..self }
    }

    /// Somebody who prefers dark colours.
    #[must_use]
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// With JavaScript switched off.
    #[must_use]
    pub fn without_javascript(self) -> Self {
        Self {
            javascript: false,
            ..self
        }
    }

    /// Runs the steps in a fresh browser; fails the test at the first step that does.
    pub async fn run(&self, steps: Value) -> Seen {
        let scenario = json!({
            "base": self.base, "width": self.width, "dark": self.dark, "javascript": self.javascript,
            "screenshots": screenshots(), "steps": steps,
        });
        let seen = tokio::task::spawn_blocking(move || drive(&scenario))
            .await
            .unwrap();
        assert!(
            seen["failed"].is_null(),
            "step {} failed: {} at {}; so far {}\n{}",
            seen["failed"],
            seen["error"],
            seen["url"],
            seen["values"],
            seen["html"].as_str().unwrap_or("")
        );
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |name: &str| seen[name].as_array().unwrap().iter().map(text).collect();
        Seen {
            url: text(&seen["url"]),
            problems: list("problems"),
            outside: list("outside"),
            values: seen["values"].clone(),
        }
    }
}

/// Where screenshots are kept for looking at.
pub fn screenshots() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn drive(scenario: &Value) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/run.mjs");
    let mut child = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(scenario.to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    serde_json::from_slice(&output.stdout).unwrap()
}
