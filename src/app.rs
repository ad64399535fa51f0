//! The only place that builds things: database, key, desk, tasks, router, listener.

mod error;
mod gauges;
pub mod logging;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use url::Url;

pub use self::error::StartError;
use crate::config::{Config, DatabaseUrl, Environment};
use crate::desk::Desk;
use crate::domain::reach;
use crate::door::network::Network;
use crate::door::outside::Outside;
use crate::door::{Clock, Names, Random, Vault, tls};
use crate::intake::accounts::{Accounts, Means};
use crate::intake::process::Process;
use crate::intake::spool::Spool;
use crate::lifecycle::Tasks;
use crate::outbox::worker::{Caller, Courier, Mailer, Pusher, recover};
use crate::store::{Db, Topic, key};
use crate::timers;
use crate::web::{self, ApiState, Passwords, Tries, Web};

/// What comes in from outside the program. Tests bring their own.
#[derive(Debug, Clone)]
pub struct Doors {
    /// The time.
    pub clock: Clock,
    /// Random numbers.
    pub random: Random,
    /// The way to mail servers.
    pub network: Network,
    /// What the domain name system says.
    pub names: Names,
    /// The variables of the environment, for passwords that stand there.
    pub environment: Environment,
}

impl Doors {
    /// The machine's own.
    pub fn of_this_machine(environment: Environment) -> Self {
        let random = Random::system();
        Self {
            clock: Clock::system(),
            names: Names::of_this_machine(random.clone()),
            random,
            network: Network::default(),
            environment,
        }
    }
}

/// A daemon at work.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The desk, for tests in the same process.
    pub desk: Desk,
    tasks: Tasks,
}

impl Running {
    /// Starts everything. Returns once requests are accepted.
    pub async fn start(config: Config, doors: Doors) -> Result<Self, StartError> {
        tls::install_provider();
        let db = Db::open_exclusively(&config.database.url.expose()).await?;
        let key = key::open(&db, &config.secrets.key_file, &doors.random).await?;
        // Before any task starts: a daemon that cannot listen must not have touched a mail.
        let listener = listen(config.server.listen).await?;
        let address = listener.local_addr().unwrap_or(config.server.listen);
        let desk = Desk::open(
            db,
            doors.clock,
            doors.random,
            Arc::new(key),
            public_url(&config)?,
        )
        .await?
        .asking(doors.names);
        let tasks = Tasks::default();
        let environment = doors.environment;
        let vault = Vault::new(Arc::clone(&desk.key), move |name| {
            environment.get(name).map(str::to_owned)
        });
        let node = node(&config);
        begin_watching(&desk, &tasks);
        begin_intake(
            &desk,
            &tasks,
            &node,
            Means {
                spool: Spool {
                    db: desk.db.clone(),
                    clock: desk.clock.clone(),
                    random: desk.random.clone(),
                },
                network: doors.network.clone(),
                vault: vault.clone(),
                max_message: config.mail.max_message_bytes.0,
            },
        );
        recover(&desk, &node).await?;
        let mailer = Mailer::new(&desk, &node, doors.network, vault.clone());
        let outside = outside(&config)?;
        let pusher = Pusher::new(&desk, vault.clone(), outside.clone());
        let pusher = Courier::new(&desk, &node, pusher);
        let caller = Courier::new(&desk, &node, Caller::new(&desk, vault, outside));
        let stop = tasks.stopping();
        tasks.spawn("mail", move || mailer.clone().run(stop.clone()));
        let stop = tasks.stopping();
        tasks.spawn("pushes", move || pusher.clone().run(stop.clone()));
        let stop = tasks.stopping();
        tasks.spawn("calls", move || caller.clone().run(stop.clone()));
        begin_serving(&desk, &tasks, &config, listener);
        Ok(Self {
            address,
            desk,
            tasks,
        })
    }

    /// Waits until something that the daemon cannot do without has ended.
    pub async fn broken(&self) {
        self.tasks.stopping().cancelled().await;
    }

