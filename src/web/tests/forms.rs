//! What a form must bring along before anything is changed.

use axum::http::StatusCode;

use super::house::House;

const OWN: &[(&str, &str)] = &[("sec-fetch-site", "same-origin")];

#[tokio::test]
async fn a_form_of_another_site_or_another_session_changes_nothing() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let other = house.logged_in("acme", "member").await;
    let (token, others) = (browser.form_token().await, other.form_token().await);
    let path = "/tickets/ACME-1/note";
    let form = |token: &'static str| [("back", ""), ("text", "planted"), ("form_token", token)];
    let (token, others): (&'static str, &'static str) = (token.leak(), others.leak());
    for (form, headers) in [
        (form(token), &[("sec-fetch-site", "cross-site")][..]),
        (form(token), &[("sec-fetch-site", "same-site")]),
        (form(token), &[("origin", "null")]),
        (form(token), &[("origin", "http://evil.test")]),
        (form(token), &[]),
        (form(others), OWN),
        (form(""), OWN),
    ] {
        let answer = browser.post_as_is(path, &form, headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    assert!(
        !browser
            .get("/tickets/ACME-1")
            .await
            .body
            .contains("planted")
    );
    let answer = browser
        .post_as_is(path, &form(token), &[("origin", "http://acme.localhost")])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(
        browser
            .get("/tickets/ACME-1")
            .await
            .body
            .contains("planted")
    );
}

#[tokio::test]
async fn a_log_in_from_another_site_is_refused() {
    let house = House::new().await;
    let form = [
        ("email", "member@acme.test"),
        ("password", super::house::PASSWORD),
    ];
    let answer = house
        .browser("acme.localhost")
        .post_as_is("/login", &form, &[("sec-fetch-site", "cross-site")])
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a27_fields_that_a_form_does_not_have_are_refused() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let answer = browser
        .post("/tickets/ACME-1/change", &[("back", ""), ("number", "7")])
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_very_large_form_is_refused() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let text = "x".repeat(2 << 20);
    let answer = browser
        .post("/tickets/ACME-1/note", &[("back", ""), ("text", &text)])
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}
