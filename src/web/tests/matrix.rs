//! A21: every route of the pages, as everybody. A route that is not in this table fails the test.

use axum::http::StatusCode;

use super::house::{Browser, House};
use crate::web::page_routes;

/// What each of them gets: nobody, another tenant's owner, viewer, member, admin. The ticket is assigned to nobody
/// and in no team, so it does not exist for the member.
type Expected = [u16; 5];

const ANYBODY: Expected = [200; 5];
const LOGGED_IN: Expected = [303, 404, 200, 404, 200];
/// The file is neither text nor a mail: there is nothing to show to anybody.
const NO_VIEW: Expected = [303, 404, 404, 404, 404];
const WORKS: Expected = [303, 404, 403, 404, 303];
/// As [`WORKS`], for a form that asks for nothing possible.
const REFUSED: Expected = [303, 404, 403, 404, 422];

/// The ticket is there, and no offer by this id.
const NO_OFFER: Expected = [303, 404, 403, 404, 404];

/// Settings are for admins and owners; another tenant's owner sees their own at their own host.
const MANAGES: Expected = [303, 200, 403, 403, 200];

/// `{ticket}`, `{held}`, `{mail}`, `{file}` stand for acme's own.
const TABLE: &[(&str, &str, &str, Expected)] = &[
    ("GET", "/login", "/login", ANYBODY),
    ("POST", "/login", "/login", [422; 5]),
    ("GET", "/", "/", [303; 5]),
    ("GET", "/tickets", "/tickets", [303, 200, 200, 200, 200]),
    ("GET", "/tickets/{key}", "/tickets/ACME-1", LOGGED_IN),
    ("GET", "/tickets/{key}", "/tickets/{ticket}", LOGGED_IN),
    (
        "GET",
        "/tickets/{key}/rules",
        "/tickets/ACME-1/rules",
        LOGGED_IN,
    ),
    (
        "POST",
        "/tickets/{key}/reply",
        "/tickets/ACME-1/reply",
        WORKS,
    ),
    (
        "POST",
        "/tickets/{key}/note",
        "/tickets/{ticket}/note",
        WORKS,
    ),
    (
        "POST",
        "/tickets/{key}/change",
        "/tickets/ACME-1/change",
        WORKS,
    ),
    (
        "POST",
        "/tickets/{key}/{deed}",
        "/tickets/ACME-1/merge",
        REFUSED,
    ),
    (
        "POST",
        "/tickets/{key}/{deed}",
        "/tickets/{ticket}/unmerge",
        REFUSED,
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
        "/tickets/{key}/{deed}",
        "/tickets/ACME-1/link",
        REFUSED,
    ),
    (
        "POST",
        "/tickets/{key}/{deed}",
        "/tickets/ACME-1/unlink",
        REFUSED,
    ),
    (
        "POST",
        "/tickets/{key}/snooze",
        "/tickets/ACME-1/snooze",
        REFUSED,
    ),
    (
        "GET",
        "/tickets/{key}/split",
        "/tickets/ACME-1/split",
        [303, 404, 403, 404, 200],
    ),
    (
        "POST",
        "/tickets/{key}/split",
        "/tickets/{ticket}/split",
        REFUSED,
    ),
    (
        "GET",
        "/messages/{id}/frame",
        "/messages/{mail}/frame",
        LOGGED_IN,
    ),
    (
        "GET",
        "/messages/{id}/raw",
        "/messages/{mail}/raw",
        LOGGED_IN,
    ),
    ("GET", "/attachments/{id}", "/attachments/{file}", LOGGED_IN),
    (
        "GET",
        "/attachments/{id}/view",
        "/attachments/{file}/view",
        NO_VIEW,
    ),
    (
        "GET",
        "/attachments/{id}/frame",
        "/attachments/{file}/frame",
        NO_VIEW,
    ),
    // Not held: it may be tried, and nothing happens.
    (
        "POST",
        "/tickets/{key}/participants",
        "/tickets/ACME-1/participants",
        WORKS,
    ),
    (
        "POST",
        "/tickets/{key}/requester",
        "/tickets/ACME-1/requester",
        WORKS,
    ),
    (
        "POST",
        "/messages/{id}/{deed}",
        "/messages/{mail}/release",
        [303, 404, 403, 404, 422],
    ),
    (
        "POST",
        "/messages/{id}/{deed}",
        "/messages/{mail}/accept",
        [303, 404, 403, 404, 422],
    ),
    (
        "POST",
        "/messages/{id}/{deed}",
        "/messages/{mail}/split",
        [303, 404, 403, 404, 422],
    ),
    (
        "POST",
        "/messages/{id}/{deed}",
        "/messages/{held}/discard",
        WORKS,
    ),
    ("GET", "/settings", "/settings", [303; 5]),
    (
        "GET",
        "/tickets/{key}/do/{deed}",
        "/tickets/ACME-1/do/assign",
        LOGGED_IN,
    ),
    // Whoever has no secret finds nothing.
    ("GET", "/act/{secret}", "/act/none", [404; 5]),
    ("POST", "/act/{secret}", "/act/none", [404; 5]),
    ("GET", "/settings/intake", "/settings/intake", MANAGES),
    (
        "GET",
        "/settings/intake/{id}",
        "/settings/intake/{intake}",
        [303, 404, 403, 403, 200],
    ),
    (
        "GET",
        "/settings/intake/{id}/raw",
        "/settings/intake/{intake}/raw",
        [303, 404, 403, 403, 200],
    ),
    // Not in quarantine: whoever may decide is told so.
    (
        "POST",
        "/settings/intake/{id}",
        "/settings/intake/{intake}",
        [303, 404, 403, 403, 422],
    ),
    (
        "GET",
        "/settings/completeness",
        "/settings/completeness",
        MANAGES,
    ),
    (
        "POST",
        "/settings/completeness",
        "/settings/completeness",
        [303, 404, 403, 403, 404],
    ),
    ("GET", "/settings/mailboxes", "/settings/mailboxes", MANAGES),
    (
        "POST",
        "/settings/mailboxes",
        "/settings/mailboxes",
        [303, 404, 403, 403, 404],
    ),
    ("GET", "/settings/general", "/settings/general", MANAGES),
    (
        "POST",
        "/settings/general",
        "/settings/general",
        [303, 400, 403, 403, 400],
    ),
    ("GET", "/settings/ntfy", "/settings/ntfy", MANAGES),
    (
        "POST",
        "/settings/ntfy",
        "/settings/ntfy",
        [303, 400, 403, 403, 400],
    ),
    ("GET", "/settings/teams", "/settings/teams", MANAGES),
    (
        "GET",
        "/settings/teams/{id}",
        "/settings/teams/{mail}",
        [303, 404, 403, 403, 404],
    ),
    (
        "POST",
        "/settings/teams/{id}",
        "/settings/teams/new",
        [303, 400, 403, 403, 400],
    ),
    ("GET", "/settings/calendars", "/settings/calendars", MANAGES),
    (
        "GET",
        "/settings/calendars/{id}",
        "/settings/calendars/{mail}",
        [303, 404, 403, 403, 404],
    ),
    (
        "POST",
        "/settings/calendars/{id}",
        "/settings/calendars/new",
        [303, 400, 403, 403, 400],
    ),
    (
        "POST",
        "/settings/calendars/{id}/file",
        "/settings/calendars/{mail}/file",
        // No file at all.
        [303, 400, 403, 403, 400],
    ),
    ("GET", "/settings/slas", "/settings/slas", MANAGES),
    (
        "GET",
        "/settings/slas/{id}",
        "/settings/slas/{mail}",
        [303, 404, 403, 403, 404],
    ),
    (
        "POST",
        "/settings/slas/{id}",
        "/settings/slas/new",
        [303, 400, 403, 403, 400],
    ),
    ("GET", "/settings/webhooks", "/settings/webhooks", MANAGES),
    (
        "POST",
        "/settings/webhooks",
        "/settings/webhooks",
        [303, 400, 403, 403, 400],
    ),
    (
        "GET",
        "/settings/webhooks/{id}",
        "/settings/webhooks/{mail}",
        [303, 404, 403, 403, 404],
    ),
    (
        "POST",
        "/settings/webhooks/{id}",
        "/settings/webhooks/{mail}",
        [303, 404, 403, 403, 404],
    ),
    ("GET", "/settings/changes", "/settings/changes", MANAGES),
    ("GET", "/settings/templates", "/settings/templates", MANAGES),
    (
        "GET",
        "/settings/templates/{key}",
        "/settings/templates/ticket.created",
        MANAGES,
    ),
    (
        "POST",
        "/settings/templates/{key}",
        "/settings/templates/ticket.created",
        MANAGES,
    ),
    (
        "GET",
        "/settings/templates/{key}/frame",
        "/settings/templates/ticket.created/frame",
        MANAGES,
    ),
    (
        "POST",
        "/settings/templates/{key}/frame",
        "/settings/templates/ticket.created/frame",
        MANAGES,
    ),
    (
        "GET",
        "/settings/suppressions",
        "/settings/suppressions",
        MANAGES,
    ),
    (
        "POST",
        "/settings/suppressions",
        "/settings/suppressions",
        [303, 303, 403, 403, 303],
    ),
    ("GET", "/settings/canned", "/settings/canned", MANAGES),
    ("POST", "/settings/canned", "/settings/canned", MANAGES),
    (
        "GET",
        "/account/notifications",
        "/account/notifications",
        [303, 200, 200, 200, 200],
    ),
    (
        "POST",
        "/account/notifications",
        "/account/notifications",
        [303; 5],
    ),
    (
        "GET",
        "/account/availability",
        "/account/availability",
        [303, 200, 200, 200, 200],
    ),
    (
        "POST",
        "/account/availability",
        "/account/availability",
        [303; 5],
    ),
    (
        "POST",
        "/tickets/{key}/canned",
        "/tickets/ACME-1/canned",
        [303, 404, 403, 404, 422],
    ),
    // Whoever may read it may follow it.
    (
        "POST",
        "/tickets/{key}/follow",
        "/tickets/ACME-1/follow",
        [303, 404, 303, 404, 303],
    ),
    // Nobody without the link from the mail.
    ("GET", "/rate/{token}", "/rate/0123456789abcdef", [404; 5]),
    ("POST", "/rate/{token}", "/rate/0123456789abcdef", [404; 5]),
    ("GET", "/settings/rules", "/settings/rules", MANAGES),
    (
        "POST",
        "/settings/rules",
        "/settings/rules",
        [303, 400, 403, 403, 400],
    ),
    ("GET", "/settings/rules/new", "/settings/rules/new", MANAGES),
    (
        "POST",
        "/settings/rules/new",
        "/settings/rules/new",
        [303, 400, 403, 403, 400],
    ),
    (
        "GET",
        "/settings/rules/{id}",
        "/settings/rules/{rule}",
        [303, 404, 403, 403, 200],
    ),
    (
        "POST",
        "/settings/rules/{id}",
        "/settings/rules/{rule}",
        [303, 404, 403, 403, 400],
    ),
    (
        "GET",
        "/settings/rules/{id}/versions",
        "/settings/rules/{rule}/versions",
        [303, 404, 403, 403, 200],
    ),
    (
        "POST",
        "/settings/rules/{id}/versions",
        "/settings/rules/{rule}/versions",
        [303, 404, 403, 403, 400],
    ),
    ("GET", "/healthz", "/healthz", ANYBODY),
    ("GET", "/readyz", "/readyz", ANYBODY),
    ("GET", "/metrics", "/metrics", [404; 5]),
    ("POST", "/logout", "/logout", [303; 5]),
];

