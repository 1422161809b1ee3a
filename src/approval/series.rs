//! What the versions of one trail so far leave behind for the next.
//!
//! Uses record's times, `approval`'s authors. Pure. Start at [`TrailProgress`]. Follows `docs/spec/approval.md`, A5, D3, V7b and M7.

use crate::approval::authors::AuthorSet;
use crate::record::time::Instant;

/// What the versions so far leave behind for the next.
#[derive(Clone, Debug)]
pub(crate) struct TrailProgress {
    /// The last version that stands as approved, by its index.
    pub approved: Option<usize>,
    /// The oldest version of a clone that ends there: for demands it counts as approved.
    pub inherited: Option<usize>,
    pub filer: AuthorSet,
    /// The author set of the last approved version; that of the first while there is none.
    pub reference: AuthorSet,
    /// Who made what landed since without being approved.
    pub waiting: AuthorSet,
    /// Whether a closure or a fired entry landed since the last approved version: its content does not come back with
    /// its approval then.
    pub is_interrupted: bool,
    /// What was said before this instant supports nothing that lands from here on: the last removal, closure, fired
    /// entry or newly approved version.
    pub bar: Instant,
}

impl Default for TrailProgress {
    fn default() -> TrailProgress {
        TrailProgress::since(Instant::MIN)
    }
}

impl TrailProgress {
    /// Begins a series; what was said before an instant does not support it.
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

    /// Takes note of what ends the support of what was said before.
    pub(crate) fn end_support(&mut self, at: Instant) {
        self.bar = self.bar.max(at);
    }
}
