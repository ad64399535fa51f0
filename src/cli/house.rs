//! What most commands need: the configuration, the database, the key that fits it.

use std::sync::Arc;

use secrecy::SecretString;

use super::{Failure, Outcome};
use crate::config::Config;
use crate::desk::Desk;
use crate::domain::ids::TenantId;
use crate::domain::tenant::Tenant;
use crate::door::{Clock, MasterKey, Names, Random};
use crate::store::{Db, Tx, key, tenants};
use crate::web::Passwords;

/// An installation, opened beside a daemon that may be running.
pub(super) struct House {
    pub config: Config,
    pub db: Db,
    pub key: Arc<MasterKey>,
    pub clock: Clock,
    pub random: Random,
}

impl House {
    /// Opens the database, makes what is missing in it, and takes the key that its secrets are sealed with.
    pub async fn open(config: Config) -> Outcome<Self> {
        let db = Db::open(&config.database.url.expose()).await?;
        let random = Random::system();
        let key = key::open(&db, &config.secrets.key_file, &random).await?;
        Ok(Self {
            config,
            db,
            key: Arc::new(key),
            clock: Clock::system(),
            random,
        })
    }

    /// The desk, for what it and this command do alike.
    pub async fn desk(&self) -> Outcome<Desk> {
        let (db, clock, random) = (self.db.clone(), self.clock.clone(), self.random.clone());
        let public_url = self.config.server.public_url.url().clone();
        let names = Names::of_this_machine(random.clone());
        let desk = Desk::open(db, clock, random, Arc::clone(&self.key), public_url).await?;
        Ok(desk.asking(names))
    }

    /// The tenant of that name.
    pub async fn tenant(&self, tx: &mut Tx, slug: &str) -> Outcome<Tenant> {
        let all = tenants::all_tenants(tx).await?;
        let found = all.iter().find(|tenant| tenant.slug == slug).cloned();
        found.ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|tenant| tenant.slug.as_str()).collect();
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            Failure::new(format!("there is no tenant {slug:?}; known: {known}"))
        })
    }

    /// The same, where no tenant may be meant.
    pub async fn tenant_id(&self, tx: &mut Tx, slug: Option<&str>) -> Outcome<Option<TenantId>> {
        match slug {
            Some(slug) => Ok(Some(self.tenant(tx, slug).await?.id)),
            None => Ok(None),
        }
    }

    /// The PHC string under which a password is kept.
    pub async fn hash(&self, password: &SecretString) -> Outcome<String> {
        let hash = Passwords::new(self.random.clone()).hash(password).await;
        hash.ok_or_else(|| Failure::new("cannot hash the password; is there enough memory?"))
    }
}
