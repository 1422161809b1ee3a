//! Computes the approval requirement of a version: for a record, that of its own content and of the last approved one
//! combined; for a governance file, as much as the rules before it ask of any record. Also says whose approvals meet it, and
//! which later versions carry an approval on.
//!
//! Pure. Start at `combined_demand` and `governance_demand`. Follows `docs/spec/approval.md`, D1, D3, D4 and G2.

use crate::approval::people::at_landing::GovernanceHistory;
use crate::approval::people::identity::IdentityResolver;
use crate::approval::people::listed::{self, ListedPeople};
use crate::approval::put_back;
use crate::approval::sources::keys::Keys;
use crate::approval::sources::signature;
use crate::approval::verdict::NotCounted;
use crate::diag::sorting::StableSort as _;
use crate::history::change::{self, differ, fields};
use crate::history::paths::LedgerPrefix;
use crate::ledger;
use crate::policy::demand::{EvidenceKind, Proof};
use crate::policy::governance::{self, Governance};
use crate::policy::governs::{self, Bearing};
use crate::policy::people::person::Person;
use crate::policy::tier::fact::Facts;
use crate::policy::tier::{self, Needed, TierDemand};
use crate::policy::tiers::Must;
use crate::policy::{self, Policy, people};
use crate::record::Record;
use crate::record::time::{Day, Instant};
use crate::record::vocabulary::IdentityType;
use std::collections::{BTreeMap, BTreeSet};

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
pub(crate) enum OnlyListed {
    /// A file of the rules: the people whom the last approved state lists.
    Rules(ListedPeople),
    /// A record: the people whom the state before each statement lists, other than the agents that the record is about.
    Record { is_access: bool, agents: Vec<String> },
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
        let owner = record.risk.owner.as_ref();
        let person = owner.map(|address| people::identify(governance, "", address.as_str()));
        let known = self.people.iter().any(|role| match (&role.person, &person) {
            (Some(one), Some(other)) => one.key == other.key,
            (one, other) => one.is_none() && other.is_none(),
        });
        if !known {
            self.people.push(Role { must, person });
        }
    }
}

impl OnlyListed {
    /// Returns who alone may approve a record, given the last approved one; `None` if anybody may.
    pub(crate) fn for_record(
        governance: &Governance,
        own: Option<&Record>,
        approved: Option<&Record>,
    ) -> Option<OnlyListed> {
        let both = || own.into_iter().chain(approved);
        if !both().any(|record| listed::is_for_listed(governance, record)) {
            return None;
        }
        let agent_subjects = both()
            .map(|record| &record.subject)
            .filter(|subject| subject.identity_type == Some(IdentityType::AiAgent));
        let agents = agent_subjects
            .flat_map(|subject| subject.identity.iter().chain(subject.aliases.iter().flatten()));
        let is_access = both().any(|record| record.subject.is_access());
        Some(OnlyListed::Record { is_access, agents: agents.cloned().collect() })
    }

    /// `judge` resolves identities where the version lands, `own` where the statement does.
    pub(crate) fn why_not(
        &self,
        judge: &IdentityResolver,
        own: &IdentityResolver,
        person: &Person,
    ) -> Option<NotCounted> {
        let (what, must_be) = match self {
            OnlyListed::Rules(listed) => {
                if listed.holds(judge.approved, person) {
                    return None;
                }
                ("the rules", listed.must_be())
            }
            OnlyListed::Record { is_access, agents } => {
                let listed = own.listed();
                if listed.has_key(person) {
                    let mut agents = agents.iter();
                    agents.find(|agent| people::may_be_identity(own.at, agent, person))?;
                    let why = "is the agent that the record is about";
                    return Some(NotCounted::NotListed(format!("{} {why}", written(person))));
                }
                (if *is_access { "access" } else { "exceptions" }, listed.must_be())
            }
        };
        let who = written(person);
        let why = format!("{who} is not listed: who approves {what} must be {must_be}");
        Some(NotCounted::NotListed(why))
    }

