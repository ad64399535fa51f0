//! Webhooks and ntfy.

use super::change::Write;
use super::draft::{Draft, Edit};
use crate::config::seed::{Ntfy as WantedNtfy, State, Webhook as WantedWebhook};
use crate::domain::ids::WebhookId;
use crate::domain::tenant::Tenant;
use crate::store::accounts::StoredPassword;
use crate::store::telling::Ntfy;
use crate::store::webhooks::Webhook;

/// Works a webhook in.
pub(super) fn work_in_webhook(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &WantedWebhook) {
    let (slug, url) = (&tenant.slug, wanted.url.as_str());
    let known = draft
        .is
        .webhooks
        .iter()
        .position(|(id, hook)| *id == tenant.id && hook.url == url);
    let mut hook = known.map_or_else(
        || Webhook::new(WebhookId(draft.id()), url.to_owned(), true),
        |at| draft.is.webhooks[at].1.clone(),
    );
    let mut edit = Edit::default();
    if wanted.state == State::Absent {
        if known.is_none() {
            return;
        }
        edit.set("switched off", &mut hook.active, Some(false));
    } else {
        edit.set("active", &mut hook.active, Some(true));
        if hook.given_up.take().is_some() {
            hook.failing_since = None;
        }
        edit.set("trusted", &mut hook.trusted, Some(true));
        edit.set("events", &mut hook.events, wanted.events.clone());
        let cell = Webhook::secret_cell(tenant.id, url);
        let secret = wanted
            .secret
            .as_ref()
            .map(|secret| draft.sealed(secret, &hook.secret, &cell));
        edit.set("secret", &mut hook.secret, secret);
    }
    if let Some(sentence) = edit.sentence(&format!("webhook {url}"), known.is_none()) {
        match known {
            Some(at) => draft.is.webhooks[at].1 = hook.clone(),
            None => draft.is.webhooks.push((tenant.id, hook.clone())),
        }
        draft.change(
            format!("{slug}: {sentence}"),
            Write::Webhook(tenant.id, hook),
        );
    }
}

/// Works a tenant's ntfy settings in.
pub(super) fn work_in_ntfy(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &WantedNtfy) {
    let slug = &tenant.slug;
    let known = draft.is.ntfy.iter().position(|(id, _)| *id == tenant.id);
    let mut ntfy = known.map_or_else(|| new_ntfy(tenant), |at| draft.is.ntfy[at].1.clone());
    let mut edit = Edit::default();
    if wanted.state == State::Absent {
        if known.is_none() {
            return;
        }
        edit.set("switched off", &mut ntfy.active, Some(false));
    } else {
        edit.set("active", &mut ntfy.active, Some(true));
        edit.set(
            "server",
            &mut ntfy.server,
            wanted.server.as_ref().map(|url| url.as_str().to_owned()),
        );
        let cell = Ntfy::token_cell(tenant.id);
        let token = wanted
            .token
            .as_ref()
            .map(|token| draft.sealed(token, &ntfy.token, &cell));
        edit.set("token", &mut ntfy.token, token);
        edit.set(
            "topic_prefix",
            &mut ntfy.topic_prefix,
            wanted.topic_prefix.as_ref().map(|p| p.as_str().to_owned()),
        );
        edit.set("tickets", &mut ntfy.tickets, wanted.tickets);
        edit.set("sla", &mut ntfy.sla, wanted.sla);
        edit.set("security", &mut ntfy.security, wanted.security);
        edit.set("users", &mut ntfy.users, wanted.users);
        edit.set(
            "username",
            &mut ntfy.username,
            wanted.username.clone().map(Some),
        );
        edit.set(
            "customer_text",
            &mut ntfy.customer_text,
            wanted.customer_text,
        );
        edit.set("trusted", &mut ntfy.trusted, Some(true));
    }
    if ntfy.server.is_empty() {
        draft.mistake(&wanted.place, "expected the key server");
    }
    if let Some(sentence) = edit.sentence("ntfy", known.is_none()) {
        match known {
            Some(at) => draft.is.ntfy[at].1 = ntfy.clone(),
            None => draft.is.ntfy.push((tenant.id, ntfy.clone())),
        }
        draft.change(format!("{slug}: {sentence}"), Write::Ntfy(tenant.id, ntfy));
    }
}

fn new_ntfy(tenant: &Tenant) -> Ntfy {
    Ntfy {
        server: String::new(),
        token: StoredPassword::default(),
        topic_prefix: tenant.slug.clone(),
        tickets: true,
        sla: true,
        security: true,
        users: false,
        active: true,
        username: None,
        trusted: true,
        customer_text: false,
    }
}
