//! When to try again, as a table (O5).

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::outbox::Claimed;

/// How long a row is tried before it has failed.
const LIFETIME: TimeDelta = TimeDelta::hours(48);
/// The longest rest of a server that refuses us.
const LONGEST_REST: TimeDelta = TimeDelta::minutes(15);
/// After how long an uncertain row is tried once more.
pub(super) const CAREFULLY: TimeDelta = TimeDelta::minutes(10);
/// How long a mailbox rests whose address the server does not let us use: somebody has to change something.
pub(super) const SENDER_REST: TimeDelta = TimeDelta::minutes(15);

/// When a row is tried again after a temporary failure: 1 m, 5 m, 15 m, 1 h, then every 4 h, each up to 20 % earlier
/// or later by `fraction` (0.0..1.0, random). `None` once it is 48 hours old.
pub(super) fn next_attempt(
    row: &Claimed,
    now: DateTime<Utc>,
    fraction: f64,
) -> Option<DateTime<Utc>> {
    if now - row.created_at >= LIFETIME {
        return None;
    }
    let minutes: i64 = match row.attempts {
        ..=0 => 1,
        1 => 5,
        2 => 15,
        3 => 60,
        _ => 240,
    };
    let milliseconds = TimeDelta::minutes(minutes).num_milliseconds();
    // Per mille, so that whole numbers do.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "between 800 and 1200 by construction"
    )]
    let share = (800.0 + fraction.clamp(0.0, 1.0) * 400.0) as i64;
    Some(now + TimeDelta::milliseconds(milliseconds * share / 1000))
}

/// How long a server rests that refused us `failures` times in a row before: 1 m, 2 m, 4 m, 8 m, then 15 m.
pub(super) fn rest(failures: u32) -> TimeDelta {
    TimeDelta::minutes(1 << failures.min(4)).min(LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, row};
    use super::*;

    #[test]
    fn waits_grow_to_four_hours_and_end_after_two_days() {
        let mut row = row();
        let now = row.created_at;
        let minutes = |row: &Claimed, fraction| {
            next_attempt(row, now, fraction).map(|next| (next - now).num_seconds())
        };
        for (attempts, wait) in [
            (0, 60),
            (1, 300),
            (2, 900),
            (3, 3600),
            (4, 14_400),
            (11, 14_400),
        ] {
            row.attempts = attempts;
            assert_eq!(minutes(&row, 0.5), Some(wait));
            assert_eq!(minutes(&row, 0.0), Some(wait * 8 / 10));
            assert_eq!(minutes(&row, 1.0), Some(wait * 12 / 10));
        }
        row.created_at = at("2026-11-21T12:00:00Z");
        assert_eq!(next_attempt(&row, at("2026-11-23T12:00:00Z"), 0.5), None);
    }

    #[test]
    fn a_server_rests_longer_each_time_and_never_longer_than_a_quarter_of_an_hour() {
        let rests: Vec<i64> = (0..7).map(|n| rest(n).num_minutes()).collect();
        assert_eq!(rests, [1, 2, 4, 8, 15, 15, 15]);
    }
}
