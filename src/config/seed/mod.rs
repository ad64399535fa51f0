//! Seed files: what `postroom apply` is to bring about. Each noun is one file here.
//!
//! A seed says what is to be there. What it does not mention stays as it is, a thing or a single key;
//! `state = "absent"` removes.

mod account;
mod doubts;
mod files;
mod known;
mod mailbox;
mod names;
mod notifications;
mod outward;
mod person;
mod plan;
mod rule;
mod secret;
mod service;
mod tenant;
mod text;
mod unique;

use std::path::Path;

use super::read::{Ledger, Record, Source, Table};
use super::{Mistake, Mistakes, PublicUrl};

pub use self::account::{Account, Imap, Smtp};
pub use self::known::{Known, KnownTenant};
pub use self::mailbox::Mailbox;
pub use self::names::{Locale, Prefix, Slug, State};
pub use self::notifications::Notifications;
pub use self::outward::{Ntfy, TopicPrefix, WebAddress, Webhook};
pub use self::person::{Team, User};
pub use self::plan::{Interval, Plan};
pub use self::rule::Rule;
pub use self::secret::Secret;
pub use self::service::{Calendar, Sla};
pub use self::tenant::{Days, Subscription, Tenant};
pub use self::text::{Canned, Template};

/// Everything that the seed files say, in their order.
#[derive(Debug, Clone, Default)]
pub struct Seed {
    /// Plans.
    pub plans: Vec<Plan>,
    /// Accounts of the platform.
    pub accounts: Vec<Account>,
    /// Tenants with all that is theirs. One tenant may stand in several files.
    pub tenants: Vec<Tenant>,
    /// What works, but not as well as whoever wrote it will think.
    pub warnings: Vec<Mistake>,
}

impl Seed {
    /// Reads the files and checks them, each by itself and all together. Whether what they refer to is
    /// there is a question for [`Known::check`]. `public_url` decides whether short passwords will do.
    pub fn load(paths: &[impl AsRef<Path>], public_url: &PublicUrl) -> Result<Self, Mistakes> {
        let ledger = Ledger::default();
        let mut sources = Vec::new();
        for path in paths {
            match Source::load(path.as_ref()) {
                Ok(source) => sources.push(source),
                Err(mistake) => ledger.mistake(mistake),
            }
        }
        Self::read(&sources, public_url, ledger)
    }

    /// Reads `text` as one seed file; `name` is what mistakes call it.
    pub fn parse(name: &str, text: &str, public_url: &PublicUrl) -> Result<Self, Mistakes> {
        Self::read(&[Source::new(name, text)], public_url, Ledger::default())
    }

    fn read(sources: &[Source], public_url: &PublicUrl, ledger: Ledger) -> Result<Self, Mistakes> {
        let mut all = Self::default();
        for source in sources {
            let seed: Self = source.root(&ledger).read().unwrap_or_default();
            all.plans.extend(seed.plans);
            all.accounts.extend(seed.accounts);
            all.tenants.extend(seed.tenants);
        }
        unique::check(&all, &ledger);
        for user in all.tenants.iter().flat_map(|tenant| &tenant.users) {
            person::check_password(user, public_url, &ledger);
        }
        for mailbox in all.tenants.iter().flat_map(|tenant| &tenant.mailboxes) {
            mailbox::check_length(mailbox, &ledger);
        }
        doubts::check(&all, &ledger);
        let (all, warnings) = ledger.close(all)?;
        Ok(Self { warnings, ..all })
    }
}

impl Record for Seed {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        Some(Self {
            plans: table.records("plan"),
            accounts: table.records("account"),
            tenants: table.records("tenant"),
            warnings: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests;
