//! `Idempotency-Key` on POST: the second request with the same key and body gets the first one's answer, and does
//! nothing. Kept for 24 hours, per token.
//!
//! The key is committed before the call begins, so that two at once never both act. The call then runs to its end
//! even when its caller hangs up. Only a success is kept; after a refusal the key is free again, so that a
//! mended request may use it.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::LARGEST_BODY;
use super::caller::Caller;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use crate::domain::ids::TokenId;
use crate::store::idempotency::{self, Kept};

/// Longer keys are refused; a UUID has 36 characters.
const LONGEST_KEY: usize = 255;

/// Answers a repeated POST from memory.
pub async fn once(State(api): State<ApiState>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().map(Caller::token);
    let key = request.headers().get("idempotency-key").cloned();
    let (Some(token), Some(key)) = (caller, key) else {
        return next.run(request).await;
    };
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    match attempt(api, token, &key, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn attempt(
    api: ApiState,
    token: TokenId,
    key: &HeaderValue,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let key = key
        .to_str()
        .ok()
        .filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    let expected = format!("expected 1 to {LONGEST_KEY} visible characters");
    let key = key
        .ok_or_else(|| Problem::invalid("Idempotency-Key", expected))?
        .to_owned();
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await;
    let body = body.map_err(|_| Problem::new(Kind::TooLarge))?;
    let print = fingerprint(parts.method.as_str(), parts.uri.path(), &body);

    let mut tx = api.desk.db.write().await?;
    let kept = idempotency::take(&mut tx, token, &key, &print, api.desk.clock.now()).await?;
    tx.commit().await?;
    if let Some(kept) = kept {
        return replay(kept, &print);
    }
    let request = Request::from_parts(parts, Body::from(body));
    let tasks = api.tasks.clone();
    let call = tasks.spawn(async move { keep(&api, token, &key, next.run(request).await).await });
    call.await.map_err(|_| Problem::new(Kind::Failed))?
}

/// Keeps the answer of a call that did something; frees the key of one that did not.
async fn keep(
    api: &ApiState,
    token: TokenId,
    key: &str,
    response: Response,
) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST_BODY)
        .await
        .map_err(|_| Problem::new(Kind::Failed))?;
    let mut tx = api.desk.db.write().await?;
    if parts.status.is_success() {
        let text = String::from_utf8_lossy(&body);
        idempotency::finish(&mut tx, token, key, parts.status.as_u16(), &text).await?;
    } else {
        idempotency::forget(&mut tx, token, key).await?;
    }
    tx.commit().await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn replay(kept: Kept, print: &[u8]) -> Result<Response, Problem> {
    if kept.request != print {
        return Err(Problem::new(Kind::KeyReused));
    }
    let status = kept.status.and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| Problem::new(Kind::KeyInHand).retry_after(1))?;
    let body = kept.response.unwrap_or_default();
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    if !body.is_empty() {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        *response.body_mut() = Body::from(body);
    }
    Ok(response)
}

/// What makes a request the same as another: method, path and body.
fn fingerprint(method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [method.as_bytes(), path.as_bytes(), body] {
        // Lengths keep the parts apart.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(status: Option<i64>) -> Kept {
        Kept {
            request: fingerprint("POST", "/x", b"{}"),
            status,
            response: Some("{\"a\":1}".into()),
        }
    }

    #[test]
    fn requests_are_told_apart_by_method_path_and_body() {
        let prints = [
            ("POST", "/x", "{}"),
            ("PUT", "/x", "{}"),
            ("POST", "/y", "{}"),
            ("POST", "/x{", "}"),
        ]
        .map(|(method, path, body)| fingerprint(method, path, body.as_bytes()));
        for (at, print) in prints.iter().enumerate() {
            assert!(!prints[..at].contains(print));
        }
    }

    #[test]
    fn a_second_request_gets_the_first_answer_or_a_reason() {
        let print = fingerprint("POST", "/x", b"{}");
        let same = replay(kept(Some(201)), &print).unwrap();
        assert_eq!(same.status(), 201);
        assert_eq!(same.headers()["idempotency-replayed"], "true");
        let in_hand = replay(kept(None), &print).unwrap_err().into_response();
        assert_eq!(in_hand.status(), 409);
        let other = replay(kept(Some(201)), b"other")
            .unwrap_err()
            .into_response();
        assert_eq!(other.status(), 422);
    }
}
