//! `postroom user`: people.

use clap::{Args, Subcommand};

use super::{Failure, Outcome, Terminal};
use crate::domain::address::EmailAddress;
use crate::domain::person::Role;

/// Add, list and disable people, and let them set a password
#[derive(Args)]
pub(super) struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Add a person to a tenant, or to the platform's administrators
    #[command(after_help = "\
Prints a link with which they set their password, good for one use.

Examples:
  postroom user add --tenant acme --role admin --name Ada ada@acme.test
  postroom user add --platform root@example.org")]
    Add {
        /// The tenant they work for
        #[arg(long, value_name = "SLUG", required_unless_present = "platform")]
        tenant: Option<String>,
        /// A platform administrator instead
        #[arg(long, conflicts_with = "tenant")]
        platform: bool,
        /// What they may do there: viewer, member, admin, owner
        #[arg(long, default_value = "member", conflicts_with = "platform")]
        role: Role,
        /// Their name; without it what stands before the @
        #[arg(long)]
        name: Option<String>,
        /// Their address
        email: EmailAddress,
    },
    /// List people
    #[command(after_help = "\
Example:
  postroom user list --tenant acme")]
    List {
        /// Only those of this tenant
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
        /// One JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Let a person set a new password
    #[command(after_help = "\
Prints a link, good for one use; with --stdin the new password is read from standard input instead.

Examples:
  postroom user password ada@acme.test
  pass show postroom/ada | postroom user password --stdin ada@acme.test")]
    Password {
        /// Read the new password from standard input
        #[arg(long)]
        stdin: bool,
        /// Their address
        email: EmailAddress,
    },
    /// Take away every access: log-in, API tokens, answering by mail
    #[command(after_help = "\
What they wrote stays.

Examples:
  postroom user disable bob@acme.test
  postroom user disable --tenant acme bob@acme.test")]
    Disable {
        /// Only in this tenant
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
        /// Their address
        email: EmailAddress,
    },
}

impl User {
    pub fn run(self, terminal: &mut Terminal) -> Outcome {
        terminal.config()?;
        match self.action {
            Action::Add { .. }
            | Action::List { .. }
            | Action::Password { .. }
            | Action::Disable { .. } => Err(Failure::new("this build has no database yet")),
        }
    }
}
