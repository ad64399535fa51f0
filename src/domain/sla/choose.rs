//! Which policy a new ticket runs under, and why.

use serde::{Deserialize, Serialize};

use super::policy::Policy;
use crate::domain::ids::MailboxId;

/// Where a policy holds by itself. A rule may choose any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// For what comes in at these mailboxes.
    pub mailboxes: Vec<MailboxId>,
    /// For tenants with one of these plans, by their slugs.
    pub plans: Vec<String>,
    /// Where nothing else does.
    pub default: bool,
}

/// What two policies cannot both hold for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held<'a> {
    /// A mailbox.
    Mailbox(MailboxId),
    /// A plan.
    Plan(&'a str),
}

impl Holds {
    /// The first of `others`, by name, that holds for something that this holds for too.
    pub fn held_twice<'a>(
        &'a self,
        mut others: impl Iterator<Item = (&'a str, &'a Self)>,
    ) -> Option<(&'a str, Held<'a>)> {
        others.find_map(|(name, other)| {
            let mailbox = self.mailboxes.iter().find(|m| other.mailboxes.contains(m));
            let plan = self.plans.iter().find(|p| other.plans.contains(p));
            let mailbox = mailbox.map(|id| Held::Mailbox(*id));
            let held = mailbox.or_else(|| plan.map(|plan| Held::Plan(plan)))?;
            Some((name, held))
        })
    }
}

/// Why a policy was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// It holds for the mailbox.
    Mailbox,
    /// It holds for the tenant's plan.
    Plan,
    /// It is the tenant's default.
    Default,
}

/// The policy of a ticket that no rule gave one: that of its mailbox, else of the tenant's plan, else the default. Of
/// several that hold alike it is the first.
pub fn choose<'a>(
    policies: &(impl Iterator<Item = (&'a Policy, &'a Holds)> + Clone),
    mailbox: MailboxId,
    plan: Option<&str>,
) -> Option<(&'a Policy, Chosen)> {
    let by = |chosen: Chosen| {
        let mut policies = policies.clone();
        let found = policies.find(|(_, holds)| match chosen {
            Chosen::Mailbox => holds.mailboxes.contains(&mailbox),
            Chosen::Plan => plan.is_some_and(|plan| holds.plans.iter().any(|p| p == plan)),
            Chosen::Default => holds.default,
        });
        found.map(|(policy, _)| (policy, chosen))
    };
    by(Chosen::Mailbox)
        .or_else(|| by(Chosen::Plan))
        .or_else(|| by(Chosen::Default))
}