/// At the host of `public_url`; nobody of a desk has a session there.
const ROOT: &[(&str, &str, &str, u16)] = &[
    ("GET", "/", "/", 200),
    ("GET", "/desk", "/desk?desk=acme", 303),
    ("GET", "/login", "/login", 200),
    ("POST", "/login", "/login", 422),
    ("POST", "/logout", "/logout", 303),
    ("GET", "/platform", "/platform", 303),
    (
        "GET",
        "/set-password/{token}",
        "/set-password/0123456789abcdef0123456789abcdef",
        404,
    ),
    (
        "POST",
        "/set-password/{token}",
        "/set-password/0123456789abcdef0123456789abcdef",
        404,
    ),
];

fn form(route: &str) -> &'static [(&'static str, &'static str)] {
    match route {
        "/login" => &[("email", "x@y.test"), ("password", "wrong")],
        "/logout" => &[],
        "/settings/intake/{id}" => &[("act", "retried")],
        "/settings/completeness" => &[("account", "00000000-0000-7000-8000-000000000000")],
        "/settings/mailboxes" => &[("mailbox", "00000000-0000-7000-8000-000000000000")],
        "/settings/webhooks/{id}" => &[("deed", "test")],
        "/settings/templates/{key}" | "/settings/templates/{key}/frame" => &[
            ("locale", "en"),
            ("subject", "words"),
            ("text", "words"),
            ("then", "check"),
        ],
        "/settings/suppressions" => &[("address", "dead@customer.test"), ("then", "add")],
        "/settings/canned" => &[("name", "words"), ("text", "words"), ("then", "check")],
        "/account/notifications" => &[("pace", "at_once"), ("digest_at", "08:00")],
        "/account/availability" => &[("capacity", "12")],
        "/tickets/{key}/follow" => &[("back", ""), ("follow", "yes")],
        "/rate/{token}" => &[("score", "5")],
        "/set-password/{token}" => &[("email", ""), ("password", ""), ("again", "")],
        "/tickets/{key}/reply" | "/tickets/{key}/note" => &[("back", ""), ("text", "words")],
        "/tickets/{key}/participants" | "/tickets/{key}/requester" => {
            &[("back", ""), ("email", "friend@customer.test")]
        }
        _ => &[("back", "")],
    }
}

