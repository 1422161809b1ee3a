//! Repeated causes in a ledger: the groups over the threshold, what they ask for, and which new records they refuse.
//!
//! Uses record, policy, survey's causes. Pure. Start at [`of`]. Follows `docs/spec/cli.md`, patterns, and M51 to M54 of
//! the mission. What makes records the same, and when a group is frozen, is decided in `cause` alone.

mod advice;

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::governance::Governance;
use crate::policy::settings::{PatternKey, Patterns};
use crate::record::Record;
use crate::record::time::Instant;
use crate::record::word::{RootCause, Word};
use crate::survey::cause::{self, Group, Neighbour, Neighbours};

/// What repeats in a ledger.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The groups over the threshold by the policy's key, then the controls that fail for one cause in several systems; the largest
    /// first.
    pub groups: Vec<Pattern<'a>>,
    /// The applications with as many records, whatever their causes.
    pub applications: Vec<Pattern<'a>>,
    /// Each cause that counts in the window, the most frequent first.
    pub causes: Vec<Pattern<'a>>,
    /// How many records of the window say no cause.
    pub unclassified: usize,
}

/// Records of one kind.
#[derive(Clone, Debug)]
pub struct Pattern<'a> {
    /// By what they are one kind.
    pub keys: Vec<PatternKey>,
    /// What they have in common.
    pub group: Group,
    /// The records, by id.
    pub records: Vec<&'a Neighbour>,
    /// The systems that they are about: application, else asset, else identity.
    pub systems: BTreeSet<&'a str>,
    /// Whether a new record is refused.
    pub frozen: Frozen,
    /// The new records that are refused, by id.
    pub refused: Vec<Refused>,
    /// What to change.
    pub advice: String,
}

/// Whether a group refuses new records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frozen {
    /// It does, until a redesign is linked.
    Yes,
    /// It does not.
    No,
}

/// A new record of a frozen group, without a redesign.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub place: Place,
}

/// Where a new record is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// It landed after the group was full.
    Landed(Instant),
    /// On a branch.
    Branch(String),
    /// In the work tree.
    WorkTree,
}

/// A record that is only proposed.
#[derive(Clone, Debug)]
pub struct Proposed<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it says.
    pub record: &'a Record,
    /// Where it is.
    pub place: Place,
}

/// By what a control fails across systems: for one cause, because many causes are volume and no repetition.
const FAILING: &[PatternKey] = &[PatternKey::Control, PatternKey::RootCause];

/// Returns what repeats among the records that landed, and what refuses the proposed ones.
pub fn of<'a>(
    neighbours: &'a Neighbours,
    proposed: &[Proposed<'_>],
    governance: &Governance,
) -> Found<'a> {
    let patterns = &governance.policy.patterns;
    let by = |keys: &[PatternKey]| -> Vec<Pattern<'a>> {
        let kinds = neighbours.kinds(keys, patterns, governance);
        let kinds = kinds.into_iter();
        let mut found: Vec<Pattern<'a>> = kinds
            .map(|(group, records)| Pattern::new(keys, group, records))
            .collect();
        found.sort_by_key(|it| (std::cmp::Reverse(it.records.len()), it.group.clone()));
        found
    };
    let is_repeated = |it: &Pattern<'_>| cause::reaches(it.records.len(), patterns);
    let is_named = |it: &Pattern<'_>| it.group.iter().all(Option::is_some);
    let is_own = |keys: &[PatternKey]| patterns.key == keys;
    let mut refused = refused(neighbours, proposed, governance);
    let mut groups = by(&patterns.key);
    groups.retain(is_repeated);
    for pattern in &mut groups {
        if patterns.freeze {
            pattern.freeze(refused.remove(&pattern.group).unwrap_or_default());
        }
    }
    if !is_own(&[PatternKey::Control]) && !is_own(FAILING) {
        let controls = by(FAILING).into_iter();
        let fails = |it: &Pattern<'_>| is_repeated(it) && is_named(it) && it.systems.len() > 1;
        groups.extend(controls.filter(fails));
    }
    let mut applications = by(&[PatternKey::Application]);
    applications.retain(|it| is_repeated(it) && is_named(it));
    let unclassified = |it: &&Neighbour| it.record.root_cause == RootCause::Unclassified;
    Found {
        groups,
        applications,
        causes: by(&[PatternKey::RootCause]),
        unclassified: neighbours.counted(patterns).filter(unclassified).count(),
    }
}

