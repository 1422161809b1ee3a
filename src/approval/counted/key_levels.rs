//! How each key of the signers file was let in, and so what its signatures prove: a key proves no more than what let it in.
//!
//! Uses policy, `approval`'s signers, verdicts and demand. Pure. Start at `KeyLevels`. Follows `docs/spec/approval.md`,
//! G2, *Level of a key*.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::approval::case;
use crate::approval::demand::{GovernanceVersion, governance_demand};
use crate::approval::governance_history::GovernanceHistory;
use crate::approval::keys;
use crate::approval::listed;
use crate::approval::put_back;
use crate::approval::signers::{SignerLine, Signers};
use crate::approval::verdict::{ApprovalVerdict, FourEyes};
use crate::history::governance::{GovernanceOrigin, MainlineGovernance};
use crate::history::objects::Oid;
use crate::policy::demand::Proof;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::record::address::Address;

/// A line of the signers file that counts, and how it was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmittedKey {
    pub line: SignerLine,
    pub by: Admission,
    /// The landing of the version that added the line, or that an approval lifted.
    pub commit: Oid,
}

/// What let a line into the signers file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Admission {
    /// It came with the first policy, which nobody could approve.
    FirstPolicy,
    /// It is in the first list of keys, which nobody could sign.
    FirstList,
    /// Whoever reads the ledger trusts a commit that holds it.
    Trusted,
    /// Signed approvals alone meet what the list needs.
    Signatures,
    /// Some of the approvals are only claimed.
    Claim,
    /// A claim said that it is another person's, or that its person is another one, too.
    ClaimedName,
}

/// The people to whom a claim gave an address of a key or of a group, and its commit.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ClaimedNames {
    people: BTreeSet<String>,
    commit: Oid,
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
    /// The last state, as it was and with its lines marked.
    marked: Option<[Rc<MainlineGovernance>; 2]>,
}

/// What names people and decides where the keys stand, as of a landing.
pub(super) struct Naming {
    pub landing: usize,
    pub policy: Admission,
    /// Who is who without what claims said since the first keys, and the commit of the first of them.
    pub proven: Option<(Rc<Governance>, Oid)>,
}

#[derive(Default)]
pub(super) struct KeyLevels {
    approved: AdmittedKeys,
    /// Those of the version that counts, which may lack some of them.
    pub counted: AdmittedKeys,
    /// The approved version, by path and index.
    version: Option<(String, usize)>,
    by: Option<Admission>,
    names: Option<ClaimedNames>,
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
        let Some(list) = list else {
            (self.approved, self.counted) = Default::default();
            self.version = None;
            return states;
        };
        let [approved, counted] = states;
        let version = Some((list.version.path.to_owned(), list.index));
        let is_same = self.version == version;
        let by = self.admission(&list, &approved.governance, is_same, all);
        let names = naming.proven.and_then(|(proven, commit)| {
            let people = renamed(&proven, &approved.governance);
            (!people.is_empty()).then_some(ClaimedNames { people, commit })
        });
        // Most landings change neither the lists nor what is known of them.
        if is_same
            && self.by == Some(by)
            && self.names == names
            && let Some(approved) = self.approved.known(&approved)
            && let Some(counted) = self.counted.known(&counted)
        {
            return [approved, counted];
        }
        self.by = Some(by);
        if !is_same || by != Admission::Claim {
            let before = if is_same { &self.approved.lines } else { &self.counted.lines };
            let lines = lines(&approved.governance).into_iter();
            self.approved.lines = lines.map(|line| admit(line, before, by, list.commit)).collect();
        }
        let (before, by) = (&self.approved.lines, Admission::Claim);
        let lines = lines(&counted.governance).into_iter();
        self.counted.lines = lines.map(|line| admit(line, before, by, list.commit)).collect();
        self.version = version;
        self.has_begun = self.has_begun || listed::can_anyone_sign(&approved.governance);
        self.names = names;
        let names = self.names.as_ref();
        [self.approved.mark(approved, names), self.counted.mark(counted, names)]
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
        let signed = list.verdict.filter(|verdict| verdict.result == FourEyes::Attested);
        // What lifts a list is a change of the rules at the time.
        let meets_demand = |verdict: &ApprovalVerdict| {
            let demand = governance_demand(list.version, all, list.landing);
            let attested = verdict.approvers.iter().filter(|it| it.level == Proof::Attested);
            case::are_enough(&demand, attested)
        };
        match signed {
            _ if put_back::A1 => Admission::Signatures,
            Some(verdict) if !is_same || meets_demand(verdict) => Admission::Signatures,
            _ => Admission::Claim,
        }
    }
}

