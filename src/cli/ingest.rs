//! `postroom ingest`: one mail from a pipe.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, Outcome, Terminal};
use crate::domain::address::EmailAddress;

/// Take in one RFC 5322 message, as if it had arrived
#[derive(Args)]
#[command(after_help = "\
Ends with 75 when trying again later may help, so that an MTA keeps the mail and does.

Examples:
  postroom ingest --to support@acme.test mail.eml
  # in /etc/aliases:
  support: \"|/usr/bin/postroom ingest --to support@acme.test\"")]
pub(super) struct Ingest {
    /// The address it was sent to; without it the headers decide
    #[arg(long, value_name = "ADDRESS")]
    to: Option<EmailAddress>,
    /// Only for this tenant
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
    /// As if it had come in by this account
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// The message; without it, standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Ingest {
    pub fn run(self, terminal: &mut Terminal) -> Outcome {
        let _ = (&self.to, &self.tenant, &self.account, &self.file);
        // A mail is not lost over a slip in a file: the MTA keeps it until somebody has mended that.
        terminal
            .config()
            .map_err(|wrong| Failure::from(wrong).try_later())?;
        Err(Failure::new("this build has no database yet"))
    }
}
