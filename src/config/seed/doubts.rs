//! What works, but is less safe than whoever wrote it may think: warnings, with the reason.

use super::unique::whole_tenants;
use super::{Account, Mailbox, Seed, State, Tenant};
use crate::config::read::Ledger;
use crate::domain::mail::authentication::Anchor;

/// Warns of settings that make it easier to be deceived.
pub(super) fn check(seed: &Seed, ledger: &Ledger) {
    let own = seed.tenants.iter().flat_map(|tenant| &tenant.accounts);
    for account in seed.accounts.iter().chain(own) {
        let setting = account.auth_results.as_deref();
        if let Some(sentence) = boundary(setting, account).filter(|_| is_here(account.state)) {
            ledger.warning(account.place.mistake(sentence));
        }
    }
    for parts in whole_tenants(seed) {
        for mailbox in parts.iter().flat_map(|tenant| &tenant.mailboxes) {
            if is_here(mailbox.state) {
                check_mailbox(seed, &parts, mailbox, ledger);
            }
        }
    }
}

fn check_mailbox(seed: &Seed, parts: &[&Tenant], mailbox: &Mailbox, ledger: &Ledger) {
    let own = parts.iter().flat_map(|tenant| &tenant.accounts);
    let mut accounts = own.chain(&seed.accounts).filter(|a| is_here(a.state));
    let account = match mailbox.account.as_deref() {
        Some(name) => accounts.find(|account| *account.name == *name),
        None => accounts.next(),
    };
    // What the account says itself was looked at with the account.
    let setting = mailbox.auth_results.as_deref();
    if let Some(account) = account.filter(|account| account.auth_results.is_none())
        && let Some(sentence) = boundary(setting, account)
    {
        ledger.warning(mailbox.place.mistake(sentence));
    }
    // A1: a service that mails a link to this address to prove who asks hands it to everybody who reads the tickets.
    let domain = mailbox.address.domain();
    let mut people = parts.iter().flat_map(|tenant| &tenant.users);
    if people.any(|user| is_here(user.state) && user.email.domain() == domain) {
        ledger.warning(mailbox.address.place.mistake(format!(
            "people log in with addresses of {domain}, to which customers write too: what another service sends to an \
             address of {domain}, to prove that somebody works there, may be read here by all who see tickets; use a \
             subdomain for customers, such as support.{domain}"
        )));
    }
}

fn is_here(state: State) -> bool {
    state == State::Present
}

/// What is missing for Authentication-Results to be told from forged ones, if anything is.
fn boundary(setting: Option<&str>, account: &Account) -> Option<String> {
    if account.trusted_host.is_some() {
        return None;
    }
    let name = &*account.name;
    let sentence = match Anchor::read(setting?) {
        Anchor::Id(_) => format!(
            "auth_results is set, but the account {name} has no trusted_host: only results above the topmost Received \
             line count, and none where another server of yours stands between; set trusted_host to the name that the \
             server which writes them has in its own Received lines"
        ),
        Anchor::TopmostWithoutId => format!(
            "auth_results is \"topmost-without-id\", but the account {name} has no trusted_host: only results above a \
             Received line by Microsoft 365 (*.mail.protection.outlook.com) count; for any other server set trusted_host"
        ),
    };
    Some(sentence)
}
