//! A draft of a rule tried on the past. Nothing is written: everything happens in a transaction that only reads.

mod past;
mod said;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::task::spawn_blocking;

use self::past::{Moment, Past};
use crate::desk::actions::Stood;
use crate::desk::case;
use crate::desk::directory::{Directory, Office};
use crate::desk::{Desk, DeskError, Links, facts, texts};
use crate::domain::ids::{MessageId, RuleId, TenantId, TicketId};
use crate::domain::mail::authentication::{Anchor, Verdict, evaluate};
use crate::domain::mail::{Headers, parse, unfolded};
use crate::domain::message::{Identity, Kind, Message};
use crate::domain::rules::{Action, Definition, Field, Rule, RuleSet, Trial};
use crate::store::{self, Tx};

/// How many tickets a trial goes through at most: the newest.
pub const MOST_TICKETS: i64 = 2000;
/// How many messages and lines of one ticket it looks at.
const MOST_LINES: i64 = 2000;
/// Tickets read at once.
const AT_ONCE: usize = 100;

/// What a trial looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Everything since this moment.
    Since(DateTime<Utc>),
    /// One ticket from its beginning.
    Ticket(TicketId),
}

impl Desk {
    /// Tries a draft on what was.
    ///
    /// # Errors
    /// A draft with mistakes, with the first of them.
    pub async fn try_rule(
        &self,
        tenant: TenantId,
        draft: &Definition,
        span: &Span,
    ) -> Result<Trial, DeskError> {
        if let Some(problem) = draft.unusable().into_iter().next() {
            let sentence = format!("{}: {}", problem.path, problem.message);
            return Err(DeskError::invalid("definition", sentence));
        }
        let directory = self.directory();
        let office = directory
            .office(tenant)
            .ok_or(DeskError::NotFound("tenant"))?;
        let (draft, _) = RuleSet::compile(vec![Rule {
            id: RuleId(uuid::Uuid::nil()),
            name: "The draft".to_owned(),
            version: 0,
            position: 0,
            active: true,
            definition: draft.clone(),
        }]);
        let mut tx = self.db.read().await?;
        let mut trial = Trial::default();
        let (ids, since) = match span {
            Span::Ticket(id) => (vec![*id], DateTime::<Utc>::MIN_UTC),
            Span::Since(since) => {
                let ids =
                    store::tickets::touched_since(&mut tx, tenant, *since, MOST_TICKETS).await?;
                if i64::try_from(ids.len()).unwrap_or(i64::MAX) >= MOST_TICKETS {
                    trial.unknown.push(format!(
                        "More than {MOST_TICKETS} tickets changed in that time: only the newest were gone through."
                    ));
                }
                (ids, *since)
            }
        };
        let draft = Arc::new(draft);
        let mut going = Going {
            directory: &directory,
            office,
            links: &self.links,
            draft: &draft,
            now: self.clock.now(),
            since,
            trial: &mut trial,
        };
        for ids in ids.chunks(AT_ONCE) {
            going.through(&mut tx, ids).await?;
        }
        trial.tickets = ids.len();
        trial.acts.sort_by_key(|act| std::cmp::Reverse(act.at));
        trial.say_what_is_unknown(&draft);
        Ok(trial)
    }
}

/// A trial under way.
struct Going<'a> {
    directory: &'a Directory,
    office: &'a Arc<Office>,
    links: &'a Links,
    draft: &'a Arc<RuleSet>,
    now: DateTime<Utc>,
    since: DateTime<Utc>,
    trial: &'a mut Trial,
}

