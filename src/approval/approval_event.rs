//! An approval file at the landing that added it: its content and the evidence behind it.
//!
//! Uses policy, history, approval's identity, keys and statements. Pure. Start at [`CountedFile`] and
//! [`StatementEvent`]. Follows `docs/spec/approval.md`, S7 and 1.12.

use crate::approval::identity::{Identity, IdentityResolver};
use crate::approval::keys::Signer;
use crate::approval::statement::bad_file::BadFile;
use crate::approval::statement::file::{ApprovalDecision, ApprovalFile};
use crate::history::objects::{Obstacle, Oid};
use crate::policy::demand::Proof;
use crate::record::time::Instant;

/// A well-formed approval file at the landing that added it.
#[derive(Clone, Debug)]
pub(crate) struct LandedApprovalFile<'a> {
    pub landing: usize,
    pub commit: Oid,
    pub effective: Instant,
    pub path: String,
    pub file: ApprovalFile,
    /// Resolves identities as of the file's landing.
    pub resolver: IdentityResolver<'a>,
}

/// A file that may count. Whether it does is decided with the verdict.
#[derive(Clone, Debug)]
pub(crate) struct CountedFile<'a> {
    pub landed: LandedApprovalFile<'a>,
    /// The time that the file states, or that of its landing if that is earlier.
    pub stated_at: Instant,
    pub backed: FileBacking,
    /// Whether it names the bytes of the governance file that counted when it landed.
    pub continues: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum FileBacking {
    Signature(Signer),
    /// The signature of a bridge, which recorded a forge's review.
    Review(Identity),
    Unknown(Obstacle),
}

#[derive(Clone, Debug)]
pub(crate) enum StatementEvent<'a> {
    CountedFile(Box<CountedFile<'a>>),
    Gap {
        landing: usize,
        /// The first digits of the sha256 of the approved bytes, taken from the file name.
        digits: String,
        obstacle: Obstacle,
    },
    Refused(Box<RefusedFile<'a>>),
}

#[derive(Clone, Debug)]
pub(crate) struct RefusedFile<'a> {
    pub landed: LandedApprovalFile<'a>,
    pub bad: BadFile,
}

impl StatementEvent<'_> {
    pub(crate) fn landing(&self) -> usize {
        match self {
            StatementEvent::CountedFile(counted_file) => counted_file.landed.landing,
            StatementEvent::Gap { landing, .. } => *landing,
            StatementEvent::Refused(refused) => refused.landed.landing,
        }
    }
}

impl CountedFile<'_> {
    pub(crate) fn signed(&self) -> Option<(&str, Proof)> {
        match &self.backed {
            FileBacking::Signature(signer) => Some((&signer.key, signer.proof())),
            FileBacking::Review(_) | FileBacking::Unknown(_) => None,
        }
    }

    pub(crate) fn rejects(&self) -> bool {
        self.landed.file.decision == ApprovalDecision::Reject
    }
}
