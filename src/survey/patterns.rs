//! Repeated causes in a ledger: the groups over the threshold, their advice, and the new records that they refuse.
//!
//! Uses record, policy, survey's causes. Pure. Start at `what_to_change`. Follows `docs/spec/cli.md`, patterns, and M51 to M54 of
//! the mission. What makes records the same, and when a group is frozen, is decided in `cause` alone.

pub mod advice;

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::governance::Governance;
use crate::policy::settings::{PatternKey, Patterns};
use crate::record::Record;
use crate::record::time::Instant;
use crate::record::vocabulary::{RootCause, Vocabulary};
use crate::survey::cause::{self, CauseGroup, CauseKind, Findings};
use crate::survey::neighbour::{Neighbour, Neighbours};
use crate::survey::occurrence;

/// What repeats in a ledger.
#[derive(Clone, Debug)]
pub struct RepeatedCauses<'a> {
    /// The groups over the threshold by the policy's key, then the controls that fail for one cause in
    /// several systems; the largest first.
    pub groups: Vec<CausePattern<'a>>,
    /// The applications over the threshold, whatever the causes.
    pub applications: Vec<CausePattern<'a>>,
    /// The controls over the threshold across several systems, whatever the causes.
    pub controls: Vec<CausePattern<'a>>,
    /// Each cause with a record in the window, the most frequent first.
    pub causes: Vec<CausePattern<'a>>,
    /// How many records of the window state no cause.
    pub unclassified: usize,
}

#[derive(Clone, Debug)]
pub struct CausePattern<'a> {
    /// The keys of the grouping.
    pub keys: Vec<PatternKey>,
    /// The common values, as the first record spells them.
    pub group: CauseGroup,
    /// The number of occurrences; records that landed together are one occurrence.
    pub occurrences: usize,
    pub records: Vec<&'a Neighbour>,
    /// The systems concerned: application, else asset, else identity.
    pub systems: BTreeSet<&'a str>,
    /// Whether new records are refused until a redesign is linked.
    pub is_frozen: bool,
    /// The new records that are refused, by id.
    pub refused: Vec<FrozenRecord>,
    pub advice: String,
}

/// A new record of a frozen group that links no redesign.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrozenRecord {
    pub id: String,
    pub place: RecordOrigin,
}

/// Where a new record was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordOrigin {
    /// It landed after the group had reached the threshold.
    Landed(Instant),
    Branch(String),
    WorkTree,
}

/// A record that is only proposed.
#[derive(Clone, Debug)]
pub struct ProposedRecord<'a> {
    pub id: &'a str,
    pub record: &'a Record,
    pub place: RecordOrigin,
}

/// Controls that fail across systems are grouped by cause, too: many different causes are volume, not repetition.
const FAILING: &[PatternKey] = &[PatternKey::Control, PatternKey::RootCause];

/// Returns the patterns among the landed records, and the proposed records that they refuse.
pub fn find_patterns<'a>(
    neighbours: &'a Neighbours,
    proposed: &[ProposedRecord<'_>],
    governance: &Governance,
) -> RepeatedCauses<'a> {
    let patterns = &governance.policy.patterns;
    let by = |keys: &[PatternKey], findings: Findings| -> Vec<(CauseGroup, CausePattern<'a>)> {
        let kinds = neighbours.kinds(keys, findings, governance).into_iter();
        let mut found: Vec<(CauseGroup, CausePattern<'a>)> =
            kinds.map(|(group, kind)| (group, CausePattern::new(keys, kind))).collect();
        found.sort_by_key(|(group, it)| (std::cmp::Reverse(it.occurrences), group.clone()));
        found
    };
    let spelled = |keys: &[PatternKey]| -> Vec<CausePattern<'a>> {
        let found = by(keys, Findings::Aside).into_iter();
        found.map(|(_, pattern)| pattern).collect()
    };
    let is_repeated = |it: &CausePattern<'_>| cause::reaches(it.occurrences, patterns);
    let is_named = |it: &CausePattern<'_>| it.group.values.iter().all(Option::is_some);
    let is_own = |keys: &[PatternKey]| patterns.key == keys;
    let fails = |it: &CausePattern<'_>| is_repeated(it) && is_named(it) && it.systems.len() > 1;
    let mut refused = find_refused(neighbours, proposed, governance);
    let own =
        by(&patterns.key, Findings::Count).into_iter().filter(|(_, pattern)| is_repeated(pattern));
    let mut groups: Vec<CausePattern<'a>> = own
        .map(|(group, mut pattern)| {
            if patterns.freeze {
                pattern.freeze(refused.remove(&group).unwrap_or_default());
            }
            pattern
        })
        .collect();
    if !is_own(&[PatternKey::Control]) && !is_own(FAILING) {
        groups.extend(spelled(FAILING).into_iter().filter(fails));
    }
    let mut applications = spelled(&[PatternKey::Application]);
    applications.retain(|it| is_repeated(it) && is_named(it));
    let mut controls = spelled(&[PatternKey::Control]);
    controls.retain(fails);
    let unclassified = |it: &&Neighbour| it.record.root_cause == RootCause::Unclassified;
    RepeatedCauses {
        groups,
        applications,
        controls,
        causes: spelled(&[PatternKey::RootCause]),
        unclassified: neighbours.counted(patterns).filter(unclassified).count(),
    }
}