impl<'a> Pattern<'a> {
    fn new(keys: &[PatternKey], group: Group, mut records: Vec<&'a Neighbour>) -> Pattern<'a> {
        records.sort_by(|one, other| one.id.cmp(&other.id));
        let systems: BTreeSet<&str> = records.iter().filter_map(|it| system(&it.record)).collect();
        Pattern {
            advice: advice::of(keys, &group, &records, systems.len()),
            keys: keys.to_vec(),
            group,
            records,
            systems,
            frozen: Frozen::No,
            refused: Vec::new(),
        }
    }

    fn freeze(&mut self, refused: Vec<Refused>) {
        self.frozen = Frozen::Yes;
        self.refused = refused;
        self.advice.push_str(advice::UNTIL_THEN);
    }

    /// Returns when the first of the records landed.
    pub fn first(&self) -> Option<Instant> {
        self.records.iter().map(|it| it.landed).min()
    }

    /// Returns when the last of the records landed.
    pub fn last(&self) -> Option<Instant> {
        self.records.iter().map(|it| it.landed).max()
    }

    /// Returns what the records have in common, in words.
    pub fn words(&self) -> String {
        cause::words(&self.keys, &self.group)
    }

    /// Returns each word of the key with its value.
    pub fn key(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        let words = self.keys.iter().map(|key| key.word());
        words.zip(self.group.iter().map(Option::as_deref))
    }
}

/// Returns the system that a record is about.
fn system(record: &Record) -> Option<&str> {
    let subject = &record.subject;
    let names = [&subject.application, &subject.asset, &subject.identity];
    names.into_iter().find_map(|name| name.as_deref())
}

/// Returns the new records that a frozen group refuses, by the group: what is proposed, and what landed although the
/// group was full by then.
fn refused(
    neighbours: &Neighbours,
    proposed: &[Proposed<'_>],
    governance: &Governance,
) -> BTreeMap<Group, Vec<Refused>> {
    let mut found: BTreeMap<Group, Vec<Refused>> = BTreeMap::new();
    let mut add = |group: Group, id: &str, place: Place| {
        found.entry(group).or_default().push(Refused {
            id: id.to_owned(),
            place,
        });
    };
    for it in proposed {
        if let Some((group, _)) = neighbours.refuses(it.id, it.record, governance) {
            add(group, it.id, it.place.clone());
        }
    }
    let patterns = &governance.policy.patterns;
    for (group, records) in neighbours.kinds(&patterns.key, patterns, governance) {
        for it in late(records, patterns) {
            add(group.clone(), &it.id, Place::Landed(it.landed));
        }
    }
    found.values_mut().for_each(|refused| refused.sort());
    found
}

/// Returns which records of a group landed after it was full, and are still open without a redesign.
fn late<'a>(mut records: Vec<&'a Neighbour>, patterns: &Patterns) -> Vec<&'a Neighbour> {
    records.sort_by_key(|it| it.landed);
    let threshold = usize::try_from(patterns.threshold).unwrap_or(usize::MAX);
    let is_late = |it: &&&Neighbour| {
        let n_before = records.partition_point(|other| other.landed < it.landed);
        let nth_before = n_before
            .checked_sub(threshold)
            .and_then(|nth| records.get(nth));
        let was_full = nth_before.is_some_and(|nth| patterns.window.after(nth.landed) >= it.landed);
        was_full && cause::needs_redesign(&it.record, it.landed)
    };
    records.iter().filter(is_late).copied().collect()
}
