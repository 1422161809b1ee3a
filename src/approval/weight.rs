//! Whether one word counts, and which word of a person holds.
//!
//! Uses policy, `approval`'s evidence, identity and demand. Pure. Start at [`weigh`], then [`replace`]. Follows
//! `docs/spec/approval.md`, E1 to E7, 1.7, D5 and D8.

use crate::approval::case::stater;
use crate::approval::case::{Case, MergeActor};
use crate::approval::evidence::{Claim, Place, Vouched};
use crate::approval::identity::party::Party;
use crate::approval::identity::{Named, Sort};
use crate::approval::relation::Relation;
use crate::approval::verdict::{Counts, WhyNot, Word};
use crate::policy::demand::{EvidenceKind, Forge, Proof, SelfApproval, Switch};

/// A word, whose it is, and whether it counts.
#[derive(Clone)]
pub(crate) struct Heard<'c, 'a> {
    /// The word.
    pub claim: &'c Claim<'a>,
    /// Whose it is; `None` where it names nobody who is known.
    pub party: Option<Party>,
    /// How they stand to those who made the content.
    pub relation: Relation,
    /// Whether it counts.
    pub counts: Counts,
}

/// Tells whether a word counts, and whose it is.
pub(crate) fn weigh<'c, 'a>(case: Case, claim: &'c Claim<'a>) -> Heard<'c, 'a> {
    let (party, relation) = match &claim.who {
        Named::Someone(party) => {
            let relation = case.authors.relation(claim.lens, party, &claim.told_by);
            (Some(party.clone()), relation)
        }
        Named::Unresolved(_) | Named::Nobody(_) => (None, Relation::Different),
    };
    let why_not = match claim.word {
        Word::Approves => why_not(case, claim, &relation),
        _ => no_veto(case, claim, &relation),
    };
    Heard {
        claim,
        party,
        relation,
        counts: why_not.map_or(Counts::Yes, Counts::No),
    }
}

/// Returns what is said of somebody who is an author, or may be one.
pub(crate) fn as_author(relation: &Relation) -> WhyNot {
    match relation {
        Relation::Namesake => WhyNot::SameNameAsAuthor,
        Relation::Unknown(unknown) => WhyNot::UnknownAccount(unknown.clone()),
        Relation::Same | Relation::Different => WhyNot::Author,
    }
}

/// Returns why somebody says nothing at all about approval: a bot, an agent, a forge, the approvals' own address.
fn no_voice(claim: &Claim, party: &Party) -> Option<WhyNot> {
    let sort = match claim.word {
        Word::Approves => claim.lens.sort(party),
        Word::Vetoes | Word::Neither => claim.lens.approved_sort(party),
    };
    match sort {
        Sort::Machine => Some(WhyNot::Bot),
        Sort::Forge => Some(WhyNot::Forge),
        Sort::Nobody => Some(WhyNot::NoPerson),
        Sort::MaybeForge | Sort::Person => None,
    }
}

/// Returns why a no, or a vote of less, does not count. Whom others name as co-author or requester may still say no.
fn no_veto(case: Case, claim: &Claim, relation: &Relation) -> Option<WhyNot> {
    let party = match &claim.who {
        Named::Someone(party) => party,
        Named::Unresolved(_) => return Some(WhyNot::Unresolved),
        Named::Nobody(_) => return Some(WhyNot::NoPerson),
    };
    let author = *relation == Relation::Same && case.authors.holds_by_commit(party);
    let author = author.then_some(WhyNot::Author);
    no_voice(claim, party)
        .or(author)
        .or_else(|| claim.bar.clone())
}

