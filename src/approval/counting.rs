//! Decides whether a single approval or rejection counts, and which one of a person is current.
//!
//! Uses policy, `approval`'s evidence, identity and demand. Pure. Start at [`weigh`], then [`replace`]. Follows
//! `docs/spec/approval.md`, E1 to E7, 1.7, D5 and D8.

use crate::approval::case::{VersionEvidence, stater};
use crate::approval::evidence::{Claim, EvidenceSource, Vouched};
use crate::approval::identity::{Identity, IdentityKind, NamedPerson};
use crate::approval::listed::OnlyListed;
use crate::approval::relation::Relation;
use crate::approval::verdict::{NotCounted, Vote, VoteCounts};
use crate::policy::demand::{EvidenceKind, Forge, Proof, SelfApproval, Switch};

#[derive(Clone)]
pub(crate) struct WeighedApproval<'c, 'a> {
    pub claim: &'c Claim<'a>,
    pub identity: Option<Identity>,
    pub relation: Relation,
    pub counts: VoteCounts,
}

pub(crate) fn weigh<'c, 'a>(
    case: VersionEvidence,
    claim: &'c Claim<'a>,
) -> WeighedApproval<'c, 'a> {
    let (identity, relation) = match &claim.who {
        NamedPerson::Someone(identity) => {
            let relation = case.authors.relation(claim.resolver, identity, &claim.separated_by);
            (Some(identity.clone()), relation)
        }
        NamedPerson::Unresolved(_) | NamedPerson::Nobody(_) => (None, Relation::Different),
    };
    let why_not = match claim.vote {
        Vote::Approves => why_not(case, claim, &relation),
        _ => no_veto(case, claim, &relation),
    };
    WeighedApproval {
        claim,
        identity,
        relation,
        counts: why_not.map_or(VoteCounts::Yes, VoteCounts::No),
    }
}

pub(crate) fn as_author(relation: &Relation) -> NotCounted {
    match relation {
        Relation::Namesake => NotCounted::SameNameAsAuthor,
        Relation::Unknown(unknown) => NotCounted::UnknownAccount(unknown.clone()),
        Relation::Same | Relation::Different => NotCounted::Author,
    }
}

fn not_a_person(claim: &Claim, identity: &Identity) -> Option<NotCounted> {
    let sort = match claim.vote {
        Vote::Approves => claim.resolver.sort(identity),
        Vote::Vetoes | Vote::Neither => claim.resolver.approved_sort(identity),
    };
    match sort {
        IdentityKind::Machine => Some(NotCounted::Bot),
        IdentityKind::Forge => Some(NotCounted::Forge),
        IdentityKind::Nobody => Some(NotCounted::NoPerson),
        IdentityKind::MaybeForge | IdentityKind::Person => None,
    }
}

/// Returns why a rejection, or a vote below approval, does not count. People named by others as co-author
/// or requester may still reject.
fn no_veto(case: VersionEvidence, claim: &Claim, relation: &Relation) -> Option<NotCounted> {
    let identity = match &claim.who {
        NamedPerson::Someone(identity) => identity,
        NamedPerson::Unresolved(_) => return Some(NotCounted::Unresolved),
        NamedPerson::Nobody(_) => return Some(NotCounted::NoPerson),
    };
    let author = *relation == Relation::Same && case.authors.holds_by_commit(identity);
    let author = author.then_some(NotCounted::Author);
    not_a_person(claim, identity).or(author).or_else(|| claim.bar.clone())
}

