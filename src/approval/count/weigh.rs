//! Decides whether a single approval or rejection of a version counts, and which one of a person is current.
//!
//! Pure. Start at `weigh`, then `replace`. Follows `docs/spec/approval.md`, E1 to E7, 1.7, 1.8, D5 and D8.

use crate::approval::count::requirement::{self, OnlyListed, Role, VersionDemand};
use crate::approval::evidence::given::{
    EvidenceSource, GivenStatement, VersionEvidenceSet, Vouched,
};
use crate::approval::people::authors::AuthorSet;
use crate::approval::people::identity::{Identity, IdentityResolver, NamedPerson};
use crate::approval::people::listed::IdentityKind;
use crate::approval::people::relation::{Accounts, Relation, SeparatedBy};
use crate::approval::verdict::{NotCounted, SelfAsserted, Statement, Vote, VoteCounts};
use crate::history::commit::Commit;
use crate::policy::demand::{EvidenceKind, Forge, Proof, SelfApproval, Switch};
use crate::policy::tier::Needed;

#[derive(Clone, Copy)]
pub(crate) struct VersionEvidence<'a> {
    pub resolver: IdentityResolver<'a>,
    pub authors: &'a AuthorSet,
    pub demand: &'a VersionDemand,
    pub evidence: &'a VersionEvidenceSet<'a>,
    pub landing: &'a Commit,
    /// Whether the merge, by its subject, is one of the approved branch or into another one; its actor is then no evidence.
    pub is_suspicious_merge: bool,
    pub self_approval: SelfApproval,
}

#[derive(Clone, Debug)]
pub(crate) struct CountedPerson {
    pub identity: Identity,
    /// Every identity key by which they may fill a role.
    pub names: Vec<String>,
    pub statement: Statement,
    pub accounts: Accounts,
    /// The indices of their statements.
    pub given: Vec<usize>,
}

impl CountedPerson {
    pub(crate) fn fills_role(&self, role: &Role) -> bool {
        role.person.as_ref().is_some_and(|person| self.names.contains(&person.key))
    }
}

/// Tells whether a person landed a one-parent commit written by someone else: the committer may have edited it.
pub(crate) fn is_committer_alone(case: VersionEvidence, identity: &Identity) -> bool {
    let author = case.resolver.of_ident(case.landing.author());
    case.landing.parents.len() < 2 && author.is_none_or(|author| !author.is(identity))
}

pub(crate) fn statement(case: VersionEvidence, given: &GivenStatement) -> Statement {
    let said = given.said.clone();
    let person = given.who.person().clone();
    Statement {
        groups: given.resolver.groups(&person, shared_level(case, given)),
        person,
        self_asserted: self_asserted(case, given),
        stated_by: given.stater.as_ref().map(|identity| identity.person.clone()),
        key: said.key.or_else(|| given.forge_key.clone()),
        ..said
    }
}

/// Returns the level of the lines by which an approver shares groups and roles with others. Where no more than a claim is
/// asked for, a merge shares as many with the forge's signature as without it.
pub(crate) fn shared_level(case: VersionEvidence, given: &GivenStatement) -> Proof {
    match given.forge_key {
        Some(_) => given.said.level.min(case.demand.terms.proof),
        None => given.said.level,
    }
}

pub(crate) fn is_met(demand: &VersionDemand, people: &[CountedPerson]) -> bool {
    let groups = people.iter().map(|person| person.statement.groups.clone());
    let member_of: Vec<Vec<String>> = groups.collect();
    let is_filled = |role| people.iter().any(|person| person.fills_role(role));
    let roles = demand.people.iter().all(is_filled);
    are_enough(&demand.terms.needed(), &member_of) && roles
}

pub(crate) fn are_enough(needed: &Needed, member_of: &[Vec<String>]) -> bool {
    let groups: Vec<&str> = needed.each_of.iter().map(String::as_str).collect();
    member_of.len() >= needed.count as usize && requirement::unfilled(&groups, member_of).is_empty()
}

