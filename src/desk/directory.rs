//! The settings of all tenants in memory: who is who, which address leads where, which rules and promises
//! there are. Read whole, replaced whole; a deed holds one for as long as it lasts.

use std::collections::HashMap;
use std::sync::Arc;

use crate::desk::token_keys;
use crate::domain::address::EmailAddress;
use crate::domain::ids::{AccountId, CalendarId, MailboxId, PolicyId, TeamId, TenantId, UserId};
use crate::domain::mailbox::{AccountTrust, Mailbox};
use crate::domain::person::{Assignment, Membership, Team};
use crate::domain::routing::AddressBook;
use crate::domain::rules::{Action, Assignee, Rule, RuleSet};
use crate::domain::sla::{self, Chosen, Policy};
use crate::domain::telling::Preferences;
use crate::domain::tenant::Tenant;
use crate::domain::token::TokenKey;
use crate::door::MasterKey;
use crate::store::sla::{NamedCalendar, StoredPolicy};
use crate::store::telling::Ntfy;
use crate::store::texts::Template;
use crate::store::webhooks::Webhook;
use crate::store::{self, StoreError, Tx};

/// The settings of all tenants.
#[derive(Default)]
pub struct Directory {
    offices: HashMap<TenantId, Arc<Office>>,
    by_slug: HashMap<String, TenantId>,
    /// Every account, as far as routing cares.
    pub accounts: HashMap<AccountId, AccountTrust>,
    /// Every address of every tenant.
    pub book: AddressBook,
    /// By this an automatic mail of this installation is known again, whichever tenant sent it.
    pub loop_mark: String,
}

/// One tenant's settings.
pub struct Office {
    /// The tenant.
    pub tenant: Tenant,
    /// Its mailboxes, oldest first.
    pub mailboxes: Vec<Mailbox>,
    /// Everybody who is or was a member.
    pub people: Vec<Membership>,
    /// Its teams.
    pub teams: Vec<Team>,
    /// Its active rules, compiled.
    pub rules: RuleSet,
    /// How tickets find their people here.
    pub assigns: Assigns,
    /// Its service level policies.
    pub policies: Vec<StoredPolicy>,
    /// Its calendars, by name.
    pub calendars: Vec<NamedCalendar>,
    /// Its own templates.
    pub templates: Vec<Template>,
    /// Its canned replies: name and Liquid text.
    pub canned: Vec<(String, String)>,
    /// What its people want to be told, of those who chose anything.
    pub preferences: HashMap<UserId, Preferences>,
    /// Its ntfy server.
    pub ntfy: Option<Ntfy>,
    /// Its webhooks.
    pub webhooks: Vec<Webhook>,
    /// The keys of its tokens: the first signs, all verify.
    pub token_keys: Vec<TokenKey>,
}

/// Which ways of finding a person a tenant's teams and rules use: what nobody uses need not be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Assigns {
    /// Each in turn.
    pub in_turn: bool,
    /// Whoever has the fewest tickets, or the most room.
    pub by_load: bool,
    /// Rules write letters.
    pub letters: bool,
}

impl Assigns {
    fn of(teams: &[Team], rules: &[Rule], people: &[Membership]) -> Self {
        let team = |how| teams.iter().any(|t| t.assignment == how);
        let actions = || rules.iter().flat_map(|r| &r.definition.then);
        let rule = |which: fn(&Assignee) -> bool| {
            actions().any(|a| matches!(a, Action::Assign(whom) if which(whom)))
        };
        Self {
            in_turn: team(Assignment::RoundRobin) || rule(|a| matches!(a, Assignee::RoundRobin(_))),
            by_load: people.iter().any(|m| m.presence.capacity.is_some())
                || team(Assignment::LeastLoaded)
                || rule(|a| matches!(a, Assignee::LeastLoaded(_) | Assignee::Available(_))),
            letters: actions().any(|a| matches!(a, Action::Canned(_))),
        }
    }
}

