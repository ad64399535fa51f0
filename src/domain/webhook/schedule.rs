//! When a call is tried again, and when a webhook is given up.

use chrono::{DateTime, TimeDelta, Utc};

/// The waits before each further attempt: soon at first, then over three days in all.
const WAITS: [TimeDelta; 11] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(8),
    TimeDelta::hours(10),
    TimeDelta::hours(10),
    TimeDelta::hours(12),
    TimeDelta::hours(12),
    TimeDelta::hours(14),
];
/// A webhook that has failed for so long without one success is switched off.
const PATIENCE: TimeDelta = TimeDelta::days(5);

/// How one call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken: any status of 200 to 299.
    Taken,
    /// Not now: the status, or none without an answer; and how long the program asks us to wait.
    Later {
        /// The status, if there was one.
        status: Option<u16>,
        /// What `Retry-After` says.
        wait: Option<TimeDelta>,
    },
    /// 410: it does not want to hear of anything any more.
    Gone,
    /// It may not be called, or its secret cannot be had: not before somebody changes something.
    Refused,
}

impl Outcome {
    /// What becomes of a status.
    pub const fn of(status: u16, wait: Option<TimeDelta>) -> Self {
        match status {
            200..=299 => Self::Taken,
            410 => Self::Gone,
            _ => Self::Later {
                status: Some(status),
                wait,
            },
        }
    }
}

/// When a call is tried again that failed `attempts` times before this one; `None`: never. `fraction` (0.0 to 1.0) spreads
/// calls by a fifth. What the program asks for counts where it is longer, up to the longest wait of the table.
pub fn next_attempt(
    attempts: i64,
    outcome: Outcome,
    now: DateTime<Utc>,
    fraction: f64,
) -> Option<DateTime<Utc>> {
    let Outcome::Later { wait: asked, .. } = outcome else {
        return None;
    };
    let wait = *WAITS.get(usize::try_from(attempts.max(0)).ok()?)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "between 0 and 200 by construction"
    )]
    let more = (fraction.clamp(0.0, 1.0) * 200.0) as i64;
    let spread = wait + TimeDelta::milliseconds(wait.num_milliseconds() * more / 1000);
    let asked = asked.unwrap_or_default().min(TimeDelta::hours(12));
    Some(now + spread.max(asked))
}

/// What a webhook's calls so far mean for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It works.
    Works,
    /// It fails since then.
    FailingSince(DateTime<Utc>),
    /// It is switched off, and its owners are told why.
    GivenUp(&'static str),
}

/// How a webhook stands after a call.
pub fn standing(
    failing_since: Option<DateTime<Utc>>,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> Standing {
    match outcome {
        Outcome::Taken => Standing::Works,
        Outcome::Gone => {
            Standing::GivenUp("it answered 410 Gone: it does not want to be called any more")
        }
        Outcome::Later { .. } | Outcome::Refused => match failing_since {
            Some(since) if now - since >= PATIENCE => {
                Standing::GivenUp("it took no call for five days")
            }
            Some(since) => Standing::FailingSince(since),
            None => Standing::FailingSince(now),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    const LATER: Outcome = Outcome::Later {
        status: Some(500),
        wait: None,
    };

    #[test]
    fn a_call_is_tried_over_three_days_and_then_no_more() {
        let waits: Vec<i64> = (0..WAITS.len())
            .map(|n| next_attempt(i64::try_from(n).unwrap(), LATER, now(), 0.0).unwrap())
            .map(|at| (at - now()).num_seconds())
            .collect();
        assert_eq!(waits[..4], [5, 300, 1800, 7200]);
        let whole: i64 = waits.iter().sum();
        assert!((72 * 3600..96 * 3600).contains(&whole), "{whole}");
        assert_eq!(next_attempt(11, LATER, now(), 0.0), None);
        assert_eq!(next_attempt(0, Outcome::Gone, now(), 0.0), None);
        let spread = next_attempt(1, LATER, now(), 1.0).unwrap();
        assert_eq!((spread - now()).num_seconds(), 360);
    }

    #[test]
    fn the_program_may_ask_for_a_longer_wait_but_not_for_days() {
        let asks = |seconds| Outcome::Later {
            status: Some(429),
            wait: Some(TimeDelta::seconds(seconds)),
        };
        let after =
            |seconds| (next_attempt(0, asks(seconds), now(), 0.0).unwrap() - now()).num_seconds();
        assert_eq!((after(1), after(60), after(1_000_000)), (5, 60, 12 * 3600));
    }

    #[test]
    fn what_an_answer_means() {
        for (status, taken) in [
            (200, true),
            (204, true),
            (299, true),
            (301, false),
            (400, false),
            (500, false),
        ] {
            assert_eq!(
                Outcome::of(status, None) == Outcome::Taken,
                taken,
                "{status}"
            );
        }
        assert_eq!(Outcome::of(410, None), Outcome::Gone);
    }

    #[test]
    fn a_webhook_is_given_up_after_five_days_without_one_success() {
        let days = |n| now() + TimeDelta::days(n);
        assert_eq!(standing(None, LATER, now()), Standing::FailingSince(now()));
        assert_eq!(
            standing(Some(now()), LATER, days(4)),
            Standing::FailingSince(now())
        );
        assert!(matches!(
            standing(Some(now()), LATER, days(5)),
            Standing::GivenUp(_)
        ));
        assert_eq!(
            standing(Some(now()), Outcome::Taken, days(5)),
            Standing::Works
        );
        assert!(matches!(
            standing(None, Outcome::Gone, now()),
            Standing::GivenUp(_)
        ));
    }
}
