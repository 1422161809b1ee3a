//! Decides which approvals count and whether they satisfy the policy. Counts people rather than statements: those of one
//! person are merged, and of people who are not known to be different only one counts.
//!
//! Uses policy, `approval`'s people and evidence, `count::weigh`. Pure. Start at `judge`, then `count`. Follows
//! `docs/spec/approval.md`, E6, E8, I5, D4 to D8, 1.7 and 1.8.

use crate::approval::count::requirement::VersionDemand;
use crate::approval::count::weigh::{
    self, CountedApproval, VersionEvidence, WeighedApproval, approver, is_met,
};
use crate::approval::evidence::claims::Claim;
use crate::approval::people::identity::{Identity, NameForm, NamedPerson};
use crate::approval::people::relation::{self, Accounts, Relation, UnknownAccount};
use crate::approval::sources::signature::SignatureState;
use crate::approval::verdict::{Approver, FourEyes, NotCounted, Statement, Vote, VoteCounts};
use crate::diag::sorting::StableSort as _;
use crate::policy::demand::{EvidenceKind, Proof};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

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
        self.counted_approvals.iter().map(|counted| counted.approver.clone()).collect()
    }

    pub(crate) fn holds(&self) -> bool {
        self.is_met && !self.is_spoiled()
    }

    pub(crate) fn is_spoiled(&self) -> bool {
        matches!(self.result, FourEyes::InvalidSignature | FourEyes::Vetoed)
    }
}

