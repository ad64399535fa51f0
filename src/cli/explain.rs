//! `postroom explain`: what a mail says, and why it would go where it would go.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, Outcome, Terminal};
use crate::domain::address::EmailAddress;

/// Say what messages mean to Postroom, and store nothing
#[derive(Args)]
#[command(after_help = "\
Examples:
  postroom explain mail.eml
  postroom explain --json *.eml
  postroom explain --to support@acme.test mail.eml")]
pub(super) struct Explain {
    /// Also decide for whom it is, as if it had been sent to this address
    #[arg(long, value_name = "ADDRESS")]
    to: Option<EmailAddress>,
    /// One line of JSON per file: {file, message, trace, error}
    #[arg(long)]
    json: bool,
    /// Messages (RFC 5322)
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

impl Explain {
    pub fn run(self, terminal: &mut Terminal) -> Outcome {
        let _ = (&self.to, self.json, &self.files, terminal);
        Err(Failure::new("this build cannot read mail yet"))
    }
}
