//! Which tenants and mailboxes a mail is for.
//!
//! The headers in which the trusted hop noted the envelope's recipient say where this copy was going; To and
//! Cc say where else the sender meant it to go. Both count, because a server that delivers one copy for
//! two of our addresses notes only one of them. A tenant's own account speaks for that tenant alone.

use std::collections::HashMap;

use crate::domain::address::{EmailAddress, Party};
use crate::domain::ids::{AccountId, MailboxId, TenantId};
use crate::domain::mailbox::{AccountTrust, Mailbox};
use crate::domain::trace::Trace;

/// All addresses of all tenants.
#[derive(Debug, Clone, Default)]
pub struct AddressBook {
    by_address: HashMap<EmailAddress, (TenantId, MailboxId)>,
    by_account: HashMap<AccountId, (TenantId, MailboxId)>,
}

impl AddressBook {
    /// From every active mailbox; the first one named for an account takes that account's unaddressed mail.
    pub fn new<'a>(mailboxes: impl IntoIterator<Item = &'a Mailbox>) -> Self {
        let mut book = Self::default();
        for mailbox in mailboxes {
            let place = (mailbox.tenant, mailbox.id);
            for address in mailbox.aliases.iter().chain([&mailbox.address]) {
                book.by_address.insert(address.clone(), place);
            }
            if let Some(account) = mailbox.account {
                book.by_account.entry(account).or_insert(place);
            }
        }
        book
    }

    /// The mailbox behind an address, its subaddress aside.
    pub fn find(&self, address: &EmailAddress) -> Option<(TenantId, MailboxId)> {
        self.by_address
            .get(address)
            .or_else(|| self.by_address.get(&address.without_detail()))
            .copied()
    }

    /// Whether this is one of our own addresses, of whichever tenant.
    pub fn is_ours(&self, address: &EmailAddress) -> bool {
        self.find(address).is_some()
    }
}

/// Where a mail came from and where it says it was going.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// The account it came in by; absent for a pipe.
    pub account: Option<&'a AccountTrust>,
    /// What a pipe said: only this tenant.
    pub only_tenant: Option<TenantId>,
    /// What the trusted hop noted: header name and address.
    pub delivered: &'a [(String, EmailAddress)],
    /// To, then Cc.
    pub addressed: &'a [Party],
}

/// One tenant that a mail is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The tenant.
    pub tenant: TenantId,
    /// The mailbox whose ticket it becomes.
    pub mailbox: MailboxId,
    /// Further mailboxes of the tenant that see the same ticket.
    pub also: Vec<MailboxId>,
}

/// Decides where a mail belongs. No target means that no address of ours was found.
pub fn route(
    book: &AddressBook,
    separate: impl Fn(TenantId, MailboxId) -> bool,
    envelope: Envelope<'_>,
    trace: &mut Trace,
) -> Vec<Target> {
    let own_tenant = envelope
        .account
        .and_then(|account| account.tenant)
        .or(envelope.only_tenant);
    let allowed = |tenant| own_tenant.is_none_or(|own| own == tenant);

    // To and Cc come first, so that the order of two copies' arrival does not decide whose ticket it is.
    let mut found: Vec<(TenantId, MailboxId)> = Vec::new();
    let written = envelope
        .addressed
        .iter()
        .filter_map(Party::address)
        .map(|a| ("To or Cc", a));
    let noted = envelope
        .delivered
        .iter()
        .map(|(header, a)| (header.as_str(), a.clone()));
    for (header, address) in written.chain(noted) {
        let Some(place) = book.find(&address) else {
            continue;
        };
        if !allowed(place.0) {
            trace.note(
                "route",
                "not for another tenant",
                format!(
                    "{header} names {address}, but this account speaks for its own tenant alone"
                ),
            );
        } else if !found.contains(&place) {
            trace.note(
                "route",
                address.without_detail().as_str(),
                format!("{header} names {address}"),
            );
            found.push(place);
        }
    }
    if found.is_empty()
        && let Some(account) = envelope.account
        && let Some(&place) = book.by_account.get(&account.id)
        && account.tenant == Some(place.0)
    {
        trace.note(
            "route",
            "the account's first mailbox",
            "no address of ours stands in it (a blind copy), and the account belongs to one tenant",
        );
        found.push(place);
    }
    if found.is_empty() {
        trace.note("route", "nowhere", "no address of ours was found in it");
    }
    gather(&found, separate)
}

