//! Shortens a failing sequence.
//!
//! Start at [`shortest`].

use super::Sequence;

/// Leaves out steps as long as the rest still fails.
pub(super) fn shortest(sequence: &Sequence, is_wrong: &dyn Fn(&Sequence) -> bool) -> Sequence {
    let mut best = sequence.clone();
    let mut width = (best.steps.len() / 2).max(1);
    loop {
        let before = best.steps.len();
        let mut at = 0;
        while at < best.steps.len() {
            let mut shorter = best.clone();
            let end = (at + width).min(shorter.steps.len());
            shorter.steps.drain(at..end);
            if is_wrong(&shorter) {
                best = shorter;
            } else {
                at += width;
            }
        }
        if best.steps.len() == before {
            if width == 1 {
                return best;
            }
            width = (width / 2).max(1);
        }
    }
}
