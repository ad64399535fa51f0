//! Idempotency-Key, and the limit of calls.

use axum::http::Method;
use serde_json::json;

use super::program::{Program, json as read};
use crate::web::tests::house::{Answer, House};

async fn post(program: &Program<'_>, key: &str, text: &str) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    let body = json!({"kind": "note", "text": text}).to_string();
    program
        .call(Method::POST, "/tickets/ACME-1/messages", &headers, &body)
        .await
}

async fn notes(program: &Program<'_>) -> usize {
    let list = read(&program.get("/tickets/ACME-1/messages").await);
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .filter(|message| message["kind"] == "note")
        .count()
}

#[tokio::test]
async fn a_repeated_request_does_nothing_and_gets_the_same_answer() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let (first, again) = (
        post(&admin, "k1", "once").await,
        post(&admin, "k1", "once").await,
    );
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(notes(&admin).await, 1);
    // Another token's key of the same name is another key.
    let owner = Program::of(&house, "acme", "owner").await;
    assert_eq!(post(&owner, "k1", "twice").await.status, 201);
    assert_eq!(notes(&admin).await, 2);
}

#[tokio::test]
async fn a_key_belongs_to_one_body_for_a_day() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    assert_eq!(post(&admin, "k1", "one").await.status, 201);
    let other = post(&admin, "k1", "other").await;
    assert_eq!(other.status, 422);
    assert_eq!(read(&other)["type"], "idempotency-key-reused");
    house.clock.advance(chrono::Duration::hours(25));
    assert_eq!(post(&admin, "k1", "other").await.status, 201);
}

#[tokio::test]
async fn after_a_refusal_the_key_is_free_again() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    assert_eq!(post(&admin, "k1", "").await.status, 422);
    assert_eq!(post(&admin, "k1", "mended").await.status, 201);
    for key in ["", &"x".repeat(256)] {
        assert_eq!(post(&admin, key, "text").await.status, 422, "{key}");
    }
}

#[tokio::test]
async fn two_at_once_act_once() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let (one, other) = tokio::join!(post(&admin, "k1", "once"), post(&admin, "k1", "once"));
    for answer in [&one, &other] {
        assert!(
            matches!(answer.status.as_u16(), 201 | 409),
            "{}",
            answer.body
        );
    }
    assert_eq!(notes(&admin).await, 1);
}

#[tokio::test]
async fn one_call_too_many_is_told_when_to_come_back() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    let mut refused = None;
    // The limit refills while the calls are made, so it may take some more.
    for _ in 0..1200 {
        let answer = admin.get("/users?limit=1").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("1200 calls in a row were let through");
    assert_eq!(read(&refused)["type"], "too-often");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    // Others are not held up by it.
    let owner = Program::of(&house, "acme", "owner").await;
    assert_eq!(owner.get("/users").await.status, 200);
}
