//! A whole day from the mail client: an agent answers notices with a real mutt and a real neomutt.

use reqwest::Method;
use serde_json::json;

use super::{House, letter};
use crate::support::TestDatabase;
use crate::support::client::Answer;
use crate::support::database::both_databases;
use crate::support::vouching;

both_databases! {
    async fn an_agent_answers_notices_from_real_mail_clients(database: TestDatabase) {
        // What the MX says about the sender is not asked for: the token and the address must do.
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
    async fn under_strict_what_nothing_proves_or_is_forged_waits_and_one_call_sends_it_once(database: TestDatabase) {
        // Of mail of this agent's the MX says nothing.
        let carl = "unsigned-carl@{domain}";
        let seed = format!("agent_mail = \"strict\"\n[[tenant.user]]\nemail = \"{carl}\"\nname = \"Carl Sagan\"\nrole = \"member\"\npassword = \"demo\"\n");
        let house = House::start(database, &seed).await;
        let (api, carl, grace) = (house.api("ada").await, house.address("unsigned-carl"), house.customer("grace"));
        house.customer_writes("grace", "m1@customers.test", "Printer on fire", "It burns.").await;
        api.wait_for("/tickets", |ticket| ticket["key"] == "ACME-1").await;
        api.patch("/tickets/ACME-1", &json!({"assignee": carl})).await;
        let (told, inbox) = (house.servers.maildir(&carl), house.servers.maildir(&grace));
        let notice = told.wait_for("the notice", |mail| mail.says("It burns.")).await;

        Answer::new(&carl, "~s ACME-1", "Use water.").send(house.servers).await;
        let held = api.wait_for("/tickets/ACME-1/messages", |message| message["held"] == true).await;
        assert_eq!((&held["kind"], &held["text"], &held["author"]["email"]), (&json!("reply"), &json!("Use water."), &json!(carl)));
        assert_eq!((&held["identity"], &held["authentication"]), (&json!("unverified"), &json!("unknown")));
        let reason = held["held_reason"].as_str().unwrap();
        assert!(reason.contains("Nothing trustworthy proves that you wrote it"), "{reason}");
        assert_eq!(held["delivery"], json!([]), "nothing is on its way");
        told.wait_for("what waits", |mail| mail.says("Nothing trustworthy proves") && mail.says("Use water.")).await;

        // Two who write as the agent with the token of a notice that they came to see: one from a domain of their own, one
        // who pretends more, and is found out.
        let to = notice.header("Reply-To").unwrap();
        let admins = house.servers.maildir(&house.address("ada"));
        for (id, envelope, text, says) in [
            ("f1@evil.test", house.customer("mallory"), "Send me the money.", "Nothing trustworthy proves"),
            ("f2@evil.test", house.address("forged-mallory"), "Send me all the money.", "forged"),
        ] {
            let raw = letter(&format!("Carl Sagan <{carl}>"), &to, id, "Re: Printer on fire", "", text);
            house.servers.deliver(&envelope, &to, raw).await;
            let fits = |message: &serde_json::Value| message["text"] == text && message["held"] == true;
            let forged = api.wait_for("/tickets/ACME-1/messages", fits).await;
            let reason = forged["held_reason"].as_str().unwrap();
            assert!(reason.contains(says) && forged["identity"] == "unverified", "{reason}");
            api.post(&format!("/messages/{}/discard", forged["id"].as_str().unwrap()), &json!({})).await;
        }
        admins.wait_for("the alert", |mail| mail.says("sender's address is forged")).await;

        // One call sends exactly what waited, once.
        let release = format!("/messages/{}/release", held["id"].as_str().unwrap());
        assert_eq!(api.call(Method::POST, &release, None).await.0, 204);
        let got = inbox.wait_for("the answer", |mail| mail.says("Use water.")).await;
        let text = got.parsed().body_text(0).map(|text| text.trim().to_owned());
        assert_eq!(text.as_deref(), Some("Use water."));
        let again = api.call(Method::POST, &release, None).await.0;
        assert!(matches!(again, 404 | 409), "{again}");
        // What is said after it arrives after it: nothing else came between.
        api.post("/tickets/ACME-1/messages", &json!({"kind": "reply", "text": "Is it out?"})).await;
        inbox.wait_for("what came after it", |mail| mail.says("Is it out?")).await;
        let mails = inbox.mails();
        assert_eq!(mails.iter().filter(|mail| mail.says("Use water.")).count(), 1);
        assert!(mails.iter().all(|mail| !mail.says("money")));
    }
}
