//! What a reply token is worth, and when no longer (A3): its key rotates.

use postroom::domain::message::MatchedBy;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

/// A ticket of Grace's, and the address that her acknowledgement asks her to answer to.
async fn opened(road: &Road) -> String {
    road.receive(&mail(
        GRACE,
        "support@acme.test",
        "m1@customers.test",
        "Printer",
        "",
        "one",
    ))
    .await;
    Road::header(&road.queued("grace@customers.test").await[0], "Reply-To")
}

/// How many messages of a ticket came by a token.
async fn by_token(road: &Road, key: &str) -> usize {
    let messages = road.messages(key).await;
    messages
        .iter()
        .filter(|m| m.matched_by == MatchedBy::Token)
        .count()
}

both_databases! {
    async fn a3_a_token_outlives_one_rotation_of_its_key_and_not_two(database: TestDatabase) {
        let road = Road::new(database).await;
        let first = opened(&road).await;
        let rotate = async |expected: &str| {
            let said = road.command(&["key", "rotate", "--tenant", "acme"]).await;
            assert!(said.contains(expected), "{said}");
            road.desk.refresh().await.unwrap();
        };
        rotate("acme: key ab signs").await;
        road.receive(&mail(GRACE, &first, "m2@customers.test", "two", "", "two")).await;
        assert_eq!(by_token(&road, "ACME-1").await, 1, "the key before still verifies");
        // What is written now carries the new key, and lives on.
        road.receive(&mail("eve@customers.test", "support@acme.test", "e1@customers.test", "Scanner", "", "one")).await;
        let second = Road::header(&road.queued("eve@customers.test").await[0], "Reply-To");
        assert!(second.contains("+ab"), "{second}");
        rotate("acme: key ac signs").await;
        road.receive(&mail(GRACE, &first, "m3@customers.test", "three", "", "three")).await;
        assert_eq!(by_token(&road, "ACME-1").await, 1, "two rotations end a token");
        road.receive(&mail("eve@customers.test", &second, "e2@customers.test", "two", "", "two")).await;
        assert_eq!(by_token(&road, "ACME-2").await, 1);
        // Of one tenant alone: the other has its first key still.
        let directory = road.desk.directory();
        let keys = |slug: &str| directory.by_slug(slug).unwrap().token_keys.iter().map(|k| k.id).collect::<Vec<_>>();
        assert_eq!(keys("acme"), [*b"ac", *b"ab"]);
        assert_eq!(keys("globex"), [*b"aa"]);
        let said = road.command(&["key", "rotate"]).await;
        assert!(said.contains("acme: key ad") && said.contains("globex: key ab"), "{said}");
    }
}
