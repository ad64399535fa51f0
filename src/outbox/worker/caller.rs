//! Carries calls to the tenants' webhooks, remembers how they ended, and gives up on those that never answer.

use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::time::Instant;
use url::Url;

use super::courier::Carrier;
use crate::desk::Desk;
use crate::desk::alert::{self, Alert};
use crate::desk::directory::Office;
use crate::desk::work::{Turns, Work};
use crate::domain::ids::TenantId;
use crate::domain::webhook::{Outcome, Secret, Standing, next_attempt, standing};
use crate::door::Vault;
use crate::door::outside::Outside;
use crate::outbox::webhook::{self, Ended, Target};
use crate::store::outbox::{Channel, Claimed, Ending, OutboxState};
use crate::store::webhooks::{self, Call, Webhook};
use crate::store::{StoreError, Topic, Tx, blobs};

/// No call is larger than this.
const LARGEST: i64 = 1 << 20;

/// Carries calls. Cheap to clone.
#[derive(Clone)]
pub struct Caller {
    desk: Desk,
    vault: Vault,
    outside: Outside,
}

/// How a call went, for the log.
pub struct Report {
    tenant: TenantId,
    url: String,
    call: Call,
    standing: Standing,
}

impl Caller {
    /// A caller that reaches programs through `outside`.
    pub fn new(desk: &Desk, vault: Vault, outside: Outside) -> Self {
        Self {
            desk: desk.clone(),
            vault,
            outside,
        }
    }

    /// Calls, if everything that is needed is there.
    async fn call(&self, row: &Claimed, tenant: TenantId, hook: &Webhook) -> Ended {
        match self.prepared(row, tenant, hook) {
            Ok((target, body)) => {
                let at = self.desk.clock.now().timestamp();
                webhook::call(&self.outside, &target, row.id, at, body).await
            }
            Err(ended) => ended,
        }
    }

    fn prepared(
        &self,
        row: &Claimed,
        tenant: TenantId,
        hook: &Webhook,
    ) -> Result<(Target, Vec<u8>), Ended> {
        let refused = |words: String| Ended {
            outcome: Outcome::Refused,
            words,
        };
        // A secret that is missing is put back by somebody: nothing is lost meanwhile.
        let later = |words: String| Ended {
            outcome: Outcome::Later {
                status: None,
                wait: None,
            },
            words,
        };
        let packed = row.body.as_deref();
        let packed = packed.ok_or_else(|| refused("the call is too large".to_owned()))?;
        let body = blobs::expand(packed, LARGEST).map_err(|error| refused(error.to_string()))?;
        let url = Url::parse(&hook.url).map_err(|error| refused(error.to_string()))?;
        let now = self.desk.clock.now();
        let cell = Webhook::secret_cell(tenant, &hook.url);
        let open = |sealed: Option<&[u8]>, env: Option<&str>| {
            let text = self
                .vault
                .open(&cell, sealed, env)
                .map_err(|e| later(e.to_string()))?;
            Secret::read(text.expose_secret()).map_err(|e| later(e.to_string()))
        };
        let (kept, old) = (&hook.secret, hook.old_secret.as_ref());
        let mut secrets = Vec::new();
        if kept.sealed.is_some() || kept.env.is_some() {
            secrets.push(open(kept.sealed.as_deref(), kept.env.as_deref())?);
        }
        if let Some((sealed, _)) = old.filter(|(_, until)| *until > now) {
            secrets.push(open(Some(sealed), None)?);
        }
        let target = Target {
            url,
            secrets,
            trusted: hook.trusted,
        };
        Ok((target, body))
    }

    fn ending(&self, row: &Claimed, ended: &Ended) -> Ending {
        let now = self.desk.clock.now();
        let next = next_attempt(
            row.attempts,
            ended.outcome,
            now,
            self.desk.random.fraction(),
        );
        let state = match (ended.outcome, next) {
            (Outcome::Taken, _) => OutboxState::Sent,
            (_, Some(_)) => OutboxState::Deferred,
            (_, None) => OutboxState::Failed,
        };
        Ending {
            id: row.id,
            state,
            reply: ended.words.clone(),
            next_attempt_at: next.unwrap_or(now),
            uncounted: false,
        }
    }

