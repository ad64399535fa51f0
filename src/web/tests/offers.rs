//! Two tickets that look like one conversation, on the page.

use axum::http::StatusCode;

use super::house::House;
use crate::desk::Who;
use crate::desk::open::NewTicket;
use crate::domain::address::Party;
use crate::domain::merge::Offer;
use crate::domain::message::MatchedBy;
use crate::domain::person::Role;
use crate::store::{joins, tickets};

/// A second ticket of acme, offered for joining with the first.
pub async fn offered(house: &House) -> Offer {
    let desk = &house.web.desk;
    let who = Who {
        tenant: desk.directory().by_slug("acme").unwrap().tenant.id,
        user: None,
        name: "Test".into(),
        role: Role::Owner,
    };
    let new = NewTicket {
        subject: "Re: Can't log in".into(),
        text: "Words.".into(),
        requester: Party {
            email: "grace@navy.test".into(),
            name: "Grace Hopper".into(),
        },
        mailbox: None,
        priority: None,
        tags: vec![],
        notify: false,
        by: MatchedBy::Api,
    };
    let younger = desk.open_ticket(&who, new).await.unwrap();
    let offer = Offer {
        id: desk.random.uuid(desk.clock.now()),
        into: house.ticket,
        from: younger,
        inbound: None,
        because: "A mail that came late refers to mails of both.".into(),
        at: desk.clock.now(),
    };
    let mut tx = desk.db.write().await.unwrap();
    assert!(joins::offer(&mut tx, who.tenant, &offer).await.unwrap());
    tx.commit().await.unwrap();
    offer
}

#[tokio::test]
async fn an_offer_stands_on_both_tickets_and_one_click_joins_them() {
    let house = House::new().await;
    let offer = offered(&house).await;
    let browser = house.logged_in("acme", "admin").await;
    for (key, other) in [("ACME-1", "ACME-2"), ("ACME-2", "ACME-1")] {
        let page = browser.get(&format!("/tickets/{key}")).await.body;
        assert!(
            page.contains("It looks like the same conversation"),
            "{page}"
        );
        assert!(page.contains("refers to mails of both") && page.contains(other));
        assert!(page.contains(&format!("/tickets/{key}/offers/{}/join", offer.id)));
    }
    let viewer = house.logged_in("acme", "viewer").await;
    let page = viewer.get("/tickets/ACME-1").await.body;
    assert!(!page.contains("Join them"), "a viewer decides nothing");
    let path = format!("/tickets/ACME-2/offers/{}/join", offer.id);
    let answer = browser.post(&path, &[("back", "")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert!(answer.header("location").starts_with("/tickets/ACME-1"));
    let mut tx = house.web.desk.db.read().await.unwrap();
    let directory = house.web.desk.directory();
    let tenant = directory.by_slug("acme").unwrap().tenant.id;
    let younger = tickets::get(&mut tx, tenant, offer.from).await.unwrap();
    assert_eq!(younger.unwrap().merged_into, Some(house.ticket));
    let page = browser.get("/tickets/ACME-1").await.body;
    assert!(!page.contains("It looks like the same conversation"));
}
