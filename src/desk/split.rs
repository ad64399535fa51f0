//! A conversation about two things becomes two tickets; tickets that belong together are linked.

use crate::desk::case::Case;
use crate::desk::clocks;
use crate::desk::hand::Hand;
use crate::desk::receive;
use crate::desk::work::{Turns, Work};
use crate::desk::{Desk, DeskError, Who, case, change::touch, tell};
use crate::domain::contact::Contact;
use crate::domain::event::EventType;
use crate::domain::ids::{MessageId, TicketId};
use crate::domain::merge::LinkKind;
use crate::domain::message::{Kind, Message};
use crate::domain::sla::{self, Promises};
use crate::domain::ticket::{Side, Ticket};
use crate::store::participants::Part;
use crate::store::threads::Node;
use crate::store::{self, Tx};

/// The most messages that are split off at once.
pub const MOST: usize = 500;

impl Desk {
    /// Gives some messages of a ticket a ticket of their own, linked to the first. Whoever wrote the first of them is
    /// its requester; answers to them find it. Returns the new ticket.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for no message, a foreign one, or all of them.
    pub async fn split_off(
        &self,
        who: &Who,
        ticket: TicketId,
        messages: &[MessageId],
        subject: Option<&str>,
    ) -> Result<TicketId, DeskError> {
        let directory = self.directory();
        let office = directory
            .office(who.tenant)
            .ok_or(DeskError::NotFound("tenant"))?;
        let mut tx = self.db.write().await?;
        let number = store::tenants::take_numbers(&mut tx, who.tenant, 1).await?;
        let mut turns = Turns::default();
        turns.read(&mut tx, office).await?;
        let mut from = case::load(&mut tx, who.tenant, &[ticket])
            .await?
            .pop()
            .ok_or(DeskError::NotFound("ticket"))?;
        let (moving, staying) = chosen(&mut tx, who, ticket, messages).await?;
        let contact = asker(&mut tx, who, &from, &moving).await?;
        let subject = subject_of(subject, &from, &moving)?;
        let mailbox = office
            .mailbox(from.ticket.mailbox)
            .ok_or(DeskError::NotFound("mailbox"))?;
        let (mut work, now) = (Work::default(), self.clock.now());
        let mut hand = self.hand(&directory, office, &mut work, &mut turns);
        let mut part = receive::new_case(&mut hand, contact, mailbox, number, subject, Vec::new());
        inherit(&mut part, &from, &moving);
        bring_writers(&mut hand, &from, &mut part, &moving);
        let actor = who.actor();
        hand.event(&part, EventType::Created, &actor, None);
        for (case, field, key) in [
            (&from, "split_off", &part.ticket.key),
            (&part, "split_from", &from.ticket.key),
        ] {
            hand.event(
                case,
                EventType::Linked,
                &actor,
                Some((field, None, Some(key.clone()))),
            );
        }
        share_promises(&mut hand, &mut from, &mut part, (&moving, &staying));
        from.ticket.message_count -= part.ticket.message_count;
        date(&mut from.ticket, &staying);
        touch(&hand, &mut from);
        for case in [&mut from, &mut part] {
            let cause = format!("deed:{}", hand.random.uuid(now));
            tell::settle(&mut hand, case, None, &cause);
        }
        let id = part.ticket.id;
        part.settle(&mut work, office, now);
        from.settle(&mut work, office, now);
        work.flush(&mut tx, now).await?;
        turns.flush(&mut tx).await?;
        store::merges::move_messages(&mut tx, who.tenant, messages, (ticket, id)).await?;
        let nodes: Vec<Node> = moving
            .iter()
            .filter_map(|message| message.message_id.as_deref())
            .map(Node::of)
            .collect();
        store::threads::move_all(&mut tx, who.tenant, &nodes, (ticket, id)).await?;
        store::merges::link(&mut tx, who.tenant, (ticket, id), LinkKind::SplitOff, now).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Links two tickets that belong together.
    pub async fn link(&self, who: &Who, one: TicketId, other: TicketId) -> Result<(), DeskError> {
        let (mut tx, now) = (self.db.write().await?, self.clock.now());
        let added =
            store::merges::link(&mut tx, who.tenant, (one, other), LinkKind::Related, now).await?;
        if added {
            self.with_two(&mut tx, who.tenant, (one, other), |hand, one, other| {
                note_link(hand, who, (one, other), true);
                Ok(())
            })
            .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Takes the link between two tickets away.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] if there is none.
    pub async fn unlink(&self, who: &Who, one: TicketId, other: TicketId) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        if !store::merges::unlink(&mut tx, who.tenant, (one, other)).await? {
            return Err(DeskError::NotFound("link"));
        }
        self.with_two(&mut tx, who.tenant, (one, other), |hand, one, other| {
            note_link(hand, who, (one, other), false);
            Ok(())
        })
        .await?;
        Ok(tx.commit().await?)
    }
}

fn note_link(hand: &mut Hand<'_>, who: &Who, (one, other): (&mut Case, &mut Case), linked: bool) {
    for (case, key) in [
        (&*one, other.ticket.key.clone()),
        (&*other, one.ticket.key.clone()),
    ] {
        let values = if linked {
            ("related", None, Some(key))
        } else {
            ("related", Some(key), None)
        };
        hand.event(case, EventType::Linked, &who.actor(), Some(values));
    }
    touch(hand, one);
    touch(hand, other);
}

/// The ticket's messages, those that go and those that stay.
async fn chosen(
    tx: &mut Tx,
    who: &Who,
    ticket: TicketId,
    wanted: &[MessageId],
) -> Result<(Vec<Message>, Vec<Message>), DeskError> {
    let all = store::messages::of_ticket(tx, who.tenant, ticket, None, i64::MAX).await?;
    let (moving, staying): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|message| wanted.contains(&message.id));
    if wanted.is_empty() || wanted.len() > MOST || moving.len() != wanted.len() {
        return Err(DeskError::invalid(
            "messages",
            format!("expected 1 to {MOST} different messages of this ticket"),
        ));
    }
    if staying.iter().all(|message| message.kind == Kind::Notice) {
        return Err(DeskError::invalid(
            "messages",
            "all messages were chosen; at least one has to stay",
        ));
    }
    Ok((moving, staying))
}

