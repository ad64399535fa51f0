//! A21: every call of the API, as everybody. A call that is not in this table fails the test.

use axum::http::Method;
use serde_json::{Value, json};

use super::program::Program;
use crate::store::inbound::{self, Filter};
use crate::web::api::routes;
use crate::web::tests::house::House;

/// What each of them gets: nobody, another tenant's owner, viewer, member, admin, platform. The ticket is assigned to
/// nobody and in no team, so it does not exist for the member.
type Expected = [u16; 6];

const ONE: Expected = [401, 404, 200, 404, 200, 403];
/// Rules are for everybody of the desk to read.
const RULE: Expected = [401, 404, 200, 200, 200, 403];
const LIST: Expected = [401, 200, 200, 200, 200, 403];
/// Who does not see every ticket does not see all mail.
const ALL_MAIL: Expected = [401, 200, 200, 403, 200, 200];
const PLATFORM: Expected = [401, 403, 403, 403, 403, 200];
/// There is none by this id, for anybody.
const NO_HOOK: Expected = [401, 404, 403, 403, 404, 403];
/// The ticket is there, and no offer by this id.
const NO_OFFER: Expected = [401, 404, 403, 404, 404, 403];
const NOT_HELD: Expected = [401, 404, 403, 404, 409, 403];

/// `{ticket}`, `{held}`, `{mail}`, `{file}`, `{intake}`, `{item}` stand for acme's own.
const TABLE: &[(&str, &str, &str, Expected)] = &[
    ("GET", "/tickets", "/tickets", LIST),
    (
        "POST",
        "/tickets",
        "/tickets",
        [401, 201, 403, 201, 201, 403],
    ),
    ("GET", "/tickets/{key}", "/tickets/ACME-1", ONE),
    ("GET", "/tickets/{key}", "/tickets/{ticket}", ONE),
    (
        "PATCH",
        "/tickets/{key}",
        "/tickets/ACME-1",
        [401, 404, 403, 404, 200, 403],
    ),
    (
        "GET",
        "/tickets/{key}/messages",
        "/tickets/{ticket}/messages",
        ONE,
    ),
    (
        "POST",
        "/tickets/{key}/messages",
        "/tickets/ACME-1/messages",
        [401, 404, 403, 404, 201, 403],
    ),
    (
        "GET",
        "/tickets/{key}/events",
        "/tickets/{ticket}/events",
        ONE,
    ),
    (
        "GET",
        "/tickets/{key}/participants",
        "/tickets/ACME-1/participants",
        ONE,
    ),
    (
        "POST",
        "/tickets/{key}/participants",
        "/tickets/{ticket}/participants",
        [401, 404, 403, 404, 201, 403],
    ),
    (
        "POST",
        "/tickets/{key}/requester",
        "/tickets/{ticket}/requester",
        [401, 404, 403, 404, 200, 403],
    ),
    ("GET", "/tickets/{key}/sla", "/tickets/{ticket}/sla", ONE),
    ("GET", "/tickets/{key}/links", "/tickets/ACME-1/links", ONE),
    (
        "GET",
        "/tickets/{key}/offers",
        "/tickets/ACME-1/offers",
        ONE,
    ),
    (
        "POST",
        "/tickets/{key}/offers/{id}/join",
        "/tickets/ACME-1/offers/{mail}/join",
        NO_OFFER,
    ),
    (
        "POST",
        "/tickets/{key}/offers/{id}/dismiss",
        "/tickets/{ticket}/offers/{mail}/dismiss",
        NO_OFFER,
    ),
    (
        "POST",
        "/tickets/{key}/merge",
        "/tickets/ACME-1/merge",
        // Into itself.
        [401, 404, 403, 404, 409, 403],
    ),
    (
        "POST",
        "/tickets/{key}/unmerge",
        "/tickets/ACME-1/unmerge",
        [401, 404, 403, 404, 409, 403],
    ),
    (
        "POST",
        "/tickets/{key}/split",
        "/tickets/ACME-1/split",
        // Another ticket's message, or none.
        [401, 404, 403, 404, 422, 403],
    ),
    (
        "POST",
        "/tickets/{key}/link",
        "/tickets/ACME-1/link",
        [401, 404, 403, 404, 409, 403],
    ),
    (
        "POST",
        "/tickets/{key}/unlink",
        "/tickets/ACME-1/unlink",
        [401, 404, 403, 404, 404, 403],
    ),
    (
        "POST",
        "/tickets/{key}/snooze",
        "/tickets/ACME-1/snooze",
        [401, 404, 403, 404, 200, 403],
    ),
    ("GET", "/messages/{id}/raw", "/messages/{mail}/raw", ONE),
    ("GET", "/attachments/{id}", "/attachments/{file}", ONE),
    (
        "POST",
        "/messages/{id}/release",
        "/messages/{mail}/release",
        NOT_HELD,
    ),
    (
        "POST",
        "/messages/{id}/accept",
        "/messages/{mail}/accept",
        NOT_HELD,
    ),
    (
        "POST",
        "/messages/{id}/split",
        "/messages/{mail}/split",
        NOT_HELD,
    ),
    (
        "POST",
        "/messages/{id}/discard",
        "/messages/{held}/discard",
        [401, 404, 403, 404, 204, 403],
    ),
    ("GET", "/accounts", "/accounts", ALL_MAIL),
    // The house of this test has no account: whoever may ask is told so.
    (
        "POST",
        "/accounts/{id}/compare",
        "/accounts/{intake}/compare",
        [401, 404, 403, 403, 404, 404],
    ),
    ("GET", "/intake", "/intake", ALL_MAIL),
    (
        "GET",
        "/intake/{id}",
        "/intake/{intake}",
        [401, 404, 200, 403, 200, 200],
    ),
    // The platform does not read what stands in a ticket.
    (
        "GET",
        "/intake/{id}/raw",
        "/intake/{intake}/raw",
        [401, 404, 200, 403, 200, 403],
    ),
    (
        "POST",
        "/intake/{id}/replay",
        "/intake/{intake}/replay",
        [401, 404, 403, 403, 200, 200],
    ),
    // Not in quarantine: whoever sees it is told so.
    (
        "POST",
        "/intake/{id}/retry",
        "/intake/{intake}/retry",
        [401, 404, 403, 403, 409, 409],
    ),
    (
        "POST",
        "/intake/{id}/accept",
        "/intake/{intake}/accept",
        [401, 404, 403, 403, 409, 422],
    ),
    (
        "POST",
        "/intake/{id}/delete",
        "/intake/{intake}/delete",
        [401, 404, 403, 403, 409, 409],
    ),
    ("GET", "/outbox", "/outbox", ALL_MAIL),
    (
        "POST",
        "/outbox/{id}/retry",
        "/outbox/{item}/retry",
        [401, 404, 403, 403, 200, 200],
    ),
    (
        "POST",
        "/outbox/{id}/cancel",
        "/outbox/{item}/cancel",
        [401, 404, 403, 403, 200, 409],
    ),
    (
        "GET",
        "/contacts",
        "/contacts",
        [401, 200, 200, 403, 200, 403],
    ),
    ("GET", "/users", "/users", LIST),
    ("GET", "/teams", "/teams", LIST),
    ("GET", "/mailboxes", "/mailboxes", LIST),
    ("GET", "/rules", "/rules", LIST),
    ("POST", "/rules", "/rules", [401, 201, 403, 403, 201, 403]),
    ("GET", "/rules/{id}", "/rules/{rule}", RULE),
    (
        "PATCH",
        "/rules/{id}",
        "/rules/{rule}",
        [401, 404, 403, 403, 200, 403],
    ),
    (
        "GET",
        "/rules/{id}/versions",
        "/rules/{rule}/versions",
        RULE,
    ),
    (
        "POST",
        "/rules/{id}/restore",
        "/rules/{rule}/restore",
        [401, 404, 403, 403, 200, 403],
    ),
    (
        "POST",
        "/rules/order",
        "/rules/order",
        [401, 204, 403, 403, 204, 403],
    ),
    (
        "POST",
        "/rules/test",
        "/rules/test",
        [401, 200, 403, 403, 200, 403],
    ),
    (
        "DELETE",
        "/rules/{id}",
        "/rules/{rule}",
        [401, 404, 403, 403, 204, 403],
    ),
    ("GET", "/tickets/{key}/rules", "/tickets/ACME-1/rules", ONE),
    ("GET", "/calendars", "/calendars", LIST),
    (
        "POST",
        "/calendars",
        "/calendars",
        [401, 422, 403, 403, 422, 403],
    ),
    ("PATCH", "/calendars/{id}", "/calendars/{mail}", NO_HOOK),
    ("DELETE", "/calendars/{id}", "/calendars/{mail}", NO_HOOK),
    ("GET", "/slas", "/slas", LIST),
    ("POST", "/slas", "/slas", [401, 422, 403, 403, 422, 403]),
    ("PATCH", "/slas/{id}", "/slas/{mail}", NO_HOOK),
    ("DELETE", "/slas/{id}", "/slas/{mail}", NO_HOOK),
    ("POST", "/teams", "/teams", [401, 422, 403, 403, 422, 403]),
    ("PATCH", "/teams/{id}", "/teams/{mail}", NO_HOOK),
    ("DELETE", "/teams/{id}", "/teams/{mail}", NO_HOOK),
    (
        "GET",
        "/settings",
        "/settings",
        [401, 200, 403, 403, 200, 403],
    ),
    (
        "PATCH",
        "/settings",
        "/settings",
        [401, 200, 403, 403, 200, 403],
    ),
    ("GET", "/ntfy", "/ntfy", [401, 200, 403, 403, 200, 403]),
    ("PATCH", "/ntfy", "/ntfy", [401, 422, 403, 403, 422, 403]),
    ("GET", "/canned", "/canned", LIST),
    ("PUT", "/canned", "/canned", [401, 200, 403, 403, 200, 403]),
    (
        "POST",
        "/canned/{name}/preview",
        "/canned/Thanks/preview",
        [401, 200, 200, 200, 200, 403],
    ),
    (
        "DELETE",
        "/canned/{name}",
        "/canned/Thanks",
        [401, 204, 403, 403, 204, 403],
    ),
    (
        "GET",
        "/templates",
        "/templates",
        [401, 200, 403, 403, 200, 403],
    ),
    (
        "PUT",
        "/templates/{key}",
        "/templates/ticket.closed",
        [401, 200, 403, 403, 200, 403],
    ),
    (
        "POST",
        "/templates/{key}/preview",
        "/templates/ticket.closed/preview",
        [401, 200, 403, 403, 200, 403],
    ),
    (
        "DELETE",
        "/templates/{key}",
        "/templates/ticket.closed",
        [401, 204, 403, 403, 204, 403],
    ),
    ("GET", "/me/notifications", "/me/notifications", LIST),
    ("PUT", "/me/notifications", "/me/notifications", LIST),
    ("GET", "/me/availability", "/me/availability", LIST),
    ("PATCH", "/me/availability", "/me/availability", LIST),
    (
        "GET",
        "/tickets/{key}/followers",
        "/tickets/ACME-1/followers",
        ONE,
    ),
    (
        "POST",
        "/tickets/{key}/followers",
        "/tickets/ACME-1/followers",
        [401, 404, 403, 404, 204, 403],
    ),
    (
        "DELETE",
        "/tickets/{key}/followers/{user}",
        "/tickets/ACME-1/followers/admin@acme.test",
        [401, 404, 403, 404, 204, 403],
    ),
    ("GET", "/tickets/{key}/told", "/tickets/ACME-1/told", ONE),
    (
        "GET",
        "/tickets/{key}/rating",
        "/tickets/ACME-1/rating",
        ONE,
    ),
    (
        "GET",
        "/webhooks",
        "/webhooks",
        [401, 200, 403, 403, 200, 403],
    ),
    (
        "POST",
        "/webhooks",
        "/webhooks",
        [401, 422, 403, 403, 422, 403],
    ),
    ("PATCH", "/webhooks/{id}", "/webhooks/{mail}", NO_HOOK),
    ("DELETE", "/webhooks/{id}", "/webhooks/{mail}", NO_HOOK),
    (
        "POST",
        "/webhooks/{id}/rotate",
        "/webhooks/{mail}/rotate",
        NO_HOOK,
    ),
    (
        "POST",
        "/webhooks/{id}/test",
        "/webhooks/{mail}/test",
        NO_HOOK,
    ),
    (
        "POST",
        "/webhooks/{id}/replay",
        "/webhooks/{mail}/replay",
        NO_HOOK,
    ),
    (
        "GET",
        "/webhooks/{id}/calls",
        "/webhooks/{mail}/calls",
        NO_HOOK,
    ),
    (
        "GET",
        "/suppressions",
        "/suppressions",
        [401, 200, 403, 403, 200, 403],
    ),
    (
        "POST",
        "/suppressions",
        "/suppressions",
        [401, 201, 403, 403, 201, 403],
    ),
    (
        "DELETE",
        "/suppressions/{address}",
        "/suppressions/dead@customer.test",
        [401, 204, 403, 403, 204, 403],
    ),
    ("GET", "/audit", "/audit", [401, 200, 403, 403, 200, 403]),
    ("GET", "/platform/tenants", "/platform/tenants", PLATFORM),
    ("GET", "/platform/accounts", "/platform/accounts", PLATFORM),
    ("GET", "/platform/intake", "/platform/intake", PLATFORM),
    ("GET", "/platform/outbox", "/platform/outbox", PLATFORM),
];

