//! One-time links (A23).

use axum::http::StatusCode;
use chrono::Duration;
use sha2::{Digest as _, Sha256};

use super::house::{Browser, House, address};
use crate::store::people::{self, Link};

const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";
const NEW: &str = "seven herons in the mist";

async fn invite(house: &House, purpose: &str) {
    let now = house.clock.now();
    let mut tx = house.web.desk.db.write().await.unwrap();
    let user = people::by_email(&mut tx, &address("member@acme.test"))
        .await
        .unwrap()
        .unwrap();
    let link = Link {
        token_hash: Sha256::digest(TOKEN.as_bytes()).to_vec(),
        user_id: user.id.0,
        tenant_id: None,
        purpose: purpose.to_owned(),
        expires_at: now + Duration::hours(72),
    };
    people::insert_link(&mut tx, &link, now).await.unwrap();
    tx.commit().await.unwrap();
}

async fn set(browser: &Browser<'_>, token: &str, password: &str) -> StatusCode {
    let form = [("email", ""), ("password", password), ("again", password)];
    let headers = [("sec-fetch-site", "same-origin")];
    browser
        .post_as_is(&format!("/set-password/{token}"), &form, &headers)
        .await
        .status
}

#[tokio::test]
async fn a23_a_link_sets_one_password_once_and_ends_all_sessions() {
    let house = House::new().await;
    let session = house.logged_in("acme", "member").await;
    invite(&house, "invite").await;
    let browser = house.browser("localhost");
    assert!(
        browser
            .get(&format!("/set-password/{TOKEN}"))
            .await
            .body
            .contains("member@acme.test")
    );
    assert_eq!(
        set(&browser, TOKEN, "short").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(set(&browser, TOKEN, NEW).await, StatusCode::OK);
    assert_eq!(set(&browser, TOKEN, NEW).await, StatusCode::NOT_FOUND);
    assert_eq!(session.get("/tickets").await.status, StatusCode::SEE_OTHER);
    let mut again = house.browser("acme.localhost");
    assert_eq!(
        again.log_in("member@acme.test", NEW).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a23_what_is_not_exactly_a_living_link_is_not_found() {
    let house = House::new().await;
    invite(&house, "csat").await;
    let browser = house.browser("localhost");
    for token in ["%20", "NULL", "0123", TOKEN, &TOKEN.to_uppercase()] {
        let answer = browser.get(&format!("/set-password/{token}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{token}");
    }
    let house = House::new().await;
    invite(&house, "reset").await;
    house.clock.advance(Duration::hours(72));
    let late = house
        .browser("localhost")
        .get(&format!("/set-password/{TOKEN}"))
        .await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
}
