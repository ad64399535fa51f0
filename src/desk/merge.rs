//! Two tickets become one, and part again. The messages move; the old ticket leads to the other from then on (TH6), so
//! that its tokens, references and number still find the conversation.

use std::collections::BTreeSet;

use crate::desk::actions;
use crate::desk::case::{self, Case};
use crate::desk::change::{self, touch};
use crate::desk::clocks;
use crate::desk::hand::Hand;
use crate::desk::tell;
use crate::desk::work::{Turns, Work};
use crate::desk::{Desk, DeskError, Who};
use crate::domain::address::EmailAddress;
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{MessageId, TenantId, TicketId};
use crate::domain::merge::{Decided, Kept, Merge, Stood};
use crate::domain::sla::{self, Joined, Promises, What};
use crate::domain::ticket::{Change, Status};
use crate::store::participants::{Part, Participant};
use crate::store::{self, Tx};

impl Desk {
    /// Makes a ticket part of another: its messages, participants and tags come over, and whatever leads to it leads
    /// to the other. If that one is part of a third, the third is meant. Returns the ticket that goes on.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if they are one already, or one of them is spam.
    pub async fn merge(
        &self,
        who: &Who,
        ticket: TicketId,
        into: TicketId,
    ) -> Result<TicketId, DeskError> {
        let mut tx = self.db.write().await?;
        let into = self.merge_in(&mut tx, who, ticket, into).await?;
        tx.commit().await?;
        Ok(into)
    }

    /// As [`Desk::merge`], in the caller's transaction.
    ///
    /// # Errors
    /// As there.
    pub async fn merge_in(
        &self,
        tx: &mut Tx,
        who: &Who,
        ticket: TicketId,
        into: TicketId,
    ) -> Result<TicketId, DeskError> {
        self.merge_because(tx, who, (ticket, into), None).await
    }

    /// As [`Desk::merge_in`]; `because` says why, where no person wanted it, and whether it is history (quiet).
    pub(in crate::desk) async fn merge_because(
        &self,
        tx: &mut Tx,
        who: &Who,
        (ticket, into): (TicketId, TicketId),
        because: Option<(&str, bool)>,
    ) -> Result<TicketId, DeskError> {
        let into = store::tickets::standing(tx, who.tenant, into).await?;
        let messages = store::merges::messages_of(tx, who.tenant, ticket).await?;
        let (because, quiet) = because.map_or((None, false), |(why, quiet)| (Some(why), quiet));
        let kept = self
            .with_two(tx, who.tenant, (ticket, into), |hand, from, into| {
                check(from, into)?;
                hand.quiet = quiet;
                Ok(absorb(hand, from, into, messages, (&who.actor(), because)))
            })
            .await?;
        store::merges::move_messages(tx, who.tenant, &kept.messages, (ticket, into)).await?;
        let now = self.clock.now();
        let merge = Merge {
            id: self.random.uuid(now),
            ticket,
            into,
            at: now,
            kept,
        };
        store::merges::insert(tx, who.tenant, &merge).await?;
        let actor = who.actor();
        let decided = (Decided::Joined, actor.name());
        store::joins::decide(tx, who.tenant, (ticket, into), decided, now).await?;
        store::joins::hand_over(tx, who.tenant, (ticket, into)).await?;
        Ok(into)
    }

    /// Undoes a merge: the ticket has its messages, status and clocks back, and the other is without what came with
    /// them. What was written since stays where it was written.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if the ticket is part of none, or the other has become part of a third since.
    pub async fn unmerge(&self, who: &Who, ticket: TicketId) -> Result<TicketId, DeskError> {
        let mut tx = self.db.write().await?;
        store::tickets::lock_all(&mut tx, who.tenant, &[ticket]).await?;
        let merge = store::merges::of_ticket(&mut tx, who.tenant, ticket)
            .await?
            .ok_or_else(|| DeskError::Conflict("this ticket is part of no other".to_owned()))?;
        let (into, now) = (merge.into, self.clock.now());
        let moved =
            store::merges::move_messages(&mut tx, who.tenant, &merge.kept.messages, (into, ticket))
                .await?;
        let moved = i64::try_from(moved).unwrap_or(i64::MAX);
        self.with_two(&mut tx, who.tenant, (ticket, into), |hand, from, into| {
            release(hand, from, into, &merge, moved, &who.actor())
        })
        .await?;
        store::merges::remove_participants(&mut tx, who.tenant, into, &merge.kept.joined).await?;
        store::merges::undo(&mut tx, who.tenant, merge.id, now).await?;
        tx.commit().await?;
        Ok(into)
    }