impl Directory {
    /// Reads everything.
    pub async fn load(tx: &mut Tx, key: &MasterKey) -> Result<Self, StoreError> {
        let tenants = store::tenants::all_tenants(tx).await?;
        let mailboxes = store::mailboxes::all_tenants(tx).await?;
        let mut people = grouped(store::people::memberships_all_tenants(tx).await?, |m| {
            m.tenant
        });
        let mut teams = grouped(store::teams::all_tenants(tx).await?, |t| t.tenant);
        let mut rules = paired(store::rules::all_tenants(tx).await?);
        let mut policies = paired(store::sla::policies_all_tenants(tx).await?);
        let mut calendars = paired(store::sla::calendars_all_tenants(tx).await?);
        let mut templates = paired(store::texts::templates_all_tenants(tx).await?);
        let mut ntfy: HashMap<_, _> = store::telling::ntfy_all_tenants(tx)
            .await?
            .into_iter()
            .collect();
        let mut webhooks = paired(store::webhooks::all_tenants(tx).await?);
        let mut canned: HashMap<TenantId, Vec<(String, String)>> = HashMap::new();
        for (tenant, name, text) in store::texts::canned_all_tenants(tx).await? {
            canned.entry(tenant).or_default().push((name, text));
        }
        let mut preferences: HashMap<TenantId, HashMap<UserId, Preferences>> = HashMap::new();
        for (tenant, user, wishes) in store::preferences::all_tenants(tx).await? {
            preferences.entry(tenant).or_default().insert(user, wishes);
        }
        let generations: HashMap<TenantId, i64> = store::token_keys::newest_all_tenants(tx)
            .await?
            .into_iter()
            .collect();
        let accounts = store::accounts::all_tenants(tx).await?;
        let book = AddressBook::new(&mailboxes);
        let mut boxes = grouped(mailboxes, |m| m.tenant);
        let mut directory = Self {
            book,
            accounts: accounts
                .into_iter()
                .map(|a| (a.trust.id, a.trust))
                .collect(),
            loop_mark: loop_mark(key),
            ..Self::default()
        };
        for tenant in tenants {
            let id = tenant.id;
            let own_rules = rules.remove(&id).unwrap_or_default();
            let own_teams = teams.remove(&id).unwrap_or_default();
            let own_people = people.remove(&id).unwrap_or_default();
            let assigns = Assigns::of(&own_teams, &own_rules, &own_people);
            let (compiled, unusable) = RuleSet::compile(own_rules);
            for problem in unusable {
                tracing::warn!(tenant = %tenant.slug, ?problem, "a stored rule cannot be used and is passed over");
            }
            directory.by_slug.insert(tenant.slug.clone(), id);
            let office = Office {
                mailboxes: boxes.remove(&id).unwrap_or_default(),
                people: own_people,
                teams: own_teams,
                assigns,
                rules: compiled,
                policies: policies.remove(&id).unwrap_or_default(),
                calendars: calendars.remove(&id).unwrap_or_default(),
                templates: templates.remove(&id).unwrap_or_default(),
                canned: canned.remove(&id).unwrap_or_default(),
                preferences: preferences.remove(&id).unwrap_or_default(),
                ntfy: ntfy.remove(&id).filter(|n| n.active),
                webhooks: webhooks.remove(&id).unwrap_or_default(),
                token_keys: token_keys::living(
                    key,
                    id,
                    generations.get(&id).copied().unwrap_or_default(),
                ),
                tenant,
            };
            directory.offices.insert(id, Arc::new(office));
        }
        Ok(directory)
    }

    /// One tenant's settings.
    pub fn office(&self, tenant: TenantId) -> Option<&Arc<Office>> {
        self.offices.get(&tenant)
    }

    /// One tenant's settings, by its name in addresses.
    pub fn by_slug(&self, slug: &str) -> Option<&Arc<Office>> {
        self.by_slug.get(slug).and_then(|id| self.offices.get(id))
    }

    /// Every tenant's settings, in no particular order.
    pub fn offices(&self) -> impl Iterator<Item = &Arc<Office>> {
        self.offices.values()
    }
}

impl Office {
    /// A mailbox by id.
    pub fn mailbox(&self, id: MailboxId) -> Option<&Mailbox> {
        self.mailboxes.iter().find(|m| m.id == id)
    }

    /// Whether mail to this address comes to one of the tenant's mailboxes, whatever stands behind a plus.
    pub fn is_own(&self, address: &EmailAddress) -> bool {
        self.mailbox_at(&address.without_detail()).is_some()
    }

    /// A mailbox by one of its addresses.
    pub fn mailbox_at(&self, address: &EmailAddress) -> Option<&Mailbox> {
        self.mailboxes
            .iter()
            .find(|m| m.address == *address || m.aliases.contains(address))
    }

