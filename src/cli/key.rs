//! `postroom key`: the keys that sign reply tokens.

use clap::{Args, Subcommand};

use super::{Failure, House, Outcome, Terminal};
use crate::domain::audit::Via;
use crate::domain::ids::TenantId;

/// Give the keys of reply tokens a successor
#[derive(Args)]
pub(super) struct Key {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Sign reply tokens with a new key; those of the key before stay good until the next rotation
    #[command(after_help = "\
A daemon that runs takes the new key within a second. Rotate twice to end every
token that is under way: answers then find their ticket by other means, or open
a new one, and agents answer from a newer notice or on the page.

Examples:
  postroom key rotate
  postroom key rotate --tenant acme")]
    Rotate {
        /// Only this tenant's; else everybody's
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
    },
}

impl Key {
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        let house = House::open(terminal.config()?).await?;
        let Action::Rotate { tenant } = self.action;
        let done = rotate(&house, tenant.as_deref(), terminal).await;
        house.db.close().await;
        done
    }
}

async fn rotate(house: &House, slug: Option<&str>, terminal: &mut Terminal) -> Outcome {
    let desk = house.desk().await?;
    let mut tx = house.db.read().await?;
    let only = house.tenant_id(&mut tx, slug).await?;
    drop(tx);
    let directory = desk.directory();
    let mut tenants: Vec<(String, TenantId)> = directory
        .offices()
        .map(|office| (office.tenant.slug.clone(), office.tenant.id))
        .filter(|(_, id)| only.is_none_or(|only| only == *id))
        .collect();
    tenants.sort();
    if tenants.is_empty() {
        return Err(Failure::new(
            "there is no tenant whose keys could be rotated",
        ));
    }
    let ids: Vec<_> = tenants.iter().map(|(_, id)| *id).collect();
    let rotated = desk.rotate_token_keys(&ids, Via::Command).await?;
    for ((slug, _), rotated) in tenants.iter().zip(rotated) {
        terminal.say(format!("{slug}: {}", rotated.sentence()))?;
    }
    Ok(())
}