    pub(crate) fn persons(&self, resolver: &IdentityResolver) -> Vec<Person> {
        let persons = match self {
            OnlyListed::Rules(listed) => listed.persons(resolver.approved),
            OnlyListed::Record { .. } => resolver.listed().persons(resolver.at),
        };
        let may = |person: &Person| self.why_not(resolver, resolver, person).is_none();
        persons.into_iter().filter(may).collect()
    }
}

fn written(person: &Person) -> &str {
    if person.email.is_empty() { &person.name } else { &person.email }
}

#[derive(Clone, Copy)]
pub(crate) struct GovernanceVersion<'a> {
    pub path: &'a str,
    /// What the version holds; `None` if it removes the file.
    pub bytes: Option<&'a [u8]>,
    pub prefix: &'a LedgerPrefix,
}

/// Returns what a version of a governance file needs; `is_forge_signing` tells whether a landing before shows signed merges.
pub(crate) fn governance_demand(
    version: GovernanceVersion,
    all: &GovernanceHistory,
    landing: usize,
    is_forge_signing: impl FnOnce() -> bool,
) -> VersionDemand {
    let before = all.before(landing);
    let approved = before.approved;
    let listed = ListedPeople::of(approved, &before.approved_key_set.keys);
    let mut terms = version.terms(approved, all.in_force(landing), &listed);
    if put_back::A1 {
        terms = least(approved.policy.approval.proof);
    }
    let lists_first_key = version.lists_first_key(all, landing);
    if lists_first_key && terms.proof == Proof::Attested {
        // Nobody could sign it; the forge may have signed its merge.
        terms.proof = if is_forge_signing() { Proof::ForgeSigned } else { Proof::Claimed };
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

/// Returns what a change of a governance file needs that has not landed, by the governance that counts.
pub(crate) fn governance_needed(version: GovernanceVersion, governance: &Governance) -> Needed {
    let listed = ListedPeople::of(governance, &Keys::from_governance(governance, governance));
    version.terms(governance, governance, &listed).needed()
}

/// Says why the listed people can't meet what governance asks for a change of itself, whoever makes the change; `None` if
/// they can. Without an instant, keys of any time can.
pub(crate) fn impossible(governance: &Governance, at: Option<Instant>) -> Option<String> {
    let keys = Keys::from_governance(governance, governance);
    let listed = ListedPeople::of(governance, &keys);
    let terms = deciding(governance, &listed);
    let proves_merges = terms.proof == Proof::ForgeSigned
        && governance.policy.approval.accept.contains(&EvidenceKind::Merge)
        && keys.prove_merges(governance, at);
    let keys = keys.proving(terms.proof);
    let is_anyone_able = terms.proof == Proof::Claimed && listed.is_empty()
        || keys.has_pattern_key(signature::APPROVAL);
    if is_anyone_able && terms.each_of.is_empty() {
        return None;
    }
    let can_prove = |person: &Person| {
        terms.proof == Proof::Claimed
            || proves_merges
            || signature::OF_PEOPLE
                .iter()
                .any(|namespace| keys.lists_for(governance, person, (namespace, Proof::Claimed)))
    };
    let able: Vec<Person> = listed.persons(governance).into_iter().filter(can_prove).collect();
    let groups: Vec<&str> = terms.each_of.iter().map(String::as_str).collect();
    let member_of: Vec<Vec<String>> =
        able.iter().map(|person| people::groups_of(governance, person)).collect();
    let unfilled = unfilled(&groups, &member_of);
    let by = match terms.proof {
        Proof::Claimed => "",
        Proof::ForgeSigned if proves_merges => "",
        Proof::ForgeSigned => " with a listed key, and no forge's key counts",
        Proof::Attested => " with a listed key",
    };
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

    fn terms(
        &self,
        approved: &Governance,
        counted: &Governance,
        listed: &ListedPeople,
    ) -> TierDemand {
        match self.kind(approved, counted) {
            ChangeKind::Revocation => least(Proof::Claimed),
            ChangeKind::Bears(Bearing::Other) => least(approved.policy.strongest_proof()),
            ChangeKind::Bears(Bearing::Decides) => deciding(approved, listed),
        }
    }

    /// Compares with what counts, too: what a change that nobody approved took away at once, a key or a member of a group, is not
    /// given back by less than what gives back any other.
    fn kind(&self, approved: &Governance, counted: &Governance) -> ChangeKind {
        let approval = &approved.policy.approval;
        let text = self.bytes.map(String::from_utf8_lossy);
        let revokes = |text: &str| {
            let mut before = [approved, counted].into_iter();
            before.all(|before| governs::revokes_more(before.revoked.as_deref(), text))
        };
        if self.is(&approval.revoked) && text.as_deref().is_some_and(revokes) {
            return ChangeKind::Revocation;
        }
        let is_other = self.is_other(approved, approved)
            && (std::ptr::eq(approved, counted) || self.is_other(approved, counted));
        ChangeKind::Bears(if is_other { Bearing::Other } else { Bearing::Decides })
    }

    // Whether it decides nothing that `before` decides; which file it is, the last approved state says.
    fn is_other(&self, approved: &Governance, before: &Governance) -> bool {
        if self.path == policy::FILE {
            let Some(text) = self.bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
                return false;
            };
            let read = Governance::of_policy(text);
            let after = Governance { policy: read.policy, ..before.clone() };
            let is_sound = read.state == governance::State::Sound;
            return is_sound && governs::bearing(before, &after) != Some(Bearing::Decides);
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
        ..least(approved.policy.strongest_proof())
    }
}

/// Returns the groups left without a person when as many groups as possible get a different person each: augmenting paths
/// give a maximum matching, in which earlier groups keep their person. `people` holds the groups of each person.
pub(crate) fn unfilled<'g>(groups: &[&'g str], people: &[Vec<String>]) -> Vec<&'g str> {
    let mut taken = BTreeMap::new();
    let left = groups.iter().enumerate();
    let left = left.filter(|(at, _)| !place(*at, groups, people, &mut taken, &mut BTreeSet::new()));
    left.map(|(_, group)| *group).collect()
}

