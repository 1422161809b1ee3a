//! Earlier records count as renewals of the record that refiles them, in every answer about it.
//!
//! Pure. Start at [`count`]. Follows `docs/spec/policy.md`, repetition: the answers count what the limits count.

use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::status::state::RecordState;
use crate::survey::refiling::{self, Peer, PeerIndex};
use std::collections::HashMap;

/// Adds the earlier records that each record refiles to its renewals.
///
/// `peers` are all landed records; `landed` returns when a record landed, or when it was proposed if it did not.
pub fn count(
    record_states: &mut [RecordState],
    peers: &[Peer],
    landed: &dyn Fn(&RecordState) -> Option<Instant>,
    governance: &Governance,
    instant: Instant,
) {
    let index = PeerIndex::new(peers.iter().map(|peer| (peer, ())), governance);
    let landed_peers: HashMap<&str, &Peer> =
        peers.iter().map(|peer| (peer.id.as_str(), peer)).collect();
    let window = governance.policy.recurrence.window;
    for record_state in record_states {
        let shown = record_state.effective.as_deref().or(record_state.stated.as_deref());
        let peer = shown.and_then(|record| {
            let id = record.id.as_str();
            let from_text = || Peer::from_record(id, record, landed(record_state));
            landed_peers.get(id).map(|peer| Peer::clone(peer)).or_else(from_text)
        });
        let Some(peer) = peer else {
            continue;
        };
        let before = index.before(&peer, instant, window);
        if before.is_empty() {
            continue;
        }
        let renewals = &mut record_state.renewals;
        let n_before = u32::try_from(before.len()).unwrap_or(u32::MAX);
        renewals.count = renewals.count.saturating_add(n_before);
        let days = refiling::days(&before);
        renewals.total_days = renewals.total_days.map(|total| total.saturating_add(days));
        renewals.refiled = before.iter().map(|peer| peer.id.clone()).collect();
        record_state.note_renewals_left(instant);
    }
}