    /// Takes no new work, finishes what is in hand, and closes the database. When `impatient` comes first, or after
    /// 30 seconds, what is in hand is left as it is; the database knows of it. True if all was finished.
    pub async fn stop(self, impatient: impl Future<Output = ()>) -> bool {
        self.tasks.stop();
        let finished = self.tasks.finished(impatient).await;
        self.desk.db.close().await;
        finished
    }
}

/// Changes by other processes, and settings that changed.
fn begin_watching(desk: &Desk, tasks: &Tasks) {
    let (watching, stop) = (desk.db.clone(), tasks.stopping());
    tasks.spawn("watch", move || {
        let (db, stop) = (watching.clone(), stop.clone());
        async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = db.watch_others() => {}
            }
        }
    });
    let (desk, stop) = (desk.clone(), tasks.stopping());
    tasks.spawn("settings", move || {
        let (desk, stop) = (desk.clone(), stop.clone());
        async move {
            let mut changes = desk.db.bus.waiter(Topic::Settings);
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = changes.wait() => {}
                }
                if let Err(error) = desk.refresh().await {
                    tracing::warn!(%error, "could not read the settings again");
                }
                // Promises may have been edited: whoever looks at clocks must do so after these settings are known.
                desk.db.bus.wake(Topic::Timers);
            }
        }
    });
}

/// Mail in, and what time does.
fn begin_intake(desk: &Desk, tasks: &Tasks, node: &str, means: Means) {
    Accounts::start(means, tasks);
    let (process, stop) = (Process::new(desk.clone(), node), tasks.stopping());
    tasks.spawn("process", move || process.clone().run(stop.clone()));
    let (desk, stop) = (desk.clone(), tasks.stopping());
    tasks.spawn("timers", move || timers::run(desk.clone(), stop.clone()));
}

fn begin_serving(desk: &Desk, tasks: &Tasks, config: &Config, listener: TcpListener) {
    let metrics = gauges::recorder();
    let web = Web {
        desk: desk.clone(),
        public_url: config.server.public_url.clone(),
        trusted_proxies: config.server.trusted_proxies.clone().into(),
        platform_admins: config.platform.admins.clone().into(),
        passwords: Passwords::new(desk.random.clone()),
        tries: Tries::default(),
        api: ApiState::new(desk.clone(), config.api.per_minute.0, tasks.in_hand()),
        metrics: Some(metrics.clone()),
    };
    let service = web::router(web).into_make_service_with_connect_info::<SocketAddr>();
    let stop = tasks.stopping();
    tasks.spawn_vital("web", async move {
        let serving = axum::serve(listener, service)
            .with_graceful_shutdown(async move { stop.cancelled().await });
        if let Err(error) = serving.await {
            tracing::error!(%error, "could not go on serving pages");
        }
    });
    let (desk, stop) = (desk.clone(), tasks.stopping());
    tasks.spawn("gauges", move || {
        gauges::run(desk.clone(), metrics.clone(), stop.clone())
    });
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|source| StartError::Listen { address, source })
}

/// The way out to what tenants name: the public internet, and what the operator allows beyond it.
fn outside(config: &Config) -> Result<Outside, StartError> {
    let allow = config.network.allow.clone();
    let allowed = move |address| allow.iter().any(|block| block.contains(address));
    Outside::new(reach::is_public, allowed).map_err(StartError::Outside)
}

fn public_url(config: &Config) -> Result<Url, StartError> {
    let origin = config.server.public_url.origin();
    Url::parse(origin).map_err(|_| StartError::Url(origin.to_owned()))
}

/// Under which name this daemon holds rows: the same after a restart, so that it knows what it had in hand, and
/// another one than that of any daemon beside it.
fn node(config: &Config) -> String {
    match config.database.url {
        // One file, one daemon.
        DatabaseUrl::Sqlite(_) => "serve".to_owned(),
        DatabaseUrl::Postgres(_) => {
            let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
            format!("{} {}", host.trim(), config.server.listen)
        }
    }
}
