//! Forgetting what only explains: kept for as long as somebody may ask why, and not for ever.

use chrono::Duration;

use crate::desk::{Desk, DeskError};
use crate::store;

/// For how long is known who was told of what, and what rules saw.
const EXPLAINED: Duration = Duration::days(90);
/// For how long a closed ticket's rules on time are remembered, and calls for a webhook that was switched off.
const SETTLED: Duration = Duration::days(30);

impl Desk {
    /// Forgets what is old enough. To be called now and then; a second run finds nothing.
    pub async fn forget_old(&self) -> Result<(), DeskError> {
        let now = self.clock.now();
        let tenants: Vec<_> = self.directory().offices().map(|o| o.tenant.id).collect();
        for tenant in tenants {
            loop {
                let mut tx = self.db.write().await?;
                let tellings = store::prune::tellings(&mut tx, tenant, now - EXPLAINED).await?;
                let runs = store::prune::rule_runs(&mut tx, tenant, now - EXPLAINED).await?;
                store::prune::rule_fired(&mut tx, tenant, now - SETTLED).await?;
                tx.commit().await?;
                if !(tellings || runs) {
                    break;
                }
            }
        }
        let mut tx = self.db.write().await?;
        store::outbox::forget_held_calls_all_tenants(&mut tx, now - SETTLED).await?;
        tx.commit().await?;
        Ok(())
    }
}