/// Returns why an approval does not count. Its place and kind are checked before the name, so that an approval that
/// could not count from anybody is not reported as unresolved.
fn why_not(case: VersionEvidence, claim: &Claim, relation: &Relation) -> Option<NotCounted> {
    let approval = &case.resolver.at.policy.approval;
    let identity = match &claim.who {
        NamedPerson::Someone(identity) => Some(identity),
        NamedPerson::Unresolved(_) | NamedPerson::Nobody(_) => None,
    };
    let own_act = claim.kind == EvidenceKind::Merge && claim.place == EvidenceSource::Landing;
    let by_permission =
        (own_act || claim.level == Proof::Attested) && case.self_approval == SelfApproval::Allow;
    // Neither the merge nor its signature or trailers: they are about the branch that it went into.
    let suspicious = claim.place == EvidenceSource::Landing && case.is_suspicious_merge;
    let nested = approval.nested == Switch::Allow || approval.forge == Forge::Kernel;
    let accepted = approval.accept.contains(&claim.kind)
        || claim.kind == EvidenceKind::Note && approval.heeds_notes()
        || claim.kind == EvidenceKind::Merge && case.demand.lists_first_key;
    let owner = match (approval.owner_may_approve, identity) {
        (false, Some(identity)) => is_owner(case, claim, identity),
        _ => Relation::Different,
    };
    let claimed = claim.level == Proof::Claimed;
    let unproven = claim.key_claimed_in.clone().map_or(NotCounted::Proof, NotCounted::KeyByClaim);
    let is_author = *relation == Relation::Same && !by_permission;
    let is_owner = matches!(owner, Relation::Same | Relation::Namesake);
    let is_of_rules = matches!(case.demand.listed, Some(OnlyListed::Rules(_)));
    let before_listed: [(bool, NotCounted); 4] = [
        (is_author, NotCounted::Author),
        // The place comes first: the other reasons still let an approval replace a rejection (E6).
        (claim.place == EvidenceSource::Nested && !nested, NotCounted::Nested),
        (suspicious, NotCounted::SuspiciousMerge),
        (is_owner, NotCounted::Owner),
    ];
    let after_listed: [(bool, NotCounted); 2] = [
        (!accepted, NotCounted::Kind),
        (case.demand.terms.proof == Proof::Attested && claimed, unproven),
    ];
    let held = |(holds, why_not): (bool, NotCounted)| holds.then_some(why_not);
    let denied = approval.self_asserted == Switch::Deny;
    let stated = || match stater(case, claim) {
        _ if !denied => None,
        Relation::Same | Relation::Namesake => Some(NotCounted::SelfAsserted),
        Relation::Unknown(unknown) => Some(NotCounted::UnknownAccount(unknown)),
        Relation::Different => unnamed_stater(claim),
    };
    let unnamed = || match (&claim.who, identity) {
        (NamedPerson::Unresolved(_), _) => Some(NotCounted::Unresolved),
        (NamedPerson::Nobody(_), _) => Some(NotCounted::NoPerson),
        (_, Some(identity)) if claim.resolver.sort(identity) == IdentityKind::MaybeForge => {
            Some(NotCounted::UnnamedForge(identity.person.display.clone()))
        }
        _ => None,
    };
    let unclear_relation = || match (relation, owner) {
        (Relation::Namesake | Relation::Unknown(_), _) if !by_permission => {
            Some(as_author(relation))
        }
        (_, Relation::Unknown(unknown)) => Some(NotCounted::UnknownAccount(unknown)),
        _ => None,
    };
    identity
        .and_then(|identity| not_a_person(claim, identity))
        .or_else(|| claim.bar.clone())
        .or_else(|| before_listed.into_iter().find_map(held))
        .or_else(|| unlisted(case, claim).filter(|_| is_of_rules))
        .or_else(|| after_listed.into_iter().find_map(held))
        .or_else(|| unnamed().filter(|it| *it == NotCounted::NoPerson))
        .or_else(stated)
        .or_else(unnamed)
        .or_else(unclear_relation)
        .or_else(|| unlisted(case, claim))
}

/// Returns that somebody is not listed where only listed people approve: the person whom an approval names, or whoever
/// stated it in their place.
fn unlisted(case: VersionEvidence, claim: &Claim) -> Option<NotCounted> {
    let listed = case.demand.listed.as_ref()?;
    let named = match &claim.who {
        NamedPerson::Someone(identity) => Some(identity),
        NamedPerson::Unresolved(_) | NamedPerson::Nobody(_) => None,
    };
    // Whoever types or passes on another's approval must be listed, too.
    let is_passed_on = claim.vouched != Vouched::ForItself;
    if is_passed_on && claim.stated_by.is_none() {
        return Some(NotCounted::SelfAsserted);
    }
    let stater = claim.stated_by.as_ref().filter(|_| is_passed_on);
    let mut people = named.into_iter().chain(stater);
    people.find_map(|it| listed.why_not(&case.resolver, &claim.resolver, &it.person))
}