fn body(method: &str, route: &str) -> Value {
    match (method, route) {
        ("POST", "/tickets") => {
            json!({"subject": "x", "text": "y", "requester": "new@customer.test"})
        }
        ("POST", "/tickets/{key}/messages") => json!({"kind": "reply", "text": "words"}),
        ("POST", "/webhooks/{id}/replay") => json!({"item": uuid::Uuid::nil()}),
        ("POST", "/tickets/{key}/participants" | "/tickets/{key}/requester") => {
            json!({"email": "friend@customer.test"})
        }
        ("POST", "/suppressions") => json!({"address": "dead@customer.test"}),
        ("PUT", "/canned") => json!({"name": "Thanks", "text": "Thank you."}),
        ("PUT", "/templates/{key}") => json!({"subject": "x", "text": "y"}),
        ("PUT", "/me/notifications") => json!({
            "events": {"new": {"mail": "all", "ntfy": "none"}}, "pace": "daily", "digest_at": "08:00",
            "quiet": "22:00-07:00", "urgent_passes": true, "timezone": null, "topic": "",
        }),
        ("PATCH", "/me/availability") => json!({"capacity": 12}),
        ("POST", "/tickets/{key}/merge") => json!({"into": "ACME-1"}),
        ("POST", "/tickets/{key}/split") => json!({"messages": []}),
        ("POST", "/tickets/{key}/link" | "/tickets/{key}/unlink") => json!({"ticket": "ACME-1"}),
        ("POST", "/tickets/{key}/snooze") => json!({"until": null}),
        ("POST", "/rules") => {
            json!({"name": "Another", "on": ["ticket.created"], "then": [{"tag": "new"}]})
        }
        ("POST", "/rules/test") => json!({"on": ["ticket.created"], "then": [{"tag": "new"}]}),
        ("POST", "/rules/order") => json!({"rules": []}),
        ("POST", "/rules/{id}/restore") => json!({"version": 1}),
        _ => json!({}),
    }
}

