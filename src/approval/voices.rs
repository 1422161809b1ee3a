//! Counts people rather than statements: those of one person are merged, and of people who are not known to be
//! different only one counts.
//!
//! Uses `approval`'s counting and identity. Pure. Start at [`count`]. Follows `docs/spec/approval.md`, E8, I5 and 1.7.

use crate::approval::case;
use crate::approval::case::{CountedApproval, VersionEvidence};
use crate::approval::counting::WeighedApproval;
use crate::approval::demand::VersionDemand;
use crate::approval::evidence::{Claim, Vouched};
use crate::approval::identity::NamedPerson;
use crate::approval::identity::apart::{self, Accounts};
use crate::approval::identity::resolved::Identity;
use crate::approval::relation::{Relation, UnknownAccount};
use crate::approval::verdict::{Vote, VoteCounts};
use crate::policy::demand::EvidenceKind;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

#[derive(Clone, Debug, Default)]
pub(crate) struct CountedPeople {
    /// One entry per person, sorted by address.
    pub voices: Vec<CountedApproval>,
    /// Indices of statements that are not counted, because they may be by somebody who already counts.
    pub left_out: Vec<(usize, UnknownAccount)>,
    /// The flags to show with it.
    pub flags: BTreeSet<&'static str>,
}

/// One person with their statements.
struct PersonStatements {
    voice: CountedApproval,
    accounts: Accounts,
    heard: Vec<usize>,
}

pub(crate) fn count(case: VersionEvidence, heard: &[WeighedApproval]) -> CountedPeople {
    let mut counted = CountedPeople::default();
    let counting: Vec<usize> = heard
        .iter()
        .enumerate()
        .filter(|(_, it)| it.counts == VoteCounts::Yes && it.claim.word == Vote::Approves)
        .filter(|(_, it)| it.party.is_some())
        .map(|(index, _)| index)
        .collect();
    let parties: Vec<&Identity> =
        counting.iter().filter_map(|index| heard.get(*index)?.party.as_ref()).collect();
    let mut sets = Sets::by_keys(&parties);
    if sets.join_namesakes(&parties) {
        counted.flags.insert("same-name");
    }
    let keys = counting.iter().map(|index| {
        let said = heard.get(*index)?;
        said.claim.key.as_deref()
    });
    sets.join_equal(keys);
    let mut groups: Vec<PersonStatements> = Vec::new();
    let mut place: HashMap<usize, usize> = HashMap::new();
    for (n, index) in counting.iter().enumerate() {
        let Some((said, party)) = heard.get(*index).and_then(|it| Some((it, it.party.as_ref()?)))
        else {
            continue;
        };
        if said.claim.kind == EvidenceKind::Merge && case::is_committer_alone(case, party) {
            counted.flags.insert("committer-may-have-edited");
        }
        let known = *place.entry(sets.root(n)).or_insert(groups.len());
        let group = PersonStatements::count_people(case, said, party, *index);
        match groups.get_mut(known) {
            Some(known) => known.join(group),
            None => groups.push(group),
        }
    }
    let is_unsigned = |index: &usize| {
        let said = heard.get(*index);
        said.is_some_and(|it| it.claim.vouched == Vouched::ByUnsignedBridge)
    };
    if groups.iter().any(|group| group.heard.iter().all(is_unsigned)) {
        counted.flags.insert("bridge-unsigned");
    }
    let kept = apart(case.demand, groups, &mut counted);
    counted.voices = kept;
    counted.voices.sort_by(|one, other| one.approver.person.key.cmp(&other.approver.person.key));
    counted
}

impl PersonStatements {
    fn count_people(
        case: VersionEvidence,
        said: &WeighedApproval,
        party: &Identity,
        index: usize,
    ) -> PersonStatements {
        let claim = said.claim;
        let mut approver = case::approver(case, claim);
        approver.is_author = !said.relation.is_different();
        PersonStatements {
            voice: CountedApproval {
                party: party.clone(),
                told_by: claim.told_by.clone(),
                names: claim.lens.ring.names(&party.person),
                approver,
                said: claim.said,
            },
            accounts: claim.lens.accounts(party, &claim.told_by),
            heard: vec![index],
        }
    }

    /// Adds a statement of the same person, keeping the strongest kind.
    fn join(&mut self, other: PersonStatements) {
        self.heard.extend(other.heard);
        self.accounts.join(other.accounts);
        let (mut names, mut groups) =
            (self.voice.names.clone(), self.voice.approver.groups.clone());
        // A person belongs to a group if any of their addresses does.
        names.extend(other.voice.names.iter().cloned());
        groups.extend(other.voice.approver.groups.iter().cloned());
        groups.sort();
        groups.dedup();
        let is_author = self.voice.approver.is_author || other.voice.approver.is_author;
        let mut party = self.voice.party.clone();
        party.absorb(&other.voice.party);
        let strength = |voice: &CountedApproval| voice.approver.kind.strength();
        if strength(&other.voice) > strength(&self.voice) {
            party.person = other.voice.party.person.clone();
            self.voice = other.voice;
        }
        self.voice.party = party;
        self.voice.names = names;
        self.voice.approver.groups = groups;
        self.voice.approver.is_author = is_author;
    }
}

