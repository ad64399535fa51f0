//! A day's work on the pages.

use axum::http::StatusCode;
use sqlx::Connection as _;

use super::house::House;

#[tokio::test]
async fn an_agent_reads_answers_notes_and_changes() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let list = browser.get("/tickets").await;
    assert!(
        list.body
            .contains("&#60;script&#62;alert(1)&#60;/script&#62;"),
        "{}",
        list.body
    );
    assert!(!list.body.contains("<script>"));
    let ticket = browser.get("/tickets/ACME-1?view=inbox").await;
    assert_eq!(ticket.status, StatusCode::OK);
    assert!(ticket.body.contains("Grace Hopper") && ticket.body.contains("A stranger."));

    let form = [
        ("back", "view=inbox"),
        ("text", "Try again, please."),
        ("cc", ""),
        ("in_response_to", ""),
    ];
    let answer = browser.post("/tickets/ACME-1/reply", &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(
        answer.header("location"),
        "/tickets/ACME-1?view=inbox&done=reply"
    );
    let answer = browser
        .post(
            "/tickets/ACME-1/note",
            &[("back", "view=mine"), ("text", "Only for us")],
        )
        .await;
    assert_eq!(
        answer.header("location"),
        "/tickets/ACME-1?view=mine&done=note"
    );
    let form = [
        ("back", ""),
        ("status", "on_hold"),
        ("priority", "urgent"),
        ("tags", "vip, login"),
        ("assignee", ""),
    ];
    let answer = browser.post("/tickets/ACME-1/change", &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);

    let page = browser
        .get("/tickets/ACME-1?view=waiting&done=change")
        .await
        .body;
    for expected in [
        "Try again, please.",
        "Only for us",
        "Internal note",
        "On hold",
        "Urgent",
        "vip",
        "Saved.",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
}

#[tokio::test]
async fn reading_changes_nothing() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let file = format!("sqlite:{}", house.folder.path().join("test.db").display());
    let mut witness = sqlx::SqliteConnection::connect(&file).await.unwrap();
    // Rises with every commit of anybody else.
    let commits = "PRAGMA data_version";
    let before: i64 = sqlx::query_scalar(commits)
        .fetch_one(&mut witness)
        .await
        .unwrap();
    for path in [
        "/",
        "/login",
        "/tickets",
        "/tickets?view=all&q=x",
        "/tickets/ACME-1",
        "/readyz",
    ] {
        browser.get(path).await;
    }
    for path in ["frame", "raw"] {
        browser
            .get(&format!("/messages/{}/{path}", house.mail))
            .await;
    }
    browser.get(&format!("/attachments/{}", house.file)).await;
    let after: i64 = sqlx::query_scalar(commits)
        .fetch_one(&mut witness)
        .await
        .unwrap();
    assert_eq!(before, after);
}

#[tokio::test]
async fn au4_an_answer_that_something_overtook_is_shown_again_with_its_text() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let old = uuid::Uuid::nil().to_string();
    let form = [
        ("back", ""),
        ("text", "Too late"),
        ("cc", ""),
        ("in_response_to", old.as_str()),
    ];
    let answer = browser.post("/tickets/ACME-1/reply", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("Too late") && answer.body.contains("Send anyway"));
    let form = [form.as_slice(), &[("anyway", "yes")]].concat();
    assert_eq!(
        browser.post("/tickets/ACME-1/reply", &form).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn what_was_typed_stays_when_it_is_not_taken() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let form = [
        ("back", ""),
        ("text", "Dear Grace"),
        ("cc", "nonsense"),
        ("in_response_to", ""),
    ];
    let answer = browser.post("/tickets/ACME-1/reply", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("Dear Grace")
            && answer.body.contains("nonsense is not a mail address")
    );
    let answer = browser
        .post("/tickets/ACME-1/note", &[("back", ""), ("text", " ")])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a15_a_formatted_message_stands_in_a_sandbox_without_scripts_or_trackers() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "viewer").await;
    let path = format!("/messages/{}/frame", house.mail);
    let frame = browser.get(&path).await;
    assert_eq!(frame.status, StatusCode::OK);
    assert_eq!(
        frame.header("content-security-policy"),
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    );
    assert_eq!(frame.header("x-frame-options"), "SAMEORIGIN");
    assert!(
        frame.body.contains("Hello")
            && !frame.body.contains("<script")
            && !frame.body.contains("tracker.test"),
        "{}",
        frame.body
    );
    let shown = browser.get(&format!("{path}?images=show")).await;
    assert!(
        shown
            .header("content-security-policy")
            .contains("img-src data: https:")
    );
    assert!(
        shown.body.contains("https://tracker.test/pixel.gif") && !shown.body.contains("<script"),
        "{}",
        shown.body
    );
}

