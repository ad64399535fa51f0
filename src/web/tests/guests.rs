//! What everybody meets who is not logged in, and every browser.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::house::House;

#[tokio::test]
async fn an_unknown_host_is_misdirected_and_health_answers_on_any() {
    let house = House::new().await;
    for host in ["evil.test", "", "a.b.localhost"] {
        assert_eq!(
            house.browser(host).get("/login").await.status,
            StatusCode::MISDIRECTED_REQUEST,
            "{host}"
        );
        assert_eq!(
            house.browser(host).get("/healthz").await.status,
            StatusCode::OK,
            "{host}"
        );
    }
    let ready = house.browser("evil.test").get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert!(ready.body.contains("\"ready\":true"), "{}", ready.body);
}

#[tokio::test]
async fn a_tenant_that_is_not_there_is_not_found() {
    let house = House::new().await;
    assert_eq!(
        house.browser("nobody.localhost").get("/login").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        house.browser("127.0.0.1").get("/login").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn every_page_carries_the_headers_word_for_word() {
    let house = House::new().await;
    for path in ["/login", "/nowhere"] {
        let answer = house.browser("acme.localhost").get(path).await;
        for (name, value) in [
            (
                "content-security-policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
            ),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            (
                "permissions-policy",
                "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
            ),
            ("origin-agent-cluster", "?1"),
            ("x-robots-tag", "noindex"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        // Plain http on this machine: no promise of TLS.
        assert_eq!(answer.header("strict-transport-security"), "");
        assert_eq!(answer.header("x-request-id").len(), 32);
    }
}

#[tokio::test]
async fn a26_a_failure_says_a_fixed_sentence_and_the_number_of_the_request() {
    let house = House::new().await;
    let answer = house
        .browser("acme.localhost")
        .get("/tickets-%3Cscript%3E?x=secret")
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.contains(answer.header("x-request-id")));
    assert!(
        !answer.body.contains("secret") && !answer.body.contains("<script>"),
        "{}",
        answer.body
    );
    let answer = house.browser("acme.localhost").get("/api/v1/nowhere").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_known_again() {
    let house = House::new().await;
    let browser = house.browser("acme.localhost");
    let page = browser.get("/login").await.body;
    let path = page
        .split('"')
        .find(|word| word.starts_with("/assets/parts."))
        .unwrap();
    let asset = browser.get(path).await;
    assert_eq!(asset.status, StatusCode::OK);
    assert_eq!(
        asset.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    let again = Request::builder()
        .uri(path)
        .header("host", "acme.localhost")
        .header("if-none-match", asset.header("etag"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(house.call(again).await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn the_front_door_leads_to_desks_without_saying_which_there_are() {
    let house = House::new().await;
    let door = house.browser("localhost");
    assert_eq!(door.get("/").await.status, StatusCode::OK);
    for name in ["acme", "nobody"] {
        let answer = door.get(&format!("/desk?desk={name}")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(
            answer
                .header("location")
                .contains(&format!("//{name}.localhost")),
            "{}",
            answer.header("location")
        );
    }
    assert_eq!(
        door.get("/desk?desk=evil.test%2F").await.status,
        StatusCode::OK
    );
}