/// Returns people who are all known to be different from each other: a set that meets the requirement, else as many as
/// possible.
///
/// People known only as accounts are tried last, then first, to find such a set.
fn apart(
    demand: &VersionDemand,
    groups: Vec<PersonStatements>,
    counted: &mut CountedPeople,
) -> Vec<CountedApproval> {
    if groups.iter().all(|group| group.accounts.unmapped.is_empty()) {
        return groups.into_iter().map(|group| group.voice).collect();
    }
    let mut sorted: Vec<&PersonStatements> = groups.iter().collect();
    sorted.sort_by_key(|it| {
        let is_unmapped = !it.accounts.unmapped.is_empty();
        (is_unmapped, it.voice.approver.person.key.clone())
    });
    let mut turned = sorted.clone();
    turned.sort_by_key(|it| it.accounts.unmapped.is_empty());
    let [first, other] = [sorted, turned].map(|order| choose(&order));
    let voices = |chosen: &DistinctPeople| -> Vec<CountedApproval> {
        chosen.kept.iter().map(|it| it.voice.clone()).collect()
    };
    let is_met = |chosen: &DistinctPeople| case::is_met(demand, &voices(chosen));
    let better = is_met(&other) || other.kept.len() > first.kept.len();
    let chosen = if !is_met(&first) && better { other } else { first };
    for (group, unknown) in &chosen.left_out {
        let heard = group.heard.iter();
        let left_out = heard.map(|index| (*index, unknown.clone()));
        counted.left_out.extend(left_out);
        counted.flags.insert("same-account-unknown");
    }
    voices(&chosen)
}

/// People known to be different from each other, and those who may be one of them.
struct DistinctPeople<'g> {
    kept: Vec<&'g PersonStatements>,
    left_out: Vec<(&'g PersonStatements, UnknownAccount)>,
}

fn choose<'g>(order: &[&'g PersonStatements]) -> DistinctPeople<'g> {
    let mut chosen = DistinctPeople { kept: Vec::new(), left_out: Vec::new() };
    for group in order {
        let relation = chosen
            .kept
            .iter()
            .map(|kept| {
                let [one, other] = [*group, *kept].map(|it| (&it.voice.party, &it.accounts));
                apart::compare(one, other)
            })
            .fold(Relation::Different, Relation::nearest);
        match relation {
            Relation::Unknown(unknown) => chosen.left_out.push((group, unknown)),
            _ => chosen.kept.push(group),
        }
    }
    chosen
}

/// Gives each approval all names used with its person in any of them, for comparison.
pub(crate) fn share_names(claims: &mut [Claim]) {
    let approving: Vec<usize> = claims
        .iter()
        .enumerate()
        .filter(|(_, claim)| claim.word == Vote::Approves)
        .filter(|(_, claim)| matches!(claim.who, NamedPerson::Someone(_)))
        .map(|(index, _)| index)
        .collect();
    let parties: Vec<Identity> = approving
        .iter()
        .filter_map(|index| match &claims.get(*index)?.who {
            NamedPerson::Someone(party) => Some(party.clone()),
            NamedPerson::Unresolved(_) | NamedPerson::Nobody(_) => None,
        })
        .collect();
    if parties.len() < 2 {
        return;
    }
    let mut sets = Sets::by_keys(&parties.iter().collect::<Vec<_>>());
    let mut all: HashMap<usize, Identity> = HashMap::new();
    for (n, party) in parties.iter().enumerate() {
        all.entry(sets.root(n))
            .and_modify(|known| known.named_like(party))
            .or_insert_with(|| party.clone());
    }
    for (n, index) in approving.iter().enumerate() {
        let joined = all.get(&sets.root(n));
        if let (Some(claim), Some(joined)) = (claims.get_mut(*index), joined)
            && let NamedPerson::Someone(party) = &mut claim.who
        {
            party.named_like(joined);
        }
    }
}

/// Sets of connected entries (union-find).
struct Sets(Vec<usize>);

impl Sets {
    /// Joins entries that are the same person by some state of governance.
    fn by_keys(parties: &[&Identity]) -> Sets {
        let mut sets = Sets((0..parties.len()).collect());
        let mut known: HashMap<Rc<str>, usize> = HashMap::new();
        for (n, party) in parties.iter().enumerate() {
            for key in party.keys() {
                let first = *known.entry(Rc::clone(key)).or_insert(n);
                sets.join(first, n);
            }
        }
        sets
    }

    /// Joins namesakes, and returns whether there are any.
    fn join_namesakes(&mut self, parties: &[&Identity]) -> bool {
        let mut any = false;
        for (n, one) in parties.iter().enumerate() {
            for (other, party) in parties.iter().enumerate().take(n) {
                if one.is_namesake(party) {
                    any |= self.join(other, n);
                }
            }
        }
        any
    }

    /// Joins entries with equal keys.
    fn join_equal<'k>(&mut self, keys: impl Iterator<Item = Option<&'k str>>) {
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (n, key) in keys.enumerate() {
            if let Some(key) = key {
                let first = *known.entry(key).or_insert(n);
                self.join(first, n);
            }
        }
    }

    fn root(&mut self, mut of: usize) -> usize {
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
    fn join(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.root(one), self.root(other));
        let (low, high) = (one.min(other), one.max(other));
        if let Some(slot) = self.0.get_mut(high) {
            *slot = low;
        }
        low != high
    }
}
