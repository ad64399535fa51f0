//! `postroom user`: people.

mod access;
mod add;
mod list;

use clap::{Args, Subcommand};

pub(super) use self::add::new_user;
use super::{Failure, House, Outcome, Terminal};
use crate::domain::address::EmailAddress;
use crate::domain::person::{Role, User as Person};
use crate::store::{Tx, people};

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
Prints a link with which somebody new sets their password, good for one use. Somebody who was disabled
is back afterwards.

Examples:
  postroom user add --tenant acme --role admin --name Ada ada@acme.test
  postroom user add --platform root@example.org")]
    Add(Add),
    /// List people
    #[command(after_help = "\
Example:
  postroom user list --tenant acme")]
    List(List),
    /// Let a person set a new password
    #[command(after_help = "\
Prints a link, good for one use; with --stdin the new password is read from standard input instead.

Examples:
  postroom user password ada@acme.test
  pass show postroom/ada | postroom user password --stdin ada@acme.test")]
    Password(Password),
    /// Take away every access: log-in, API tokens, answering by mail
    #[command(after_help = "\
What they wrote stays.

Examples:
  postroom user disable bob@acme.test
  postroom user disable --tenant acme bob@acme.test")]
    Disable(Disable),
}

#[derive(Args)]
struct Add {
    /// The tenant they work for
    #[arg(long, value_name = "SLUG", required_unless_present = "platform")]
    tenant: Option<String>,
    /// A platform administrator instead
    #[arg(long, conflicts_with = "tenant")]
    platform: bool,
    /// What they may do there: viewer, member, admin, owner
    #[arg(long, conflicts_with = "platform")]
    role: Option<Role>,
    /// Their name; without it what stands before the @
    #[arg(long)]
    name: Option<String>,
    /// Their address
    email: EmailAddress,
}

#[derive(Args)]
struct List {
    /// Only those of this tenant
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
    /// One JSON object per line
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Password {
    /// Read the new password from standard input
    #[arg(long)]
    stdin: bool,
    /// Their address
    email: EmailAddress,
}

#[derive(Args)]
struct Disable {
    /// Only in this tenant
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
    /// Their address
    email: EmailAddress,
}

impl User {
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        let house = House::open(terminal.config()?).await?;
        let done = match self.action {
            Action::Add(add) => add::run(&house, &add, terminal).await,
            Action::List(list) => list::run(&house, &list, terminal).await,
            Action::Password(password) => access::password(&house, &password, terminal).await,
            Action::Disable(disable) => access::disable(&house, &disable, terminal).await,
        };
        house.db.close().await;
        done
    }
}

/// The person with that address.
async fn known(tx: &mut Tx, email: &EmailAddress) -> Outcome<Person> {
    let found = people::by_email(tx, email).await?;
    found.ok_or_else(|| {
        Failure::new(format!(
            "there is no user {email}; `postroom user list` shows all"
        ))
    })
}