pub(crate) fn fills_place(demand: &VersionDemand, person: &CountedPerson) -> bool {
    let (groups, roles) = (&demand.terms.each_of, &demand.people);
    let in_group = person.statement.groups.iter().any(|group| groups.contains(group));
    let in_role = roles.iter().any(|role| person.fills_role(role));
    groups.is_empty() && roles.is_empty() || in_group || in_role
}

pub(crate) fn self_asserted(case: VersionEvidence, given: &GivenStatement) -> SelfAsserted {
    match given.vouched {
        Vouched::ByForge => SelfAsserted::ForgeUi,
        _ if stater(case, given).is_different() => SelfAsserted::No,
        _ => SelfAsserted::Yes,
    }
}

/// If nobody is named as stating something about someone else, it is treated as stated by an author.
pub(crate) fn stater(case: VersionEvidence, given: &GivenStatement) -> Relation {
    match (given.vouched, &given.stater) {
        (Vouched::ForItself | Vouched::ByForge, _) => Relation::Different,
        (Vouched::ByStater, None) => Relation::Same,
        (Vouched::ByStater, Some(stater)) => {
            case.authors.relation(given.resolver, stater, &SeparatedBy::Address)
        }
    }
}

pub(crate) fn weigh(case: VersionEvidence, given: &mut GivenStatement) {
    given.relation = given.who.identity().map_or(Relation::Different, |identity| {
        case.authors.relation(given.resolver, identity, &given.separated_by)
    });
    let why_not = match given.said.vote {
        Vote::Approves => why_not(case, given, &given.relation),
        _ => no_veto(case, given, &given.relation),
    };
    given.said.counts = why_not.map_or(VoteCounts::Yes, VoteCounts::No);
}

pub(crate) fn as_author(relation: &Relation) -> NotCounted {
    match relation {
        Relation::Namesake => NotCounted::SameNameAsAuthor,
        Relation::Unknown(unknown) => NotCounted::UnknownAccount(unknown.clone()),
        Relation::Same | Relation::Different => NotCounted::Author,
    }
}

fn not_a_person(given: &GivenStatement, identity: &Identity) -> Option<NotCounted> {
    let sort = match given.said.vote {
        Vote::Approves => given.resolver.sort(identity),
        // Nothing but approved governance may discard a rejection.
        Vote::Vetoes | Vote::Neither => given.resolver.sort_by(given.resolver.approved, identity),
    };
    match sort {
        IdentityKind::Machine => Some(NotCounted::Bot),
        IdentityKind::Forge => Some(NotCounted::Forge),
        IdentityKind::Nobody => Some(NotCounted::NoPerson),
        IdentityKind::MaybeForge | IdentityKind::Person => None,
    }
}

/// A signed rejection counts whoever the authors are: what takes away needs nobody else, and anybody can type an author's name.
/// People named by others as co-author or requester may still reject without a signature.
fn no_veto(
    case: VersionEvidence,
    given: &GivenStatement,
    relation: &Relation,
) -> Option<NotCounted> {
    let identity = match &given.who {
        NamedPerson::Someone(identity) => identity,
        NamedPerson::Unresolved(_) => return Some(NotCounted::Unresolved),
        NamedPerson::Nobody(_) => return Some(NotCounted::NoPerson),
    };
    let is_author = given.said.key.is_none()
        && *relation == Relation::Same
        && case.authors.holds_by_commit(identity);
    not_a_person(given, identity)
        .or(is_author.then_some(NotCounted::Author))
        .or_else(|| given.bar.clone())
}