/// Returns why a yes does not count. Place and kind come before the name: what would not count by whomever is not
/// called unresolved.
fn why_not(case: Case, claim: &Claim, relation: &Relation) -> Option<WhyNot> {
    let approval = &case.lens.at.policy.approval;
    let party = match &claim.who {
        Named::Someone(party) => Some(party),
        Named::Unresolved(_) | Named::Nobody(_) => None,
    };
    let own_act = claim.kind == EvidenceKind::Merge && claim.place == Place::Landing;
    let by_permission =
        (own_act || claim.level == Proof::Attested) && case.self_approval == SelfApproval::Allow;
    let suspicious = own_act && case.merge == MergeActor::Suspicious;
    let nested = approval.nested == Switch::Allow || approval.forge == Forge::Kernel;
    let accepted = approval.accept.contains(&claim.kind)
        || claim.kind == EvidenceKind::Note && approval.heeds_notes()
        || claim.kind == EvidenceKind::Merge && case.demand.lists_first_key;
    let owner = match (approval.owner_may_approve, party) {
        (false, Some(party)) => is_owner(case, claim, party),
        _ => Relation::Different,
    };
    let claimed = claim.level == Proof::Claimed;
    let is_author = *relation == Relation::Same && !by_permission;
    let is_owner = matches!(owner, Relation::Same | Relation::Namesake);
    let terms = &case.demand.terms;
    let named = !terms.each_of.is_empty() || !case.demand.people.is_empty();
    let unsigned = claim.vouched == Vouched::ByUnsignedBridge && named;
    let tests: [(bool, WhyNot); 7] = [
        (is_author, WhyNot::Author),
        (suspicious, WhyNot::SuspiciousMerge),
        (is_owner, WhyNot::Owner),
        (!accepted, WhyNot::Kind),
        (
            case.demand.terms.proof == Proof::Attested && claimed,
            WhyNot::Proof,
        ),
        (claim.place == Place::Nested && !nested, WhyNot::Nested),
        (unsigned, WhyNot::BridgeThroughForge),
    ];
    let held = |(holds, why_not): (bool, WhyNot)| holds.then_some(why_not);
    let denied = approval.self_asserted == Switch::Deny;
    let stated = || match stater(case, claim) {
        _ if !denied => None,
        Relation::Same | Relation::Namesake => Some(WhyNot::SelfAsserted),
        Relation::Unknown(unknown) => Some(WhyNot::UnknownAccount(unknown)),
        Relation::Different => unnamed_stater(claim),
    };
    let unnamed = || match (&claim.who, party) {
        (Named::Unresolved(_), _) => Some(WhyNot::Unresolved),
        (Named::Nobody(_), _) => Some(WhyNot::NoPerson),
        (_, Some(party)) if claim.lens.sort(party) == Sort::MaybeForge => {
            Some(WhyNot::UnnamedForge(party.person.display.clone()))
        }
        _ => None,
    };
    let near = || match (relation, owner) {
        (Relation::Namesake | Relation::Unknown(_), _) if !by_permission => {
            Some(as_author(relation))
        }
        (_, Relation::Unknown(unknown)) => Some(WhyNot::UnknownAccount(unknown)),
        _ => None,
    };
    party
        .and_then(|party| no_voice(claim, party))
        .or_else(|| claim.bar.clone())
        .or_else(|| tests.into_iter().find_map(held))
        .or_else(|| unnamed().filter(|it| *it == WhyNot::NoPerson))
        .or_else(stated)
        .or_else(unnamed)
        .or_else(near)
}

/// Returns how somebody stands to the owners of a record.
fn is_owner(case: Case, claim: &Claim, party: &Party) -> Relation {
    let owners = case.demand.owners.iter();
    owners
        .map(|owner| {
            let owner = case.lens.of_person(owner);
            claim.lens.relation(party, &claim.told_by, &owner)
        })
        .fold(Relation::Different, Relation::nearest)
}

/// Returns the reason that whoever stated a claim for others may be a forge, which writes what authors say.
fn unnamed_stater(claim: &Claim) -> Option<WhyNot> {
    let stater = claim.stated_by.as_ref()?;
    let may_be_forge =
        claim.vouched == Vouched::ByStater && claim.lens.sort(stater) == Sort::MaybeForge;
    may_be_forge.then(|| WhyNot::UnnamedForge(stater.person.display.clone()))
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
