//! A snapshot that is kept between questions, apart from the repository that it borrows.
//!
//! Start at [`DetachedSnapshot`]. Used by `features::live`, whose ledger outlives each question.

use std::rc::Rc;
use std::sync::Arc;

use crate::approval::TrailVerdicts;
use crate::history::paths::LedgerPrefix;
use crate::history::refs::ApprovedRef;
use crate::history::walked::History;
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::session::facts::ExternalFacts;
use crate::session::notice::Notice;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::lives::Passed;
use crate::session::snapshot::proposals::Proposed;
use crate::status::stamp::Stamp;
use crate::status::state::RecordState;
use crate::store::git::Repository;

pub(crate) struct DetachedSnapshot {
    stamp: Stamp,
    governance: Rc<Governance>,
    record_states: Vec<RecordState>,
    history: History,
    prefix: LedgerPrefix,
    chosen: ApprovedRef,
    approvals: TrailVerdicts,
    passed: Passed,
    proposals: Option<Proposed>,
    notices: Vec<Notice>,
    now: Instant,
    is_past: bool,
    facts: Arc<ExternalFacts>,
    is_automated: bool,
}

impl Snapshot<'_> {
    pub(crate) fn detach(self) -> DetachedSnapshot {
        DetachedSnapshot {
            stamp: self.stamp,
            governance: self.governance,
            record_states: self.record_states,
            history: self.history,
            prefix: self.prefix,
            chosen: self.chosen,
            approvals: self.approvals,
            passed: self.passed,
            proposals: self.proposals,
            notices: self.notices,
            now: self.now,
            is_past: self.is_past,
            facts: self.facts,
            is_automated: self.is_automated,
        }
    }
}

impl DetachedSnapshot {
    /// Returns the snapshot again; the repository is the one that it was read from.
    pub(crate) fn attach(self, repository: &Repository) -> Snapshot<'_> {
        Snapshot {
            stamp: self.stamp,
            governance: self.governance,
            record_states: self.record_states,
            repository,
            history: self.history,
            prefix: self.prefix,
            chosen: self.chosen,
            approvals: self.approvals,
            passed: self.passed,
            proposals: self.proposals,
            notices: self.notices,
            now: self.now,
            is_past: self.is_past,
            facts: self.facts,
            is_automated: self.is_automated,
        }
    }
}
