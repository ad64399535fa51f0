//! A mail becomes, or joins, a ticket: what that means for the ticket, the people and the clocks. Which ticket it is
//! was decided before ([`crate::domain::threading`]).

use crate::desk::acknowledge;
use crate::desk::brake;
use crate::desk::case::Case;
use crate::desk::change::{self, touch};
use crate::desk::clocks;
use crate::desk::hand::Hand;
use crate::desk::react::{self, Cause, Heard};
use crate::desk::snooze;
use crate::desk::tell::{self, Occasion};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::brake::Brake;
use crate::domain::contact::Contact;
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{BlobId, InboundId, MailboxId, MessageId, TicketId};
use crate::domain::mail::authentication::Verdict;
use crate::domain::mail::{Effects, Headers, Machine, Mail, unfolded};
use crate::domain::mailbox::Mailbox;
use crate::domain::message::{
    AttachmentRow, Author, AuthorType, Identity, Kind, MatchedBy, Message,
};
use crate::domain::rules::Trigger;
use crate::domain::sla::What;
use crate::domain::ticket::{Change, Priority, Side, Status, Ticket, base_subject};
use crate::store::messages::NewMessage;
use crate::store::participants::{Part, Participant};
use crate::store::threads::{Known, Node};

/// Longer subjects are cut for the ticket; the message keeps the whole.
const LONGEST_SUBJECT: usize = 500;

/// A mail that was read and judged.
pub struct Received<'a> {
    /// The received mail's row.
    pub inbound: InboundId,
    /// Its raw bytes.
    pub blob: BlobId,
    /// What it says.
    pub mail: &'a Mail,
    /// Whose word the sender's address has.
    pub verdict: &'a Verdict,
    /// The sender's address, if there is exactly one.
    pub sender: Option<&'a EmailAddress>,
    /// Every address that belongs to this installation.
    pub is_ours: &'a dyn Fn(&EmailAddress) -> bool,
    /// It is history: nothing goes out because of it.
    pub quiet: bool,
    /// Whether its sender writes faster than people do.
    pub brake: Brake,
    /// It is our own mail that came back, and a person wants it all the same.
    pub looped: bool,
}

impl Received<'_> {
    /// Who wrote it, as written; something to show even if there is no sender at all.
    pub fn from(&self) -> Party {
        self.mail.from.first().cloned().unwrap_or_default()
    }

    /// Which kind of machine wrote it.
    pub fn machine(&self) -> Option<Machine> {
        if self.looped {
            return Some(Machine::Loop);
        }
        self.mail.machine
    }
}

/// How a mail came to its ticket.
#[derive(Debug, Clone, Default)]
pub struct Arrival {
    /// By what evidence.
    pub by: Option<MatchedBy>,
    /// It waits in the ticket for a person, for this reason.
    pub held: Option<String>,
    /// The sender takes part from now on.
    pub joins: bool,
    /// A stranger holds a valid token.
    pub borrowed_token: bool,
}

/// Opens a ticket for a mail. Its number is known already; rules have not looked yet.
pub fn open(
    hand: &mut Hand<'_>,
    mail: &Received<'_>,
    contact: Contact,
    mailbox: &Mailbox,
    number: i64,
    also: Vec<MailboxId>,
) -> Case {
    let tenant = &hand.office.tenant;
    let base = base_subject(&mail.mail.subject, &tenant.ticket_prefix);
    let subject = if base.is_empty() {
        "(no subject)".to_owned()
    } else {
        base.chars().take(LONGEST_SUBJECT).collect()
    };
    new_case(hand, contact, mailbox, number, subject, also)
}

