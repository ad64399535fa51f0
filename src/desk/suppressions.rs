//! Whom a tenant does not write to (OUT10): its admins add addresses and take them off.

use crate::desk::{Desk, DeskError, Who};
use crate::domain::address::EmailAddress;
use crate::domain::audit::Via;
use crate::store::suppressions::{self, Suppression};

/// Characters of a reason.
const LONGEST_REASON: usize = 300;

impl Desk {
    /// Stops writing to an address.
    ///
    /// # Errors
    /// No mail address, one of the desk's own, or a reason that is too long.
    pub async fn suppress(
        &self,
        who: &Who,
        via: Via,
        address: &str,
        reason: &str,
    ) -> Result<Suppression, DeskError> {
        let address: EmailAddress = address.trim().parse().map_err(|_| {
            DeskError::invalid(
                "address",
                format!("{:?} is not a mail address", address.trim()),
            )
        })?;
        let reason = reason.trim();
        if reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
            let problem = format!("expected at most {LONGEST_REASON} characters in one line");
            return Err(DeskError::invalid("reason", problem));
        }
        let reason = if reason.is_empty() {
            format!("{} put it on the list", who.name)
        } else {
            reason.to_owned()
        };
        let mut change = self.change_settings(who, via).await?;
        if let Some(here) = suppressions::find(&mut change.tx, who.tenant, &address).await? {
            return Ok(here);
        }
        let now = change.now();
        suppressions::put(&mut change.tx, who.tenant, &address, &reason, now).await?;
        change.record("suppression.created", address.as_str(), reason.clone());
        change.commit().await?;
        Ok(Suppression {
            address,
            reason,
            since: now,
        })
    }

    /// Writes to an address again.
    ///
    /// # Errors
    /// It is not suppressed.
    pub async fn unsuppress(&self, who: &Who, via: Via, address: &str) -> Result<(), DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let Ok(address) = address.trim().parse::<EmailAddress>() else {
            return Err(DeskError::NotFound("suppressed address"));
        };
        if !suppressions::remove(&mut change.tx, who.tenant, &address).await? {
            return Err(DeskError::NotFound("suppressed address"));
        }
        change.record("suppression.removed", address.as_str(), "written to again");
        change.commit().await
    }
}
