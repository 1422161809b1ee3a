//! The governance that judges a landing: the files before it, never those that it adds; and the signatures
//! that were checked by it.
//!
//! Pure. Start at `GovernanceHistory`. Follows `docs/spec/approval.md`, G1.

use crate::approval::people::identity::{IdentityCache, IdentityResolver};
use crate::approval::people::listed::{self, ListedPeople};
use crate::approval::sources::keys::{KeySet, Keys};
use crate::approval::sources::signature::{
    self, CheckedSignature, SignatureState, Tag, UnverifiedKind,
};
use crate::history::commit::Commit;
use crate::history::governance::{GovernanceOrigin, MainlineGovernance, Position, States};
use crate::history::objects::{Obstacle, Oid};
use crate::history::version::MergedTag;
use crate::history::walked::History;
use crate::policy::demand::{Proof, SelfApproval};
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

#[derive(Clone, Copy)]
pub(crate) struct Ruled<'a> {
    pub counted: &'a States,
    pub approved: &'a States,
    pub landed: &'a States,
    pub later: &'a [Rc<Governance>],
    /// The approved files with the revocations that discard rejections; `None` while that is not known yet.
    pub proven: Option<&'a Governance>,
    /// Why the rules are not known: this clone lacks a governance file, or a part of the history.
    pub hidden: Option<&'a Obstacle>,
    /// What counts after each landing, also where the rules are judged by approved versions alone.
    pub in_force: &'a States,
}

impl Ruled<'_> {
    /// Returns the rules without what restricts retroactively, without what counts because it only adds, and without both, each if
    /// it makes a difference.
    pub(crate) fn relaxed(&self) -> Vec<Self> {
        let approved = Ruled {
            counted: self.approved,
            landed: self.approved,
            in_force: self.approved,
            ..*self
        };
        let states = [self.counted, self.approved, self.landed];
        let mut landings = states.iter().flat_map(|states| states.from().map(|(from, _)| from));
        // Whom the files that merely landed call a bot, or drop from the logins, approves nothing either.
        let is_stricter = landings.any(|landing| {
            let [counted, own, landed] = states.map(|states| &*states.at(landing).governance);
            !std::ptr::eq(counted, own) && counted != own
                || landed.policy.people != own.policy.people
        });
        let approved = if is_stricter { Some(approved) } else { None };
        let as_landed = if self.counted.are_restricted_by(self.later) {
            Some(Ruled { later: &[], ..*self })
        } else {
            None
        };
        let both = as_landed.and(approved).map(|approved| Ruled { later: &[], ..approved });
        as_landed.into_iter().chain(approved).chain(both).collect()
    }
}

pub(crate) struct GovernanceHistory<'a> {
    ruled: Ruled<'a>,
    key_sets: Vec<OnceCell<KeySet>>,
    approved_key_sets: Vec<OnceCell<KeySet>>,
    /// For each run, the earliest run with the same keys.
    key_set_of: Vec<OnceCell<usize>>,
    lists: Vec<OnceCell<bool>>,
    /// For each run, whether its approved state lists a key that signs for a person.
    signed: Vec<OnceCell<bool>>,
    /// The governance before the first landing, and at each landing that changes the record folders.
    folders: OnceCell<Vec<(usize, Rc<MainlineGovernance>)>>,
    met: IdentityCache,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct LandedGovernance<'a> {
    pub governance: &'a Governance,
    pub key_set: &'a KeySet,
    pub approved: &'a Governance,
    pub approved_key_set: &'a KeySet,
    /// The governance files approved by the tip: only these revoke the key of a rejection.
    pub approved_tip: &'a Governance,
    /// The commit whose tree holds these files; `None` if there were none yet.
    pub commit: Option<Oid>,
    /// Whether an earlier commit's files are used, because the current ones can't be read.
    pub is_earlier: bool,
    pub self_approval: SelfApproval,
    pub doubt: Option<&'a Obstacle>,
}

