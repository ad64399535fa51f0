//! How much of each account is in hand: little of a slow one, so that whoever comes next is not kept waiting; much of
//! a fast one, so that it never waits for us; one row of one that refused us, to see whether it works again.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::schedule;
use crate::domain::ids::AccountId;

/// A delivery within this time makes an account a fast one.
const FAST: Duration = Duration::from_millis(300);

/// How many rows of an account are claimed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// It refused us lately.
    Probing,
    /// It takes its time, or nobody knows.
    Slow,
    /// It answers at once.
    Fast,
}

impl Pace {
    /// The most rows claimed at once.
    pub const fn share(self) -> usize {
        match self {
            Self::Probing => 1,
            Self::Slow => 4,
            Self::Fast => 256,
        }
    }
}

/// One account's part of what is in hand.
#[derive(Debug)]
struct Lane {
    pace: Pace,
    in_hand: usize,
    /// Refusals in a row.
    refusals: u32,
    resting_until: Option<DateTime<Utc>>,
    /// It has not delivered anything since this process started: a rest of an earlier one may still be noted.
    unproven: bool,
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            pace: Pace::Slow,
            in_hand: 0,
            refusals: 0,
            resting_until: None,
            unproven: true,
        }
    }
}

/// All of them. Rows without an account have a lane of their own.
#[derive(Debug, Default)]
pub(super) struct Lanes(HashMap<Option<AccountId>, Lane>);

impl Lanes {
    /// A row was claimed.
    pub fn take(&mut self, account: Option<AccountId>) {
        self.0.entry(account).or_default().in_hand += 1;
    }

    /// A row was finished. True if its account has room again.
    pub fn give_back(&mut self, account: Option<AccountId>) -> bool {
        let lane = self.0.entry(account).or_default();
        lane.in_hand = lane.in_hand.saturating_sub(1);
        !lane.is_busy()
    }

    /// True if some account may be given more.
    pub fn have_room(&self) -> bool {
        self.0.values().any(|lane| !lane.is_busy())
    }

    /// The server took a message, so fast. True if it was resting before.
    pub fn delivered(&mut self, account: Option<AccountId>, took: Duration) -> bool {
        let lane = self.0.entry(account).or_default();
        let was_resting = lane.resting_until.is_some() || lane.unproven;
        lane.pace = if took < FAST { Pace::Fast } else { Pace::Slow };
        (lane.refusals, lane.resting_until, lane.unproven) = (0, None, false);
        was_resting
    }

    /// How long the server is to rest that refuses us. Several refusals at once are one.
    pub fn refused(&mut self, account: Option<AccountId>, now: DateTime<Utc>) -> TimeDelta {
        let lane = self.0.entry(account).or_default();
        lane.pace = Pace::Probing;
        if let Some(until) = lane.resting_until.filter(|until| *until > now) {
            return until - now;
        }
        let rest = schedule::rest(lane.refusals);
        lane.refusals += 1;
        lane.resting_until = Some(now + rest);
        rest
    }

    /// The settings changed: what was known of servers says nothing any more.
    pub fn forget(&mut self) {
        for lane in self.0.values_mut() {
            *lane = Lane {
                in_hand: lane.in_hand,
                ..Lane::default()
            };
        }
    }

    /// The accounts at `pace` that have room.
    pub fn ready(&self, pace: Pace) -> Vec<AccountId> {
        self.known()
            .filter(|(_, lane)| lane.pace == pace && !lane.is_busy())
            .map(|(id, _)| id)
            .collect()
    }

    /// The accounts that are no slow ones, or have no room.
    pub fn apart(&self) -> Vec<AccountId> {
        self.known()
            .filter(|(_, lane)| lane.pace != Pace::Slow || lane.is_busy())
            .map(|(id, _)| id)
            .collect()
    }

    fn known(&self) -> impl Iterator<Item = (AccountId, &Lane)> {
        self.0.iter().filter_map(|(id, lane)| Some(((*id)?, lane)))
    }
}

impl Lane {
    /// Half empty is time to claim more: enough is left to be worked on meanwhile.
    fn is_busy(&self) -> bool {
        self.in_hand > self.pace.share() / 2
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::tests::at;
    use super::*;

    const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));
    const QUICK: Duration = Duration::from_millis(20);

    #[test]
    fn an_account_shows_what_it_can_do_before_it_gets_more() {
        let mut lanes = Lanes::default();
        (0..4).for_each(|_| lanes.take(Some(ACCOUNT)));
        assert!(lanes.ready(Pace::Slow).is_empty());
        lanes.delivered(Some(ACCOUNT), QUICK);
        assert_eq!(lanes.ready(Pace::Fast), [ACCOUNT]);
        lanes.delivered(Some(ACCOUNT), Duration::from_secs(5));
        assert!(!lanes.give_back(Some(ACCOUNT)));
        assert!(lanes.give_back(Some(ACCOUNT)));
        assert_eq!(lanes.ready(Pace::Slow), [ACCOUNT]);
    }

    #[test]
    fn refusals_at_the_same_time_are_one_and_a_delivery_ends_them() {
        let mut lanes = Lanes::default();
        let now = at("2026-11-23T12:00:00Z");
        assert_eq!(lanes.refused(Some(ACCOUNT), now), TimeDelta::minutes(1));
        assert_eq!(lanes.refused(Some(ACCOUNT), now), TimeDelta::minutes(1));
        let later = at("2026-11-23T12:01:01Z");
        assert_eq!(lanes.refused(Some(ACCOUNT), later), TimeDelta::minutes(2));
        assert_eq!(lanes.ready(Pace::Probing), [ACCOUNT]);
        assert!(lanes.delivered(Some(ACCOUNT), QUICK));
        assert!(!lanes.delivered(Some(ACCOUNT), QUICK));
        assert_eq!(lanes.refused(Some(ACCOUNT), later), TimeDelta::minutes(1));
    }
}