#[tokio::test]
async fn a16_a_file_is_a_download_whatever_it_claims_to_be() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "viewer").await;
    let file = browser.get(&format!("/attachments/{}", house.file)).await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename*=UTF-8''x.svg"
    );
    assert_eq!(
        file.header("content-security-policy"),
        "sandbox; default-src 'none'"
    );
    assert!(file.body.starts_with("<svg"));
    let raw = browser.get(&format!("/messages/{}/raw", house.mail)).await;
    assert_eq!(raw.header("content-type"), "application/octet-stream");
    assert!(raw.body.starts_with("From: Grace"));
}

#[tokio::test]
async fn a_held_message_is_accepted_opened_apart_or_discarded() {
    for (deed, sentence) in [
        ("accept", "take part"),
        ("split", "of its own"),
        ("discard", "discarded"),
    ] {
        let house = House::new().await;
        let browser = house.logged_in("acme", "admin").await;
        let answer = browser
            .post(
                &format!("/messages/{}/{deed}", house.held),
                &[("back", "view=all")],
            )
            .await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{deed}: {}",
            answer.body
        );
        let page = browser.get(answer.header("location")).await.body;
        assert!(
            page.contains(sentence) && !page.contains("A stranger."),
            "{deed}\n{page}"
        );
    }
}

#[tokio::test]
async fn a22_no_page_gives_bytes_of_a_ticket_to_whom_it_does_not_exist() {
    let house = House::new().await;
    let paths = [
        format!("/attachments/{}", house.file),
        format!("/messages/{}/raw", house.mail),
        format!("/messages/{}/frame", house.mail),
        // A draft: what waits is no more public than what was said.
        format!("/messages/{}/raw", house.held),
        format!("/messages/{}/frame", house.held),
    ];
    let admin = house.logged_in("acme", "admin").await;
    let member = house.logged_in("acme", "member").await;
    let rival = house.logged_in("rival", "owner").await;
    // A session of one desk is none at another.
    let mut borrowed = house.browser("acme.localhost");
    borrowed.cookie.clone_from(&rival.cookie);
    let stranger = house.browser("acme.localhost");
    for path in &paths {
        let shown = admin.get(path).await;
        assert_eq!(shown.status, StatusCode::OK, "{path}");
        assert!(
            shown.body.contains("svg") || shown.body.contains("Hello"),
            "{path}: {}",
            shown.body
        );
        for (who, browser, status) in [
            ("stranger", &stranger, StatusCode::SEE_OTHER),
            ("borrowed session", &borrowed, StatusCode::SEE_OTHER),
            ("member", &member, StatusCode::NOT_FOUND),
            ("rival", &rival, StatusCode::NOT_FOUND),
        ] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, status, "{who} {path}");
            let gives = ["<svg onload", "Hello</p>", "grace@navy.test"]
                .iter()
                .any(|bytes| answer.body.contains(bytes));
            assert!(
                !gives && answer.header("etag").is_empty(),
                "{who} {path}: {}",
                answer.body
            );
        }
    }
}
