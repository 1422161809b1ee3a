//! The inputs of one run, counted for repetition: by file, source, day and key, so that memory grows with these alone.
//!
//! Pure. Start at [`ObservedRun::add`]. Follows `docs/spec/interop.md`, 6, repetition. Each input is counted in exactly one
//! row, or is among those left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::digest::Digest;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::settings::PatternKey;
use crate::record::Record;
use crate::record::folded::folded;
use crate::record::reference::ControlRef;
use crate::record::time::{Day, Instant};
use crate::record::vocabulary::{RootCause, Vocabulary};
use crate::survey::event::{CloudEvent, TriageState};
use crate::survey::observation::{CountedInputs, LastSeen, Observation, ObservedKey};

/// The maximum number of groups in one run: each is a source and a key.
pub const MOST_GROUPS: usize = 10_000;

/// The maximum size of all rows of one run, in bytes, as estimated by [`row_size`].
const MOST_BYTES: usize = 64 << 20;

/// The counted inputs of one run.
pub struct ObservedRun<'g> {
    governance: &'g Governance,
    /// The rows of the files that were read, without those of repeated files.
    pub rows: Vec<Observation>,
    /// How many inputs are in no row, because there would be too many groups or rows.
    pub left_out: u64,
    groups: BTreeMap<ObservedGroup, usize>,
    current: BTreeMap<RowKey, CountedInputs>,
    last_seen: Vec<FileLastEvent>,
    seen: BTreeSet<Digest>,
    n_bytes: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ObservedGroup {
    source: String,
    key: ObservedKey,
}

/// What inputs of one row have in common: deviations have their own rows, so that their times are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RowKey {
    group: usize,
    day: Day,
    deviates: bool,
}

/// The last event of a file with certain values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLastEvent {
    /// The id of the baseline.
    pub baseline: String,
    /// The fields of `since_last.by`, each with its value.
    pub by: BTreeMap<String, Option<String>>,
    pub last: Instant,
}

/// An input that is counted.
#[derive(Clone, Debug)]
pub struct ObservedInput<'i> {
    pub source: &'i str,
    pub at: Instant,
    pub state: TriageState,
    /// Whether it states a cause, which makes it a deviation whatever its state.
    pub states_cause: bool,
    pub key: ObservedKey,
}

impl<'i> ObservedInput<'i> {
    /// Returns the input of an event with its decision.
    pub fn of_event(
        event: &'i CloudEvent,
        state: TriageState,
        governance: &Governance,
    ) -> ObservedInput<'i> {
        let cause = event.data("cause").filter(|value| !value.is_null());
        ObservedInput {
            source: &event.source,
            at: event.at,
            state,
            states_cause: cause.is_some_and(|cause| !cause.as_str().is_some_and(is_blank)),
            key: observed_key(&|name| event.text(name), &event.source, governance),
        }
    }
}

