//! A ticket in hand, with everything that deeds look at or change.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::desk::actions::Lineage;
use crate::desk::directory::Office;
use crate::desk::looks;
use crate::desk::tell::Occasion;
use crate::desk::work::Work;
use crate::domain::acknowledge::Written;
use crate::domain::address::EmailAddress;
use crate::domain::brake::Brake;
use crate::domain::contact::Contact;
use crate::domain::ids::{RuleId, TenantId, TicketId, UserId};
use crate::domain::mail::abridged;
use crate::domain::message::{Author, Message};
use crate::domain::sla::Clock;
use crate::domain::threading::Candidate;
use crate::domain::ticket::{Priority, Status, Ticket};
use crate::store::clocks::Recorded;
use crate::store::participants::Participant;
use crate::store::{self, StoreError, Tx};

/// A ticket in hand.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column or a switch of its own"
)]
pub struct Case {
    /// The ticket.
    pub ticket: Ticket,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// Who takes part.
    pub participants: Vec<Participant>,
    /// Its service level clocks.
    pub clocks: Vec<Clock>,
    /// How the ticket stood when it was taken in hand: until then older versions of its policy hold.
    pub stood: Stood,
    /// Which steps of them were recorded: nobody is told again.
    pub rung: Vec<Recorded>,
    /// Who asked.
    pub requester: Contact,
    /// Everybody's token epochs, where they are not 0.
    pub epochs: HashMap<String, i64>,
    /// The newest public message, where it was read: for notices about something else.
    pub last_public: Option<Said>,
    /// Who is to be told of what, once the deed is done.
    pub told: Vec<(UserId, Occasion)>,
    /// What whoever wants to know is to be told, once the deed is done.
    pub spread: Vec<Occasion>,
    /// What the tenant's channels are to be told, once the deed is done.
    pub pushed: Vec<Occasion>,
    /// Rules that have acted because of what is being done: they do not look again at what comes of it.
    pub fired: Vec<RuleId>,
    /// The customer's newest mail, for letters of rules; read only where rules write any.
    pub answers: Option<Lineage>,
    /// How many letters rules sent here of late; read only where rules write any.
    pub automatic_letters: i64,
    /// When rules wrote to its requester in other tickets within a day; known where a mail is in hand and rules write any.
    pub letters_elsewhere: Vec<DateTime<Utc>>,
    /// What the mail in hand makes of automatic actions.
    pub brake: Brake,
    /// Why nothing may be written to the requester by itself because of the mail in hand.
    pub silence: Option<String>,
    /// Who wrote in it by mail.
    pub written: Written,
    /// Who follows it.
    pub followers: Vec<UserId>,
    /// How many events there were when people were last told: whoever did something later is a doer of what comes next.
    pub told_until: usize,
    /// It is not in the database yet.
    pub is_new: bool,
    /// The ticket's own row changed.
    pub touched: bool,
    /// Its tags were replaced.
    pub retagged: bool,
    /// Clocks that changed.
    pub rewound: bool,
    /// History was taken in, and nothing else happened: rules on time leave it alone.
    pub quiet: bool,
}

/// How a ticket stands, as far as its clocks care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stood {
    /// Its status.
    pub status: Status,
    /// Its priority.
    pub priority: Priority,
    /// Whether an agent has ever answered publicly.
    pub answered: bool,
    /// Whether it is spam.
    pub spam: bool,
}

impl Stood {
    /// How it stands now.
    pub const fn of(ticket: &Ticket) -> Self {
        Self {
            status: ticket.status,
            priority: ticket.priority,
            answered: ticket.first_response_at.is_some(),
            spam: ticket.spam,
        }
    }
}

/// Somebody's words, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub author: String,
    /// What, without what they quoted.
    pub text: String,
}

impl Said {
    /// The words of a message.
    pub fn of(message: &Message) -> Self {
        let Author { name, email, .. } = &message.author;
        Self {
            author: if name.is_empty() { email } else { name }.clone(),
            text: abridged(&message.text, &message.folds),
        }
    }
}

impl Case {
    /// A ticket that is only just coming to be.
    pub fn new(ticket: Ticket, requester: Contact) -> Self {
        Self {
            stood: Stood::of(&ticket),
            ticket,
            requester,
            tags: BTreeSet::new(),
            participants: Vec::new(),
            clocks: Vec::new(),
            rung: Vec::new(),
            epochs: HashMap::new(),
            last_public: None,
            told: Vec::new(),
            spread: Vec::new(),
            pushed: Vec::new(),
            fired: Vec::new(),
            answers: None,
            automatic_letters: 0,
            letters_elsewhere: Vec::new(),
            brake: Brake::Off,
            silence: None,
            written: Written::Nobody,
            followers: Vec::new(),
            told_until: 0,
            is_new: true,
            touched: false,
            retagged: false,
            rewound: false,
            quiet: false,
        }
    }

    /// Whether an address takes part, not just as a suggestion.
    pub fn takes_part(&self, address: &EmailAddress) -> bool {
        self.participants
            .iter()
            .any(|p| p.takes_part() && p.address == *address)
    }

