//! Decides which approvals count and whether they satisfy the policy.
//!
//! Uses policy, `approval`'s authors, evidence, demand and counting. Pure. Start at [`judge`]. Follows
//! `docs/spec/approval.md`, E6, E8, D4 to D8 and 1.8.

use crate::approval::case::{CountedApproval, VersionEvidence, approver, is_met};
use crate::approval::counting::WeighedApproval;
use crate::approval::evidence::{Claim, EvidenceSource};
use crate::approval::identity::Identity;
use crate::approval::relation::Relation;
use crate::approval::signature::SignatureState;
use crate::approval::verdict::{Approver, FourEyes, NotCounted, Statement, Vote, VoteCounts};
use crate::approval::{counted_approvals, counting};
use crate::policy::demand::{EvidenceKind, Proof, SelfApproval};
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub(crate) struct FourEyesOutcome {
    pub is_met: bool,
    pub result: FourEyes,
    /// The counted approvals, sorted by the approver's address.
    pub counted_approvals: Vec<CountedApproval>,
    pub statements: Vec<Statement>,
    pub flags: BTreeSet<&'static str>,
}

impl FourEyesOutcome {
    pub(crate) fn approvers(&self) -> Vec<Approver> {
        let counted_approvals = self.counted_approvals.iter();
        counted_approvals.map(|counted_approval| counted_approval.approver.clone()).collect()
    }

    pub(crate) fn holds(&self) -> bool {
        self.is_met && !self.is_spoiled()
    }

    pub(crate) fn is_spoiled(&self) -> bool {
        matches!(self.result, FourEyes::InvalidSignature | FourEyes::Vetoed)
    }
}

pub(crate) fn judge(case: VersionEvidence) -> FourEyesOutcome {
    let mut claims = with_author(case);
    counted_approvals::share_names(&mut claims);
    let mut weighed: Vec<WeighedApproval> =
        claims.iter().map(|claim| counting::weigh(case, claim)).collect();
    counting::replace(&mut weighed);
    choose_author(case, &mut weighed);
    let counted = counted_approvals::count(case, &weighed);
    for (index, unknown) in counted.left_out {
        if let Some(weighed) = weighed.get_mut(index) {
            weighed.counts = VoteCounts::No(NotCounted::UnknownAccount(unknown));
        }
    }
    let (counted_approvals, flags) = (counted.counted_approvals, counted.flags);
    let statements: Vec<Statement> = weighed
        .iter()
        .map(|weighed| Statement {
            approver: approver(case, weighed.claim),
            vote: weighed.claim.vote,
            counts: weighed.counts.clone(),
        })
        .collect();
    FourEyesOutcome {
        is_met: is_met(case.demand, &counted_approvals),
        result: result(case, &counted_approvals, &statements, only_authors(&weighed)),
        counted_approvals,
        statements,
        flags,
    }
}

/// Returns the claims, plus that of the author of a one-parent landing if the policy lets authors approve and git
/// names nobody who landed it.
fn with_author<'a>(case: VersionEvidence<'a>) -> Vec<Claim<'a>> {
    let mut claims = case.evidence.claims.clone();
    let alone = case.evidence.landed_by.is_none() && case.landing.parents.len() < 2;
    if alone
        && case.self_approval == SelfApproval::Allow
        && let Some(author) = case.resolver.actor(case.landing.author())
    {
        let (landing, place) = (case.landing.oid, EvidenceSource::Landing);
        claims.push(Claim::of_actor(case.resolver, case.at, author, place, landing));
    }
    claims
}

