//! The effects of one or many deeds, gathered in memory and written together with few statements.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::desk::directory::Office;
use crate::domain::address::EmailAddress;
use crate::domain::contact::Contact;
use crate::domain::event::Event;
use crate::domain::ids::{MessageId, OutboxId, TeamId, TenantId, TicketId, UserId};
use crate::domain::sla::{Clock, Line, SlaEvent};
use crate::domain::ticket::Ticket;
use crate::store::blobs::NewBlob;
use crate::store::buttons::Button;
use crate::store::digests::DigestItem;
use crate::store::held::Waiting;
use crate::store::messages::NewMessage;
use crate::store::outbox::NewOutbox;
use crate::store::participants::Participant;
use crate::store::references::Reference;
use crate::store::rules::{Fired, Look, Looking, Pass};
use crate::store::tellings::Telling;
use crate::store::threads::Known;
use crate::store::{self, StoreError, Topic, Tx};

/// Rows to be written. All of them, or none.
#[derive(Default)]
pub struct Work {
    /// New contacts.
    pub contacts: Vec<(TenantId, Contact)>,
    /// New tickets, in the order of their numbers.
    pub new_tickets: Vec<Ticket>,
    /// Tickets that were there and changed.
    pub changed_tickets: Vec<Ticket>,
    /// Tickets whose tags were replaced.
    pub retagged: Vec<(TenantId, TicketId)>,
    /// Their tags now, and those of new tickets.
    pub tags: Vec<(TenantId, TicketId, String)>,
    /// Follow-ups and what they follow.
    pub follow_ups: Vec<(TenantId, TicketId, TicketId)>,
    /// People who take part no longer, or as something else.
    pub departed: Vec<(TenantId, TicketId, EmailAddress)>,
    /// People who take part from now on.
    pub participants: Vec<(TenantId, Participant)>,
    /// Uploads.
    pub blobs: Vec<NewBlob>,
    /// Held messages that give way.
    pub removed: Vec<(TenantId, MessageId)>,
    /// What is known about replies that wait.
    pub waiting: Vec<(TenantId, Waiting)>,
    /// Whose tickets forwarded mails seem to be.
    pub proposed: Vec<(TenantId, TicketId, EmailAddress, String)>,
    /// New messages.
    pub messages: Vec<NewMessage>,
    /// Message-IDs and whose they are.
    pub nodes: Vec<Known>,
    /// What new tokens refer to.
    pub references: Vec<Reference>,
    /// Lines of timelines.
    pub events: Vec<(TenantId, Event)>,
    /// How many of these lines webhooks have been told of.
    pub hooked: usize,
    /// What rules saw and did.
    pub passes: Vec<Pass>,
    /// Which rules those were.
    pub rule_sets: Vec<Looking>,
    /// When time makes rules look again.
    pub looks: Vec<Look>,
    /// Time made rules look: the next look is planned whatever came of it.
    pub looked: bool,
    /// Rules that time pulled and that acted.
    pub fired: Vec<Fired>,
    /// What was done about tickets that wait.
    pub waiting_steps: Vec<store::patience::Row>,
    /// Clocks as they are now.
    pub clocks: Vec<(TenantId, TicketId, Clock)>,
    /// Lines of clocks' stories.
    pub clock_lines: Vec<(TenantId, TicketId, Uuid, Line)>,
    /// Warnings and breaches to be recorded.
    pub sla_events: Vec<(TenantId, TicketId, SlaEvent)>,
    /// Buttons of pushes.
    pub buttons: Vec<(TenantId, Button)>,
    /// What goes out.
    pub outbox: Vec<NewOutbox>,
    /// Those of it that wait until a person asks for them.
    pub kept_back: Vec<(TenantId, OutboxId)>,
    /// Who follows which ticket from now on.
    pub followers: Vec<(TenantId, TicketId, UserId)>,
    /// Who no longer does.
    pub unfollowed: Vec<(TenantId, TicketId, UserId)>,
    /// Who was told of what, and why.
    pub tellings: Vec<(TenantId, TicketId, Telling)>,
    /// What waits for somebody's digest.
    pub digest_items: Vec<DigestItem>,
    /// When customers are asked how satisfied they are.
    pub ratings: Vec<(TenantId, TicketId, DateTime<Utc>)>,
    /// Who was sent an acknowledgement.
    pub acknowledged: Vec<(TenantId, EmailAddress)>,
    /// Who sends none for a while, because there were too many.
    pub acknowledge_rests: Vec<TenantId>,
}

