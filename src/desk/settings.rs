//! How a setting is changed: in one transaction with a line of the audit log, and known everywhere at once.

use std::sync::Arc;

use crate::desk::directory::Office;
use crate::desk::{Desk, DeskError, Who};
use crate::domain::access;
use crate::domain::audit::{Line, Via};
use crate::domain::ids::AuditId;
use crate::store::{Topic, Tx, audit, tenants};

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
        let mut tx = self.db.write().await?;
        // A change begins with what others changed a moment ago, in this process or in another one: else it would put
        // back what it does not mean to touch.
        tenants::lock_settings(&mut tx, who.tenant).await?;
        let directory = self.refresh_from(&mut tx).await?;
        let office = directory
            .office(who.tenant)
            .cloned()
            .ok_or(DeskError::NotFound("tenant"))?;
        Ok(SettingsChange {
            tx,
            office,
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
        self.desk
            .push_people(&mut self.tx, &self.office, &self.lines)
            .await?;
        self.tx.wake(Topic::Settings);
        self.tx.commit().await?;
        self.desk.refresh().await
    }
}