/// Returns why an approval does not count. Its place and kind are checked before the name, so that an approval that
/// could not count from anybody is not reported as unresolved.
fn why_not(
    case: VersionEvidence,
    given: &GivenStatement,
    relation: &Relation,
) -> Option<NotCounted> {
    let approval = &case.resolver.at.policy.approval;
    let identity = given.who.identity();
    let own_act = given.said.kind == EvidenceKind::Merge && given.place == EvidenceSource::Landing;
    let by_permission = (own_act || given.said.level == Proof::Attested)
        && case.self_approval == SelfApproval::Allow;
    // Neither the merge nor its signature or trailers: they are about the branch that it went into.
    let suspicious = given.place == EvidenceSource::Landing && case.is_suspicious_merge;
    let nested = approval.nested == Switch::Allow || approval.forge == Forge::Kernel;
    let accepted = approval.accept.contains(&given.said.kind)
        || given.said.kind == EvidenceKind::Note && approval.heeds_notes()
        || given.said.kind == EvidenceKind::Merge && case.demand.lists_first_key;
    let owner = match (approval.owner_may_approve, identity) {
        (false, Some(identity)) => is_owner(case, given, identity),
        _ => Relation::Different,
    };
    let demanded = case.demand.terms.proof;
    let reason = given.said.level_reason.clone();
    let unproven = reason.map_or(NotCounted::Proof(demanded), NotCounted::Level);
    let is_author = *relation == Relation::Same && !by_permission;
    let is_owner = matches!(owner, Relation::Same | Relation::Namesake);
    let is_of_rules = matches!(case.demand.listed, Some(OnlyListed::Rules(_)));
    let is_nested = given.place == EvidenceSource::Nested && !nested;
    let is_unproven = given.said.level < demanded;
    let when = |holds: bool, why_not: NotCounted| if holds { Some(why_not) } else { None };
    let denied = approval.self_asserted == Switch::Deny;
    let stated = || match stater(case, given) {
        _ if !denied => None,
        Relation::Same | Relation::Namesake => Some(NotCounted::SelfAsserted),
        Relation::Unknown(unknown) => Some(NotCounted::UnknownAccount(unknown)),
        Relation::Different => unnamed_stater(given),
    };
    let unnamed = || match (&given.who, identity) {
        (NamedPerson::Unresolved(_), _) => Some(NotCounted::Unresolved),
        (NamedPerson::Nobody(_), _) => Some(NotCounted::NoPerson),
        (_, Some(identity)) if given.resolver.sort(identity) == IdentityKind::MaybeForge => {
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
        .and_then(|identity| not_a_person(given, identity))
        .or_else(|| given.bar.clone())
        .or_else(|| when(is_author, NotCounted::Author))
        // The place comes first: the other reasons still let an approval replace a rejection (E6).
        .or_else(|| when(is_nested, NotCounted::Nested))
        .or_else(|| when(suspicious, NotCounted::SuspiciousMerge))
        .or_else(|| when(is_owner, NotCounted::Owner))
        .or_else(|| if is_of_rules { unlisted(case, given) } else { None })
        .or_else(|| when(!accepted, NotCounted::Kind))
        .or_else(|| when(is_unproven, unproven))
        .or_else(|| unnamed().filter(|why_not| *why_not == NotCounted::NoPerson))
        .or_else(|| stated_by_machine(given, approval.forge))
        .or_else(stated)
        .or_else(unnamed)
        .or_else(unclear_relation)
        .or_else(|| unlisted(case, given))
}

fn unlisted(case: VersionEvidence, given: &GivenStatement) -> Option<NotCounted> {
    let listed = case.demand.listed.as_ref()?;
    // Whoever types or passes on another's approval must be listed, too.
    let is_passed_on = given.vouched != Vouched::ForItself;
    if is_passed_on && given.stater.is_none() {
        return Some(NotCounted::SelfAsserted);
    }
    let stater = if is_passed_on { given.stater.as_ref() } else { None };
    let mut people = given.who.identity().into_iter().chain(stater);
    people.find_map(|person| listed.why_not(&case.resolver, &given.resolver, &person.person))
}

fn is_owner(case: VersionEvidence, given: &GivenStatement, identity: &Identity) -> Relation {
    let owners = case.demand.owners.iter();
    owners
        .map(|owner| {
            let owner = case.resolver.of_person(owner);
            given.resolver.relation(identity, &given.separated_by, &owner)
        })
        .fold(Relation::Different, Relation::nearest)
}

/// The committer who stated something about someone else may be a forge, which writes text that authors typed.
fn unnamed_stater(given: &GivenStatement) -> Option<NotCounted> {
    let stater = given.stater.as_ref()?;
    let may_be_forge = given.vouched == Vouched::ByStater
        && given.resolver.sort(stater) == IdentityKind::MaybeForge;
    may_be_forge.then(|| NotCounted::UnnamedForge(stater.person.display.clone()))
}

// A merge or note of a machine may hold text that anybody typed. A policy that pins the forge says that whoever commits to
// the approved branch checks what messages given; a forge's own address states nothing, under any name.
fn stated_by_machine(given: &GivenStatement, forge: Forge) -> Option<NotCounted> {
    let stater = given.stater.as_ref()?;
    let is_checked = given.said.kind == EvidenceKind::Trailer && forge != Forge::Auto;
    let is_machine = given.vouched == Vouched::ByStater
        && match given.resolver.sort(stater) {
            IdentityKind::Forge => true,
            IdentityKind::Machine => !is_checked,
            _ => false,
        };
    is_machine.then(|| NotCounted::StatedByMachine(stater.person.display.clone()))
}

/// Replaces a person's earlier approval or rejection by their later one (E6); at the same instant, the rejection wins.
pub(crate) fn replace(all: &mut [GivenStatement]) {
    let is_decided = |given: &GivenStatement| match (given.said.vote, &given.said.counts) {
        (Vote::Neither, _) => false,
        (Vote::Vetoes, counts) => *counts == VoteCounts::Yes,
        // A tag is over a whole tree, so it says something about a record only where the policy accepts tags (E2).
        (Vote::Approves, VoteCounts::No(NotCounted::Kind)) => {
            given.said.kind != EvidenceKind::Mergetag
        }
        // One that waited too long gives nothing, and is its signer's last word all the same.
        (Vote::Approves, counts) => matches!(
            counts,
            VoteCounts::Yes
                | VoteCounts::No(
                    NotCounted::Owner
                        | NotCounted::Proof(_)
                        | NotCounted::Level(_)
                        | NotCounted::WaitedTooLong
                )
        ),
    };
    let decided = all.iter().enumerate().filter(|(_, one)| is_decided(one));
    let (vetoes, approvals): (Vec<_>, Vec<_>) =
        decided.partition(|(_, one)| one.said.vote == Vote::Vetoes);
    let prevails =
        |own: &GivenStatement, other: &GivenStatement| is_one(own, other) && is_later(own, other);
    let replaced_by = |(n, own): &(usize, &GivenStatement), others: &[(usize, &GivenStatement)]| {
        others.iter().any(|(_, other)| prevails(other, own)).then_some(*n)
    };
    let vetoed = approvals.iter().filter_map(|own| replaced_by(own, &vetoes));
    let taken_back = vetoes.iter().filter_map(|own| replaced_by(own, &approvals));
    let replaced: Vec<usize> = vetoed.chain(taken_back).collect();
    for n in replaced {
        if let Some(given) = all.get_mut(n) {
            let had_counted = given.said.counts == VoteCounts::Yes;
            given.said.counts = VoteCounts::No(NotCounted::Replaced { had_counted });
        }
    }
}

fn is_one(one: &GivenStatement, other: &GivenStatement) -> bool {
    let one_key = one.said.key.is_some() && one.said.key == other.said.key;
    let (Some(left), Some(right)) = (one.who.identity(), other.who.identity()) else {
        return false;
    };
    left.is_surely(right) || one_key
}

pub(crate) fn takes_back(yes: Option<(&str, Proof)>, no: Option<(&str, Proof)>) -> bool {
    let Some((rejecting, proven)) = no else { return true };
    yes.is_some_and(|(key, proof)| {
        proof >= proven && (key == rejecting || proof == Proof::Attested)
    })
}

fn is_later(own: &GivenStatement, other: &GivenStatement) -> bool {
    match own.said.vote {
        Vote::Vetoes => own.said.stated_at >= other.said.stated_at,
        _ => {
            own.said.stated_at > other.said.stated_at
                && own.said.level >= other.said.level
                && takes_back(own.signed(), other.signed())
        }
    }
}
