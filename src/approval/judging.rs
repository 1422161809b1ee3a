//! Computes the verdicts on all records, given the evaluated governance.
//!
//! Uses history, `approval`'s governance, signatures, files and fold. Pure. Start at [`by`], which returns [`TrailVerdicts`].

use crate::approval::approval_files::{ApprovalFileOutcome, ApprovalFiles};
use crate::approval::counted::CountedGovernance;
use crate::approval::fold::{self, EvaluationContext, TrailKind};
use crate::approval::governance_history::{
    GovernanceHistory, LandedSignature, Ruled, SignatureChecks,
};
use crate::approval::verdict::{ApprovalVerdict, Grace};
use crate::diag::sorting::StableSort as _;
use crate::history::governance::GovernanceOrigin;
use crate::history::objects::Obstacle;
use crate::history::version::TrailKey;
use crate::history::walked::History;
use crate::record::time::Instant;
use std::collections::BTreeMap;
use std::rc::Rc;

#[derive(Clone, Debug, Default)]
pub struct TrailVerdicts {
    /// One verdict for each version, in the order of the trail's versions.
    pub trails: BTreeMap<TrailKey, Vec<Rc<ApprovalVerdict>>>,
    /// The governance that counts, and the verdicts on each governance file, each by the governance before it (G2). The
    /// first policy has no judge, so its verdict names no policy commit.
    pub counted: CountedGovernance,
    /// The outcome for each file below `.approvals`, in landing order, then by path.
    pub files: Vec<ApprovalFileOutcome>,
    /// The signatures that were checked, in landing order: those of commits that land records or governance files, and
    /// of the branches and tags that they merge.
    pub signatures: Vec<LandedSignature>,
}

pub(crate) fn ruled<'a>(history: &'a History, counted: &'a CountedGovernance) -> Ruled<'a> {
    Ruled {
        counted: &counted.states,
        approved: &counted.approved,
        landed: &history.states,
        later: &counted.later,
        proven: Some(&counted.proven),
        hidden: match &counted.states.at(usize::MAX).origin {
            GovernanceOrigin::Unknown(obstacle @ Obstacle::Missing { .. }) => Some(obstacle),
            _ => None,
        },
        in_force: &counted.states,
    }
}

pub fn by(history: &History, counted: CountedGovernance) -> TrailVerdicts {
    let mut approvals = of_chosen(history, &counted, &|_| true);
    approvals.signatures.extend(counted.signatures.iter().cloned());
    // What the records' keys say of a signature comes first: those of the rules are the approved ones alone.
    approvals.signatures.order_by_key(|it| (it.landing, it.of, it.commit));
    approvals.signatures.dedup_by_key(|it| (it.landing, it.of, it.commit));
    approvals.counted = counted;
    approvals
}

/// Returns the verdicts on the chosen records alone.
pub(crate) fn of_chosen(
    history: &History,
    counted: &CountedGovernance,
    is_chosen: &dyn Fn(&TrailKey) -> bool,
) -> TrailVerdicts {
    let ruled = ruled(history, counted);
    let mut approvals = judge(history, ruled, is_chosen, &BTreeMap::new());
    let relaxed = judge_relaxed(history, ruled, &approvals.trails);
    let mut taken_back = TakenBack::new();
    // Without one, a later version may no longer have the result of an older one, and be taken back itself.
    while note_taken_back(&mut taken_back, &relaxed, &approvals.trails) {
        let again = judge(history, ruled, &|key| taken_back.contains_key(key), &taken_back);
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
pub(crate) fn judge(
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
            fold::trail(context, TrailKind::Record, trail, statements, was_approved).into_iter();
        judged.trails.insert(key.clone(), verdicts.map(ApprovalVerdict::kept).collect());
    }
    judged.files = approval_files.filed;
    judged.signatures = signature_checks.into_signatures();
    judged
}

/// Returns since when a version was approved, also if a rejection has taken that back; `None` if it never was.
fn had_effect(verdict: &ApprovalVerdict) -> Option<Instant> {
    verdict.approved_since().or(verdict.was_approved)
}

type JudgedTrails = BTreeMap<TrailKey, Vec<Rc<ApprovalVerdict>>>;

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
    relaxed.map(|ruled| judge(history, ruled, &is_open, &TakenBack::new()).trails).collect()
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
            both.filter(|(_, (then, now))| had_effect(then).is_some() && !now.is_approved())
        {
            let known = taken_back.entry(key.clone()).or_default();
            is_more |= !known.contains_key(&index);
            let at = known.entry(index).or_insert(Instant::MIN);
            *at = (*at).max(had_effect(then).unwrap_or(Instant::MIN));
        }
    }
    is_more
}
