//! `postroom migrate`: the database's form.

use clap::Args;

use super::{Failure, Outcome, Terminal};

/// Bring the database up to date with this program
#[derive(Args)]
#[command(after_help = "\
`serve` does the same when it starts. PostgreSQL must be reached directly, not through a pooler.

Example:
  postroom migrate")]
pub(super) struct Migrate {}

impl Migrate {
    pub fn run(self, terminal: &mut Terminal) -> Outcome {
        terminal.config()?;
        Err(Failure::new("this build has no database yet"))
    }
}
