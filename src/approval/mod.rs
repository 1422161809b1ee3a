//! Determines who approved each version, and on what evidence, in one fold over the facts of history.
//!
//! The folders stand in the order in which an approval passes through them; none uses one below it, and all speak of a
//! [`verdict::ApprovalVerdict`]. `docs/architecture.md` tells the way in twelve steps.
//!
//! Pure. Start at [`judge`]. Follows `docs/spec/approval.md`, 1.4 to 1.8. Does not know what is in force today.

/// What history says, before anybody is asked who that is: messages, forges, signatures, keys.
pub mod sources {
    pub mod forge;
    pub mod keys;
    pub mod message;
    pub mod openpgp;
    pub mod signature;
    pub mod signers;
}

/// Who somebody is at a landing, and who made a version.
pub mod people {
    pub mod at_landing;
    pub mod authors;
    pub mod identity;
    pub(crate) mod listed;
    pub mod relation;
}

/// Who says that they approve or reject, and where.
pub mod evidence {
    pub mod approvals_branch;
    pub mod files;
    pub(crate) mod forge_merge;
    pub(crate) mod given;
    pub mod reviews;
    pub mod statement;
    pub mod statement_file;
}

/// What is demanded, which statements count for it, of how many people, and what is missing.
pub mod count {
    pub mod accepted;
    pub(crate) mod missing;
    pub mod people;
    pub mod requirement;
    pub(crate) mod weigh;
}

/// What can still be done: who, how, and in which words.
pub mod next {
    pub(crate) mod rules;
    pub mod steps;
    pub mod text;
    pub mod who;
}

/// The versions of one trail, oldest first.
pub mod fold {
    pub(crate) mod emergency;
    mod late_evidence;
    mod own_evidence;
    mod rerouted;
    pub(super) mod trail;
}

/// Which rules count.
pub mod governance {
    mod choice;
    pub mod counted;
    pub mod key_levels;
}

pub(crate) mod put_back;
pub mod verdict;

use crate::approval::evidence::files::{ApprovalFileOutcome, ApprovalFiles};
use crate::approval::fold::trail::{self, EvaluationContext, TrailKind};
use crate::approval::governance::counted::{self, CountedGovernance};
use crate::approval::people::at_landing::{
    GovernanceHistory, LandedSignature, Ruled, SignatureChecks,
};
use crate::approval::verdict::{ApprovalVerdict, Grace, JudgedTrails};
use crate::diag::sorting::StableSort as _;
use crate::history::version::TrailKey;
use crate::history::walked::History;
use crate::record::time::Instant;
use std::collections::BTreeMap;
use std::rc::Rc;

#[derive(Clone, Debug, Default)]
pub struct TrailVerdicts {
    /// One verdict for each version, in the order of the trail's versions.
    pub trails: JudgedTrails,
    /// The governance that counts, and the verdicts on each governance file, each by the governance before it (G2). The
    /// first policy has no judge, so its verdict names no policy commit.
    pub counted: CountedGovernance,
    /// The outcome for each file below `.approvals`, in landing order, then by path.
    pub files: Vec<ApprovalFileOutcome>,
    /// The signatures that were checked, in landing order: those of commits that land records or governance files, and
    /// of the branches and tags that they merge.
    pub signatures: Vec<LandedSignature>,
}

/// Judges every version of every record and governance file, oldest first, each by the governance before its landing.
pub fn judge(history: &History) -> TrailVerdicts {
    judge_counted(history, counted::count_governance(history))
}

/// Does the same with the governance that counts, if that is known.
pub fn judge_counted(history: &History, counted: CountedGovernance) -> TrailVerdicts {
    let mut approvals = judge_chosen(history, &counted, &|_| true);
    approvals.signatures.extend(counted.signatures.iter().cloned());
    // What the records' keys say of a signature comes first: those of the rules are the approved ones alone.
    approvals
        .signatures
        .order_by_key(|signature| (signature.landing, signature.of, signature.commit));
    approvals
        .signatures
        .dedup_by_key(|signature| (signature.landing, signature.of, signature.commit));
    approvals.counted = counted;
    approvals
}