fn place(
    at: usize,
    groups: &[&str],
    people: &[Vec<String>],
    taken: &mut BTreeMap<usize, usize>,
    seen: &mut BTreeSet<usize>,
) -> bool {
    for (n, member_of) in people.iter().enumerate() {
        let fits = groups.get(at).is_some_and(|group| member_of.iter().any(|name| name == group));
        if !fits || !seen.insert(n) {
            continue;
        }
        let other = taken.get(&n).copied();
        if other.is_none_or(|other| place(other, groups, people, taken, seen)) {
            taken.insert(n, at);
            return true;
        }
    }
    false
}

/// Tells whether the change only adds what a review of the exception records: entries of `reviews`, `handling` and
/// `fired`, and a later `verified` with evidence of it.
pub(crate) fn only_adds(before: &Record, after: &Record) -> bool {
    let verified = |record: &Record| {
        let controls = record.compensating_controls.iter();
        controls.map(|control| control.verified).collect::<Vec<_>>()
    };
    let adds = before.reviews != after.reviews
        || before.handling != after.handling
        || before.fired != after.fired
        || verified(before) != verified(after);
    if !adds {
        return differ::is_equal(before, after);
    }
    with_additions(before, after).is_some_and(|grown| differ::is_equal(&grown, after))
}

/// Tells whether the change only adds or rewrites a closure, and adds what a review of the exception records.
pub(crate) fn only_closes(before: &Record, after: &Record) -> bool {
    let mut closed = before.clone();
    closed.closure.clone_from(&after.closure);
    let is_same = differ::is_equal(&closed, after) || only_adds(&closed, after);
    after.closure.is_some() && is_same
}

/// Tells whether a version grants no more than the approved one, and changes none of its texts: the intersection of both is
/// then this version. A tier that comes later in the policy would grant more.
pub(crate) fn only_narrows(policy: &Policy, approved: &Record, after: &Record) -> bool {
    let Some(mut before) = with_additions(approved, after) else {
        return false;
    };
    if before.closure.is_none() {
        before.closure.clone_from(&after.closure);
    }
    // An earlier end of the event restricts nothing by itself, and grants nothing either.
    if fields::is_earlier(&before.event_ends, &after.event_ends) {
        before.event_ends.clone_from(&after.event_ends);
    }
    let meeting = change::meet(&before, after);
    meeting.unequal.is_empty()
        && says_the_same(&meeting.record, after)
        && differ::is_equal(&texts(&before), &texts(after))
        && rank(policy, after) <= rank(policy, approved)
}

