//! What is said and to whom, on its pages: ratings, canned replies, notices, notifications, followers.

use axum::http::StatusCode;

use super::house::House;
use crate::desk::tenant::TenantChange;
use crate::desk::{DeskError, Who};
use crate::domain::audit::Via;
use crate::domain::person::Role;
use crate::domain::ticket::{Change, Status};
use crate::store::messages;

/// Keeps a page to be looked at, if somebody asked for it.
fn keep(name: &str, body: &str) {
    if let Some(folder) = option_env!("POSTROOM_LOOKS") {
        std::fs::write(format!("{folder}/page-{name}.html"), body).unwrap();
    }
}

fn owner(house: &House) -> Who {
    let directory = house.web.desk.directory();
    let office = directory.by_slug("acme").unwrap();
    let owner = office
        .people
        .iter()
        .find(|m| m.role == Role::Owner)
        .unwrap();
    Who {
        tenant: office.tenant.id,
        user: Some(owner.user.id),
        name: owner.user.name.clone(),
        role: Role::Owner,
    }
}

/// Resolves the ticket with ratings switched on, and finds the link that the customer is sent.
async fn asked(house: &House) -> Result<String, DeskError> {
    let (desk, who) = (&house.web.desk, owner(house));
    let mut change = TenantChange::of(&desk.office(who.tenant)?.tenant);
    (change.settings.csat, change.settings.csat_after_minutes) = (true, 0);
    desk.change_tenant(&who, Via::Page, change).await?;
    let resolved = Change {
        status: Some(Status::Resolved),
        ..Change::default()
    };
    desk.change(&who, house.ticket, resolved).await?;
    desk.ask_ratings().await?;
    let mut tx = desk.db.read().await?;
    let said = messages::newest(&mut tx, who.tenant, house.ticket, 10).await?;
    let mut texts = said.iter().map(|message| message.text.as_str());
    let link = texts
        .find_map(|text| text.split_once("/rate/").map(|(_, rest)| rest.to_owned()))
        .unwrap();
    Ok(format!("/rate/{}", link.split_whitespace().next().unwrap()))
}

#[tokio::test]
async fn opening_a_rating_link_says_nothing_and_a_button_does() {
    let house = House::new().await;
    let link = asked(&house).await.unwrap();
    let customer = house.browser("acme.localhost");
    for _ in 0..3 {
        let page = customer.get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("How did we do?"), "{}", page.body);
        keep("rate", &page.body);
    }
    let own = [("sec-fetch-site", "same-origin")];
    let foreign = [("sec-fetch-site", "cross-site")];
    let refused = customer
        .post_as_is(&link, &[("score", "5")], &foreign)
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let nonsense = customer.post_as_is(&link, &[("score", "6")], &own).await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
    customer.post_as_is(&link, &[("score", "5")], &own).await;
    let comment = [("score", "5"), ("comment", "Fast <b>and</b> friendly")];
    customer.post_as_is(&link, &comment, &own).await;
    let page = customer.get(&link).await.body;
    assert!(
        page.contains("Thank you") && page.contains("Fast &#60;b&#62;"),
        "{page}"
    );
    keep("rated", &page);
    let admin = house.logged_in("acme", "admin").await;
    let ticket = admin.get("/tickets/ACME-1").await.body;
    assert!(
        ticket.contains("Very good") && ticket.contains("rated our work"),
        "{ticket}"
    );
    assert!(!ticket.contains("<b>and</b>"));
}

#[tokio::test]
async fn a_canned_reply_is_written_and_inserted_below_what_is_typed() {
    let house = House::new().await;
    let admin = house.logged_in("acme", "admin").await;
    let wrong = [
        ("name", "Thanks"),
        ("text", "Hello {{ requester.frist_name }}"),
        ("then", "save"),
    ];
    let refused = admin.post("/settings/canned", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("did you mean requester.first_name?"),
        "{}",
        refused.body
    );
    let right = [
        ("name", "Thanks"),
        ("text", "Hello {{ requester.first_name }}, {{ agent.name }}"),
        ("then", "save"),
    ];
    assert_eq!(
        admin.post("/settings/canned", &right).await.status,
        StatusCode::SEE_OTHER
    );
    keep(
        "canned",
        &admin.get("/settings/canned?name=Thanks").await.body,
    );
    let insert = [
        ("back", ""),
        ("text", "First this."),
        ("cc", ""),
        ("in_response_to", ""),
        ("canned", "Thanks"),
    ];
    let page = admin.post("/tickets/ACME-1/canned", &insert).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body
            .contains("First this.\n\nHello Grace, The admin</textarea>"),
        "{}",
        page.body
    );
    keep("composer", &page.body);
}

