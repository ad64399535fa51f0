//! A desk in the test's own process, on a database that the real program initialised and seeded.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use postroom::desk::{Desk, Who};
use postroom::domain::ids::TicketId;
use postroom::domain::message::Message;
use postroom::domain::ticket::Ticket;
use postroom::door::{Clock, MasterKey, Random};
use postroom::intake::pipe::{Hints, spool};
use postroom::intake::process::Process;
use postroom::store::blobs::expand;
use postroom::store::inbound::Listed;
use postroom::store::tickets::{Filter, Visible};
use postroom::store::{self, Db};
use sqlx::Row;

use crate::support::TestDatabase;
use crate::support::daemon::Daemon;

/// A Monday morning.
pub const MONDAY: &str = "2026-11-23T09:00:00Z";

/// Two tenants with everything that the road touches.
const SEED: &str = r#"
[[tenant]]
slug = "acme"
name = "Acme GmbH"
ticket_prefix = "ACME"
timezone = "Europe/Berlin"
acknowledge = "always"
categories = ["billing", "technical"]
follow_up_days = 30
auto_close_days = 7
[[tenant.user]]
email = "ada@agents.test"
name = "Ada Lovelace"
role = "admin"
password = "correct horse battery"
[[tenant.user]]
email = "bob@agents.test"
name = "Bob"
role = "member"
password = "correct horse battery"
[[tenant.team]]
name = "First line"
members = ["ada@agents.test", "bob@agents.test"]
assignment = "round_robin"
[[tenant.team]]
name = "Billing"
members = ["bob@agents.test"]
assignment = "manual"
[[tenant.mailbox]]
address = "support@acme.test"
aliases = ["help@acme.test"]
name = "Acme Support"
team = "First line"
auth_results = "mx.acme.test"
[[tenant.mailbox]]
address = "sales@acme.test"
name = "Acme Sales"
[[tenant.mailbox]]
address = "legal@acme.test"
name = "Acme Legal"
separate = true
[[tenant.calendar]]
name = "Office"
hours = { mon = ["09:00-17:00"], tue = ["09:00-17:00"], wed = ["09:00-17:00"], thu = ["09:00-17:00"], fri = ["09:00-17:00"] }
[[tenant.sla]]
name = "Standard"
calendar = "Office"
first_response = { normal = "4h", urgent = "30m" }
resolution = { normal = "3d", urgent = "8h" }
pause_on = ["on_hold"]
warn = [80]
default = true
[tenant.ntfy]
server = "http://127.0.0.1:1"
topic_prefix = "acme"
tickets = true
sla = true
security = true
[[tenant.rule]]
name = "Invoices to billing"
on = ["ticket.created"]
when = { any = [ { field = "subject", op = "contains", value = "invoice" } ] }
then = [ { assign_team = "Billing" }, { priority = "urgent" }, { tag = "invoice" } ]

[[tenant]]
slug = "globex"
name = "Globex"
ticket_prefix = "GLX"
timezone = "UTC"
acknowledge = "off"
[[tenant.user]]
email = "hank@agents.test"
name = "Hank"
role = "owner"
password = "correct horse battery"
[[tenant.mailbox]]
address = "support@globex.test"
name = "Globex"
"#;

/// A desk with its processor.
pub struct Road {
    /// Where deeds are done.
    pub desk: Desk,
    /// Turns spooled mails into tickets.
    pub process: Process,
    daemon: Daemon,
    /// Its database.
    pub database: TestDatabase,
}

/// A mail in the queue.
pub struct Sent {
    /// To whom.
    pub recipient: String,
    /// Where reports about it go.
    pub envelope_from: String,
    /// The mail.
    pub raw: String,
}

/// A mail as a customer's program writes it.
pub fn mail(from: &str, to: &str, id: &str, subject: &str, more: &str, text: &str) -> String {
    format!(
        "From: {from}\r\nTo: {to}\r\nMessage-ID: <{id}>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nSubject: {subject}\r\n{more}\r\n{text}\r\n"
    )
}

impl Road {
    /// Initialises, seeds, and opens the desk on Monday morning.
    pub async fn new(database: TestDatabase) -> Self {
        Self::with(database, SEED).await
    }

    /// The same with other tenants.
    pub async fn with(database: TestDatabase, seed: &str) -> Self {
        let daemon = Daemon::install(&database).await;
        daemon.apply(seed).await;
        let db = Db::open(database.url()).await.unwrap();
        let clock = Clock::manual(MONDAY.parse().unwrap());
        let random = Random::seeded(7);
        let key = Arc::new(MasterKey::load(&daemon.path("postroom.key")).unwrap());
        let url = "http://localhost:8080".parse().unwrap();
        let desk = Desk::open(db, clock, random, key, url).await.unwrap();
        let process = Process::new(desk.clone(), "test");
        Self {
            desk,
            process,
            daemon,
            database,
        }
    }

