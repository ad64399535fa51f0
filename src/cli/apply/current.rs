//! What is: everything in the database that a seed can be about.

use std::collections::BTreeSet;

use crate::config::seed::{Known, KnownTenant};
use crate::domain::address::EmailAddress;
use crate::domain::ids::{MailboxId, TenantId, UserId};
use crate::domain::mailbox::Mailbox;
use crate::domain::person::{Membership, Role, Team, User};
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

/// The state of the database, or of a draft that it is to become.
#[derive(Debug, Clone, Default)]
pub(super) struct Current {
    pub plans: Vec<Plan>,
    pub subscriptions: Vec<Subscription>,
    pub tenants: Vec<Tenant>,
    pub users: Vec<User>,
    pub memberships: Vec<Membership>,
    pub teams: Vec<Team>,
    pub accounts: Vec<Account>,
    pub mailboxes: Vec<Mailbox>,
    /// Mailboxes that receive nothing any more; one of the same address takes up its old id.
    pub retired: Vec<(TenantId, MailboxId, EmailAddress)>,
    pub calendars: Vec<(TenantId, NamedCalendar)>,
    pub policies: Vec<(TenantId, StoredPolicy)>,
    pub canned: Vec<(TenantId, String, String)>,
    pub templates: Vec<(TenantId, Template)>,
    pub preferences: Vec<(TenantId, UserId, Preferences)>,
    pub webhooks: Vec<(TenantId, Webhook)>,
    pub ntfy: Vec<(TenantId, Ntfy)>,
    pub rules: Vec<(TenantId, Rule)>,
}

impl Current {
    pub async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        Ok(Self {
            plans: plans::all(tx).await?,
            subscriptions: plans::subscriptions_all_tenants(tx).await?,
            tenants: tenants::all_tenants(tx).await?,
            users: people::users_all_tenants(tx).await?,
            memberships: people::memberships_all_tenants(tx).await?,
            teams: teams::all_tenants(tx).await?,
            accounts: accounts::all_tenants(tx).await?,
            mailboxes: mailboxes::all_tenants(tx).await?,
            retired: mailboxes::retired_all_tenants(tx).await?,
            calendars: sla::calendars_all_tenants(tx).await?,
            policies: sla::policies_all_tenants(tx).await?,
            canned: texts::canned_all_tenants(tx).await?,
            templates: texts::templates_all_tenants(tx).await?,
            preferences: preferences::all_tenants(tx).await?,
            webhooks: webhooks::all_tenants(tx).await?,
            ntfy: telling::ntfy_all_tenants(tx).await?,
            rules: rules::all_tenants(tx).await?,
        })
    }

    /// The names that a seed may refer to.
    pub fn known(&self) -> Known {
        let accounts = |tenant: Option<TenantId>| -> BTreeSet<String> {
            let theirs = self
                .accounts
                .iter()
                .filter(|a| a.trust.tenant == tenant && a.active);
            theirs.map(|a| a.trust.name.clone()).collect()
        };
        let one = |tenant: &Tenant| {
            let members = || self.memberships.iter().filter(|m| m.tenant == tenant.id);
            let email = |m: &Membership| m.user.email.to_string();
            let viewers = members().filter(|m| m.role == Role::Viewer);
            let teams = self.teams.iter().filter(|team| team.tenant == tenant.id);
            let calendars = self.calendars.iter().filter(|(id, _)| *id == tenant.id);
            let known = KnownTenant {
                users: members().map(email).collect(),
                gone: members().filter(|m| !m.is_here()).map(email).collect(),
                viewers: viewers.map(email).collect(),
                teams: teams.map(|team| team.name.clone()).collect(),
                accounts: accounts(Some(tenant.id)),
                calendars: calendars
                    .map(|(_, calendar)| calendar.name.clone())
                    .collect(),
            };
            (tenant.slug.clone(), known)
        };
        Known {
            plans: self.plans.iter().map(|plan| plan.slug.clone()).collect(),
            accounts: accounts(None),
            tenants: self.tenants.iter().map(one).collect(),
        }
    }
}
