//! State passed from the versions of one trail so far to the next.
//!
//! Uses record's times, `approval`'s authors. Pure. Start at [`TrailProgress`]. Follows `docs/spec/approval.md`, A5, D3, V7b and M7.

use crate::approval::authors::AuthorSet;
use crate::record::time::Instant;

#[derive(Clone, Debug)]
pub(crate) struct TrailProgress {
    pub approved: Option<usize>,
    /// The index of the oldest version in a shallow clone: it counts as approved when requirements are computed.
    pub inherited: Option<usize>,
    pub filer: AuthorSet,
    /// The author set of the last approved version, or of the first version if none is approved.
    pub reference: AuthorSet,
    /// The authors of unapproved changes that have landed since.
    pub waiting: AuthorSet,
    /// Whether a closure or a fired entry landed since the last approved version; restoring its content then
    /// does not restore its approval.
    pub is_interrupted: bool,
    /// Approvals older than this instant count for nothing that lands from here on: the last removal, closure, fired
    /// entry or newly approved version.
    pub bar: Instant,
}

impl Default for TrailProgress {
    fn default() -> TrailProgress {
        TrailProgress::since(Instant::MIN)
    }
}

impl TrailProgress {
    pub(crate) fn since(bar: Instant) -> TrailProgress {
        TrailProgress {
            approved: None,
            inherited: None,
            filer: AuthorSet::default(),
            reference: AuthorSet::default(),
            waiting: AuthorSet::default(),
            is_interrupted: false,
            bar,
        }
    }

    pub(crate) fn end_support(&mut self, at: Instant) {
        self.bar = self.bar.max(at);
    }
}
