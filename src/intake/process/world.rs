//! All that the mails of a batch may touch, read by few queries before any of them is judged, and kept up to date
//! in memory while they are: the second mail of a thread finds the ticket that the first one opened.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::desk::acknowledge::Sent;
use crate::desk::actions;
use crate::desk::case::{self, Case};
use crate::desk::directory::Directory;
use crate::desk::speak::Thread;
use crate::desk::work::{Turns, Work};
use crate::desk::{Desk, Who};
use crate::domain::acknowledge::{HOURS_BETWEEN, REST_MINUTES};
use crate::domain::address::EmailAddress;
use crate::domain::audit::Line;
use crate::domain::contact::Contact;
use crate::domain::ids::{InboundId, MailboxId, MessageId, OutboxId, TenantId, TicketId};
use crate::domain::person::Role;
use crate::domain::routing::{Envelope, Target, route};
use crate::domain::token::Purpose;
use crate::domain::trace::Trace;
use crate::intake::process::after::After;
use crate::intake::process::agent::{self, Named};
use crate::intake::process::pace::Pace;
use crate::intake::process::{Failure, Parsed, evidence, reasons};
use crate::store::inbound::{Outcome, ResultRow};
use crate::store::outbox::Mailed;
use crate::store::references::Reference;
use crate::store::threads::Node;
use crate::store::{self, Tx};

/// A mail with its way through the tenants decided.
pub struct Routed<'a> {
    /// The mail.
    pub parsed: &'a Parsed,
    /// What the trusted hop noted about its recipients.
    pub delivered: Vec<(String, EmailAddress)>,
    /// Its tenants and mailboxes.
    pub targets: Vec<Target>,
    /// The sender's address, if there is exactly one.
    pub sender: Option<EmailAddress>,
    /// It carries a good token of the tenant that was looked at last, which names one ticket.
    pub tokened: bool,
    /// Tenants for which it is settled where it belongs, whichever of their mailboxes come later.
    pub settled: Vec<TenantId>,
    /// The decisions so far.
    pub trace: Trace,
}

/// A sent row that turned out not to be delivered.
pub struct Undelivered {
    /// Whose.
    pub tenant: TenantId,
    /// Which row.
    pub outbox: OutboxId,
    /// It ended without being delivered; otherwise it is late, or arrived.
    pub failed: bool,
    /// The server's words.
    pub words: String,
}

/// The mail that brought a content first, and what it became.
pub type Earlier = (InboundId, Option<TicketId>, Option<MessageId>);

/// What the mails of a batch may touch, and what they leave behind.
pub struct World {
    /// The moment at which all of it happens.
    pub now: DateTime<Utc>,
    /// The settings of all tenants.
    pub directory: std::sync::Arc<Directory>,
    /// Which contents are here already, and what became of them.
    pub contents: HashMap<(TenantId, Vec<u8>), Earlier>,
    /// Known senders.
    pub contacts: HashMap<(TenantId, EmailAddress), Contact>,
    /// Known Message-IDs: their tickets, and whether that mail itself is here.
    pub nodes: HashMap<(TenantId, MailboxId, Node), (TicketId, bool)>,
    /// What tokens refer to.
    pub references: HashMap<String, Reference>,
    /// Tickets by number, where a subject names one.
    pub numbers: HashMap<(TenantId, i64), TicketId>,
    /// Tickets in hand.
    pub cases: HashMap<TicketId, Case>,
    /// Tickets that one of the tenant's people has worked on.
    pub touched: BTreeSet<TicketId>,
    /// Pairs about which it is decided, or being decided, whether they are one.
    pub apart: HashSet<(TicketId, TicketId)>,
    /// Tickets that joined another in this batch.
    pub joined: HashMap<TicketId, TicketId>,
    /// The newest messages of tickets that an agent answers by mail.
    pub threads: HashMap<TicketId, Thread>,
    /// Rows that went out under a Message-ID that a bounce names.
    pub mailed: HashMap<(TenantId, String), Mailed>,
    /// The next ticket number of each tenant, and how many were taken.
    pub next: HashMap<TenantId, (i64, i64)>,
    /// Who was sent an acknowledgement when.
    pub sent: Sent,
    /// How fast mails come.
    pub pace: Pace,
    /// Whose turn it is.
    pub turns: Turns,
    /// Rows to be written.
    pub work: Work,
    /// What became of each mail.
    pub outcomes: Vec<Outcome>,
    /// What each mail became.
    pub results: Vec<ResultRow>,
    /// Contents that are here from now on.
    pub new_contents: Vec<(TenantId, Vec<u8>, InboundId)>,
    /// Tokens to be revoked.
    pub revoked: Vec<(TenantId, TicketId, String)>,
    /// Sent rows that were not delivered.
    pub undelivered: Vec<Undelivered>,
    /// What commands want of several tickets.
    pub after: Vec<After>,
    /// Whom commands name as customers, as far as it was looked up who they are.
    pub named: HashSet<(TenantId, EmailAddress)>,
    /// Who is proposed as the requester of tickets that an agent answers by mail: address and name.
    pub proposed: HashMap<TicketId, (EmailAddress, String)>,
    /// Answers to notices that were refused.
    pub audit: Vec<(TenantId, Line)>,
    /// Tests of plus-addresses, by their words.
    pub probes: HashMap<String, (TenantId, MailboxId)>,
    /// Mailboxes whose plus-address was shown to work.
    pub probed: Vec<(TenantId, MailboxId)>,
    /// Addresses that do not exist.
    pub dead: Vec<(TenantId, EmailAddress, String)>,
}

