//! What may be there only once: names within their tenant, addresses everywhere.

use std::collections::HashMap;
use std::hash::Hash;

use super::{Seed, State, Tenant, TopicPrefix};
use crate::config::Place;
use crate::config::read::Ledger;
use crate::domain::address::EmailAddress;
use crate::domain::telling::Preferences;

/// Notes everything that stands there twice.
pub(super) fn check(seed: &Seed, ledger: &Ledger) {
    once(
        ledger,
        "plan",
        seed.plans
            .iter()
            .map(|plan| (plan.slug.as_str(), &plan.slug.place)),
    );
    once(
        ledger,
        "account",
        seed.accounts
            .iter()
            .map(|a| (a.name.as_str(), &a.name.place)),
    );
    once_per_file(seed, ledger);
    for tenant in whole_tenants(seed) {
        check_tenant(&tenant, ledger);
        check_topics(&tenant, ledger);
    }
    let addresses = seed.tenants.iter().flat_map(addresses_of);
    once(ledger, "address", addresses);
}

/// The parts of each tenant, from whatever files.
pub(super) fn whole_tenants(seed: &Seed) -> Vec<Vec<&Tenant>> {
    let mut whole: Vec<Vec<&Tenant>> = Vec::new();
    for tenant in &seed.tenants {
        match whole
            .iter_mut()
            .find(|parts| parts[0].slug.as_str() == tenant.slug.as_str())
        {
            Some(parts) => parts.push(tenant),
            None => whole.push(vec![tenant]),
        }
    }
    whole
}

/// In one file a second `[[tenant]]` of the same slug is a slip; in two files it is a way to sort things.
fn once_per_file(seed: &Seed, ledger: &Ledger) {
    let slugs = seed.tenants.iter().map(|tenant| {
        (
            (tenant.slug.as_str(), tenant.place.file.clone()),
            &tenant.slug.place,
        )
    });
    once_named(ledger, "tenant", slugs, |(slug, _)| (*slug).to_owned());
}

fn check_tenant(parts: &[&Tenant], ledger: &Ledger) {
    macro_rules! once_each {
        ($($what:literal: $list:ident by $name:ident),+ $(,)?) => {$(
            let all = parts.iter().flat_map(|tenant| &tenant.$list);
            once(ledger, $what, all.map(|one| (one.$name.as_str(), &one.$name.place)));
        )+};
    }
    once_each! {
        "user": users by email,
        "team": teams by name,
        "account": accounts by name,
        "calendar": calendars by name,
        "service level": slas by name,
        "canned reply": canned by name,
        "webhook": webhooks by url,
        "rule": rules by name,
    }
    let templates = parts.iter().flat_map(|tenant| &tenant.templates);
    let templates = templates.map(|one| ((one.key.as_str(), one.locale.clone()), &one.key.place));
    once_named(ledger, "template", templates, |(key, _)| (*key).to_owned());
    let slas = parts.iter().flat_map(|tenant| &tenant.slas);
    let mut defaults = slas.filter(|sla| sla.default == Some(true) && sla.state == State::Present);
    if let Some(second) = defaults.nth(1) {
        ledger.mistake(
            second
                .place
                .mistake("a tenant has one service level with default = true"),
        );
    }
}

/// A person's own topic is nobody else's: its buttons act in their name.
fn check_topics(parts: &[&Tenant], ledger: &Ledger) {
    let slug = parts.first().map_or("", |tenant| tenant.slug.as_str());
    let mut ntfy = parts.iter().filter_map(|tenant| tenant.ntfy.as_ref());
    let prefix = ntfy.find(|ntfy| ntfy.state == State::Present);
    let prefix = prefix.map(|n| n.topic_prefix.as_ref().map_or(slug, TopicPrefix::as_str));
    let mut taken: Vec<&str> = Vec::new();
    let people = parts.iter().flat_map(|tenant| &tenant.users);
    let topics = people.filter_map(|user| user.notifications.as_ref()?.topic.as_ref());
    for topic in topics.filter(|topic| !topic.0.is_empty()) {
        let others = taken.iter().copied();
        if let Some(problem) = Preferences::shared_topic(&topic.0, prefix, others) {
            ledger.mistake(topic.place.mistake(problem));
        }
        taken.push(&topic.0);
    }
}

fn addresses_of(tenant: &Tenant) -> impl Iterator<Item = (&str, &Place)> {
    let present = tenant
        .mailboxes
        .iter()
        .filter(|mailbox| mailbox.state == State::Present);
    present.flat_map(|mailbox| {
        let aliases = mailbox.aliases.iter().flatten();
        std::iter::once(&mailbox.address)
            .chain(aliases)
            .map(|at| (EmailAddress::as_str(at), &at.place))
    })
}

fn once<'a>(ledger: &Ledger, what: &str, names: impl Iterator<Item = (&'a str, &'a Place)>) {
    once_named(ledger, what, names, |name| (*name).to_owned());
}

fn once_named<'a, K: Hash + Eq>(
    ledger: &Ledger,
    what: &str,
    names: impl Iterator<Item = (K, &'a Place)>,
    shown: impl Fn(&K) -> String,
) {
    let mut first: HashMap<K, &Place> = HashMap::new();
    for (name, place) in names {
        if let Some(earlier) = first.get(&name) {
            let line = earlier.line.unwrap_or_default();
            let sentence = format!(
                "the {what} {:?} stands already in {}, line {line}",
                shown(&name),
                earlier.file
            );
            ledger.mistake(place.mistake(sentence));
        } else {
            first.insert(name, place);
        }
    }
}