impl Work {
    /// Writes everything. Rows that others refer to go first.
    pub async fn flush(self, tx: &mut Tx, now: DateTime<Utc>) -> Result<(), StoreError> {
        let anything = !self.new_tickets.is_empty()
            || !self.changed_tickets.is_empty()
            || !self.messages.is_empty()
            || !self.removed.is_empty();
        store::contacts::insert_all(tx, &self.contacts, now).await?;
        store::tickets::insert_all(tx, &self.new_tickets).await?;
        for ticket in &self.changed_tickets {
            store::tickets::update(tx, ticket.tenant, ticket).await?;
        }
        for (tenant, ticket) in &self.retagged {
            store::tickets::clear_tags(tx, *tenant, *ticket).await?;
        }
        store::tickets::add_tags(tx, &self.tags).await?;
        for (tenant, ticket, of) in &self.follow_ups {
            store::tickets::set_follow_up(tx, *tenant, *ticket, *of).await?;
        }
        for (tenant, ticket, address) in &self.departed {
            store::participants::remove(tx, *tenant, *ticket, address).await?;
        }
        store::participants::put_all(tx, &self.participants).await?;
        for (tenant, message) in &self.removed {
            store::messages::remove(tx, *tenant, *message).await?;
        }
        store::blobs::insert_all(tx, &self.blobs).await?;
        store::messages::insert_all(tx, &self.messages).await?;
        store::held::insert_all(tx, &self.waiting).await?;
        store::held::propose_all(tx, &self.proposed).await?;
        store::threads::put_all(tx, &self.nodes).await?;
        store::references::insert_all(tx, &self.references, now).await?;
        store::events::insert_all(tx, &self.events).await?;
        store::rules::insert_sets(tx, &self.rule_sets).await?;
        store::rules::insert_passes(tx, &self.passes).await?;
        store::rules::put_looks(tx, &self.looks).await?;
        store::rules::insert_fired(tx, &self.fired, now).await?;
        store::patience::insert_all(tx, &self.waiting_steps, now).await?;
        store::clocks::put_all(tx, &self.clocks).await?;
        store::clocks::insert_lines(tx, &self.clock_lines).await?;
        for (tenant, ticket, event) in &self.sla_events {
            // Whoever takes a ticket in hand knows what was recorded. If this was, somebody else was quicker: then
            // nothing of the deed is written, so that nobody is told twice, and it is done anew.
            if !store::clocks::record(tx, *tenant, *ticket, event).await? {
                return Err(StoreError::Busy(sqlx::Error::RowNotFound));
            }
        }
        store::followers::insert_all(tx, &self.followers, now).await?;
        for (tenant, ticket, user) in &self.unfollowed {
            store::followers::remove(tx, *tenant, *ticket, *user).await?;
        }
        store::tellings::insert_all(tx, &self.tellings).await?;
        store::digests::insert_all(tx, &self.digest_items).await?;
        store::ratings::plan_all(tx, &self.ratings).await?;
        store::buttons::insert_all(tx, &self.buttons, now).await?;
        store::outbox::insert_all(tx, &self.outbox, now).await?;
        store::outbox::hold_all(tx, &self.kept_back).await?;
        store::acknowledged::put_all(tx, &self.acknowledged, now).await?;
        store::acknowledged::rest_all(tx, &self.acknowledge_rests, now).await?;
        let later = !self.digest_items.is_empty() || !self.ratings.is_empty();
        if !self.clocks.is_empty() || later || anything {
            tx.wake(Topic::Timers);
        }
        if !self.outbox.is_empty() {
            tx.wake(Topic::Outbox);
        }
        if anything {
            tx.wake(Topic::Tickets);
        }
        Ok(())
    }
}

