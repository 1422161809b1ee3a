//! What became of each file below `.approvals`, landing by landing: the facts behind `bad-approval-file`.
//!
//! Uses history's ids, approval's statements. Pure. Start at [`ApprovalFileOutcome`]. Follows `docs/spec/approval.md`, S7, failures,
//! and `docs/spec/rules.md`, `bad-approval-file`.

use crate::approval::statement::bad_file::BadFile;
use crate::approval::statement::file::ApprovalSubject;
use crate::history::objects::{Obstacle, Oid};
use crate::history::walked::ApprovalFileChange;

/// One change of a file below `.approvals`, and what came of it. A signature is part of the text that it lies beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalFileOutcome {
    /// The path of the text, from the ledger's root; of anything that is no part of an approval, its own.
    pub path: String,
    /// Its landing: an index into the mainline's landings.
    pub landing: usize,
    /// The commit of that landing.
    pub commit: Oid,
    /// What it is about, where its lines can be read.
    pub about: Option<ApprovalSubject>,
    pub state: FileState,
    /// Whether the tip's tree still holds the file as this landing left it.
    pub is_at_tip: bool,
}

/// What came of a file below `.approvals`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It says something, and may be believed. Whether that counts stands in the verdict on the version that it names.
    Sound,
    /// It says nothing that counts: `bad-approval-file`.
    Bad(BadFile),
    /// Its key was listed when it landed, and is revoked since: it no longer counts.
    RevokedLater(BadFile),
    /// It was removed; what it said stays said.
    Removed,
    /// Its bytes are not here.
    Missing(Obstacle),
}

impl FileState {
    /// Returns what is wrong, as the end of a sentence about the file, and what to do about it; `None` where nothing is.
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

/// Tells whether a text that is gone stands elsewhere since the same landing, byte by byte.
pub(crate) fn moved(
    path: &str,
    change: &ApprovalFileChange,
    changes: &[ApprovalFileChange],
) -> bool {
    let Some(before) = change.before.filter(|_| change.path == path) else {
        return false;
    };
    let name = |path: &str| {
        let mut segments = path.rsplit('/');
        (segments.next().map(str::to_owned), segments.next().map(str::to_owned))
    };
    changes.iter().any(|other| {
        other.path != path && other.new == Some(before) && name(&other.path) == name(path)
    })
}
