//! How long to wait before connecting again.

use std::time::Duration;

/// The longest wait for a host that was reachable before: it will be back, and mail is waiting.
const KNOWN: Duration = Duration::from_mins(1);
/// The longest wait for a host that never answered: most likely the settings are wrong.
const UNKNOWN: Duration = Duration::from_mins(5);

/// Counts failures in a row. Goes on for ever: there is no last attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backoff {
    /// Failures since the last success.
    failures: u32,
    /// Whether there ever was a success.
    reached: bool,
}

impl Backoff {
    /// For an account that worked before this process started.
    pub fn known() -> Self {
        Self {
            failures: 0,
            reached: true,
        }
    }

    /// The server was reached and answered.
    pub fn succeeded(&mut self) {
        *self = Self::known();
    }

    /// It failed once more: how long to wait now. One second, doubling, up to the longest wait;
    /// `fraction` (0.0..1.0, random) takes up to half of it away, so that a hundred accounts on one
    /// server do not come back in the same instant.
    pub fn failed(&mut self, fraction: f64) -> Duration {
        let longest = if self.reached { KNOWN } else { UNKNOWN };
        let wait = Duration::from_secs(1 << self.failures.min(10)).min(longest);
        self.failures = self.failures.saturating_add(1);
        wait.mul_f64(1.0 - fraction.clamp(0.0, 1.0) / 2.0)
    }

    /// How often it failed since it last worked.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(backoff: &mut Backoff, fraction: f64) -> Vec<u64> {
        (0..12)
            .map(|_| backoff.failed(fraction).as_secs())
            .collect()
    }

    #[test]
    fn a_known_host_is_tried_every_minute_for_ever() {
        let waits = waits(&mut Backoff::known(), 0.0);
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
    }

    #[test]
    fn a_host_that_never_answered_is_tried_every_five_minutes() {
        let waits = waits(&mut Backoff::default(), 0.0);
        assert_eq!(waits[6..], [64, 128, 256, 300, 300, 300]);
    }

    #[test]
    fn chance_takes_at_most_half() {
        let waits = waits(&mut Backoff::known(), 0.999_999);
        assert_eq!(waits[11], 30);
    }

    #[test]
    fn success_starts_anew() {
        let mut backoff = Backoff::default();
        waits(&mut backoff, 0.0);
        backoff.succeeded();
        assert_eq!(backoff.failures(), 0);
        assert_eq!(backoff.failed(0.0), Duration::from_secs(1));
    }
}
