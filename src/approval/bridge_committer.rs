//! Identifies who vouches for a forge's review: the committer of the file that records it.
//!
//! Uses policy's people, history's commits, approval's identity and signatures. Pure. Start at [`by`]. Follows
//! `docs/spec/approval.md`, 1.12, stated by.

use crate::approval::approval_event::BridgeCommitter;
use crate::approval::authors;
use crate::approval::identity::resolved::Identity;
use crate::approval::identity::{IdentityResolver, is_nobody};
use crate::approval::message::{self, CommitMessage};
use crate::approval::signature::{self, SignatureState};
use crate::approval::verdict::NotCounted;
use crate::history::commit::Commit;
use crate::policy::people;
use crate::record::time::Instant;

/// Returns who states the content of a landing, if the commit adds nothing else.
///
/// # Errors
/// [`NotCounted`] if the commit is no evidence: it names several people, a bot that is no bridge, or a bridge that
/// should have signed.
pub(crate) fn by(
    lens: IdentityResolver,
    commit: &Commit,
    at: Instant,
) -> Result<BridgeCommitter, NotCounted> {
    let party = match commit.parents.len() {
        0 | 1 => agreed(lens, commit),
        _ => authors::landed_by(lens, commit),
    };
    let party = party.ok_or(NotCounted::Staters)?;
    if people::is_bridge(lens.at, &party.person) {
        return if lens.ring.keys.lists(lens.at, &party.person) {
            if is_signed(lens, commit, &party, at) {
                Ok(BridgeCommitter::Bridge(party))
            } else {
                Err(NotCounted::BridgeUnsigned)
            }
        } else if commit.parents.len() > 1 {
            Ok(BridgeCommitter::MergingBridge(party))
        } else if lens.is_forge(commit.committer()) {
            Ok(BridgeCommitter::BridgeThroughForge(party))
        } else {
            Ok(BridgeCommitter::Bridge(party))
        };
    }
    if lens.is_machine(&party) {
        Err(NotCounted::UnlistedBot)
    } else {
        Ok(BridgeCommitter::Person(party))
    }
}

/// Returns the one person that all headers of a commit name, ignoring forges and the address used to commit approvals.
fn agreed(lens: IdentityResolver, commit: &Commit) -> Option<Identity> {
    let mut named = Vec::new();
    for ident in [commit.author(), commit.committer()] {
        if !lens.is_forge(ident) && !lens.is_of_approvals(ident) {
            named.push(lens.of_ident(ident)?);
        }
    }
    let text = commit.message();
    for value in CommitMessage::read(&text).co_authors() {
        let party = match message::person(value) {
            (name, Some(address)) => lens.party(name.unwrap_or_default(), address),
            (name, None) => lens.of_login(name?)?,
        };
        if !is_nobody(&party) {
            named.push(party);
        }
    }
    let first = named.first()?;
    let agree = named.iter().all(|other| other.is(first));
    agree.then(|| first.clone())
}

/// Tells whether a bridge signed a commit with a key that the signers file lists for its address.
fn is_signed(lens: IdentityResolver, commit: &Commit, bridge: &Identity, at: Instant) -> bool {
    match signature::of_commit(commit).state(&lens.ring.keys, at) {
        SignatureState::Attested(signer) => signer.is(lens.at, &bridge.person),
        _ => false,
    }
}
