//! The results of all inputs: one row each, and the counts.
//!
//! Pure. Start at [`TriageCounts::add`]. Follows `docs/spec/cli.md`, triage: the counts add up to the inputs.

pub mod routed;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::features::triage;
use crate::features::triage::counts::routed::RoutedInputs;
use crate::features::triage::routing::{RouteNumber, RouteTable};
use crate::features::triage::texts::{InternedTexts, TextNumber};
use crate::policy::closing::Baseline;
use crate::survey::event::{TriageDecision, TriageInput, TriageState};

/// The results of all inputs.
#[derive(Debug, Default)]
pub struct TriageCounts {
    /// One row per input, in order, in chunks: growing a single list would take twice the memory.
    rows: Vec<Vec<TriageRow>>,
    lines: BTreeMap<TriageLineKey, TriageLine>,
    /// How many inputs of each state are in no line, because there would be too many.
    beyond: BTreeMap<TriageState, usize>,
    n_lines: BTreeMap<TriageState, usize>,
    /// How many inputs are in each state.
    pub counts: BTreeMap<TriageState, usize>,
    /// The results of each baseline, in the order of the policy.
    pub baselines: Vec<BaselineResult>,
    /// How many inputs can be read but not judged.
    pub doubts: usize,
    /// The routes of the inputs that need somebody.
    pub routes: RouteTable,
    /// The inputs of each route.
    pub routed: RoutedInputs,
    kept: KeptDetail,
    texts: InternedTexts,
    seen: BTreeSet<[u8; 16]>,
}

/// How much is kept of each input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeptDetail {
    #[default]
    Rows,
    /// One line for all inputs that are alike, for display.
    Lines,
    /// Only the counts.
    Counts,
}

/// The result of one input; its texts are in [`TriageCounts`].
#[derive(Clone, Copy, Debug)]
pub struct TriageRow {
    /// The index of its file.
    pub source: usize,
    /// Its index in the file; `None` for a run or file that can't be read.
    pub index: Option<u64>,
    /// Its key; `None` if it can't be read.
    pub key: Option<TextNumber>,
    /// The decision.
    pub state: TriageState,
    pub record: Option<TextNumber>,
    pub message: Option<TextNumber>,
    /// Whom it concerns; `None` if nobody needs to look at it.
    pub route: Option<RouteNumber>,
}

/// What inputs of one line have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TriageLineKey {
    /// The decision; routine inputs have lines only if they are sampled for review.
    pub state: TriageState,
    pub record: Option<TextNumber>,
    /// Its key, or the type of an event; left out if a record covers or dismisses it.
    pub key: Option<TextNumber>,
    /// What an event is about. A finding may be in many places; events are told apart by their subject.
    pub about: Option<TextNumber>,
    pub message: Option<TextNumber>,
    /// The owner, else those who are notified; left out if nobody needs to look at it.
    pub owner: Option<TextNumber>,
}

/// The inputs of one line.
#[derive(Clone, Copy, Debug)]
pub struct TriageLine {
    pub n: usize,
    /// The place of the first of them; for an event, what it is about.
    pub place: Option<TextNumber>,
    pub origin: InputOrigin,
}

/// The maximum number of lines per state: nobody reads more, and scripts use JSON.
pub const MOST_LINES: usize = 1000;

const PIECE: usize = 4096;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BaselineResult {
    /// The inputs that it applies to.
    pub matched: usize,
    pub routine: usize,
    /// Those that need attention: uncovered, expired, pending.
    pub escalated: usize,
    /// Those that a record covers.
    pub covered: usize,
    /// Those that a record dismisses as a false alarm.
    pub dismissed: usize,
}

/// Where an input comes from.
#[derive(Clone, Copy, Debug)]
pub struct InputOrigin {
    /// The index of its file.
    pub source: usize,
    pub index: Option<u64>,
    /// Its line in the file, from 1, as far as it is of use: that of an event, or of what can't be read.
    pub line: Option<u64>,
}

