//! A record that shares its cause with others.
//!
//! Uses record, policy, survey's causes and occurrences. Pure. Start at [`Neighbours`]. Follows `docs/spec/policy.md`, repetition.

use crate::policy::governance::Governance;
use crate::policy::settings::{PatternKey, Patterns};
use crate::record::Record;
use crate::record::time::Instant;
use crate::record::vocabulary::ClosureOutcome;
use crate::survey::cause::{
    CauseGroup, CauseKind, Findings, groups, needs_redesign, reaches, refusing,
};
use crate::survey::occurrence::{self, Filing};
use crate::survey::redesign::RedesignHistory;
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
    pub record: Rc<Record>,
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
    /// Returns the records that count: those that landed within the window and were not rejected.
    pub fn counted(&self, patterns: &Patterns) -> impl Iterator<Item = &Neighbour> {
        let outcome = |it: &Neighbour| it.record.closure.as_ref().map(|closure| closure.outcome);
        let in_window = |it: &Neighbour| patterns.window.after(it.landed) >= self.until;
        let counts =
            move |it: &&Neighbour| in_window(it) && outcome(it) != Some(ClosureOutcome::Rejected);
        self.all.iter().filter(counts)
    }

    /// Returns the records that count, grouped by what they have in common; a record may be in several groups.
    pub fn kinds(
        &self,
        keys: &[PatternKey],
        findings: Findings,
        governance: &Governance,
    ) -> BTreeMap<CauseGroup, CauseKind<'_>> {
        let mut counted: Vec<&Neighbour> = self.counted(&governance.policy.patterns).collect();
        counted.sort_by_key(|it| (it.landed, it.filing.landing, &it.id));
        let mut kinds: BTreeMap<CauseGroup, CauseKind<'_>> = BTreeMap::new();
        for it in counted {
            for (group, spelled) in groups(&it.record, keys, findings, governance) {
                let kind = kinds.entry(group).or_insert_with(|| CauseKind {
                    spelled,
                    records: Vec::new(),
                    occurrences: 0,
                });
                kind.records.push(it);
            }
        }
        for kind in kinds.values_mut() {
            kind.occurrences = occurrence::group_occurrences(&kind.records).len();
        }
        kinds
    }

    /// Returns the frozen groups; empty if the policy freezes nothing.
    pub fn frozen(&self, governance: &Governance) -> BTreeMap<CauseGroup, CauseKind<'_>> {
        let patterns = &governance.policy.patterns;
        if !patterns.freeze {
            return BTreeMap::new();
        }
        let mut kinds = self.kinds(&patterns.key, Findings::Count, governance);
        kinds.retain(|_, kind| reaches(kind.occurrences, patterns));
        kinds
    }

    /// Returns the frozen group that refuses a new record; `None` if there is none, or if the record is not new, is
    /// closed, or
    /// links a redesign that lifts the freeze.
    pub fn refuses<'f, 'a>(
        &self,
        frozen: &'f BTreeMap<CauseGroup, CauseKind<'a>>,
        id: &str,
        record: &Record,
        governance: &Governance,
    ) -> Option<(&'f CauseGroup, &'f CauseKind<'a>)> {
        // A landed record is not new.
        if frozen.is_empty() || self.has_landed(id) || !needs_redesign(record, self.until) {
            return None;
        }
        let groups = refusing(record, governance);
        groups.iter().find_map(|group| frozen.get_key_value(group))
    }

    /// Returns the records in the form for comparison with others.
    pub fn peers(&self) -> Vec<Peer> {
        let peers = self.all.iter();
        peers
            .filter_map(|it| Peer::from_record(&it.id, Record::clone(&it.record), Some(it.landed)))
            .collect()
    }

    /// Tells whether a record with this id landed.
    pub fn has_landed(&self, id: &str) -> bool {
        self.further_ids.contains(id) || self.all.iter().any(|it| it.id == id)
    }
}
