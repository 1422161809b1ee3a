//! Repeated causes in a ledger: the groups over the threshold, their advice, and the new records that they refuse.
//!
//! Pure. Start at [`find_patterns`]. Follows `docs/spec/cli.md`, patterns, and M51 to M54 and M91 of the mission. What
//! makes records the same, and when a group is frozen, is decided in `cause` alone.

pub mod advice;
pub mod facts;
pub mod linked;
pub mod refused;

use crate::diag::sorting::StableSort as _;
use std::collections::{BTreeMap, BTreeSet};

use crate::policy::governance::Governance;
use crate::policy::settings::PatternKey;
use crate::record::Record;
use crate::record::folded::folded;
use crate::record::time::Instant;
use crate::record::vocabulary::{Class, RootCause};
use crate::survey::cause::{self, CauseGroup, CauseKind, Findings};
use crate::survey::neighbour::{Neighbour, Neighbours};
use crate::survey::occurrence::Occurrence;
use crate::survey::patterns::facts::{FrozenRecord, PatternFacts, ProposedRecord};
use crate::survey::patterns::linked::{LinkedRedesign, PatternRedesigns};

/// What repeats in a ledger.
#[derive(Clone, Debug)]
pub struct RepeatedCauses<'a> {
    /// The groups over the threshold by the policy's key, then the controls that fail for one cause in
    /// several systems; the largest first.
    pub groups: Vec<CausePattern<'a>>,
    /// Each kind of records of an expected class, the most frequent first. They count here alone.
    pub expected: Vec<CausePattern<'a>>,
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
    /// The expected class of the records; `None` for records of the other classes, which are grouped together.
    pub class: Option<Class>,
    /// The occurrences, the earliest first; records that landed together are one occurrence.
    pub occurrences: Vec<Occurrence<'a>>,
    /// The records, by id.
    pub records: Vec<&'a Neighbour>,
    /// The systems concerned: application, else asset, else identity.
    pub systems: BTreeSet<&'a str>,
    /// Whether new records are refused until a redesign is linked.
    pub is_frozen: bool,
    /// The redesign of a frozen group, in time or not.
    pub redesign: Option<LinkedRedesign>,
    /// The new records that are refused, by id.
    pub refused: Vec<FrozenRecord>,
    /// What to change, so that nobody needs an exception.
    pub remedy: String,
}

/// Controls that fail across systems are grouped by cause, too: many different causes are volume, not repetition.
const FAILING: &[PatternKey] = &[PatternKey::Control, PatternKey::RootCause];

/// Returns the patterns among the landed records, and the proposed records that they refuse.
pub fn find_patterns<'a>(
    neighbours: &'a Neighbours,
    proposed: &[ProposedRecord<'_>],
    facts: PatternFacts<'_>,
) -> RepeatedCauses<'a> {
    let governance = facts.governance;
    let patterns = &governance.policy.patterns;
    let spelled = |keys: &[PatternKey]| -> Vec<CausePattern<'a>> {
        let kinds = neighbours.kinds(keys, Findings::Aside, governance);
        let found = kinds.into_iter().map(|(group, kind)| (group, CausePattern::new(keys, kind)));
        most_frequent_first(found.collect()).map(|(_, pattern)| pattern).collect()
    };
    let is_repeated =
        |pattern: &CausePattern<'_>| cause::reaches(pattern.occurrences.len(), patterns);
    let is_named = |pattern: &CausePattern<'_>| pattern.group.values.iter().all(Option::is_some);
    let is_own = |keys: &[PatternKey]| patterns.key == keys;
    let fails = |it: &CausePattern<'_>| is_repeated(it) && is_named(it) && it.systems.len() > 1;
    let mut refused = refused::find_refused(neighbours, proposed, governance);
    let own = repeated_groups(neighbours, facts).into_iter();
    let mut groups: Vec<CausePattern<'a>> = own
        .map(|(group, mut pattern)| {
            pattern.refused = refused.remove(&group).unwrap_or_default();
            pattern
        })
        .collect();
    if !is_own(&[PatternKey::Control]) && !is_own(FAILING) {
        groups.extend(spelled(FAILING).into_iter().filter(fails));
    }
    let mut applications = spelled(&[PatternKey::Application]);
    applications.retain(|application| is_repeated(application) && is_named(application));
    let mut controls = spelled(&[PatternKey::Control]);
    controls.retain(fails);
    let unclassified =
        |neighbour: &&Neighbour| neighbour.record.root_cause == RootCause::Unclassified;
    RepeatedCauses {
        groups,
        expected: expected(neighbours, governance),
        applications,
        controls,
        causes: spelled(&[PatternKey::RootCause]),
        unclassified: neighbours.counted(patterns).filter(unclassified).count(),
    }
}

/// Returns the frozen groups, the largest first, without the new records that they refuse.
pub fn frozen_groups<'a>(
    neighbours: &'a Neighbours,
    facts: PatternFacts<'_>,
) -> Vec<CausePattern<'a>> {
    let groups = repeated_groups(neighbours, facts).into_iter();
    groups.map(|(_, pattern)| pattern).filter(|pattern| pattern.is_frozen).collect()
}

