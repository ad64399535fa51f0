//! One change: a sentence for people, and what is written for it.

use std::collections::HashMap;

use secrecy::{ExposeSecret, SecretString};

use crate::cli::failure::with_causes;
use crate::cli::{Failure, House, Link, Outcome};
use crate::config::seed::Seed;
use crate::desk::people::Befell;
use crate::domain::address::EmailAddress;
use crate::domain::event::Actor;
use crate::domain::ids::{CalendarId, MailboxId, PolicyId, RuleId, TeamId, TenantId, UserId};
use crate::domain::mailbox::Mailbox;
use crate::domain::person::{Membership, Team, User};
use crate::domain::rules::Rule;
use crate::domain::telling::Preferences;
use crate::domain::tenant::Tenant;
use crate::store::accounts::{self, Account};
use crate::store::plans::{self, Plan, Subscription};
use crate::store::sla::{self, NamedCalendar, StoredPolicy};
use crate::store::telling::{self, Ntfy};
use crate::store::texts::{self, Template};
use crate::store::webhooks::{self, Webhook};
use crate::store::{StoreError, Tx, mailboxes, people, preferences, rules, teams, tenants};

/// One change.
pub(super) struct Change {
    /// What it does, for people.
    pub sentence: String,
    /// What is written.
    pub write: Write,
}

/// What a change writes.
pub(super) enum Write {
    Plan(Plan),
    RemovePlan(String),
    Tenant(Box<Tenant>),
    Subscription(Subscription),
    User {
        user: User,
        hash: Option<SecretString>,
        invited_by: TenantId,
    },
    Rename {
        user: UserId,
        name: String,
    },
    /// What somebody is in a tenant; and what that means for them, if it means anything.
    Membership(Membership, Option<Befell>),
    Preferences(TenantId, UserId, Box<Preferences>),
    Team(Team),
    RemoveTeam(TenantId, TeamId),
    Account(Box<Account>),
    Mailbox(Box<Mailbox>),
    RetireMailbox(TenantId, MailboxId),
    Calendar(TenantId, NamedCalendar),
    RemoveCalendar(TenantId, CalendarId),
    Policy(TenantId, Box<StoredPolicy>),
    RemovePolicy(TenantId, PolicyId),
    Canned {
        tenant: TenantId,
        name: String,
        text: String,
    },
    RemoveCanned {
        tenant: TenantId,
        name: String,
    },
    Template(TenantId, Template),
    RemoveTemplate {
        tenant: TenantId,
        key: String,
        locale: String,
    },
    Webhook(TenantId, Webhook),
    Ntfy(TenantId, Ntfy),
    Rule(TenantId, Rule),
    RemoveRule(TenantId, RuleId),
}

impl Change {
    /// The sentence for a change that could not be written.
    pub fn failed(&self, error: &StoreError) -> Failure {
        let change = &self.sentence;
        match error {
            StoreError::Conflict(_) => Failure::new(format!(
                "cannot {change}: something else in the database still refers to it, or has its name; nothing was changed"
            )),
            error => {
                let why = with_causes(error);
                Failure::new(format!("cannot {change}: {why}; nothing was changed"))
            }
        }
    }
}

impl Write {
    /// Whose setting it is, none for the platform's, and what kind of thing.
    pub fn concerns(&self) -> (Option<TenantId>, &'static str) {
        match self {
            Self::Plan(_) | Self::RemovePlan(_) => (None, "plan"),
            Self::Tenant(tenant) => (Some(tenant.id), "tenant"),
            Self::Subscription(s) => (Some(s.tenant), "subscription"),
            Self::User { invited_by, .. } => (Some(*invited_by), "user"),
            Self::Rename { .. } => (None, "user"),
            Self::Membership(m, _) => (Some(m.tenant), "user"),
            Self::Preferences(tenant, ..) => (Some(*tenant), "notifications"),
            Self::Team(team) => (Some(team.tenant), "team"),
            Self::RemoveTeam(tenant, _) => (Some(*tenant), "team"),
            Self::Account(account) => (account.trust.tenant, "account"),
            Self::Mailbox(mailbox) => (Some(mailbox.tenant), "mailbox"),
            Self::RetireMailbox(tenant, _) => (Some(*tenant), "mailbox"),
            Self::Calendar(tenant, _) | Self::RemoveCalendar(tenant, _) => {
                (Some(*tenant), "calendar")
            }
            Self::Policy(tenant, _) | Self::RemovePolicy(tenant, _) => (Some(*tenant), "sla"),
            Self::Canned { tenant, .. } | Self::RemoveCanned { tenant, .. } => {
                (Some(*tenant), "canned")
            }
            Self::Template(tenant, _) | Self::RemoveTemplate { tenant, .. } => {
                (Some(*tenant), "template")
            }
            Self::Webhook(tenant, _) => (Some(*tenant), "webhook"),
            Self::Ntfy(tenant, _) => (Some(*tenant), "ntfy"),
            Self::Rule(tenant, _) | Self::RemoveRule(tenant, _) => (Some(*tenant), "rule"),
        }
    }

