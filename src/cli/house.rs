//! What most commands need: the configuration, the database, the key that fits it.

use std::sync::Arc;

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use super::{Failure, Outcome};
use crate::config::Config;
use crate::desk::Desk;
use crate::domain::ids::TenantId;
use crate::domain::tenant::Tenant;
use crate::door::{Clock, MasterKey, Random};
use crate::store::{Db, Tx, meta, tenants};

/// Under which name the database keeps the key's check value.
const KEY_CHECK: &str = "key_check";

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
        let key = fitting_key(&config, &db, &random).await?;
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
        Ok(Desk::open(db, clock, random, Arc::clone(&self.key), public_url).await?)
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
        let salt = self.random.bytes::<16>();
        let password: String = password.expose_secret().nfc().collect();
        let hashing = tokio::task::spawn_blocking(move || {
            let params = Params::new(19_456, 2, 1, None).ok()?;
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let phc: argon2::password_hash::phc::PasswordHash = argon2
                .hash_password_with_salt(password.as_bytes(), &salt)
                .ok()?;
            Some(phc.to_string())
        });
        let hash = hashing.await.ok().flatten();
        hash.ok_or_else(|| Failure::new("cannot hash the password; is there enough memory?"))
    }
}

/// The key of the configuration, if the database's secrets were sealed with it. A database without any
/// secret takes whatever key is there, and if none is, a new one.
async fn fitting_key(config: &Config, db: &Db, random: &Random) -> Outcome<MasterKey> {
    let path = &config.secrets.key_file;
    let kept = meta::get(&mut db.read().await?, KEY_CHECK).await?;
    let key = match kept {
        Some(_) => MasterKey::load(path)?,
        None => MasterKey::load_or_create(path, random)?,
    };
    let value = HEXLOWER.encode(&key.check_value());
    match kept {
        Some(kept) if kept == value => {}
        Some(_) => {
            return Err(Failure::new(format!(
                "{} is not the key that this database was sealed with; put the right key there",
                path.display()
            )));
        }
        None => {
            let mut tx = db.write().await?;
            meta::set(&mut tx, KEY_CHECK, &value).await?;
            tx.commit().await?;
        }
    }
    Ok(key)
}
