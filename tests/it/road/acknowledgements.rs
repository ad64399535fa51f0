//! Acknowledgements carry nothing of the sender's and come in budgets (A8); whatever answers by itself comes to rest
//! (A9, F25).

use postroom::store;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const CANARY: &str = "CANARY buy-pills.test";

/// Another house, with an address and a key of its own.
const OTHER: &str = r#"
[[tenant]]
slug = "acme"
name = "Other"
ticket_prefix = "ACME"
acknowledge = "always"
[[tenant.user]]
email = "olga@staff.test"
name = "Olga"
role = "owner"
password = "correct horse battery"
[[tenant.mailbox]]
address = "support@other.test"
name = "Other"
"#;

fn tenant(slug: &str) -> String {
    let prefix = slug.to_uppercase();
    format!(
        "[[tenant]]\nslug = \"{slug}\"\nname = \"{slug}\"\nticket_prefix = \"{prefix}\"\nacknowledge = \"always\"\n[[tenant.mailbox]]\naddress = \"support@{slug}.test\"\nname = \"{slug}\"\n"
    )
}

async fn acknowledged(road: &Road, address: &str) -> usize {
    road.queued(address).await.len()
}

/// Writes down that a tenant acknowledged so many mails just now.
async fn sent_already(road: &Road, slug: &str, count: usize) {
    let tenant = road.desk.directory().by_slug(slug).unwrap().tenant.id;
    let rows: Vec<_> = (0..count)
        .map(|n| (tenant, format!("p{n}@elsewhere.test").parse().unwrap()))
        .collect();
    let mut tx = road.desk.db.write().await.unwrap();
    store::acknowledged::put_all(&mut tx, &rows, road.desk.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

both_databases! {
    async fn a8_an_acknowledgement_carries_nothing_of_the_senders(database: TestDatabase) {
        let road = Road::new(database).await;
        let from = format!("{CANARY} <grace@customers.test>");
        road.receive(&mail(&from, "support@acme.test", "m1@customers.test", CANARY, "", CANARY)).await;
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        let parsed = postroom::domain::mail::parse(sent.as_bytes());
        let shown = format!("{sent}{}{}{:?}", parsed.text, parsed.subject, parsed.to);
        assert!(!shown.contains("CANARY") && !shown.contains("buy-pills"), "{shown}");
    }

    async fn a8_an_address_is_sent_one_a_day_by_a_tenant_and_three_by_all(database: TestDatabase) {
        let road = Road::new(database).await;
        road.apply(&["one", "two", "three"].map(tenant).concat()).await;
        let from = "Grace <grace@customers.test>";
        for (n, slug) in ["one", "two", "one", "acme", "three"].into_iter().enumerate() {
            let to = format!("support@{slug}.test");
            road.receive(&mail(from, &to, &format!("m{n}@customers.test"), "Printer", "", "one")).await;
        }
        // The second to "one" is too soon for that tenant, the one to "three" is the fourth of the day.
        assert_eq!(acknowledged(&road, "grace@customers.test").await, 3);
        assert_eq!(road.tickets("three").await.len(), 1, "it is a ticket all the same");
        road.pass("2026-11-24T09:00:00Z").await;
        road.receive(&mail(from, "support@three.test", "m9@customers.test", "Scanner", "", "one")).await;
        assert_eq!(acknowledged(&road, "grace@customers.test").await, 4);
    }

    async fn a8_a_tenant_that_sent_too_many_rests_for_an_hour_and_its_admins_hear_of_it_once(database: TestDatabase) {
        let road = Road::new(database).await;
        sent_already(&road, "acme", postroom::domain::acknowledge::PER_HOUR).await;
        let write = async |n: usize| {
            let from = format!("n{n}@customers.test");
            road.receive(&mail(&from, "support@acme.test", &format!("m{n}@customers.test"), "Printer", "", "one")).await;
            acknowledged(&road, &from).await
        };
        assert_eq!([write(1).await, write(2).await], [0, 0]);
        assert_eq!(road.alerts().await.len(), 1, "one alert, however many mails follow");
        road.pass("2026-11-23T09:59:59Z").await;
        assert_eq!(write(3).await, 0);
        road.pass("2026-11-23T10:00:00Z").await;
        assert_eq!(write(4).await, 1, "it ends by itself");
    }

    async fn f25_two_houses_an_absent_customer_and_a_bouncing_server_come_to_rest(database: TestDatabase) {
        let ours = Road::new(database).await;
        let other = Road::with(TestDatabase::sqlite(), OTHER).await;
        // Somebody sets the two houses on each other, and a customer who is away and one who does not exist on both.
        for from in ["support@other.test", "away@customers.test", "dead@customers.test"] {
            ours.receive(&mail(from, "support@acme.test", &format!("a.{from}"), "Hello", "", "one")).await;
        }
        for from in ["support@acme.test", "away@customers.test", "dead@customers.test"] {
            other.receive(&mail(from, "support@other.test", &format!("b.{from}"), "Hello", "", "one")).await;
        }
        let mut seen = [0, 0];
        let mut ways = std::collections::BTreeMap::<String, usize>::new();
        for round in 0.. {
            assert!(round < 6, "it never ends: {ways:?}");
            let mut moved = false;
            for (side, (house, neighbour)) in [(&ours, &other), (&other, &ours)].into_iter().enumerate() {
                let sent = house.sent().await;
                for (n, letter) in sent.iter().enumerate().skip(seen[side]) {
                    let answer = match letter.recipient.as_str() {
                        "support@acme.test" | "support@other.test" => {
                            // As bad as it gets: what came between threw away every mark of a machine.
                            neighbour.receive(&unmarked(&letter.raw)).await;
                            None
                        }
                        "away@customers.test" => Some(vacation(&letter.raw, &format!("v{side}.{n}"))),
                        "dead@customers.test" => Some(bounce(letter, &format!("d{side}.{n}"))),
                        _ => continue,
                    };
                    *ways.entry(format!("{side} to {}", letter.recipient)).or_default() += 1;
                    if let Some(answer) = answer {
                        house.receive(&answer).await;
                    }
                    moved = true;
                }
                seen[side] = sent.len();
            }
            if !moved {
                break;
            }
        }
        assert!(ways.values().all(|count| *count <= 2), "{ways:?}");
        assert_eq!(ways.len(), 6, "every way was gone: {ways:?}");
    }
}

/// A mail without the headers that say that a machine wrote it.
fn unmarked(raw: &str) -> String {
    let marks = [
        "Auto-Submitted:",
        "X-Auto-Response-Suppress:",
        "Precedence:",
        "X-Postroom-",
    ];
    let (head, body) = raw.split_once("\r\n\r\n").unwrap();
    let kept: Vec<_> = head
        .split("\r\n")
        .filter(|line| !marks.iter().any(|mark| line.starts_with(mark)))
        .collect();
    format!("{}\r\n\r\n{body}", kept.join("\r\n"))
}

/// A vacation responder of the bad kind: it answers everything, every time, as if a person did.
fn vacation(raw: &str, id: &str) -> String {
    let to = Road::header(raw, "Reply-To");
    let more = format!("In-Reply-To: {}\r\n", Road::header(raw, "Message-ID"));
    mail(
        "away@customers.test",
        &to,
        &format!("{id}@customers.test"),
        "Re: Hello",
        &more,
        "I am on holiday.",
    )
}

/// A server that knows nobody of that name.
fn bounce(letter: &super::desk::Sent, id: &str) -> String {
    let mail_id = Road::header(&letter.raw, "Message-ID");
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@customers.test\r\nTo: {}\r\nMessage-ID: <{id}@customers.test>\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {mail_id}\r\n\r\n--b--\r\n",
        letter.envelope_from, letter.recipient
    )
}