/// A ticket with nothing in it yet.
pub fn new_case(
    hand: &mut Hand<'_>,
    contact: Contact,
    mailbox: &Mailbox,
    number: i64,
    subject: String,
    also: Vec<MailboxId>,
) -> Case {
    let (tenant, now) = (&hand.office.tenant, hand.now);
    let policy = hand.office.policy_at(mailbox.id).map(|(policy, _)| policy);
    let ticket = Ticket {
        id: hand.id::<TicketId>(),
        tenant: tenant.id,
        number,
        key: tenant.key(number),
        subject,
        status: Status::Open,
        priority: Priority::Normal,
        category: None,
        team: mailbox.team,
        assignee: None,
        requester: contact.id,
        mailbox: mailbox.id,
        also_addressed: also,
        policy: policy.map(|p| p.id),
        policy_version: policy.map_or(1, |p| clocks::version(hand.office, p.id)),
        spam: contact.blocked,
        created_at: now,
        updated_at: now,
        first_response_at: None,
        resolved_at: None,
        closed_at: None,
        snoozed_until: None,
        waiting_since: None,
        reminded_at: None,
        last_message_at: now,
        last_message_from: Side::Customer,
        last_customer_message_at: Some(now),
        last_agent_message_at: None,
        message_count: 0,
        merged_into: None,
        version: 1,
    };
    let requester = Participant {
        ticket: ticket.id,
        address: contact.email.clone(),
        name: contact.name.clone(),
        part: Part::Requester,
        joined_at: now,
    };
    let mut case = Case::new(ticket, contact);
    hand.work.participants.push((tenant.id, requester.clone()));
    case.participants.push(requester);
    case
}

/// What is known of a message's mail beside the message: its header fields, and whose word they are.
pub type Proof = (Headers, Verdict);

/// Lets the clocks, the rules and the team of a new ticket know of it. `message` opened it.
pub fn opened(hand: &mut Hand<'_>, case: &mut Case, mail: &Received<'_>, message: &Message) {
    let actor = contact_actor(case);
    hand.event(case, EventType::Created, &actor, None);
    brake::apply(hand, case, mail.brake);
    case.silence = acknowledge::silence(hand, mail);
    let body = mail.mail.reply_text();
    started(hand, case, &heard(mail, message, &body));
}

/// As [`opened`], for a message that was here before and gets its own ticket now. The line of who made it is there.
pub fn begin(hand: &mut Hand<'_>, case: &mut Case, message: &Message, proof: Option<&Proof>) {
    let body = unfolded(&message.text, &message.folds);
    started(hand, case, &heard_again(message, &body, proof));
}

fn started(hand: &mut Hand<'_>, case: &mut Case, heard: &Heard<'_>) {
    if hand.quiet {
        return;
    }
    let actor = contact_actor(case);
    clocks::opened(hand, case);
    for trigger in [Trigger::TicketCreated, Trigger::MessageReceived] {
        react::after(hand, case, &Cause::event(trigger, &actor), Some(heard));
    }
    change::assign_by_team(hand, case);
    if effects_of(heard.message).notify {
        react::tell_owners(hand, case, Occasion::NewTicket);
    }
}

fn heard<'a>(mail: &Received<'a>, message: &'a Message, body: &'a str) -> Heard<'a> {
    Heard {
        message,
        body,
        verdict: Some(mail.verdict),
        headers: Some(&mail.mail.headers),
    }
}

fn heard_again<'a>(message: &'a Message, body: &'a str, proof: Option<&'a Proof>) -> Heard<'a> {
    Heard {
        message,
        body,
        verdict: proof.map(|(_, verdict)| verdict),
        headers: proof.map(|(headers, _)| headers),
    }
}

/// What a message may cause.
fn effects_of(message: &Message) -> Effects {
    message.machine.map_or(Effects::PERSON, Machine::effects)
}

/// Links a new ticket to the one, closed long ago, that it follows.
pub fn follow(hand: &mut Hand<'_>, case: &Case, of: TicketId) {
    let tenant = hand.office.tenant.id;
    hand.work.follow_ups.push((tenant, case.ticket.id, of));
    let follows = ("follow_up_of", None, Some(of.to_string()));
    hand.event(case, EventType::Linked, &Actor::System, Some(follows));
    let followed = ("follow_up", None, Some(case.ticket.key.clone()));
    hand.event_of(of, EventType::Linked, &Actor::System, Some(followed));
}

