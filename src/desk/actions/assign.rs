//! Who gets a ticket.

use super::{Doing, possible};
use crate::desk::hand::Hand;
use crate::domain::ids::{TeamId, UserId};
use crate::domain::person::Membership;
use crate::domain::rules::Assignee;

/// How one of several people is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Each in turn.
    Turn,
    /// Whoever has the fewest active tickets.
    Load,
    /// Whoever has the most room left, by their own capacity.
    Room,
}

impl Doing<'_, '_> {
    /// Whom a rule means.
    pub(super) fn assignee(&mut self, whom: &Assignee) -> Result<Option<UserId>, String> {
        let (name, how) = match whom {
            Assignee::Nobody => return Ok(None),
            Assignee::Person(address) => {
                return possible::assignee(self.hand.office, address, self.hand.now).map(Some);
            }
            Assignee::RoundRobin(team) => (team, Choice::Turn),
            Assignee::LeastLoaded(team) => (team, Choice::Load),
            Assignee::Available(team) => (team, Choice::Room),
        };
        let team = possible::team(self.hand.office, name)?.id;
        let picked = pick(self.hand, team, how).map(Some);
        picked.ok_or_else(|| possible::nobody_has_room(name))
    }
}

/// The member of a team who gets the next ticket: somebody who works, is not away, and has room.
pub fn pick(hand: &mut Hand<'_>, team: TeamId, how: Choice) -> Option<UserId> {
    let office = hand.office;
    let tenant = office.tenant.id;
    let load = |m: &Membership| hand.turns.load(tenant, m.user.id);
    let free: Vec<&Membership> = office
        .team(team)?
        .members
        .iter()
        .filter_map(|id| office.person(*id))
        .filter(|m| m.works() && !m.is_away(hand.now) && m.room(load(m)) != Some(0))
        .collect();
    let ids: Vec<UserId> = free.iter().map(|m| m.user.id).collect();
    match how {
        Choice::Turn => hand.turns.next(tenant, team, &ids),
        Choice::Load => hand.turns.least_loaded(tenant, &ids),
        Choice::Room => {
            // Whoever sets no limit takes on as much as the one with the highest.
            let highest = free.iter().filter_map(|m| m.presence.capacity).max();
            let usual = i64::from(highest.unwrap_or(0));
            let room = |m: &&Membership| m.room(load(m)).unwrap_or_else(|| usual - load(m));
            let most = free.iter().map(&room).max()?;
            let found = free.iter().find(|m| room(m) == most);
            found.map(|m| m.user.id)
        }
    }
}
