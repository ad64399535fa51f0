//! `postroom token`: API tokens.

use clap::{Args, Subcommand};

use super::{Failure, Outcome, Terminal};
use crate::domain::address::EmailAddress;
use crate::domain::ids::TokenId;

/// Create, list and revoke API tokens
#[derive(Args)]
pub(super) struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a token and print it alone on standard output; it is never shown again
    #[command(after_help = "\
Examples:
  postroom token create --tenant acme --user ada@acme.test --name reports
  postroom token create --platform --user root@example.org --name billing")]
    Create {
        /// A token that sees this tenant alone
        #[arg(long, value_name = "SLUG", required_unless_present = "platform")]
        tenant: Option<String>,
        /// A token for the platform's own routes
        #[arg(long, conflicts_with = "tenant")]
        platform: bool,
        /// In whose name it acts
        #[arg(long, value_name = "EMAIL")]
        user: EmailAddress,
        /// What it is for
        #[arg(long, value_name = "N")]
        name: String,
    },
    /// List tokens, without their secret
    #[command(after_help = "\
Example:
  postroom token list --tenant acme")]
    List {
        /// Only those of this tenant
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
        /// One JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// End a token at once
    #[command(after_help = "\
Example:
  postroom token revoke 01936b6a-7d0c-7cc3-9d6e-3c8f0f3f6f3a")]
    Revoke {
        /// The token's id, as `token list` shows it
        id: TokenId,
    },
}

impl Token {
    pub fn run(self, terminal: &mut Terminal) -> Outcome {
        terminal.config()?;
        match self.action {
            Action::Create { .. } | Action::List { .. } | Action::Revoke { .. } => {
                Err(Failure::new("this build has no database yet"))
            }
        }
    }
}
