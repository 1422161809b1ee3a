//! Which routine inputs are sampled for review: the same ones each time, chosen by their keys.
//!
//! Uses policy, `survey::triage`. Pure. Start at [`is_sampled`]. Follows `docs/spec/interop.md`, 6, baselines.

use sha2::{Digest, Sha256};

use crate::policy::closing::Baseline;
use crate::survey::event::TriageDecision;

/// Tells whether a routine input is sampled for review.
pub(super) fn is_sampled(key: &str, decision: &TriageDecision, baselines: &[Baseline]) -> bool {
    let places = decision.baselines.iter();
    let about = places.filter_map(|place| baselines.get(*place));
    let most = about.map(|baseline| baseline.sample).max().unwrap_or(0);
    most > 0 && hundredth(key) < most
}

/// Returns the SHA-256 of a key, as a number, modulo 100.
fn hundredth(key: &str) -> u32 {
    let digest = Sha256::digest(key.as_bytes());
    digest.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % 100)
}
