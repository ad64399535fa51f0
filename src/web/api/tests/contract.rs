//! What holds for all calls: the document, tokens, problems, unknown fields.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::json;

use super::program::{Program, json as read};
use crate::store::{people, tokens};
use crate::web::api::routes;
use crate::web::tests::house::{House, address};

#[tokio::test]
async fn the_document_is_served_to_everybody_and_names_every_call() {
    let house = House::new().await;
    let answer = Program::nobody(&house).get("/openapi.json").await;
    assert_eq!(answer.status, 200);
    let document = read(&answer);
    assert_eq!(document["servers"][0]["url"], "/api/v1");
    for (method, path) in routes() {
        let call = &document["paths"][&path][method.to_lowercase()];
        assert!(
            call["summary"].is_string(),
            "{method} {path} says nothing about itself"
        );
        assert!(call["responses"]["default"].is_object(), "{method} {path}");
    }
    // Whatever is referred to is there.
    let text = answer.body.as_str();
    let named: BTreeSet<&str> = text
        .split("\"$ref\":\"#/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    for reference in named {
        assert!(
            document.pointer(&format!("/{reference}")).is_some(),
            "{reference}"
        );
    }
}

#[tokio::test]
async fn a_refusal_is_a_problem_with_the_requests_number() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    for (answer, kind) in [
        (
            Program::nobody(&house).get("/tickets").await,
            "unauthorized",
        ),
        (admin.get("/tickets/ACME-99").await, "not-found"),
        (admin.get("/no/such/call").await, "not-found"),
        (
            admin.call(Method::DELETE, "/tickets/ACME-1", &[], "").await,
            "method-not-allowed",
        ),
        (admin.get("/tickets?colour=red").await, "invalid"),
        (admin.get("/tickets?status=green").await, "invalid"),
        (admin.get("/tickets?limit=0").await, "invalid"),
        (admin.get("/tickets?limit=201").await, "invalid"),
        (admin.get("/tickets?q=%00").await, "invalid"),
        (admin.get("/tickets?q=is:green").await, "invalid"),
        (admin.get("/tickets?cursor=x").await, "invalid"),
        (admin.get("/outbox?state=lost").await, "invalid"),
        (
            admin.patch("/tickets/ACME-1", &json!({"number": 7})).await,
            "invalid",
        ),
        (
            admin
                .patch("/tickets/ACME-1", &json!({"team": "Nobody's"}))
                .await,
            "invalid",
        ),
        (
            admin
                .patch("/tickets/ACME-1", &json!({"assignee": "owner@rival.test"}))
                .await,
            "invalid",
        ),
        (
            admin
                .patch("/tickets/ACME-1", &json!({"subject": "a\u{0}b"}))
                .await,
            "invalid",
        ),
        (
            admin
                .call(Method::PATCH, "/tickets/ACME-1", &[], "{}")
                .await,
            "not-json",
        ),
        (
            admin
                .call(
                    Method::PATCH,
                    "/tickets/ACME-1",
                    &[("content-type", "application/json")],
                    "{",
                )
                .await,
            "unreadable",
        ),
        (
            admin
                .post(
                    "/tickets",
                    &json!({"subject": "x", "text": "y", "requester": "nobody"}),
                )
                .await,
            "invalid",
        ),
        (
            admin
                .post(
                    "/tickets",
                    &json!({"subject": "", "text": "y", "requester": "a@b.test"}),
                )
                .await,
            "invalid",
        ),
    ] {
        let problem = read(&answer);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(problem["type"], kind, "{problem}");
        assert_eq!(problem["status"], answer.status.as_u16());
        assert_eq!(
            problem["request_id"],
            answer.header("x-request-id"),
            "{problem}"
        );
        assert!(!answer.header("x-request-id").is_empty());
        for debug in ["Some(", "Err(", "Error {", "struct ", "panicked"] {
            assert!(!answer.body.contains(debug), "{problem}");
        }
    }
}

#[tokio::test]
async fn a_token_counts_only_as_long_as_its_person_is_here() {
    let house = House::new().await;
    let (admin, of_nobody) = (
        Program::of(&house, "acme", "admin").await,
        Program::of_nobody(&house, "acme").await,
    );
    assert_eq!(admin.get("/users").await.status, 200);
    assert_eq!(of_nobody.get("/webhooks").await.status, 200);
    let desk = &house.web.desk;
    let mut tx = desk.db.write().await.unwrap();
    let user = people::by_email(&mut tx, &address("admin@acme.test"))
        .await
        .unwrap()
        .unwrap();
    let tenant = desk.directory().by_slug("acme").unwrap().tenant.id;
    let gone = (crate::domain::person::Role::Admin, false, "");
    people::put_membership(&mut tx, tenant, user.id, gone, desk.clock.now())
        .await
        .unwrap();
    let all = tokens::all_tenants(&mut tx).await.unwrap();
    let other = all.iter().find(|token| token.user.is_none()).unwrap();
    tokens::revoke(&mut tx, other.id, desk.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    desk.refresh().await.unwrap();
    for program in [admin, of_nobody] {
        let answer = program.get("/users").await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn every_list_has_pages() {
    let house = House::new().await;
    let (admin, platform) = (
        Program::of(&house, "acme", "admin").await,
        Program::of_platform(&house).await,
    );
    for (method, path) in routes() {
        let path = path.replace("{key}", "ACME-1");
        let no_list = [
            "/tickets/ACME-1",
            "/tickets/ACME-1/rating",
            "/me/notifications",
            "/me/availability",
            "/tickets/ACME-1/sla",
            "/settings",
            "/ntfy",
        ]
        .contains(&path.as_str());
        if method != "GET" || path.contains("{id}") || no_list {
            continue;
        }
        let program = if path.starts_with("/platform") {
            &platform
        } else {
            &admin
        };
        let list = read(&program.get(&format!("{path}?limit=1")).await);
        let items = list["items"]
            .as_array()
            .unwrap_or_else(|| panic!("{path}: {list}"));
        assert!(items.len() <= 1, "{path}");
        if let Some(next) = list["next"].as_str() {
            let second = read(&program.get(&format!("{path}?limit=1&cursor={next}")).await);
            assert_eq!(second["items"].as_array().unwrap().len(), 1, "{path}");
            assert_ne!(second["items"], list["items"], "{path}");
        }
    }
}

#[tokio::test]
async fn a_token_of_the_platform_ends_with_its_persons_office() {
    let house = House::new().await;
    let platform = Program::of_platform(&house).await;
    assert_eq!(platform.get("/platform/tenants").await.status, 200);
    let desk = &house.web.desk;
    let mut tx = desk.db.write().await.unwrap();
    let root = people::by_email(&mut tx, &address("root@platform.test"))
        .await
        .unwrap()
        .unwrap();
    people::set_platform_admin(&mut tx, root.id, false, desk.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(platform.get("/platform/tenants").await.status, 401);
}
