//! The only access to the current time and to randomness.
//!
//! Only `session` and `commands` use it, once per run, or once per question of `check --stdin`; time and randomness are
//! passed on as values.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::record::time;

/// Returns the current instant, to the second.
pub fn now() -> time::Instant {
    let seconds = chrono::Utc::now().timestamp();
    time::Instant::from_unix(seconds).unwrap_or(time::Instant::MAX)
}

/// Measures elapsed time, for log messages and for pauses; no verdict depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    pub fn start() -> Stopwatch {
        Stopwatch(std::time::Instant::now())
    }

    /// Returns how many milliseconds have passed.
    pub fn milliseconds(&self) -> u128 {
        self.0.elapsed().as_millis()
    }
}

/// Returns an unpredictable number, for the random part of an id.
///
/// The standard library seeds its hash maps with randomness from the system; using that seed avoids another dependency.
pub fn chance() -> u32 {
    let number = RandomState::new().build_hasher().finish();
    (number >> 32) as u32
}
