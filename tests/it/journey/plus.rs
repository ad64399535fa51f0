//! A new mailbox finds out by itself, at real servers, whether its plus-address reaches it (TH8).

use std::time::Duration;

use super::House;
use super::house::{tenant, within};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

both_databases! {
    async fn a_new_mailbox_finds_out_that_its_plus_address_works(database: TestDatabase) {
        let house = House::start(database, "acknowledge = \"off\"").await;
        let api = house.api("ada").await;
        let address = house.address("second");
        // Nobody says whether the server delivers it.
        let mailbox = house.mailbox("second", "second").replace("plus = true\n", "");
        let seed = tenant("acme", "") + &house.account("second", "second", "") + &mailbox;
        house.daemon.apply(&seed).await;
        within(Duration::from_mins(3), "the probe to come back", async || {
            let mailboxes = api.list("/mailboxes").await;
            let new = mailboxes.iter().find(|m| m["address"] == address.as_str())?;
            (new["plus_address"] == "works").then_some(())
        })
        .await;
        // It is neither a ticket nor answered, and what was decided was not tested.
        assert!(api.list("/tickets").await.is_empty());
        let sent = api.list("/outbox").await;
        assert_eq!(sent.len(), 1, "{sent:?}");
        let decided = api.list("/mailboxes").await;
        assert!(decided.iter().any(|m| m["plus_address"] == "on"), "{decided:?}");
    }
}
