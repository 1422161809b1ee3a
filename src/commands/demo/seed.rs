//! The seed of the key that signs the demo's approval.
//!
//! Start at [`of`]. Follows `docs/decisions/0024-a-key-for-the-sample.md`.

use sha2::{Digest, Sha256};

use crate::commands::context::Ctx;
use crate::commands::demo::build::KeySeed;
use exledger::clock;
use exledger::record::time::Instant;

/// Returns a seed from chance; with `--on` one from that day, so that runs can be repeated.
pub(super) fn of(ctx: &Ctx, start: Instant) -> KeySeed {
    if ctx.globals.on.is_some() {
        return KeySeed::Day(Sha256::digest(format!("exledger demo {start}")).into());
    }
    let mut seed = [0; 32];
    for piece in seed.chunks_exact_mut(4) {
        piece.copy_from_slice(&clock::chance().to_le_bytes());
    }
    KeySeed::Chance(seed)
}
