//! Decides which approvals count and whether they satisfy the policy.
//!
//! Uses policy, `approval`'s authors, evidence, demand and counting. Pure. Start at [`judge`]. Follows
//! `docs/spec/approval.md`, E6, E8, D4 to D8 and 1.8.

use crate::approval::case::CountedApproval;
use crate::approval::case::VersionEvidence;
use crate::approval::case::approver;
use crate::approval::case::is_met;
use crate::approval::counting::{self, WeighedApproval};
use crate::approval::evidence::{Claim, EvidenceSource, Vouched};
use crate::approval::identity::NamedPerson;
use crate::approval::identity::apart::SeparatedBy;
use crate::approval::identity::resolved::Identity;
use crate::approval::missing::{self, DemandContext};
use crate::approval::relation::Relation;
use crate::approval::signature::SignatureState;
use crate::approval::verdict::{
    Approver, FourEyes, MissingApproval, NotCounted, Statement, Vote, VoteCounts,
};
use crate::approval::voices;
use crate::policy::demand::{EvidenceKind, Proof, SelfApproval};
use std::collections::BTreeSet;

/// The result of evaluating the approvals and rejections of a version.
#[derive(Clone, Debug)]
pub(crate) struct FourEyesOutcome {
    /// Whether people meet the requirement.
    pub is_met: bool,
    pub result: FourEyes,
    /// The counted approvals, sorted by the approver's address.
    pub voices: Vec<CountedApproval>,
    pub statements: Vec<Statement>,
    pub missing: Vec<MissingApproval>,
    /// The flags to show with it.
    pub flags: BTreeSet<&'static str>,
}

impl FourEyesOutcome {
    pub(crate) fn approvers(&self) -> Vec<Approver> {
        let voices = self.voices.iter();
        voices.map(|voice| voice.approver.clone()).collect()
    }

    /// Tells whether the requirement is met and no rejection or bad signature prevents it.
    pub(crate) fn holds(&self) -> bool {
        let spoiled = matches!(self.result, FourEyes::InvalidSignature | FourEyes::Vetoed);
        self.is_met && !spoiled
    }
}

/// Evaluates the approvals and rejections of a version.
pub(crate) fn judge(case: VersionEvidence) -> FourEyesOutcome {
    let mut claims = with_author(case);
    voices::share_names(&mut claims);
    let mut heard: Vec<WeighedApproval> =
        claims.iter().map(|claim| counting::weigh(case, claim)).collect();
    counting::replace(&mut heard);
    choose_author(case, &mut heard);
    let counted = voices::count(case, &heard);
    for (index, unknown) in counted.left_out {
        if let Some(heard) = heard.get_mut(index) {
            heard.counts = VoteCounts::No(NotCounted::UnknownAccount(unknown));
        }
    }
    let (voices, flags) = (counted.voices, counted.flags);
    let statements: Vec<Statement> = heard
        .iter()
        .map(|heard| Statement {
            approver: approver(case, heard.claim),
            word: heard.claim.word,
            counts: heard.counts.clone(),
        })
        .collect();
    let asked = DemandContext { lens: case.lens, authors: case.authors, demand: case.demand };
    FourEyesOutcome {
        is_met: is_met(case.demand, &voices),
        missing: missing::missing_approvals(asked, &voices, &statements),
        result: result(case, &voices, &statements, only_authors(&heard)),
        voices,
        statements,
        flags,
    }
}