    /// Writes it. Gives a link if somebody new has to set a password.
    pub async fn run(
        &self,
        tx: &mut Tx,
        house: &House,
        hashes: &Hashes,
    ) -> Result<Option<Link>, StoreError> {
        let now = house.clock.now();
        match self {
            Self::Plan(plan) => plans::put(tx, plan, now).await?,
            Self::RemovePlan(slug) => {
                plans::remove(tx, slug).await?;
            }
            Self::Tenant(tenant) => tenants::put(tx, tenant, now).await?,
            Self::Subscription(s) => plans::subscribe(tx, s.tenant, s.plan, &s.state, now).await?,
            Self::User {
                user,
                hash,
                invited_by,
            } => {
                return add_user(
                    tx,
                    house,
                    user,
                    hashes.of(&user.email, hash.as_ref()),
                    *invited_by,
                )
                .await;
            }
            Self::Rename { user, name } => people::rename(tx, *user, name, now).await?,
            Self::Membership(m, _) => {
                let what = (m.role, m.active, m.signature.as_str());
                people::put_membership(tx, m.tenant, m.user.id, what, now).await?;
                people::set_mail_reply(tx, m.tenant, m.user.id, m.mail_reply, now).await?;
                people::set_presence(tx, m.tenant, m.user.id, &m.presence, now).await?;
            }
            Self::Preferences(tenant, user, wishes) => {
                preferences::put(tx, *tenant, *user, wishes, now).await?;
            }
            Self::Team(team) => teams::put(tx, team.tenant, team, now).await?,
            Self::RemoveTeam(tenant, team) => teams::remove(tx, *tenant, *team).await?,
            Self::Account(account) => accounts::put(tx, account, now).await?,
            Self::Mailbox(mailbox) => mailboxes::put(tx, mailbox.tenant, mailbox, now).await?,
            Self::RetireMailbox(tenant, id) => mailboxes::deactivate(tx, *tenant, *id, now).await?,
            Self::Calendar(tenant, calendar) => {
                sla::put_calendar(tx, *tenant, calendar, now).await?;
            }
            Self::RemoveCalendar(tenant, id) => sla::remove_calendar(tx, *tenant, *id).await?,
            Self::Policy(tenant, policy) => sla::put_policy(tx, *tenant, policy, now).await?,
            Self::RemovePolicy(tenant, id) => sla::remove_policy(tx, *tenant, *id).await?,
            Self::Canned { tenant, name, text } => {
                texts::put_canned(tx, *tenant, name, text, now).await?;
            }
            Self::RemoveCanned { tenant, name } => texts::remove_canned(tx, *tenant, name).await?,
            Self::Template(tenant, template) => {
                texts::put_template(tx, *tenant, template, now).await?;
            }
            Self::RemoveTemplate {
                tenant,
                key,
                locale,
            } => {
                texts::remove_template(tx, *tenant, key, locale).await?;
            }
            Self::Webhook(tenant, webhook) => {
                webhooks::put(tx, *tenant, webhook, now).await?;
            }
            Self::Ntfy(tenant, ntfy) => telling::put_ntfy(tx, *tenant, ntfy, now).await?,
            Self::Rule(tenant, rule) => rules::put(tx, *tenant, rule, &Actor::System, now).await?,
            Self::RemoveRule(tenant, id) => rules::remove(tx, *tenant, *id).await?,
        }
        Ok(None)
    }
}

/// Writes somebody new; without a password they get a link to set one.
async fn add_user(
    tx: &mut Tx,
    house: &House,
    user: &User,
    hash: Option<&str>,
    invited_by: TenantId,
) -> Result<Option<Link>, StoreError> {
    people::insert(tx, user, hash, false).await?;
    if hash.is_some() {
        return Ok(None);
    }
    Link::invite(tx, house, user, Some(invited_by))
        .await
        .map(Some)
}

/// The hashes of the passwords that a seed gives to people who are new.
#[derive(Default)]
pub(super) struct Hashes(HashMap<EmailAddress, String>);

impl Hashes {
    /// Hashes what will be needed, as far as can be seen now.
    pub async fn of_new_users(house: &House, seed: &Seed) -> Outcome<Self> {
        let known = people::users_all_tenants(&mut house.db.read().await?).await?;
        let mut hashes = Self::default();
        for user in seed.tenants.iter().flat_map(|tenant| &tenant.users) {
            let new = !known.iter().any(|known| known.email == *user.email);
            if let Some(password) = user.password.as_deref().filter(|_| new) {
                hashes
                    .0
                    .insert(user.email.clone().into_inner(), house.hash(password).await?);
            }
        }
        Ok(hashes)
    }

    /// The hash for somebody new: the one that the seed gives, or the one of the password it gives. Whoever
    /// was removed since the hashes were made gets a link instead.
    fn of<'a>(&'a self, email: &EmailAddress, given: Option<&'a SecretString>) -> Option<&'a str> {
        given
            .map(ExposeSecret::expose_secret)
            .or_else(|| self.0.get(email).map(String::as_str))
    }
}
