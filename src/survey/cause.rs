//! Repeated causes: what makes records the same kind, and which of those kinds are frozen.
//!
//! Uses record, policy. Pure. Start at [`groups`] and [`Neighbours::refuses`]. Follows `docs/spec/policy.md`,
//! repetition, and M51 to M54 of the mission: what counts is repetition of one cause, not volume.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::settings::{PatternKey, Patterns};
use crate::record::Record;
use crate::record::time::Instant;
use crate::record::word::{ClosureOutcome, Word};
use crate::survey::refiling::{self, Peer};

/// What records of one kind have in common: the value of each key, in the order of the policy; `None` where a record
/// states none, which is a value like any other, because silence never helps.
pub type Group = Vec<Option<String>>;

/// A record that landed, as far as others are compared with it.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// Its id, or the name of its file.
    pub id: String,
    /// When it first landed.
    pub landed: Instant,
    /// What it says.
    pub record: Rc<Record>,
}

/// The records that landed, as far as they may be of one kind with others, or be about the same.
#[derive(Clone, Debug)]
pub struct Neighbours {
    /// The records.
    pub all: Vec<Neighbour>,
    /// Further ids that landed, whatever their records say.
    pub known: BTreeSet<String>,
    /// Where windows end: the instant asked about, else the committer time of HEAD.
    pub until: Instant,
}

/// Returns the groups that a record is in: one, or one for each of its controls where those are part of the key.
pub fn groups(record: &Record, keys: &[PatternKey], governance: &Governance) -> BTreeSet<Group> {
    let mut groups: Vec<Group> = vec![Vec::new()];
    for key in keys {
        let values = values(record, *key, governance);
        groups = groups
            .iter()
            .flat_map(|group| {
                values.iter().map(|value| {
                    let mut group = group.clone();
                    group.push(value.clone());
                    group
                })
            })
            .collect();
    }
    groups.into_iter().collect()
}

fn values(record: &Record, key: PatternKey, governance: &Governance) -> Vec<Option<String>> {
    let subject = &record.subject;
    let text = |text: &Option<String>| vec![text.clone()];
    match key {
        PatternKey::RootCause => vec![Some(record.root_cause.word().to_owned())],
        PatternKey::Application => text(&subject.application),
        PatternKey::Identity => text(&subject.identity),
        PatternKey::Asset => text(&subject.asset),
        PatternKey::Vendor => text(&subject.vendor),
        PatternKey::Baseline => {
            let baseline = record.deviates_from.baseline;
            vec![baseline.map(|baseline| baseline.word().to_owned())]
        }
        PatternKey::Team => text(&record.owner.team),
        PatternKey::Owner => {
            let owner = people::key_of(governance, record.owner.email.as_str());
            vec![Some(owner)]
        }
        PatternKey::Control => {
            let controls = record.deviates_from.controls.iter().flatten();
            let canonical = controls.map(|control| match governance.control(control) {
                Some(found) => found.canonical(),
                None => control.as_str().to_owned(),
            });
            let known: BTreeSet<String> = canonical.collect();
            match known.is_empty() {
                true => vec![None],
                false => known.into_iter().map(Some).collect(),
            }
        }
    }
}

/// Tells whether so many records of one kind are a pattern.
pub fn reaches(n: usize, patterns: &Patterns) -> bool {
    n >= usize::try_from(patterns.threshold).unwrap_or(usize::MAX)
}

/// Tells whether a record of a frozen group is refused: one that is closed grants nothing, and a redesign lifts it.
pub fn needs_redesign(record: &Record, until: Instant) -> bool {
    record.closure.is_none() && !refiling::is_redesigned(record, Some(until))
}

/// Returns what the records of a group have in common, in words.
pub fn words(keys: &[PatternKey], group: &Group) -> String {
    let named = keys.iter().zip(group).map(|(key, value)| {
        let name = key.word().replace('_', " ");
        match value {
            Some(value) => format!("{name} {value}"),
            None => format!("no {name}"),
        }
    });
    named.collect::<Vec<_>>().join(", ")
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

    /// Returns the records that count by what they have in common, each in all of its groups.
    pub fn kinds(
        &self,
        keys: &[PatternKey],
        patterns: &Patterns,
        governance: &Governance,
    ) -> BTreeMap<Group, Vec<&Neighbour>> {
        let mut kinds: BTreeMap<Group, Vec<&Neighbour>> = BTreeMap::new();
        for it in self.counted(patterns) {
            for group in groups(&it.record, keys, governance) {
                kinds.entry(group).or_default().push(it);
            }
        }
        kinds
    }

    /// Returns the first group of a record that is frozen, with the ids of the records in it; `None` where none is.
    ///
    /// The record itself does not count, nor does one that was rejected.
    pub fn crowded(
        &self,
        id: &str,
        record: &Record,
        patterns: &Patterns,
        governance: &Governance,
    ) -> Option<(Group, Vec<&str>)> {
        let others: Vec<&Neighbour> = self.counted(patterns).filter(|it| it.id != id).collect();
        groups(record, &patterns.key, governance)
            .into_iter()
            .find_map(|group| {
                let is_in = |it: &&&Neighbour| {
                    groups(&it.record, &patterns.key, governance).contains(&group)
                };
                let ids: Vec<&str> = others
                    .iter()
                    .filter(is_in)
                    .map(|it| it.id.as_str())
                    .collect();
                reaches(ids.len(), patterns).then_some((group, ids))
            })
    }

    /// Returns the frozen group that refuses a new record, with the ids of the records in it; `None` where none does:
    /// the record is not new, is closed, or links a redesign that lifts the freeze.
    pub fn refuses(
        &self,
        id: &str,
        record: &Record,
        governance: &Governance,
    ) -> Option<(Group, Vec<&str>)> {
        let patterns = &governance.policy.patterns;
        // What landed is not new.
        if !patterns.freeze || self.knows(id) || !needs_redesign(record, self.until) {
            return None;
        }
        self.crowded(id, record, patterns, governance)
    }

    /// Returns the records as they are compared with others.
    pub fn peers(&self) -> Vec<Peer> {
        let peers = self.all.iter();
        peers
            .filter_map(|it| Peer::of(&it.id, Record::clone(&it.record), Some(it.landed)))
            .collect()
    }

    /// Tells whether a record of this id landed.
    pub fn knows(&self, id: &str) -> bool {
        self.known.contains(id) || self.all.iter().any(|it| it.id == id)
    }
}
