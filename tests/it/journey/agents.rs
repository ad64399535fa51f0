//! A whole day from the mail client: an agent answers notices with a real mutt and a real neomutt.

use serde_json::json;

use super::House;
use crate::support::TestDatabase;
use crate::support::client::Answer;
use crate::support::database::both_databases;
use crate::support::vouching;

both_databases! {
    async fn an_agent_answers_notices_from_real_mail_clients(database: TestDatabase) {
        // The test's own MX vouches for nobody: the token and the address must do.
        let house = House::start(database, "agent_mail = \"token\"\n").await;
        let (api, bob, grace) = (house.api("ada").await, house.address("bob"), house.customer("grace"));
        house.customer_writes("grace", "m1@customers.test", "Printer on fire", "It burns.").await;
        api.wait_for("/tickets", |ticket| ticket["key"] == "ACME-1").await;
        api.patch("/tickets/ACME-1", &json!({"assignee": bob})).await;
        let told = house.servers.maildir(&bob);
        told.wait_for("the notice", |mail| mail.says("It burns.")).await;
        let inbox = house.servers.maildir(&grace);

        for (client, style, typed, sent) in [
            ("mutt", "top", "Use water.", "Use water."),
            ("neomutt", "bottom", "Use much water.", "Use much water."),
            ("mutt", "inline", "Here.", "Here."),
            ("neomutt", "top", "#priority urgent\n@tag fire\n\nCall the brigade.", "Call the brigade."),
            ("mutt", "bare", "/resolve\nIt is over.", "It is over."),
        ] {
            let mut answer = Answer::new(&bob, "~s ACME-1", typed);
            (answer.client, answer.style) = (client, style);
            answer.send(house.servers).await;
            let got = inbox.wait_for(sent, |mail| mail.says(sent)).await;
            let text = got.parsed().body_text(0).map(|text| text.trim().to_owned()).unwrap_or_default();
            assert_eq!(text, sent, "{client}, {style}");
            assert_eq!(got.header("In-Reply-To").as_deref(), Some("<m1@customers.test>"));
            let raw = String::from_utf8_lossy(&got.raw).into_owned();
            let (_, ours) = raw.split_once("From: ").unwrap();
            assert!(!ours.contains(&bob) && ours.contains(&house.desk()), "{client}, {style}: {ours}");
        }
        let ticket = api.wait_for("/tickets", |ticket| ticket["status"] == "resolved").await;
        assert_eq!((&ticket["priority"], &ticket["tags"]), (&json!("urgent"), &json!(["fire"])));

        // Commands alone reach nobody; what is not understood comes back.
        let mut command = Answer::new(&bob, "~s ACME-1", "#reopen");
        command.style = "top";
        command.send(house.servers).await;
        api.wait_for("/tickets", |ticket| ticket["status"] == "open").await;
        Answer::new(&bob, "~s ACME-1", "#frobnicate\n\nHello.").send(house.servers).await;
        told.wait_for("the question", |mail| mail.says("no command") && mail.says("Hello.")).await;
        assert_eq!(inbox.mails().iter().filter(|mail| mail.says("Hello.")).count(), 0);
        let shown = api.list("/tickets/ACME-1/messages").await;
        assert!(shown.iter().any(|message| message["held"] == true && message["kind"] == "reply"), "{shown:?}");
    }

    async fn under_strict_what_the_mx_vouches_for_is_sent(database: TestDatabase) {
        let house = House::start(database, "agent_mail = \"strict\"\n").await;
        let (api, bob, grace) = (house.api("ada").await, house.address("bob"), house.customer("grace"));
        house.customer_writes("grace", "m1@customers.test", "Printer on fire", "It burns.").await;
        api.wait_for("/tickets", |ticket| ticket["key"] == "ACME-1").await;
        api.patch("/tickets/ACME-1", &json!({"assignee": bob})).await;
        house.servers.maildir(&bob).wait_for("the notice", |mail| mail.says("It burns.")).await;
        let inbox = house.servers.maildir(&grace);
        let vouching = vouching::start(house.servers.mx_port(), "mx.test").await;

        for (client, style, typed, sent) in [
            ("mutt", "bottom", "Use water.", "Use water."),
            ("neomutt", "top", "#tag fire\n\nUse much water.", "Use much water."),
        ] {
            let mut answer = Answer::new(&bob, "~s ACME-1", typed);
            (answer.client, answer.style, answer.smtp) = (client, style, Some(vouching));
            answer.send(house.servers).await;
            let got = inbox.wait_for(sent, |mail| mail.says(sent)).await;
            let text = got.parsed().body_text(0).map(|text| text.trim().to_owned()).unwrap_or_default();
            assert_eq!(text, sent, "{client}");
            let shown = api.list("/tickets/ACME-1/messages").await;
            let message = shown.iter().find(|message| message["reply_text"] == sent).unwrap();
            assert_eq!((&message["held"], &message["authentication"]), (&json!(false), &json!("pass")), "{client}");
        }
    }
}
