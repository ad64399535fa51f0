//! What people are told.

use super::change::Write;
use super::draft::{Draft, Edit};
use crate::config::seed::{Notifications as Wanted, User};
use crate::domain::address::EmailAddress;
use crate::domain::ids::UserId;
use crate::domain::telling::Preferences;
use crate::domain::tenant::Tenant;

/// Refuses topics of the seed that others read, once everything else of the tenant is worked in.
pub(super) fn check_topics(draft: &mut Draft<'_>, tenant: &Tenant, users: &[User]) {
    let mut ntfy = draft.is.ntfy.iter();
    let ntfy = ntfy.find(|(id, ntfy)| *id == tenant.id && ntfy.active);
    let prefix = ntfy.map(|(_, ntfy)| ntfy.topic_prefix.clone());
    for user in users {
        let wanted = user.notifications.as_ref().and_then(|n| n.topic.as_ref());
        let Some(topic) = wanted.filter(|topic| !topic.0.is_empty()) else {
            continue;
        };
        let members = draft.is.memberships.iter();
        let mut members = members.filter(|m| m.tenant == tenant.id);
        let own = members.find(|m| m.user.email == *user.email);
        let own = own.map(|m| m.user.id);
        let others = draft.is.preferences.iter();
        let others = others.filter(|(id, who, _)| *id == tenant.id && Some(*who) != own);
        let others = others.map(|(_, _, wishes)| wishes.topic.as_str());
        if let Some(problem) = Preferences::shared_topic(&topic.0, prefix.as_deref(), others) {
            draft.mistake(&topic.place, problem);
        }
    }
}

/// Works a person's preferences in.
pub(super) fn work_in(
    draft: &mut Draft<'_>,
    tenant: &Tenant,
    (user, email): (UserId, &EmailAddress),
    wanted: &Wanted,
) {
    let known = draft
        .is
        .preferences
        .iter()
        .position(|(id, who, _)| *id == tenant.id && *who == user);
    let mut wishes = known.map_or_else(Preferences::default, |at| {
        draft.is.preferences[at].2.clone()
    });
    let mut edit = Edit::default();
    for (event, scopes) in &wanted.events {
        let before = wishes.wish(*event);
        let mut wish = before;
        edit.set(event.as_str(), &mut wish.mail, scopes.mail);
        edit.set(event.as_str(), &mut wish.ntfy, scopes.ntfy);
        wishes.set(*event, wish);
    }
    edit.set("pace", &mut wishes.pace, wanted.pace);
    edit.set(
        "digest_at",
        &mut wishes.digest_at,
        wanted.digest_at.map(|t| t.0),
    );
    edit.set("quiet", &mut wishes.quiet, wanted.quiet.map(|q| q.0));
    edit.set(
        "urgent_passes",
        &mut wishes.urgent_passes,
        wanted.urgent_passes,
    );
    edit.set("timezone", &mut wishes.timezone, wanted.timezone.map(Some));
    let topic = wanted.topic.as_ref().map(|topic| topic.0.clone());
    edit.set("topic", &mut wishes.topic, topic);
    let what = format!("notifications of {email}");
    // Who wants just the usual has nothing to be kept.
    if edit.is_empty() {
        return;
    }
    if let Some(sentence) = edit.sentence(&what, known.is_none()) {
        match known {
            Some(at) => draft.is.preferences[at].2 = wishes.clone(),
            None => draft.is.preferences.push((tenant.id, user, wishes.clone())),
        }
        draft.change(
            format!("{}: {sentence}", tenant.slug),
            Write::Preferences(tenant.id, user, Box::new(wishes)),
        );
    }
}
