//! One task for each active account with an IMAP side: started, stopped and started afresh as the settings change.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::domain::ids::AccountId;
use crate::intake::visit::Visitor;
use crate::lifecycle::Tasks;
use crate::store::accounts::{self, Account};
use crate::store::{StoreError, Topic, inbound};

pub use crate::intake::visit::Means;

/// Filing away is cosmetic: what is processed within this time is filed away together.
const GATHER: Duration = Duration::from_millis(300);
/// How long to wait before the settings are read again after that failed.
const AGAIN: Duration = Duration::from_secs(5);

/// The tasks of all accounts.
pub struct Accounts {
    means: Means,
    tasks: Tasks,
    running: Mutex<HashMap<AccountId, Running>>,
}

/// The task of one account.
struct Running {
    /// With these settings.
    account: Account,
    stop: CancellationToken,
    nudge: Arc<Notify>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Accounts {
    /// Starts the task that keeps all accounts.
    pub fn start(means: Means, tasks: &Tasks) {
        let accounts = Arc::new(Self {
            means,
            tasks: tasks.clone(),
            running: Mutex::default(),
        });
        tasks.spawn("accounts", move || Arc::clone(&accounts).keep());
    }

    async fn keep(self: Arc<Self>) {
        let (bus, stopping) = (&self.means.spool.db.bus, self.tasks.stopping());
        let mut settings = bus.waiter(Topic::Settings);
        let mut server = bus.waiter(Topic::Server);
        loop {
            let retry = match self.reconcile().await {
                Ok(()) => None,
                Err(error) => {
                    tracing::warn!(%error, "could not read the accounts");
                    Some(AGAIN)
                }
            };
            loop {
                tokio::select! {
                    () = stopping.cancelled() => return,
                    () = settings.wait() => break,
                    () = sleep(retry.unwrap_or_default()), if retry.is_some() => break,
                    () = server.wait() => {}
                }
                sleep(GATHER).await;
                if let Err(error) = self.nudge().await {
                    tracing::debug!(%error, "could not look for mail to be filed away");
                }
            }
        }
    }

    /// Makes the tasks what the settings say.
    async fn reconcile(&self) -> Result<(), StoreError> {
        let mut tx = self.means.spool.db.read().await?;
        let all = accounts::all_tenants(&mut tx).await?;
        drop(tx);
        let wanted: Vec<Account> = all
            .into_iter()
            .filter(|a| a.active && a.imap.is_some())
            .collect();
        let ids: HashSet<AccountId> = wanted.iter().map(|account| account.trust.id).collect();
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|id, task| {
            let stays = ids.contains(id);
            if !stays {
                task.stop.cancel();
            }
            stays
        });
        for account in wanted {
            let id = account.trust.id;
            if running.get(&id).is_none_or(|task| task.account != account) {
                let before = running.remove(&id);
                running.insert(id, self.begin(account, before));
            }
        }
        Ok(())
    }

    /// Starts a task, after the one it replaces has left.
    fn begin(&self, account: Account, before: Option<Running>) -> Running {
        let stop = self.tasks.stopping().child_token();
        let turn = before.map_or_else(Arc::default, |before| {
            before.stop.cancel();
            before.turn
        });
        let nudge = Arc::<Notify>::default();
        if let Some(imap) = account.imap.clone() {
            let visitor = Arc::new(Visitor {
                means: self.means.clone(),
                account: account.clone(),
                imap,
                nudge: Arc::clone(&nudge),
                stop: stop.clone(),
                turn: Arc::clone(&turn),
            });
            let name = format!("account {}", account.trust.id);
            self.tasks.spawn(name, move || Arc::clone(&visitor).keep());
        }
        Running {
            account,
            stop,
            nudge,
            turn,
        }
    }

    /// Wakes the accounts that have something to do on their servers.
    async fn nudge(&self) -> Result<(), StoreError> {
        let mut tx = self.means.spool.db.read().await?;
        let mut waiting = inbound::accounts_waiting_for_server_all_tenants(&mut tx).await?;
        waiting.extend(accounts::to_be_compared_all_tenants(&mut tx).await?);
        drop(tx);
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        for task in waiting.iter().filter_map(|id| running.get(id)) {
            task.nudge.notify_one();
        }
        Ok(())
    }
}
