//! The keys of reply tokens. A tenant has a signing key and the one before it, which verifies what is still under way;
//! the next rotation ends that one, and with it every token that it signed.

use crate::desk::alert::Alert;
use crate::desk::{Desk, DeskError};
use crate::domain::audit::{Line, Via};
use crate::domain::event::Actor;
use crate::domain::ids::{AuditId, TenantId};
use crate::domain::token::{self, TokenKey};
use crate::door::MasterKey;
use crate::store::{self, Topic, Tx};

/// A rotation that was done: the generation that signs from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// Whose keys.
    pub tenant: TenantId,
    /// The new generation.
    pub generation: i64,
}

impl Desk {
    /// Gives each of `tenants` a new signing key. Tokens of the key before stay good until the next rotation;
    /// tokens of older ones are worth nothing from now on. All tenants or none.
    pub async fn rotate_token_keys(
        &self,
        tenants: &[TenantId],
        via: Via,
    ) -> Result<Vec<Rotated>, DeskError> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        let mut done = Vec::with_capacity(tenants.len());
        for &tenant in tenants {
            let generation = store::token_keys::begin_next(&mut tx, tenant, now).await?;
            let rotated = Rotated { tenant, generation };
            let line = Line {
                id: AuditId(self.random.uuid(now)),
                at: now,
                actor: Actor::System,
                via,
                kind: "token_key.rotated".to_owned(),
                subject: "reply tokens".to_owned(),
                summary: rotated.sentence(),
            };
            store::audit::insert_all(&mut tx, Some(tenant), &[line]).await?;
            self.push_rotation(&mut tx, &rotated).await?;
            done.push(rotated);
        }
        tx.wake(Topic::Settings);
        tx.commit().await?;
        self.refresh().await?;
        Ok(done)
    }
}

impl Desk {
    /// Tells the tenant's topic about security.
    async fn push_rotation(&self, tx: &mut Tx, rotated: &Rotated) -> Result<(), DeskError> {
        let Ok(office) = self.office(rotated.tenant) else {
            return Ok(());
        };
        let alert = Alert {
            cause: format!("token_key:{}", rotated.generation),
            headline: "The key of reply tokens was rotated".to_owned(),
            text: format!("From now on {}.", rotated.sentence()),
            link: self.links.tenant(&office.tenant.slug, "/settings"),
            ticket: None,
        };
        Ok(self.push_alert(tx, rotated.tenant, &alert).await?)
    }
}

impl Rotated {
    /// What it means.
    pub fn sentence(&self) -> String {
        let key = token::key_id_text(self.generation);
        let before = token::key_id_text(self.generation - 1);
        format!(
            "key {key} signs reply tokens; those of key {before} are good until the next rotation, older ones no longer"
        )
    }
}

/// A tenant's living keys, the signing one first.
pub fn living(key: &MasterKey, tenant: TenantId, generation: i64) -> Vec<TokenKey> {
    token::living(generation)
        .map(|generation| TokenKey {
            id: token::key_id(generation),
            secret: key.derive(&token::key_purpose(generation), Some(tenant.0)),
        })
        .collect()
}
