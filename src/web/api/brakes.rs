//! How often a token may call.

use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::domain::ids::TokenId;

/// Counts the calls of each token. Only tokens that exist are counted, so there are never many. Measured by the
/// monotonic clock: a jump of the wall clock neither frees nor blocks anybody.
pub struct Brakes {
    limiter: DefaultKeyedRateLimiter<TokenId>,
    clock: DefaultClock,
}

impl Brakes {
    /// At most so many calls a minute, all of them at once if need be.
    pub fn new(per_minute: NonZeroU32) -> Self {
        Self {
            limiter: RateLimiter::keyed(Quota::per_minute(per_minute)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a call.
    ///
    /// # Errors
    /// The whole seconds to wait, at least 1, when it is one too many.
    pub fn count(&self, token: TokenId) -> Result<(), u64> {
        self.limiter.check_key(&token).map_err(|refused| {
            let wait = refused.wait_time_from(self.clock.now());
            wait.as_secs() + 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_has_its_own_minute() {
        let brakes = Brakes::new(NonZeroU32::new(2).unwrap());
        let [one, other] = [1, 2].map(|n| TokenId(uuid::Uuid::from_u128(n)));
        assert_eq!(brakes.count(one), Ok(()));
        assert_eq!(brakes.count(one), Ok(()));
        let wait = brakes.count(one).unwrap_err();
        assert!((1..=60).contains(&wait), "{wait}");
        assert_eq!(brakes.count(other), Ok(()));
    }
}
