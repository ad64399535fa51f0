//! Carries pushes to the tenants' ntfy servers.

use chrono::TimeDelta;
use url::Url;

use super::courier::Carrier;
use super::fate::{self, Fate};
use crate::desk::Desk;
use crate::door::Vault;
use crate::door::outside::Outside;
use crate::outbox::ntfy::{self, Again, Login, Push, PushError, Target};
use crate::store::outbox::{Channel, Claimed, Ending, OutboxState};
use crate::store::telling;
use crate::store::{StoreError, Tx, blobs};

/// No push is larger than this.
const LARGEST: i64 = 64 * 1024;

/// Carries pushes. Cheap to clone.
#[derive(Clone)]
pub struct Pusher {
    desk: Desk,
    vault: Vault,
    outside: Outside,
}

impl Pusher {
    /// A pusher that reaches servers through `outside`.
    pub fn new(desk: &Desk, vault: Vault, outside: Outside) -> Self {
        Self {
            desk: desk.clone(),
            vault,
            outside,
        }
    }

    /// Where a push goes, and what it says. The tenant's settings of today count, not those of when it was queued.
    fn prepared(&self, row: &Claimed) -> Result<(Target, Push), PushError> {
        let never = |words: String| PushError {
            again: Again::Never,
            status: None,
            words,
        };
        let office = row.tenant.and_then(|tenant| self.desk.office(tenant).ok());
        let settings = office.as_ref().and_then(|office| office.ntfy.as_ref());
        let (Some(settings), Some(tenant)) = (settings, row.tenant) else {
            return Err(never("pushes are switched off".to_owned()));
        };
        let packed = row.body.as_deref().unwrap_or_default();
        let body = blobs::expand(packed, LARGEST).map_err(|e| never(e.to_string()))?;
        let push = serde_json::from_slice(&body).map_err(|e| never(e.to_string()))?;
        let server = Url::parse(&settings.server).map_err(|e| never(e.to_string()))?;
        let (kept, cell) = (&settings.token, telling::Ntfy::token_cell(tenant));
        let token = self
            .vault
            .open(&cell, kept.sealed.as_deref(), kept.env.as_deref());
        let token = token.map_err(|error| PushError {
            again: Again::Later(None),
            status: None,
            words: error.to_string(),
        })?;
        let login = match &settings.username {
            Some(name) => Login::User(name.clone(), token),
            None if kept.sealed.is_some() || kept.env.is_some() => Login::Token(token),
            None => Login::None,
        };
        let target = Target {
            server,
            login,
            trusted: settings.trusted,
        };
        Ok((target, push))
    }
}

impl Carrier for Pusher {
    const CHANNEL: Channel = Channel::Ntfy;
    type Report = ();

    async fn carry(&self, row: Claimed) -> (Ending, ()) {
        let published = async {
            let (target, push) = self.prepared(&row)?;
            ntfy::publish(&self.outside, &target, &push).await
        };
        let published = published.await;
        let now = self.desk.clock.now();
        let fate = match published {
            Ok(id) => Fate::plain(&row, OutboxState::Sent, id, now),
            Err(PushError {
                again: Again::Never,
                words,
                ..
            }) => fate::failed(&row, words, now),
            Err(PushError {
                again: Again::Later(asked),
                words,
                ..
            }) => {
                let mut fate = fate::later(&row, words, now, self.desk.random.fraction());
                // The server knows best, where it says something.
                let asked = asked.and_then(|asked| TimeDelta::from_std(asked).ok());
                if let (Some(asked), OutboxState::Deferred) = (asked, fate.ending.state) {
                    fate.ending.next_attempt_at = now + asked;
                }
                fate
            }
        };
        (fate.ending, ())
    }

    async fn report(&self, _: &mut Tx, _: Vec<()>) -> Result<(), StoreError> {
        Ok(())
    }
}
