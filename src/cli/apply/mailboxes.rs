//! Mailboxes.

use super::change::Write;
use super::draft::{Draft, Edit};
use crate::config::At;
use crate::config::seed::{Mailbox as Wanted, State};
use crate::domain::address::EmailAddress;
use crate::domain::ids::{AccountId, MailboxId};
use crate::domain::mailbox::{Mailbox, Strangers};
use crate::domain::tenant::Tenant;

/// Works a mailbox in.
pub(super) fn work_in(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &Wanted) {
    let (slug, address) = (&tenant.slug, &*wanted.address);
    let same = |mailbox: &Mailbox| mailbox.tenant == tenant.id && mailbox.address == *address;
    let known = draft.is.mailboxes.iter().position(same);
    if wanted.state == State::Absent {
        if let Some(at) = known {
            let mailbox = draft.is.mailboxes.remove(at);
            draft
                .is
                .retired
                .push((tenant.id, mailbox.id, mailbox.address));
            draft.change(
                format!("{slug}: retire mailbox {address}"),
                Write::RetireMailbox(tenant.id, mailbox.id),
            );
        }
        return;
    }
    let mut mailbox = known.map_or_else(
        || new(draft, tenant, address),
        |at| draft.is.mailboxes[at].clone(),
    );
    let taken = refuse_taken(draft, mailbox.id, wanted);
    let mut edit = Edit::default();
    let aliases = wanted.aliases.as_ref().map(|all| sorted(all));
    edit.set("aliases", &mut mailbox.aliases, aliases);
    edit.set("name", &mut mailbox.name, wanted.name.clone());
    let account = wanted
        .account
        .as_deref()
        .map(|name| account(draft, tenant, name));
    edit.set("account", &mut mailbox.account, account);
    let team_of = |name: &String| {
        draft
            .is
            .teams
            .iter()
            .find(|t| t.tenant == tenant.id && t.name == *name)
    };
    let team = wanted
        .team
        .as_deref()
        .map(|name| team_of(name).map(|team| team.id));
    edit.set("team", &mut mailbox.team, team);
    edit.set(
        "auth_results",
        &mut mailbox.auth_results,
        wanted.auth_results.clone().map(Some),
    );
    edit.set("dkim", &mut mailbox.dkim, wanted.dkim.map(Some));
    edit.set("separate", &mut mailbox.separate, wanted.separate);
    edit.set("strangers", &mut mailbox.strangers, wanted.strangers);
    edit.set("plus", &mut mailbox.plus, wanted.plus.map(Some));
    if taken {
        return;
    }
    if let Some(sentence) = edit.sentence(&format!("mailbox {address}"), known.is_none()) {
        match known {
            Some(at) => draft.is.mailboxes[at] = mailbox.clone(),
            None => draft.is.mailboxes.push(mailbox.clone()),
        }
        draft.change(
            format!("{slug}: {sentence}"),
            Write::Mailbox(Box::new(mailbox)),
        );
    }
}

/// A mailbox with its defaults. One that was retired comes back with its id, and so with its tickets.
fn new(draft: &Draft<'_>, tenant: &Tenant, address: &EmailAddress) -> Mailbox {
    let retired = draft
        .is
        .retired
        .iter()
        .find(|(whose, _, known)| *whose == tenant.id && known == address);
    let accounts = draft
        .is
        .accounts
        .iter()
        .filter(|a| a.active && a.smtp.is_some());
    let own = accounts.clone().find(|a| a.trust.tenant == Some(tenant.id));
    let account = own.or_else(|| accounts.clone().find(|a| a.trust.tenant.is_none()));
    Mailbox {
        id: retired.map_or_else(|| MailboxId(draft.id()), |(_, id, _)| *id),
        tenant: tenant.id,
        address: address.clone(),
        aliases: Vec::new(),
        name: tenant.name.clone(),
        account: account.map(|account| account.trust.id),
        team: None,
        auth_results: None,
        dkim: None,
        separate: false,
        strangers: Strangers::Hold,
        plus: None,
        tried: None,
    }
}

/// The account of that name: the tenant's own before the platform's. `Known::check` found one.
fn account(draft: &Draft<'_>, tenant: &Tenant, name: &str) -> Option<AccountId> {
    let named = draft
        .is
        .accounts
        .iter()
        .filter(|a| a.trust.name == name && a.active);
    let own = named.clone().find(|a| a.trust.tenant == Some(tenant.id));
    own.or_else(|| named.clone().find(|a| a.trust.tenant.is_none()))
        .map(|a| a.trust.id)
}

/// Refuses addresses that lead elsewhere already. True if one does.
fn refuse_taken(draft: &mut Draft<'_>, own: MailboxId, wanted: &Wanted) -> bool {
    let mut taken = false;
    for address in [&wanted.address]
        .into_iter()
        .chain(wanted.aliases.iter().flatten())
    {
        let leads =
            |m: &&Mailbox| m.id != own && (m.address == **address || m.aliases.contains(address));
        if let Some(other) = draft.is.mailboxes.iter().find(leads) {
            let whose = draft
                .is
                .tenants
                .iter()
                .find(|tenant| tenant.id == other.tenant);
            let whose = whose.map_or("another tenant", |tenant| &tenant.slug);
            let sentence = format!(
                "{} leads to the mailbox {} of {whose} already",
                **address, other.address
            );
            draft.mistake(&address.place, sentence);
            taken = true;
        }
    }
    taken
}

/// In the order in which the store gives them.
fn sorted(aliases: &[At<EmailAddress>]) -> Vec<EmailAddress> {
    let mut all: Vec<EmailAddress> = aliases.iter().map(|alias| (**alias).clone()).collect();
    all.sort();
    all
}
