//! What the screens of `triage` are made from.
//!
//! Uses policy, survey, view's documents. Pure. Start at [`TriageView`]. Follows `docs/spec/cli.md`, triage.

use crate::policy::closing::Baseline;
use crate::status::stamp::Stamp;
use crate::survey::triage::TriageState;
use crate::survey::triage::counts::TriageCounts;
use crate::survey::triage::watch::{FiringProposal, Used};
use crate::view::doc::{Block, Column, ColumnFit, DocTable, FormatNeeds, StyledText, Tone};

/// What `triage` shows.
pub struct TriageView<'a> {
    /// What it was computed from.
    pub stamp: &'a Stamp,
    /// The names of the inputs, as they were given.
    pub sources: &'a [String],
    /// What was decided.
    pub tally: &'a TriageCounts,
    /// The baselines of the policy.
    pub baselines: &'a [Baseline],
    /// Which half of the answer is read.
    pub reads: FormatNeeds,
    /// The triggers that the inputs let fire.
    pub proposals: &'a [FiringProposal],
    /// Which records are used, where that is asked.
    pub unused: Option<Unused>,
    /// The drafts that were written, where that is asked.
    pub drafts: Option<Vec<WrittenDraft>>,
}

/// Which records are used, and why the others are not.
#[derive(Clone, Debug)]
pub struct Unused {
    /// By whether inputs match them.
    pub used: Used,
    /// Why nothing matches, for each that never matched.
    pub why: Vec<String>,
}

/// A draft that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenDraft {
    /// Its id.
    pub id: String,
    /// Its file.
    pub path: String,
    /// Its title.
    pub title: String,
}

/// Returns the word of a state for people.
pub(crate) fn plain(state: TriageState) -> String {
    state.as_str().replace('_', " ")
}

pub(crate) fn tone(state: TriageState) -> Tone {
    match state {
        TriageState::Uncovered | TriageState::ExpiredCover | TriageState::Unparsed => Tone::Bad,
        TriageState::Pending => Tone::Warn,
        TriageState::Covered => Tone::Good,
        TriageState::Dismissed | TriageState::Routine => Tone::Plain,
    }
}

pub(crate) fn whole(title: &'static str) -> Column {
    let fit = ColumnFit::Whole;
    Column { title, fit }
}

pub(crate) fn flexible(title: &'static str) -> Column {
    let fit = ColumnFit::Flexible;
    Column { title, fit }
}

pub(crate) fn optional(title: &'static str) -> Column {
    let fit = ColumnFit::Optional;
    Column { title, fit }
}

/// Returns a table without the columns in which nothing stands.
pub(crate) fn table<'a>(columns: Vec<Column>, rows: Vec<Vec<StyledText>>) -> Block<'a> {
    let is_filled = |place: usize| {
        let cell =
            |row: &Vec<StyledText>| row.get(place).is_some_and(|cell| !cell.bare().is_empty());
        rows.iter().any(cell)
    };
    let filled: Vec<bool> = (0..columns.len()).map(is_filled).collect();
    let kept = |place: &usize| filled.get(*place).copied().unwrap_or(false);
    let columns = columns
        .into_iter()
        .enumerate()
        .filter(|(place, _)| kept(place))
        .map(|(_, column)| column)
        .collect();
    let row = |row: Vec<StyledText>| {
        let cells = row.into_iter().enumerate();
        cells.filter(|(place, _)| kept(place)).map(|(_, cell)| cell).collect()
    };
    let rows = rows.iter().cloned().map(row).collect();
    Block::Table(DocTable { columns, rows })
}
