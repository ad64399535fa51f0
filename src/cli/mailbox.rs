//! `postroom mailbox`: whether a mailbox works as it should.

use clap::{Args, Subcommand};

use super::{Failure, House, Outcome, Terminal};
use crate::domain::address::EmailAddress;

/// Test mailboxes
#[derive(Args)]
pub(super) struct Mailbox {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Find out whether the plus-address of a mailbox reaches it
    #[command(after_help = "\
Reply tokens travel in the plus-address (support+token@acme.test) where the mail
server delivers it, and else in the Message-ID only. The running daemon sends a
mail to such an address of the mailbox and waits for it; what came of it stands
on the page Settings, Mailboxes and in the API. New mailboxes are tested without
being asked. `plus` in a seed file decides it without a test.

Example:
  postroom mailbox test --tenant acme support@acme.test")]
    Test {
        /// Whose mailbox it is; needed by nobody who has the address right
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
        /// Its address
        address: EmailAddress,
    },
}

impl Mailbox {
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        let house = House::open(terminal.config()?).await?;
        let Action::Test { tenant, address } = self.action;
        let done = test(&house, tenant.as_deref(), &address, terminal).await;
        house.db.close().await;
        done
    }
}

async fn test(
    house: &House,
    slug: Option<&str>,
    address: &EmailAddress,
    terminal: &mut Terminal,
) -> Outcome {
    let desk = house.desk().await?;
    let mut tx = house.db.read().await?;
    let only = house.tenant_id(&mut tx, slug).await?;
    drop(tx);
    let directory = desk.directory();
    let found = directory
        .offices()
        .filter(|office| only.is_none_or(|only| only == office.tenant.id))
        .find_map(|office| Some((office, office.mailbox_at(address)?)));
    let Some((office, mailbox)) = found else {
        return Err(Failure::new(format!("there is no mailbox {address}")));
    };
    let was = mailbox.plus_address();
    let ends_at = desk.test_plus(office.tenant.id, mailbox.id).await?;
    terminal.say(format!(
        "{address}: a mail to its plus-address is on its way, and known by {} at the latest (until now: {})",
        ends_at.format("%H:%M UTC"),
        was.sentence(),
    ))
}
