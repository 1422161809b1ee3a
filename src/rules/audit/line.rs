//! The audit of the mainline itself, of changes that its merges discarded, and of the uses of records.
//!
//! Pure. Start at [`Audit::line`]. Follows `docs/spec/approval.md`, M5 and M6.

use crate::approval::verdict::{Satisfied, Vote, VoteCounts};
use crate::diag::Finding;
use crate::diag::sorting::StableSort as _;
use crate::history::change;
use crate::history::off_line::{Loss, Lost};
use crate::history::version::VersionChange;
use crate::rules::audit::Audit;
use crate::rules::audit_cases::{
    LostChange, LostTip, MainlineCase, Mark, RemovedApprovals, UsesCase,
};
use crate::rules::lint;
use crate::rules::receipts_case::ReceiptsCase;
use crate::rules::renewals::{self, Renewals, RenewedRecord};
use std::collections::BTreeMap;

impl<'a> Audit<'a> {
    /// Returns the findings about the mainline: about some of its landings, and about its earlier tips.
    pub fn line(
        &self,
        landings: &[usize],
        marks: &[Mark],
        lost_tips: &[LostTip],
        removed: &[RemovedApprovals],
    ) -> Vec<Finding> {
        let taken_away = self.taken_away(landings);
        let line = MainlineCase {
            history: self.history,
            landings,
            marks,
            lost_tips,
            taken_away: &taken_away,
            removed,
        };
        let context = self.context(self.governance, self.instant);
        let mut findings = lint::mainline(&line, &context);
        findings.extend(self.renewals(landings));
        findings
    }

    /// Returns the findings about landings that renewed many records; the indexes in `landings` are sorted.
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
            renewed.order_by(Ord::cmp);
            let oid = self.history.mainline.landings.get(landing)?.oid.short();
            let governance = self.approvals.counted.states.at(landing);
            let context = self.context(&governance.governance, self.instant);
            let renewals = Renewals { landing: Some(format!("commit {oid}")), renewed };
            Some(lint::renewals(&renewals, &context))
        });
        renewed.flatten().collect()
    }

    fn taken_away(&self, landings: &[usize]) -> Vec<LostChange<'a>> {
        let records = self.history.trails.iter().map(|(key, trail)| {
            let verdicts = self.approvals.trails.get(key).into_iter().flatten();
            let is_approved = verdicts.map(|verdict| verdict.is_approved());
            (trail, is_approved.collect::<Vec<_>>())
        });
        let counted = &self.approvals.counted;
        let rules = self.history.governance.iter().map(|(path, trail)| {
            let versions = 0..trail.versions.len();
            (trail, versions.map(|n| counted.is_approved(path, n)).collect())
        });
        let mut found = Vec::new();
        for (trail, is_approved) in records.chain(rules) {
            let anew = |n: usize| is_approved.iter().skip(n + 1).any(|approved| *approved);
            found.extend(trail.versions.iter().enumerate().filter_map(|(n, version)| {
                let taken = version.taken_away().filter(|taken| !taken.is_held)?;
                Some(LostChange {
                    trail,
                    commit: version.commit.oid,
                    loss: taken.loss,
                    by: taken.by,
                    is_approved_anew: anew(n),
                })
            }));
        }
        found.extend(self.lost_rejections());
        found.retain(|lost| match lost.by {
            Lost::Merge(landing, _) => landings.contains(&landing),
            Lost::Tip(_) => true,
        });
        found
    }

    fn lost_rejections(&self) -> Vec<LostChange<'a>> {
        let off_line = self.history.approvals.iter().filter(|change| change.is_off_line);
        let lost = off_line.filter_map(|change| {
            let (key, trail) = self.history.trails.get_key_value(&change.record())?;
            let verdicts = self.approvals.trails.get(key)?;
            let mut statements = verdicts.iter().flat_map(|verdict| &verdict.statements);
            let counts = statements.any(|statement| {
                statement.vote == Vote::Vetoes
                    && statement.counts == VoteCounts::Yes
                    && statement.source.as_deref() == Some(&*change.path)
            });
            let merge = self.history.mainline.landings.get(change.landing)?.oid;
            let last = verdicts.last()?;
            counts.then(|| LostChange {
                trail,
                commit: change.commit.oid,
                loss: Loss::Rejection,
                by: Lost::Merge(change.landing, merge),
                is_approved_anew: last.satisfied == Satisfied::Yes,
            })
        });
        lost.collect()
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
