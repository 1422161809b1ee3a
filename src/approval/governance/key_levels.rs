//! How each key of the signers file was let in, and so what its signatures prove: a key proves no more than what let it in.
//!
//! Pure. Start at `KeyLevels`. Follows `docs/spec/approval.md`, G2, *Level of a key*.

use crate::approval::count::requirement::{GovernanceVersion, governance_demand};
use crate::approval::count::weigh;
use crate::approval::people::at_landing::GovernanceHistory;
use crate::approval::people::listed;
use crate::approval::put_back;
use crate::approval::sources::keys::{self, Keys};
use crate::approval::sources::signers::{SignerLine, Signers};
use crate::approval::verdict::ApprovalVerdict;
use crate::history::governance::{GovernanceOrigin, MainlineGovernance};
use crate::history::objects::Oid;
use crate::policy::demand::Proof;
use crate::policy::governance::{Governance, KeyLimit};
use crate::policy::people::{self, naming::UnprovenNames};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// A line of the signers file that counts, and how it was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmittedKey {
    pub line: SignerLine,
    pub by: Admission,
    /// The landing of the version that added the line, or that an approval lifted; or that says whose it is.
    pub commit: Oid,
    pub is_by_name: bool,
}

/// What let a line into the signers file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Admission {
    /// It came with the first policy, which nobody could approve.
    FirstPolicy,
    FirstList,
    /// Whoever reads the ledger trusts a commit that holds it.
    Trusted,
    Signatures,
    /// Merges that the forge signed, with or without signatures.
    ForgeSigned,
    Claim,
    /// A claim said that it is another person's, or that its person is another one, too.
    ClaimedName,
}

impl Admission {
    /// Returns what a key proves at most that was let in so.
    pub fn proof(self) -> Proof {
        match self {
            Admission::FirstPolicy
            | Admission::FirstList
            | Admission::Trusted
            | Admission::Signatures => Proof::Attested,
            Admission::ForgeSigned => Proof::ForgeSigned,
            Admission::Claim | Admission::ClaimedName => Proof::Claimed,
        }
    }

