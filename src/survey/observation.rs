//! What earlier runs of `triage` saw, as JSON Lines: counted inputs, and when a baseline last saw an event.
//!
//! Pure. Start at [`Observation`], which is read and written here. Follows `docs/spec/interop.md`, 6, observations.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

use crate::history::digest::Digest;
use crate::policy::settings::PatternKey;
use crate::record::json;
use crate::record::time::{Day, Instant};
use crate::survey::event::TriageState;

/// The schema name of each row.
pub const SCHEMA: &str = "exledger/observations/v1";

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Observation {
    /// Inputs with one key on one day.
    Counted(CountedInputs),
    /// The last event of a baseline with `since_last`.
    LastSeen(LastSeen),
}

/// The largest number of inputs in one row: the sums over a whole file then fit their types.
const MOST_INPUTS: u64 = 1_000_000_000_000;

/// The inputs of one file with the same source, day and key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountedInputs {
    schema: RowSchema,
    /// The SHA-256 of the file.
    pub input: Digest,
    /// The `source` of the events.
    pub source: String,
    /// The day of the events, in UTC.
    pub day: Day,
    /// The time of the earliest of them.
    #[serde(deserialize_with = "instant")]
    pub from: Instant,
    /// The time of the latest of them.
    #[serde(deserialize_with = "instant")]
    pub to: Instant,
    pub key: ObservedKey,
    pub inputs: u64,
    pub deviations: u64,
    pub states: ObservedStates,
}

/// The values of the policy's `patterns.key`, in the policy's order; `None` for a value that is not stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObservedKey(pub Vec<(PatternKey, Option<String>)>);

/// How many of the inputs are in each state; inputs that can't be read are in no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names of the states")]
pub struct ObservedStates {
    pub routine: u64,
    pub covered: u64,
    pub pending: u64,
    pub uncovered: u64,
    pub expired_cover: u64,
    pub dismissed: u64,
}

/// When a baseline last saw an event with certain values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastSeen {
    schema: RowSchema,
    /// The SHA-256 of the file with the event.
    pub input: Digest,
    /// The baseline's id.
    pub baseline: String,
    /// The fields of `since_last.by`, each with the event's value.
    pub by: BTreeMap<String, Option<String>>,
    /// The event's time.
    #[serde(deserialize_with = "instant")]
    pub last: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum RowSchema {
    #[serde(rename = "exledger/observations/v1")]
    V1,
}

/// A line that is not a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not an observation: {why}")]
pub struct BadRow {
    /// The line number, from 1.
    pub line: usize,
    pub why: String,
}

/// Reads all rows strictly: exactly the promised keys, with counts that add up. Blank lines are skipped.
///
/// # Errors
/// [`BadRow`] with the first line that is anything else: what can't be counted must not be counted as nothing.
pub fn read(text: &str) -> Result<Vec<Observation>, BadRow> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let row = |(index, line)| row(line).map_err(|why| BadRow { line: index + 1, why });
    lines.map(row).collect()
}

fn row(line: &str) -> Result<Observation, String> {
    let value = json::value(line.as_bytes()).map_err(|error| error.to_string())?;
    let failed = |error: serde_json::Error| error.to_string();
    let fields = value.as_object().ok_or("it is not an object")?;
    if fields.contains_key("baseline") {
        return serde_json::from_str(line).map(Observation::LastSeen).map_err(failed);
    }
    let row: CountedInputs = serde_json::from_str(line).map_err(failed)?;
    row.check()?;
    Ok(Observation::Counted(row))
}

/// Returns the rows that add something to those that are known: inputs of files that were not counted, and last events
/// that no row states.
pub fn new_rows<'r>(known: &[Observation], rows: &'r [Observation]) -> Vec<&'r Observation> {
    let files = counted_files(known);
    let stated: BTreeSet<&Observation> = known.iter().collect();
    let is_new = |row: &&Observation| match row {
        Observation::Counted(counted) => !files.contains(&counted.input),
        Observation::LastSeen(_) => !stated.contains(row),
    };
    rows.iter().filter(is_new).collect()
}

/// Returns the files of which inputs were counted.
pub fn counted_files<'r>(rows: impl IntoIterator<Item = &'r Observation>) -> BTreeSet<Digest> {
    let counted = rows.into_iter().filter_map(|row| match row {
        Observation::Counted(row) => Some(row.input),
        Observation::LastSeen(_) => None,
    });
    counted.collect()
}

impl Observation {
    /// Returns the row as one line, without a line break.
    ///
    /// # Errors
    /// If it can't be represented in JSON.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl CountedInputs {
    /// Returns a row without inputs, for events of one day.
    pub fn empty(input: Digest, source: String, at: Instant, key: ObservedKey) -> CountedInputs {
        CountedInputs {
            schema: RowSchema::V1,
            input,
            source,
            day: at.day(),
            from: at,
            to: at,
            key,
            inputs: 0,
            deviations: 0,
            states: ObservedStates::default(),
        }
    }

    /// Adds an input of that day.
    pub fn count(&mut self, at: Instant, state: TriageState, deviates: bool) {
        self.from = self.from.min(at);
        self.to = self.to.max(at);
        self.inputs += 1;
        self.deviations += u64::from(deviates);
        let states = &mut self.states;
        match state {
            TriageState::Routine => states.routine += 1,
            TriageState::Covered => states.covered += 1,
            TriageState::Pending => states.pending += 1,
            TriageState::ExpiredCover => states.expired_cover += 1,
            TriageState::Dismissed => states.dismissed += 1,
            // An input that can't be read is in no row; if one were, it would be nobody's.
            TriageState::Uncovered | TriageState::Unparsed => states.uncovered += 1,
        }
    }

    fn check(&self) -> Result<(), &'static str> {
        let states = self.states.sum().ok_or("its counts are too large")?;
        let material = states - self.states.routine;
        if self.from > self.to || self.from.day() != self.day || self.to.day() != self.day {
            Err("`from` and `to` must be on `day`, in this order")
        } else if self.inputs > MOST_INPUTS {
            Err("`inputs` is more than one file can hold")
        } else if self.inputs == 0 || states != self.inputs {
            Err("`states` must add up to `inputs`")
        } else if self.deviations < material || self.deviations > self.inputs {
            Err(
                "`deviations` must be at least the inputs that aren't routine, and at most `inputs`",
            )
        } else if self.key.0.is_empty() {
            Err("`key` must have a value")
        } else {
            Ok(())
        }
    }
}

impl LastSeen {
    /// Returns the row of an event.
    pub fn new(
        input: Digest,
        baseline: String,
        by: BTreeMap<String, Option<String>>,
        last: Instant,
    ) -> LastSeen {
        LastSeen { schema: RowSchema::V1, input, baseline, by, last }
    }
}

impl ObservedStates {
    /// Returns the number of inputs in any state; `None` if it is too large.
    pub fn sum(&self) -> Option<u64> {
        let rest = [self.covered, self.pending, self.uncovered, self.expired_cover, self.dismissed];
        rest.into_iter().try_fold(self.routine, u64::checked_add)
    }
}

impl Serialize for ObservedKey {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(key, value)| (key.as_str(), value)))
    }
}

impl<'de> Deserialize<'de> for ObservedKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<ObservedKey, D::Error> {
        let values = BTreeMap::<PatternKey, Option<String>>::deserialize(from)?;
        Ok(ObservedKey(values.into_iter().collect()))
    }
}

fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
    let text = String::deserialize(from)?;
    Instant::parse(&text)
        .ok_or_else(|| D::Error::custom(format!("`{text}` is not an RFC 3339 instant")))
}
