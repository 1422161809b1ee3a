//! The content of `triage`, and how its states are shown.
//!
//! Pure. Start at [`TriageView`]. Follows `docs/spec/cli.md`, triage.

use serde::Serialize;

use crate::features::triage::answer::TriageAnswer;
use crate::features::triage::drafts::NotDrafted;
use crate::policy::closing::Baseline;
use crate::status::stamp::Stamp;
use crate::survey::event::TriageState;
use crate::view::doc::{FormatNeeds, Tone};

/// The content of `triage`.
pub struct TriageView<'a> {
    /// The decisions about the inputs.
    pub answer: &'a TriageAnswer<'a>,
    /// The names of the inputs, as the user gave them.
    pub sources: &'a [String],
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
    /// Whether messages to people are shown instead of the inputs.
    pub asks_messages: bool,
    /// The written drafts, if requested.
    pub drafts: Option<Vec<WrittenDraft>>,
    /// The findings that get no draft.
    pub refused: Vec<NotDrafted>,
    /// The commands that complete the drafts.
    pub next: Vec<String>,
}

impl<'a> TriageView<'a> {
    pub(super) fn stamp(&self) -> &'a Stamp {
        self.answer.snapshot().stamp()
    }

    pub(super) fn baselines(&self) -> &'a [Baseline] {
        &self.answer.snapshot().governance().policy.baselines
    }
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
