//! `postroom apply`: what seed files say, brought about.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, Outcome, Terminal};
use crate::config::seed::Seed;

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
    pub fn run(self, terminal: &mut Terminal) -> Outcome {
        let config = terminal.config()?;
        let seed = Seed::load(&self.files, &config.server.public_url)?;
        for warning in &seed.warnings {
            terminal.complain(&format!("warning: {warning}"));
        }
        Err(Failure::new("this build has no database yet"))
    }
}
