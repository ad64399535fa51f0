//! A desk on which something stands on every page.

use chrono::TimeDelta;
use postroom::desk::rulebook::RuleDraft;
use postroom::desk::speak::Reply;
use postroom::domain::audit::Via;
use postroom::domain::button::Deed;
use postroom::domain::person::{Away, Presence};
use postroom::domain::ticket::{Change, Status};
use postroom::store::cursors::{self, Cursor};
use postroom::store::inbound::InboundState;
use postroom::store::webhooks::{self, Call};

use super::Place;
use crate::road::{REPORT, mail};
use crate::support::TestDatabase;

/// What a desk has after some months.
const MORE: &str = r#"
[[tenant]]
slug = "acme"
name = "Acme GmbH"
csat = true
csat_after_minutes = 30
[[tenant.account]]
name = "main"
trusted_host = "mx.acme.test"
imap = { host = "127.0.0.1", port = 1, tls = "none", username = "support@acme.test", password = "secret" }
smtp = { host = "127.0.0.1", port = 1, tls = "none" }
[[tenant.mailbox]]
address = "support@acme.test"
account = "main"
[[tenant.calendar]]
name = "Hotline, also on Saturdays"
hours = { mon = ["08:00-12:30", "13:30-18:00"], tue = ["08:00-18:00"], wed = ["08:00-18:00"], thu = ["08:00-18:00"], fri = ["08:00-16:00"], sat = ["09:00-12:00"] }
holidays = ["2026-12-25", "2026-12-26", "2027-01-01"]
[[tenant.sla]]
name = "Sales answer fast"
first_response = { low = "4h", normal = "1h", high = "30m", urgent = "15m" }
next_response = { normal = "2h", urgent = "30m" }
mailboxes = ["sales@acme.test"]
warn = [50, 80]
[[tenant.canned]]
name = "Which version?"
text = "Hello {{ requester.first_name }},\n\nwhich version do you use? It stands in the menu under Help.\n"
[[tenant.canned]]
name = "Thanks"
text = "Thank you, {{ requester.first_name }}."
[[tenant.template]]
key = "ticket.created"
locale = "en"
subject = "[{{ ticket.key }}] We have your message"
text = "Hello {{ requester.first_name }},\n\nwe have your message and will answer soon.\n"
[[tenant.webhook]]
url = "https://example.org/postroom/hook"
events = ["ticket.created", "message.created"]
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
[[tenant.rule]]
name = "Customers of the bank come first"
on = ["ticket.created", "message.received"]
when = { all = [ { field = "requester.domain", op = "in", value = ["bank.example", "customers.test"] },
                 { any = [ { field = "subject", op = "contains", value = "urgent" }, { field = "has_attachment", op = "is", value = true },
                           { none = [ { field = "business_hours", op = "is", value = true } ] } ] } ] }
then = [ { priority = "high" }, { assign = "least_loaded:First line" }, { note = "A customer of the bank: answer the same day." }, { notify = "admins" } ]
[[tenant.rule]]
name = "Ask again after three days"
on = ["time.waiting"]
when = { all = [ { field = "hours_since_last_agent_message", op = "greater", value = 72 }, { field = "tags", op = "not_contains", value = "no-reminder" } ] }
then = [ { canned = "Which version?" }, { snooze = "reply" } ]
active = false
"#;

/// Where the pages are that have an id or a secret in their address.
pub struct Addresses {
    pub rule: String,
    pub level: String,
    pub calendar: String,
    pub team: String,
    pub webhook: String,
    pub mail: String,
    pub rate: String,
    pub act: String,
    pub set_password: String,
}

impl Place {
    /// A place at which something stands on every page.
    pub async fn furnished() -> (Self, Addresses) {
        let place = Self::new(TestDatabase::sqlite()).await;
        place.road.apply(MORE).await;
        place.a_morning().await;
        place.settle().await;
        place.connected().await;
        let addresses = place.addresses().await;
        (place, addresses)
    }

    /// Mail comes; the clocks of ACME-2 run, warn and run out; ACME-3 is answered, resolved and asked about.
    async fn a_morning(&self) {
        let road = &self.road;
        let (ada, bob) = (
            road.who("acme", "ada@agents.test"),
            road.who("acme", "bob@agents.test"),
        );
        road.receive(REPORT).await;
        let (jean, words) = (
            "Jean Bartik <jean@customers.test>",
            "It is urgent: the till shows an old price since this morning.",
        );
        for (id, subject) in [
            ("u1@customers.test", "URGENT: the till shows old prices"),
            ("u2@customers.test", "Invoice 119 is not ours"),
        ] {
            road.receive(&mail(jean, "support@acme.test", id, subject, "", words))
                .await;
        }
        let id = road.id("ACME-3").await;
        let reply = Reply {
            text: "It is on its way.".into(),
            ..Reply::default()
        };
        road.desk.reply(&ada, id, reply).await.unwrap();
        let becomes = |status| Change {
            status: Some(status),
            ..Change::default()
        };
        let resolved = road.desk.change(&ada, id, becomes(Status::Resolved));
        resolved.await.unwrap();
        for time in ["09:25", "09:35", "10:30"] {
            road.pass(&format!("2026-11-23T{time}:00Z")).await;
        }
        let id = road.id("ACME-2").await;
        let held = road.desk.change(&bob, id, becomes(Status::OnHold));
        held.await.unwrap();
    }

