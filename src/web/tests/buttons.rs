//! Buttons of pushes: one press, by POST, for their person and ticket.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};

use super::house::{Answer, House};
use crate::domain::button::Deed;
use crate::domain::ids::UserId;
use crate::domain::ticket::Status;
use crate::store::tickets;

/// As a telephone does it: no cookie, no origin.
async fn ask(house: &House, method: Method, path: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "acme.localhost");
    house.call(request.body(Body::empty()).unwrap()).await
}

async fn button(house: &House, role: &str, deed: Deed) -> String {
    let desk = &house.web.desk;
    let directory = desk.directory();
    let office = directory.by_slug("acme").unwrap();
    let user = person(house, role);
    let url = desk
        .with_case(office.tenant.id, house.ticket, |hand, case| {
            Ok(hand.button(case, user, deed))
        })
        .await
        .unwrap();
    url::Url::parse(&url).unwrap().path().to_owned()
}

fn person(house: &House, role: &str) -> UserId {
    let directory = house.web.desk.directory();
    let office = directory.by_slug("acme").unwrap();
    let address = format!("{role}@acme.test").parse().unwrap();
    office.person_at(&address).unwrap().user.id
}

async fn ticket(house: &House) -> crate::domain::ticket::Ticket {
    let directory = house.web.desk.directory();
    let tenant = directory.by_slug("acme").unwrap().tenant.id;
    let mut tx = house.web.desk.db.read().await.unwrap();
    tickets::get(&mut tx, tenant, house.ticket)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_button_works_once_and_only_by_post() {
    let house = House::new().await;
    let path = button(&house, "admin", Deed::Assign).await;
    let looked = ask(&house, Method::GET, &path).await;
    assert_eq!(looked.status, StatusCode::OK);
    assert_eq!(ticket(&house).await.assignee, None, "looking does nothing");
    let pressed = ask(&house, Method::POST, &path).await;
    assert_eq!(pressed.status, StatusCode::OK, "{}", pressed.body);
    assert_eq!(ticket(&house).await.assignee, Some(person(&house, "admin")));
    for method in [Method::GET, Method::POST] {
        assert_eq!(
            ask(&house, method, &path).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn a_button_of_somebody_who_may_not_work_or_has_waited_too_long_does_nothing() {
    let house = House::new().await;
    // The member does not see this ticket; the viewer works on none.
    for role in ["member", "viewer"] {
        let path = button(&house, role, Deed::Resolve).await;
        assert_eq!(
            ask(&house, Method::POST, &path).await.status,
            StatusCode::NOT_FOUND,
            "{role}"
        );
    }
    let path = button(&house, "admin", Deed::Resolve).await;
    house.clock.advance(chrono::Duration::days(8));
    assert_eq!(
        ask(&house, Method::POST, &path).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(ticket(&house).await.status, Status::Open);
}

#[tokio::test]
async fn a_button_of_a_shared_topic_asks_whoever_is_logged_in() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let page = browser.get("/tickets/ACME-1/do/assign").await;
    assert!(
        page.body.contains("Assign this ticket to you?"),
        "{}",
        page.body
    );
    assert!(page.body.contains("action=\"/tickets/ACME-1/change\""));
    let viewer = house.logged_in("acme", "viewer").await;
    let page = viewer.get("/tickets/ACME-1/do/resolve").await;
    assert!(
        !page.body.contains("<button"),
        "who may not work is not asked"
    );
    assert_eq!(
        browser.get("/tickets/ACME-1/do/burn").await.status,
        StatusCode::NOT_FOUND
    );
}
