//! How a setting is changed: in one transaction with a line of the audit log, and known everywhere at once.

use std::sync::Arc;

use serde_json::json;

use crate::desk::directory::Office;
use crate::desk::{Desk, DeskError, Who};
use crate::domain::access;
use crate::domain::audit::{Line, Via};
use crate::domain::ids::{AuditId, OutboxId};
use crate::store::outbox::{self, Audience, Channel, NewOutbox};
use crate::store::{Topic, Tx, audit, blobs};

/// A change of settings under way. Dropped, it has changed nothing.
///
/// ```ignore
/// let mut change = desk.change_settings(&who, Via::Page).await?;
/// store::rules::put(&mut change.tx, change.office.tenant.id, &rule, change.now()).await?;
/// change.record("rule.changed", &rule.name, "order: 2 → 1");
/// change.commit().await?;
/// ```
#[must_use]
pub struct SettingsChange<'d> {
    /// What is written goes in here.
    pub tx: Tx,
    /// The settings as they were when the change began.
    pub office: Arc<Office>,
    desk: &'d Desk,
    who: Who,
    via: Via,
    lines: Vec<Line>,
}

impl Desk {
    /// Begins a change of the tenant's settings by one of its admins.
    ///
    /// # Errors
    /// A role that may not change settings.
    pub async fn change_settings(
        &self,
        who: &Who,
        via: Via,
    ) -> Result<SettingsChange<'_>, DeskError> {
        if !access::may_manage_settings(who.role) {
            let sentence = "Only admins and owners change settings.";
            return Err(DeskError::Forbidden(sentence.to_owned()));
        }
        self.change_own(who, via).await
    }

    /// Begins a change of what people settle for themselves: absence, notifications, signature. The caller
    /// makes sure that it is their own.
    pub async fn change_own(&self, who: &Who, via: Via) -> Result<SettingsChange<'_>, DeskError> {
        Ok(SettingsChange {
            tx: self.db.write().await?,
            office: self.office(who.tenant)?,
            desk: self,
            who: who.clone(),
            via,
            lines: Vec::new(),
        })
    }
}

impl SettingsChange<'_> {
    /// The moment of the change.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.desk.clock.now()
    }

    /// Notes what is changed: `kind` such as `rule.changed`, `subject` the name of what is changed, and a sentence about
    /// it without secrets.
    pub fn record(
        &mut self,
        kind: impl Into<String>,
        subject: impl Into<String>,
        summary: impl Into<String>,
    ) {
        let at = self.now();
        self.lines.push(Line {
            id: AuditId(self.desk.random.uuid(at)),
            at,
            actor: self.who.actor(),
            via: self.via,
            kind: kind.into(),
            subject: subject.into(),
            summary: summary.into(),
        });
    }

    /// Writes all of it, and makes it known to this process and to others. Without a line nothing has changed, and
    /// nothing is written.
    pub async fn commit(mut self) -> Result<(), DeskError> {
        if self.lines.is_empty() {
            return Ok(());
        }
        audit::insert_all(&mut self.tx, Some(self.who.tenant), &self.lines).await?;
        self.push_people().await?;
        self.tx.wake(Topic::Settings);
        self.tx.commit().await?;
        self.desk.refresh().await
    }

    /// Tells the tenant's topic about people, where it is switched on: who came, left, or may do something else now.
    async fn push_people(&mut self) -> Result<(), DeskError> {
        let ntfy = self.office.ntfy.as_ref().filter(|ntfy| ntfy.users);
        let Some(topic) = ntfy.map(|ntfy| format!("{}-users", ntfy.topic_prefix)) else {
            return Ok(());
        };
        let now = self.now();
        let page = self
            .desk
            .links
            .tenant(&self.office.tenant.slug, "/settings");
        let about_people = |line: &&Line| {
            let group = line.kind.split('.').next().unwrap_or_default();
            matches!(group, "user" | "person" | "member" | "invitation")
        };
        let rows: Vec<NewOutbox> = self
            .lines
            .iter()
            .filter(about_people)
            .map(|line| {
                let body = json!({
                    "topic": topic,
                    "title": format!("{} · {}", line.subject, line.kind),
                    "message": format!("{} · {}", line.summary, line.actor.name()),
                    "priority": 3,
                    "tags": ["busts_in_silhouette"],
                    "click": page,
                });
                NewOutbox {
                    id: OutboxId(self.desk.random.uuid(now)),
                    tenant: Some(self.who.tenant),
                    channel: Channel::Ntfy,
                    audience: Audience::Agent,
                    account: None,
                    mailbox: None,
                    ticket: None,
                    message: None,
                    cause: format!("people:{}", line.id),
                    recipient: topic.clone(),
                    envelope_from: String::new(),
                    mail_id: None,
                    body: blobs::compress(body.to_string().as_bytes()),
                    send_at: now,
                }
            })
            .collect();
        if !rows.is_empty() {
            outbox::insert_all(&mut self.tx, &rows, now).await?;
            self.tx.wake(Topic::Outbox);
        }
        Ok(())
    }
}
