//! Decides which approvals count and whether they satisfy the policy. Counts people rather than statements: those of one
//! person are merged, and of people who are not known to be different only one counts.
//!
//! Pure. Start at `judge`, then `count`. Follows `docs/spec/approval.md`, E6, E8, I5, D4 to D8, 1.7 and 1.8.

use crate::approval::count::requirement::VersionDemand;
use crate::approval::count::weigh::{self, CountedPerson, VersionEvidence, is_met};
use crate::approval::evidence::given::GivenStatement;
use crate::approval::people::identity::{Identity, NameForm, NamedPerson};
use crate::approval::people::relation::{self, Relation, UnknownAccount};
use crate::approval::sources::signature::SignatureState;
use crate::approval::verdict::{FourEyes, NotCounted, Statement, Vote, VoteCounts};
use crate::diag::sorting::StableSort as _;
use crate::policy::demand::{EvidenceKind, Proof};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

#[derive(Clone, Debug)]
pub(crate) struct FourEyesOutcome {
    pub is_met: bool,
    pub result: FourEyes,
    /// The people who count, sorted by address.
    pub people: Vec<CountedPerson>,
    pub statements: Vec<Statement>,
    pub flags: BTreeSet<&'static str>,
}

impl FourEyesOutcome {
    pub(crate) fn approvers(&self) -> Vec<Statement> {
        self.people.iter().map(|person| person.statement.clone()).collect()
    }

    pub(crate) fn holds(&self) -> bool {
        self.is_met && !self.is_spoiled()
    }

    pub(crate) fn is_spoiled(&self) -> bool {
        matches!(self.result, FourEyes::InvalidSignature | FourEyes::Vetoed)
    }
}

pub(crate) fn judge(case: VersionEvidence) -> FourEyesOutcome {
    let mut all = case.evidence.given.clone();
    share_names(&mut all);
    for given in &mut all {
        weigh::weigh(case, given);
    }
    weigh::replace(&mut all);
    choose_author(case, &mut all);
    let CountedPeople { people, left_out, flags } = count(case, &all);
    for (index, unknown) in left_out {
        if let Some(given) = all.get_mut(index) {
            given.said.counts = VoteCounts::No(NotCounted::UnknownAccount(unknown));
        }
    }
    let statements: Vec<Statement> =
        all.iter().map(|given| weigh::statement(case, given)).collect();
    FourEyesOutcome {
        is_met: is_met(case.demand, &people),
        result: result(case, &people, &statements, only_authors(&all)),
        people,
        statements,
        flags,
    }
}

/// If the policy lets authors approve, counts one member of the author set: the one who helps most (D8).
fn choose_author(case: VersionEvidence, all: &mut [GivenStatement]) {
    let is_member = |given: &GivenStatement| given.approves() && !given.relation.is_different();
    let mut members: Vec<Identity> = Vec::new();
    let own = all.iter().filter(|given| is_member(given));
    for identity in own.filter_map(|given| given.who.identity()) {
        if !members.iter().any(|known| known.is(identity)) {
            members.push(identity.clone());
        }
    }
    if members.len() < 2 {
        return;
    }
    let without = |chosen: &Identity, all: &mut [GivenStatement]| {
        for given in all.iter_mut().filter(|given| is_member(given)) {
            if !given.who.identity().is_some_and(|identity| identity.is(chosen)) {
                given.said.counts = VoteCounts::No(weigh::as_author(&given.relation));
            }
        }
    };
    let helps = |chosen: &&Identity| {
        let mut all = all.to_vec();
        without(chosen, &mut all);
        is_met(case.demand, &count(case, &all).people)
    };
    if let Some(chosen) = members.iter().find(helps).or(members.first()) {
        without(chosen, all);
    }
}

