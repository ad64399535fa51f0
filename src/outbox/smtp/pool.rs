//! A few connections to each account's server, kept for the next message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::Connection;
use super::error::{Phase, SendError};
use super::open::Relay;
use crate::domain::ids::AccountId;
use crate::door::network::Network;

/// Connections to one account's server at once.
const AT_ONCE: usize = 4;
/// A connection that was used a moment ago is taken to be alive; an older one is asked.
const FRESH: Duration = Duration::from_secs(1);
/// How long an idle connection is kept. Servers hang up after five minutes (RFC 5321 section 4.5.3.2.7).
const IDLE: Duration = Duration::from_mins(1);
/// How long a connection is used at all: load balancers and changed certificates get their chance.
const OLD: Duration = Duration::from_mins(10);
/// How long an old connection may take to prove that it is alive.
const PROOF: Duration = Duration::from_secs(5);

/// All connections to all servers.
pub struct Pool {
    network: Network,
    accounts: Mutex<HashMap<AccountId, Arc<Slots>>>,
}

/// The connections of one account.
struct Slots {
    /// One permit for each connection in somebody's hands.
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    /// An empty pool.
    pub fn new(network: Network) -> Self {
        Self {
            network,
            accounts: Mutex::default(),
        }
    }

    /// A connection for `account`: an idle one that is alive and was made for the same server and login, or
    /// a new one. Waits while all four are in use.
    pub async fn checkout(&self, account: AccountId, relay: &Relay) -> Result<Lease, SendError> {
        let slots = self.slots(account);
        let permit = Arc::clone(&slots.permits)
            .acquire_owned()
            .await
            .map_err(|_| SendError::lost(Phase::Connect, "the outbox is shutting down"))?;
        while let Some(connection) = slots.take() {
            if let Some(connection) = alive(connection, relay).await {
                return Ok(Lease::new(connection, slots, permit));
            }
        }
        let connection = Connection::open(&self.network, relay).await?;
        Ok(Lease::new(connection, slots, permit))
    }

    /// Says goodbye to connections that nobody has used for a while; to be called every minute or so.
    pub async fn sweep(&self) {
        let all: Vec<Arc<Slots>> = lock(&self.accounts).values().cloned().collect();
        for slots in all {
            let (old, young) = std::mem::take(&mut *lock(&slots.idle))
                .into_iter()
                .partition(is_worn);
            lock(&slots.idle).extend::<Vec<Connection>>(young);
            let old: Vec<Connection> = old;
            for connection in old {
                connection.quit().await;
            }
        }
    }

    fn slots(&self, account: AccountId) -> Arc<Slots> {
        let mut accounts = lock(&self.accounts);
        Arc::clone(accounts.entry(account).or_insert_with(|| {
            Arc::new(Slots {
                permits: Arc::new(Semaphore::new(AT_ONCE)),
                idle: Mutex::default(),
            })
        }))
    }
}

impl Slots {
    fn take(&self) -> Option<Connection> {
        lock(&self.idle).pop()
    }
}

fn is_worn(connection: &Connection) -> bool {
    let (age, idle) = connection.ages();
    age > OLD || idle > IDLE
}

async fn alive(mut connection: Connection, relay: &Relay) -> Option<Connection> {
    if is_worn(&connection) || !connection.relay().is_same(relay) {
        return None;
    }
    let (_, idle) = connection.ages();
    (idle < FRESH || connection.reset(PROOF).await).then_some(connection)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection in somebody's hands. Dropped, it is closed; [`Lease::give_back`] keeps it for the next.
pub struct Lease {
    /// The connection.
    pub connection: Connection,
    slots: Arc<Slots>,
    /// Frees the place when the lease ends.
    permit: OwnedSemaphorePermit,
}

impl Lease {
    fn new(connection: Connection, slots: Arc<Slots>, permit: OwnedSemaphorePermit) -> Self {
        Self {
            connection,
            slots,
            permit,
        }
    }

    /// Keeps the connection for the next message, if it is good for one.
    pub fn give_back(self) {
        if self.connection.is_reusable() {
            lock(&self.slots.idle).push(self.connection);
        }
        drop(self.permit);
    }
}
