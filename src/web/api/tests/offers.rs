//! Two tickets that look like one conversation, for programs.

use serde_json::{Value, json};

use super::program::{Program, json as read};
use crate::domain::merge::Offer;
use crate::store::joins;
use crate::web::tests::house::House;
use crate::web::tests::offers::offered;

async fn list(program: &Program<'_>, key: &str) -> Vec<Value> {
    let answer = read(&program.get(&format!("/tickets/{key}/offers")).await);
    answer["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn programs_see_offers_and_decide_about_them() {
    let house = House::new().await;
    let offer = offered(&house).await;
    let admin = Program::of(&house, "acme", "admin").await;
    let found = list(&admin, "ACME-1").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["ticket"], "ACME-2");
    assert_eq!(found[0]["id"], offer.id.to_string());
    assert_eq!(found[0]["because"], offer.because);
    let path = format!("/tickets/ACME-1/offers/{}/dismiss", offer.id);
    let viewer = Program::of(&house, "acme", "viewer").await;
    assert_eq!(viewer.post(&path, &json!({})).await.status, 403);
    assert_eq!(admin.post(&path, &json!({})).await.status, 204);
    assert!(list(&admin, "ACME-2").await.is_empty());
    assert_eq!(admin.post(&path, &json!({})).await.status, 404);
    // Another offer, of the same pair, is never made; a new pair can be joined.
    let offer = Offer {
        id: house.web.desk.random.uuid(offer.at),
        ..offer
    };
    let directory = house.web.desk.directory();
    let tenant = directory.by_slug("acme").unwrap().tenant.id;
    let mut tx = house.web.desk.db.write().await.unwrap();
    assert!(!joins::offer(&mut tx, tenant, &offer).await.unwrap());
}

#[tokio::test]
async fn a_member_is_offered_nothing_that_they_may_not_see() {
    let house = House::new().await;
    let offer = offered(&house).await;
    let admin = Program::of(&house, "acme", "admin").await;
    let mine = json!({"assignee": "member@acme.test"});
    assert_eq!(admin.patch("/tickets/ACME-2", &mine).await.status, 200);
    let member = Program::of(&house, "acme", "member").await;
    assert!(list(&member, "ACME-2").await.is_empty());
    let path = format!("/tickets/ACME-2/offers/{}/join", offer.id);
    assert_eq!(member.post(&path, &json!({})).await.status, 404);
}
