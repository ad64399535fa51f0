//! Why each rule that looked at a ticket acted or did not, condition by condition: worked out again from what was
//! kept of each pass and the versions that looked then.

use std::collections::HashMap;

use crate::desk::backtest::read_mail;
use crate::desk::directory::{Directory, Office};
use crate::desk::{Desk, DeskError, facts};
use crate::domain::ids::{TenantId, TicketId};
use crate::domain::mail::unfolded;
use crate::domain::rules::{Fingerprint, Rule, RuleRun, RuleSet};
use crate::store::rules::Pass;
use crate::store::{self, Tx};

/// A pass with everything that looked.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The pass.
    pub pass: Pass,
    /// Every rule that looked, in order.
    pub runs: Vec<RuleRun>,
}

impl Desk {
    /// The newest passes of the rules over a ticket, the oldest of them first, with every rule that looked.
    pub async fn explain_rules(
        &self,
        tx: &mut Tx,
        tenant: TenantId,
        ticket: TicketId,
    ) -> Result<Vec<Explained>, DeskError> {
        let directory = self.directory();
        let office = directory
            .office(tenant)
            .ok_or(DeskError::NotFound("tenant"))?;
        let mut explaining = Explaining {
            directory: &directory,
            office,
            sets: HashMap::new(),
        };
        let mut explained = Vec::new();
        for pass in store::rules::passes_of_ticket(tx, tenant, ticket).await? {
            let runs = explaining.runs(tx, &pass).await?;
            explained.push(Explained { pass, runs });
        }
        Ok(explained)
    }
}

struct Explaining<'a> {
    directory: &'a Directory,
    office: &'a Office,
    sets: HashMap<[u8; 16], RuleSet>,
}

impl Explaining<'_> {
    async fn runs(&mut self, tx: &mut Tx, pass: &Pass) -> Result<Vec<RuleRun>, DeskError> {
        let (Some(set), Some(kept), Ok(trigger)) = (pass.set, &pass.facts, pass.cause.parse())
        else {
            return Ok(pass.explanation.clone());
        };
        if !self.sets.contains_key(&set.0) {
            let compiled = self.compiled(tx, set).await?;
            self.sets.insert(set.0, compiled);
        }
        let Some(set) = self.sets.get(&set.0) else {
            return Ok(pass.explanation.clone());
        };
        let zone = self.office.tenant.timezone;
        let message = match pass.message {
            Some(id) => store::messages::get(tx, pass.tenant, id).await?,
            None => None,
        };
        let Some(message) = message else {
            return Ok(set.explain(trigger, &kept.facts(None, zone)).explanation);
        };
        let mail = read_mail(tx, self.directory, self.office, &message).await?;
        let body = unfolded(&message.text, &message.folds);
        let headers = |name: &str| -> Vec<String> {
            let all = mail.as_ref().map(|(headers, _)| headers.all(name));
            all.into_iter().flatten().map(str::to_owned).collect()
        };
        let verdict = mail.as_ref().map(|(_, verdict)| verdict);
        let heard = facts::of_message(&message, body.trim(), verdict, &headers);
        Ok(set
            .explain(trigger, &kept.facts(Some(heard), zone))
            .explanation)
    }

    /// The rules as they were then.
    async fn compiled(&self, tx: &mut Tx, set: Fingerprint) -> Result<RuleSet, DeskError> {
        let tenant = self.office.tenant.id;
        let members = store::rules::set_members(tx, tenant, set).await?;
        let versions = store::rules::versions_of(tx, tenant, &members).await?;
        let place = |version: &store::rules::RuleVersion| {
            members
                .iter()
                .position(|member| *member == (version.rule, version.version))
                .and_then(|place| i64::try_from(place).ok())
                .unwrap_or(i64::MAX)
        };
        let rules = versions
            .into_iter()
            .map(|version| Rule {
                position: place(&version),
                id: version.rule,
                name: version.name,
                version: version.version,
                active: true,
                definition: version.definition,
            })
            .collect();
        Ok(RuleSet::compile(rules).0)
    }
}
