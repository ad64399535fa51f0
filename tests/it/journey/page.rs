//! The same by page, in a real Chromium.

use serde_json::json;

use super::House;
use crate::support::TestDatabase;
use crate::support::browser::Browser;
use crate::support::database::both_databases;

both_databases! {
    async fn an_answer_given_on_the_page_is_in_the_customers_mailbox(database: TestDatabase) {
        let house = House::start(database, "").await;
        let inbox = house.servers.maildir(&house.customer("grace"));
        house.customer_writes("grace", "m1@customers.test", "Printer on fire", "It burns.").await;
        house.api("ada").await.wait_for("/tickets", |ticket| ticket["key"] == "ACME-1").await;
        let steps = json!([
            {"goto": "/"},
            {"fill": ["#email", house.address("ada")]}, {"fill": ["#password", "demo"]},
            {"click": "button.primary"},
            {"see": ".row"},
            {"goto": "/tickets/ACME-1"}, {"see": "article.message"},
            {"press": "r"}, {"see": "#reply-text:focus"},
            {"fill": ["#reply-text", "Use water."]},
            {"press": "Control+Enter"},
            {"see": ".flash"}, {"text": ".flash", "as": "flash"},
            {"press": "Escape"}, {"press": "n"}, {"see": "#note-text:focus"},
            {"fill": ["#note-text", "CANARY: a difficult customer."]},
            {"press": "Control+Enter"}, {"see": ".message.note"},
        ]);
        let seen = Browser::new(&house.daemon.tenant_url("acme")).run(steps).await;
        assert_eq!(seen.values["flash"], "Your reply is on its way.");
        assert!(seen.problems.is_empty(), "{:?}", seen.problems);
        let got = inbox.wait_for("the reply", |mail| mail.says("Use water.")).await;
        assert_eq!(got.header("In-Reply-To").unwrap(), "<m1@customers.test>");
        let all = inbox.wait_for_count(2).await;
        assert_eq!(all.len(), 2, "the acknowledgement and the reply");
        assert!(all.iter().all(|mail| !String::from_utf8_lossy(&mail.raw).contains("CANARY")));
    }
}