fn result(
    case: VersionEvidence,
    people: &[CountedPerson],
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
        let mut approving = statements.iter().filter(|statement| statement.vote == Vote::Approves);
        approving.any(|it| matches!(&it.counts, VoteCounts::No(why_not) if wanted(why_not)))
    };
    if people.iter().any(|person| !person.statement.is_author) {
        let is_reached = |proof: &Proof| {
            let strong = people.iter().filter(|person| person.statement.level >= *proof);
            let strong: Vec<CountedPerson> = strong.cloned().collect();
            strong.len() == people.len() || is_met(case.demand, &strong)
        };
        let proof = Proof::ALL.iter().copied().rev().find(is_reached);
        return FourEyes::of_proof(proof.unwrap_or(Proof::Claimed));
    }
    if !people.is_empty() {
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
fn only_authors(all: &[GivenStatement]) -> bool {
    let spoke = all.iter().filter(|given| {
        let approves = given.said.vote == Vote::Approves && given.said.kind != EvidenceKind::Review;
        let person = !matches!(
            given.said.counts,
            VoteCounts::No(NotCounted::Bot | NotCounted::Forge | NotCounted::SuspiciousMerge)
        );
        approves && person
    });
    let own: Vec<bool> = spoke
        .filter(|given| given.who.identity().is_some())
        .map(|given| given.relation == Relation::Same)
        .collect();
    !own.is_empty() && own.iter().all(|own| *own)
}

#[derive(Clone, Debug, Default)]
pub(crate) struct CountedPeople {
    /// One entry per person, sorted by address.
    pub people: Vec<CountedPerson>,
    /// Indices of statements that are not counted, because they may be by somebody who already counts.
    pub left_out: Vec<(usize, UnknownAccount)>,
    pub flags: BTreeSet<&'static str>,
}

pub(crate) fn count(case: VersionEvidence, all: &[GivenStatement]) -> CountedPeople {
    let mut flags = BTreeSet::new();
    let counting: Vec<(usize, &GivenStatement, &Identity)> = all
        .iter()
        .enumerate()
        .filter(|(_, given)| given.approves())
        .filter_map(|(index, given)| Some((index, given, given.who.identity()?)))
        .collect();
    let identities: Vec<&Identity> = counting.iter().map(|(.., identity)| *identity).collect();
    let mut sets = Sets::by_keys(&identities);
    if sets.join_namesakes(&identities) {
        flags.insert("same-name");
    }
    sets.join_equal(counting.iter().map(|(_, given, _)| given.said.key.as_deref()));
    let mut people: Vec<CountedPerson> = Vec::new();
    let mut place: HashMap<usize, usize> = HashMap::new();
    for (n, (index, given, identity)) in counting.iter().enumerate() {
        if given.said.kind == EvidenceKind::Merge && weigh::is_committer_alone(case, identity) {
            flags.insert("committer-may-have-edited");
        }
        let known = *place.entry(sets.root(n)).or_insert(people.len());
        let mut statement = weigh::statement(case, given);
        statement.is_author = !given.relation.is_different();
        let person = CountedPerson {
            identity: (*identity).clone(),
            names: {
                let level = weigh::shared_level(case, given);
                given.resolver.key_set.names(&identity.person, level)
            },
            statement,
            accounts: given.resolver.accounts(identity, &given.separated_by),
            given: vec![*index],
        };
        match people.get_mut(known) {
            Some(known) => known.join(person),
            None => people.push(person),
        }
    }
    let mut counted = apart(case.demand, people);
    counted.people.order_by(|one, other| one.statement.person.key.cmp(&other.statement.person.key));
    counted.flags.extend(flags);
    counted
}

impl CountedPerson {
    fn join(&mut self, other: CountedPerson) {
        self.given.extend(other.given);
        self.accounts.join(other.accounts);
        self.identity.absorb(&other.identity);
        self.names.extend(other.names);
        // A person belongs to a group if any of their addresses does.
        let mut groups = std::mem::take(&mut self.statement.groups);
        groups.extend(other.statement.groups.iter().cloned());
        groups.sort();
        groups.dedup();
        let is_author = self.statement.is_author || other.statement.is_author;
        let strength = |statement: &Statement| (statement.level, statement.kind.strength());
        if strength(&other.statement) > strength(&self.statement) {
            self.identity.person = other.identity.person;
            self.statement = other.statement;
        }
        self.statement.groups = groups;
        self.statement.is_author = is_author;
    }
}

/// Returns people who are all known to be different from each other: a set that meets the requirement, else as many as
/// possible. People known only as accounts are tried last, then first.
fn apart(demand: &VersionDemand, people: Vec<CountedPerson>) -> CountedPeople {
    if people.iter().all(|person| person.accounts.unmapped.is_empty()) {
        return CountedPeople { people, ..CountedPeople::default() };
    }
    let mut sorted: Vec<&CountedPerson> = people.iter().collect();
    sorted.order_by_key(|person| {
        let is_unmapped = !person.accounts.unmapped.is_empty();
        (is_unmapped, person.statement.person.key.clone())
    });
    let mut turned = sorted.clone();
    turned.order_by_key(|person| person.accounts.unmapped.is_empty());
    let [first, other] = [sorted, turned].map(|order| choose(&order));
    let is_met = |chosen: &CountedPeople| weigh::is_met(demand, &chosen.people);
    let better = is_met(&other) || other.people.len() > first.people.len();
    if !is_met(&first) && better { other } else { first }
}

fn choose(order: &[&CountedPerson]) -> CountedPeople {
    let mut chosen = CountedPeople::default();
    for person in order {
        let accounts = (&person.identity, &person.accounts);
        let kept = chosen.people.iter();
        let relations =
            kept.map(|kept| relation::compare(accounts, (&kept.identity, &kept.accounts)));
        match relations.fold(Relation::Different, Relation::nearest) {
            Relation::Unknown(unknown) => {
                let given = person.given.iter();
                chosen.left_out.extend(given.map(|index| (*index, unknown.clone())));
                chosen.flags.insert("same-account-unknown");
            }
            _ => chosen.people.push((*person).clone()),
        }
    }
    chosen
}

/// Gives each approval all names used with its person in any of them, for comparison.
pub(crate) fn share_names(all: &mut [GivenStatement]) {
    let approving: Vec<(usize, Identity)> = all
        .iter()
        .enumerate()
        .filter(|(_, given)| given.said.vote == Vote::Approves)
        .filter_map(|(index, given)| Some((index, given.who.identity()?.clone())))
        .collect();
    if approving.len() < 2 {
        return;
    }
    let identities: Vec<&Identity> = approving.iter().map(|(_, identity)| identity).collect();
    let mut sets = Sets::by_keys(&identities);
    let mut named: HashMap<usize, Identity> = HashMap::new();
    for (n, identity) in identities.into_iter().enumerate() {
        named
            .entry(sets.root(n))
            .and_modify(|known| known.named_like(identity))
            .or_insert_with(|| identity.clone());
    }
    for (n, (index, _)) in approving.iter().enumerate() {
        let joined = named.get(&sets.root(n));
        if let (Some(given), Some(joined)) = (all.get_mut(*index), joined)
            && let NamedPerson::Someone(identity) = &mut given.who
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
