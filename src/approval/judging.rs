//! Computes the verdicts on all records, given the evaluated governance.
//!
//! Uses history, `approval`'s governance, signatures, files and fold. Pure. Start at [`by`], which returns [`TrailVerdicts`].

use crate::approval::approval_files::ApprovalFiles;
use crate::approval::counted::CountedGovernance;
use crate::approval::file_outcome::ApprovalFileOutcome;
use crate::approval::fold::{self, EvaluationContext, TrailKind};
use crate::approval::governance_history::{GovernanceHistory, Ruled};
use crate::approval::signature_checks::{LandedSignature, SignatureChecks};
use crate::approval::verdict::ApprovalVerdict;
use crate::history::version::TrailKey;
use crate::history::walked::History;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The verdicts on every version of every trail.
#[derive(Clone, Debug, Default)]
pub struct TrailVerdicts {
    /// One verdict for each version, in the order of the trail's versions.
    pub trails: BTreeMap<TrailKey, Vec<Rc<ApprovalVerdict>>>,
    /// The governance that counts, and the verdicts on each governance file: each needs one person and no
    /// groups, and is judged by the governance before it (G2). The first policy has no judge, so its
    /// verdict names no policy commit.
    pub counted: CountedGovernance,
    /// The outcome for each file below `.approvals`, in landing order, then by path.
    pub files: Vec<ApprovalFileOutcome>,
    /// The signatures that were checked, in landing order: those of commits that land records or governance files, and
    /// of the branches and tags that they merge.
    pub signatures: Vec<LandedSignature>,
}

/// Returns the governance by which records are judged.
pub(crate) fn ruled<'a>(history: &'a History, counted: &'a CountedGovernance) -> Ruled<'a> {
    Ruled {
        counted: &counted.states,
        approved: &counted.approved,
        landed: &history.states,
        later: &counted.later,
        in_force: &counted.states,
    }
}

/// Judges every version of every record, given the evaluated governance.
pub fn by(history: &History, counted: CountedGovernance) -> TrailVerdicts {
    let mut approvals = TrailVerdicts::default();
    {
        let governance_history = GovernanceHistory::new(ruled(history, &counted));
        let signature_checks = SignatureChecks::new(history, &governance_history);
        let mut approval_files = ApprovalFiles::of(history, &governance_history, &|_| true);
        let context = EvaluationContext {
            history,
            governance_history: &governance_history,
            signature_checks: &signature_checks,
        };
        for (key, trail) in &history.trails {
            let statements = approval_files.records.remove(key).unwrap_or_default();
            let verdicts = fold::trail(context, TrailKind::Record, trail, statements);
            for (version, verdict) in trail.versions.iter().zip(&verdicts) {
                let (n, commit) = (version.n, version.commit.oid);
                log::trace!("{key}, version {n} at {commit}: {}", verdict.result.as_str());
            }
            let verdicts = verdicts.into_iter().map(ApprovalVerdict::kept).collect();
            approvals.trails.insert(key.clone(), verdicts);
        }
        approvals.files = approval_files.filed;
        approvals.signatures = signature_checks.into_signatures();
    }
    approvals.signatures.extend(counted.signatures.iter().cloned());
    // What the records' keys say of a signature comes first: those of the rules are the approved ones alone.
    approvals.signatures.sort_by_key(|it| (it.landing, it.of, it.commit));
    approvals.signatures.dedup_by_key(|it| (it.landing, it.of, it.commit));
    approvals.counted = counted;
    approvals
}
