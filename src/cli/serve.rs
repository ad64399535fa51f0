//! `postroom serve`: the daemon.

use clap::Args;

use super::{Failure, Outcome, Terminal};

/// Run the daemon
#[derive(Args)]
#[command(after_help = "\
Prints one line, `postroom listening on http://ADDR`, once it accepts requests. The first SIGTERM or
Ctrl-C finishes what is in hand, the second stops at once.

Example:
  postroom --config /etc/postroom/postroom.toml serve")]
pub(super) struct Serve {}

impl Serve {
    pub fn run(self, terminal: &mut Terminal) -> Outcome {
        terminal.config()?;
        Err(Failure::new("this build has no daemon yet"))
    }
}