    /// The epoch of a participant's tokens.
    pub fn epoch(&self, participant: &str) -> i64 {
        self.epochs.get(participant).copied().unwrap_or(0)
    }

    /// How threading sees it, for a sender.
    pub fn candidate(&self, sender: Option<&EmailAddress>) -> Candidate {
        Candidate {
            ticket: self.ticket.id,
            key: self.ticket.key.clone(),
            status: self.ticket.status,
            closed_at: self.ticket.closed_at,
            sender_takes_part: sender.is_some_and(|address| self.takes_part(address)),
        }
    }

    /// Whether anything of it is to be written.
    pub const fn changed(&self) -> bool {
        self.is_new || self.touched || self.retagged || self.rewound
    }

    /// Hands its rows over to be written, with the moment at which time makes rules look at it again.
    pub fn settle(self, work: &mut Work, office: &Office, now: DateTime<Utc>) {
        let (tenant, id) = (self.ticket.tenant, self.ticket.id);
        let changed = self.changed();
        let timed = office.rules.has_time();
        if (timed && changed && !self.quiet) || work.looked {
            let next = looks::next(office, &self, now).filter(|_| timed);
            work.looks.push((tenant, id, next));
        }
        if self.retagged && !self.is_new {
            work.retagged.push((tenant, id));
        }
        if self.retagged || self.is_new {
            work.tags
                .extend(self.tags.into_iter().map(|tag| (tenant, id, tag)));
        }
        if self.rewound {
            work.clocks
                .extend(self.clocks.into_iter().map(|clock| (tenant, id, clock)));
        }
        if self.is_new {
            work.new_tickets.push(self.ticket);
        } else if self.touched {
            work.changed_tickets.push(self.ticket);
        }
    }
}

/// Takes tickets of one tenant in hand, locked until the transaction ends. Those that do not exist are left out.
pub async fn load(
    tx: &mut Tx,
    tenant: TenantId,
    ids: &[TicketId],
) -> Result<Vec<Case>, StoreError> {
    store::tickets::lock_all(tx, tenant, ids).await?;
    read(tx, tenant, ids).await
}

/// Tickets as they are, to be looked at only.
pub async fn read(
    tx: &mut Tx,
    tenant: TenantId,
    ids: &[TicketId],
) -> Result<Vec<Case>, StoreError> {
    let tickets = store::tickets::by_ids(tx, tenant, ids).await?;
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<TicketId> = tickets.iter().map(|t| t.id).collect();
    let requesters: HashSet<_> = tickets.iter().map(|t| t.requester).collect();
    let contacts =
        store::contacts::by_ids(tx, tenant, &requesters.into_iter().collect::<Vec<_>>()).await?;
    let contacts: HashMap<_, _> = contacts.into_iter().map(|c| (c.id, c)).collect();
    let mut tags: HashMap<TicketId, BTreeSet<String>> = HashMap::new();
    for (id, tag) in store::tickets::tags_of(tx, tenant, &found).await? {
        tags.entry(id).or_default().insert(tag);
    }
    let mut participants: HashMap<TicketId, Vec<Participant>> = HashMap::new();
    for participant in store::participants::of_tickets(tx, tenant, &found).await? {
        participants
            .entry(participant.ticket)
            .or_default()
            .push(participant);
    }
    let mut clocks: HashMap<TicketId, Vec<Clock>> = HashMap::new();
    for (id, clock) in store::clocks::of_tickets(tx, tenant, &found).await? {
        clocks.entry(id).or_default().push(clock);
    }
    let mut rung: HashMap<TicketId, Vec<Recorded>> = HashMap::new();
    for (id, recorded) in store::clocks::recorded(tx, tenant, &found).await? {
        rung.entry(id).or_default().push(recorded);
    }
    let mut followers: HashMap<TicketId, Vec<UserId>> = HashMap::new();
    for (id, user) in store::followers::of_tickets(tx, tenant, &found).await? {
        followers.entry(id).or_default().push(user);
    }
    let written = store::messages::written(tx, tenant, &found).await?;
    let mut written: HashMap<TicketId, Written> = written.into_iter().collect();
    let mut epochs: HashMap<TicketId, HashMap<String, i64>> = HashMap::new();
    for (id, who, epoch) in store::references::epochs(tx, tenant, &found).await? {
        epochs.entry(id).or_default().insert(who, epoch);
    }
    tickets
        .into_iter()
        .map(|ticket| {
            let id = ticket.id;
            let requester = contacts.get(&ticket.requester).cloned().ok_or_else(|| {
                StoreError::corrupt("tickets", "requester_id", id, ticket.requester)
            })?;
            let mut case = Case::new(ticket, requester);
            case.is_new = false;
            case.tags = tags.remove(&id).unwrap_or_default();
            case.participants = participants.remove(&id).unwrap_or_default();
            case.clocks = clocks.remove(&id).unwrap_or_default();
            case.written = written.remove(&id).unwrap_or_default();
            case.rung = rung.remove(&id).unwrap_or_default();
            case.followers = followers.remove(&id).unwrap_or_default();
            case.epochs = epochs.remove(&id).unwrap_or_default();
            Ok(case)
        })
        .collect()
}