impl<'a> CausePattern<'a> {
    fn new(keys: &[PatternKey], kind: CauseKind<'a>) -> CausePattern<'a> {
        let (group, mut records) = (kind.spelled, kind.records);
        records.sort_by(|one, other| one.id.cmp(&other.id));
        let systems: BTreeSet<&str> = records.iter().filter_map(|it| system(&it.record)).collect();
        CausePattern {
            advice: advice::what_to_change(keys, &group, kind.occurrences, &records, systems.len()),
            keys: keys.to_vec(),
            group,
            occurrences: kind.occurrences,
            records,
            systems,
            is_frozen: false,
            refused: Vec::new(),
        }
    }

    fn freeze(&mut self, refused: Vec<FrozenRecord>) {
        self.is_frozen = true;
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

    /// Returns a description of what the records have in common.
    pub fn describe(&self) -> String {
        cause::describe(&self.keys, &self.group)
    }

    /// Returns each key with its value, `finding` last if the records name findings.
    pub fn key(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        let names = self.keys.iter().map(|key| key.as_str());
        let finding = self.group.finding.as_deref();
        names
            .zip(self.group.values.iter().map(Option::as_deref))
            .chain(finding.map(|finding| ("finding", Some(finding))))
    }
}

/// Returns the system that a record is about.
fn system(record: &Record) -> Option<&str> {
    let subject = &record.subject;
    let names = [&subject.application, &subject.asset, &subject.identity];
    names.into_iter().find_map(|name| name.as_deref())
}

/// Returns the new records that a frozen group refuses, by group: the proposed ones, and those that landed although the
/// group had reached the threshold by then.
fn find_refused(
    neighbours: &Neighbours,
    proposed: &[ProposedRecord<'_>],
    governance: &Governance,
) -> BTreeMap<CauseGroup, Vec<FrozenRecord>> {
    let mut found: BTreeMap<CauseGroup, Vec<FrozenRecord>> = BTreeMap::new();
    let mut add = |group: CauseGroup, id: &str, place: RecordOrigin| {
        found.entry(group).or_default().push(FrozenRecord { id: id.to_owned(), place });
    };
    let frozen = neighbours.frozen(governance);
    for it in proposed {
        if let Some((group, _)) = neighbours.refuses(&frozen, it.id, it.record, governance) {
            add(group.clone(), it.id, it.place.clone());
        }
    }
    let patterns = &governance.policy.patterns;
    // A record that states no cause counts against every cause, landed or not.
    let unsaid: Vec<(&Neighbour, BTreeSet<CauseGroup>)> = neighbours
        .counted(patterns)
        .filter(|it| it.record.root_cause == RootCause::Unclassified)
        .map(|it| (it, cause::refusing(&it.record, governance)))
        .collect();
    for (group, kind) in &frozen {
        let is_in = |it: &Neighbour| kind.records.iter().any(|other| other.id == it.id);
        let besides = unsaid
            .iter()
            .filter(|(it, groups)| groups.contains(group) && !is_in(it))
            .map(|(it, _)| *it);
        let occurrences = occurrence::group_occurrences(&kind.records);
        for it in kind.records.iter().copied().chain(besides) {
            if is_late(it, &occurrences, patterns) {
                add(group.clone(), &it.id, RecordOrigin::Landed(it.landed));
            }
        }
    }
    found.values_mut().for_each(|refused| refused.sort());
    found
}

/// Tells whether a record landed after a group had reached the threshold, and is still open without a redesign.
fn is_late(record: &Neighbour, occurrences: &[Vec<&Neighbour>], patterns: &Patterns) -> bool {
    let before = occurrences.iter().filter(|occurrence| {
        let is_own = occurrence.iter().any(|it| it.id == record.id);
        let last = occurrence.iter().map(|it| it.landed).max();
        !is_own
            && last.is_some_and(|last| {
                last < record.landed && patterns.window.after(last) >= record.landed
            })
    });
    cause::reaches(before.count(), patterns) && cause::needs_redesign(&record.record, record.landed)
}
