//! How much work some bytes may make: time in proportion to their number (A32, A33).

use std::time::{Duration, Instant};

/// What any bytes may cost, however few they are, and what each of them may cost beyond that. Instrumented code is
/// several times as slow as what is shipped.
const BASE: Duration = Duration::from_millis(200);
const EACH: Duration = Duration::from_micros(5);

/// Runs `work` and asserts that it took no longer than so many bytes may.
pub fn bounded<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    let began = cpu();
    let done = work();
    let (took, may) = (cpu().saturating_sub(began), BASE + EACH * u32::try_from(bytes).unwrap_or(u32::MAX));
    assert!(took <= may, "{bytes} bytes took {took:?}, more than {may:?}");
    done
}

/// Asserts that eight times as many bytes cost about eight times as much, and not the square of it.
pub fn grows_with_size(bytes: usize, work: impl Fn(usize)) {
    let cost = |bytes| {
        let began = cpu();
        work(bytes);
        cpu().saturating_sub(began)
    };
    let tries: [(Duration, Duration); 3] = std::array::from_fn(|_| (cost(bytes), cost(8 * bytes)));
    let fine = |(small, large): &(Duration, Duration)| *large <= 24 * *small + Duration::from_millis(40);
    assert!(tries.iter().any(fine), "{bytes} bytes and eight times as many took {tries:?}");
}

/// Processor time of this thread, which other programs do not make longer; or else the time of the clock.
fn cpu() -> Duration {
    static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let spent = stat.split(' ').next().and_then(|spent| spent.parse().ok());
    spent
        .filter(|&spent| spent > 0)
        .map_or_else(|| BEGAN.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}