    /// It was queued before the webhook was switched off: it waits for a replay.
    fn kept(&self, row: &Claimed) -> Ending {
        Ending {
            id: row.id,
            state: OutboxState::Held,
            reply: "the webhook is switched off".to_owned(),
            next_attempt_at: self.desk.clock.now(),
            uncounted: true,
        }
    }

    /// Tells the tenant's admins that a webhook was switched off.
    async fn tell(
        &self,
        tx: &mut Tx,
        office: &Arc<Office>,
        report: &Report,
        why: &str,
    ) -> Result<(), StoreError> {
        let directory = self.desk.directory();
        let (mut work, mut turns) = (Work::default(), Turns::default());
        let mut hand = self.desk.hand(&directory, office, &mut work, &mut turns);
        let alert = Alert {
            cause: format!("webhook:{}:{}", report.call.webhook, report.call.id),
            headline: "A webhook was switched off".to_owned(),
            text: format!(
                "The webhook {} was switched off: {why}. What it is not told from now on is kept for thirty days. Once it works, switch it on again and replay the time since it failed.",
                report.url
            ),
            link: self.desk.links.tenant(
                &office.tenant.slug,
                &format!("/settings/webhooks/{}", report.call.webhook),
            ),
            ticket: None,
        };
        alert::raise(&mut hand, &alert);
        work.flush(tx, self.desk.clock.now()).await
    }
}

impl Carrier for Caller {
    const CHANNEL: Channel = Channel::Webhook;
    type Report = Option<Report>;

    async fn carry(&self, row: Claimed) -> (Ending, Option<Report>) {
        let office = row.tenant.and_then(|tenant| self.desk.office(tenant).ok());
        let hook = office.as_ref().and_then(|office| {
            office
                .webhooks
                .iter()
                .find(|hook| hook.url == row.recipient)
        });
        let (Some(tenant), Some(hook)) = (row.tenant, hook) else {
            let ended = Ended {
                outcome: Outcome::Refused,
                words: "the webhook is gone".to_owned(),
            };
            return (self.ending(&row, &ended), None);
        };
        if !hook.active {
            return (self.kept(&row), None);
        }
        let started = Instant::now();
        let ended = self.call(&row, tenant, hook).await;
        let now = self.desk.clock.now();
        let call = Call {
            id: self.desk.random.uuid(now),
            webhook: hook.id,
            item: row.id,
            at: now,
            took_ms: i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX),
            status: match ended.outcome {
                Outcome::Later { status, .. } => status.map(i64::from),
                Outcome::Gone => Some(410),
                Outcome::Taken => Some(200),
                Outcome::Refused => None,
            },
            answer: ended.words.clone(),
        };
        let report = Report {
            tenant,
            url: hook.url.clone(),
            call,
            standing: standing(hook.failing_since, ended.outcome, now),
        };
        (self.ending(&row, &ended), Some(report))
    }

    async fn report(&self, tx: &mut Tx, reports: Vec<Option<Report>>) -> Result<(), StoreError> {
        let now = self.desk.clock.now();
        let mut reports: Vec<Report> = reports.into_iter().flatten().collect();
        // Of many calls at once the last ones that were taken count: a webhook that takes some works.
        reports.sort_by_key(|report| report.standing == Standing::Works);
        for report in &reports {
            let (tenant, hook) = (report.tenant, report.call.webhook);
            let office = self.desk.office(tenant).ok();
            let known = office
                .as_ref()
                .and_then(|office| office.webhooks.iter().find(|known| known.id == hook));
            let Some(known) = known else { continue };
            let unchanged = match report.standing {
                Standing::Works => known.failing_since.is_none(),
                Standing::FailingSince(_) => known.failing_since.is_some(),
                Standing::GivenUp(_) => false,
            };
            webhooks::remember(tx, tenant, std::slice::from_ref(&report.call), now).await?;
            if unchanged {
                continue;
            }
            let given_up = webhooks::stand(tx, tenant, hook, report.standing).await?;
            tx.wake(Topic::Settings);
            if let (true, Standing::GivenUp(why), Some(office)) =
                (given_up, report.standing, &office)
            {
                self.tell(tx, office, report, why).await?;
            }
        }
        Ok(())
    }
}