impl<'a> GovernanceHistory<'a> {
    pub(crate) fn new(ruled: Ruled<'a>) -> GovernanceHistory<'a> {
        fn cells<T>(n: usize) -> Vec<OnceCell<T>> {
            (0..=n).map(|_| OnceCell::new()).collect()
        }
        let n_runs = ruled.counted.n_runs();
        GovernanceHistory {
            ruled,
            key_sets: cells(n_runs),
            approved_key_sets: cells(n_runs),
            key_set_of: cells(n_runs),
            lists: cells(n_runs),
            signed: cells(n_runs),
            folders: OnceCell::new(),
            met: IdentityCache::default(),
        }
    }

    pub(crate) fn before(&'a self, place: impl Into<Position>) -> LandedGovernance<'a> {
        let place = place.into();
        let state = self.ruled.counted.before(place);
        let approved = self.ruled.approved.before(place);
        let key_set = self.key_set(place);
        LandedGovernance {
            governance: &state.governance,
            key_set,
            approved: &approved.governance,
            approved_key_set: self.approved_key_set(place).unwrap_or(key_set),
            approved_tip: self.ruled.proven.unwrap_or_else(|| {
                &self.ruled.approved.after_runs(self.ruled.approved.n_runs()).governance
            }),
            commit: match &state.origin {
                GovernanceOrigin::Own(commit) | GovernanceOrigin::Earlier(commit) => Some(*commit),
                GovernanceOrigin::Defaults | GovernanceOrigin::Unknown(_) => None,
            },
            is_earlier: is_earlier(state) || is_earlier(self.ruled.landed.before(place)),
            self_approval: state.governance.policy.approval.self_approval,
            doubt: match &state.origin {
                GovernanceOrigin::Unknown(obstacle) => Some(obstacle),
                _ => self.ruled.hidden,
            },
        }
    }

    /// Returns what counts before a landing, approved or because it only adds.
    pub(crate) fn in_force(&self, place: impl Into<Position>) -> &Governance {
        &self.ruled.in_force.before(place).governance
    }

    /// Tells whether no key that signs for a person was ever approved before a landing, so that nobody could sign the first key list.
    pub(crate) fn is_keyless(&self, place: impl Into<Position>) -> bool {
        let last = self.ruled.approved.runs_before(place);
        let mut runs = self.signed.iter().enumerate().take(last + 1);
        !runs.any(|(run, cell)| {
            let state = &self.ruled.approved.after_runs(run).governance;
            *cell.get_or_init(|| listed::can_anyone_sign(state))
        })
    }

    pub(crate) fn has_listed(&self, place: impl Into<Position>) -> bool {
        let last = self.ruled.approved.runs_before(place);
        let states = [self.ruled.approved, self.ruled.in_force];
        let mut runs = self.lists.iter().enumerate().take(last + 1);
        runs.any(|(run, cell)| {
            *cell.get_or_init(|| {
                let mut each = states.iter().map(|states| &states.after_runs(run).governance);
                each.any(|state| !ListedPeople::of(state, &Keys::less(state, [])).is_empty())
            })
        })
    }

    pub(crate) fn record_folders(
        &self,
        landing: usize,
        until: Option<usize>,
    ) -> impl Iterator<Item = &[String]> {
        let folders = self.folders.get_or_init(|| folders(self.ruled.counted));
        let n_before = folders.partition_point(|(from, _)| *from < landing);
        let last = until.unwrap_or(usize::MAX);
        let counting = folders
            .iter()
            .skip(n_before.saturating_sub(1))
            .take_while(move |(from, _)| *from < last);
        counting.map(|(_, state)| folders_of(state))
    }

    fn key_set(&'a self, place: Position) -> &'a KeySet {
        const NONE: &KeySet = &KeySet::NONE;
        let run = self.ruled.counted.runs_before(place);
        let run = self.same_key_set(run);
        let governance = &self.ruled.counted.after_runs(run).governance;
        let key_set = if self.mentions_keys(governance) { self.key_sets.get(run) } else { None };
        key_set.map_or(NONE, |key_set| {
            key_set.get_or_init(|| KeySet::from_governance(governance, self.ruled.later))
        })
    }

    /// Returns the keys of approved versions; `None` if those that count list the same.
    fn approved_key_set(&'a self, place: Position) -> Option<&'a KeySet> {
        let states = [self.ruled.counted, self.ruled.approved];
        let [counted, approved] = states.map(|states| states.before(place));
        if lists_the_same(counted, approved) {
            return None;
        }
        let run = self.ruled.approved.runs_before(place);
        let governance = &approved.governance;
        let key_set = self.approved_key_sets.get(run).filter(|_| self.mentions_keys(governance));
        key_set.map(|key_set| {
            key_set.get_or_init(|| KeySet::from_governance(governance, self.ruled.later))
        })
    }

    fn same_key_set(&self, run: usize) -> usize {
        let mut first = run;
        while let Some(before) = first.checked_sub(1) {
            if let Some(known) = self.key_set_of.get(first).and_then(OnceCell::get) {
                first = *known;
                break;
            }
            let states = [before, first].map(|run| self.ruled.counted.after_runs(run));
            if !lists_the_same(states[0], states[1]) {
                break;
            }
            first = before;
        }
        if let Some(cell) = self.key_set_of.get(run) {
            cell.get_or_init(|| first);
        }
        first
    }

    fn mentions_keys(&self, governance: &Governance) -> bool {
        let later = self.ruled.later.iter();
        let mut revoked = later.map(|later| later.revoked.is_some());
        governance.signers.is_some() || governance.revoked.is_some() || revoked.any(|it| it)
    }

    pub(crate) fn resolver(&'a self, place: impl Into<Position>) -> IdentityResolver<'a> {
        let place = place.into();
        let state = self.before(place);
        IdentityResolver {
            at: state.governance,
            judge: state.governance,
            approved: state.approved,
            landed: &self.ruled.landed.before(place).governance,
            later: self.ruled.later,
            key_set: state.key_set,
            approved_key_set: state.approved_key_set,
            met: &self.met,
        }
    }
}

fn folders(counted: &States) -> Vec<(usize, Rc<MainlineGovernance>)> {
    let mut all = vec![(0, Rc::clone(counted.before_all()))];
    for (landing, state) in counted.from() {
        if all.last().is_none_or(|(_, last)| folders_of(last) != folders_of(state)) {
            all.push((landing, Rc::clone(state)));
        }
    }
    all
}

fn folders_of(state: &MainlineGovernance) -> &[String] {
    &state.governance.policy.records
}

fn is_earlier(state: &MainlineGovernance) -> bool {
    matches!(state.origin, GovernanceOrigin::Earlier(_))
}

/// Tells whether two governance states list the same keys for the same people, without parsing the keys, which is slow.
fn lists_the_same(one: &Rc<MainlineGovernance>, other: &Rc<MainlineGovernance>) -> bool {
    let [left, right] = [one, other].map(|state| &state.governance);
    Rc::ptr_eq(one, other)
        || left.signers == right.signers
            && left.limited_signers == right.limited_signers
            && left.revoked == right.revoked
            && left.mailmap == right.mailmap
            && left.roster == right.roster
            && left.policy.people.logins == right.policy.people.logins
            && left.policy.people.noreply == right.policy.people.noreply
            && left.policy.people.forges == right.policy.people.forges
}

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignedObject {
    /// The landing itself: if its signature is bad, so is the result of every version that lands there.
    Landing,
    /// A commit of the merged branch.
    Branch,
    /// A tag that was merged.
    Tag,
}

/// The landing, what is signed, the commit that bears it, and the text of a tag: a merge may carry several of one commit.
type SignaturePlace = (usize, SignedObject, Oid, Option<Rc<[u8]>>);

pub(crate) struct SignatureChecks<'a> {
    history: &'a History,
    governance_history: &'a GovernanceHistory<'a>,
    is_of_rules: bool,
    known: RefCell<BTreeMap<SignaturePlace, SignatureState>>,
}

impl<'a> SignatureChecks<'a> {
    pub(crate) fn new(
        history: &'a History,
        governance_history: &'a GovernanceHistory<'a>,
    ) -> SignatureChecks<'a> {
        SignatureChecks {
            history,
            governance_history,
            is_of_rules: false,
            known: RefCell::default(),
        }
    }

    /// Returns the same, for governance files: what lets a key in is always known.
    pub(crate) fn of_rules(self) -> SignatureChecks<'a> {
        SignatureChecks { is_of_rules: true, ..self }
    }

    pub(crate) fn need_levels(&self, governance: &Governance) -> bool {
        self.is_of_rules
            || !self.history.hides_levels
            || governance.policy.strongest_proof() > Proof::Claimed
    }

    pub(crate) fn is_suspicious(&self, landing: usize) -> bool {
        let ledger = self.governance_history.before(landing).governance.policy.name.as_deref();
        let landing = self.history.mainline.landings.get(landing);
        landing.is_none_or(|landing| landing.is_suspicious(ledger))
    }

    /// Returns the state of the signature of a merge that a forge committed, also of an OpenPGP one; `None` if the keys of
    /// that time are unknown.
    pub(crate) fn of_forge(&self, landing: usize, commit: &Commit) -> Option<SignatureState> {
        let before = self.governance_history.before(landing);
        if before.doubt.is_some() {
            return None;
        }
        let known = self.of_landing(landing, commit);
        let (keys, at) = (&before.key_set.keys, self.effective(landing));
        let checked = &self.history.checked;
        let state = signature::of_forge(commit, known.clone(), (keys, at), checked);
        if known == SignatureState::Unverifiable(UnverifiedKind::OpenPgp) {
            let key = (landing, SignedObject::Landing, commit.oid, None);
            self.known.borrow_mut().insert(key, state.clone());
        }
        Some(state)
    }

    fn effective(&self, landing: usize) -> Instant {
        let landing = self.history.mainline.landings.get(landing);
        landing.map_or(Instant::MIN, |landing| landing.effective)
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
        let at = self.effective(landing);
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
