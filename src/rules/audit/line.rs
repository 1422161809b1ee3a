//! The audit of the mainline itself, of changes that its merges discarded, and of the uses of records.
//!
//! Uses history, status, `audit`. Pure. Start at [`Audit::line`]. Follows `docs/spec/approval.md`, M5 and M6.

use crate::diag::Finding;
use crate::history::thrown_off::ThrownOff;
use crate::history::version::Trail;
use crate::rules::audit::Audit;
use crate::rules::audit_cases::{MainlineCase, Mark, UsesCase};
use crate::rules::lint;
use crate::status;

impl<'a> Audit<'a> {
    /// Returns the findings about the mainline: about some of its landings, and about its earlier tips.
    pub fn line(&self, landings: &[usize], marks: &[Mark]) -> Vec<Finding> {
        let thrown_off = self.thrown_off(landings);
        let line = MainlineCase { history: self.history, landings, marks, thrown_off: &thrown_off };
        let context = self.context(self.governance, self.instant);
        lint::mainline(&line, &context)
    }

    /// Returns the changes that some landings discarded from the first-parent chain and nobody repaired.
    fn thrown_off(&self, landings: &[usize]) -> Vec<(&'a Trail, &'a ThrownOff)> {
        let mut found = Vec::new();
        let trails = self.history.trails.iter();
        for (key, trail) in trails.filter(|(_, trail)| !trail.thrown_off.is_empty()) {
            let verdicts = self.approvals.trails.get(key).map(Vec::as_slice);
            let open = status::thrown_off::open(status::state::RecordFacts {
                key,
                history: self.history,
                verdicts: verdicts.unwrap_or_default(),
                governance: self.governance,
            });
            let wanted = open.into_iter().filter(|it| landings.contains(&it.landing));
            found.extend(wanted.map(|it| (trail, it)));
        }
        found
    }

    /// Returns the findings about the uses of a record.
    pub fn used(&self, used: &UsesCase<'_>) -> Vec<Finding> {
        let context = self.context(self.governance, self.instant);
        lint::uses(used, &context)
    }
}