    /// Does something to two tickets of one tenant in the caller's transaction.
    pub(in crate::desk) async fn with_two<T>(
        &self,
        tx: &mut Tx,
        tenant: TenantId,
        (one, other): (TicketId, TicketId),
        deed: impl FnOnce(&mut Hand<'_>, &mut Case, &mut Case) -> Result<T, DeskError>,
    ) -> Result<T, DeskError> {
        if one == other {
            return Err(DeskError::Conflict(
                "this is one and the same ticket".to_owned(),
            ));
        }
        let directory = self.directory();
        let office = directory
            .office(tenant)
            .ok_or(DeskError::NotFound("tenant"))?;
        let mut turns = Turns::default();
        turns.read(tx, office).await?;
        let mut cases = case::load(tx, tenant, &[one, other]).await?;
        actions::prepare(tx, office, &mut cases, self.clock.now()).await?;
        let mut take = |id| {
            let place = cases.iter().position(|case| case.ticket.id == id);
            place
                .map(|place| cases.swap_remove(place))
                .ok_or(DeskError::NotFound("ticket"))
        };
        let (mut first, mut second) = (take(one)?, take(other)?);
        let (mut work, now) = (Work::default(), self.clock.now());
        let mut hand = self.hand(&directory, office, &mut work, &mut turns);
        let done = deed(&mut hand, &mut first, &mut second)?;
        for case in [&mut first, &mut second] {
            let cause = format!("deed:{}", hand.random.uuid(now));
            tell::settle(&mut hand, case, None, &cause);
        }
        first.settle(&mut work, office, now);
        second.settle(&mut work, office, now);
        work.flush(tx, now).await?;
        turns.flush(tx).await?;
        Ok(done)
    }
}

fn check(from: &Case, into: &Case) -> Result<(), DeskError> {
    if from.ticket.merged_into.is_some() {
        let key = &from.ticket.key;
        return Err(DeskError::Conflict(format!(
            "{key} is part of another ticket already"
        )));
    }
    if from.ticket.spam || into.ticket.spam {
        return Err(DeskError::Conflict(
            "spam is not merged; say first that it is none".to_owned(),
        ));
    }
    Ok(())
}

/// Moves all but the messages' rows themselves, and says what was moved.
fn absorb(
    hand: &mut Hand<'_>,
    from: &mut Case,
    into: &mut Case,
    messages: Vec<MessageId>,
    (actor, because): (&Actor, Option<&str>),
) -> Kept {
    let (stood, other) = (Stood::of(&from.ticket), Stood::of(&into.ticket));
    let (kept_clocks, was_active) = (from.clocks.clone(), from.ticket.status.is_active());
    hand.event(
        from,
        EventType::Merged,
        actor,
        Some((
            "into",
            because.map(str::to_owned),
            Some(into.ticket.key.clone()),
        )),
    );
    hand.event(
        into,
        EventType::Merged,
        actor,
        Some((
            "from",
            because.map(str::to_owned),
            Some(from.ticket.key.clone()),
        )),
    );
    // Somebody waits in it: that must not be forgotten in a ticket that is thought to be done.
    if was_active && !into.ticket.status.is_active() {
        let wanted = Change {
            status: Some(Status::Open),
            ..Change::default()
        };
        change::apply(hand, into, &wanted, actor, 0);
    }
    if was_active && from.ticket.snoozed_until.is_none() {
        into.ticket.snoozed_until = None;
    }
    let joined = bring_people(hand, from, into);
    let tags: Vec<String> = from.tags.difference(&into.tags).cloned().collect();
    if !tags.is_empty() {
        into.tags.extend(tags.iter().cloned());
        into.retagged = true;
    }
    into.ticket.message_count += from.ticket.message_count;
    stood.hand_over_last(&mut into.ticket);
    let promises = bring_promises(hand, from, into);
    retire(hand, from, into);
    touch(hand, into);
    Kept {
        stood,
        clocks: kept_clocks,
        promises,
        messages,
        joined,
        tags,
        other,
    }
}

/// Whoever takes part in the one takes part in the other; suggestions stay suggestions.
fn bring_people(hand: &mut Hand<'_>, from: &Case, into: &mut Case) -> Vec<EmailAddress> {
    let known: BTreeSet<&EmailAddress> = into.participants.iter().map(|p| &p.address).collect();
    let fresh: Vec<Participant> = from
        .participants
        .iter()
        .filter(|person| !known.contains(&person.address))
        .map(|person| Participant {
            ticket: into.ticket.id,
            part: match person.part {
                Part::Requester => Part::Participant,
                part => part,
            },
            joined_at: hand.now,
            ..person.clone()
        })
        .collect();
    let joined = fresh.iter().map(|person| person.address.clone()).collect();
    for person in fresh {
        hand.work
            .participants
            .push((into.ticket.tenant, person.clone()));
        into.participants.push(person);
    }
    joined
}

/// The older wait counts: see [`sla::join`].
fn bring_promises(hand: &mut Hand<'_>, from: &mut Case, into: &mut Case) -> Vec<sla::Moved> {
    let (Some(from_policy), Some(into_policy)) =
        (clocks::policy(hand, from), clocks::policy(hand, into))
    else {
        return Vec::new();
    };
    // What time has done to either is settled before they meet.
    clocks::ring(hand, from);
    clocks::ring(hand, into);
    let Joined {
        clocks: now,
        lines,
        moved,
    } = sla::join(
        Promises {
            clocks: &from.clocks,
            policy: from_policy,
        },
        Promises {
            clocks: &into.clocks,
            policy: into_policy,
        },
        into.ticket.first_response_at.is_some(),
        into.ticket.priority,
        hand.now,
        &from.ticket.key,
    );
    if !moved.is_empty() {
        (into.clocks, into.rewound) = (now, true);
        clocks::note(hand, into, lines);
        clocks::happened(hand, into, What::Changed, 0);
    }
    moved
}

/// The ticket that was merged away: closed, and part of the other.
fn retire(hand: &mut Hand<'_>, from: &mut Case, into: &Case) {
    let because = format!("it is part of {} now", into.ticket.key);
    clocks::happened(hand, from, What::Withdrawn { because: &because }, 0);
    let now = hand.now;
    let ticket = &mut from.ticket;
    if ticket.status.is_active() {
        let tenant = ticket.tenant;
        hand.turns.note(tenant, ticket.assignee, None);
    }
    ticket.status = Status::Closed;
    ticket.resolved_at.get_or_insert(now);
    ticket.closed_at = Some(now);
    (ticket.snoozed_until, ticket.waiting_since) = (None, None);
    ticket.merged_into = Some(into.ticket.id);
    ticket.message_count = 0;
    touch(hand, from);
}

/// The other way round.
fn release(
    hand: &mut Hand<'_>,
    from: &mut Case,
    into: &mut Case,
    merge: &Merge,
    moved: i64,
    actor: &Actor,
) -> Result<(), DeskError> {
    if into.ticket.merged_into.is_some() {
        let key = &into.ticket.key;
        return Err(DeskError::Conflict(format!(
            "{key} has become part of another ticket since; separate that one first"
        )));
    }
    let kept = &merge.kept;
    kept.stood.restore(&mut from.ticket);
    from.ticket.merged_into = None;
    from.ticket.message_count = moved;
    if from.ticket.status.is_active() {
        let tenant = from.ticket.tenant;
        hand.turns.note(tenant, None, from.ticket.assignee);
    }
    into.ticket.message_count -= moved;
    if into.ticket.last_message_at <= merge.at {
        // Nobody has written since: it stands where it stood.
        kept.other.restore(&mut into.ticket);
    }
    into.participants
        .retain(|person| !kept.joined.contains(&person.address));
    if kept.tags.iter().any(|tag| into.tags.remove(tag)) {
        into.tags.retain(|tag| !kept.tags.contains(tag));
        into.retagged = true;
    }
    return_promises(hand, from, into, kept);
    touch(hand, from);
    touch(hand, into);
    hand.event(
        from,
        EventType::Unmerged,
        actor,
        Some(("into", None, Some(into.ticket.key.clone()))),
    );
    hand.event(
        into,
        EventType::Unmerged,
        actor,
        Some(("from", None, Some(from.ticket.key.clone()))),
    );
    Ok(())
}

fn return_promises(hand: &mut Hand<'_>, from: &mut Case, into: &mut Case, kept: &Kept) {
    let (Some(from_policy), Some(into_policy)) =
        (clocks::policy(hand, from), clocks::policy(hand, into))
    else {
        return;
    };
    let old = clocks::outdated(hand, from);
    clocks::catch_up(hand, from, 0);
    clocks::ring(hand, into);
    let parted = sla::part(
        &kept.clocks,
        from_policy,
        Promises {
            clocks: &into.clocks,
            policy: into_policy,
        },
        &kept.promises,
        hand.now,
        (&from.ticket.key, &into.ticket.key),
    );
    (from.clocks, from.rewound) = (parted.from, true);
    (into.clocks, into.rewound) = (parted.into, true);
    clocks::note(hand, from, parted.from_lines);
    clocks::note(hand, into, parted.into_lines);
    if let Some(old) = old {
        // Its promises come back as they were, and the service level was edited meanwhile.
        let because = clocks::edited(from_policy);
        let what = What::PolicyChanged {
            from: old,
            because: &because,
        };
        clocks::happened(hand, from, what, 0);
    }
    clocks::happened(hand, from, What::Changed, 0);
    clocks::happened(hand, into, What::Changed, 0);
}
