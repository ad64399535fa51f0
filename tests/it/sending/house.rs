//! One tenant whose account sends through a server of the test's own, and the worker that sends.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use postroom::desk::speak::Reply;
use postroom::desk::{Desk, Who};
use postroom::domain::ids::{MessageId, OutboxId, TenantId, TicketId};
use postroom::door::network::Network;
use postroom::door::outside::Outside;
use postroom::door::{Clock, MasterKey, Random, Vault};
use postroom::intake::pipe::{Hints, spool};
use postroom::intake::process::Process;
use postroom::lifecycle::Tasks;
use postroom::outbox::worker::{Caller, Courier, Mailer, Pusher, recover};
use postroom::store::outbox::{Filter, Listed};
use postroom::store::{self, Db};

use crate::support::daemon::Daemon;
use crate::support::{TestDatabase, wait_for};
use crate::wire::fake::{Does, says, serve};

/// A Monday morning.
const MONDAY: &str = "2026-11-23T09:00:00Z";

/// What the server says to a line, where it does not simply agree.
pub type Answer = fn(&str) -> Option<Does>;

/// The server's present mood, and how many messages it took.
#[derive(Clone, Default)]
pub struct Server {
    mood: Arc<Mutex<Option<Answer>>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(&self) -> u16 {
        let server = self.clone();
        serve(b"220 fake\r\n", move || {
            let server = server.clone();
            let (mut in_body, mut recipient) = (false, String::new());
            move |line: &str| {
                if in_body && line != "." {
                    return says("");
                }
                in_body = line == "DATA";
                if let Some(given) = line.strip_prefix("RCPT TO:") {
                    recipient = given.to_owned();
                }
                let mood = *server.mood.lock().unwrap();
                if line == "." {
                    server.taken.lock().unwrap().push(recipient.clone());
                }
                if let Some(answer) = mood.and_then(|answer| answer(line)) {
                    in_body &= !matches!(&answer, Does::Says(text) if !text.starts_with(b"354"));
                    return answer;
                }
                match line.split([' ', ':']).next().unwrap() {
                    "EHLO" => says("250-fake\r\n250 AUTH PLAIN LOGIN\r\n"),
                    "AUTH" => says("235 in\r\n"),
                    "DATA" => says("354 go\r\n"),
                    _ => says("250 2.0.0 fine\r\n"),
                }
            }
        })
    }

    /// From now on it answers so.
    pub fn answers(&self, answer: Option<Answer>) {
        *self.mood.lock().unwrap() = answer;
    }

    /// Whose messages it was given to the end, whatever it said to them.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

/// A desk that sends.
pub struct House {
    pub desk: Desk,
    pub server: Server,
    tasks: Tasks,
    daemon: Daemon,
    _database: TestDatabase,
}

impl House {
    pub async fn open(database: TestDatabase, ntfy: &str) -> Self {
        let server = Server::default();
        let port = server.start();
        let daemon = Daemon::install(&database).await;
        daemon.apply(&seed(port, ntfy)).await;
        let db = Db::open(database.url()).await.unwrap();
        let (clock, random) = (Clock::manual(MONDAY.parse().unwrap()), Random::seeded(7));
        let key = Arc::new(MasterKey::load(&daemon.path("postroom.key")).unwrap());
        let url = "http://localhost:8080".parse().unwrap();
        let desk = Desk::open(db, clock, random, key, url).await.unwrap();
        let house = Self {
            desk,
            server,
            tasks: Tasks::default(),
            daemon,
            _database: database,
        };
        recover(&house.desk, "test").await.unwrap();
        let vault = Vault::new(Arc::clone(&house.desk.key), |_| None);
        let mailer = Mailer::new(&house.desk, "test", Network::default(), vault.clone());
        let outside = Outside::new(|_| false, |address| address.is_loopback()).unwrap();
        let pusher = Pusher::new(&house.desk, vault.clone(), outside.clone());
        let pusher = Courier::new(&house.desk, "test", pusher);
        let caller = Courier::new(
            &house.desk,
            "test",
            Caller::new(&house.desk, vault, outside),
        );
        let stop = house.tasks.stopping();
        house
            .tasks
            .spawn("mail", move || mailer.clone().run(stop.clone()));
        let stop = house.tasks.stopping();
        house
            .tasks
            .spawn("pushes", move || pusher.clone().run(stop.clone()));
        let stop = house.tasks.stopping();
        house
            .tasks
            .spawn("calls", move || caller.clone().run(stop.clone()));
        house
    }