/// Whose turn it is in each team and how much everybody has to do: read once, kept up to date in memory
/// while deeds give tickets to people, and written back with them.
#[derive(Default)]
pub struct Turns {
    last: HashMap<TeamId, UserId>,
    moved: HashMap<TeamId, TenantId>,
    loads: HashMap<(TenantId, UserId), i64>,
}

impl Turns {
    /// Reads what one tenant's ways of assigning need, and nothing if they need nothing. Comes before any ticket is
    /// locked: everybody locks tenant, teams and tickets in this order, so nobody waits in a circle.
    pub async fn read(&mut self, tx: &mut Tx, office: &Office) -> Result<(), StoreError> {
        let tenant = office.tenant.id;
        if office.assigns.in_turn {
            self.last.extend(store::teams::turns(tx, tenant).await?);
        }
        if office.assigns.by_load {
            for (user, load) in store::teams::loads(tx, tenant).await? {
                self.loads.insert((tenant, user), load);
            }
        }
        Ok(())
    }

    /// The next of `members` in turn after the last one.
    pub fn next(&mut self, tenant: TenantId, team: TeamId, members: &[UserId]) -> Option<UserId> {
        let after = self
            .last
            .get(&team)
            .and_then(|last| members.iter().position(|m| m == last));
        let chosen = match after {
            Some(position) => members.get(position + 1).or(members.first()),
            None => members.first(),
        }
        .copied()?;
        self.last.insert(team, chosen);
        self.moved.insert(team, tenant);
        Some(chosen)
    }

    /// Whoever of `members` has the fewest active tickets; the first of several.
    pub fn least_loaded(&self, tenant: TenantId, members: &[UserId]) -> Option<UserId> {
        members
            .iter()
            .min_by_key(|m| self.loads.get(&(tenant, **m)).copied().unwrap_or(0))
            .copied()
    }

    /// How many active tickets somebody has.
    pub fn load(&self, tenant: TenantId, user: UserId) -> i64 {
        self.loads.get(&(tenant, user)).copied().unwrap_or(0)
    }

    /// Somebody got a ticket, or lost one.
    pub fn note(&mut self, tenant: TenantId, from: Option<UserId>, to: Option<UserId>) {
        if let Some(user) = from {
            *self.loads.entry((tenant, user)).or_default() -= 1;
        }
        if let Some(user) = to {
            *self.loads.entry((tenant, user)).or_default() += 1;
        }
    }

    /// Writes back whose turn it was.
    pub async fn flush(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for (team, tenant) in &self.moved {
            if let Some(user) = self.last.get(team) {
                store::teams::set_last_assigned(tx, *tenant, *team, *user).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_team_takes_turns_and_starts_over() {
        let [tenant, team] = [1, 2].map(Uuid::from_u128);
        let members = [7, 8, 9].map(|n| UserId(Uuid::from_u128(n)));
        let mut turns = Turns::default();
        let order: Vec<_> = (0..4)
            .filter_map(|_| turns.next(TenantId(tenant), TeamId(team), &members))
            .collect();
        assert_eq!(order, [members[0], members[1], members[2], members[0]]);
        // Somebody left: the next in line goes on from the beginning.
        assert_eq!(
            turns.next(TenantId(tenant), TeamId(team), &members[1..]),
            Some(members[1])
        );
        assert_eq!(turns.next(TenantId(tenant), TeamId(team), &[]), None);
    }

    #[test]
    fn the_least_loaded_member_is_found_and_then_has_one_more() {
        let tenant = TenantId(Uuid::from_u128(1));
        let members = [7, 8].map(|n| UserId(Uuid::from_u128(n)));
        let mut turns = Turns::default();
        assert_eq!(turns.least_loaded(tenant, &members), Some(members[0]));
        turns.note(tenant, None, Some(members[0]));
        assert_eq!(turns.least_loaded(tenant, &members), Some(members[1]));
        turns.note(tenant, Some(members[0]), None);
        assert_eq!(turns.least_loaded(tenant, &members), Some(members[0]));
    }
}