    /// Applies another seed file, as an operator would beside a running daemon.
    pub async fn apply(&self, seed: &str) {
        self.daemon.apply(seed).await;
        self.desk.refresh().await.unwrap();
    }

    /// Writes a file where seeds look for those that they name.
    pub fn file(&self, name: &str, text: &str) {
        std::fs::write(self.daemon.path(name), text).unwrap();
    }

    /// Marks a customer as blocked.
    pub async fn block(&self, address: &str) {
        let sql = "UPDATE contacts SET blocked = TRUE WHERE id IN (SELECT contact_id FROM contact_addresses WHERE address = $1)";
        self.query(sql, address).await;
    }

    /// A desk of another process on the same database, with a clock of its own.
    pub async fn second_desk(&self) -> Desk {
        let db = Db::open(self.database.url()).await.unwrap();
        let clock = Clock::manual(self.desk.clock.now());
        let key = Arc::new(MasterKey::load(&self.daemon.path("postroom.key")).unwrap());
        let url = "http://localhost:8080".parse().unwrap();
        Desk::open(db, clock, Random::seeded(8), key, url)
            .await
            .unwrap()
    }

    /// Runs a command of the program beside the desk.
    pub async fn command(&self, arguments: &[&str]) -> String {
        self.daemon.run(arguments).await
    }

    /// Takes in one mail and works everything off.
    pub async fn receive(&self, raw: &str) {
        self.spool(raw).await;
        self.settle().await;
    }

    /// Takes in one mail; it waits.
    pub async fn spool(&self, raw: &str) {
        spool(&self.desk, raw.as_bytes(), &Hints::default(), usize::MAX)
            .await
            .unwrap();
    }

    /// Works everything off.
    pub async fn settle(&self) {
        while self.process.step().await.unwrap() > 0 {}
    }

    /// Moves the clock and lets time do what is due.
    pub async fn pass(&self, until: &str) {
        self.desk.clock.set(until.parse::<DateTime<Utc>>().unwrap());
        self.desk.renew_promises().await.unwrap();
        self.desk.ring_clocks().await.unwrap();
        self.desk.close_resolved().await.unwrap();
        self.desk.send_digests().await.unwrap();
        self.desk.ask_ratings().await.unwrap();
    }

    /// Somebody of a tenant.
    pub fn who(&self, slug: &str, email: &str) -> Who {
        let directory = self.desk.directory();
        let office = directory.by_slug(slug).unwrap();
        let person = office.person_at(&email.parse().unwrap()).unwrap();
        Who {
            tenant: office.tenant.id,
            user: Some(person.user.id),
            name: person.user.name.clone(),
            role: person.role,
        }
    }

    /// All tickets of a tenant, oldest first.
    pub async fn tickets(&self, slug: &str) -> Vec<Ticket> {
        let tenant = self.desk.directory().by_slug(slug).unwrap().tenant.id;
        let mut tx = self.desk.db.read().await.unwrap();
        let mut found = store::tickets::list(&mut tx, tenant, &Filter::all(Visible::All, 1000))
            .await
            .unwrap();
        found.sort_by_key(|t| t.number);
        found
    }

    /// A ticket by its key.
    pub async fn ticket(&self, key: &str) -> Ticket {
        let slug = if key.starts_with("ACME") {
            "acme"
        } else {
            "globex"
        };
        let tenant = self.desk.directory().by_slug(slug).unwrap().tenant.id;
        let mut tx = self.desk.db.read().await.unwrap();
        store::tickets::find(&mut tx, tenant, key)
            .await
            .unwrap()
            .unwrap()
    }

    /// The conversation of a ticket.
    pub async fn messages(&self, key: &str) -> Vec<Message> {
        let ticket = self.ticket(key).await;
        let mut tx = self.desk.db.read().await.unwrap();
        store::messages::of_ticket(&mut tx, ticket.tenant, ticket.id, None, 1000)
            .await
            .unwrap()
    }

    /// The timeline of a ticket as `type field from→to by actor`.
    pub async fn timeline(&self, key: &str) -> Vec<String> {
        let ticket = self.ticket(key).await;
        let mut tx = self.desk.db.read().await.unwrap();
        let events = store::events::of_ticket(&mut tx, ticket.tenant, ticket.id, None, 1000)
            .await
            .unwrap();
        events
            .into_iter()
            .map(|e| {
                let field = e
                    .field
                    .map(|f| {
                        format!(
                            " {f} {}→{}",
                            e.from.unwrap_or_default(),
                            e.to.unwrap_or_default()
                        )
                    })
                    .unwrap_or_default();
                format!("{}{field} by {}", e.kind, e.actor.name())
            })
            .collect()
    }