fn repeated_groups<'a>(
    neighbours: &'a Neighbours,
    facts: PatternFacts<'_>,
) -> Vec<(CauseGroup, CausePattern<'a>)> {
    let patterns = &facts.governance.policy.patterns;
    let kinds = neighbours.repeated(facts.governance);
    let redesigns = PatternRedesigns::of(neighbours, facts);
    let found = kinds.into_iter().map(|(group, kind)| {
        let mut pattern = CausePattern::new(&patterns.key, kind);
        if patterns.freeze {
            pattern.is_frozen = true;
            pattern.redesign = redesigns.of_group(&group, &pattern.records);
        }
        (group, pattern)
    });
    most_frequent_first(found.collect()).collect()
}

fn expected<'a>(neighbours: &'a Neighbours, governance: &Governance) -> Vec<CausePattern<'a>> {
    let patterns = &governance.policy.patterns;
    let classes: BTreeSet<Class> = patterns.expected.iter().copied().collect();
    let found = classes.into_iter().flat_map(|class| {
        let kinds = neighbours.expected_kinds(class, governance).into_iter();
        kinds.map(move |(group, kind)| {
            let pattern = CausePattern::new(&patterns.key, kind);
            (group, CausePattern { class: Some(class), ..pattern })
        })
    });
    most_frequent_first(found.collect()).map(|(_, pattern)| pattern).collect()
}

fn most_frequent_first<'a>(
    mut found: Vec<(CauseGroup, CausePattern<'a>)>,
) -> impl Iterator<Item = (CauseGroup, CausePattern<'a>)> {
    found.order_by_key(|(group, pattern)| {
        (std::cmp::Reverse(pattern.occurrences.len()), group.clone(), pattern.class)
    });
    found.into_iter()
}

impl<'a> CausePattern<'a> {
    fn new(keys: &[PatternKey], kind: CauseKind<'a>) -> CausePattern<'a> {
        let (group, mut records) = (kind.spelled, kind.records);
        let occurrences = Occurrence::among(&records);
        records.order_by(|one, other| one.id.cmp(&other.id));
        let systems = systems(&records);
        let n = occurrences.len();
        CausePattern {
            remedy: advice::what_to_change(keys, &group, n, &records, systems.len()),
            keys: keys.to_vec(),
            group,
            class: None,
            occurrences,
            records,
            systems,
            is_frozen: false,
            redesign: None,
            refused: Vec::new(),
        }
    }

    /// Returns what to change, and until then what a new record needs.
    pub fn advice(&self) -> String {
        let until_then = if self.is_frozen { advice::UNTIL_THEN } else { "" };
        format!("{}{until_then}", self.remedy)
    }

    /// Tells whether new records are refused and deployments denied: it is frozen, and no redesign is in time.
    pub fn lacks_redesign(&self) -> bool {
        self.is_frozen && !self.redesign.as_ref().is_some_and(|redesign| redesign.is_in_time)
    }

    /// Returns the names of the systems concerned, former ones included.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        let subjects = self.records.iter().map(|record| &record.record.subject);
        let former = subjects.flat_map(|subject| subject.aliases.iter().flatten());
        self.systems.iter().copied().chain(former.map(String::as_str))
    }

    /// Returns when the first of the records landed.
    pub fn first(&self) -> Option<Instant> {
        self.records.iter().map(|record| record.landed).min()
    }

    /// Returns when the last of the records landed.
    pub fn last(&self) -> Option<Instant> {
        self.records.iter().map(|record| record.landed).max()
    }

    /// Returns a description of what the records have in common.
    pub fn describe(&self) -> String {
        let described = cause::describe(&self.keys, &self.group);
        match self.class {
            Some(class) => format!("{described}, class {}", class.as_str()),
            None => described,
        }
    }

    /// Returns each key with its value, then `finding` if the records name findings, and `class` if it is expected.
    pub fn key(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        let names = self.keys.iter().map(|key| key.as_str());
        let finding = self.group.finding.as_deref();
        names
            .zip(self.group.values.iter().map(Option::as_deref))
            .chain(finding.map(|finding| ("finding", Some(finding))))
            .chain(self.class.map(|class| ("class", Some(class.as_str()))))
    }
}

/// Returns the systems of some records, each as the record spells it that landed first.
fn systems<'a>(records: &[&'a Neighbour]) -> BTreeSet<&'a str> {
    let mut by_landing = records.to_vec();
    by_landing.order_by_key(|record| record.landed);
    let mut systems = BTreeMap::new();
    for name in by_landing.into_iter().filter_map(|neighbour| system(&neighbour.record)) {
        systems.entry(folded(name)).or_insert(name);
    }
    systems.into_values().collect()
}

fn system(record: &Record) -> Option<&str> {
    let subject = &record.subject;
    let names = [&subject.application, &subject.asset, &subject.identity];
    names.into_iter().find_map(|name| name.as_deref())
}