/// If the policy lets authors approve, counts one member of the author set: the one who helps most (D8).
fn choose_author(case: VersionEvidence, weighed: &mut [WeighedApproval]) {
    let is_member = |weighed: &WeighedApproval| {
        weighed.counts == VoteCounts::Yes
            && weighed.claim.vote == Vote::Approves
            && !weighed.relation.is_different()
    };
    let mut members: Vec<Identity> = Vec::new();
    for identity in weighed.iter().filter(|it| is_member(it)) {
        let identity = identity.identity.iter();
        for identity in identity {
            if !members.iter().any(|known| known.is(identity)) {
                members.push(identity.clone());
            }
        }
    }
    if members.len() < 2 {
        return;
    }
    let without = |chosen: &Identity, weighed: &mut [WeighedApproval]| {
        for weighed in weighed.iter_mut().filter(|it| is_member(it)) {
            if !weighed.identity.as_ref().is_some_and(|identity| identity.is(chosen)) {
                weighed.counts = VoteCounts::No(counting::as_author(&weighed.relation));
            }
        }
    };
    let helps = |chosen: &&Identity| {
        let mut weighed = weighed.to_vec();
        without(chosen, &mut weighed);
        is_met(case.demand, &counted_approvals::count(case, &weighed).counted_approvals)
    };
    if let Some(chosen) = members.iter().find(helps).or(members.first()) {
        without(chosen, weighed);
    }
}

fn result(
    case: VersionEvidence,
    counted_approvals: &[CountedApproval],
    statements: &[Statement],
    only_authors: bool,
) -> FourEyes {
    if matches!(case.evidence.signature, Some(SignatureState::Bad(_))) {
        return FourEyes::InvalidSignature;
    }
    if case.authors.doubt.is_some() || case.evidence.doubt.is_some() {
        return FourEyes::Indeterminate;
    }
    let vetoed = statements
        .iter()
        .any(|statement| statement.vote == Vote::Vetoes && statement.counts == VoteCounts::Yes);
    if vetoed {
        return FourEyes::Vetoed;
    }
    let because = |wanted: fn(&NotCounted) -> bool| {
        let yes = |statement: &&Statement| statement.vote == Vote::Approves;
        statements.iter().filter(yes).any(
            |statement| matches!(&statement.counts, VoteCounts::No(why_not) if wanted(why_not)),
        )
    };
    let attested: Vec<CountedApproval> = counted_approvals
        .iter()
        .filter(|counted_approval| counted_approval.approver.level == Proof::Attested)
        .cloned()
        .collect();
    if counted_approvals.iter().any(|counted_approval| !counted_approval.approver.is_author) {
        let by_signature =
            attested.len() == counted_approvals.len() || is_met(case.demand, &attested);
        return if by_signature { FourEyes::Attested } else { FourEyes::Claimed };
    }
    if !counted_approvals.is_empty() {
        return FourEyes::SelfApproved;
    }
    if because(|why_not| matches!(why_not, NotCounted::SelfAsserted)) {
        return FourEyes::Claimed;
    }
    if because(|why_not| {
        matches!(
            why_not,
            NotCounted::Unresolved
                | NotCounted::NoPerson
                | NotCounted::NotListed(_)
                | NotCounted::SameNameAsAuthor
                | NotCounted::UnknownAccount(_)
                | NotCounted::UnnamedForge(_)
        )
    }) {
        return FourEyes::Unresolved;
    }
    if only_authors { FourEyes::SelfApproved } else { FourEyes::NoneRecorded }
}

/// Tells whether only authors approved; a review on the forge is never an author's own.
fn only_authors(weighed: &[WeighedApproval]) -> bool {
    let spoke = weighed.iter().filter(|weighed| {
        let approves =
            weighed.claim.vote == Vote::Approves && weighed.claim.kind != EvidenceKind::Review;
        let person = !matches!(
            weighed.counts,
            VoteCounts::No(NotCounted::Bot | NotCounted::Forge | NotCounted::SuspiciousMerge)
        );
        approves && person
    });
    let own: Vec<bool> = spoke
        .filter(|weighed| weighed.identity.is_some())
        .map(|weighed| weighed.relation == Relation::Same)
        .collect();
    !own.is_empty() && own.iter().all(|own| *own)
}