impl AdmittedKeys {
    fn known(&self, state: &Rc<MainlineGovernance>) -> Option<Rc<MainlineGovernance>> {
        let [known, marked] = self.marked.as_ref()?;
        Rc::ptr_eq(known, state).then(|| Rc::clone(marked))
    }

    fn mark(
        &mut self,
        state: Rc<MainlineGovernance>,
        names: Option<&ClaimedNames>,
    ) -> Rc<MainlineGovernance> {
        self.named = self.lines.iter().map(|key| named(key, &state.governance, names)).collect();
        let claimed = self.named.iter().filter(|key| key.by >= Admission::Claim);
        let claimed = claimed.map(|key| (key.line.number, key.commit.to_string().into()));
        let marked = with_claimed(&state, claimed.collect());
        self.marked = Some([state, Rc::clone(&marked)]);
        marked
    }
}

/// Returns a state with the lines marked that another state marks, by what they let be signed.
pub(super) fn mark_as(
    state: &Rc<MainlineGovernance>,
    other: &Governance,
) -> Rc<MainlineGovernance> {
    if other.claimed_signers.is_empty() {
        return Rc::clone(state);
    }
    let others: Vec<SignerLine> = lines(other);
    let claimed = lines(&state.governance).into_iter().filter_map(|line| {
        let mut same = others.iter().filter(|other| other.covers(&line));
        let commit = same.find_map(|same| other.claimed_signers.get(&same.number))?;
        Some((line.number, Arc::clone(commit)))
    });
    with_claimed(state, claimed.collect())
}

fn with_claimed(
    state: &Rc<MainlineGovernance>,
    claimed_signers: BTreeMap<u32, Arc<str>>,
) -> Rc<MainlineGovernance> {
    if state.governance.claimed_signers == claimed_signers {
        return Rc::clone(state);
    }
    let governance = Governance { claimed_signers, ..(*state.governance).clone() };
    Rc::new(MainlineGovernance { governance: Rc::new(governance), origin: state.origin.clone() })
}

fn lines(governance: &Governance) -> Vec<SignerLine> {
    let text = governance.signers.as_deref().unwrap_or_default();
    Signers::parse(text).lines
}

/// Returns the people to whom an address of a key or of a group belongs now, and didn't before.
fn renamed(before: &Governance, now: &Governance) -> BTreeSet<String> {
    let lines = lines(now);
    let members = now.policy.groups.values().flatten().map(Address::as_str);
    let addresses = lines.iter().flat_map(|line| keys::literal(&line.principals)).chain(members);
    let is_renamed =
        |address: &&str| people::key_of(before, address) != people::key_of(now, address);
    addresses.filter(is_renamed).map(|address| people::key_of(now, address)).collect()
}

fn named(key: &AdmittedKey, now: &Governance, names: Option<&ClaimedNames>) -> AdmittedKey {
    let mut owners = keys::literal(&key.line.principals).map(|it| people::key_of(now, it));
    match names {
        Some(names) if key.by < Admission::Claim && owners.any(|it| names.people.contains(&it)) => {
            AdmittedKey { by: Admission::ClaimedName, commit: names.commit, line: key.line.clone() }
        }
        _ => key.clone(),
    }
}

/// Returns how a line was let in: as before where it stood before, and else as its list.
fn admit(line: SignerLine, before: &[AdmittedKey], by: Admission, commit: Oid) -> AdmittedKey {
    let known = before.iter().filter(|key| key.line.covers(&line)).min_by_key(|key| key.by);
    match known.filter(|known| by == Admission::Claim || known.by != Admission::Claim) {
        Some(known) => AdmittedKey { line, by: known.by, commit: known.commit },
        None => AdmittedKey { line, by, commit },
    }
}
