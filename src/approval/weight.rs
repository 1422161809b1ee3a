//! Whether one word counts, and which word of a person holds.
//!
//! Uses policy, `approval`'s evidence, identity and demand. Pure. Start at [`weigh`], then [`replace`]. Follows
//! `docs/spec/approval.md`, E1 to E7, 1.7, D5 and D8.

use crate::approval::evidence::{Claim, Place, Vouched};
use crate::approval::four_eyes::{Case, MergeActor};
use crate::approval::identity::{Named, Party, is_nobody};
use crate::approval::{Counts, SelfAsserted, WhyNot, Word};
use crate::policy::demand::{EvidenceKind, Forge, Proof, SelfApproval, Switch};

/// A word, whose it is, and whether it counts.
#[derive(Clone)]
pub(crate) struct Heard<'c, 'a> {
    /// The word.
    pub claim: &'c Claim<'a>,
    /// Whose it is; `None` where it names nobody who is known.
    pub party: Option<Party>,
    /// Whether it counts.
    pub counts: Counts,
}

/// Tells whether a word counts, and whose it is.
pub(crate) fn weigh<'c, 'a>(case: Case, claim: &'c Claim<'a>) -> Heard<'c, 'a> {
    let (party, why_not) = match &claim.who {
        Named::Someone(party) if is_nobody(party) => (None, Some(WhyNot::NoPerson)),
        Named::Someone(party) => (Some(party.clone()), why_not(case, claim, party)),
        Named::Unresolved(_) => (None, Some(WhyNot::Unresolved)),
        Named::Nobody(_) => (None, Some(WhyNot::NoPerson)),
    };
    Heard {
        claim,
        party,
        counts: why_not.map_or(Counts::Yes, Counts::No),
    }
}

fn why_not(case: Case, claim: &Claim, party: &Party) -> Option<WhyNot> {
    let machine = claim.lens.is_machine(party).then_some(WhyNot::Bot);
    if claim.word != Word::Approves {
        let author = case.authors.holds(party).then_some(WhyNot::Author);
        return machine.or(author).or_else(|| claim.bar.clone());
    }
    let approval = &case.lens.at.policy.approval;
    let own_act = claim.kind == EvidenceKind::Merge && claim.place == Place::Landing;
    let by_permission =
        (own_act || claim.level == Proof::Attested) && case.self_approval == SelfApproval::Allow;
    let suspicious = own_act && case.merge == MergeActor::Suspicious;
    let nested = approval.nested == Switch::Allow || approval.forge == Forge::Kernel;
    let accepted = approval.accept.contains(&claim.kind)
        || claim.kind == EvidenceKind::Note && approval.heeds_notes();
    let owner = !approval.owner_may_approve
        && case
            .demand
            .owners
            .iter()
            .any(|owner| case.lens.of_person(owner).is(party));
    let claimed = claim.level == Proof::Claimed;
    let tests: [(bool, WhyNot); 7] = [
        (case.authors.holds(party) && !by_permission, WhyNot::Author),
        (suspicious, WhyNot::SuspiciousMerge),
        (owner, WhyNot::Owner),
        (!accepted, WhyNot::Kind),
        (
            case.demand.terms.proof == Proof::Attested && claimed,
            WhyNot::Proof,
        ),
        (
            claim.place == Place::Nested && claimed && !nested,
            WhyNot::Nested,
        ),
        (case.authors.holds_namesake(party), WhyNot::SameNameAsAuthor),
    ];
    let held = |(holds, why_not): (bool, WhyNot)| holds.then_some(why_not);
    let self_asserted = || {
        let denied = approval.self_asserted == Switch::Deny;
        (denied && self_asserted(case, claim) == SelfAsserted::Yes).then_some(WhyNot::SelfAsserted)
    };
    machine
        .or_else(|| claim.bar.clone())
        .or_else(|| tests.into_iter().find_map(held))
        .or_else(self_asserted)
}

/// Tells who vouches for a claim: a member of the author set, somebody else, or the forge that composed the text.
pub(crate) fn self_asserted(case: Case, claim: &Claim) -> SelfAsserted {
    match claim.vouched {
        Vouched::ForItself => SelfAsserted::No,
        Vouched::ByForge => SelfAsserted::ForgeUi,
        Vouched::ByStater => {
            let by_author = claim.stated_by.as_ref().is_none_or(|stater| {
                case.authors.holds(stater) || case.authors.holds_namesake(stater)
            });
            match by_author {
                true => SelfAsserted::Yes,
                false => SelfAsserted::No,
            }
        }
    }
}

/// Lets a person's later word replace the earlier (E6).
///
/// A signed no is taken back by a signed yes alone: anybody could type the rest. Of two at one time, the no holds.
pub(crate) fn replace(heard: &mut [Heard]) {
    let is_word = |heard: &Heard| match (heard.claim.word, &heard.counts) {
        (Word::Neither, _) => false,
        (Word::Vetoes, counts) => *counts == Counts::Yes,
        (Word::Approves, counts) => matches!(
            counts,
            Counts::Yes | Counts::No(WhyNot::Owner | WhyNot::Kind | WhyNot::Proof)
        ),
    };
    let replaced: Vec<bool> = heard
        .iter()
        .map(|own| {
            heard.iter().any(|other| {
                is_word(own)
                    && is_word(other)
                    && own.claim.word != other.claim.word
                    && is_one(own, other)
                    && is_later(other.claim, own.claim)
            })
        })
        .collect();
    for (heard, replaced) in heard.iter_mut().zip(replaced) {
        if replaced {
            heard.counts = Counts::No(WhyNot::Replaced);
        }
    }
}

fn is_one(one: &Heard, other: &Heard) -> bool {
    let one_key = one.claim.key.is_some() && one.claim.key == other.claim.key;
    let (Some(left), Some(right)) = (&one.party, &other.party) else {
        return false;
    };
    left.is(right) || one_key
}

/// Tells whether a word holds over another one of the same person that says otherwise.
fn is_later(own: &Claim, other: &Claim) -> bool {
    match own.word {
        Word::Vetoes => own.said >= other.said,
        _ => own.said > other.said && own.level >= other.level,
    }
}
