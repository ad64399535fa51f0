//! `postroom migrate`: the database's form.

use clap::Args;

use super::{Outcome, Terminal};
use crate::store::Db;

/// Bring the database up to date with this program
#[derive(Args)]
#[command(after_help = "\
`serve` does the same when it starts. PostgreSQL must be reached directly, not through a pooler.

Example:
  postroom migrate")]
pub(super) struct Migrate {}

impl Migrate {
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        // Opening the database is all: it refuses one that is newer, and brings an older one up to date.
        let url = terminal.config()?.database.url;
        Db::open(&url.expose()).await?.close().await;
        terminal.say(format!("{url} is up to date"))
    }
}
