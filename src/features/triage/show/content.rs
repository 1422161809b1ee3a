//! The content of `triage`, and how its states are shown.
//!
//! Uses policy, survey, view's documents. Pure. Start at [`TriageView`]. Follows `docs/spec/cli.md`, triage.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::features::triage::counts::TriageCounts;
use crate::features::triage::drafts::NotDrafted;
use crate::features::triage::last_events::RoutedSilence;
use crate::features::triage::watch::{FiringProposal, Used};
use crate::gate::facts::FactsAsked;
use crate::gate::receipt::ReceiptStep;
use crate::policy::closing::Baseline;
use crate::policy::settings::EventPatterns;
use crate::status::stamp::Stamp;
use crate::survey::event::TriageState;
use crate::survey::repetition::advised::AdvisedGroup;
use crate::view::doc::{FormatNeeds, Tone};

/// The content of `triage`.
pub struct TriageView<'a> {
    /// The ledger, commit and instant that it was computed from.
    pub stamp: &'a Stamp,
    /// The names of the inputs, as the user gave them.
    pub sources: &'a [String],
    /// The tools that ran.
    pub tools: BTreeSet<&'a str>,
    /// The decisions about the inputs.
    pub tally: &'a TriageCounts,
    /// The baselines of the policy.
    pub baselines: &'a [Baseline],
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
    /// Whether messages to people are shown instead of the inputs.
    pub asks_messages: bool,
    /// The triggers that the inputs fire.
    pub proposals: &'a [FiringProposal],
    /// The files of facts, if there are any, or tests that no file was asked about.
    pub facts: Option<FactsAsked>,
    /// Keys of baselines without an event for too long, by baseline and values.
    pub silent: &'a [RoutedSilence],
    /// What repeats in events, the highest share first.
    pub repeated: &'a [AdvisedGroup],
    /// What makes a group of events repeated.
    pub events: &'a EventPatterns,
    /// Which records are used, if requested.
    pub unused: Option<Unused>,
    /// The written drafts, if requested.
    pub drafts: Option<Vec<WrittenDraft>>,
    /// The findings that get no draft.
    pub refused: Vec<NotDrafted>,
    /// The commands that complete the drafts.
    pub next: Vec<String>,
    /// The next step about the most urgent input that nothing covers.
    pub step: Option<ReceiptStep>,
}

/// Which records are used, and why the others are not.
#[derive(Clone, Debug)]
pub struct Unused {
    /// The records, by whether inputs match them.
    pub used: Used,
    /// Why nothing matches, for each record that never matched.
    pub why: Vec<String>,
}

/// A written draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrittenDraft {
    /// Its id.
    pub id: String,
    /// Its file.
    pub path: String,
    /// Its title.
    #[serde(skip)]
    pub title: String,
}

/// Returns the name of a state for people.
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
