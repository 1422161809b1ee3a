//! The present time and chance, read here and nowhere else.
//!
//! Uses record. Only `commands` uses it, once a run, or for each question where a gate stays open: both travel on as values.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::record::time;

/// Returns the present instant, to the second.
pub fn now() -> time::Instant {
    let seconds = chrono::Utc::now().timestamp();
    time::Instant::from_unix(seconds).unwrap_or(time::Instant::MAX)
}

/// Time that passes, for messages about how long something took; no answer depends on it.
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

/// Returns a number that nobody can foresee, for the random part of an id.
///
/// The standard library seeds its hash maps from the system's source of randomness; that seed is all that is
/// needed here, and no crate more.
pub fn chance() -> u32 {
    let number = RandomState::new().build_hasher().finish();
    (number >> 32) as u32
}