pub(crate) fn with_additions(before: &Record, after: &Record) -> Option<Record> {
    let kept = is_within(&before.reviews, &after.reviews)
        && is_within(&before.handling, &after.handling)
        && is_within(&before.fired, &after.fired);
    if !kept {
        return None;
    }
    let mut grown = before.clone();
    grown.reviews.clone_from(&after.reviews);
    grown.handling.clone_from(&after.handling);
    grown.fired.clone_from(&after.fired);
    for control in &mut grown.compensating_controls {
        let mut others = after.compensating_controls.iter();
        let Some(other) = others.find(|other| other.id == control.id) else {
            continue;
        };
        let is_later = |day: &Day| control.verified.is_none_or(|known| *day > known);
        if other.verified.as_ref().is_some_and(is_later) {
            control.verified = other.verified;
            // The evidence of a verification is added with it; evidence cited earlier must stay as it is.
            if other.evidence.starts_with(&control.evidence) {
                control.evidence.clone_from(&other.evidence);
            }
        }
    }
    Some(grown)
}

fn is_within<T: PartialEq>(few: &[T], many: &[T]) -> bool {
    let mut many = many.iter();
    few.iter().all(|entry| many.any(|other| other == entry))
}

fn says_the_same(one: &Record, other: &Record) -> bool {
    let sets = [one, other].map(|record| {
        let mut copy = record.clone();
        if let Some(scope) = &mut copy.scope {
            let lists = [&mut scope.resources, &mut scope.actions, &mut scope.not_waived];
            lists.into_iter().flatten().for_each(|list| as_set(list, Clone::clone));
            if let Some(findings) = &mut scope.findings {
                as_set(findings, |finding| format!("{finding:?}"));
            }
        }
        if let Some(aliases) = &mut copy.subject.aliases {
            as_set(aliases, Clone::clone);
        }
        if let Some(controls) = &mut copy.deviates_from.controls {
            as_set(controls, Clone::clone);
        }
        as_set(&mut copy.compensating_controls, |control| format!("{control:?}"));
        as_set(&mut copy.triggers, |trigger| format!("{trigger:?}"));
        as_set(&mut copy.fired, |firing| format!("{firing:?}"));
        copy
    });
    let [one, other] = sets;
    differ::is_equal(&one, &other)
}

fn as_set<T, K: Ord>(list: &mut Vec<T>, key: fn(&T) -> K) {
    list.order_by_key(key);
    list.dedup_by(|one, other| key(one) == key(other));
}

/// Returns a record reduced to the fields that the intersection takes from the landed version, to compare two.
fn texts(record: &Record) -> Record {
    let mut rest = record.clone();
    rest.scope = None;
    rest.subject = Default::default();
    rest.deviates_from.controls = None;
    rest.deviates_from.rule = None;
    rest.compensating_controls = Vec::new();
    rest.triggers = Vec::new();
    rest.fired = Vec::new();
    rest.starts = None;
    rest.expires = crate::record::time::When::instant(crate::record::time::Instant::MAX);
    rest.uses = None;
    rest.review_every = None;
    rest.closure = None;
    rest
}

fn rank(policy: &Policy, record: &Record) -> usize {
    let tier = tier::resolve(policy, &Facts::of(record)).map(|resolved| resolved.tier);
    policy.tiers.iter().position(|known| Some(&known.name) == tier.as_ref()).unwrap_or(usize::MAX)
}

/// Tells whether a record needs no approval: it is closed, or only narrows what is approved.
pub(crate) fn is_exempt(governance: &Governance, own: &Record, approved: Option<&Record>) -> bool {
    own.closure.is_some()
        || approved.is_some_and(|approved| only_narrows(&governance.policy, approved, own))
}
