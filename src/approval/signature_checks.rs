//! Caches the signature checks: of landings, of commits of merged branches, and of merged tags.
//!
//! Uses history's ids, approval's governance history and signatures. Pure. Start at [`LandedSignature`].
//! Follows `docs/spec/approval.md`, S2 to S5.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::approval::governance_history::GovernanceHistory;
use crate::approval::signature::{self, CheckedSignature, SignatureState, Tag};
use crate::history::commit::Commit;
use crate::history::objects::Oid;
use crate::history::version::MergedTag;
use crate::history::walked::History;
use crate::record::time::Instant;

/// A signature, and its state at the landing that added it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LandedSignature {
    /// The landing: an index into the mainline's landings.
    pub landing: usize,
    /// The commit that is signed, or the merge that carries the tag.
    pub commit: Oid,
    pub of: SignedObject,
    /// The state under the keys before the landing, without those revoked at the tip. Never `none`.
    pub state: SignatureState,
}

/// The kind of object that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignedObject {
    /// The landing itself: if its signature is bad, so is the result of every version that lands there.
    Landing,
    /// A commit of the merged branch.
    Branch,
    /// A tag that was merged.
    Tag,
}

/// Where a signature was found: its landing, what it is on, the commit that bears it, and the text of a tag. One merge may
/// carry several tags of one commit.
type SignaturePlace = (usize, SignedObject, Oid, Option<Rc<[u8]>>);

pub(crate) struct SignatureChecks<'a> {
    history: &'a History,
    governance_history: &'a GovernanceHistory<'a>,
    known: RefCell<BTreeMap<SignaturePlace, SignatureState>>,
}

impl<'a> SignatureChecks<'a> {
    pub(crate) fn new(
        history: &'a History,
        governance_history: &'a GovernanceHistory<'a>,
    ) -> SignatureChecks<'a> {
        SignatureChecks { history, governance_history, known: RefCell::default() }
    }

    pub(crate) fn of_landing(&self, landing: usize, commit: &Commit) -> SignatureState {
        let key = (landing, SignedObject::Landing, commit.oid, None);
        self.state_of(key, || signature::of_commit(commit))
    }

    /// Returns the state of the signature of a commit of a merged branch; nothing is checked if no key is listed.
    pub(crate) fn of_branch(&self, landing: usize, commit: &Commit) -> SignatureState {
        if self.governance_history.before(landing).key_set.keys.is_empty() {
            return SignatureState::None;
        }
        let key = (landing, SignedObject::Branch, commit.oid, None);
        self.state_of(key, || signature::of_commit(commit))
    }

    pub(crate) fn of_tag(&self, landing: usize, tag: &MergedTag) -> SignatureState {
        let key = (landing, SignedObject::Tag, tag.carrier.oid, Some(Rc::clone(&tag.raw)));
        self.state_of(key, || {
            Tag::read(&tag.raw).map_or(CheckedSignature::NONE, |tag| tag.signature())
        })
    }

    fn state_of(
        &self,
        key: SignaturePlace,
        signature: impl FnOnce() -> CheckedSignature,
    ) -> SignatureState {
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let landing = key.0;
        let governance_before = self.governance_history.before(landing);
        let effective = self.history.mainline.landings.get(landing);
        let at = effective.map_or(Instant::MIN, |landing| landing.effective);
        let state = match signature().state(&governance_before.key_set.keys, at) {
            SignatureState::Bad(bad) => SignatureState::Bad(bad),
            // The key set at that time is unknown.
            _ if governance_before.doubt.is_some() => SignatureState::None,
            state => state,
        };
        self.known.borrow_mut().insert(key, state.clone());
        state
    }

    pub(crate) fn into_signatures(self) -> Vec<LandedSignature> {
        let known = self.known.into_inner().into_iter();
        known
            .filter(|(_, state)| *state != SignatureState::None)
            .map(|((landing, of, commit, _), state)| LandedSignature { landing, commit, of, state })
            .collect()
    }
}
