//! Identifies who vouches for a forge's review: the committer of the file that records it.
//!
//! Uses policy's people, history's commits, approval's identity and signatures. Pure. Start at [`by`].
//! Follows `docs/spec/approval.md`, 1.12, stated by.

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
/// [`NotCounted`] if the commit is no evidence: it names several people, a bot that is no bridge, or a
/// bridge that should have signed.
pub(crate) fn by(
    resolver: IdentityResolver,
    commit: &Commit,
    at: Instant,
) -> Result<BridgeCommitter, NotCounted> {
    let identity = match commit.parents.len() {
        0 | 1 => agreed(resolver, commit),
        _ => authors::landed_by(resolver, commit),
    };
    let identity = identity.ok_or(NotCounted::Staters)?;
    if people::is_bridge(resolver.at, &identity.person) {
        return if resolver.key_set.keys.lists(resolver.at, &identity.person) {
            if is_signed(resolver, commit, &identity, at) {
                Ok(BridgeCommitter::Bridge(identity))
            } else {
                Err(NotCounted::BridgeUnsigned)
            }
        } else if commit.parents.len() > 1 {
            Ok(BridgeCommitter::MergingBridge(identity))
        } else if resolver.is_forge(commit.committer()) {
            Ok(BridgeCommitter::BridgeThroughForge(identity))
        } else {
            Ok(BridgeCommitter::Bridge(identity))
        };
    }
    if resolver.is_machine(&identity) {
        Err(NotCounted::UnlistedBot)
    } else {
        Ok(BridgeCommitter::Person(identity))
    }
}

/// Returns the one person that all headers of a commit name, ignoring forges and the address used to commit approvals.
fn agreed(resolver: IdentityResolver, commit: &Commit) -> Option<Identity> {
    let mut named = Vec::new();
    for ident in [commit.author(), commit.committer()] {
        if !resolver.is_forge(ident) && !resolver.is_of_approvals(ident) {
            named.push(resolver.of_ident(ident)?);
        }
    }
    let text = commit.message();
    for value in CommitMessage::read(&text).co_authors() {
        let identity = match message::person(value) {
            (name, Some(address)) => resolver.identity(name.unwrap_or_default(), address),
            (name, None) => resolver.of_login(name?)?,
        };
        if !is_nobody(&identity) {
            named.push(identity);
        }
    }
    let first = named.first()?;
    let agree = named.iter().all(|other| other.is_surely(first));
    agree.then(|| first.clone())
}

/// Tells whether a bridge signed a commit with a key that the signers file lists for its address.
fn is_signed(resolver: IdentityResolver, commit: &Commit, bridge: &Identity, at: Instant) -> bool {
    match signature::of_commit(commit).state(&resolver.key_set.keys, at) {
        SignatureState::Attested(signer) => signer.is(resolver.at, &bridge.person),
        _ => false,
    }
}
