//! Computes the verdicts on all records, given the evaluated governance.
//!
//! Uses history, `approval`'s governance, signatures, files and fold. Pure. Start at [`by`].

use crate::approval::approval_files::files::ApprovalFiles;
use crate::approval::approvals::TrailVerdicts;
use crate::approval::counted::CountedGovernance;
use crate::approval::fold::{self, EvaluationContext, TrailKind};
use crate::approval::governance_history::{GovernanceHistory, Ruled};
use crate::approval::signature_checks::SignatureChecks;
use crate::approval::verdict::ApprovalVerdict;
use crate::history::walked::History;

/// Judges every version of every record, given the evaluated governance.
pub fn by(history: &History, counted: CountedGovernance) -> TrailVerdicts {
    let mut approvals = TrailVerdicts::default();
    {
        let laws = GovernanceHistory::new(Ruled {
            counted: &counted.states,
            approved: &counted.approved,
            landed: &history.states,
            later: &counted.later,
        });
        let seals = SignatureChecks::new(history, &laws);
        let mut said = ApprovalFiles::of(history, &laws, &|_| true);
        let court = EvaluationContext { history, laws: &laws, seals: &seals };
        for (key, trail) in &history.trails {
            let words = said.records.remove(key).unwrap_or_default();
            let verdicts = fold::trail(court, TrailKind::Record, trail, words);
            for (version, verdict) in trail.versions.iter().zip(&verdicts) {
                let (n, commit) = (version.n, version.commit.oid);
                log::trace!("{key}, version {n} at {commit}: {}", verdict.result.as_str());
            }
            let verdicts = verdicts.into_iter().map(ApprovalVerdict::kept).collect();
            approvals.trails.insert(key.clone(), verdicts);
        }
        approvals.files = said.filed;
        approvals.signatures = seals.looked();
    }
    approvals.signatures.extend(counted.signatures.iter().cloned());
    approvals.signatures.sort_by_key(|it| (it.landing, it.of, it.commit));
    approvals.signatures.dedup();
    approvals.counted = counted;
    approvals
}
