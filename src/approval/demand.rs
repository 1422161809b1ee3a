//! Computes the approval requirement of a version: for a record, that of its own content and of the last approved one
//! combined; for a governance file, as much as the rules before it ask of any record. Also says whose approvals meet it,
//! which later versions carry an approval on, and in which ways one can still be given.
//!
//! Uses record, policy, history's paths, `approval`'s governance history. Pure. Start at [`combined_demand`] and
//! [`governance_demand`]. Follows `docs/spec/approval.md`, D1, D3, D4 and G2.

use crate::approval::forge::adapter::Pinned;
use crate::approval::governance_history::GovernanceHistory;
use crate::approval::keys::Keys;
use crate::approval::listed::{ListedPeople, OnlyListed};
use crate::approval::message::CommitMessage;
use crate::approval::{forge, put_back, signature};
use crate::history::change;
use crate::history::change::differ;
use crate::history::change::fields;
use crate::history::paths::LedgerPrefix;
use crate::policy::demand::{EvidenceKind, Forge, Proof, SelfApproval};
use crate::policy::governance::Governance;
use crate::policy::governs::Bearing;
use crate::policy::people::person::Person;
use crate::policy::tier::TierDemand;
use crate::policy::tier::fact::Facts;
use crate::policy::tiers::Must;
use crate::policy::{Policy, governance, governs, people, tier};
use crate::record::Record;
use crate::record::time::Day;
use crate::record::vocabulary::Vocabulary;
use crate::{ledger, policy};
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
                .any(|namespace| keys.lists_for(governance, person, (namespace, Proof::Claimed)))
    };
    let able: Vec<Person> = listed.persons(governance).into_iter().filter(can_prove).collect();
    let groups: Vec<&str> = terms.each_of.iter().map(String::as_str).collect();
    let member_of: Vec<Vec<String>> =
        able.iter().map(|person| people::groups_of(governance, person)).collect();
    let unfilled = unfilled(&groups, &member_of);
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

/// Returns the groups left without a person when as many groups as possible get a different person each.
///
/// `people` holds the groups of each person. Augmenting paths give a maximum matching; earlier groups keep their
/// person, so that the answer is deterministic.
pub(crate) fn unfilled<'g>(groups: &[&'g str], people: &[Vec<String>]) -> Vec<&'g str> {
    let mut taken: Vec<Option<usize>> = vec![None; people.len()];
    let mut left = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let mut seen = vec![false; people.len()];
        if !place(at, groups, people, &mut taken, &mut seen) {
            left.push(*group);
        }
    }
    left
}

