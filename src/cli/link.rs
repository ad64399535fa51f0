//! One-time links, with which people set their password.

use chrono::TimeDelta;

use super::House;
use crate::desk::directory::Directory;
use crate::desk::invite::{Invitation, invitation};
use crate::domain::ids::{OutboxId, TenantId};
use crate::domain::person::User;
use crate::door::Bearer;
use crate::store::people::{self, Link as StoredLink};
use crate::store::{StoreError, Topic, Tx, outbox};

/// How long an invitation is good for.
const INVITATION: TimeDelta = TimeDelta::hours(72);
/// How long a link to set a new password is good for.
const RESET: TimeDelta = TimeDelta::hours(1);

/// A link that was just made. Nobody can show it again.
pub(super) struct Link {
    user: User,
    tenant: Option<TenantId>,
    word: Bearer,
    good_for: TimeDelta,
}

impl Link {
    /// A link for somebody new; `tenant` is who invites them.
    pub async fn invite(
        tx: &mut Tx,
        house: &House,
        user: &User,
        tenant: Option<TenantId>,
    ) -> Result<Self, StoreError> {
        Self::make(tx, house, user, tenant, ("invite", INVITATION)).await
    }

    /// A link for somebody who needs a new password.
    pub async fn reset(tx: &mut Tx, house: &House, user: &User) -> Result<Self, StoreError> {
        Self::make(tx, house, user, None, ("reset", RESET)).await
    }

    async fn make(
        tx: &mut Tx,
        house: &House,
        user: &User,
        tenant: Option<TenantId>,
        (purpose, good_for): (&str, TimeDelta),
    ) -> Result<Self, StoreError> {
        let word = Bearer::new("", &house.random);
        let now = house.clock.now();
        let link = StoredLink {
            token_hash: word.hash(),
            user_id: user.id.0,
            tenant_id: tenant.map(|tenant| tenant.0),
            purpose: purpose.to_owned(),
            expires_at: now + good_for,
        };
        people::insert_link(tx, &link, now).await?;
        Ok(Self {
            user: user.clone(),
            tenant,
            word,
            good_for,
        })
    }

    /// The link itself.
    pub fn url(&self, house: &House) -> String {
        format!(
            "{}/set-password/{}",
            house.config.server.public_url.origin(),
            self.word.expose()
        )
    }

    /// Queues the links that tenants send, as mails. Whoever cannot be sent one is told by whoever ran the
    /// command: the links are printed as well.
    pub async fn queue(links: &[Self], tx: &mut Tx, house: &House) -> Result<(), StoreError> {
        if links.is_empty() {
            return Ok(());
        }
        let directory = Directory::load(tx, &house.key).await?;
        let now = house.clock.now();
        let letters = links.iter().filter_map(|link| {
            let office = directory.office(link.tenant?)?;
            let letter = Invitation {
                id: OutboxId(house.random.uuid(now)),
                link: &link.url(house),
                days: link.good_for.num_days(),
                loop_mark: &directory.loop_mark,
                now,
            };
            invitation(office, &link.user, &letter)
        });
        let letters: Vec<_> = letters.collect();
        outbox::insert_all(tx, &letters, now).await?;
        tx.wake(Topic::Outbox);
        Ok(())
    }

    /// What to tell whoever ran the command.
    pub fn sentence(&self, house: &House) -> String {
        let hours = self.good_for.num_hours();
        let time = if hours <= 48 {
            format!("{hours} hour{}", if hours == 1 { "" } else { "s" })
        } else {
            format!("{} days", hours / 24)
        };
        format!(
            "{} sets a password at {} (once, within {time})",
            self.user.email,
            self.url(house)
        )
    }
}