    /// Whom a mail from outside could claim to be: everybody who works here, and the addresses of the desk itself, which
    /// have no name.
    pub fn own_names(&self) -> Vec<(String, String)> {
        let people = self.people.iter().map(|person| &person.user);
        let people = people.map(|user| (user.name.clone(), user.email.to_string()));
        let desk = self.mailboxes.iter();
        let desk = desk.flat_map(|mailbox| mailbox.aliases.iter().chain([&mailbox.address]));
        people
            .chain(desk.map(|address| (String::new(), address.to_string())))
            .collect()
    }

    /// A member by id, whether still active or not.
    pub fn person(&self, id: UserId) -> Option<&Membership> {
        self.people.iter().find(|m| m.user.id == id)
    }

    /// Somebody who works here now, by address.
    pub fn person_at(&self, address: &EmailAddress) -> Option<&Membership> {
        self.people
            .iter()
            .find(|m| m.is_here() && m.user.email == *address)
    }

    /// Why a topic cannot be this person's own, if others may read it.
    pub fn shared_topic(&self, user: UserId, topic: &str) -> Option<String> {
        let others = self.preferences.iter().filter(|(id, _)| **id != user);
        let others = others.map(|(_, wishes)| wishes.topic.as_str());
        let prefix = self.ntfy.as_ref().map(|ntfy| ntfy.topic_prefix.as_str());
        Preferences::shared_topic(topic, prefix, others)
    }

    /// The teams that somebody is in.
    pub fn teams_of(&self, user: UserId) -> impl Iterator<Item = TeamId> {
        self.teams
            .iter()
            .filter(move |team| team.members.contains(&user))
            .map(|team| team.id)
    }

    /// A team by id.
    pub fn team(&self, id: TeamId) -> Option<&Team> {
        self.teams.iter().find(|t| t.id == id)
    }

    /// A team by name, case aside.
    pub fn team_named(&self, name: &str) -> Option<&Team> {
        self.teams.iter().find(|t| {
            t.name.eq_ignore_ascii_case(name) || t.name.to_lowercase() == name.to_lowercase()
        })
    }

    /// A service level policy by id.
    pub fn policy(&self, id: PolicyId) -> Option<&Policy> {
        self.policies.iter().map(|p| &p.policy).find(|p| p.id == id)
    }

    /// A service level policy by name.
    pub fn policy_named(&self, name: &str) -> Option<&Policy> {
        self.policies
            .iter()
            .map(|p| &p.policy)
            .find(|p| p.name == name)
    }

    /// A service level policy as it is kept.
    pub fn stored_policy(&self, id: PolicyId) -> Option<&StoredPolicy> {
        self.policies.iter().find(|p| p.policy.id == id)
    }

    /// The policy of a ticket of this mailbox that no rule gives another, and why it is that.
    pub fn policy_at(&self, mailbox: MailboxId) -> Option<(&Policy, Chosen)> {
        let all = self.policies.iter().map(|p| (&p.policy, &p.holds));
        sla::choose(&all, mailbox, self.plan())
    }

    /// The tenant's own words of a notice in a language, whatever its case.
    pub fn template(&self, key: &str, locale: &str) -> Option<&Template> {
        let of_key = |t: &&Template| t.key == key && t.locale.eq_ignore_ascii_case(locale);
        self.templates.iter().find(of_key)
    }

    /// A calendar by id.
    pub fn calendar(&self, id: CalendarId) -> Option<&NamedCalendar> {
        self.calendars.iter().find(|c| c.id == id)
    }

    /// The key that verifies a token, by its id.
    pub fn token_key(&self, id: &str) -> Option<&TokenKey> {
        self.token_keys.iter().find(|k| k.id == id.as_bytes())
    }

    /// The plan's slug.
    pub fn plan(&self) -> Option<&str> {
        self.tenant.plan.as_deref()
    }
}

/// Public, and the same for every mail of this installation: derived, so that nobody else sets it by chance.
fn loop_mark(key: &MasterKey) -> String {
    let derived = key.derive("loop mark", None);
    data_encoding::HEXLOWER.encode(&derived[..12])
}

fn grouped<T>(items: Vec<T>, tenant: impl Fn(&T) -> TenantId) -> HashMap<TenantId, Vec<T>> {
    paired(
        items
            .into_iter()
            .map(|item| (tenant(&item), item))
            .collect(),
    )
}

fn paired<T>(items: Vec<(TenantId, T)>) -> HashMap<TenantId, Vec<T>> {
    let mut groups: HashMap<TenantId, Vec<T>> = HashMap::new();
    for (tenant, item) in items {
        groups.entry(tenant).or_default().push(item);
    }
    groups
}
