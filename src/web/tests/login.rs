//! Logging in and out.

use axum::http::StatusCode;
use chrono::Duration;

use super::house::{House, PASSWORD};

#[tokio::test]
async fn a_person_logs_in_where_they_belong_and_nowhere_else() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "member").await;
    assert_eq!(browser.get("/tickets").await.status, StatusCode::OK);
    let mut elsewhere = house.browser("rival.localhost");
    elsewhere.cookie.clone_from(&browser.cookie);
    assert_eq!(
        elsewhere.get("/tickets").await.header("location"),
        "/login?next=%2Ftickets"
    );
    let refused = elsewhere.log_in("member@acme.test", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a39_an_unknown_account_looks_like_a_wrong_password() {
    let house = House::new().await;
    let mut browser = house.browser("acme.localhost");
    let wrong = browser.log_in("member@acme.test", "wrong").await;
    let unknown = browser.log_in("nobody@acme.test", "wrong").await;
    let odd = browser.log_in("not an address", "wrong").await;
    let alike = |body: &str, typed: &str| body.replace(typed, "");
    assert_eq!(wrong.status, unknown.status);
    assert_eq!(
        alike(&wrong.body, "member@acme.test"),
        alike(&unknown.body, "nobody@acme.test")
    );
    assert_eq!(
        alike(&wrong.body, "member@acme.test"),
        alike(&odd.body, "not an address")
    );
    assert!(browser.cookie.is_empty());
}

#[tokio::test]
async fn a39_guessing_is_slowed_down_and_time_forgives() {
    let house = House::new().await;
    let mut browser = house.browser("acme.localhost");
    for _ in 0..5 {
        assert_eq!(
            browser.log_in("member@acme.test", "wrong").await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    let slowed = browser.log_in("member@acme.test", PASSWORD).await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(slowed.header("retry-after"), "3");
    house.clock.advance(Duration::seconds(3));
    assert_eq!(
        browser.log_in("member@acme.test", PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a26_the_session_changes_at_log_in_and_ends_at_log_out() {
    let house = House::new().await;
    let mut browser = house.logged_in("acme", "member").await;
    let first = browser.cookie.clone();
    browser.log_in("member@acme.test", PASSWORD).await;
    assert_ne!(browser.cookie, first);
    let mut old = house.browser("acme.localhost");
    old.cookie = first;
    assert_eq!(old.get("/tickets").await.status, StatusCode::SEE_OTHER);
    let out = browser.post("/logout", &[]).await;
    assert_eq!(out.header("clear-site-data"), "\"cookies\", \"storage\"");
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(browser.get("/tickets").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_after_a_night_and_after_a_week_of_use() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "member").await;
    for _ in 0..20 {
        house.clock.advance(Duration::hours(8));
        assert_eq!(browser.get("/tickets").await.status, StatusCode::OK);
    }
    house.clock.advance(Duration::hours(8));
    assert_eq!(browser.get("/tickets").await.status, StatusCode::SEE_OTHER);
    let browser = house.logged_in("acme", "member").await;
    house.clock.advance(Duration::hours(12));
    assert_eq!(browser.get("/tickets").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn only_those_who_run_the_platform_enter_its_area() {
    let house = House::new().await;
    let mut browser = house.browser("localhost");
    assert_eq!(browser.get("/platform").await.status, StatusCode::SEE_OTHER);
    let refused = browser.log_in("owner@acme.test", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.log_in("root@platform.test", PASSWORD).await;
    assert_eq!(browser.get("/platform").await.status, StatusCode::OK);
    let mut desk = house.browser("acme.localhost");
    assert_eq!(
        desk.log_in("root@platform.test", PASSWORD).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn whoever_is_disabled_is_out_at_once() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "member").await;
    let mut tx = house.web.desk.db.write().await.unwrap();
    let user = crate::store::people::by_email(&mut tx, &super::house::address("member@acme.test"))
        .await
        .unwrap()
        .unwrap();
    crate::store::people::disable(&mut tx, user.id, house.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(browser.get("/tickets").await.status, StatusCode::SEE_OTHER);
}