/// One target per tenant, and one more for each mailbox that wants tickets of its own.
fn gather(
    found: &[(TenantId, MailboxId)],
    separate: impl Fn(TenantId, MailboxId) -> bool,
) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for &(tenant, mailbox) in found {
        let shared = targets
            .iter_mut()
            .find(|t| t.tenant == tenant && !separate(tenant, t.mailbox));
        match shared {
            Some(first) if !separate(tenant, mailbox) => first.also.push(mailbox),
            _ => targets.push(Target {
                tenant,
                mailbox,
                also: Vec::new(),
            }),
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::mailbox::{Dkim, Strangers};

    const ACME: TenantId = TenantId(Uuid::from_u128(1));
    const GLOBEX: TenantId = TenantId(Uuid::from_u128(2));
    const ACCOUNT: AccountId = AccountId(Uuid::from_u128(9));

    fn mailbox(id: u128, tenant: TenantId, address: &str) -> Mailbox {
        Mailbox {
            id: MailboxId(Uuid::from_u128(id)),
            tenant,
            address: address.parse().unwrap(),
            aliases: vec![],
            name: String::new(),
            account: Some(ACCOUNT),
            team: None,
            auth_results: None,
            dkim: None,
            separate: id == 12,
            strangers: Strangers::Hold,
            plus: None,
            tried: None,
        }
    }

    fn account(tenant: Option<TenantId>) -> AccountTrust {
        AccountTrust {
            id: ACCOUNT,
            tenant,
            name: "main".into(),
            trusted_host: None,
            delivery_headers: vec![],
            auth_results: None,
            dkim: Dkim::Off,
        }
    }

    fn routed(
        tenant: Option<TenantId>,
        delivered: &[&str],
        to: &[&str],
    ) -> Vec<(u128, u128, Vec<u128>)> {
        let book = AddressBook::new(&[
            mailbox(10, ACME, "support@acme.test"),
            mailbox(11, ACME, "sales@acme.test"),
            mailbox(12, ACME, "legal@acme.test"),
            mailbox(20, GLOBEX, "support@globex.test"),
        ]);
        let delivered: Vec<_> = delivered
            .iter()
            .map(|a| ("Delivered-To".to_owned(), a.parse().unwrap()))
            .collect();
        let addressed: Vec<_> = to
            .iter()
            .map(|a| Party {
                email: (*a).to_owned(),
                name: String::new(),
            })
            .collect();
        let account = account(tenant);
        let envelope = Envelope {
            account: Some(&account),
            only_tenant: None,
            delivered: &delivered,
            addressed: &addressed,
        };
        let mut trace = Trace::default();
        let separate = |_, mailbox: MailboxId| mailbox.0 == Uuid::from_u128(12);
        let targets = route(&book, separate, envelope, &mut trace);
        assert!(!trace.0.is_empty(), "every decision has its reason");
        targets
            .into_iter()
            .map(|t| {
                let also = t.also.into_iter().map(|m| m.0.as_u128()).collect();
                (t.tenant.0.as_u128(), t.mailbox.0.as_u128(), also)
            })
            .collect()
    }

    #[test]
    fn a37_a_mail_finds_its_desks_whether_it_names_them_or_was_copied_to_them_blind() {
        let (s, sales, legal, g) = (
            "support@acme.test",
            "sales@acme.test",
            "legal@acme.test",
            "support@globex.test",
        );
        // The platform's account: every tenant that is named gets it.
        assert_eq!(routed(None, &[s], &[s]), [(1, 10, vec![])]);
        assert_eq!(
            routed(None, &[s], &[s, g]),
            [(1, 10, vec![]), (2, 20, vec![])]
        );
        assert_eq!(
            routed(None, &["support+x@acme.test"], &["list@other.test"]),
            [(1, 10, vec![])]
        );
        assert_eq!(routed(None, &["desk@host.test"], &["a@other.test"]), []);
        // Several mailboxes of one tenant share a ticket, unless one wants its own.
        assert_eq!(routed(None, &[sales], &[s, sales]), [(1, 10, vec![11])]);
        assert_eq!(
            routed(None, &[s], &[s, legal]),
            [(1, 10, vec![]), (1, 12, vec![])]
        );
        assert_eq!(
            routed(None, &[s], &[legal, s, sales]),
            [(1, 12, vec![]), (1, 10, vec![11])]
        );
        // A tenant's own account never speaks for another, and takes blind copies.
        assert_eq!(routed(Some(ACME), &[s], &[s, g]), [(1, 10, vec![])]);
        assert_eq!(
            routed(Some(ACME), &["desk@host.test"], &["a@other.test"]),
            [(1, 10, vec![])]
        );
        assert_eq!(routed(Some(GLOBEX), &[], &[s]), []);
    }
}