/// Decides where each mail goes; needs no database.
pub fn routed<'a>(directory: &Directory, parsed: &'a Parsed) -> Routed<'a> {
    use crate::domain::mail::delivery::{DEFAULT_DELIVERY_HEADERS, trusted_recipients};
    let (claimed, mail) = (&parsed.claimed, &parsed.mail);
    let account = claimed.account.and_then(|id| directory.accounts.get(&id));
    let defaults = DEFAULT_DELIVERY_HEADERS.map(str::to_owned);
    let names = account
        .map(|a| a.delivery_headers.as_slice())
        .filter(|n| !n.is_empty())
        .unwrap_or(&defaults);
    let trusted_host = account.and_then(|a| a.trusted_host.as_deref());
    let mut delivered = trusted_recipients(&mail.headers, trusted_host, names);
    if let Some(address) = claimed.addressed_to.as_deref().and_then(|a| a.parse().ok()) {
        delivered.insert(0, ("the envelope".to_owned(), address));
    }
    let mut trace = Trace::default();
    for limit in &mail.limits {
        trace.note("parse", "limited", limit);
    }
    reasons::of_kind(mail, &mut trace);
    let addressed: Vec<_> = mail.to.iter().chain(&mail.cc).cloned().collect();
    let envelope = Envelope {
        account,
        only_tenant: claimed.only_tenant,
        delivered: &delivered,
        addressed: &addressed,
    };
    let separate = |tenant, mailbox| {
        directory
            .office(tenant)
            .and_then(|o| o.mailbox(mailbox))
            .is_some_and(|m| m.separate)
    };
    let targets = match &parsed.decided {
        Some(decided) => {
            let because = format!(
                "{} decided that it becomes a ticket, although: {}",
                decided.by, decided.although
            );
            trace.note("accept", "taken in by hand", because);
            vec![Target {
                tenant: decided.tenant,
                mailbox: decided.mailbox,
                also: Vec::new(),
            }]
        }
        None => route(&directory.book, separate, envelope, &mut trace),
    };
    let sender = mail
        .single_from()
        .and_then(crate::domain::address::Party::address);
    Routed {
        parsed,
        delivered,
        targets,
        sender,
        tokened: false,
        settled: Vec::new(),
        trace,
    }
}

/// Whose mails without exactly one sender are. An address that nothing can be sent to (RFC 2606).
pub fn nobody() -> EmailAddress {
    #[expect(clippy::expect_used, reason = "a constant that a test parses")]
    "unknown-sender@invalid".parse().expect("a valid address")
}