/// Who asked in the part: whoever wrote its first mail, else the ticket's requester.
async fn asker(
    tx: &mut Tx,
    who: &Who,
    from: &Case,
    moving: &[Message],
) -> Result<Contact, DeskError> {
    let address = moving
        .iter()
        .filter(|message| message.kind == Kind::Inbound)
        .find_map(|message| message.from.address());
    if let Some(address) = address {
        let known = store::contacts::by_addresses(tx, &[(who.tenant, &address)]).await?;
        if let Some((_, _, contact)) = known.into_iter().next() {
            return Ok(contact);
        }
    }
    Ok(from.requester.clone())
}

fn subject_of(given: Option<&str>, from: &Case, moving: &[Message]) -> Result<String, DeskError> {
    if let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) {
        if given.chars().count() > 500 {
            return Err(DeskError::invalid(
                "subject",
                "expected 1 to 500 characters",
            ));
        }
        return Ok(given.to_owned());
    }
    let prefix = from
        .ticket
        .key
        .rsplit_once('-')
        .map_or("", |(prefix, _)| prefix);
    let own = moving
        .iter()
        .map(|message| crate::domain::ticket::base_subject(&message.subject, prefix))
        .find(|subject| !subject.is_empty());
    Ok(own
        .unwrap_or_else(|| from.ticket.subject.clone())
        .chars()
        .take(500)
        .collect())
}

/// What the part has from the ticket it comes from.
fn inherit(part: &mut Case, from: &Case, moving: &[Message]) {
    let ticket = &mut part.ticket;
    ticket.team = from.ticket.team;
    ticket.assignee = from.ticket.assignee;
    ticket.priority = from.ticket.priority;
    ticket.category.clone_from(&from.ticket.category);
    ticket.policy = from.ticket.policy;
    ticket.message_count = i64::try_from(moving.len()).unwrap_or(i64::MAX);
    ticket.first_response_at = moving
        .iter()
        .find(|message| message.kind == Kind::Reply && !message.held)
        .map(|message| message.created_at);
    date(ticket, moving);
    part.tags.clone_from(&from.tags);
}

/// Whoever wrote one of the messages takes part in the part too, if they do where it comes from.
fn bring_writers(hand: &mut Hand<'_>, from: &Case, part: &mut Case, moving: &[Message]) {
    for message in moving.iter().filter(|m| m.kind == Kind::Inbound && !m.held) {
        if let Some(address) = message.from.address().filter(|a| from.takes_part(a)) {
            receive::join(hand, part, &address, &message.from.name, Part::Participant);
        }
    }
}

/// When each side last spoke, now that a ticket has these messages alone.
fn date(ticket: &mut Ticket, messages: &[Message]) {
    if let Some((at, side)) = last_word(messages) {
        (ticket.last_message_at, ticket.last_message_from) = (at, side);
    }
    let last = |kind| {
        let mut of = messages.iter().filter(|m| is_public(m) && m.kind == kind);
        of.next_back().map(|message| message.created_at)
    };
    ticket.last_customer_message_at = last(Kind::Inbound);
    ticket.last_agent_message_at = last(Kind::Reply);
}

fn last_word(messages: &[Message]) -> Option<(chrono::DateTime<chrono::Utc>, Side)> {
    messages
        .iter()
        .rfind(|message| is_public(message))
        .map(|message| {
            let side = match message.kind {
                Kind::Inbound => Side::Customer,
                _ => Side::Agent,
            };
            (message.created_at, side)
        })
}

fn is_public(message: &Message) -> bool {
    !message.held && matches!(message.kind, Kind::Inbound | Kind::Reply)
}

/// Whoever waits in the part has waited as long as in the ticket it comes from: that response promise goes along, and
/// stays behind only if somebody still waits there. Resolving the part is a promise of its own, from now on.
fn share_promises(
    hand: &mut Hand<'_>,
    from: &mut Case,
    part: &mut Case,
    (moving, staying): (&[Message], &[Message]),
) {
    let Some(policy) = clocks::policy(hand, from) else {
        return;
    };
    clocks::ring(hand, from);
    let waits =
        |messages: &[Message]| last_word(messages).is_some_and(|(_, s)| s == Side::Customer);
    let responses: Vec<sla::Clock> = from
        .clocks
        .iter()
        .filter(|clock| clock.is_live() && clock.metric != sla::Metric::Resolution)
        .cloned()
        .collect();
    if waits(moving) && !responses.is_empty() {
        let joined = sla::join(
            Promises {
                clocks: &responses,
                policy,
            },
            Promises {
                clocks: &[],
                policy,
            },
            part.ticket.first_response_at.is_some(),
            part.ticket.priority,
            hand.now,
            &from.ticket.key,
        );
        (part.clocks, part.rewound) = (joined.clocks, true);
        clocks::note(hand, part, joined.lines);
    }
    clocks::opened(hand, part);
    if !waits(staying) && !responses.is_empty() {
        let because = format!("whoever waited does so in {} now", part.ticket.key);
        clocks::drop_responses(hand, from, policy, &because);
    }
}
