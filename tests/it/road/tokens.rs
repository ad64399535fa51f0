//! What a reply token is worth, and when no longer (guarantees A3, A7): keys rotate, time passes, people leave.

use postroom::domain::message::MatchedBy;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";
const ADA: &str = "Ada <ada@agents.test>";

/// A mail as the trusted server hands it on, which says that its sender is proven.
fn proven(domain: &str, raw: &str) -> String {
    format!(
        "Authentication-Results: mx.acme.test; dmarc=pass header.from={domain}\r\nReceived: from x by mx.acme.test; Mon, 23 Nov 2026 09:00:00 +0000\r\n{raw}"
    )
}

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

    async fn a3_a_token_is_worth_nothing_to_another_tenant_or_after_its_time(database: TestDatabase) {
        let road = Road::new(database).await;
        let to = opened(&road).await;
        let foreign = to.replace("acme.test", "globex.test");
        road.receive(&mail(GRACE, &foreign, "m2@customers.test", "two", "", "two")).await;
        assert_eq!(road.messages("ACME-1").await.len(), 2, "the mail and its acknowledgement");
        assert_eq!(by_token(&road, "GLX-1").await, 0);
        road.pass("2027-11-24T09:00:00Z").await;
        road.receive(&mail(GRACE, &to, "m3@customers.test", "three", "", "three")).await;
        assert_eq!(by_token(&road, "ACME-1").await, 0);
    }

    async fn a3_a_customers_token_does_not_make_an_agent(database: TestDatabase) {
        let road = Road::new(database).await;
        let to = opened(&road).await;
        let before = road.queued("grace@customers.test").await.len();
        road.receive(&proven("agents.test", &mail(ADA, &to, "a1@agents.test", "Re: Printer", "", "Send money."))).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), before, "nothing goes to the customer");
    }

    async fn a7_who_left_or_only_looks_speaks_no_more(database: TestDatabase) {
        let road = Road::new(database).await;
        opened(&road).await;
        let notice = road.queued("ada@agents.test").await.pop().unwrap();
        let to = Road::header(&notice, "Reply-To");
        let before = road.queued("grace@customers.test").await.len();
        road.command(&["user", "add", "--tenant", "acme", "--role", "viewer", "ada@agents.test"]).await;
        road.desk.refresh().await.unwrap();
        road.receive(&proven("agents.test", &mail(ADA, &to, "a1@agents.test", "Re: Printer", "", "As a viewer."))).await;
        road.command(&["user", "disable", "--tenant", "acme", "ada@agents.test"]).await;
        road.desk.refresh().await.unwrap();
        road.receive(&proven("agents.test", &mail(ADA, &to, "a2@agents.test", "Re: Printer", "", "As a guest."))).await;
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
        let states: Vec<_> = road.intake().await.iter().skip(1).map(|m| m.state.as_str()).collect();
        assert_eq!(states, ["quarantined", "quarantined"]);
    }
}
