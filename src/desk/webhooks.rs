//! What admins do with webhooks: create, change, try out, give a new secret, tell again, remove.

use chrono::{DateTime, Duration, Utc};
use secrecy::zeroize::Zeroizing;
use serde_json::json;
use url::Url;

use crate::desk::settings::SettingsChange;
use crate::desk::{Desk, DeskError, Who};
use crate::domain::audit::{Differences, Via};
use crate::domain::ids::{OutboxId, WebhookId};
use crate::domain::webhook::{Secret, TEST_EVENT, is_known};
use crate::store::accounts::StoredPassword;
use crate::store::outbox::{self, Audience, Channel, NewOutbox};
use crate::store::webhooks::{self, Webhook};
use crate::store::{Topic, blobs};

/// The most webhooks of a tenant, and the longest address.
const MOST: usize = 50;
const LONGEST: usize = 2000;
/// How long the old secret signs beside a new one.
const OVERLAP: Duration = Duration::days(1);
/// The longest span that is told again at once.
const LONGEST_SPAN: Duration = Duration::days(30);

/// The secret of a webhook, to be shown this once.
pub type Shown = Zeroizing<String>;

/// What of a webhook is to change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookChange {
    /// Which events; none named means every one.
    pub events: Option<Vec<String>>,
    /// On or off.
    pub active: Option<bool>,
}

impl Desk {
    /// Creates a webhook with a secret of its own.
    ///
    /// # Errors
    /// An address that cannot be called, or is there already; an event that does not exist; a role that may not.
    pub async fn create_webhook(
        &self,
        who: &Who,
        via: Via,
        url: &str,
        events: Vec<String>,
    ) -> Result<(WebhookId, Shown), DeskError> {
        let url = checked(url)?;
        check_events(&events)?;
        let mut change = self.change_settings(who, via).await?;
        if change.office.webhooks.len() >= MOST {
            return Err(DeskError::Conflict(format!(
                "there are {MOST} webhooks already"
            )));
        }
        if change.office.webhooks.iter().any(|hook| hook.url == url) {
            return Err(DeskError::Conflict(
                "this address is called already".to_owned(),
            ));
        }
        let now = change.now();
        let secret = Secret::new(self.random.bytes());
        let shown = secret.reveal();
        let mut hook = Webhook::new(WebhookId(self.random.uuid(now)), url, false);
        hook.events = events;
        hook.secret = self.sealed(who, &hook.url, &shown);
        webhooks::put(&mut change.tx, who.tenant, &hook, now).await?;
        change.record("webhook.created", &hook.url, told_of(&hook.events));
        change.commit().await?;
        Ok((hook.id, shown))
    }

    /// Changes what a webhook is told of, or switches it on or off. Switched on again it has a clean record.
    pub async fn change_webhook(
        &self,
        who: &Who,
        via: Via,
        id: WebhookId,
        wanted: WebhookChange,
    ) -> Result<(), DeskError> {
        if let Some(events) = &wanted.events {
            check_events(events)?;
        }
        let mut change = self.change_settings(who, via).await?;
        let was = found(&change, id)?;
        let mut hook = was.clone();
        if let Some(events) = wanted.events {
            hook.events = events;
        }
        if let Some(active) = wanted.active {
            hook.active = active;
            if active && !was.active {
                (hook.given_up, hook.failing_since) = (None, None);
            }
        }
        let differences = Differences::default()
            .field("events", &told_of(&was.events), &told_of(&hook.events))
            .field("active", &was.active, &hook.active);
        if differences.is_empty() {
            return Ok(());
        }
        let now = change.now();
        webhooks::put(&mut change.tx, who.tenant, &hook, now).await?;
        change.record("webhook.changed", &hook.url, differences.to_string());
        change.commit().await
    }