pub(crate) fn judge_chosen(
    history: &History,
    counted: &CountedGovernance,
    is_chosen: &dyn Fn(&TrailKey) -> bool,
) -> TrailVerdicts {
    let ruled = counted.ruled(history);
    let mut approvals = judge_ruled(history, ruled, is_chosen, &BTreeMap::new());
    let relaxed = judge_relaxed(history, ruled, &approvals.trails);
    let mut taken_back = TakenBack::new();
    // Without one, a later version may no longer have the result of an older one, and be taken back itself.
    while note_taken_back(&mut taken_back, &relaxed, &approvals.trails) {
        let again = judge_ruled(history, ruled, &|key| taken_back.contains_key(key), &taken_back);
        approvals.trails.extend(again.trails);
    }
    note_denied_graces(&relaxed, &mut approvals.trails);
    for (key, verdicts) in &approvals.trails {
        let trail = history.trails.get(key).map(|trail| &trail.versions);
        for (version, verdict) in trail.into_iter().flatten().zip(verdicts) {
            let (n, commit) = (version.n, version.commit.oid);
            log::trace!("{key}, version {n} at {commit}: {}", verdict.result.as_str());
        }
    }
    approvals
}

/// The versions of records whose approval is taken back, each with the time from which it was approved.
type TakenBack = BTreeMap<TrailKey, BTreeMap<usize, Instant>>;

/// Judges the chosen records; `was_approved` names the versions whose approval later governance takes back.
pub(crate) fn judge_ruled(
    history: &History,
    ruled: Ruled<'_>,
    is_chosen: &dyn Fn(&TrailKey) -> bool,
    was_approved: &TakenBack,
) -> TrailVerdicts {
    let governance_history = GovernanceHistory::new(ruled);
    let signature_checks = SignatureChecks::new(history, &governance_history);
    let mut approval_files = ApprovalFiles::of(history, &governance_history, is_chosen);
    let context = EvaluationContext {
        history,
        governance_history: &governance_history,
        signature_checks: &signature_checks,
    };
    let mut judged = TrailVerdicts::default();
    for (key, trail) in history.trails.iter().filter(|(key, _)| is_chosen(key)) {
        let statements = approval_files.records.remove(key).unwrap_or_default();
        let was_approved = was_approved.get(key).cloned().unwrap_or_default();
        let verdicts =
            trail::judge(context, TrailKind::Record, trail, statements, was_approved).into_iter();
        judged.trails.insert(key.clone(), verdicts.map(ApprovalVerdict::kept).collect());
    }
    judged.files = approval_files.filed;
    judged.signatures = signature_checks.into_signatures();
    judged
}

/// Judges the records with versions that are not approved by rules that take nothing back, and demand no more than was approved.
fn judge_relaxed(
    history: &History,
    ruled: Ruled<'_>,
    verdicts: &JudgedTrails,
) -> Vec<JudgedTrails> {
    let is_open = |key: &TrailKey| {
        verdicts
            .get(key)
            .is_some_and(|verdicts| !verdicts.iter().all(|verdict| verdict.is_approved()))
    };
    let relaxed = ruled.relaxed().into_iter();
    relaxed.map(|ruled| judge_ruled(history, ruled, &is_open, &TakenBack::new()).trails).collect()
}

/// Notes the emergencies that have a grace by relaxed rules alone: whoever makes the rules stricter opens none for a later one.
fn note_denied_graces(relaxed: &[JudgedTrails], verdicts: &mut JudgedTrails) {
    for (key, then) in relaxed.iter().flatten() {
        let first = verdicts.get_mut(key).and_then(|verdicts| verdicts.first_mut());
        let then = then.first().map(|verdict| &verdict.grace);
        if let (Some(Grace::Within(period) | Grace::Rejected(period)), Some(first)) = (then, first)
            && first.grace == Grace::None
        {
            Rc::make_mut(first).grace = Grace::Denied(*period);
        }
    }
}

/// Notes the versions that are not approved, and are by relaxed rules: what only takes approvals back, or demands more of them,
/// gives nothing that these approvals took away. Returns whether there are more of them than before.
fn note_taken_back(
    taken_back: &mut TakenBack,
    relaxed: &[JudgedTrails],
    verdicts: &JudgedTrails,
) -> bool {
    let mut is_more = false;
    for (key, then) in relaxed.iter().flatten() {
        let both = then.iter().zip(verdicts.get(key).into_iter().flatten()).enumerate();
        for (index, (then, _)) in
            both.filter(|(_, (then, now))| then.had_effect().is_some() && !now.is_approved())
        {
            let known = taken_back.entry(key.clone()).or_default();
            is_more |= !known.contains_key(&index);
            let at = known.entry(index).or_insert(Instant::MIN);
            *at = (*at).max(then.had_effect().unwrap_or(Instant::MIN));
        }
    }
    is_more
}
