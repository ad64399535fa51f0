//! People who come, get another role and leave: each a line of the audit log, and a push to the tenant's topic about
//! people, where it is switched on. Nothing in either lets anybody in.

use serde_json::json;

use crate::desk::Desk;
use crate::desk::directory::Office;
use crate::domain::audit::{Line, Via};
use crate::domain::event::Actor;
use crate::domain::ids::{AuditId, OutboxId, TenantId};
use crate::domain::person::{Role, User};
use crate::store::outbox::{self, Audience, Channel, NewOutbox};
use crate::store::{StoreError, Topic, Tx, audit, blobs};

/// What befell one of a tenant's people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Befell {
    /// A link was made with which they set their password.
    Invited(Role),
    /// They can work at once: they had a password, or were given one.
    Added(Role),
    /// They have followed their invitation.
    Joined,
    /// They may do something else from now on.
    Role(Role, Role),
    /// They may log in nowhere.
    Suspended,
    /// They are back.
    Back,
    /// They do not work here any more.
    Removed,
}

impl Befell {
    /// As lines of the audit log call it.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Invited(_) => "user.invited",
            Self::Added(_) => "user.added",
            Self::Joined => "user.joined",
            Self::Role(..) => "user.role_changed",
            Self::Suspended => "user.suspended",
            Self::Back => "user.back",
            Self::Removed => "user.removed",
        }
    }

    fn sentence(self, name: &str) -> String {
        match self {
            Self::Invited(role) => format!("{name} is invited as {role}"),
            Self::Added(role) => format!("{name} works here as {role}"),
            Self::Joined => format!("{name} has set a password and can log in"),
            Self::Role(from, to) => format!("{name} was {from} and is {to} now"),
            Self::Suspended => format!("{name} may not log in any more"),
            Self::Back => format!("{name} may log in again"),
            Self::Removed => format!("{name} does not work here any more"),
        }
    }
}

impl Desk {
    /// Notes what befell one of a tenant's people, in the transaction in which it did, and tells the tenant's topic.
    /// Whoever was not listening when it began is not told.
    pub async fn note_person(
        &self,
        tx: &mut Tx,
        tenant: TenantId,
        (actor, via): (Actor, Via),
        (user, befell): (&User, Befell),
    ) -> Result<(), StoreError> {
        let at = self.clock.now();
        let line = Line {
            id: AuditId(self.random.uuid(at)),
            at,
            actor,
            via,
            kind: befell.kind().to_owned(),
            subject: user.email.to_string(),
            summary: befell.sentence(&user.name),
        };
        audit::insert_all(tx, Some(tenant), std::slice::from_ref(&line)).await?;
        match self.office(tenant) {
            Ok(office) => self.push_people(tx, &office, &[line]).await,
            Err(_) => Ok(()),
        }
    }

    /// Tells a tenant's topic of those lines that are about people.
    pub async fn push_people(
        &self,
        tx: &mut Tx,
        office: &Office,
        lines: &[Line],
    ) -> Result<(), StoreError> {
        let Some(ntfy) = office.ntfy.as_ref().filter(|ntfy| ntfy.users) else {
            return Ok(());
        };
        let topic = format!("{}-users", ntfy.topic_prefix);
        let page = self.links.tenant(&office.tenant.slug, "/settings");
        let now = self.clock.now();
        let rows: Vec<NewOutbox> = lines
            .iter()
            .filter(|line| is_about_people(&line.kind))
            .map(|line| {
                let what = line.kind.split('.').nth(1).unwrap_or_default();
                let body = json!({
                    "topic": topic,
                    "title": format!("{} · {}", line.subject, what.replace('_', " ")),
                    "message": format!("{} · {}", line.summary, line.actor.name()),
                    "priority": 3,
                    "tags": ["busts_in_silhouette"],
                    "click": page,
                });
                NewOutbox {
                    id: OutboxId(self.random.uuid(now)),
                    tenant: Some(office.tenant.id),
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
            outbox::insert_all(tx, &rows, now).await?;
            tx.wake(Topic::Outbox);
        }
        Ok(())
    }
}

fn is_about_people(kind: &str) -> bool {
    let group = kind.split('.').next().unwrap_or_default();
    matches!(group, "user" | "person" | "member" | "invitation")
}