#[tokio::test]
async fn a_notice_is_worded_checked_shown_and_reset() {
    let house = House::new().await;
    let admin = house.logged_in("acme", "admin").await;
    keep("notices", &admin.get("/settings/templates").await.body);
    let path = "/settings/templates/ticket.csat";
    let shipped = admin.get(path).await.body;
    assert!(shipped.contains("How did we do?"), "{shipped}");
    keep("notice", &shipped);
    let words = |text| {
        [
            ("locale", "en"),
            ("subject", "Mine {{ ticket.key }}"),
            ("text", text),
            ("then", "save"),
        ]
    };
    let refused = admin.post(path, &words("no link")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("csat.url") && refused.body.contains("is missing"),
        "{}",
        refused.body
    );
    keep("notice-refused", &refused.body);
    let own = words("Say it, {{ requester.first_name }}: {{ csat.url }}");
    assert_eq!(admin.post(path, &own).await.status, StatusCode::SEE_OTHER);
    let page = admin.get(path).await.body;
    assert!(
        page.contains("Mine ACME-1") && page.contains("Say it, Grace"),
        "a preview with the newest ticket: {page}"
    );
    let frame = admin
        .get("/settings/templates/ticket.csat/frame?locale=en")
        .await;
    assert!(
        frame
            .header("content-security-policy")
            .starts_with("sandbox "),
        "nothing runs in it"
    );
    assert!(frame.body.contains("Say it, Grace"), "{}", frame.body);
    let changes = admin.get("/settings/changes").await.body;
    assert!(changes.contains("ticket.csat (en)"), "{changes}");
    let reset = [
        ("locale", "en"),
        ("subject", "x"),
        ("text", "x"),
        ("then", "reset"),
    ];
    admin.post(path, &reset).await;
    assert!(!admin.get(path).await.body.contains("Mine ACME-1"));
}

#[tokio::test]
async fn people_choose_what_they_are_told_and_whoever_follows_sees() {
    let house = House::new().await;
    let member = house.logged_in("acme", "member").await;
    let form = [
        ("mail.new", "all"),
        ("ntfy.new", "none"),
        ("pace", "daily"),
        ("digest_at", "07:30"),
        ("quiet_from", "22:00"),
        ("quiet_to", "06:00"),
        ("urgent_passes", "yes"),
        ("timezone", "Europe/Vienna"),
        ("topic", "my-phone"),
    ];
    let saved = member.post("/account/notifications", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let page = member.get("/account/notifications").await.body;
    for shown in [
        "my-phone",
        "07:30",
        "22:00",
        "Europe/Vienna",
        "<option value=\"daily\" selected>",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    keep("notifications", &page);
    let nonsense = [
        ("pace", "daily"),
        ("digest_at", "07:30"),
        ("timezone", "Mars"),
    ];
    let refused = member.post("/account/notifications", &nonsense).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // A ticket that does not exist for them does once somebody lets them follow it.
    assert_eq!(
        member.get("/tickets/ACME-1").await.status,
        StatusCode::NOT_FOUND
    );
    let directory = house.web.desk.directory();
    let office = directory.by_slug("acme").unwrap();
    let user = office
        .people
        .iter()
        .find(|m| m.role == Role::Member)
        .unwrap()
        .user
        .id;
    house
        .web
        .desk
        .follow(&owner(&house), house.ticket, user, true)
        .await
        .unwrap();
    let page = member.get("/tickets/ACME-1").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Stop following"));
    keep("ticket", &page.body);
    member
        .post("/tickets/ACME-1/follow", &[("back", ""), ("follow", "no")])
        .await;
    assert_eq!(
        member.get("/tickets/ACME-1").await.status,
        StatusCode::NOT_FOUND
    );
}
