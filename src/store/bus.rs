//! Wake-ups between the parts of the daemon. A wake-up is a hint, never a message: whoever is woken looks
//! at the database. Losing one may cost seconds, not mail, because every sleeper also wakes by itself.

use std::sync::Arc;

use tokio::sync::watch;

words! {
    /// What may have changed.
    pub enum Topic {
        /// Received mails wait to be processed.
        Intake = "intake",
        /// Something is to be done on an IMAP server.
        Server = "server",
        /// Outgoing rows are due.
        Outbox = "outbox",
        /// A service level clock or another deadline moved.
        Timers = "timers",
        /// Tenants, accounts or rules were changed.
        Settings = "settings",
        /// A ticket changed; pages that show it may look again.
        Tickets = "tickets",
    }
}

/// Carries wake-ups to everybody who waits for them in this process.
#[derive(Clone, Debug)]
pub struct Bus(Arc<Vec<watch::Sender<u64>>>);

/// One waiter's end: remembers what it has seen, so that a wake-up between two waits is not lost.
#[derive(Debug)]
pub struct Waiter(watch::Receiver<u64>);

impl Default for Bus {
    fn default() -> Self {
        Self(Arc::new(
            Topic::ALL.iter().map(|_| watch::Sender::new(0)).collect(),
        ))
    }
}

impl Bus {
    /// Wakes all who wait for `topic`.
    pub fn wake(&self, topic: Topic) {
        if let Some(sender) = self.0.get(topic as usize) {
            sender.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// Wakes everybody: something changed from outside, and nobody knows what.
    pub fn wake_all(&self) {
        for topic in Topic::ALL {
            self.wake(*topic);
        }
    }

    /// A waiter for `topic` that has seen everything up to now.
    pub fn waiter(&self, topic: Topic) -> Waiter {
        // Topic::ALL made the list, so the first one is always there.
        let sender = self.0.get(topic as usize).unwrap_or(&self.0[0]);
        Waiter(sender.subscribe())
    }
}

impl Waiter {
    /// Returns when there has been a wake-up since the last return.
    pub async fn wait(&mut self) {
        // The bus outlives its waiters for as long as the daemon runs; after that nobody waits.
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
