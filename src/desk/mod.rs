//! What people, mails and time do to tickets. One function per deed, the same for pages, API, mail and rules.
//!
//! A deed takes a [`Case`](crate::desk::case::Case) in hand (a ticket with everything that belongs to it), changes it by plain
//! functions that note every effect in a [`Work`](crate::desk::work::Work), and writes all of it in one transaction: ticket,
//! messages, events, clocks and outgoing rows together or not at all. Nothing here sends anything.

pub mod absence;
pub mod acknowledge;
pub mod actions;
pub mod alert;
pub mod backtest;
pub mod brake;
pub mod buttons;
pub mod calendars;
pub mod case;
pub mod change;
pub mod clocks;
pub mod closing;
pub mod csat;
pub mod deed;
pub mod digest;
pub mod directory;
pub mod due;
pub mod error;
pub mod explained;
pub mod facts;
pub mod follow;
pub mod hand;
pub mod held;
pub mod hooks;
pub mod invite;
pub mod join;
pub mod letters;
pub mod levels;
pub mod looks;
pub mod merge;
pub mod notice;
pub mod notices;
pub mod ntfy;
pub mod open;
pub mod orders;
pub mod patience;
pub mod people;
pub mod plus;
mod prune;
pub mod queues;
pub mod react;
pub mod receive;
pub mod requester;
pub mod rulebook;
pub mod settings;
pub mod sight;
pub mod snooze;
pub mod speak;
pub mod split;
pub mod suppressions;
pub mod teams;
pub mod tell;
pub mod tenant;
pub mod texts;
pub mod token_keys;
pub mod trials;
pub mod waiting;
pub mod watch;
pub mod webhooks;
pub mod wording;
pub mod work;
pub mod write;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use url::Url;

use crate::desk::directory::{Directory, Office};
pub use crate::desk::error::DeskError;
use crate::domain::event::Actor;
use crate::domain::ids::{TenantId, UserId};
use crate::domain::person::Role;
use crate::door::{Clock, MasterKey, Names, Random};
use crate::store::{Db, Topic, Tx};

/// Everything that deeds need. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Random numbers.
    pub random: Random,
    /// The master key.
    pub key: Arc<MasterKey>,
    /// Whom to ask what a domain publishes: for the keys of DKIM signatures.
    pub names: Names,
    /// Where people reach the dashboard.
    pub links: Links,
    /// The settings of all tenants, as they were when last read; replaced whole when something changed.
    directory: Arc<RwLock<Arc<Directory>>>,
    /// Held while they are read: what was read earlier never takes the place of what was read later.
    reading: Arc<tokio::sync::Mutex<()>>,
    /// For which of them the looks of rules on time are planned: an idle turn of the timers compares nothing else.
    planned: Planned,
}

/// The settings that something was last done for.
#[derive(Clone, Default)]
struct Planned(Arc<Mutex<Option<Arc<Directory>>>>);

impl Planned {
    fn is(&self, directory: &Arc<Directory>) -> bool {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref().is_some_and(|d| Arc::ptr_eq(d, directory))
    }

    fn set(&self, directory: Arc<Directory>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(directory);
    }
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// In which tenant.
    pub tenant: TenantId,
    /// The person; absent for a token that belongs to nobody.
    pub user: Option<UserId>,
    /// Their name, for the timeline.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl Who {
    /// How the timeline names them.
    pub fn actor(&self) -> Actor {
        match self.user {
            Some(id) => Actor::User {
                id,
                name: self.name.clone(),
            },
            None => Actor::System,
        }
    }
}

/// Addresses of pages. They come from the configuration alone, never from a request (A24).
#[derive(Debug, Clone)]
pub struct Links {
    public: Url,
}

impl Links {
    /// `public` is the address of the platform; tenants live on subdomains of its host.
    pub const fn new(public: Url) -> Self {
        Self { public }
    }

    /// The platform's own address.
    pub const fn public(&self) -> &Url {
        &self.public
    }

    /// A tenant's page.
    pub fn tenant(&self, slug: &str, path: &str) -> String {
        let host = self.public.host_str().unwrap_or("localhost");
        let port = self
            .public
            .port()
            .map(|p| format!(":{p}"))
            .unwrap_or_default();
        format!("{}://{slug}.{host}{port}{path}", self.public.scheme())
    }

    /// A ticket's page.
    pub fn ticket(&self, slug: &str, key: &str) -> String {
        self.tenant(slug, &format!("/tickets/{key}"))
    }
}

impl Desk {
    /// A desk over an open database; reads the settings of all tenants.
    pub async fn open(
        db: Db,
        clock: Clock,
        random: Random,
        key: Arc<MasterKey>,
        public_url: Url,
    ) -> Result<Self, DeskError> {
        let desk = Self {
            db,
            clock,
            random,
            key,
            names: Names::nobody(),
            links: Links::new(public_url),
            directory: Arc::default(),
            reading: Arc::default(),
            planned: Planned::default(),
        };
        desk.refresh().await?;
        Ok(desk)
    }

    /// The same desk with somebody to ask for the keys of signatures.
    #[must_use]
    pub fn asking(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// The settings of all tenants.
    pub fn directory(&self) -> Arc<Directory> {
        Arc::clone(
            &self
                .directory
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// One tenant's settings.
    pub fn office(&self, tenant: TenantId) -> Result<Arc<Office>, DeskError> {
        self.directory()
            .office(tenant)
            .cloned()
            .ok_or(DeskError::NotFound("tenant"))
    }

    /// Reads the settings of all tenants again.
    pub async fn refresh(&self) -> Result<(), DeskError> {
        let mut tx = self.db.read().await?;
        self.refresh_from(&mut tx).await?;
        // Other targets, other rules, another number of days: everything may be due earlier. Whoever was woken by the change
        // itself may have looked before it was known here.
        self.db.bus.wake(Topic::Timers);
        Ok(())
    }

    /// As [`Desk::refresh`], inside a transaction; gives what was read.
    pub async fn refresh_from(&self, tx: &mut Tx) -> Result<Arc<Directory>, DeskError> {
        // Whoever waits for this has a connection already: nobody holds it and waits for one.
        let _reading = self.reading.lock().await;
        let read = Arc::new(Directory::load(tx, &self.key).await?);
        let mut shared = self
            .directory
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *shared = Arc::clone(&read);
        Ok(read)
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Desk({:?})", self.db)
    }
}
