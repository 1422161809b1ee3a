//! The audit of the mainline itself, of changes that its merges discarded, and of the uses of records.
//!
//! Uses history, status, `audit`. Pure. Start at [`Audit::line`]. Follows `docs/spec/approval.md`, M5 and M6.

use crate::diag::Finding;
use crate::history::change;
use crate::history::thrown_off::ThrownOff;
use crate::history::version::{Trail, VersionChange};
use crate::rules::audit::Audit;
use crate::rules::audit_cases::{MainlineCase, Mark, UsesCase};
use crate::rules::lint;
use crate::rules::receipts_case::ReceiptsCase;
use crate::rules::renewals::{self, Renewals, RenewedRecord};
use crate::status;
use std::collections::BTreeMap;

impl<'a> Audit<'a> {
    /// Returns the findings about the mainline: about some of its landings, and about its earlier tips.
    pub fn line(&self, landings: &[usize], marks: &[Mark]) -> Vec<Finding> {
        let thrown_off = self.thrown_off(landings);
        let line = MainlineCase { history: self.history, landings, marks, thrown_off: &thrown_off };
        let context = self.context(self.governance, self.instant);
        let mut findings = lint::mainline(&line, &context);
        findings.extend(self.renewals(landings));
        findings
    }

    /// Returns the findings about landings that renewed many records, by the governance at each landing.
    ///
    /// The indexes of the landings are sorted.
    fn renewals(&self, landings: &[usize]) -> Vec<Finding> {
        let mut renewed: BTreeMap<usize, Vec<RenewedRecord>> = BTreeMap::new();
        for trail in self.history.trails.values() {
            for version in &trail.versions {
                let amends =
                    matches!(version.change, VersionChange::Amended | VersionChange::AmendedMoved);
                if !amends || landings.binary_search(&version.landing).is_err() {
                    continue;
                }
                let before = change::last_record(trail, version);
                let both = before.zip(version.record.record());
                if !both.is_some_and(|(before, after)| renewals::is_renewed(before, after)) {
                    continue;
                }
                let record = RenewedRecord {
                    id: trail.key.to_string(),
                    path: version.files.first().map_or_else(String::new, |it| it.path.to_string()),
                    pos: None,
                };
                renewed.entry(version.landing).or_default().push(record);
            }
        }
        let renewed = renewed.into_iter().filter_map(|(landing, mut renewed)| {
            renewed.sort();
            let oid = self.history.mainline.landings.get(landing)?.oid.short();
            let governance = self.approvals.counted.states.at(landing);
            let context = self.context(&governance.governance, self.instant);
            let renewals = Renewals { landing: Some(format!("commit {oid}")), renewed };
            Some(lint::renewals(&renewals, &context))
        });
        renewed.flatten().collect()
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

    /// Returns the findings about a file of receipts.
    pub fn receipts(&self, file: &ReceiptsCase<'_>) -> Vec<Finding> {
        let context = self.context(self.governance, self.instant);
        lint::receipts(file, &context)
    }
}