    /// What people settle on the pages.
    async fn settle(&self) {
        let desk = &self.road.desk;
        let ada = self.road.who("acme", "ada@agents.test");
        let why = "Their server says: no such mailbox (550 5.1.1)";
        let suppressed = desk.suppress(&ada, Via::Page, "gone@customers.test", why);
        suppressed.await.unwrap();
        let away = Away {
            from: "2026-12-24T11:00:00Z".parse().unwrap(),
            until: Some("2027-01-04T07:00:00Z".parse().unwrap()),
            message: "back in January".into(),
            hand_back: true,
        };
        let presence = Presence {
            away: Some(away),
            capacity: Some(25),
        };
        let set = desk.set_presence(&ada, Via::Page, presence);
        set.await.unwrap();
    }

    async fn addresses(&self) -> Addresses {
        let road = &self.road;
        let ada = road.who("acme", "ada@agents.test");
        let office = road.desk.office(ada.tenant).unwrap();
        let asked = road.queued("jean@customers.test").await;
        let asked = asked.iter().find(|raw| raw.contains("/rate/")).unwrap();
        let asked = postroom::domain::mail::parse(asked.as_bytes()).text;
        let intake = road.intake().await;
        let mut quarantined = intake
            .iter()
            .filter(|mail| mail.state == InboundState::Quarantined);
        let said = road.command(&["user", "password", "bob@agents.test"]).await;
        let id = road.id("ACME-1").await;
        let button = road.button(&ada, id, Deed::Assign).await;
        Addresses {
            rule: format!("/settings/rules/{}", self.changed_rule().await),
            level: format!("/settings/slas/{}", office.policies[0].policy.id),
            calendar: format!("/settings/calendars/{}", office.calendars[1].id),
            team: format!("/settings/teams/{}", office.teams[0].id),
            webhook: format!("/settings/webhooks/{}", self.called().await),
            mail: format!("/settings/intake/{}", quarantined.next().unwrap().id),
            rate: path_in(&asked, "/rate/"),
            act: format!("/act/{button}"),
            set_password: path_in(&said, "/set-password/"),
        }
    }

    /// The mail account was connected and compared.
    async fn connected(&self) {
        let desk = &self.road.desk;
        let (now, account) = (
            desk.clock.now(),
            *desk.directory().accounts.keys().next().unwrap(),
        );
        let mut tx = desk.db.write().await.unwrap();
        for (folder, missing) in [("INBOX", 0), ("Support/2026", 2)] {
            let cursor = Cursor {
                folder: folder.to_owned(),
                uidvalidity: 7,
                next_uid: 4812,
                connected_at: now - TimeDelta::days(90),
                rescan_below: None,
                missing,
                audited_at: Some(now - TimeDelta::hours(3)),
                on_server: 4811,
                ours: 4203 - missing,
                fetched_again: 1,
                before_us: 608,
            };
            cursors::put(&mut tx, account, &cursor).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// A rule that was changed once.
    async fn changed_rule(&self) -> String {
        let desk = &self.road.desk;
        let ada = self.road.who("acme", "ada@agents.test");
        let mut tx = desk.db.read().await.unwrap();
        let rules = postroom::store::rules::of_tenant(&mut tx, ada.tenant)
            .await
            .unwrap();
        drop(tx);
        let rule = rules
            .into_iter()
            .find(|rule| rule.name.starts_with("Customers"))
            .unwrap();
        let mut definition = rule.definition.clone();
        definition.then.pop();
        let draft = RuleDraft {
            name: "The bank first".into(),
            active: true,
            definition,
        };
        desk.change_rule(&ada, Via::Page, (rule.id, Some(rule.version)), draft)
            .await
            .unwrap();
        rule.id.to_string()
    }

    /// A webhook that was called: once well, once not.
    async fn called(&self) -> String {
        let desk = &self.road.desk;
        let ada = self.road.who("acme", "ada@agents.test");
        let office = desk.office(ada.tenant).unwrap();
        let (webhook, now) = (office.webhooks[0].id, desk.clock.now());
        let item = desk.try_webhook(&ada, Via::Page, webhook).await.unwrap();
        let call = |status, answer: &str, took_ms| Call {
            id: desk.random.uuid(now),
            webhook,
            item,
            at: now,
            took_ms,
            status,
            answer: answer.to_owned(),
        };
        let calls = [
            call(
                None,
                "the connection was refused: tcp connect error 127.0.0.1:443",
                31,
            ),
            call(
                Some(502),
                "<html><head><title>502 Bad Gateway</title></head>",
                1204,
            ),
            call(Some(204), "", 87),
        ];
        let mut tx = desk.db.write().await.unwrap();
        webhooks::remember(&mut tx, ada.tenant, &calls, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        webhook.to_string()
    }
}

/// The path that begins so, out of a text with a link.
fn path_in(text: &str, begins: &str) -> String {
    let at = text.find(begins).unwrap();
    text[at..].split_whitespace().next().unwrap().to_owned()
}
