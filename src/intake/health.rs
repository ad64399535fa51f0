//! How an account is doing, written down when it changes and seldom otherwise: an idle daemon writes next to nothing.

use chrono::{DateTime, Duration, Utc};

use crate::domain::account::AccountState;
use crate::domain::ids::AccountId;
use crate::door::Clock;
use crate::store::{Db, StoreError, accounts};

/// How old the noted time of the server's last answer may become.
const STALE: Duration = Duration::minutes(5);

/// The noted health of one account.
pub(super) struct Health {
    db: Db,
    clock: Clock,
    account: AccountId,
    /// What stands in the database, and since when.
    noted: Option<(AccountState, Option<String>, DateTime<Utc>)>,
}

impl Health {
    pub fn new(db: Db, clock: Clock, account: AccountId) -> Self {
        Self {
            db,
            clock,
            account,
            noted: None,
        }
    }

    /// Nothing is known yet. Does not cover up a failure: that stays visible until something works.
    pub async fn connecting(&mut self) {
        if self.noted.is_none() {
            self.note(AccountState::Connecting, None).await;
        }
    }

    /// Whether a failure is what people see.
    pub fn is_failing(&self) -> bool {
        let noted = self.noted.as_ref();
        noted.is_some_and(|(state, ..)| *state == AccountState::Failing)
    }

    /// The server answers and everything is taken in.
    pub async fn well(&mut self) {
        self.note(AccountState::Ok, None).await;
    }

    /// Something does not work, and that is why.
    pub async fn failing(&mut self, why: &str) {
        self.note(AccountState::Failing, Some(why)).await;
    }

    async fn note(&mut self, state: AccountState, why: Option<&str>) {
        let now = self.clock.now();
        let same = self.noted.as_ref().is_some_and(|(noted, because, at)| {
            *noted == state && because.as_deref() == why && now - *at < STALE
        });
        if same {
            return;
        }
        let (id, changed) = (self.account, self.changed(state, why));
        match state {
            AccountState::Failing if changed => {
                tracing::warn!(account = %id, reason = why, "an account fails");
            }
            AccountState::Ok if changed => tracing::info!(account = %id, "an account is connected"),
            _ => {}
        }
        match self.write(state, why, now).await {
            Ok(()) => self.noted = Some((state, why.map(str::to_owned), now)),
            Err(error) => {
                tracing::warn!(account = %id, %error, "could not note how an account is doing");
            }
        }
    }

    fn changed(&self, state: AccountState, why: Option<&str>) -> bool {
        let noted = self.noted.as_ref();
        noted.is_none_or(|(noted, because, _)| *noted != state || because.as_deref() != why)
    }

    async fn write(
        &self,
        state: AccountState,
        why: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let seen_at = (state == AccountState::Ok).then_some(now);
        let mut tx = self.db.write().await?;
        accounts::set_state(&mut tx, self.account, state, why, seen_at).await?;
        tx.commit().await
    }
}
