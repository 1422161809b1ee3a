//! The approvals of a whole ledger, by record.
//!
//! Uses history, approval's verdicts. Pure. Start at [`TrailVerdicts`].

use crate::approval::counted::CountedGovernance;
use crate::approval::file_outcome::ApprovalFileOutcome;
use crate::approval::signature_checks::LandedSignature;
use crate::approval::verdict::ApprovalVerdict;
use crate::history::version::TrailKey;
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
