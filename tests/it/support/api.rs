//! A client of the HTTP API.

use std::net::SocketAddr;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::wait_for;

/// Speaks JSON to `/api/v1` with one bearer token, or with none.
#[derive(Clone)]
pub struct Api {
    client: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Api {
    /// A client of the daemon that listens on `address`.
    pub fn new(address: SocketAddr, token: Option<&str>) -> Self {
        // Whoever comes second finds a provider installed; that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            base: format!("http://{address}"),
            token: token.map(str::to_owned),
        }
    }

    /// GET `/api/v1` + `path`, expecting 200.
    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    /// POST, expecting a success.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, Some(body)).await;
        assert!(
            (200..300).contains(&status),
            "POST {path}: {status} {answer}"
        );
        answer
    }

    /// PATCH, expecting a success.
    pub async fn patch(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.call(Method::PATCH, path, Some(body)).await;
        assert!(
            (200..300).contains(&status),
            "PATCH {path}: {status} {answer}"
        );
        answer
    }

    /// Any call: its status and its JSON (null when the body is none).
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = self.request(method, &format!("/api/v1{path}"));
        if let Some(body) = body {
            let json = ("content-type", "application/json");
            request = request.header(json.0, json.1).body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// A request to any path of the server, such as `/readyz`, with the token, yet to be sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// All items of a list, over its pages. `path` may have a query.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = None;
        loop {
            let and = if path.contains('?') { '&' } else { '?' };
            let page = match cursor.take() {
                None => self.get(&format!("{path}{and}limit=200")).await,
                Some(cursor) => {
                    self.get(&format!("{path}{and}limit=200&cursor={cursor}"))
                        .await
                }
            };
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }

    /// Waits until the list at `path` holds an item that `fits`.
    pub async fn wait_for(&self, path: &str, fits: impl Fn(&Value) -> bool) -> Value {
        wait_for(&format!("an item of {path}"), async || {
            self.list(path).await.into_iter().find(|item| fits(item))
        })
        .await
    }
}
