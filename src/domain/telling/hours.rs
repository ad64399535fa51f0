//! When somebody is not to be disturbed, and when their digest is due: by their own clock, which jumps twice a year.

use chrono::{DateTime, Days, Duration, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::event::Pace;

/// Hours of every day in which a telephone is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// From when, by the person's own clock.
    pub from: NaiveTime,
    /// Until when; earlier than `from` is the next day.
    pub to: NaiveTime,
}

impl Quiet {
    /// The end of the quiet hours that `now` lies in; none outside of them, and none where both ends are the same.
    pub fn until(self, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let local = now.with_timezone(&zone).naive_local();
        let time = local.time();
        let inside = if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            time >= self.from || time < self.to
        };
        if !inside {
            return None;
        }
        let today = local.date();
        let day = if time < self.to {
            today
        } else {
            today + Days::new(1)
        };
        // Where the clock goes back, the end comes twice; whoever is inside after the first waits for the second.
        let ends = moments(day.and_time(self.to), zone);
        ends.into_iter().find(|end| *end > now)
    }
}

/// When the next digest after `now` goes out: at the next full hour, or at `at` by the person's own clock.
pub fn next_digest(pace: Pace, at: NaiveTime, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    match pace {
        Pace::AtOnce => now,
        Pace::Hourly => {
            let local = now.with_timezone(&zone);
            let into = i64::from(local.minute()) * 60 + i64::from(local.second());
            let begun = now
                - Duration::seconds(into)
                - Duration::nanoseconds(i64::from(local.nanosecond()));
            begun + Duration::hours(1)
        }
        Pace::Daily => {
            let today = now.with_timezone(&zone).date_naive();
            (0..3)
                .flat_map(|days| {
                    moments((today + Days::new(days)).and_time(at), zone)
                        .into_iter()
                        .take(1)
                })
                .find(|moment| *moment > now)
                .unwrap_or(now + Duration::days(1))
        }
    }
}

/// The moments at which a clock shows this: one, two where it goes back, and where it goes forward over it the first moment
/// after the gap.
fn moments(local: NaiveDateTime, zone: Tz) -> Vec<DateTime<Utc>> {
    let shown = |at: NaiveDateTime| match zone.from_local_datetime(&at) {
        chrono::LocalResult::Single(one) => vec![one.to_utc()],
        chrono::LocalResult::Ambiguous(first, second) => vec![first.to_utc(), second.to_utc()],
        chrono::LocalResult::None => Vec::new(),
    };
    // No zone has ever skipped more than a day.
    (0..=96)
        .map(|quarter| shown(local + Duration::minutes(15 * quarter)))
        .find(|moments| !moments.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: Tz = chrono_tz::Europe::Berlin;

    fn time(text: &str) -> NaiveTime {
        text.parse().unwrap()
    }

    #[test]
    fn quiet_hours_end_by_the_persons_own_clock() {
        for (from, to, now, until) in [
            // A night across midnight, in winter: Berlin is an hour ahead.
            ("22:00:00", "07:00:00", "2026-01-10T20:59:59Z", None),
            (
                "22:00:00",
                "07:00:00",
                "2026-01-10T21:00:00Z",
                Some("2026-01-11T06:00:00Z"),
            ),
            (
                "22:00:00",
                "07:00:00",
                "2026-01-10T23:30:00Z",
                Some("2026-01-11T06:00:00Z"),
            ),
            (
                "22:00:00",
                "07:00:00",
                "2026-01-11T05:59:59Z",
                Some("2026-01-11T06:00:00Z"),
            ),
            ("22:00:00", "07:00:00", "2026-01-11T06:00:00Z", None),
            // Within a day.
            (
                "12:00:00",
                "13:00:00",
                "2026-01-10T11:30:00Z",
                Some("2026-01-10T12:00:00Z"),
            ),
            ("12:00:00", "13:00:00", "2026-01-10T12:00:00Z", None),
            // Both ends the same: never quiet.
            ("07:00:00", "07:00:00", "2026-01-10T06:00:00Z", None),
            // The night in which the clock goes forward is an hour shorter.
            (
                "22:00:00",
                "07:00:00",
                "2026-03-28T22:00:00Z",
                Some("2026-03-29T05:00:00Z"),
            ),
            // An end that the clock skips: the first moment after the gap.
            (
                "22:00:00",
                "02:30:00",
                "2026-03-28T23:00:00Z",
                Some("2026-03-29T01:00:00Z"),
            ),
            // The night in which it goes back is an hour longer.
            (
                "22:00:00",
                "07:00:00",
                "2026-10-24T21:00:00Z",
                Some("2026-10-25T06:00:00Z"),
            ),
            // An end that comes twice: before the first one, and again before the second.
            (
                "22:00:00",
                "02:30:00",
                "2026-10-24T23:00:00Z",
                Some("2026-10-25T00:30:00Z"),
            ),
            (
                "22:00:00",
                "02:30:00",
                "2026-10-25T01:10:00Z",
                Some("2026-10-25T01:30:00Z"),
            ),
        ] {
            let quiet = Quiet {
                from: time(from),
                to: time(to),
            };
            let expected = until.map(|text: &str| text.parse::<DateTime<Utc>>().unwrap());
            assert_eq!(
                quiet.until(now.parse().unwrap(), BERLIN),
                expected,
                "{from} to {to} at {now}"
            );
        }
    }

    #[test]
    fn a_digest_is_due_at_the_full_hour_or_at_the_time_of_day() {
        let kolkata = chrono_tz::Asia::Kolkata;
        for (pace, zone, now, due) in [
            (
                Pace::Hourly,
                BERLIN,
                "2026-01-10T08:10:05Z",
                "2026-01-10T09:00:00Z",
            ),
            (
                Pace::Hourly,
                BERLIN,
                "2026-01-10T08:00:00Z",
                "2026-01-10T09:00:00Z",
            ),
            (
                Pace::Hourly,
                kolkata,
                "2026-01-10T08:10:00Z",
                "2026-01-10T08:30:00Z",
            ),
            (
                Pace::Daily,
                BERLIN,
                "2026-01-10T06:59:00Z",
                "2026-01-10T07:00:00Z",
            ),
            (
                Pace::Daily,
                BERLIN,
                "2026-01-10T07:00:00Z",
                "2026-01-11T07:00:00Z",
            ),
            (
                Pace::Daily,
                BERLIN,
                "2026-03-28T12:00:00Z",
                "2026-03-29T06:00:00Z",
            ),
            (
                Pace::AtOnce,
                BERLIN,
                "2026-01-10T07:00:00Z",
                "2026-01-10T07:00:00Z",
            ),
        ] {
            let due: DateTime<Utc> = due.parse().unwrap();
            assert_eq!(
                next_digest(pace, time("08:00:00"), now.parse().unwrap(), zone),
                due,
                "{now}"
            );
        }
    }
}