/// Returns the values of the policy's key; `text` returns what is stated under a name. `source` stands for a missing
/// application.
pub fn observed_key<'t>(
    text: &dyn Fn(&str) -> Option<&'t str>,
    source: &str,
    governance: &Governance,
) -> ObservedKey {
    let stated = |name: &str| {
        let text = text(name).map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let value = |key: PatternKey| match key {
        PatternKey::RootCause => {
            let cause = RootCause::from_word(&folded(&stated("cause")?))?;
            Some(cause.as_str().to_owned())
        }
        PatternKey::Application => stated("application").or_else(|| Some(source.to_owned())),
        PatternKey::Owner => Some(people::key_of(governance, &stated("owner")?)),
        PatternKey::Control => {
            let control = stated("control")?;
            let known = ControlRef::new(&control);
            let known = known.and_then(|control| Some(governance.control(&control)?.canonical()));
            Some(known.unwrap_or(control))
        }
        PatternKey::Identity
        | PatternKey::Asset
        | PatternKey::Vendor
        | PatternKey::Baseline
        | PatternKey::Team => stated(key.as_str()),
    };
    let keys = governance.policy.patterns.key.iter();
    ObservedKey(keys.map(|key| (*key, value(*key))).collect())
}

impl<'g> ObservedRun<'g> {
    /// Starts without inputs.
    pub fn new(governance: &'g Governance) -> ObservedRun<'g> {
        ObservedRun {
            governance,
            rows: Vec::new(),
            left_out: 0,
            groups: BTreeMap::new(),
            current: BTreeMap::new(),
            last_seen: Vec::new(),
            seen: BTreeSet::new(),
            n_bytes: 0,
        }
    }

    /// Counts an event of the file that is being read.
    pub fn add_event(&mut self, event: &CloudEvent, state: TriageState) {
        self.add(ObservedInput::of_event(event, state, self.governance));
    }

    /// Counts an input of the file that is being read.
    pub fn add(&mut self, input: ObservedInput<'_>) {
        let deviates = input.states_cause || input.state != TriageState::Routine;
        let group = ObservedGroup { source: input.source.to_owned(), key: input.key };
        let known = self.groups.get(&group).copied();
        let n_groups = self.groups.len();
        let number = match known {
            Some(number) => number,
            None if n_groups >= MOST_GROUPS => {
                self.left_out += 1;
                return;
            }
            None => n_groups,
        };
        let row_key = RowKey { group: number, day: input.at.day(), deviates };
        if !self.current.contains_key(&row_key) {
            let size = row_size(&group);
            if self.n_bytes + size > MOST_BYTES {
                self.left_out += 1;
                return;
            }
            self.n_bytes += size;
            let (source, key) = (group.source.clone(), group.key.clone());
            let row = CountedInputs::empty(Digest([0; 32]), source, input.at, key);
            self.current.insert(row_key, row);
        }
        if known.is_none() {
            self.groups.insert(group, number);
        }
        if let Some(row) = self.current.get_mut(&row_key) {
            row.count(input.at, input.state, deviates);
        }
    }

    /// Notes the last event of a baseline with certain values in the file that is being read.
    pub fn last_seen(&mut self, event: FileLastEvent) {
        self.last_seen.push(event);
    }

    /// Forgets the file that is being read, which can't be read to its end.
    pub fn leave_file(&mut self) {
        self.current.clear();
        self.last_seen.clear();
    }

    /// Ends a file, with the digest of its bytes; the same bytes add nothing twice.
    pub fn end_file(&mut self, input: Digest) {
        let rows = std::mem::take(&mut self.current);
        let last_seen = std::mem::take(&mut self.last_seen);
        let is_new = self.seen.insert(input);
        for mut row in rows.into_values().filter(|_| is_new) {
            row.input = input;
            self.rows.push(Observation::Counted(row));
        }
        let last_seen = last_seen.into_iter().map(|seen| {
            Observation::LastSeen(LastSeen::new(input, seen.baseline, seen.by, seen.last))
        });
        self.rows.extend(last_seen);
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn row_size(group: &ObservedGroup) -> usize {
    let values = group.key.0.iter().map(|(_, value)| 64 + value.as_ref().map_or(0, String::len));
    512 + group.source.len() + values.sum::<usize>()
}

/// Returns the value of a record under a name that events use too.
pub fn record_text<'r>(record: &'r Record, name: &str) -> Option<&'r str> {
    let subject = &record.subject;
    match name {
        "cause" => Some(record.root_cause.as_str()),
        "application" => subject.application.as_deref(),
        "identity" => subject.identity.as_deref(),
        "asset" => subject.asset.as_deref(),
        "vendor" => subject.vendor.as_deref(),
        "control" => record.deviates_from.controls.iter().flatten().next().map(ControlRef::as_str),
        "baseline" => record.deviates_from.baseline.map(Vocabulary::as_str),
        "team" => record.owner.team.as_deref(),
        "owner" => Some(record.owner.email.as_str()),
        _ => None,
    }
}