impl TriageCounts {
    /// Starts counting for the baselines.
    pub fn new(baselines: &[Baseline], kept: KeptDetail) -> TriageCounts {
        TriageCounts {
            kept,
            baselines: vec![BaselineResult::default(); baselines.len()],
            counts: TriageState::ALL.iter().map(|state| (*state, 0)).collect(),
            ..TriageCounts::default()
        }
    }

    /// Tells whether no event with the same source and id was counted before, and remembers it.
    pub fn is_new(&mut self, input: &TriageInput) -> bool {
        let TriageInput::Event(event) = input else {
            return true;
        };
        let mut hash = Sha256::new();
        hash.update((event.source.len() as u64).to_le_bytes());
        hash.update(&event.source);
        hash.update(&event.id);
        let digest: [u8; 32] = hash.finalize().into();
        let mut short = [0; 16];
        short.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        self.seen.insert(short)
    }

    pub fn add(
        &mut self,
        origin: InputOrigin,
        input: &TriageInput,
        decision: TriageDecision,
        route: Option<RouteNumber>,
        baselines: &[Baseline],
    ) {
        let state = decision.state;
        self.count(state);
        if let Some(route) = route {
            self.add_routed(route, origin, input, &decision);
        }
        if decision.is_doubtful {
            self.doubts += 1;
        }
        for place in &decision.baselines {
            if let Some(done) = self.baselines.get_mut(*place) {
                done.count(state);
            }
        }
        match self.kept {
            KeptDetail::Counts => {}
            KeptDetail::Rows => {
                let row = TriageRow {
                    source: origin.source,
                    index: origin.index,
                    key: self.texts.add(&key(input)),
                    state,
                    record: decision.record.and_then(|record| self.texts.add(&record)),
                    message: self.texts.add(&decision.message),
                    route,
                };
                self.row(row);
            }
            KeptDetail::Lines => self.line(origin, input, &decision, route, baselines),
        }
    }

    fn line(
        &mut self,
        origin: InputOrigin,
        input: &TriageInput,
        decision: &TriageDecision,
        route: Option<RouteNumber>,
        baselines: &[Baseline],
    ) {
        let state = decision.state;
        let is_routine = state == TriageState::Routine;
        if is_routine && !triage::texts::is_sampled(&key(input), decision, baselines) {
            return;
        }
        let is_summed = matches!(state, TriageState::Covered | TriageState::Dismissed);
        let is_full = !is_summed && self.is_full(state);
        // Once no more lines are added, no texts are either: they would make up most of the memory used.
        let mut is_new = false;
        let mut number_of = |text: &str| {
            let number = if is_full { self.texts.find(text) } else { self.texts.add(text) };
            is_new |= number.is_none();
            number
        };
        let kind = match input {
            TriageInput::Event(event) => event.fields.get("type").and_then(Value::as_str),
            TriageInput::Finding(_) => None,
        };
        let place = if !is_summed { input_place(input) } else { None };
        let who = route
            .and_then(|route| self.routes.get(route))
            .and_then(crate::features::triage::counts::routed::display_route);
        let alike = TriageLineKey {
            state,
            record: decision.record.as_deref().and_then(&mut number_of),
            key: match kind {
                _ if is_summed => None,
                Some(kind) => number_of(kind),
                None => number_of(&key(input)),
            },
            about: place.as_deref().filter(|_| kind.is_some()).and_then(&mut number_of),
            message: number_of(&decision.message),
            owner: who.as_deref().and_then(&mut number_of),
        };
        if is_full && (is_new || !self.lines.contains_key(&alike)) {
            *self.beyond.entry(state).or_default() += 1;
            return;
        }
        let place = if !is_full { place } else { None };
        let place = place.and_then(|place| self.texts.add(&place));
        self.count_in(alike, place, origin);
    }