/// Adds a mail to a ticket: the message, who takes part, what it reopens, who is told.
pub fn append(
    hand: &mut Hand<'_>,
    case: &mut Case,
    mail: &Received<'_>,
    arrival: &Arrival,
) -> Message {
    // A mail is a cause of its own, also where it meets others in one transaction.
    case.fired.clear();
    brake::apply(hand, case, mail.brake);
    case.silence = acknowledge::silence(hand, mail);
    let message = store_message(hand, case, mail, arrival);
    if arrival.held.is_some() {
        case.silence = Some("the mail that would be answered waits for a person".to_owned());
        // No history to the sender, no participant, no reopening: staff see it, and that is all.
        hand.event(
            case,
            EventType::MessageHeld,
            &Actor::Contact {
                name: message.author.name.clone(),
            },
            None,
        );
        touch(hand, case);
        react::tell_owners(hand, case, Occasion::Held);
        let body = mail.mail.reply_text();
        let heard = heard(mail, &message, &body);
        let actor = Actor::Contact {
            name: message.author.name.clone(),
        };
        react::after(
            hand,
            case,
            &Cause::event(Trigger::MessageHeld, &actor),
            Some(&heard),
        );
        return message;
    }
    let actor = Actor::Contact {
        name: message.author.name.clone(),
    };
    if arrival.joins
        && let Some(address) = mail.sender
    {
        join(hand, case, address, &mail.from().name, Part::Participant);
        hand.event(
            case,
            EventType::ParticipantAdded,
            &actor,
            Some(("participant", None, Some(address.to_string()))),
        );
    }
    let body = mail.mail.reply_text();
    came(hand, case, &heard(mail, &message, &body));
    message
}

/// Lets a message that waited do what it would have done when it came.
pub fn let_in(hand: &mut Hand<'_>, case: &mut Case, message: &Message, proof: Option<&Proof>) {
    let body = unfolded(&message.text, &message.folds);
    came(hand, case, &heard_again(message, &body, proof));
}

/// A customer's message stands in the conversation: what it reopens, which rules look, who is told.
fn came(hand: &mut Hand<'_>, case: &mut Case, heard: &Heard<'_>) {
    let actor = Actor::Contact {
        name: heard.message.author.name.clone(),
    };
    hand.event(case, EventType::MessageReceived, &actor, None);
    let effects = effects_of(heard.message);
    if effects.speaks {
        case.ticket.spoke(Side::Customer, hand.now);
    } else {
        case.ticket.last_message_at = hand.now;
    }
    touch(hand, case);
    if hand.quiet {
        return;
    }
    if effects.reopen {
        reopen(hand, case, &actor);
        clocks::happened(hand, case, What::CustomerMessage, 0);
    }
    let received = Cause::event(Trigger::MessageReceived, &actor);
    react::after(hand, case, &received, Some(heard));
    if effects.notify {
        react::tell_owners(hand, case, Occasion::CustomerWrote);
    }
}

/// Queues what people are to be told because of a mail, once it is all done.
pub fn tell(hand: &mut Hand<'_>, case: &mut Case, message: &Message) {
    tell::settle(
        hand,
        case,
        Some(message),
        &format!("message:{}", message.id),
    );
}

/// Makes somebody take part, or suggests them.
pub fn join(hand: &mut Hand<'_>, case: &mut Case, address: &EmailAddress, name: &str, part: Part) {
    if case
        .participants
        .iter()
        .any(|p| p.address == *address && (p.takes_part() || part == Part::Suggested))
    {
        return;
    }
    let participant = Participant {
        ticket: case.ticket.id,
        address: address.clone(),
        name: name.to_owned(),
        part,
        joined_at: hand.now,
    };
    hand.work
        .participants
        .push((case.ticket.tenant, participant.clone()));
    case.participants.retain(|p| p.address != *address);
    case.participants.push(participant);
}

/// A customer's word reopens what was thought to be done, and ends waiting for it.
pub fn reopen(hand: &mut Hand<'_>, case: &mut Case, actor: &Actor) {
    snooze::set(hand, case, None, actor);
    if !matches!(
        case.ticket.status,
        Status::Resolved | Status::Closed | Status::OnHold
    ) {
        return;
    }
    let wanted = Change {
        status: Some(Status::Open),
        ..Change::default()
    };
    change::apply(hand, case, &wanted, actor, 0);
}

