//! Randomness, as a thing that is passed in.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// A cryptographic random source. Cheap to clone; all clones draw from the same stream.
#[derive(Clone)]
pub struct Random(Arc<Mutex<Source>>);

struct Source {
    rng: StdRng,
    /// The last id that was drawn: the next one is greater, whatever the clock does.
    last: u128,
}

impl Source {
    fn new(rng: StdRng) -> Self {
        Self { rng, last: 0 }
    }
}

impl Random {
    /// Seeded by the operating system.
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(Source::new(rand::make_rng()))))
    }

    /// The same numbers in every run; for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Source::new(StdRng::seed_from_u64(
            seed,
        )))))
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// Fills `bytes`.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.source().rng.fill_bytes(bytes);
    }

    /// A UUIDv7 (RFC 9562): its first 48 bits are `now` in milliseconds, so that ids sort by time. Within one
    /// millisecond, or when the clock went back, ids still rise: what is drawn later sorts later.
    pub fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        let mut source = self.source();
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        let mut bytes = [0; 10];
        source.rng.fill_bytes(&mut bytes);
        let fresh = uuid::Builder::from_unix_timestamp_millis(millis, &bytes)
            .into_uuid()
            .as_u128();
        let id = if fresh >> 80 > source.last >> 80 {
            // A new millisecond begins low, which leaves room for all that may follow in it.
            fresh & !(0xFF << 54)
        } else {
            // The lowest 62 bits are random (RFC 9562, section 5.7); a step of up to 2^32 stays hard to guess.
            let step = u128::from(source.rng.next_u32()) + 1;
            source.last + step
        };
        source.last = id;
        Uuid::from_u128(id)
    }

    fn source(&self) -> std::sync::MutexGuard<'_, Source> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number in `0.0..1.0`, for jitter.
    pub fn fraction(&self) -> f64 {
        f64::from(u32::from_le_bytes(self.bytes())) / (f64::from(u32::MAX) + 1.0)
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_within_a_millisecond_and_when_the_clock_goes_back() {
        let random = Random::seeded(1);
        let now: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        let mut last = Uuid::nil();
        for step in 0..10_000 {
            let at =
                now + chrono::Duration::milliseconds(if step % 7 == 0 { -5 } else { step / 1000 });
            let id = random.uuid(at);
            assert!(id > last, "{id} after {last}");
            assert_eq!(
                (id.get_version_num(), id.get_variant()),
                (7, uuid::Variant::RFC4122)
            );
            last = id;
        }
    }
}
