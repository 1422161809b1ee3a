//! The records that a filter selects.
//!
//! Uses survey's filters. Start at [`Snapshot::selection`]. Follows `docs/spec/cli.md`, list.

use crate::record::reference::ControlRef;
use crate::session::snapshot::Snapshot;
use crate::status::state::RecordState;
use crate::survey::select::{Filter, Sameness, Selection};
use crate::survey::slips;

impl Snapshot<'_> {
    /// Tells whether a filter selects a record. The record need not be one of [`Snapshot::records`].
    pub fn selection(&self, filter: &Filter, record: &RecordState) -> Selection {
        let control = |control: &ControlRef, wanted: &str| self.same(control, wanted);
        let same = Sameness { control: &control, governance: self.governance() };
        filter.selects(record, same, self.stamp().instant)
    }

    /// Returns the records that a filter selects, by id.
    pub fn selected(&self, filter: &Filter) -> Vec<&RecordState> {
        let is_selected = |it: &&RecordState| self.selection(filter, it) == Selection::Yes;
        self.records().iter().filter(is_selected).collect()
    }

    /// Returns a sentence for each name in a filter that no record states but that resembles one that some record states.
    pub fn filter_hints(&self, filter: &Filter) -> Vec<String> {
        let control = |control: &ControlRef, wanted: &str| self.same(control, wanted);
        let same = Sameness { control: &control, governance: self.governance() };
        slips::hints(filter, self.records().iter(), same)
    }
}