    /// Gives a webhook a new secret. For a day the old one signs as well, so that nothing is refused while the receiver
    /// is changed.
    pub async fn rotate_webhook(
        &self,
        who: &Who,
        via: Via,
        id: WebhookId,
    ) -> Result<Shown, DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let mut hook = found(&change, id)?;
        let now = change.now();
        hook.old_secret = hook.secret.sealed.take().map(|old| (old, now + OVERLAP));
        let shown = Secret::new(self.random.bytes()).reveal();
        hook.secret = self.sealed(who, &hook.url, &shown);
        webhooks::put(&mut change.tx, who.tenant, &hook, now).await?;
        change.record(
            "webhook.rotated",
            &hook.url,
            "a new secret; the old one counts for one more day",
        );
        change.commit().await?;
        Ok(shown)
    }

    /// Removes a webhook. What it was not told yet is told to nobody.
    pub async fn remove_webhook(
        &self,
        who: &Who,
        via: Via,
        id: WebhookId,
    ) -> Result<(), DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let hook = found(&change, id)?;
        webhooks::remove(&mut change.tx, who.tenant, id).await?;
        change.record("webhook.removed", &hook.url, "");
        change.commit().await
    }

    /// Calls a webhook once with an event that means nothing.
    pub async fn try_webhook(
        &self,
        who: &Who,
        via: Via,
        id: WebhookId,
    ) -> Result<OutboxId, DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let hook = found(&change, id)?;
        let now = change.now();
        let item = OutboxId(self.random.uuid(now));
        let body = json!({
            "type": TEST_EVENT,
            "timestamp": now,
            "data": { "tenant": change.office.tenant.slug, "by": who.name },
        });
        let row = NewOutbox {
            id: item,
            tenant: Some(who.tenant),
            channel: Channel::Webhook,
            audience: Audience::Agent,
            account: None,
            mailbox: None,
            ticket: None,
            message: None,
            cause: format!("test:{item}"),
            recipient: hook.url.clone(),
            envelope_from: String::new(),
            mail_id: None,
            body: blobs::compress(body.to_string().as_bytes()),
            send_at: now,
        };
        outbox::insert_all(&mut change.tx, &[row], now).await?;
        change.tx.wake(Topic::Outbox);
        change.record("webhook.tried", &hook.url, "");
        change.commit().await?;
        Ok(item)
    }

    /// Tells a webhook again what it was told, or was to be told, in a span of time. Gives how many calls.
    ///
    /// # Errors
    /// A span that ends before it begins, or of more than thirty days.
    pub async fn replay_webhook(
        &self,
        who: &Who,
        via: Via,
        id: WebhookId,
        (since, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<u64, DeskError> {
        if until < since || until - since > LONGEST_SPAN {
            return Err(DeskError::invalid(
                "since",
                "expected a span of at most thirty days",
            ));
        }
        let mut change = self.change_settings(who, via).await?;
        let hook = found(&change, id)?;
        let now = change.now();
        let count =
            webhooks::replay(&mut change.tx, who.tenant, &hook.url, (since, until), now).await?;
        change.tx.wake(Topic::Outbox);
        let span = format!(
            "{count} calls from {} until {}",
            since.to_rfc3339(),
            until.to_rfc3339()
        );
        change.record("webhook.replayed", &hook.url, span);
        change.commit().await?;
        Ok(count)
    }

    /// Tells a webhook one item again.
    pub async fn replay_webhook_item(
        &self,
        who: &Who,
        via: Via,
        id: WebhookId,
        item: OutboxId,
    ) -> Result<(), DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let hook = found(&change, id)?;
        let now = change.now();
        if !webhooks::replay_one(&mut change.tx, who.tenant, &hook.url, item, now).await? {
            return Err(DeskError::NotFound("call"));
        }
        change.tx.wake(Topic::Outbox);
        change.record("webhook.replayed", &hook.url, format!("one call, {item}"));
        change.commit().await
    }

    fn sealed(&self, who: &Who, url: &str, secret: &str) -> StoredPassword {
        let cell = Webhook::secret_cell(who.tenant, url);
        StoredPassword {
            sealed: Some(self.key.seal(&cell, secret.as_bytes(), &self.random)),
            env: None,
        }
    }
}

fn found(change: &SettingsChange<'_>, id: WebhookId) -> Result<Webhook, DeskError> {
    let hook = change.office.webhooks.iter().find(|hook| hook.id == id);
    hook.cloned().ok_or(DeskError::NotFound("webhook"))
}

/// The address as it is kept; where it leads is looked at whenever it is called.
fn checked(url: &str) -> Result<String, DeskError> {
    let expected =
        || DeskError::invalid("url", "expected an address like https://example.org/hook");
    let parsed = Url::parse(url.trim()).map_err(|_| expected())?;
    let web = matches!(parsed.scheme(), "https" | "http") && parsed.has_host();
    let login = !parsed.username().is_empty() || parsed.password().is_some();
    if !web || login || parsed.as_str().len() > LONGEST {
        return Err(expected());
    }
    Ok(parsed.as_str().trim_end_matches('/').to_owned())
}

fn check_events(events: &[String]) -> Result<(), DeskError> {
    match events.iter().find(|event| !is_known(event)) {
        Some(unknown) => {
            let unknown: String = unknown.chars().take(60).collect();
            Err(DeskError::invalid(
                "events",
                format!("there is no event {unknown}"),
            ))
        }
        None => Ok(()),
    }
}

fn told_of(events: &[String]) -> String {
    if events.is_empty() {
        "every event".to_owned()
    } else {
        events.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_the_web_without_a_login() {
        for (url, kept) in [
            (
                " https://example.org/hook ",
                Some("https://example.org/hook"),
            ),
            ("https://example.org/", Some("https://example.org")),
            ("http://10.0.0.7:8080/x", Some("http://10.0.0.7:8080/x")),
            ("ftp://example.org/", None),
            ("https://ada:pw@example.org/", None),
            ("javascript:alert(1)", None),
            ("example.org", None),
            ("", None),
        ] {
            assert_eq!(checked(url).ok().as_deref(), kept, "{url}");
        }
    }
}
