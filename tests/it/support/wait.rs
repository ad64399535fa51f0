//! Waiting for a condition, with a bound. No test sleeps for a fixed time and hopes.

use std::time::{Duration, Instant};

/// How long a test waits for something that should happen within a second or two on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks `look` again and again until it finds something, and gives that back.
///
/// Fails the test with `what` once [`PATIENCE`] is over.
pub async fn wait_for<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            start.elapsed() < PATIENCE,
            "waited {PATIENCE:?} in vain for {what}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
