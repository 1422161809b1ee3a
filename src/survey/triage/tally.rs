//! What was decided about all inputs: one row each, and the counts.
//!
//! Uses policy, `survey::triage`. Pure. Start at [`Tally::add`]. Follows `docs/spec/cli.md`, triage: the counts add up to
//! the inputs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::policy::closing::Baseline;
use crate::survey::triage::judge::{Decision, Doubt};
use crate::survey::triage::texts::{Text, Texts};
use crate::survey::triage::{Input, State};

/// What was decided about all inputs.
#[derive(Debug, Default)]
pub struct Tally {
    /// One row an input, in their order.
    pub rows: Vec<Row>,
    /// How many inputs are in each state.
    pub counts: BTreeMap<State, usize>,
    /// How the baselines did, in the order of the policy.
    pub baselines: Vec<Done>,
    /// How many inputs can't be judged although they can be read.
    pub doubts: usize,
    kept: Kept,
    texts: Texts,
    seen: BTreeSet<[u8; 16]>,
}

/// What is kept of each input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// Its row.
    #[default]
    Rows,
    /// Its row but for where it is, which only people are shown.
    Facts,
    /// Nothing: it is counted.
    Counts,
}

/// What was decided about one input; its texts are in the tally.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which of the files it is in.
    pub source: usize,
    /// Its place there; `None` for a run or file that can't be read.
    pub index: Option<u64>,
    /// Its key; `None` where it can't be read.
    pub key: Option<Text>,
    /// The decision in a word.
    pub state: State,
    /// The record that decides.
    pub record: Option<Text>,
    /// Why, in words.
    pub message: Option<Text>,
    /// Its kind where its key is its own alone: an event's type.
    pub kind: Option<Text>,
    /// Where it is, in words; of an event what it is about.
    pub place: Option<Text>,
    /// Whether it is one of those routine ones that are shown for a look.
    pub sampled: Sampled,
}

/// Whether a routine input is shown for a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampled {
    /// It is.
    Yes,
    /// It is not, or is not routine.
    No,
}

/// How a baseline did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The inputs that it is about.
    pub matched: usize,
    /// Those that are normal.
    pub routine: usize,
    /// Those that somebody must look at: uncovered, expired, pending.
    pub escalated: usize,
    /// Those that a record covers.
    pub covered: usize,
    /// Those that a record calls a false alarm.
    pub dismissed: usize,
}

/// Where an input comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Which of the files it is in.
    pub source: usize,
    /// Its place there.
    pub index: Option<u64>,
}

/// Whether an event was counted before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was.
    Before,
    /// It was not.
    First,
}

impl Tally {
    /// Begins to count for baselines.
    pub fn of(baselines: &[Baseline], kept: Kept) -> Tally {
        Tally {
            kept,
            baselines: vec![Done::default(); baselines.len()],
            counts: State::ALL.iter().map(|state| (*state, 0)).collect(),
            ..Tally::default()
        }
    }

    /// Tells whether an event with the same source and id was counted, and counts it.
    pub fn seen(&mut self, input: &Input) -> Seen {
        let Input::Event(event) = input else {
            return Seen::First;
        };
        let mut hash = Sha256::new();
        hash.update((event.source.len() as u64).to_le_bytes());
        hash.update(&event.source);
        hash.update(&event.id);
        let digest: [u8; 32] = hash.finalize().into();
        let mut short = [0; 16];
        short
            .iter_mut()
            .zip(digest)
            .for_each(|(to, from)| *to = from);
        match self.seen.insert(short) {
            true => Seen::First,
            false => Seen::Before,
        }
    }

    /// Adds a decision.
    pub fn add(
        &mut self,
        origin: Origin,
        input: &Input,
        decision: Decision,
        baselines: &[Baseline],
    ) {
        let state = decision.state;
        self.count(state);
        if decision.doubt == Doubt::CannotSay {
            self.doubts += 1;
        }
        for place in &decision.baselines {
            if let Some(done) = self.baselines.get_mut(*place) {
                done.count(state);
            }
        }
        if self.kept == Kept::Counts {
            return;
        }
        let key = key(input);
        let shown = decision
            .baselines
            .iter()
            .filter_map(|place| baselines.get(*place));
        let most = shown.map(|baseline| baseline.sample).max().unwrap_or(0);
        let sampled = match state {
            State::Routine if most > 0 && hundredth(&key) < most => Sampled::Yes,
            _ => Sampled::No,
        };
        let place = match (state, sampled) {
            _ if self.kept == Kept::Facts => None,
            (State::Covered | State::Dismissed, _) | (State::Routine, Sampled::No) => None,
            _ => place(input),
        };
        let kind = match input {
            Input::Finding(_) => None,
            Input::Event(event) => event.fields.get("type").and_then(Value::as_str),
        };
        let row = Row {
            source: origin.source,
            index: origin.index,
            kind: kind.and_then(|kind| self.texts.add(kind)),
            key: self.texts.add(&key),
            state,
            record: decision.record.and_then(|it| self.texts.add(&it)),
            message: self.texts.add(&decision.message),
            place: place.and_then(|place| self.texts.add(&place)),
            sampled,
        };
        self.rows.push(row);
    }

    /// Adds an input that can't be read.
    pub fn unparsed(&mut self, origin: Origin, why: &str) {
        self.count(State::Unparsed);
        if self.kept == Kept::Counts {
            return;
        }
        let row = Row {
            source: origin.source,
            index: origin.index,
            key: None,
            kind: None,
            state: State::Unparsed,
            record: None,
            message: self.texts.add(why),
            place: None,
            sampled: Sampled::No,
        };
        self.rows.push(row);
    }

    /// Returns how many inputs are in a state.
    pub fn n(&self, state: State) -> usize {
        self.counts.get(&state).copied().unwrap_or(0)
    }

    /// Returns a text of a row; empty where there is none.
    pub fn text(&self, text: Option<Text>) -> &str {
        text.map_or("", |text| self.texts.get(text))
    }

    fn count(&mut self, state: State) {
        *self.counts.entry(state).or_default() += 1;
    }
}

impl Done {
    fn count(&mut self, state: State) {
        self.matched += 1;
        match state {
            State::Routine => self.routine += 1,
            State::Covered => self.covered += 1,
            State::Dismissed => self.dismissed += 1,
            State::Uncovered | State::ExpiredCover | State::Pending => self.escalated += 1,
            State::Unparsed => {}
        }
    }
}

/// Returns the key of an input: `TOOL:ID`, of an event `SOURCE:ID`.
pub fn key(input: &Input) -> String {
    match input {
        Input::Finding(finding) => finding.key(),
        Input::Event(event) => format!("{}:{}", event.source, event.id),
    }
}

/// Returns where an input is: file and line, of an event what it is about.
fn place(input: &Input) -> Option<String> {
    match input {
        Input::Finding(finding) => {
            let place = finding.places.first()?;
            let line = place
                .line
                .map(|line| format!(":{line}"))
                .unwrap_or_default();
            Some(format!("{}{line}", place.file.text()))
        }
        Input::Event(event) => {
            let texts = ["identity", "action", "resource"].into_iter();
            let texts: Vec<&str> = texts.filter_map(|key| event.text(key)).collect();
            (!texts.is_empty()).then(|| texts.join(" "))
        }
    }
}

/// Returns the SHA-256 of a key, as a number, modulo 100.
fn hundredth(key: &str) -> u32 {
    let digest = Sha256::digest(key.as_bytes());
    digest
        .iter()
        .fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % 100)
}
