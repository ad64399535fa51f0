//! What can be proven about a mail's sender with the help of the network. It is asked for before anything is decided, so
//! that no transaction waits for a name server; no answer proves nothing and delays a batch by seconds at most.

use std::collections::HashMap;
use std::time::Duration;

use futures::StreamExt;
use tokio::time::{Instant, timeout_at};

use crate::desk::directory::Directory;
use crate::domain::mail::Mail;
use crate::domain::mail::authentication::dkim::{Checked, Claim, claims};
use crate::domain::mailbox::Dkim;
use crate::door::Names;
use crate::store::inbound::Claimed;

/// How long all questions of a batch may take together.
const WHOLE: Duration = Duration::from_secs(8);
/// Questions under way at once.
const AT_ONCE: usize = 16;

/// What is proven about a mail's sender by its signatures.
#[derive(Debug, Clone, Default)]
pub enum Proof {
    /// Nobody wants it to be checked.
    #[default]
    Unwanted,
    /// These signatures are left to be checked with their keys.
    Claimed(Vec<Claim>),
    /// They were checked.
    Checked(Checked),
}

impl Proof {
    /// What can be said without the network, if anybody wants it said.
    pub fn of(directory: &Directory, claimed: &Claimed, mail: &Mail, raw: &[u8]) -> Self {
        if !is_wanted(directory, claimed) {
            return Self::Unwanted;
        }
        if !claimed.complete {
            let because = "Only its beginning is here, so no signature of it can be checked.";
            return Self::Checked(Checked::nothing(because));
        }
        let sender = mail
            .single_from()
            .and_then(crate::domain::address::Party::address);
        let domain = sender
            .as_ref()
            .map(crate::domain::address::EmailAddress::domain);
        let at = claimed.internal_date.unwrap_or(claimed.received_at);
        match claims(raw, domain, at) {
            Ok(claims) => Self::Claimed(claims),
            Err(because) => Self::Checked(Checked::nothing(because)),
        }
    }

    /// What checking came to, if it was wanted and done.
    pub fn checked(&self) -> Option<&Checked> {
        match self {
            Self::Checked(checked) => Some(checked),
            Self::Unwanted | Self::Claimed(_) => None,
        }
    }
}

fn is_wanted(directory: &Directory, claimed: &Claimed) -> bool {
    let account = claimed.account.and_then(|id| directory.accounts.get(&id));
    let tenant = account.and_then(|a| a.tenant).or(claimed.only_tenant);
    let mut offices = directory.offices();
    account.is_some_and(|a| a.dkim == Dkim::Check)
        || offices.any(|office| {
            tenant.is_none_or(|tenant| tenant == office.tenant.id)
                && office.mailboxes.iter().any(|m| m.dkim == Some(Dkim::Check))
        })
}

/// Asks for the keys that are needed and checks the signatures with them.
pub async fn ask(names: &Names, proofs: Vec<&mut Proof>) {
    let mut wanted: Vec<String> = proofs
        .iter()
        .flat_map(|proof| match proof {
            Proof::Claimed(claims) => claims.as_slice(),
            Proof::Unwanted | Proof::Checked(_) => &[],
        })
        .map(|claim| claim.name.clone())
        .collect();
    wanted.sort();
    wanted.dedup();
    let deadline = Instant::now() + WHOLE;
    let mut questions = futures::stream::iter(wanted)
        .map(|name| async move {
            let answer = names.texts(&name).await;
            (name, answer)
        })
        .buffer_unordered(AT_ONCE);
    let mut answers = HashMap::new();
    while let Ok(Some((name, answer))) = timeout_at(deadline, questions.next()).await {
        answers.insert(name, answer);
    }
    for proof in proofs {
        let Proof::Claimed(claims) = proof else {
            continue;
        };
        let mut last = Checked::nothing("It bears no signature.");
        for claim in claims {
            last = match answers.get(&claim.name) {
                Some(Ok(records)) => claim.check(records),
                Some(Err(unanswered)) => claim.unanswered(&unanswered.to_string()),
                None => claim.unanswered("the name servers took too long"),
            };
            if last.by.is_some() {
                break;
            }
        }
        *proof = Proof::Checked(last);
    }
}