impl Going<'_> {
    /// Reads a few tickets and goes through their past. What takes time without waiting for anything is done on a thread that
    /// serves nobody else.
    async fn through(&mut self, tx: &mut Tx, ids: &[TicketId]) -> Result<(), DeskError> {
        let tenant = self.office.tenant.id;
        let mut pasts = Vec::new();
        for case in case::read(tx, tenant, ids).await? {
            let id = case.ticket.id;
            let policy = case.ticket.policy.and_then(|id| self.office.policy(id));
            pasts.push(Past {
                office: Arc::clone(self.office),
                variables: texts::about(
                    self.office,
                    self.links,
                    &case.ticket,
                    &case.requester,
                    &case.clocks,
                ),
                calendar: policy.map(|policy| policy.calendar.clone()),
                today: facts::of_ticket(self.office, &case).to_kept(),
                events: store::events::of_ticket(tx, tenant, id, None, MOST_LINES).await?,
                messages: store::messages::of_ticket(tx, tenant, id, None, MOST_LINES).await?,
                until: self.now,
            });
        }
        let (draft, since) = (Arc::clone(self.draft), self.since);
        let looks = spawn_blocking(move || {
            let mut looks = Vec::new();
            for past in pasts {
                let mut moments = past.moments(&draft);
                moments.retain(|moment| moment.kept.now >= since);
                looks.push((past, moments));
            }
            looks
        });
        let looks = looks.await.map_err(|_| broken())?;
        let mut mails = HashMap::new();
        for (past, moments) in &looks {
            for message in moments.iter().filter_map(|m| m.message(past)) {
                if let Some(mail) = self.mail(tx, message).await? {
                    mails.insert(message.id, mail);
                }
            }
        }
        let (draft, mut trial) = (Arc::clone(self.draft), std::mem::take(self.trial));
        let seen = spawn_blocking(move || {
            for (past, moments) in &looks {
                for moment in moments {
                    look(&mut trial, &draft, past, moment, &mails);
                }
            }
            trial
        });
        *self.trial = seen.await.map_err(|_| broken())?;
        Ok(())
    }

    /// The header fields of a mail and what they prove, if the draft asks about either.
    async fn mail(
        &self,
        tx: &mut Tx,
        message: &Message,
    ) -> Result<Option<(Headers, Verdict)>, DeskError> {
        let proof = [Field::AuthDmarc, Field::AuthSpf, Field::AuthDkim];
        if !self.draft.asks_headers() && !proof.iter().any(|field| self.draft.asks(field)) {
            return Ok(None);
        }
        read_mail(tx, self.directory, self.office, message).await
    }
}

impl Moment {
    fn message<'p>(&self, past: &'p Past) -> Option<&'p Message> {
        past.messages.get(self.message?)
    }
}

/// Lets the draft look at one moment.
fn look(
    trial: &mut Trial,
    draft: &RuleSet,
    past: &Past,
    moment: &Moment,
    mails: &HashMap<MessageId, (Headers, Verdict)>,
) {
    let (zone, ticket) = (past.office.tenant.timezone, &moment.kept.ticket);
    let message = moment.message(past);
    let mut stood = Stood {
        office: &past.office,
        now: moment.kept.now,
        variables: &past.variables,
        status: ticket.status,
        spam: ticket.spam,
        owned: ticket.assignee.is_some() || ticket.team.is_some(),
        borrowed: message
            .is_some_and(|m| m.kind == Kind::Inbound && m.identity == Identity::Unverified),
    };
    let mut skips = |action: &Action| stood.skips(action);
    let Some(message) = message else {
        let seen = moment.kept.facts(None, zone);
        trial.look(draft, moment.on, &seen, &past.today, &mut skips);
        return;
    };
    let mail = mails.get(&message.id);
    let body = unfolded(&message.text, &message.folds);
    let (headers, verdict) = mail.map(|(headers, verdict)| (headers, verdict)).unzip();
    let headers = |name: &str| facts::header_fields(headers, verdict, name);
    let heard = facts::of_message(message, body.trim(), verdict, &headers);
    let seen = moment.kept.facts(Some(heard), zone);
    trial.look(draft, moment.on, &seen, &past.today, &mut skips);
}

/// The thread that went through the past did not come back.
fn broken() -> DeskError {
    DeskError::Conflict("the rule could not be tried: this is a mistake in the program".to_owned())
}

/// The header fields of a stored mail, and what they prove by today's settings.
pub async fn read_mail(
    tx: &mut Tx,
    directory: &Directory,
    office: &Office,
    message: &Message,
) -> Result<Option<(Headers, Verdict)>, DeskError> {
    let tenant = office.tenant.id;
    let Some(blob) = store::messages::raw_blob(tx, tenant, message.id).await? else {
        return Ok(None);
    };
    let Some(raw) = store::blobs::read(tx, blob).await? else {
        return Ok(None);
    };
    let mail = parse(&raw);
    let mailbox = office.mailboxes.iter().find(|m| {
        let to = mail.to.iter().chain(&mail.cc);
        to.filter_map(crate::domain::address::Party::address)
            .any(|address| m.address == address || m.aliases.contains(&address))
    });
    let mailbox = mailbox.or(office.mailboxes.first());
    let account = mailbox
        .and_then(|m| m.account)
        .and_then(|id| directory.accounts.get(&id));
    let anchor = mailbox
        .and_then(|m| m.auth_results.as_deref())
        .or(account.and_then(|a| a.auth_results.as_deref()))
        .map(Anchor::read);
    let host = account.and_then(|a| a.trusted_host.as_deref());
    let sender = mail
        .single_from()
        .and_then(crate::domain::address::Party::address);
    let domain = sender
        .as_ref()
        .map(crate::domain::address::EmailAddress::domain);
    let verdict = evaluate(
        &mail.headers,
        anchor.as_ref(),
        host,
        domain,
        message.created_at,
    );
    Ok(Some((mail.headers, verdict)))
}
