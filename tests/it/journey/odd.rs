//! Mail that other programs have lost: read elsewhere, old, without an id, with somebody else's id, malformed.

use std::collections::HashMap;

use serde_json::Value;

use super::ledger::{is_sound, texts};
use super::{House, letter};
use crate::support::TestDatabase;
use crate::support::api::Api;
use crate::support::database::both_databases;
use crate::support::wait_for;

const JUNE: &str = "05-Jun-2026 10:00:00 +0000";

/// Waits until so many mails are through, and gives their states.
async fn settled(api: &Api, count: usize) -> HashMap<String, usize> {
    let intake = wait_for("the mails to be through", async || {
        let all = api.list("/intake").await;
        let through = |mail: &Value| mail["state"] != "spooled";
        (all.len() >= count && all.iter().all(through)).then_some(all)
    })
    .await;
    let mut states = HashMap::new();
    for mail in &intake {
        let state = mail["state"].as_str().unwrap().to_owned();
        if state != "processed" {
            assert!(mail["reason"].is_string(), "no reason: {mail}");
        }
        *states.entry(state).or_default() += 1;
    }
    states
}

both_databases! {
    async fn mail_that_looks_read_old_or_known_becomes_messages_all_the_same(database: TestDatabase) {
        let house = House::start(database, "").await;
        let (api, from, to) = (house.api("ada").await, house.customer("grace"), house.desk());
        let mail = |id: &str, text: &str| letter(&from, &to, id, text, "", &format!("CANARY {text}"));
        let without_id = |text: &str| mail("x", text).replace("Message-ID: <x>\r\n", "");
        let mut imap = house.servers.imap(&to).await;
        let old = mail("old@customers.test", "old").replace("23 Nov 2026", "01 Jun 2026").replace("Mon,", "");
        for (flags, date, raw) in [
            (r"\Seen", None, mail("seen@customers.test", "seen")),
            (r"\Seen \Answered \Flagged", Some(JUNE), mail("flagged@customers.test", "flagged")),
            ("", Some(JUNE), old),
            ("", None, without_id("nameless")),
            ("", None, without_id("nameless too")),
            ("", None, mail("reused@customers.test", "first use")),
            ("", None, mail("reused@customers.test", "second use")),
            ("", None, mail("twice@customers.test", "twice")),
            (r"\Seen", Some(JUNE), mail("twice@customers.test", "twice")),
        ] {
            imap.append("INBOX", flags, date, raw.as_bytes()).await;
        }
        let states = settled(&api, 9).await;
        assert_eq!(states, [("processed".to_owned(), 8), ("duplicate".to_owned(), 1)].into());
        let mut messages = texts(&house.database, "SELECT text FROM messages WHERE kind = 'inbound'").await;
        for text in &mut messages {
            *text = text.trim().trim_start_matches("CANARY ").to_owned();
        }
        messages.sort();
        let expected = ["first use", "flagged", "nameless", "nameless too", "old", "second use", "seen", "twice"];
        assert_eq!(messages, expected);
        is_sound(&house.database).await;
    }

    async fn malformed_mail_is_kept_and_stops_nobody(database: TestDatabase) {
        let house = House::start(database, "").await;
        let (api, from, to) = (house.api("ada").await, house.customer("grace"), house.desk());
        let inbox = house.servers.maildir(&to);
        let good = |id: &str| letter(&from, &to, id, id, "", "Hello.");
        let crowd: Vec<_> = (0..10_000).map(|n| format!("somebody-with-a-name-{n}@customers.test")).collect();
        let bad: [Vec<u8>; 9] = [
            b"\r\n".to_vec(),
            b"no header at all".to_vec(),
            good("two@customers.test").replace("From:", "From: eve@evil.test\r\nFrom:").into(),
            good("none@customers.test").replace("From:", "X-From:").into(),
            good(&"long".repeat(2560)).into(),
            good("nul@customers.test").replace("Hello", "He\0llo").into(),
            good("crowd@customers.test").replace("To: ", &format!("To: {},\r\n ", crowd.join(",\r\n "))).into(),
            [good("bytes@customers.test").as_bytes(), &[0xff, 0xfe, 0x80, b'\r', b'\n'].repeat(500)].concat(),
            good("endless@customers.test").replace("Hello.", &"x".repeat(2_000_000)).into(),
        ];
        for raw in &bad {
            inbox.drop(raw);
        }
        inbox.drop(good("neighbour@customers.test").as_bytes());
        let states = settled(&api, 10).await;
        assert_eq!(states.values().sum::<usize>(), 10, "{states:?}");
        assert!(states["processed"] >= 7, "{states:?}");
        api.wait_for("/tickets", |ticket| ticket["subject"] == "neighbour@customers.test").await;
        is_sound(&house.database).await;
    }
}
