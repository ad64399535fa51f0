//! Accounts, of tenants and of the platform.

use super::change::Write;
use super::draft::{Draft, Edit};
use crate::config::seed::{Account as Wanted, Secret, State};
use crate::domain::ids::AccountId;
use crate::domain::mailbox::{AccountTrust, Dkim};
use crate::domain::tenant::Tenant;
use crate::door::Cell;
use crate::store::accounts::{Account, StoredPassword};

/// The headers in which hosts note the envelope's recipient, where an account names none.
const DELIVERY_HEADERS: [&str; 6] = [
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "X-Forwarded-To",
];

/// Works an account in; without a tenant it is the platform's.
pub(super) fn work_in(draft: &mut Draft<'_>, tenant: Option<&Tenant>, wanted: &Wanted) {
    let name = &*wanted.name;
    let whose = tenant.map_or_else(String::new, |tenant| format!("{}: ", tenant.slug));
    let tenant = tenant.map(|tenant| tenant.id);
    let same = |account: &Account| account.trust.tenant == tenant && account.trust.name == *name;
    let known = draft.is.accounts.iter().position(same);
    if wanted.state == State::Absent {
        if let Some(at) = known.filter(|at| draft.is.accounts[*at].active) {
            draft.is.accounts[at].active = false;
            let account = draft.is.accounts[at].clone();
            draft.change(
                format!("{whose}stop account {name}"),
                Write::Account(Box::new(account)),
            );
        }
        return;
    }
    let mut account = known.map_or_else(
        || Account {
            trust: AccountTrust {
                id: AccountId(draft.id()),
                tenant,
                name: name.clone(),
                trusted_host: None,
                delivery_headers: DELIVERY_HEADERS.map(str::to_owned).to_vec(),
                auth_results: None,
                dkim: Dkim::Off,
            },
            imap: None,
            imap_password: StoredPassword::default(),
            smtp: None,
            smtp_password: StoredPassword::default(),
            active: true,
        },
        |at| draft.is.accounts[at].clone(),
    );
    if known.is_none() && wanted.imap.is_none() && wanted.smtp.is_none() {
        draft.mistake(&wanted.place, "expected imap, smtp or both");
    }
    let edit = edited(draft, &mut account, wanted);
    if let Some(sentence) = edit.sentence(&format!("account {name}"), known.is_none()) {
        match known {
            Some(at) => draft.is.accounts[at] = account.clone(),
            None => draft.is.accounts.push(account.clone()),
        }
        draft.change(
            format!("{whose}{sentence}"),
            Write::Account(Box::new(account)),
        );
    }
}

fn edited(draft: &Draft<'_>, account: &mut Account, wanted: &Wanted) -> Edit {
    let mut edit = Edit::default();
    edit.set("active", &mut account.active, Some(true));
    let (imap_cell, smtp_cell) = (account.imap_cell(), account.smtp_cell());
    let trust = &mut account.trust;
    edit.set(
        "trusted_host",
        &mut trust.trusted_host,
        wanted.trusted_host.clone().map(Some),
    );
    edit.set(
        "delivery_headers",
        &mut trust.delivery_headers,
        wanted.delivery_headers.clone(),
    );
    edit.set(
        "auth_results",
        &mut trust.auth_results,
        wanted.auth_results.clone().map(Some),
    );
    edit.set("dkim", &mut trust.dkim, wanted.dkim);
    if let Some(imap) = &wanted.imap {
        edit.set("imap", &mut account.imap, Some(Some(imap.settings.clone())));
        let password = password(
            draft,
            imap.password.as_ref(),
            &account.imap_password,
            &imap_cell,
        );
        edit.set("imap password", &mut account.imap_password, password);
    }
    if let Some(smtp) = &wanted.smtp {
        edit.set("smtp", &mut account.smtp, Some(Some(smtp.settings.clone())));
        let password = password(
            draft,
            smtp.password.as_ref(),
            &account.smtp_password,
            &smtp_cell,
        );
        edit.set("smtp password", &mut account.smtp_password, password);
    }
    edit
}

fn password(
    draft: &Draft<'_>,
    secret: Option<&Secret>,
    kept: &StoredPassword,
    cell: &Cell<'_>,
) -> Option<StoredPassword> {
    secret.map(|secret| draft.sealed(secret, kept, cell))
}