    pub(super) fn of_proof(proof: Proof) -> Admission {
        match proof {
            Proof::Attested => Admission::Signatures,
            Proof::ForgeSigned => Admission::ForgeSigned,
            Proof::Claimed => Admission::Claim,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct ApprovedList<'a> {
    pub version: GovernanceVersion<'a>,
    pub index: usize,
    pub landing: usize,
    pub commit: Oid,
    pub root: Option<Admission>,
    pub verdict: Option<&'a ApprovalVerdict>,
    /// The landing of the version.
    pub landed: usize,
}

#[derive(Default)]
pub(super) struct AdmittedKeys {
    lines: Vec<AdmittedKey>,
    /// The same, as whose they are allows.
    pub named: Vec<AdmittedKey>,
    marked: Option<[Rc<MainlineGovernance>; 2]>,
}

pub(super) struct Naming {
    pub landing: usize,
    pub policy: Admission,
    pub limits: Rc<NameLimits>,
}

/// Who is who by what proves less than keys and merges do.
#[derive(Default)]
pub(super) struct NameLimits {
    /// By claims, since the first keys.
    pub of_claims: UnprovenNames,
    /// By forge-signed approvals or less.
    pub of_forges: UnprovenNames,
    /// By claims, since the first policy.
    pub of_merges: Arc<UnprovenNames>,
}

#[derive(Default)]
pub(super) struct KeyLevels {
    approved: AdmittedKeys,
    /// Those of the version that counts, which may lack some of them.
    pub counted: AdmittedKeys,
    version: Option<(String, usize)>,
    by: Option<Admission>,
    limits: Rc<NameLimits>,
    /// Whether an approved list ever let anybody sign for a person.
    pub has_begun: bool,
    /// The path of the file as the policy named it last.
    path: Option<String>,
    /// The landing at which a claim named that path: what the file held by then proves no more.
    named_by_claim: Option<usize>,
}

impl KeyLevels {
    /// Notes what is approved and what counts after a landing, and returns both with the lines marked that a claim let in.
    pub(super) fn land(
        &mut self,
        list: Option<ApprovedList<'_>>,
        naming: Naming,
        states: [Rc<MainlineGovernance>; 2],
        all: &GovernanceHistory,
    ) -> [Rc<MainlineGovernance>; 2] {
        // Undetermined, or that of an earlier landing: so are its keys.
        if states.iter().any(|state| !matches!(state.origin, GovernanceOrigin::Own(_))) {
            return states;
        }
        let path = &states[0].governance.policy.approval.signers;
        if self.path.as_ref().is_some_and(|known| known != path) {
            self.named_by_claim = (naming.policy == Admission::Claim).then_some(naming.landing);
        }
        self.path = Some(path.clone());
        let is_named_so = Rc::ptr_eq(&self.limits, &naming.limits);
        self.limits = naming.limits;
        let [approved, counted] = states;
        let Some(list) = list else {
            if self.version.is_some() || !is_named_so {
                (self.approved, self.counted) = Default::default();
            }
            self.version = None;
            return [
                self.approved.known_or_mark(approved, &self.limits),
                self.counted.known_or_mark(counted, &self.limits),
            ];
        };
        let version = Some((list.version.path.to_owned(), list.index));
        let is_same = self.version == version;
        let by = self.admission(&list, &approved.governance, is_same, all);
        // Most landings change neither the lists nor what is known of them.
        if is_same
            && self.by == Some(by)
            && is_named_so
            && let Some(approved) = self.approved.known(&approved)
            && let Some(counted) = self.counted.known(&counted)
        {
            return [approved, counted];
        }
        self.by = Some(by);
        if !is_same || by != Admission::Claim {
            let before = if is_same { &self.approved.lines } else { &self.counted.lines };
            let keys = Keys::unrevoked(&approved.governance);
            let own = list.verdict.and_then(|verdict| verdict.result.proof());
            let lines = lines(&approved.governance);
            let admit = |line: &SignerLine| {
                // A forge's line is not one of the first keys: it has the level of its list.
                let is_first = by == Admission::FirstList && !keys.is_of_forge(&line.key);
                let by = if is_first || by != Admission::FirstList {
                    by
                } else {
                    Admission::of_proof(own.unwrap_or(Proof::Claimed))
                };
                admit(line, &lines, before, (by, list.commit))
            };
            self.approved.lines = lines.iter().map(admit).collect();
        }
        let (before, by) = (&self.approved.lines, (Admission::Claim, list.commit));
        let lines = lines(&counted.governance);
        let admit = |line| admit(line, &lines, before, by);
        self.counted.lines = lines.iter().map(admit).collect();
        self.version = version;
        self.has_begun = self.has_begun || listed::can_anyone_sign(&approved.governance);
        [self.approved.mark(approved, &self.limits), self.counted.mark(counted, &self.limits)]
    }

    fn admission(
        &self,
        list: &ApprovedList<'_>,
        approved: &Governance,
        is_same: bool,
        all: &GovernanceHistory,
    ) -> Admission {
        let is_older = self.named_by_claim.is_some_and(|named| list.landed <= named);
        if self.has_begun && is_older && list.root != Some(Admission::Trusted) {
            return Admission::Claim;
        }
        if let Some(root) = list.root {
            return root;
        }
        if !is_same && !self.has_begun && listed::can_anyone_sign(approved) {
            return Admission::FirstList;
        }
        if put_back::A1 {
            return Admission::Signatures;
        }
        let proof = |verdict| match is_same {
            true => lifted_to(list.version, verdict, all, list.landing),
            false => verdict.result.proof(),
        };
        let proof = list.verdict.and_then(proof);
        Admission::of_proof(proof.unwrap_or(Proof::Claimed))
    }
}

impl AdmittedKeys {
    fn known(&self, state: &Rc<MainlineGovernance>) -> Option<Rc<MainlineGovernance>> {
        let [known, marked] = self.marked.as_ref()?;
        if Rc::ptr_eq(known, state) { Some(Rc::clone(marked)) } else { None }
    }

    fn known_or_mark(
        &mut self,
        state: Rc<MainlineGovernance>,
        limits: &NameLimits,
    ) -> Rc<MainlineGovernance> {
        self.known(&state).unwrap_or_else(|| self.mark(state, limits))
    }

    fn mark(
        &mut self,
        state: Rc<MainlineGovernance>,
        limits: &NameLimits,
    ) -> Rc<MainlineGovernance> {
        let named = |key| limits.named(key, &self.lines, &state.governance);
        self.named = self.lines.iter().map(named).collect();
        let limited = self.named.iter().filter(|key| key.by.proof() < Proof::Attested);
        let limit = |key: &AdmittedKey| KeyLimit {
            proof: key.by.proof(),
            is_of_name: key.is_by_name,
            commit: key.commit.to_string().into(),
        };
        let limited = limited.map(|key| (key.line.number, limit(key))).collect();
        let marked = with_limits(&state, limited, &limits.of_merges);
        self.marked = Some([state, Rc::clone(&marked)]);
        marked
    }
}

pub(super) fn mark_as(
    state: &Rc<MainlineGovernance>,
    other: &Governance,
) -> Rc<MainlineGovernance> {
    let others: Vec<SignerLine> = lines(other);
    let limited = lines(&state.governance).into_iter().filter_map(|line| {
        let same = others.iter().filter(|other| other.covers(&line));
        let limits = same.filter_map(|same| other.limited_signers.get(&same.number));
        Some((line.number, limits.min_by_key(|limit| limit.proof)?.clone()))
    });
    with_limits(state, limited.collect(), &other.claimed_names)
}

fn with_limits(
    state: &Rc<MainlineGovernance>,
    limited_signers: BTreeMap<u32, KeyLimit>,
    claimed_names: &Arc<UnprovenNames>,
) -> Rc<MainlineGovernance> {
    let known = &state.governance;
    if known.limited_signers == limited_signers && known.claimed_names == *claimed_names {
        return Rc::clone(state);
    }
    let claimed_names = Arc::clone(claimed_names);
    let governance = Governance { limited_signers, claimed_names, ..(**known).clone() };
    Rc::new(MainlineGovernance { governance: Rc::new(governance), origin: state.origin.clone() })
}

fn lines(governance: &Governance) -> Vec<SignerLine> {
    let text = governance.signers.as_deref().unwrap_or_default();
    Signers::parse(text).lines
}

/// Returns the level at which the approvals of a file that counts, added later, are as many as a change of it needs now.
pub(super) fn lifted_to(
    version: GovernanceVersion<'_>,
    verdict: &ApprovalVerdict,
    all: &GovernanceHistory,
    landing: usize,
) -> Option<Proof> {
    let reached = verdict.result.proof()?;
    let needed = governance_demand(version, all, landing, || false).terms.needed();
    let are_enough = |proof: &Proof| {
        let strong = verdict.approvers.iter().filter(|approver| approver.level >= *proof);
        let member_of: Vec<Vec<String>> = strong.map(|approver| approver.groups.clone()).collect();
        *proof <= reached && weigh::are_enough(&needed, &member_of)
    };
    [Proof::Attested, Proof::ForgeSigned].into_iter().find(are_enough)
}

impl NameLimits {
    fn named(&self, key: &AdmittedKey, lines: &[AdmittedKey], now: &Governance) -> AdmittedKey {
        let all =
            [(Admission::ClaimedName, &self.of_claims), (Admission::ForgeSigned, &self.of_forges)];
        let same = || lines.iter().filter(|other| other.line.key == key.line.key);
        let limit = all.into_iter().find_map(|(by, names)| {
            let commit = same().find_map(|other| unproven(names, &other.line, now))?;
            Some((by, Oid::from_hex(commit)?))
        });
        match limit {
            Some((by, commit)) if key.by.proof() > by.proof() => {
                AdmittedKey { by, commit, is_by_name: true, line: key.line.clone() }
            }
            _ => key.clone(),
        }
    }
}

/// Returns the commit by which what a line lists may be somebody else's, or a forge's; whom a pattern matches is not known.
fn unproven<'n>(
    names: &'n UnprovenNames,
    line: &SignerLine,
    now: &Governance,
) -> Option<&'n Arc<str>> {
    let mut owners = keys::literal(&line.principals);
    let of_owner = |owner| people::find_doubt(now, names, owner).or_else(|| names.of_forge(owner));
    let n_owners = keys::literal(&line.principals).count();
    let positive = line.principals.iter().filter(|principal| !principal.starts_with('!'));
    let of_pattern = if positive.count() > n_owners { names.of_anybody() } else { None };
    owners.find_map(of_owner).or(of_pattern)
}

// All lines of a key say together whose it is and what it is for: what takes one of them away may give the key to somebody.
fn admit(
    line: &SignerLine,
    lines: &[SignerLine],
    before: &[AdmittedKey],
    (by, commit): (Admission, Oid),
) -> AdmittedKey {
    let own: Vec<&AdmittedKey> = before.iter().filter(|key| key.line.key == line.key).collect();
    let is_left = |key: &&AdmittedKey| lines.iter().any(|line| key.line.is_for_same(line));
    let is_whole = put_back::N1 || own.iter().all(is_left);
    let covering = own.iter().filter(|key| is_whole && key.line.covers(line));
    let known = covering.min_by_key(|key| key.by).filter(|known| known.by.proof() >= by.proof());
    let (by, commit) = known.map_or((by, commit), |known| (known.by, known.commit));
    AdmittedKey { line: line.clone(), by, commit, is_by_name: false }
}