async fn ask(browser: &Browser<'_>, method: &str, route: &str, path: &str) -> StatusCode {
    match method {
        "GET" => browser.get(path).await.status,
        _ if form(route).iter().any(|(name, _)| *name == "password") => {
            let own = [("sec-fetch-site", "same-origin")];
            browser.post_as_is(path, form(route), &own).await.status
        }
        _ => browser.post(path, form(route)).await.status,
    }
}

#[tokio::test]
async fn a21_every_route_answers_everybody_as_the_table_says() {
    let house = House::new().await;
    let intake = house.received().await.to_string();
    let people = [
        ("nobody", house.browser("acme.localhost")),
        // At their own host with our ids: the only way in that a foreign session leaves open.
        (
            "another tenant's owner",
            house.logged_in("rival", "owner").await,
        ),
        ("viewer", house.logged_in("acme", "viewer").await),
        ("member", house.logged_in("acme", "member").await),
        ("admin", house.logged_in("acme", "admin").await),
    ];
    let rule = house.rule().await;
    for (method, route, path, expected) in TABLE {
        // Links that are no good count against a network; what came before is forgotten by now.
        if route.starts_with("/rate") {
            house.clock.advance(chrono::Duration::minutes(11));
        }
        let path = path
            .replace("{ticket}", &house.ticket.to_string())
            .replace("{mail}", &house.mail.to_string())
            .replace("{held}", &house.held.to_string())
            .replace("{file}", &house.file.to_string())
            .replace("{intake}", &intake)
            .replace("{rule}", &rule.to_string());
        for ((who, browser), expected) in people.iter().zip(expected) {
            let status = ask(browser, method, route, &path).await;
            assert_eq!(status.as_u16(), *expected, "{method} {path} as {who}");
        }
    }
    // A moment later, so that the wrong passwords above are forgiven.
    house.clock.advance(chrono::Duration::minutes(1));
    for (method, route, path, expected) in ROOT {
        let status = ask(&house.browser("localhost"), method, route, path).await;
        assert_eq!(
            status.as_u16(),
            *expected,
            "{method} {path} at the front door"
        );
    }
}

#[test]
fn a21_no_route_is_missing_from_the_table() {
    for route in page_routes() {
        let listed = TABLE
            .iter()
            .any(|(method, path, ..)| *method == route.method && *path == route.path)
            || ROOT
                .iter()
                .any(|(method, path, ..)| *method == route.method && *path == route.path);
        assert!(
            listed,
            "{} {} is in no table: say who may do what there",
            route.method, route.path
        );
    }
}