pub(crate) fn judge(case: VersionEvidence) -> FourEyesOutcome {
    let mut claims = case.evidence.claims.clone();
    share_names(&mut claims);
    let mut weighed: Vec<WeighedApproval> =
        claims.iter().map(|claim| weigh::weigh(case, claim)).collect();
    weigh::replace(&mut weighed);
    choose_author(case, &mut weighed);
    let counted = count(case, &weighed);
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

/// If the policy lets authors approve, counts one member of the author set: the one who helps most (D8).
fn choose_author(case: VersionEvidence, weighed: &mut [WeighedApproval]) {
    let is_member = |weighed: &WeighedApproval| {
        weighed.counts == VoteCounts::Yes
            && weighed.claim.vote == Vote::Approves
            && !weighed.relation.is_different()
    };
    let mut members: Vec<Identity> = Vec::new();
    for identity in weighed.iter().filter(|it| is_member(it)).filter_map(|it| it.identity.as_ref())
    {
        if !members.iter().any(|known| known.is(identity)) {
            members.push(identity.clone());
        }
    }
    if members.len() < 2 {
        return;
    }
    let without = |chosen: &Identity, weighed: &mut [WeighedApproval]| {
        for weighed in weighed.iter_mut().filter(|it| is_member(it)) {
            if !weighed.identity.as_ref().is_some_and(|identity| identity.is(chosen)) {
                weighed.counts = VoteCounts::No(weigh::as_author(&weighed.relation));
            }
        }
    };
    let helps = |chosen: &&Identity| {
        let mut weighed = weighed.to_vec();
        without(chosen, &mut weighed);
        is_met(case.demand, &count(case, &weighed).counted_approvals)
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
    if statements.iter().any(|it| it.vote == Vote::Vetoes && it.counts == VoteCounts::Yes) {
        return FourEyes::Vetoed;
    }
    let because = |wanted: fn(&NotCounted) -> bool| {
        let mut approving = statements.iter().filter(|it| it.vote == Vote::Approves);
        approving.any(|it| matches!(&it.counts, VoteCounts::No(why_not) if wanted(why_not)))
    };
    let attested = counted_approvals.iter().filter(|it| it.approver.level == Proof::Attested);
    let attested: Vec<CountedApproval> = attested.cloned().collect();
    if counted_approvals.iter().any(|it| !it.approver.is_author) {
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

#[derive(Clone, Debug, Default)]
pub(crate) struct CountedPeople {
    /// One entry per person, sorted by address.
    pub counted_approvals: Vec<CountedApproval>,
    /// Indices of statements that are not counted, because they may be by somebody who already counts.
    pub left_out: Vec<(usize, UnknownAccount)>,
    pub flags: BTreeSet<&'static str>,
}

struct PersonStatements {
    counted_approval: CountedApproval,
    accounts: Accounts,
    weighed: Vec<usize>,
}

pub(crate) fn count(case: VersionEvidence, weighed: &[WeighedApproval]) -> CountedPeople {
    let mut counted = CountedPeople::default();
    let counting: Vec<(usize, &WeighedApproval, &Identity)> = weighed
        .iter()
        .enumerate()
        .filter(|(_, it)| it.counts == VoteCounts::Yes && it.claim.vote == Vote::Approves)
        .filter_map(|(index, approval)| Some((index, approval, approval.identity.as_ref()?)))
        .collect();
    let identities: Vec<&Identity> = counting.iter().map(|(.., identity)| *identity).collect();
    let mut sets = Sets::by_keys(&identities);
    if sets.join_namesakes(&identities) {
        counted.flags.insert("same-name");
    }
    sets.join_equal(counting.iter().map(|(_, approval, _)| approval.claim.key.as_deref()));
    let mut groups: Vec<PersonStatements> = Vec::new();
    let mut place: HashMap<usize, usize> = HashMap::new();
    for (n, (index, approval, identity)) in counting.iter().enumerate() {
        if approval.claim.kind == EvidenceKind::Merge && weigh::is_committer_alone(case, identity) {
            counted.flags.insert("committer-may-have-edited");
        }
        let known = *place.entry(sets.root(n)).or_insert(groups.len());
        let group = PersonStatements::count_people(case, approval, identity, *index);
        match groups.get_mut(known) {
            Some(known) => known.join(group),
            None => groups.push(group),
        }
    }
    let mut kept = apart(case.demand, groups, &mut counted);
    kept.order_by(|one, other| one.approver.person.key.cmp(&other.approver.person.key));
    CountedPeople { counted_approvals: kept, ..counted }
}

impl PersonStatements {
    fn count_people(
        case: VersionEvidence,
        approval: &WeighedApproval,
        identity: &Identity,
        index: usize,
    ) -> PersonStatements {
        let claim = approval.claim;
        let mut approver = weigh::approver(case, claim);
        approver.is_author = !approval.relation.is_different();
        PersonStatements {
            counted_approval: CountedApproval {
                identity: identity.clone(),
                names: claim.resolver.key_set.names(&identity.person, claim.level),
                approver,
                stated_at: claim.stated_at,
            },
            accounts: claim.resolver.accounts(identity, &claim.separated_by),
            weighed: vec![index],
        }
    }

    fn join(&mut self, other: PersonStatements) {
        self.weighed.extend(other.weighed);
        self.accounts.join(other.accounts);
        let (own, other) = (&mut self.counted_approval, other.counted_approval);
        own.identity.absorb(&other.identity);
        own.names.extend(other.names);
        // A person belongs to a group if any of their addresses does.
        let mut groups = std::mem::take(&mut own.approver.groups);
        groups.extend(other.approver.groups.iter().cloned());
        groups.sort();
        groups.dedup();
        let is_author = own.approver.is_author || other.approver.is_author;
        if other.approver.kind.strength() > own.approver.kind.strength() {
            own.identity.person = other.identity.person;
            own.stated_at = other.stated_at;
            own.approver = other.approver;
        }
        own.approver.groups = groups;
        own.approver.is_author = is_author;
    }
}

/// Returns people who are all known to be different from each other: a set that meets the requirement, else as many as
/// possible. People known only as accounts are tried last, then first.
fn apart(
    demand: &VersionDemand,
    groups: Vec<PersonStatements>,
    counted: &mut CountedPeople,
) -> Vec<CountedApproval> {
    if groups.iter().all(|group| group.accounts.unmapped.is_empty()) {
        return groups.into_iter().map(|group| group.counted_approval).collect();
    }
    let mut sorted: Vec<&PersonStatements> = groups.iter().collect();
    sorted.order_by_key(|it| {
        let is_unmapped = !it.accounts.unmapped.is_empty();
        (is_unmapped, it.counted_approval.approver.person.key.clone())
    });
    let mut turned = sorted.clone();
    turned.order_by_key(|it| it.accounts.unmapped.is_empty());
    let [first, other] = [sorted, turned].map(|order| choose(&order));
    let counted_approvals = |chosen: &DistinctPeople| -> Vec<CountedApproval> {
        chosen.kept.iter().map(|it| it.counted_approval.clone()).collect()
    };
    let is_met = |chosen: &DistinctPeople| weigh::is_met(demand, &counted_approvals(chosen));
    let better = is_met(&other) || other.kept.len() > first.kept.len();
    let chosen = if !is_met(&first) && better { other } else { first };
    for (group, unknown) in &chosen.left_out {
        let weighed = group.weighed.iter();
        let left_out = weighed.map(|index| (*index, unknown.clone()));
        counted.left_out.extend(left_out);
        counted.flags.insert("same-account-unknown");
    }
    counted_approvals(&chosen)
}

struct DistinctPeople<'g> {
    kept: Vec<&'g PersonStatements>,
    left_out: Vec<(&'g PersonStatements, UnknownAccount)>,
}

fn choose<'g>(order: &[&'g PersonStatements]) -> DistinctPeople<'g> {
    let mut chosen = DistinctPeople { kept: Vec::new(), left_out: Vec::new() };
    for group in order {
        let own = |group: &'g PersonStatements| (&group.counted_approval.identity, &group.accounts);
        let relations = chosen.kept.iter().map(|kept| relation::compare(own(group), own(kept)));
        match relations.fold(Relation::Different, Relation::nearest) {
            Relation::Unknown(unknown) => chosen.left_out.push((group, unknown)),
            _ => chosen.kept.push(group),
        }
    }
    chosen
}

/// Gives each approval all names used with its person in any of them, for comparison.
pub(crate) fn share_names(claims: &mut [Claim]) {
    let approving: Vec<(usize, Identity)> = claims
        .iter()
        .enumerate()
        .filter(|(_, claim)| claim.vote == Vote::Approves)
        .filter_map(|(index, claim)| Some((index, claim.who.identity()?.clone())))
        .collect();
    if approving.len() < 2 {
        return;
    }
    let identities: Vec<&Identity> = approving.iter().map(|(_, identity)| identity).collect();
    let mut sets = Sets::by_keys(&identities);
    let mut all: HashMap<usize, Identity> = HashMap::new();
    for (n, identity) in identities.into_iter().enumerate() {
        all.entry(sets.root(n))
            .and_modify(|known| known.named_like(identity))
            .or_insert_with(|| identity.clone());
    }
    for (n, (index, _)) in approving.iter().enumerate() {
        let joined = all.get(&sets.root(n));
        if let (Some(claim), Some(joined)) = (claims.get_mut(*index), joined)
            && let NamedPerson::Someone(identity) = &mut claim.who
        {
            identity.named_like(joined);
        }
    }
}

/// Sets of connected entries (union-find): for each entry another one of its set, or itself.
pub struct Sets(pub Vec<usize>);

impl Sets {
    fn by_keys(identities: &[&Identity]) -> Sets {
        let mut sets = Sets((0..identities.len()).collect());
        let mut known: HashMap<Rc<str>, usize> = HashMap::new();
        for (n, identity) in identities.iter().enumerate() {
            for key in identity.keys() {
                let first = *known.entry(Rc::clone(key)).or_insert(n);
                sets.join(first, n);
            }
        }
        sets
    }

    /// Joins namesakes, and returns whether there are any.
    pub fn join_namesakes(&mut self, identities: &[&Identity]) -> bool {
        let mut any = false;
        let mut known: HashMap<(NameForm, &str), Vec<usize>> = HashMap::new();
        for (n, (form, text)) in identities
            .iter()
            .enumerate()
            .flat_map(|(n, identity)| identity.name_forms().map(move |form| (n, form)))
        {
            if let Some(others) = known.get_mut(&(form.counterpart(), text)) {
                for other in others.iter() {
                    any |= self.join(*other, n);
                }
                // These are one set now: its first member stands for all.
                others.truncate(1);
            }
            known.entry((form, text)).or_default().push(n);
        }
        any
    }

    fn join_equal<'k>(&mut self, keys: impl Iterator<Item = Option<&'k str>>) {
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (n, key) in keys.enumerate() {
            if let Some(key) = key {
                let first = *known.entry(key).or_insert(n);
                self.join(first, n);
            }
        }
    }

    pub fn root(&mut self, mut of: usize) -> usize {
        while let Some(parent) = self.0.get(of).copied().filter(|parent| *parent != of) {
            let next = self.0.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.0.get_mut(of) {
                *slot = next;
            }
            of = next;
        }
        of
    }

    /// Joins two entries, and returns whether they were in different sets.
    pub fn join(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.root(one), self.root(other));
        let (low, high) = (one.min(other), one.max(other));
        if let Some(slot) = self.0.get_mut(high) {
            *slot = low;
        }
        low != high
    }
}