/// The message itself, its attachments, its place in the reference graph, and suggestions from Cc.
pub fn store_message(
    hand: &mut Hand<'_>,
    case: &mut Case,
    mail: &Received<'_>,
    arrival: &Arrival,
) -> Message {
    let (parsed, from) = (mail.mail, mail.from());
    let name = if from.name.is_empty() {
        from.email.clone()
    } else {
        from.name.clone()
    };
    let attachments = attachment_rows(hand, parsed);
    let doubtful = arrival.borrowed_token || arrival.held.is_some();
    let message = Message {
        id: hand.id::<MessageId>(),
        ticket: case.ticket.id,
        kind: Kind::Inbound,
        author: Author {
            kind: AuthorType::Contact,
            email: from.email.clone(),
            name,
        },
        from,
        to: parsed.to.clone(),
        cc: parsed.cc.clone(),
        reply_to: parsed.reply_to.clone(),
        subject: parsed.subject.clone(),
        text: parsed.text.clone(),
        folds: parsed.folds.clone(),
        has_html: parsed.has_html,
        attachments,
        message_id: parsed.message_id.clone(),
        in_reply_to: parsed.in_reply_to.clone(),
        references: parsed.references.clone(),
        created_at: hand.now,
        held: arrival.held.is_some(),
        held_reason: arrival.held.clone(),
        identity: if doubtful {
            Identity::Unverified
        } else {
            parsed.identity
        },
        machine: mail.machine(),
        bounce: parsed.bounce.clone(),
        authentication: mail.verdict.authentication,
        matched_by: arrival.by.unwrap_or(MatchedBy::New),
        inbound: Some(mail.inbound),
    };
    case.ticket.message_count += 1;
    remember_thread(hand, case, parsed);
    if arrival.held.is_none() && !arrival.borrowed_token {
        suggest_copies(hand, case, mail);
    }
    hand.work.messages.push(NewMessage {
        tenant: case.ticket.tenant,
        author_id: None,
        html: None,
        attachment_blobs: vec![mail.blob; usize::from(!message.attachments.is_empty())],
        message: message.clone(),
    });
    message
}

/// The attachments of a mail, as parts of its bytes.
pub fn attachment_rows(hand: &Hand<'_>, mail: &Mail) -> Vec<AttachmentRow> {
    mail.attachments
        .iter()
        .map(|a| AttachmentRow {
            id: hand.id(),
            filename: a.filename.clone(),
            content_type: a.content_type.clone(),
            size: i64::try_from(a.size).unwrap_or(i64::MAX),
            sha256: a.sha256.clone(),
            inline: a.inline,
            content_id: a.content_id.clone(),
            part: i64::try_from(a.part).unwrap_or(i64::MAX),
        })
        .collect()
}

/// The mail's own id and those of its ancestors lead to this ticket from now on.
fn remember_thread(hand: &mut Hand<'_>, case: &Case, mail: &Mail) {
    let known = |node, received| Known {
        tenant: case.ticket.tenant,
        mailbox: case.ticket.mailbox,
        node,
        ticket: case.ticket.id,
        received,
    };
    let own = mail.message_id.as_deref().map(Node::of);
    let mut nodes: Vec<Known> = own.map(|node| known(node, true)).into_iter().collect();
    for ancestor in mail.in_reply_to.iter().chain(&mail.references) {
        let node = Node::of(ancestor);
        if !nodes.iter().any(|k| k.node == node) {
            nodes.push(known(node, false));
        }
    }
    hand.work.nodes.extend(nodes);
}

/// People in To and Cc who are not ours, and those at whom answers are asked for, are suggested as participants; they see
/// nothing before an agent accepts (A2).
fn suggest_copies(hand: &mut Hand<'_>, case: &mut Case, received: &Received<'_>) {
    let mail = received.mail;
    let named = mail.reply_to.iter().chain(&mail.to).chain(&mail.cc);
    for party in named.take(50) {
        let Some(address) = party.address() else {
            continue;
        };
        if (received.is_ours)(&address) || Some(&address) == received.sender {
            continue;
        }
        join(hand, case, &address, &party.name, Part::Suggested);
    }
}

fn contact_actor(case: &Case) -> Actor {
    Actor::Contact {
        name: case.requester.display().to_owned(),
    }
}
