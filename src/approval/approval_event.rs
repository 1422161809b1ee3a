//! One approval file at the landing that brought it: what it says, and what backs it.
//!
//! Uses policy, history, approval's identity, keys and statements. Pure. Start at [`CountedFile`] and [`StatementEvent`]. Follows
//! `docs/spec/approval.md`, S7 and 1.12.

use crate::approval::identity::IdentityResolver;
use crate::approval::identity::resolved::Identity;
use crate::approval::keys::Signer;
use crate::approval::statement::bad_file::BadFile;
use crate::approval::statement::file::ApprovalDecision;
use crate::approval::statement::file::ApprovalFile;
use crate::approval::verdict::NotCounted;
use crate::history::objects::{Obstacle, Oid};
use crate::record::time::Instant;

/// One approval file that may be believed, at the landing that brought it.
#[derive(Clone, Debug)]
pub(crate) struct CountedFile<'a> {
    pub landing: usize,
    pub commit: Oid,
    pub effective: Instant,
    pub path: String,
    pub file: ApprovalFile,
    /// When it was said: as it says, but never after it landed.
    pub said: Instant,
    /// Who is who at its landing.
    pub lens: IdentityResolver<'a>,
    pub backed: FileBacking,
}

/// What backs an approval file.
#[derive(Clone, Debug)]
pub(crate) enum FileBacking {
    /// The signature by a listed key.
    Signature(Signer),
    /// Whoever committed it: who that is, or why it is no evidence.
    Stated(Result<BridgeCommitter, NotCounted>),
    /// What would tell is not here.
    Unknown(Obstacle),
}

/// Who states a forge's review.
#[derive(Clone, Debug)]
pub(crate) enum BridgeCommitter {
    Person(Identity),
    /// An address that the policy trusts to do so, by a commit of its own.
    Bridge(Identity),
    /// One that signed the very file, which then counts however it lands.
    SigningBridge(Identity),
    /// One that merged what states it, without a signature.
    MergingBridge(Identity),
    /// One that did not sign, by a commit that a forge made of its branch: git does not name who merged.
    BridgeThroughForge(Identity),
}

impl BridgeCommitter {
    pub(crate) fn party(&self) -> &Identity {
        match self {
            BridgeCommitter::Person(party)
            | BridgeCommitter::Bridge(party)
            | BridgeCommitter::SigningBridge(party)
            | BridgeCommitter::MergingBridge(party)
            | BridgeCommitter::BridgeThroughForge(party) => party,
        }
    }
}

/// Something that was said, or would have been, about one record or governance file.
#[derive(Clone, Debug)]
pub(crate) enum StatementEvent<'a> {
    CountedFile(Box<CountedFile<'a>>),
    /// A file whose bytes are not here.
    Gap {
        landing: usize,
        /// The first digits of the sha256 that it is about, as its name says.
        digits: String,
        /// Why it can't be read.
        obstacle: Obstacle,
    },
    /// A file that does not count, whatever bytes it names.
    Refused(Box<RefusedFile<'a>>),
}

/// An approval file whose lines can be read and that does not count.
#[derive(Clone, Debug)]
pub(crate) struct RefusedFile<'a> {
    pub landing: usize,
    pub commit: Oid,
    pub effective: Instant,
    pub path: String,
    pub file: ApprovalFile,
    /// Who is who at its landing.
    pub lens: IdentityResolver<'a>,
    /// Why it does not count.
    pub bad: BadFile,
}

impl StatementEvent<'_> {
    /// Returns the landing that brought it.
    pub(crate) fn landing(&self) -> usize {
        match self {
            StatementEvent::CountedFile(spoken) => spoken.landing,
            StatementEvent::Gap { landing, .. } => *landing,
            StatementEvent::Refused(refused) => refused.landing,
        }
    }
}

impl CountedFile<'_> {
    /// Tells whether a signature backs it.
    pub(crate) fn is_signed(&self) -> bool {
        matches!(self.backed, FileBacking::Signature(_))
    }

    /// Tells whether it counts wherever it lands: a signature over the file backs it.
    pub(crate) fn is_sealed(&self) -> bool {
        self.is_signed()
            || matches!(self.backed, FileBacking::Stated(Ok(BridgeCommitter::SigningBridge(_))))
    }

    /// Tells whether it says no.
    pub(crate) fn rejects(&self) -> bool {
        self.file.decision == ApprovalDecision::Reject
    }
}
