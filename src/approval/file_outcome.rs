//! The outcome for each file below `.approvals`, landing by landing: the facts behind `bad-approval-file`.
//!
//! Uses history's ids, approval's statements. Pure. Start at [`ApprovalFileOutcome`]. Follows `docs/spec/approval.md`,
//! S7, failures, and `docs/spec/rules.md`, `bad-approval-file`.

use crate::approval::statement::bad_file::BadFile;
use crate::approval::statement::file::ApprovalSubject;
use crate::history::objects::{Obstacle, Oid};

/// One change of a file below `.approvals`, and its outcome. A signature belongs to the text beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalFileOutcome {
    /// The path of the text, from the ledger's root; for a file that is no part of an approval, its own path.
    pub path: String,
    /// Its landing: an index into the mainline's landings.
    pub landing: usize,
    pub commit: Oid,
    /// What it is about, if its lines can be read.
    pub about: Option<ApprovalSubject>,
    pub state: FileState,
    /// Whether the file is still at the tip as this landing left it.
    pub is_at_tip: bool,
}

/// The outcome for a file below `.approvals`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// The file is valid. Whether it counts is in the verdict on the version that it names.
    Sound,
    /// The file does not count: `bad-approval-file`.
    Bad(BadFile),
    /// The key was listed when the file landed and has been revoked since, so it no longer counts.
    RevokedLater(BadFile),
    /// The file was removed; its approval or rejection remains in effect.
    Removed,
    Missing(Obstacle),
}

impl FileState {
    /// Returns what is wrong, as the end of a sentence about the file, and the remedy; `None` if nothing is wrong.
    pub fn why(&self) -> Option<(String, String)> {
        match self {
            FileState::Sound => None,
            FileState::Bad(bad) | FileState::RevokedLater(bad) => {
                Some((bad.to_string(), bad.help()))
            }
            FileState::Removed => Some((
                "it was removed; its approval still stands".to_owned(),
                "leave approval files in place; to withdraw an approval, sign another statement with `exledger approve`"
                    .to_owned(),
            )),
            FileState::Missing(obstacle) => {
                Some((obstacle.to_string(), obstacle.repair().to_owned()))
            }
        }
    }
}