fn is_owner(case: VersionEvidence, claim: &Claim, identity: &Identity) -> Relation {
    let owners = case.demand.owners.iter();
    owners
        .map(|owner| {
            let owner = case.resolver.of_person(owner);
            claim.resolver.relation(identity, &claim.separated_by, &owner)
        })
        .fold(Relation::Different, Relation::nearest)
}

/// Returns the reason that the committer who stated a claim about someone else may be a forge, which
/// writes text that authors typed.
fn unnamed_stater(claim: &Claim) -> Option<NotCounted> {
    let stater = claim.stated_by.as_ref()?;
    let may_be_forge = claim.vouched == Vouched::ByStater
        && claim.resolver.sort(stater) == IdentityKind::MaybeForge;
    may_be_forge.then(|| NotCounted::UnnamedForge(stater.person.display.clone()))
}

/// Replaces a person's earlier approval or rejection by their later one (E6).
///
/// Only an approval by the same key, or by one that proves who signed, takes back a signed rejection, since anybody could
/// type another. At the same instant, the rejection wins.
pub(crate) fn replace(weighed: &mut [WeighedApproval]) {
    let is_decided = |weighed: &WeighedApproval| match (weighed.claim.vote, &weighed.counts) {
        (Vote::Neither, _) => false,
        (Vote::Vetoes, counts) => *counts == VoteCounts::Yes,
        // A tag is over a whole tree, so it says something about a record only where the policy accepts tags (E2).
        (Vote::Approves, VoteCounts::No(NotCounted::Kind)) => {
            weighed.claim.kind != EvidenceKind::Mergetag
        }
        (Vote::Approves, counts) => matches!(
            counts,
            VoteCounts::Yes
                | VoteCounts::No(NotCounted::Owner | NotCounted::Proof | NotCounted::KeyByClaim(_))
        ),
    };
    let decided = weighed.iter().enumerate().filter(|(_, one)| is_decided(one));
    let (vetoes, approvals): (Vec<_>, Vec<_>) =
        decided.partition(|(_, one)| one.claim.vote == Vote::Vetoes);
    let prevails = |own: &WeighedApproval, other: &WeighedApproval| {
        is_one(own, other) && is_later(own.claim, other.claim)
    };
    let replaced_by = |(n, own): &(usize, &WeighedApproval),
                       others: &[(usize, &WeighedApproval)]| {
        others.iter().any(|(_, other)| prevails(other, own)).then_some(*n)
    };
    let vetoed = approvals.iter().filter_map(|own| replaced_by(own, &vetoes));
    let taken_back = vetoes.iter().filter_map(|own| replaced_by(own, &approvals));
    let replaced: Vec<usize> = vetoed.chain(taken_back).collect();
    for n in replaced {
        if let Some(weighed) = weighed.get_mut(n) {
            weighed.counts = VoteCounts::No(NotCounted::Replaced);
        }
    }
}

fn is_one(one: &WeighedApproval, other: &WeighedApproval) -> bool {
    let one_key = one.claim.key.is_some() && one.claim.key == other.claim.key;
    let (Some(left), Some(right)) = (&one.identity, &other.identity) else {
        return false;
    };
    left.is_surely(right) || one_key
}

/// Tells whether an approval may take back a rejection, by the keys that signed them, and what these prove.
pub(crate) fn takes_back(yes: Option<(&str, Proof)>, no: Option<(&str, Proof)>) -> bool {
    let Some((rejecting, proven)) = no else { return true };
    yes.is_some_and(|(key, proof)| {
        proof >= proven && (key == rejecting || proof == Proof::Attested)
    })
}

fn is_later(own: &Claim, other: &Claim) -> bool {
    match own.vote {
        Vote::Vetoes => own.stated_at >= other.stated_at,
        _ => {
            own.stated_at > other.stated_at
                && own.level >= other.level
                && takes_back(own.signed(), other.signed())
        }
    }
}
