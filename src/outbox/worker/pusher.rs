//! Carries pushes to the tenants' ntfy servers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use url::Url;

use super::courier::Carrier;
use super::fate::{self, Fate};
use crate::desk::Desk;
use crate::desk::alert::{self, Alert};
use crate::desk::work::{Turns, Work};
use crate::domain::ids::TenantId;
use crate::door::Vault;
use crate::door::outside::Outside;
use crate::outbox::ntfy::{self, Again, Login, Push, PushError, Target};
use crate::store::outbox::{Channel, Claimed, Ending, OutboxState};
use crate::store::telling;
use crate::store::{StoreError, Tx, blobs};

/// How long pushes rest whose server refuses us.
const REST: TimeDelta = TimeDelta::minutes(5);
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

/// What a push showed about its tenant's server.
pub enum Report {
    /// Nothing new.
    Nothing,
    /// It takes pushes.
    Works(TenantId),
    /// It refuses us.
    Refuses(TenantId, String),
}

impl Pusher {
    /// Whether a refusal means all pushes of the tenant. A topic that a person chose may be somebody else's; that is
    /// no reason to keep everybody's back.
    fn means_all(&self, row: &Claimed, status: Option<u16>) -> bool {
        let office = row.tenant.and_then(|tenant| self.desk.office(tenant).ok());
        let ntfy = office.as_ref().and_then(|office| office.ntfy.as_ref());
        let own = ntfy.is_some_and(|ntfy| {
            let topic = row.recipient.strip_prefix(ntfy.topic_prefix.as_str());
            topic.is_some_and(|rest| rest.starts_with('-'))
        });
        own || status != Some(403)
    }

    fn unsent(&self, row: &Claimed, error: PushError) -> (Ending, Report) {
        let now = self.desk.clock.now();
        let words = error.words;
        match (error.again, row.tenant) {
            (Again::Rest, Some(tenant)) if self.means_all(row, error.status) => {
                // Due at once, and held back by the rest alone; the attempt does not count.
                let mut ending = Fate::plain(row, OutboxState::Pending, words.clone(), now).ending;
                ending.uncounted = true;
                (ending, Report::Refuses(tenant, words))
            }
            (Again::Never | Again::Rest, _) => {
                (fate::failed(row, words, now).ending, Report::Nothing)
            }
            (Again::Later(asked), _) => {
                let mut ending = fate::later(row, words, now, self.desk.random.fraction()).ending;
                // The server knows best, where it says something.
                let asked = asked.and_then(|asked| TimeDelta::from_std(asked).ok());
                if let (Some(asked), OutboxState::Deferred) = (asked, ending.state) {
                    ending.next_attempt_at = now + asked;
                }
                (ending, Report::Nothing)
            }
        }
    }

    /// Tells those who run the tenant, by mail, that its pushes rest.
    async fn tell(&self, tx: &mut Tx, tenant: TenantId, why: &str) -> Result<(), StoreError> {
        let Ok(office) = self.desk.office(tenant) else {
            return Ok(());
        };
        let (directory, now) = (self.desk.directory(), self.desk.clock.now());
        let (mut work, mut turns) = (Work::default(), Turns::default());
        let mut hand = self.desk.hand(&directory, &office, &mut work, &mut turns);
        let alert = Alert {
            cause: format!("ntfy:{}", now.timestamp()),
            headline: "The ntfy server refuses our pushes".to_owned(),
            text: format!(
                "The ntfy server says: {why}. Nothing is lost: all pushes wait, and are tried again every few minutes and as soon as its settings are saved."
            ),
            link: self
                .desk
                .links
                .tenant(&office.tenant.slug, "/settings/ntfy"),
            ticket: None,
        };
        alert::raise(&mut hand, &alert);
        work.flush(tx, now).await
    }
}

impl Carrier for Pusher {
    const CHANNEL: Channel = Channel::Ntfy;
    type Report = Report;

    async fn carry(&self, row: Claimed) -> (Ending, Report) {
        let published = async {
            let (target, push) = self.prepared(&row)?;
            ntfy::publish(&self.outside, &target, &push).await
        };
        match published.await {
            Ok(id) => {
                let now = self.desk.clock.now();
                let ending = Fate::plain(&row, OutboxState::Sent, id, now).ending;
                (ending, row.tenant.map_or(Report::Nothing, Report::Works))
            }
            Err(error) => self.unsent(&row, error),
        }
    }

    async fn report(&self, tx: &mut Tx, reports: Vec<Report>) -> Result<(), StoreError> {
        let mut working = BTreeSet::new();
        let mut refusing = BTreeMap::new();
        for report in reports {
            match report {
                Report::Nothing => {}
                Report::Works(tenant) => {
                    working.insert(tenant);
                }
                Report::Refuses(tenant, why) => {
                    refusing.insert(tenant, why);
                }
            }
        }
        let until = self.desk.clock.now() + REST;
        for (tenant, why) in refusing.into_iter().filter(|(t, _)| !working.contains(t)) {
            if telling::rest_ntfy(tx, tenant, until, &why).await? {
                self.tell(tx, tenant, &why).await?;
            }
        }
        for tenant in working {
            telling::resume_ntfy(tx, tenant).await?;
        }
        Ok(())
    }
}
