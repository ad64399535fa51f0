//! What the tenant's topic about security hears beside alerts, where it is switched on: passwords that were changed,
//! log-ins that are slowed down, keys that were rotated.

use crate::desk::alert::{self, Alert};
use crate::desk::work::{Turns, Work};
use crate::desk::{Desk, DeskError};
use crate::domain::address::EmailAddress;
use crate::domain::ids::TenantId;
use crate::domain::person::{Membership, User};
use crate::store::{StoreError, Tx};

impl Desk {
    /// A password was changed: every desk at which its owner works hears of it.
    pub async fn note_password(&self, tx: &mut Tx, user: &User) -> Result<(), StoreError> {
        let directory = self.directory();
        for office in directory.offices() {
            if !office.person(user.id).is_some_and(Membership::is_here) {
                continue;
            }
            let text = "All sessions of theirs have ended. If it was not them, suspend them, and look at what was done in \
                        their name.";
            let alert = Alert {
                cause: format!(
                    "password:{}:{}",
                    user.id,
                    self.clock.now().timestamp_millis()
                ),
                headline: format!("The password of {} was changed", user.name),
                text: text.to_owned(),
                link: self.links.tenant(&office.tenant.slug, "/settings"),
                ticket: None,
            };
            self.push_alert(tx, office.tenant.id, &alert).await?;
        }
        Ok(())
    }

    /// Log-ins have to wait after too many wrong passwords: those of an account, once a day, or without one those of a
    /// whole network, once an hour. Accounts that do not exist here are nobody's news.
    pub async fn note_slowed(
        &self,
        tenant: TenantId,
        account: Option<&str>,
    ) -> Result<(), DeskError> {
        let (office, now) = (self.office(tenant)?, self.clock.now());
        if !office.ntfy.as_ref().is_some_and(|ntfy| ntfy.security) {
            return Ok(());
        }
        let address: Option<EmailAddress> = account.and_then(|account| account.parse().ok());
        let person = address.and_then(|address| office.person_at(&address));
        let (cause, headline, text) = match (account, person) {
            (None, _) => (
                format!("log-in:network:{}", now.format("%Y-%m-%dT%H")),
                "Somebody guesses passwords".to_owned(),
                "Too many wrong passwords came from one network; it has to wait ten minutes after each one from now on.",
            ),
            (Some(_), Some(person)) if person.is_here() => (
                format!("log-in:{}:{}", person.user.id, now.date_naive()),
                format!("Wrong passwords for {}", person.user.name),
                "There were five in a row. Each further one makes the next try wait longer, up to a quarter of an hour.",
            ),
            _ => return Ok(()),
        };
        let alert = Alert {
            cause,
            headline,
            text: text.to_owned(),
            link: self.links.tenant(&office.tenant.slug, "/settings"),
            ticket: None,
        };
        let mut tx = self.db.write().await?;
        self.push_alert(&mut tx, tenant, &alert).await?;
        Ok(tx.commit().await?)
    }

    /// Pushes an alert, in the caller's transaction, and writes to nobody.
    pub(super) async fn push_alert(
        &self,
        tx: &mut Tx,
        tenant: TenantId,
        alert: &Alert,
    ) -> Result<(), StoreError> {
        let directory = self.directory();
        let Some(office) = directory.office(tenant) else {
            return Ok(());
        };
        let (mut work, mut turns) = (Work::default(), Turns::default());
        let mut hand = self.hand(&directory, office, &mut work, &mut turns);
        alert::push(&mut hand, alert);
        work.flush(tx, self.clock.now()).await
    }
}