impl World {
    /// Reads everything that these mails may touch.
    pub async fn read(
        tx: &mut Tx,
        desk: &Desk,
        directory: std::sync::Arc<Directory>,
        mails: &[Routed<'_>],
    ) -> Result<Self, Failure> {
        let mut world = Self {
            now: desk.clock.now(),
            directory,
            contents: HashMap::new(),
            contacts: HashMap::new(),
            nodes: HashMap::new(),
            references: HashMap::new(),
            numbers: HashMap::new(),
            cases: HashMap::new(),
            touched: BTreeSet::new(),
            apart: HashSet::new(),
            joined: HashMap::new(),
            threads: HashMap::new(),
            mailed: HashMap::new(),
            next: HashMap::new(),
            sent: Sent::default(),
            pace: Pace::default(),
            turns: Turns::default(),
            work: Work::default(),
            outcomes: Vec::new(),
            results: Vec::new(),
            new_contents: Vec::new(),
            revoked: Vec::new(),
            undelivered: Vec::new(),
            after: Vec::new(),
            named: HashSet::new(),
            proposed: HashMap::new(),
            audit: Vec::new(),
            probes: HashMap::new(),
            probed: Vec::new(),
            dead: Vec::new(),
        };
        world.read_tenants(tx, mails).await?;
        world.read_contents(tx, mails).await?;
        let named = world.named_by(desk, mails);
        world.read_people(tx, mails, &named).await?;
        world.read_threads(tx, mails, named).await?;
        world.read_cases(tx).await?;
        world.read_pace(tx, mails).await?;
        world.read_probes(tx, mails).await?;
        Ok(world)
    }

    async fn read_tenants(&mut self, tx: &mut Tx, mails: &[Routed<'_>]) -> Result<(), Failure> {
        let mut tenants: Vec<TenantId> = mails
            .iter()
            .flat_map(|m| &m.targets)
            .map(|t| t.tenant)
            .collect();
        // Always in the same order, so that two nodes never wait for each other in a circle.
        tenants.sort();
        tenants.dedup();
        for tenant in tenants {
            let next = store::tenants::take_numbers(tx, tenant, 0).await?;
            self.next.insert(tenant, (next, 0));
            if let Some(office) = self.directory.office(tenant) {
                self.turns.read(tx, office).await?;
            }
        }
        Ok(())
    }

    async fn read_probes(&mut self, tx: &mut Tx, mails: &[Routed<'_>]) -> Result<(), Failure> {
        let mut words: Vec<String> = mails.iter().flat_map(evidence::probes).collect();
        words.sort();
        words.dedup();
        for (word, tenant, mailbox) in store::plus_tests::find_all_tenants(tx, &words).await? {
            self.probes.insert(word, (tenant, mailbox));
        }
        Ok(())
    }

    async fn read_contents(&mut self, tx: &mut Tx, mails: &[Routed<'_>]) -> Result<(), Failure> {
        let keys: Vec<_> = mails
            .iter()
            .flat_map(|m| {
                m.targets
                    .iter()
                    .map(move |t| (t.tenant, m.parsed.claimed.content_key.as_slice()))
            })
            .collect();
        for (tenant, key, inbound) in store::inbound::known_contents(tx, &keys).await? {
            let (ticket, message) = store::inbound::result_of(tx, tenant, inbound)
                .await?
                .unwrap_or_default();
            self.contents
                .insert((tenant, key), (inbound, ticket, message));
        }
        Ok(())
    }

    /// What commands name in mails that carry a token: tickets and customers.
    fn named_by(&self, desk: &Desk, mails: &[Routed<'_>]) -> Vec<(TenantId, Named)> {
        let mut all = Vec::new();
        for mail in mails {
            if evidence::tokens(&mail.parsed.mail, &mail.delivered).is_empty() {
                continue;
            }
            for target in &mail.targets {
                if let Some(office) = self.directory.office(target.tenant) {
                    let named = agent::named(desk, office, &mail.parsed.mail);
                    all.extend(named.map(|named| (target.tenant, named)));
                }
            }
        }
        all
    }

    async fn read_people(
        &mut self,
        tx: &mut Tx,
        mails: &[Routed<'_>],
        named: &[(TenantId, Named)],
    ) -> Result<(), Failure> {
        let nobody = nobody();
        let mut wanted: Vec<(TenantId, &EmailAddress)> = Vec::new();
        for mail in mails {
            let sender = mail.sender.as_ref().unwrap_or(&nobody);
            wanted.extend(mail.targets.iter().map(|t| (t.tenant, sender)));
        }
        let customers = named
            .iter()
            .filter_map(|(tenant, named)| Some((*tenant, named.customer.as_ref()?)));
        let mut all = wanted.clone();
        all.extend(customers.clone());
        self.named
            .extend(customers.map(|(tenant, address)| (tenant, address.clone())));
        wanted.sort();
        wanted.dedup();
        all.sort();
        all.dedup();
        for (tenant, address, contact) in store::contacts::by_addresses(tx, &all).await? {
            self.contacts.insert((tenant, address), contact);
        }
        let (mut tenants, mut addresses): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
        tenants.dedup();
        addresses.sort();
        addresses.dedup();
        self.read_acknowledged(tx, &tenants, &addresses).await
    }

    /// What the budgets of acknowledgements count.
    async fn read_acknowledged(
        &mut self,
        tx: &mut Tx,
        tenants: &[TenantId],
        addresses: &[&EmailAddress],
    ) -> Result<(), Failure> {
        let day = self.now - TimeDelta::hours(HOURS_BETWEEN);
        let to = store::acknowledged::to_addresses_all_tenants(tx, addresses, day).await?;
        for (tenant, address, at) in to {
            if let Ok(address) = address.parse() {
                self.sent.to.entry(address).or_default().insert(tenant, at);
            }
        }
        let hour = self.now - TimeDelta::hours(1);
        for &tenant in tenants {
            let count = store::acknowledged::count(tx, tenant, hour).await?;
            self.sent.this_hour.insert(tenant, count);
        }
        let rest = self.now - TimeDelta::minutes(REST_MINUTES);
        let resting = store::acknowledged::rests_all_tenants(tx, rest).await?;
        self.sent.resting.extend(resting);
        Ok(())
    }

    async fn read_threads(
        &mut self,
        tx: &mut Tx,
        mails: &[Routed<'_>],
        named: Vec<(TenantId, Named)>,
    ) -> Result<(), Failure> {
        let mut nodes = HashSet::new();
        let mut references = HashSet::new();
        let mut numbers: HashMap<TenantId, Vec<i64>> = HashMap::new();
        for mail in mails {
            let parsed = &mail.parsed.mail;
            let tokens = evidence::tokens(parsed, &mail.delivered);
            references.extend(tokens.into_iter().map(|parts| parts.reference));
            let own_token = parsed
                .message_id
                .as_deref()
                .and_then(crate::domain::token::find_in);
            references.extend(own_token.map(|parts| parts.reference));
            let (own, before) = evidence::returned(parsed);
            references.extend(own.into_iter().chain(before).map(|parts| parts.reference));
            let wanted: Vec<Node> = evidence::ancestors(parsed)
                .into_iter()
                .chain(evidence::own(parsed))
                .collect();
            for target in &mail.targets {
                nodes.extend(
                    wanted
                        .iter()
                        .map(|node| (target.tenant, target.mailbox, *node)),
                );
                let prefix = self
                    .directory
                    .office(target.tenant)
                    .map(|o| o.tenant.ticket_prefix.clone())
                    .unwrap_or_default();
                if let Some(number) = evidence::number(parsed, &prefix) {
                    numbers.entry(target.tenant).or_default().push(number);
                }
            }
            let original = parsed
                .bounce
                .as_ref()
                .and_then(|b| b.original_message_id.as_ref());
            for (target, id) in mail
                .targets
                .iter()
                .filter_map(|t| original.map(|id| (t, id)))
            {
                references.extend(crate::domain::token::find_in(id).map(|parts| parts.reference));
                if let Some(row) = store::outbox::by_mail_id(tx, target.tenant, id).await? {
                    self.mailed.insert((target.tenant, id.clone()), row);
                }
            }
        }
        let nodes: Vec<_> = nodes.into_iter().collect();
        for known in store::threads::find(tx, &nodes).await? {
            self.nodes.insert(
                (known.tenant, known.mailbox, known.node),
                (known.ticket, known.received),
            );
        }
        let references: Vec<String> = references.into_iter().collect();
        for reference in store::references::find_all_tenants(tx, &references).await? {
            self.references
                .insert(reference.reference.clone(), reference);
        }
        for (tenant, named) in named {
            numbers.entry(tenant).or_default().extend(named.ticket);
        }
        for (tenant, numbers) in numbers {
            for ticket in store::tickets::by_numbers(tx, tenant, &numbers).await? {
                self.numbers.insert((tenant, ticket.number), ticket.id);
            }
        }
        Ok(())
    }

    async fn read_cases(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let mut wanted: HashMap<TenantId, HashSet<TicketId>> = HashMap::new();
        for ((tenant, _, _), (ticket, _)) in &self.nodes {
            wanted.entry(*tenant).or_default().insert(*ticket);
        }
        for ((tenant, _), ticket) in &self.numbers {
            wanted.entry(*tenant).or_default().insert(*ticket);
        }
        for reference in self.references.values() {
            wanted
                .entry(reference.claim.tenant)
                .or_default()
                .insert(reference.claim.ticket);
        }
        for ((tenant, _), row) in &self.mailed {
            wanted.entry(*tenant).or_default().extend(row.ticket);
        }
        for (tenant, tickets) in wanted {
            let mut ids: Vec<TicketId> = tickets.into_iter().collect();
            ids.sort();
            // A ticket that was merged leads to the one it was merged into, however often that happened.
            while !ids.is_empty() {
                let mut found = case::load(tx, tenant, &ids).await?;
                if let Some(office) = self.directory.office(tenant) {
                    actions::prepare(tx, office, &mut found, self.now).await?;
                }
                ids = found
                    .iter()
                    .filter_map(|c| c.ticket.merged_into)
                    .filter(|id| !self.cases.contains_key(id))
                    .collect();
                self.cases
                    .extend(found.into_iter().map(|c| (c.ticket.id, c)));
            }
        }
        self.read_joins(tx).await?;
        let answered = self
            .references
            .values()
            .filter(|r| matches!(r.claim.purpose, Purpose::Agent | Purpose::AgentNote));
        for (tenant, ticket) in answered
            .map(|r| (r.claim.tenant, r.claim.ticket))
            .collect::<HashSet<_>>()
        {
            let ticket = self.merged(ticket);
            let reader = Who {
                tenant,
                user: None,
                name: String::new(),
                role: Role::Viewer,
            };
            let thread = Thread::read(tx, &reader, ticket).await?;
            self.threads.insert(ticket, thread);
            let proposed = store::held::proposed(tx, tenant, ticket).await?;
            self.proposed
                .extend(proposed.map(|proposed| (ticket, proposed)));
        }
        Ok(())
    }

    /// The ticket that a ticket was merged into, or itself.
    pub fn merged(&self, mut ticket: TicketId) -> TicketId {
        for _ in 0..100 {
            let merged = self.cases.get(&ticket).and_then(|c| c.ticket.merged_into);
            match self.joined.get(&ticket).copied().or(merged) {
                Some(into) if into != ticket => ticket = into,
                _ => break,
            }
        }
        ticket
    }

    /// The tickets of a tenant that are in hand, by number.
    pub fn numbers_of(&self, tenant: TenantId) -> HashMap<i64, TicketId> {
        let own = self.numbers.iter().filter(|((of, _), _)| *of == tenant);
        own.map(|((_, number), ticket)| (*number, self.merged(*ticket)))
            .collect()
    }

    /// Takes the tenant's next ticket number.
    pub fn take_number(&mut self, tenant: TenantId) -> i64 {
        let next = self.next.entry(tenant).or_insert((1, 0));
        let number = next.0 + next.1;
        next.1 += 1;
        number
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn mail_without_a_sender_belongs_to_an_address_that_cannot_exist() {
        assert_eq!(super::nobody().domain(), "invalid");
    }
}
