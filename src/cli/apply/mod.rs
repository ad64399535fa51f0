//! `postroom apply`: what seed files say, brought about.
//!
//! What is (`Current`) is read, what is to be (`Seed`) is laid beside it, and the differences become a list
//! of changes, each a sentence and a write (`Draft`). That list is what a dry run prints; otherwise it is
//! written in the transaction in which it was made.

mod accounts;
mod change;
mod current;
mod draft;
mod mailboxes;
mod notifications;
mod people;
mod plans;
mod rules;
mod service;
mod telling;
mod tenants;
#[cfg(test)]
mod tests;
mod texts;

use std::path::PathBuf;

use clap::Args;

use self::change::{Hashes, Write};
use self::current::Current;
use self::draft::Draft;
use super::{House, Link, Outcome, Terminal};
use crate::config::Mistakes;
use crate::config::seed::Seed;
use crate::desk::Desk;
use crate::domain::audit::{Line, Via};
use crate::domain::event::Actor;
use crate::domain::ids::{AuditId, TenantId};
use crate::store::{self, Topic, Tx, audit};

/// Create or update what seed files say
#[derive(Args)]
#[command(after_help = "\
What a seed file leaves out stays as it is; `state = \"absent\"` removes. Applying again changes nothing
and says so. Works while the daemon runs, which picks the change up by itself.

Example:
  postroom apply config/acme.toml --dry-run
  postroom apply config/acme.toml")]
pub(super) struct Apply {
    /// Seed files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Apply {
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        let config = terminal.config()?;
        let seed = Seed::load(&self.files, &config.server.public_url)?;
        for warning in &seed.warnings {
            terminal.complain(&format!("warning: {warning}"));
        }
        let house = House::open(config).await?;
        let done = self.apply(&house, &seed, terminal).await;
        house.db.close().await;
        done
    }

    async fn apply(&self, house: &House, seed: &Seed, terminal: &mut Terminal) -> Outcome {
        if self.dry_run {
            let mut tx = house.db.read().await?;
            let draft = drafted(house, Current::read(&mut tx).await?, seed)?;
            return say(terminal, &draft, "would be made; nothing was (dry run)");
        }
        // Hashing is slow on purpose, and nobody can write meanwhile: it is done before the transaction.
        let hashes = Hashes::of_new_users(house, seed).await?;
        let desk = house.desk().await?;
        let mut tx = house.db.write().await?;
        for tenant in tenants_of(&mut tx, seed).await? {
            store::tenants::lock_settings(&mut tx, tenant).await?;
        }
        let draft = drafted(house, Current::read(&mut tx).await?, seed)?;
        let mut links = Vec::new();
        for change in &draft.changes {
            let link = change.write.run(&mut tx, house, &hashes).await;
            links.extend(link.map_err(|error| change.failed(&error))?);
        }
        Link::queue(&links, &mut tx, house).await?;
        if !draft.changes.is_empty() {
            record(&mut tx, &desk, &draft).await?;
            tx.wake(Topic::Settings);
        }
        tx.commit().await?;
        say(terminal, &draft, "made")?;
        links
            .iter()
            .try_for_each(|link| terminal.say(link.sentence(house)))
    }
}

/// Those of the seed's tenants that are there already.
async fn tenants_of(tx: &mut Tx, seed: &Seed) -> Outcome<Vec<TenantId>> {
    let known = store::tenants::all_tenants(tx).await?;
    let named = |slug: &str| {
        seed.tenants
            .iter()
            .any(|tenant| tenant.slug.as_str() == slug)
    };
    let named = known.iter().filter(|tenant| named(&tenant.slug));
    Ok(named.map(|tenant| tenant.id).collect())
}

/// The changes that the seed asks for; refused if it refers to what is not there.
fn drafted<'a>(house: &'a House, current: Current, seed: &Seed) -> Result<Draft<'a>, Mistakes> {
    current.known().check(seed)?;
    let mut draft = Draft::new(current, &house.key, &house.random, house.clock.now());
    draft.fill(seed)?;
    Ok(draft)
}

/// Leaves a line in the audit log for each change. What befell people is told like what befalls them by other ways.
async fn record(tx: &mut Tx, desk: &Desk, draft: &Draft<'_>) -> Outcome {
    let now = desk.clock.now();
    for change in &draft.changes {
        if let Write::Membership(member, Some(befell)) = &change.write {
            let by = (Actor::System, Via::Apply);
            desk.note_person(tx, member.tenant, by, (&member.user, *befell))
                .await?;
            continue;
        }
        let (tenant, noun) = change.write.concerns();
        let line = Line {
            id: AuditId(desk.random.uuid(now)),
            at: now,
            actor: Actor::System,
            via: Via::Apply,
            kind: format!("{noun}.applied"),
            subject: String::new(),
            summary: change.sentence.clone(),
        };
        audit::insert_all(tx, tenant, &[line]).await?;
    }
    Ok(())
}

fn say(terminal: &mut Terminal, draft: &Draft<'_>, done: &str) -> Outcome {
    for note in &draft.notes {
        terminal.complain(note);
    }
    for change in &draft.changes {
        terminal.say(&change.sentence)?;
    }
    match draft.changes.len() {
        0 => terminal.say("nothing to change"),
        1 => terminal.say(format!("1 change {done}")),
        n => terminal.say(format!("{n} changes {done}")),
    }
}