    /// A customer writes and is sent an acknowledgement; agents are told nothing, for nobody is assigned.
    pub async fn customer_writes(&self, name: &str) {
        let raw = format!(
            "From: {name}@customers.test\r\nTo: support@acme.test\r\nMessage-ID: <{name}@customers.test>\r\n\
             Subject: Printer\r\n\r\nIt burns, says {name}.\r\n"
        );
        spool(&self.desk, raw.as_bytes(), &Hints::default(), usize::MAX)
            .await
            .unwrap();
        let process = Process::new(self.desk.clone(), "test");
        while process.step().await.unwrap() > 0 {}
    }

    /// Ada answers, to be sent in so many seconds.
    pub async fn reply(&self, ticket: TicketId, seconds: i64) -> MessageId {
        let ada = self.ada();
        let reply = Reply {
            text: "Use water.".to_owned(),
            send_at: (seconds > 0).then(|| self.desk.clock.now() + TimeDelta::seconds(seconds)),
            ..Reply::default()
        };
        self.desk.reply(&ada, ticket, reply).await.unwrap()
    }

    /// The one who runs it.
    pub fn ada(&self) -> Who {
        let office = self.desk.office(self.tenant()).unwrap();
        let person = office.people.first().unwrap();
        Who {
            tenant: self.tenant(),
            user: Some(person.user.id),
            name: person.user.name.clone(),
            role: person.role,
        }
    }

    /// Applies another seed, as an operator would.
    pub async fn apply(&self, seed: &str) {
        self.daemon.apply(seed).await;
        self.desk.refresh().await.unwrap();
    }

    /// Everything that is or was to go out, oldest first.
    pub async fn outbox(&self) -> Vec<Listed> {
        let mut tx = self.desk.db.read().await.unwrap();
        let filter = Filter {
            limit: 1000,
            ..Filter::default()
        };
        let mut rows = store::outbox::list(&mut tx, &filter, self.desk.clock.now())
            .await
            .unwrap();
        rows.sort_by_key(|row| row.id);
        rows
    }

    /// Waits for the one row to this recipient (or topic) to be as it should.
    pub async fn row(&self, recipient: &str, what: &str, fits: impl Fn(&Listed) -> bool) -> Listed {
        wait_for(
            &format!("the row to {recipient} to be {what}"),
            async || {
                self.outbox()
                    .await
                    .into_iter()
                    .find(|row| row.recipient == recipient && fits(row))
            },
        )
        .await
    }

    pub async fn state(&self, recipient: &str, state: &str) -> Listed {
        self.row(recipient, state, |row| row.state.public() == state)
            .await
    }

    pub fn advance(&self, minutes: i64) {
        self.desk.clock.advance(TimeDelta::minutes(minutes));
    }

    pub fn tenant(&self) -> TenantId {
        self.desk.directory().by_slug("acme").unwrap().tenant.id
    }

    /// A person asks for one more attempt.
    pub async fn retry(&self, id: OutboxId) {
        self.desk
            .retry_outgoing(Some(self.tenant()), id)
            .await
            .unwrap();
    }

    pub async fn stop(self) {
        self.tasks.stop();
        assert!(self.tasks.finished(std::future::pending()).await);
    }
}

fn seed(port: u16, ntfy: &str) -> String {
    format!(
        r#"
[[tenant]]
slug = "acme"
name = "Acme"
ticket_prefix = "ACME"
timezone = "UTC"
acknowledge = "always"
[[tenant.user]]
email = "ada@agents.test"
name = "Ada"
role = "admin"
password = "correct horse battery"
[[tenant.account]]
name = "main"
smtp = {{ host = "127.0.0.1", port = {port}, tls = "none", username = "desk", password = "secret" }}
[[tenant.mailbox]]
address = "support@acme.test"
name = "Acme Support"
account = "main"
[tenant.ntfy]
server = "{ntfy}"
topic_prefix = "acme"
tickets = true
"#
    )
}
