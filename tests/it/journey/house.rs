//! One installation at the private mail servers, with domains of its own so that tests never meet.

use std::time::{Duration, Instant};

use postroom::app::{Doors, Running};
use postroom::config::{Config, Environment};
use postroom::door::network::Network;
use postroom::door::{Clock, Names, Random};

use crate::support::api::Api;
use crate::support::daemon::Daemon;
use crate::support::{MailServers, TestDatabase};

/// The program, its database and what belongs to it.
pub struct House {
    /// The program, as a person would start it.
    pub daemon: Daemon,
    /// Where its rows are.
    pub database: TestDatabase,
    /// The servers its mail comes through.
    pub servers: &'static MailServers,
    domain: String,
}

/// A mail as a customer's program writes it; `more` are further header lines, each with its CRLF.
pub fn letter(from: &str, to: &str, id: &str, subject: &str, more: &str, text: &str) -> String {
    format!(
        "From: {from}\r\nTo: {to}\r\nMessage-ID: <{id}>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nSubject: {subject}\r\n\
         {more}\r\n{text}\r\n"
    )
}

impl House {
    /// Installs and seeds one tenant, acme, with the desk [`House::desk`]; nothing runs yet. `more` continues the
    /// seed: settings of the tenant, then tables of it.
    pub async fn install(database: TestDatabase, more: &str) -> Self {
        let house = Self {
            daemon: Daemon::install(&database).await,
            database,
            servers: MailServers::get(),
            domain: MailServers::domain(),
        };
        house.daemon.apply(&house.seed(more)).await;
        house
    }

    /// Installs, starts the daemon, and waits until its account is connected: what is sent from now on is taken.
    pub async fn start(database: TestDatabase, more: &str) -> Self {
        let mut house = Self::install(database, more).await;
        house.daemon.start().await;
        house
            .daemon
            .wait_until_connected(&house.api("ada").await)
            .await;
        house
    }

    /// Starts everything in the test's own process instead, by a clock that the test moves.
    pub async fn begin(&self, clock: &Clock) -> Running {
        let environment = Environment::default();
        let config = Config::load(Some(&self.daemon.path("postroom.toml")), &environment).unwrap();
        let doors = Doors {
            clock: clock.clone(),
            random: Random::system(),
            network: Network::default(),
            names: Names::nobody(),
            environment,
        };
        let running = Running::start(config, doors).await.unwrap();
        self.daemon
            .wait_until_connected(&self.api("ada").await)
            .await;
        running
    }

    /// The address that customers write to.
    pub fn desk(&self) -> String {
        self.address("desk")
    }

    /// An address at the tenant's own domain, such as an agent's.
    pub fn address(&self, local: &str) -> String {
        format!("{local}@{}", self.domain)
    }

    /// An address at a customer's domain, which no other test uses.
    pub fn customer(&self, local: &str) -> String {
        format!("{local}@c{}", self.domain)
    }

    /// A client of the API with a fresh token of `ada` (admin) or `bob` (member).
    pub async fn api(&self, local: &str) -> Api {
        self.daemon.api("acme", &self.address(local)).await
    }

    /// Hands a customer's mail to the MX.
    pub async fn customer_writes(&self, local: &str, id: &str, subject: &str, text: &str) {
        let (from, to) = (self.customer(local), self.desk());
        let sender = format!("Grace Hopper <{from}>");
        let raw = letter(&sender, &to, id, subject, "", text);
        self.servers.deliver(&from, &to, raw).await;
    }

    /// An account of the tenant's for one of its addresses; `imap` continues its settings for fetching.
    pub fn account(&self, name: &str, local: &str, imap: &str) -> String {
        account("tenant.account", name, &self.address(local), imap)
    }

    /// A mailbox of the tenant's at this account.
    pub fn mailbox(&self, account: &str, local: &str) -> String {
        mailbox(account, &self.address(local))
    }

    fn seed(&self, more: &str) -> String {
        let more = more
            .replace("{bob}", &self.address("bob"))
            .replace("{domain}", &self.domain);
        let (settings, tables) = more.split_at(more.find('[').unwrap_or(more.len()));
        let people = [
            person(&self.address("ada"), "Ada Lovelace", "admin"),
            person(&self.address("bob"), "Bob Kahn", "member"),
        ];
        tenant("acme", settings)
            + &people.concat()
            + &self.account("main", "desk", "")
            + &self.mailbox("main", "desk")
            + tables
    }
}

/// The beginning of a tenant in a seed.
pub fn tenant(slug: &str, settings: &str) -> String {
    let prefix = slug.to_uppercase();
    format!(
        "[[tenant]]\nslug = \"{slug}\"\nname = \"{slug} Ltd\"\nticket_prefix = \"{prefix}\"\ntimezone = \"Europe/Berlin\"\n{settings}\n"
    )
}

/// One of its people, whose password is `demo`.
pub fn person(address: &str, name: &str, role: &str) -> String {
    format!(
        "[[tenant.user]]\nemail = \"{address}\"\nname = \"{name}\"\nrole = \"{role}\"\npassword = \"demo\"\n"
    )
}

/// A mailbox at one of its accounts, or of the platform's.
pub fn mailbox(account: &str, address: &str) -> String {
    format!(
        "[[tenant.mailbox]]\naddress = \"{address}\"\nname = \"Desk\"\naccount = \"{account}\"\nauth_results = \"mx.test\"\nplus = true\n"
    )
}

/// A mail account at the private servers.
pub fn account(table: &str, name: &str, user: &str, imap: &str) -> String {
    let servers = MailServers::get();
    let login = format!(
        "host = \"localhost\", tls = \"starttls\", username = \"{user}\", password = \"secret\", ca_file = \"{}\"",
        servers.ca_file().display()
    );
    format!(
        "[[{table}]]\nname = \"{name}\"\ntrusted_host = \"mx.test\"\n\
         imap = {{ {login}, port = {}{imap} }}\nsmtp = {{ {login}, port = {} }}\n",
        servers.imap_port(),
        servers.submission_port(),
    )
}

/// Waits as long as a minute for what is promised within one, and for what takes as long on a busy machine.
pub async fn within<T>(bound: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            start.elapsed() < bound,
            "waited {bound:?} in vain for {what}"
        );
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}
