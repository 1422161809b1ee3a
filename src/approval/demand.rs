//! Computes the approval requirement of a version: for a record, that of its own content and of the last approved one
//! combined; for a governance file, as much as the rules before it ask of any record.
//!
//! Uses record, policy, history's paths, `approval`'s governance history. Pure. Start at [`combined_demand`] and
//! [`governance_demand`]. Follows `docs/spec/approval.md`, D1, D3, D4 and G2.

use crate::approval::governance_history::GovernanceHistory;
use crate::approval::keys::Keys;
use crate::approval::listed::{ListedPeople, OnlyListed};
use crate::approval::{group_matching, put_back, signature};
use crate::history::paths::LedgerPrefix;
use crate::ledger;
use crate::policy;
use crate::policy::demand::Proof;
use crate::policy::governance::{self, Governance};
use crate::policy::governs::{self, Bearing};
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::tier::fact::Facts;
use crate::policy::tier::{self, TierDemand};
use crate::policy::tiers::Must;
use crate::record::Record;
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub(crate) struct VersionDemand {
    pub terms: TierDemand,
    /// The people who hold the roles; a role that nobody holds is never met.
    pub people: Vec<Role>,
    /// Whether a merge counts although the policy does not accept merges: the version lists the first
    /// key, which nobody could sign.
    pub lists_first_key: bool,
    /// The people who alone may approve; `None` if anybody outside the author set may.
    pub listed: Option<OnlyListed>,
    /// The owners of the record, in its own content and in the last approved one.
    pub owners: Vec<Person>,
}

#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub must: Must,
    pub person: Option<Person>,
}

pub(crate) fn combined_demand(
    governance: &Governance,
    own: Option<&Record>,
    approved: Option<&Record>,
) -> VersionDemand {
    let mut demand = VersionDemand {
        terms: least(governance.policy.approval.proof),
        people: Vec::new(),
        lists_first_key: false,
        owners: Vec::new(),
        listed: OnlyListed::for_record(governance, own, approved),
    };
    for record in own.into_iter().chain(approved) {
        let owner = people::identify(governance, &record.owner.name, record.owner.email.as_str());
        demand.owners.push(owner);
        let Some(resolved) = tier::resolve(&governance.policy, &Facts::of(record)) else {
            continue;
        };
        let terms = resolved.demand();
        for must in &terms.must_include {
            demand.role(governance, *must, record);
        }
        demand.terms = demand.terms.and(&terms);
    }
    demand
}

fn least(proof: Proof) -> TierDemand {
    TierDemand { count: 1, each_of: BTreeSet::new(), must_include: BTreeSet::new(), proof }
}