    /// Every received mail, oldest first.
    pub async fn intake(&self) -> Vec<Listed> {
        let mut tx = self.desk.db.read().await.unwrap();
        let filter = store::inbound::Filter {
            limit: 1000,
            ..Default::default()
        };
        let mut found = store::inbound::list(&mut tx, &filter).await.unwrap();
        found.reverse();
        found
    }

    /// Everything in the queue for a recipient, as raw text, oldest first.
    pub async fn queued(&self, recipient: &str) -> Vec<String> {
        let rows = self
            .query(
                "SELECT body FROM outbox WHERE recipient = $1 ORDER BY id",
                recipient,
            )
            .await;
        rows.into_iter()
            .map(|zstd| String::from_utf8(expand(&zstd, 10_000_000).unwrap()).unwrap())
            .collect()
    }

    /// Every mail in the queue, oldest first.
    pub async fn sent(&self) -> Vec<Sent> {
        let sql =
            "SELECT recipient, envelope_from, body FROM outbox WHERE channel = 'email' ORDER BY id";
        let rows: Vec<(String, String, Vec<u8>)> = if self.database.is_postgres() {
            let pool = sqlx::PgPool::connect(self.database.url()).await.unwrap();
            sqlx::query_as(sql).fetch_all(&pool).await.unwrap()
        } else {
            let pool = sqlx::SqlitePool::connect(self.database.url())
                .await
                .unwrap();
            sqlx::query_as(sql).fetch_all(&pool).await.unwrap()
        };
        rows.into_iter()
            .map(|(recipient, envelope_from, body)| Sent {
                recipient,
                envelope_from,
                raw: String::from_utf8(expand(&body, 10_000_000).unwrap()).unwrap(),
            })
            .collect()
    }

    /// The alerts in the queue, by mail or by push.
    pub async fn alerts(&self) -> Vec<Vec<u8>> {
        self.query(
            "SELECT body FROM outbox WHERE cause LIKE $1 ORDER BY id",
            "alert:%",
        )
        .await
    }

    /// Changes rows as a server or another program would.
    pub async fn execute(&self, sql: &'static str, value: &str) {
        if self.database.is_postgres() {
            let pool = sqlx::PgPool::connect(self.database.url()).await.unwrap();
            sqlx::query(sql).bind(value).execute(&pool).await.unwrap();
            pool.close().await;
        } else {
            let pool = sqlx::SqlitePool::connect(self.database.url())
                .await
                .unwrap();
            sqlx::query(sql).bind(value).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }

    async fn query(&self, sql: &'static str, value: &str) -> Vec<Vec<u8>> {
        if self.database.is_postgres() {
            let pool = sqlx::PgPool::connect(self.database.url()).await.unwrap();
            let rows = sqlx::query(sql).bind(value).fetch_all(&pool).await.unwrap();
            pool.close().await;
            rows.into_iter().map(|r| r.get(0)).collect()
        } else {
            let pool = sqlx::SqlitePool::connect(self.database.url())
                .await
                .unwrap();
            let rows = sqlx::query(sql).bind(value).fetch_all(&pool).await.unwrap();
            pool.close().await;
            rows.into_iter().map(|r| r.get(0)).collect()
        }
    }

    /// What programs are to be told, oldest first.
    pub async fn called(&self) -> Vec<serde_json::Value> {
        let sql = "SELECT body FROM outbox WHERE channel = $1 ORDER BY id";
        let bodies = self.query(sql, "webhook").await;
        let read = |zstd: Vec<u8>| serde_json::from_slice(&expand(&zstd, 10_000_000).unwrap());
        bodies.into_iter().map(|zstd| read(zstd).unwrap()).collect()
    }

    /// Everybody that something is queued for.
    pub async fn recipients(&self) -> Vec<String> {
        let mut tx = self.desk.db.read().await.unwrap();
        let filter = store::outbox::Filter {
            limit: 1000,
            ..Default::default()
        };
        let mut found: Vec<_> = store::outbox::list(&mut tx, &filter, self.desk.clock.now())
            .await
            .unwrap()
            .into_iter()
            .map(|o| o.recipient)
            .collect();
        found.reverse();
        found
    }

    /// A header of a raw mail, unfolded.
    pub fn header(raw: &str, name: &str) -> String {
        postroom::domain::mail::parse(raw.as_bytes())
            .headers
            .first(name)
            .unwrap_or_default()
            .to_owned()
    }

    /// The id of a ticket.
    pub async fn id(&self, key: &str) -> TicketId {
        self.ticket(key).await.id
    }
}