    /// Adds an input that can't be read.
    pub fn unparsed(&mut self, origin: InputOrigin, why: &str) {
        self.count(TriageState::Unparsed);
        let route = self.routes.unreadable();
        if let Some(route) = route {
            self.add_unread(route, origin, why);
        }
        let message = match self.kept {
            KeptDetail::Counts => None,
            KeptDetail::Lines if self.is_full(TriageState::Unparsed) => {
                *self.beyond.entry(TriageState::Unparsed).or_default() += 1;
                None
            }
            _ => self.texts.add(why),
        };
        match (self.kept, message) {
            (KeptDetail::Rows, _) => self.row(TriageRow {
                source: origin.source,
                index: origin.index,
                key: None,
                state: TriageState::Unparsed,
                record: None,
                message,
                route,
            }),
            (KeptDetail::Lines, Some(_)) => {
                let alike = TriageLineKey {
                    state: TriageState::Unparsed,
                    record: None,
                    key: None,
                    about: None,
                    message,
                    owner: None,
                };
                self.count_in(alike, None, origin);
            }
            _ => {}
        }
    }

    fn row(&mut self, row: TriageRow) {
        match self.rows.last_mut().filter(|piece| piece.len() < PIECE) {
            Some(piece) => piece.push(row),
            None => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(row);
                self.rows.push(piece);
            }
        }
    }

    fn count_in(&mut self, alike: TriageLineKey, place: Option<TextNumber>, origin: InputOrigin) {
        let n_before = self.lines.len();
        let line = self.lines.entry(alike).or_insert(TriageLine { n: 0, place, origin });
        line.n += 1;
        if self.lines.len() > n_before {
            *self.n_lines.entry(alike.state).or_default() += 1;
        }
    }

    fn is_full(&self, state: TriageState) -> bool {
        self.n_lines.get(&state).is_some_and(|n| *n >= MOST_LINES)
    }

    /// Returns the rows, one per input, in order.
    pub fn rows(&self) -> impl Iterator<Item = &TriageRow> + Clone {
        self.rows.iter().flatten()
    }

    /// Returns the lines of a state, in no particular order.
    pub fn lines(&self, state: TriageState) -> impl Iterator<Item = (&TriageLineKey, &TriageLine)> {
        self.lines.iter().filter(move |(alike, _)| alike.state == state)
    }

    /// Returns how many inputs of a state are in no line.
    pub fn beyond(&self, state: TriageState) -> usize {
        self.beyond.get(&state).copied().unwrap_or(0)
    }

    /// Returns how many inputs are in a state.
    pub fn n(&self, state: TriageState) -> usize {
        self.counts.get(&state).copied().unwrap_or(0)
    }

    /// Returns a text of a row; empty for `None`.
    pub fn text(&self, text: Option<TextNumber>) -> &str {
        text.map_or("", |text| self.texts.get(text))
    }

    fn count(&mut self, state: TriageState) {
        *self.counts.entry(state).or_default() += 1;
    }
}

impl BaselineResult {
    fn count(&mut self, state: TriageState) {
        self.matched += 1;
        match state {
            TriageState::Routine => self.routine += 1,
            TriageState::Covered => self.covered += 1,
            TriageState::Dismissed => self.dismissed += 1,
            TriageState::Uncovered | TriageState::ExpiredCover | TriageState::Pending => {
                self.escalated += 1
            }
            TriageState::Unparsed => {}
        }
    }
}

/// Returns the key of an input: `TOOL:ID`, for an event `SOURCE:ID`.
pub fn key(input: &TriageInput) -> String {
    match input {
        TriageInput::Finding(finding) => finding.key(),
        TriageInput::Event(event) => format!("{}:{}", event.source, event.id),
    }
}

/// Returns the place of an input: file and line; for an event, what it is about.
fn input_place(input: &TriageInput) -> Option<String> {
    match input {
        TriageInput::Finding(finding) => {
            let place = finding.places.first()?;
            let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
            Some(format!("{}{line}", place.file.text()))
        }
        TriageInput::Event(event) => {
            let texts: Vec<&str> = ["identity", "action", "resource"]
                .into_iter()
                .filter_map(|key| event.text(key))
                .collect();
            if texts.is_empty() { None } else { Some(texts.join(" ")) }
        }
    }
}