impl VersionDemand {
    fn role(&mut self, governance: &Governance, must: Must, record: &Record) {
        let Must::RiskOwner = must;
        let person = record
            .risk
            .owner
            .as_ref()
            .map(|address| people::identify(governance, "", address.as_str()));
        let known = self.people.iter().any(|role| match (&role.person, &person) {
            (Some(one), Some(other)) => one.key == other.key,
            (one, other) => one.is_none() && other.is_none(),
        });
        if !known {
            self.people.push(Role { must, person });
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct GovernanceVersion<'a> {
    /// The normalized path of the file.
    pub path: &'a str,
    /// What the version holds; `None` if it removes the file.
    pub bytes: Option<&'a [u8]>,
    pub prefix: &'a LedgerPrefix,
}

/// Returns what a version that lands there needs, from the last approved state before it.
pub(crate) fn governance_demand(
    version: GovernanceVersion,
    all: &GovernanceHistory,
    landing: usize,
) -> VersionDemand {
    let before = all.before(landing);
    let approved = before.approved;
    let listed = ListedPeople::of(approved, &before.approved_key_set.keys);
    let mut terms = match version.kind(approved) {
        ChangeKind::Revocation => least(Proof::Claimed),
        ChangeKind::Bears(Bearing::Other) => least(strongest_proof(approved)),
        ChangeKind::Bears(Bearing::Decides) => deciding(approved, &listed),
    };
    if put_back::A1 {
        terms = least(approved.policy.approval.proof);
    }
    let lists_first_key = version.lists_first_key(all, landing);
    if lists_first_key {
        terms.proof = Proof::Claimed;
    }
    VersionDemand {
        terms,
        people: Vec::new(),
        lists_first_key: lists_first_key && approved.policy.approval.needs_keys(),
        owners: Vec::new(),
        listed: (!put_back::A1 && (all.has_listed(landing) || !listed.is_empty()))
            .then_some(OnlyListed::Rules(listed)),
    }
}

/// Says why the listed people can't meet what governance asks for a change of itself, whoever makes the change; `None` if
/// they can.
pub(crate) fn impossible(governance: &Governance) -> Option<String> {
    let keys = Keys::from_governance(governance, governance);
    let listed = ListedPeople::of(governance, &keys);
    let keys = keys.proving();
    let terms = deciding(governance, &listed);
    let is_anyone_able = terms.proof == Proof::Claimed && listed.is_empty()
        || signature::OF_PEOPLE.iter().any(|namespace| keys.has_pattern_key(namespace));
    if is_anyone_able && terms.each_of.is_empty() {
        return None;
    }
    let can_prove = |person: &Person| {
        terms.proof == Proof::Claimed
            || signature::OF_PEOPLE
                .iter()
                .any(|namespace| keys.lists_for(governance, person, namespace))
    };
    let able: Vec<Person> = listed.persons(governance).into_iter().filter(can_prove).collect();
    let groups: Vec<&str> = terms.each_of.iter().map(String::as_str).collect();
    let member_of: Vec<Vec<String>> =
        able.iter().map(|person| people::groups_of(governance, person)).collect();
    let unfilled = group_matching::unfilled(&groups, &member_of);
    let by = if terms.proof == Proof::Claimed { "" } else { " with a listed key" };
    let needed = terms.needed().count;
    let n_able = u32::try_from(able.len()).unwrap_or(u32::MAX);
    let lacks = match unfilled.first() {
        Some(group) => {
            format!("a person of group {group}{by}, different from those of the other groups")
        }
        None if n_able < needed && !is_anyone_able => {
            format!("{needed} listed people{by}, and there are {n_able}")
        }
        None => return None,
    };
    Some(format!("nobody could approve a change of these rules: it needs {lacks}"))
}

enum ChangeKind {
    Revocation,
    Bears(Bearing),
}

impl GovernanceVersion<'_> {
    pub(crate) fn lists_first_key(&self, all: &GovernanceHistory, landing: usize) -> bool {
        let signers = &all.before(landing).approved.policy.approval.signers;
        self.is(signers) && all.is_keyless(landing)
    }

    fn is(&self, path: &str) -> bool {
        self.prefix.plain(path) == self.path
    }

    fn kind(&self, approved: &Governance) -> ChangeKind {
        let approval = &approved.policy.approval;
        let text = self.bytes.map(String::from_utf8_lossy);
        let revokes = |text: &str| governs::revokes_more(approved.revoked.as_deref(), text);
        if self.is(&approval.revoked) && text.as_deref().is_some_and(revokes) {
            return ChangeKind::Revocation;
        }
        ChangeKind::Bears(if self.is_other(approved) { Bearing::Other } else { Bearing::Decides })
    }

    fn is_other(&self, approved: &Governance) -> bool {
        if self.path == policy::FILE {
            let Some(text) = self.bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
                return false;
            };
            let read = Governance::of_policy(text);
            let after = Governance { policy: read.policy, ..approved.clone() };
            let is_sound = read.state == governance::State::Sound;
            return is_sound && governs::bearing(approved, &after) != Some(Bearing::Decides);
        }
        // A policy below decides who approves there, also in a folder of redesigns.
        if self.path.rsplit('/').next() == Some(policy::FILE) {
            return false;
        }
        let named = |file: &&governance::GovernanceFile| {
            (file.named)(&approved.policy).iter().any(|(path, _)| self.is(path))
        };
        let mut named = governance::FILES.iter().filter(named).peekable();
        let folder = self.prefix.plain(&approved.policy.redesigns);
        match named.peek() {
            Some(_) => named.all(|file| file.what == governance::EXTRA_SCHEMA),
            None => ledger::is_record_of(&[folder], self.path),
        }
    }
}

pub(crate) fn strongest_proof(approved: &Governance) -> Proof {
    let policy = &approved.policy;
    let tiers = policy.tiers.iter().filter_map(|tier| tier.approvals.proof);
    let stated = tiers.chain(policy.approval.governance.proof);
    stated.chain([policy.approval.proof, policy.approval.authors]).max().unwrap_or(Proof::Attested)
}

/// Returns what a change needs that decides who approves or what is granted: the strongest proof, the largest count that
/// the listed people can reach without its author, and a person of each group.
fn deciding(approved: &Governance, listed: &ListedPeople) -> TierDemand {
    let (policy, own) = (&approved.policy, &approved.policy.approval.governance);
    let largest = policy.tiers.iter().map(|tier| tier.approvals.count).max().unwrap_or(1);
    let reachable = listed.count().saturating_sub(1);
    let of_tiers = policy.tiers.iter().flat_map(|tier| &tier.approvals.each_of);
    let classes = &policy.classes;
    let of_classes = [&classes.standard, &classes.regulated, &classes.third_party]
        .into_iter()
        .flat_map(|class| &class.each_of)
        .chain(&classes.emergency.each_of);
    TierDemand {
        count: largest.min(reachable).max(1).max(own.count.unwrap_or(1)),
        each_of: of_tiers.chain(of_classes).chain(&own.each_of).cloned().collect(),
        ..least(strongest_proof(approved))
    }
}
