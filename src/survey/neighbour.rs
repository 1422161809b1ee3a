//! A record that shares its cause with others.
//!
//! Pure. Start at [`Neighbours`]. Follows `docs/spec/policy.md`, repetition.

use crate::diag::sorting::StableSort as _;
use crate::policy::governance::Governance;
use crate::policy::settings::{PatternKey, Patterns};
use crate::record::Record;
use crate::record::time::Instant;
use crate::record::vocabulary::{Class, ClosureOutcome};
use crate::survey::cause::{
    self, CauseGroup, CauseKind, Findings, RefusingGroups, groups, reaches,
};
use crate::survey::compared_version::ComparedEnd;
use crate::survey::occurrence::{self, Filing};
use crate::survey::redesign::RedesignHistory;
use crate::survey::redesign::lift::Lifting;
use crate::survey::refiling::Peer;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A record that landed, with what comparisons need.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// Its id, or the name of its file.
    pub id: String,
    /// When it first landed.
    pub landed: Instant,
    pub filing: Filing,
    /// The version by which it is compared.
    pub record: Rc<Record>,
    /// When it ended, by what landed; `None` to take that from its text.
    pub end: Option<ComparedEnd>,
}

impl Neighbour {
    /// Returns the record in the form for comparison; `None` for a rejected one.
    pub fn peer(&self) -> Option<Peer> {
        let peer = Peer::from_record(&self.id, &self.record, Some(self.landed))?;
        Some(match self.end {
            Some(end) => peer.ending(end),
            None => peer,
        })
    }
}

/// The landed records that may be of one kind with others, or about the same subject.
#[derive(Clone, Debug)]
pub struct Neighbours {
    pub all: Vec<Neighbour>,
    /// Further ids that landed, whatever their records contain.
    pub further_ids: BTreeSet<String>,
    /// What history and approval say about each redesign file.
    pub redesigns: Vec<RedesignHistory>,
    /// The end of all windows: the instant asked about, else the committer time of HEAD.
    pub until: Instant,
}

impl Neighbours {
    /// Returns the records that landed within the window and were not rejected, of any class.
    fn in_window(&self, patterns: &Patterns) -> impl Iterator<Item = &Neighbour> {
        let outcome = |it: &Neighbour| it.record.closure.as_ref().map(|closure| closure.outcome);
        let in_window =
            |neighbour: &Neighbour| patterns.window.after(neighbour.landed) >= self.until;
        let counts = move |neighbour: &&Neighbour| {
            in_window(neighbour) && outcome(neighbour) != Some(ClosureOutcome::Rejected)
        };
        self.all.iter().filter(counts)
    }

    /// Returns the records that count: those that landed within the window, were not rejected, and are of no expected
    /// class.
    pub fn counted(&self, patterns: &Patterns) -> impl Iterator<Item = &Neighbour> {
        self.in_window(patterns)
            .filter(|neighbour| !cause::is_expected(&neighbour.record, patterns))
    }

    /// Returns the records that count, grouped by what they have in common; a record may be in several groups.
    pub fn kinds(
        &self,
        keys: &[PatternKey],
        findings: Findings,
        governance: &Governance,
    ) -> BTreeMap<CauseGroup, CauseKind<'_>> {
        let counted = self.counted(&governance.policy.patterns).collect();
        kinds(counted, keys, findings, governance)
    }

    /// Returns the records of an expected class, grouped by the policy's key. They count nowhere else.
    pub fn expected_kinds(
        &self,
        class: Class,
        governance: &Governance,
    ) -> BTreeMap<CauseGroup, CauseKind<'_>> {
        let patterns = &governance.policy.patterns;
        let of_class =
            self.in_window(patterns).filter(|neighbour| neighbour.record.class == class).collect();
        kinds(of_class, &patterns.key, Findings::Count, governance)
    }

    /// Returns the frozen groups; empty if the policy freezes nothing.
    pub fn frozen(&self, governance: &Governance) -> BTreeMap<CauseGroup, CauseKind<'_>> {
        let freezes = governance.policy.patterns.freeze;
        if freezes { self.repeated(governance) } else { BTreeMap::new() }
    }

    /// Returns the groups over the threshold, without the occurrences before a redesign that did not fail was done.
    pub fn repeated(&self, governance: &Governance) -> BTreeMap<CauseGroup, CauseKind<'_>> {
        let patterns = &governance.policy.patterns;
        let mut kinds = self.kinds(&patterns.key, Findings::Count, governance);
        kinds.retain(|_, kind| reaches(kind.occurrences, patterns));
        let lifting = Lifting::until(self, governance);
        for (group, kind) in &mut kinds {
            if let Some(start) = lifting.fresh_start(group) {
                kind.records.retain(|record| record.landed >= start);
                kind.occurrences = occurrence::group_occurrences(&kind.records).len();
            }
        }
        kinds.retain(|_, kind| reaches(kind.occurrences, patterns));
        kinds
    }

    /// Returns the frozen group that a new record has the key of; `None` without one, or if the record is not new,
    /// is closed, or links a redesign that lifts the freeze. It refuses the record unless that is of an expected class.
    pub fn refuses<'f, 'a>(
        &self,
        frozen: &'f BTreeMap<CauseGroup, CauseKind<'a>>,
        id: &str,
        record: &Record,
        lifting: &Lifting<'_>,
    ) -> Option<(&'f CauseGroup, &'f CauseKind<'a>)> {
        // A landed record is not new.
        if frozen.is_empty() || self.has_landed(id) {
            return None;
        }
        let refusing = RefusingGroups::of(record, lifting.governance);
        let refuses = |group| refusing.contains(group) && lifting.is_refused(record, group);
        frozen.iter().find(|(group, _)| refuses(group))
    }

    /// Returns the records in the form for comparison with others.
    pub fn peers(&self) -> Vec<Peer> {
        self.all.iter().filter_map(Neighbour::peer).collect()
    }

    /// Tells whether a record with this id landed.
    pub fn has_landed(&self, id: &str) -> bool {
        let is_there = |it: &Neighbour| it.id == id && !it.end.is_some_and(|end| end.is_removed);
        self.further_ids.contains(id) || self.all.iter().any(is_there)
    }
}

/// Returns records grouped by what they have in common; a record may be in several groups.
fn kinds<'a>(
    mut records: Vec<&'a Neighbour>,
    keys: &[PatternKey],
    findings: Findings,
    governance: &Governance,
) -> BTreeMap<CauseGroup, CauseKind<'a>> {
    records.order_by_key(|record| (record.landed, record.filing.landing, &record.id));
    let mut kinds: BTreeMap<CauseGroup, CauseKind<'a>> = BTreeMap::new();
    for record in records {
        for (group, spelled) in groups(&record.record, keys, findings, governance) {
            let kind = kinds.entry(group).or_insert_with(|| CauseKind {
                spelled,
                records: Vec::new(),
                occurrences: 0,
            });
            kind.records.push(record);
        }
    }
    for kind in kinds.values_mut() {
        kind.occurrences = occurrence::group_occurrences(&kind.records).len();
    }
    kinds
}
