//! Brakes on guessing (A39): each wrong password makes the next try for that account wait longer, and a network
//! that keeps guessing waits as a whole. Nobody is ever locked out for good, and an unknown account is no different.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};

/// Wrong tries an account may have before it must wait.
const FREE: u32 = 5;
/// The longest wait.
const LONGEST: Duration = Duration::minutes(15);
/// Wrong tries a network may have within [`WINDOW`].
const PER_NETWORK: u32 = 20;
const WINDOW: Duration = Duration::minutes(10);
/// More names than this are not kept: the oldest go first. A flood of invented names costs no more memory.
const KEPT: usize = 20_000;

/// The wrong tries of late. Lives in memory: a restart forgives. Cheap to clone; all clones count together.
#[derive(Debug, Clone, Default)]
pub struct Tries(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    /// By account, in the form that was typed, known or not.
    accounts: HashMap<String, Wrong>,
    /// By the visitor's network.
    networks: HashMap<String, Wrong>,
}

#[derive(Debug, Clone, Copy)]
struct Wrong {
    count: u32,
    last: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// Who has to wait from a wrong try on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slowed {
    /// The account, from wherever somebody tries.
    Account,
    /// The network, whatever account it tries.
    Network,
}

impl Tries {
    /// How many seconds this account or network has to wait; `None` if it may try now.
    pub fn wait(&self, account: &str, network: &str, now: DateTime<Utc>) -> Option<u64> {
        let counts = self.counts();
        [counts.accounts.get(account), counts.networks.get(network)]
            .into_iter()
            .flatten()
            .map(|wrong| wrong.until - now)
            .max()
            .filter(|wait| *wait > Duration::zero())
            .map(|wait| u64::try_from(wait.num_seconds()).unwrap_or(0) + 1)
    }

    /// Counts a wrong try. Says who has to wait that did not before.
    pub fn wrong(&self, account: &str, network: &str, now: DateTime<Utc>) -> Option<Slowed> {
        let mut counts = self.counts();
        let tries = note(&mut counts.accounts, account, now, Duration::days(1));
        tries.until = now + delay(tries.count);
        let account_waits = tries.count == FREE;
        let tries = note(&mut counts.networks, network, now, WINDOW);
        tries.until = if tries.count >= PER_NETWORK {
            now + WINDOW
        } else {
            now
        };
        if tries.count == PER_NETWORK {
            return Some(Slowed::Network);
        }
        account_waits.then_some(Slowed::Account)
    }

    /// Forgets an account's wrong tries after a right one.
    pub fn right(&self, account: &str) {
        self.counts().accounts.remove(account);
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn note<'a>(
    tries: &'a mut HashMap<String, Wrong>,
    name: &str,
    now: DateTime<Utc>,
    forgotten_after: Duration,
) -> &'a mut Wrong {
    if tries.len() >= KEPT {
        let oldest = now - forgotten_after;
        tries.retain(|_, wrong| wrong.until > now || wrong.last > oldest);
        if tries.len() >= KEPT {
            tries.retain(|_, wrong| wrong.until > now);
        }
    }
    let wrong = tries
        .entry(name.chars().take(320).collect())
        .or_insert(Wrong {
            count: 0,
            last: now,
            until: now,
        });
    if now - wrong.last > forgotten_after {
        wrong.count = 0;
    }
    wrong.count = wrong.count.saturating_add(1);
    wrong.last = now;
    wrong
}

/// Nothing for the first tries, then 2 s, 4 s, 8 s … up to a quarter of an hour.
fn delay(count: u32) -> Duration {
    match count.checked_sub(FREE) {
        None => Duration::zero(),
        Some(over) => Duration::seconds(2_i64.saturating_pow(over.min(20) + 1)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn start() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap()
    }

    #[test]
    fn a39_the_sixth_wrong_password_waits_and_each_one_after_waits_longer() {
        let tries = Tries::default();
        let mut now = start();
        for _ in 0..4 {
            assert_eq!(tries.wrong("ada", "1", now), None);
            assert_eq!(tries.wait("ada", "9", now), None);
        }
        assert_eq!(tries.wrong("ada", "1", now), Some(Slowed::Account));
        assert_eq!(tries.wait("ada", "9", now), Some(3));
        assert_eq!(tries.wait("bob", "9", now), None);
        let mut before = 0;
        for _ in 0..12 {
            now += Duration::minutes(15);
            let told = tries.wrong("ada", &now.to_string(), now);
            assert_eq!(told, None, "it is told once");
            let wait = tries.wait("ada", "9", now).unwrap();
            assert!(wait >= before && wait <= 901, "{wait}");
            before = wait;
        }
        assert_eq!(before, 901);
    }

    #[test]
    fn a39_a_right_password_forgives_and_so_does_a_day() {
        let tries = Tries::default();
        for _ in 0..8 {
            tries.wrong("ada", "1", start());
        }
        assert!(tries.wait("ada", "9", start()).is_some());
        tries.right("ada");
        assert_eq!(tries.wait("ada", "9", start()), None);
    }

    #[test]
    fn a39_a_network_that_guesses_at_many_accounts_waits_as_a_whole() {
        let tries = Tries::default();
        for n in 0..20 {
            assert_eq!(tries.wait("new", "1", start()), None);
            let told = tries.wrong(&n.to_string(), "1", start());
            assert_eq!(told, (n == 19).then_some(Slowed::Network));
        }
        assert!(tries.wait("new", "1", start()).is_some());
        assert_eq!(tries.wait("new", "2", start()), None);
        assert_eq!(
            tries.wait("new", "1", start() + Duration::minutes(11)),
            None
        );
    }
}