/// Returns the claims, plus that of the author of a one-parent landing if the policy lets authors approve and git names
/// nobody who landed it.
fn with_author<'a>(case: VersionEvidence<'a>) -> Vec<Claim<'a>> {
    let mut claims = case.evidence.claims.clone();
    let alone = case.evidence.landed_by.is_none() && case.landing.parents.len() < 2;
    if alone
        && case.self_approval == SelfApproval::Allow
        && let Some(author) = case.lens.actor(case.landing.author())
    {
        claims.push(Claim {
            who: NamedPerson::Someone(author.clone()),
            kind: EvidenceKind::Merge,
            word: Vote::Approves,
            level: Proof::Claimed,
            stated_by: Some(author),
            vouched: Vouched::ForItself,
            place: EvidenceSource::Landing,
            commit: case.landing.oid,
            at: case.at,
            said: case.at,
            lens: case.lens,
            bar: None,
            told_by: SeparatedBy::Address,
            reason: None,
            source: None,
            key: None,
            via: None,
        });
    }
    claims
}

/// If the policy lets authors approve, counts one member of the author set: the one who helps most (D8).
fn choose_author(case: VersionEvidence, heard: &mut [WeighedApproval]) {
    let is_member = |heard: &WeighedApproval| {
        heard.counts == VoteCounts::Yes
            && heard.claim.word == Vote::Approves
            && !heard.relation.is_different()
    };
    let mut members: Vec<Identity> = Vec::new();
    for party in heard.iter().filter(|it| is_member(it)) {
        let party = party.party.iter();
        for party in party {
            if !members.iter().any(|known| known.is(party)) {
                members.push(party.clone());
            }
        }
    }
    if members.len() < 2 {
        return;
    }
    let without = |chosen: &Identity, heard: &mut [WeighedApproval]| {
        for heard in heard.iter_mut().filter(|it| is_member(it)) {
            if !heard.party.as_ref().is_some_and(|party| party.is(chosen)) {
                heard.counts = VoteCounts::No(counting::as_author(&heard.relation));
            }
        }
    };
    let helps = |chosen: &&Identity| {
        let mut heard = heard.to_vec();
        without(chosen, &mut heard);
        is_met(case.demand, &voices::count(case, &heard).voices)
    };
    if let Some(chosen) = members.iter().find(helps).or(members.first()) {
        without(chosen, heard);
    }
}

/// Returns the four-eyes result: the first that applies.
fn result(
    case: VersionEvidence,
    voices: &[CountedApproval],
    statements: &[Statement],
    only_authors: bool,
) -> FourEyes {
    if matches!(case.evidence.seal, Some(SignatureState::Bad(_))) {
        return FourEyes::InvalidSignature;
    }
    if case.authors.doubt.is_some() || case.evidence.doubt.is_some() {
        return FourEyes::Indeterminate;
    }
    let vetoed = statements
        .iter()
        .any(|statement| statement.word == Vote::Vetoes && statement.counts == VoteCounts::Yes);
    if vetoed {
        return FourEyes::Vetoed;
    }
    let because = |wanted: fn(&NotCounted) -> bool| {
        let yes = |statement: &&Statement| statement.word == Vote::Approves;
        statements.iter().filter(yes).any(
            |statement| matches!(&statement.counts, VoteCounts::No(why_not) if wanted(why_not)),
        )
    };
    let attested: Vec<CountedApproval> =
        voices.iter().filter(|voice| voice.approver.level == Proof::Attested).cloned().collect();
    if voices.iter().any(|voice| !voice.approver.is_author) {
        let by_signature = attested.len() == voices.len() || is_met(case.demand, &attested);
        return if by_signature { FourEyes::Attested } else { FourEyes::Claimed };
    }
    if !voices.is_empty() {
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
fn only_authors(heard: &[WeighedApproval]) -> bool {
    let spoke = heard.iter().filter(|heard| {
        let said = heard.claim.word == Vote::Approves && heard.claim.kind != EvidenceKind::Review;
        let person = !matches!(
            heard.counts,
            VoteCounts::No(NotCounted::Bot | NotCounted::Forge | NotCounted::SuspiciousMerge)
        );
        said && person
    });
    let own: Vec<bool> = spoke
        .filter(|heard| heard.party.is_some())
        .map(|heard| heard.relation == Relation::Same)
        .collect();
    !own.is_empty() && own.iter().all(|own| *own)
}
