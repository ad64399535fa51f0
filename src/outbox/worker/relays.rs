//! Through which server each account sends.

use std::collections::HashMap;

use super::fate::Unsent;
use crate::desk::Desk;
use crate::domain::ids::AccountId;
use crate::door::Vault;
use crate::outbox::smtp::{Relay, Timeouts};
use crate::store::StoreError;
use crate::store::accounts::{self, Account};

/// The servers of all accounts, with their passwords opened; read again whenever settings change.
#[derive(Default)]
pub(super) struct Relays(HashMap<AccountId, Result<Relay, String>>);

impl Relays {
    pub async fn read(desk: &Desk, vault: &Vault) -> Result<Self, StoreError> {
        let mut tx = desk.db.read().await?;
        let all = accounts::all_tenants(&mut tx).await?;
        let hello = desk.links.public().host_str().unwrap_or("localhost");
        let relays = all
            .into_iter()
            .map(|account| (account.trust.id, relay(&account, vault, hello)));
        Ok(Self(relays.collect()))
    }

    /// The server to send a row through, or why there is none.
    pub fn of(&self, account: Option<AccountId>) -> Result<Relay, Unsent> {
        let found = account.and_then(|account| self.0.get(&account));
        match found {
            Some(Ok(relay)) => Ok(relay.clone()),
            Some(Err(why)) => Err(Unsent::NoWay(why.clone())),
            None => Err(Unsent::NoWay(
                "its mailbox has no account to send through".to_owned(),
            )),
        }
    }
}

fn relay(account: &Account, vault: &Vault, hello: &str) -> Result<Relay, String> {
    let name = &account.trust.name;
    let server = account.smtp.clone().filter(|_| account.active);
    let server = server.ok_or_else(|| format!("the account {name} does not send mail"))?;
    let kept = &account.smtp_password;
    let password = vault.open(
        &account.smtp_cell(),
        kept.sealed.as_deref(),
        kept.env.as_deref(),
    );
    Ok(Relay {
        server,
        password: password.map_err(|error| format!("account {name}: {error}"))?,
        hello: hello.to_owned(),
        timeouts: Timeouts::default(),
    })
}