/// Sends an answer from acme's ticket, so that there is an outgoing item, and finds one received mail.
async fn ids(house: &House) -> [(&'static str, String); 7] {
    let admin = Program::of(house, "acme", "admin").await;
    let sent = admin
        .post(
            "/tickets/ACME-1/messages",
            &json!({"kind": "reply", "text": "hello"}),
        )
        .await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    let items = super::program::json(&admin.get("/outbox").await);
    let item = items["items"][0]["id"].as_str().unwrap().to_owned();
    let mut tx = house.web.desk.db.read().await.unwrap();
    let mails = inbound::list(
        &mut tx,
        &Filter {
            limit: 1,
            ..Filter::default()
        },
    )
    .await
    .unwrap();
    [
        ("{ticket}", house.ticket.to_string()),
        ("{mail}", house.mail.to_string()),
        ("{held}", house.held.to_string()),
        ("{file}", house.file.to_string()),
        ("{intake}", mails[0].id.to_string()),
        ("{item}", item),
        ("{rule}", house.rule().await.to_string()),
    ]
}

#[tokio::test]
async fn a21_every_call_answers_everybody_as_the_table_says() {
    let house = House::new().await;
    let ids = ids(&house).await;
    let people = [
        ("nobody", Program::nobody(&house)),
        (
            "another tenant's owner",
            Program::of(&house, "rival", "owner").await,
        ),
        ("viewer", Program::of(&house, "acme", "viewer").await),
        ("member", Program::of(&house, "acme", "member").await),
        ("admin", Program::of(&house, "acme", "admin").await),
        ("the platform", Program::of_platform(&house).await),
    ];
    for (method, route, path, expected) in TABLE {
        let path = ids.iter().fold((*path).to_owned(), |path, (name, id)| {
            path.replace(name, id)
        });
        for ((who, program), expected) in people.iter().zip(expected) {
            let answer = match *method {
                "GET" => program.get(&path).await,
                "PATCH" => program.patch(&path, &body(method, route)).await,
                "PUT" | "DELETE" => {
                    let json = [("content-type", "application/json")];
                    let body = body(method, route).to_string();
                    let method = Method::from_bytes(method.as_bytes()).unwrap();
                    program.call(method, &path, &json, &body).await
                }
                _ => program.post(&path, &body(method, route)).await,
            };
            assert_eq!(
                answer.status.as_u16(),
                *expected,
                "{method} {path} as {who}: {}",
                answer.body
            );
            if *expected >= 400 {
                assert_eq!(
                    answer.header("content-type"),
                    "application/problem+json",
                    "{method} {path} as {who}"
                );
            }
        }
    }
}

#[test]
fn a21_no_call_is_missing_from_the_table() {
    for (method, path) in routes() {
        let listed = TABLE
            .iter()
            .any(|(m, route, ..)| *m == method && *route == path);
        assert!(
            listed,
            "{method} {path} is not in the table: say who may do what there"
        );
    }
}

#[tokio::test]
async fn a21_an_id_that_is_none_is_not_found_and_never_a_mistake_of_ours() {
    let house = House::new().await;
    let admin = Program::of(&house, "acme", "admin").await;
    for (method, route) in routes() {
        for id in [
            "%00",
            "'",
            "ACME-999999999999999999999",
            "ACME--1",
            "00000000-0000-0000-0000-000000000000",
            "%F0%9F%92%A3",
        ] {
            let path = route.replace("{key}", id).replace("{id}", id);
            if path == route {
                continue;
            }
            let body = body(method, &route).to_string();
            let json = [("content-type", "application/json")];
            let answer = admin
                .call(
                    Method::from_bytes(method.as_bytes()).unwrap(),
                    &path,
                    &json,
                    &body,
                )
                .await;
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
        }
    }
}
