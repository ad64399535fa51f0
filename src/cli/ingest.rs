//! `postroom ingest`: one mail from a pipe.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Failure, House, Outcome, Terminal};
use crate::domain::address::EmailAddress;
use crate::domain::ids::{AccountId, InboundId, TenantId};
use crate::intake::pipe::{self, Hints};
use crate::store::{Tx, accounts};

/// Take in one RFC 5322 message, as if it had arrived
#[derive(Args)]
#[command(after_help = "\
The message is stored when the command ends with 0; the daemon makes a ticket of it. Ends with 75 when
trying again later may help, so that an MTA keeps the mail and does.

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
    /// As if it had come in by this account (the tenant's, with --tenant; else the platform's)
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// The id of the received mail as one line of JSON
    #[arg(long)]
    json: bool,
    /// The message; without it, standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Ingest {
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        let raw = self.read(terminal)?;
        // Whatever is wrong from here on is wrong with this installation, not with the mail: it must not
        // bounce because of a slip in a file.
        let id = self
            .spool(terminal, &raw)
            .await
            .map_err(Failure::try_later)?;
        if self.json {
            return terminal.say_json(&json!({ "id": id }));
        }
        Ok(())
    }

    /// The whole message; more than a gigabyte is none.
    fn read(&self, terminal: &mut Terminal) -> Outcome<Vec<u8>> {
        const MOST: u64 = 1 << 30;
        let read = match &self.file {
            Some(path) => File::open(path).and_then(|file| {
                let mut raw = Vec::new();
                file.take(MOST).read_to_end(&mut raw)?;
                Ok(raw)
            }),
            None => terminal.read_all(MOST),
        };
        let what = self
            .file
            .as_ref()
            .map_or("standard input".to_owned(), |path| {
                path.display().to_string()
            });
        let raw =
            read.map_err(|error: io::Error| Failure::new(format!("cannot read {what}: {error}")))?;
        if raw.is_empty() {
            return Err(Failure::new(format!(
                "{what} is empty; expected a message (RFC 5322)"
            )));
        }
        Ok(raw)
    }

    async fn spool(&self, terminal: &Terminal, raw: &[u8]) -> Outcome<InboundId> {
        let house = House::open(terminal.config()?).await?;
        let spooled = self.spool_in(&house, raw).await;
        house.db.close().await;
        spooled
    }

    async fn spool_in(&self, house: &House, raw: &[u8]) -> Outcome<InboundId> {
        let hints = hints(
            house,
            self.to.clone(),
            self.tenant.as_deref(),
            self.account.as_deref(),
        )
        .await?;
        let most = usize::try_from(house.config.mail.max_message_bytes.0).unwrap_or(usize::MAX);
        let desk = house.desk().await?;
        Ok(pipe::spool(&desk, raw, &hints, most).await?)
    }
}

/// What the options say, looked up.
pub(super) async fn hints(
    house: &House,
    to: Option<EmailAddress>,
    tenant: Option<&str>,
    account: Option<&str>,
) -> Outcome<Hints> {
    let mut tx = house.db.read().await?;
    let tenant = house.tenant_id(&mut tx, tenant).await?;
    let account = match account {
        Some(name) => Some(account_id(&mut tx, tenant, name).await?),
        None => None,
    };
    Ok(Hints {
        to,
        tenant,
        account,
    })
}

async fn account_id(tx: &mut Tx, tenant: Option<TenantId>, name: &str) -> Outcome<AccountId> {
    let all = accounts::all_tenants(tx).await?;
    let named = all.iter().filter(|account| account.trust.name == name);
    let own = named
        .clone()
        .find(|account| tenant.is_some() && account.trust.tenant == tenant);
    let found = own.or_else(|| named.clone().find(|account| account.trust.tenant.is_none()));
    let whose = if tenant.is_some() {
        "neither the tenant nor the platform has an"
    } else {
        "the platform has no"
    };
    let found = found.map(|account| account.trust.id);
    found.ok_or_else(|| {
        Failure::new(format!(
            "{whose} account {name:?}; name the tenant with --tenant if it is one of theirs"
        ))
    })
}