/// Finds a person for a group, reassigning others if needed.
fn place(
    at: usize,
    groups: &[&str],
    people: &[Vec<String>],
    taken: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    let Some(group) = groups.get(at) else {
        return false;
    };
    for (n, member_of) in people.iter().enumerate() {
        let fits = member_of.iter().any(|name| name == group);
        let fresh = seen.get(n).is_some_and(|seen| !seen);
        if !fits || !fresh {
            continue;
        }
        if let Some(seen) = seen.get_mut(n) {
            *seen = true;
        }
        let free = match taken.get(n).copied().flatten() {
            None => true,
            Some(other) => place(other, groups, people, taken, seen),
        };
        if free {
            if let Some(slot) = taken.get_mut(n) {
                *slot = Some(at);
            }
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

/// Tells whether a version grants no more than the approved one, and changes none of its texts.
///
/// The intersection of both versions is then this version. A tier that comes later in the policy would grant more.
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

/// Returns the earlier record with the later one's additions; `None` if an entry was changed or removed.
fn with_additions(before: &Record, after: &Record) -> Option<Record> {
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

/// Tells whether two records are equal, ignoring the order of fields that are sets.
fn says_the_same(one: &Record, other: &Record) -> bool {
    let sets = [one, other].map(|record| {
        let mut copy = record.clone();
        let scope = copy.scope.iter_mut();
        scope.for_each(|scope| {
            [&mut scope.resources, &mut scope.actions, &mut scope.not_waived]
                .into_iter()
                .flatten()
                .for_each(|list| as_set(list, Clone::clone));
            scope
                .findings
                .iter_mut()
                .for_each(|list| as_set(list, |finding| format!("{finding:?}")));
        });
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
    list.sort_by_key(key);
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

/// A way to approve a version that has landed, or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApprovalWay {
    /// `exledger approve`: a signed file about the exact bytes.
    SignedFile,
    /// The same, once a key is listed; none is yet.
    SignedFileOnceListed,
    /// The forge's reviews, recorded with `exledger approve --from-reviews`.
    ForgeReviews,
    /// A merge commit by a non-author that lands a changed text.
    Merge,
    /// The same, with further approvers named in the merge commit.
    MergeWithTrailers,
    /// The same, with a merge commit signed by a listed key.
    SignedMerge,
    /// A vote in git notes on the landing.
    ReviewNote,
}

/// The ways in which a version can be approved, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovalWays {
    pub ways: Vec<ApprovalWay>,
    /// Whether an author may be the one who approves.
    pub authors_may: bool,
    /// Whether a key is listed, or the policy accepts the approval needed to list the first one.
    pub can_list_keys: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AcceptedKinds {
    pub merges: bool,
    pub trailers: bool,
    pub signed_merges: bool,
    pub signed_files: bool,
    /// Forge reviews that a bridge records.
    pub bridged_reviews: bool,
    /// Forge reviews that the forge itself writes into the merge, because the policy names that forge.
    pub forge_reviews: bool,
    pub notes: bool,
}

impl AcceptedKinds {
    pub(crate) fn new(governance: &Governance, demand: &tier::TierDemand) -> AcceptedKinds {
        let approval = &governance.policy.approval;
        let is_claimed = demand.proof == Proof::Claimed;
        let accepts = |kind: EvidenceKind| approval.accept.contains(&kind);
        let merges = is_claimed && accepts(EvidenceKind::Merge);
        let trailers = is_claimed && accepts(EvidenceKind::Trailer);
        let has_bridge = Keys::from_governance(governance, governance).has_bridge();
        let writes_reviews = matches!(
            approval.forge,
            Forge::Gitlab | Forge::Gitea | Forge::Bitbucket | Forge::Gerrit
        );
        AcceptedKinds {
            merges,
            trailers: merges && trailers && reads_approved_by(approval.forge),
            signed_merges: accepts(EvidenceKind::Signature),
            signed_files: accepts(EvidenceKind::Detached),
            bridged_reviews: is_claimed && has_bridge && accepts(EvidenceKind::Review),
            forge_reviews: trailers && writes_reviews,
            notes: is_claimed && approval.heeds_notes(),
        }
    }
}

/// Tells whether `Approved-by` in the message of an ordinary merge names an approver for a forge.
fn reads_approved_by(forge: Forge) -> bool {
    let message = CommitMessage::read("Merge branch 'ask'\n\nApproved-by: N <n@example.com>\n");
    let adapter = forge::named(forge.as_str()).unwrap_or(&forge::generic::FORGE);
    !(adapter.approvals)(&message, Pinned::ByPolicy).is_empty()
}

impl ApprovalWay {
    pub const ALL: &'static [ApprovalWay] = &[
        ApprovalWay::SignedFile,
        ApprovalWay::SignedFileOnceListed,
        ApprovalWay::ForgeReviews,
        ApprovalWay::Merge,
        ApprovalWay::MergeWithTrailers,
        ApprovalWay::SignedMerge,
        ApprovalWay::ReviewNote,
    ];

    /// Returns the kind of way in JSON: `merge`, `review` or `sign`.
    pub fn as_str(self) -> &'static str {
        match self {
            ApprovalWay::SignedFile | ApprovalWay::SignedFileOnceListed => "sign",
            ApprovalWay::ForgeReviews | ApprovalWay::ReviewNote => "review",
            ApprovalWay::Merge | ApprovalWay::MergeWithTrailers | ApprovalWay::SignedMerge => {
                "merge"
            }
        }
    }

    /// Returns what an approval given in this way proves.
    pub fn level(self) -> Proof {
        match self {
            ApprovalWay::SignedFile
            | ApprovalWay::SignedFileOnceListed
            | ApprovalWay::SignedMerge => Proof::Attested,
            ApprovalWay::ForgeReviews
            | ApprovalWay::ReviewNote
            | ApprovalWay::Merge
            | ApprovalWay::MergeWithTrailers => Proof::Claimed,
        }
    }

    /// Returns the command for a record that landed in a commit; `…` stands for what only a person can supply.
    pub fn command(self, id: &str, landing: &str) -> String {
        match self {
            ApprovalWay::SignedFile | ApprovalWay::SignedFileOnceListed => {
                format!("exledger approve {id}")
            }
            ApprovalWay::ForgeReviews => "exledger approve --from-reviews … --key …".to_owned(),
            ApprovalWay::Merge | ApprovalWay::MergeWithTrailers => "git merge --no-ff …".to_owned(),
            ApprovalWay::SignedMerge => "git merge --no-ff -S …".to_owned(),
            ApprovalWay::ReviewNote => format!("git notes --ref=review append -m … {landing}"),
        }
    }

    /// Returns an instruction, as the end of a sentence: `run ...`. `signers` is the path of the signers file.
    pub fn phrase(self, id: &str, signers: &str) -> String {
        match self {
            ApprovalWay::SignedFile => format!("run `exledger approve {id}`"),
            ApprovalWay::SignedFileOnceListed => {
                format!("run `exledger approve {id}` once {signers} lists their key")
            }
            ApprovalWay::ForgeReviews => "have the reviews of its pull request recorded (`exledger approve --from-reviews FILE --key KEY`)"
                .to_owned(),
            ApprovalWay::Merge => "merge a change to its text with a merge commit".to_owned(),
            ApprovalWay::MergeWithTrailers => {
                "merge a change to its text with a merge commit that ends with \
                 `Approved-by: NAME <ADDRESS>` for each further approver"
                    .to_owned()
            }
            ApprovalWay::SignedMerge => {
                format!(
                    "merge a change to its text with a merge commit signed by a key that {signers} lists"
                )
            }
            ApprovalWay::ReviewNote => {
                "add `Code-Review+2: NAME <ADDRESS>` in a note in refs/notes/review on the merge"
                    .to_owned()
            }
        }
    }
}

impl ApprovalWays {
    /// Returns the way that can be taken immediately; a forge's reviews must be fetched first.
    pub fn nearest(&self) -> Option<ApprovalWay> {
        let is_immediate = |way: &&ApprovalWay| **way != ApprovalWay::ForgeReviews;
        self.ways.iter().find(is_immediate).or(self.ways.first()).copied()
    }

    /// Returns the ways in which a policy allows content with the given requirement to be approved.
    ///
    /// `has_pull_request` tells whether the landing names a pull request, whose reviews could be recorded.
    pub(crate) fn for_terms(
        governance: &Governance,
        demand: &tier::TierDemand,
        keys: &Keys,
        has_pull_request: bool,
    ) -> ApprovalWays {
        let approval = &governance.policy.approval;
        let accepted = AcceptedKinds::new(governance, demand);
        let needs_one = demand.needed().count <= 1;
        // The change that lists the first key is approved by a merge (G2).
        let can_list_keys = !keys.is_empty() || approval.accept.contains(&EvidenceKind::Merge);
        let merges = accepted.merges && needs_one;
        let signs = accepted.signed_files && can_list_keys;
        let can_sign = signs && !keys.is_empty();
        // Somebody without a key gets one only through an approved change, so merging comes first.
        let ways = [
            (accepted.bridged_reviews && has_pull_request, ApprovalWay::ForgeReviews),
            (can_sign, ApprovalWay::SignedFile),
            (merges, ApprovalWay::Merge),
            (signs && keys.is_empty(), ApprovalWay::SignedFileOnceListed),
            (accepted.trailers && !needs_one && !can_sign, ApprovalWay::MergeWithTrailers),
            (
                can_list_keys && accepted.signed_merges && !merges && needs_one,
                ApprovalWay::SignedMerge,
            ),
            (accepted.notes, ApprovalWay::ReviewNote),
        ];
        let open = ways.into_iter().filter(|(is_open, _)| *is_open).map(|(_, way)| way);
        ApprovalWays {
            ways: open.take(2).collect(),
            authors_may: approval.self_approval == SelfApproval::Allow,
            can_list_keys,
        }
    }

    /// Returns the ways as a sentence about who may approve; `signers` is the path of the signers file.
    pub fn sentence(&self, id: &str, signers: &str) -> String {
        let who = if self.authors_may { "someone" } else { "someone else" };
        match self.phrase(id, signers) {
            Some(phrase) => format!("{who} must {phrase}"),
            None => self.no_way(),
        }
    }

    /// Returns the ways as instructions: `run ..., or merge ...`; `None` if there are none.
    pub fn phrase(&self, id: &str, signers: &str) -> Option<String> {
        let phrases: Vec<String> = self.ways.iter().map(|way| way.phrase(id, signers)).collect();
        (!phrases.is_empty()).then(|| phrases.join(", or "))
    }

    /// Explains that no way exists, and what must change.
    pub fn no_way(&self) -> String {
        let change = if self.can_list_keys {
            "the policy accepts no kind of approval that meets its own requirement, so nobody can approve a change of it either: start a new ledger, with `detached` in `approval.accept`"
        } else {
            "no key is listed, and the policy accepts no approval that could list one: start a new ledger, with the signers file in the same change as its first policy"
        };
        change.to_owned()
    }
}
