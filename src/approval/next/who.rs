//! Determines which approvals content needs before it lands, and who could give them: people whom its requirement or the
//! policy names, other than its authors.
//!
//! Pure. Start at [`needed`], [`proposed`], [`lacking`] and [`Eligibility`]. Follows `docs/spec/approval.md`, D3, D4 and
//! I8, and `docs/spec/cli.md`, `needs{}`.

use crate::approval::count::accepted::AcceptedKinds;
use crate::approval::count::missing::{self, DemandContext};
use crate::approval::count::requirement::{self, OnlyListed, VersionDemand, combined_demand};
use crate::approval::count::weigh::{self, CountedPerson};
use crate::approval::evidence::statement_file::ApprovalDecision;
use crate::approval::next::steps::ApprovalWay;
use crate::approval::people::authors::AuthorSet;
use crate::approval::people::identity::{IdentityCache, IdentityResolver};
use crate::approval::people::listed::{IdentityKind, ListedPeople};
use crate::approval::people::relation::{self, Accounts, Relation, SeparatedBy};
use crate::approval::sources::keys::{KeySet, Keys};
use crate::approval::sources::signature;
use crate::approval::verdict::{
    ApprovalVerdict, Author, FourEyes, MissingApproval, NotCounted, Satisfied, SelfAsserted,
    Statement, Vote, VoteCounts,
};
use crate::diag::sorting::StableSort as _;
use crate::policy::demand::{EvidenceKind, Proof, SelfApproval};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::record::Record;
use crate::record::address::Address;
use crate::record::time::Instant;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Compares identities outside of history, under the governance at one commit and by the same rules.
pub struct Identities<'g> {
    governance: &'g Governance,
    known: KnownIdentities,
}

/// What is known of people under one governance: its keys, and who was asked about before.
#[derive(Clone, Debug)]
pub struct KnownIdentities {
    key_set: Rc<KeySet>,
    met: Rc<IdentityCache>,
}

impl KnownIdentities {
    pub fn from_governance(governance: &Governance) -> KnownIdentities {
        let key_set = KeySet::from_governance(governance, &[]);
        KnownIdentities { key_set: Rc::new(key_set), met: Rc::default() }
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.key_set.keys
    }
}

impl<'g> Identities<'g> {
    pub fn from_governance(governance: &'g Governance) -> Identities<'g> {
        Identities { governance, known: KnownIdentities::from_governance(governance) }
    }

    pub fn relation<'p>(
        &self,
        one: &Person,
        others: impl IntoIterator<Item = &'p Person>,
    ) -> Relation {
        self.nearest_relation(one, others, &SeparatedBy::Address)
    }

    /// Returns the relation of somebody who signs with a key to several others: the nearest one.
    pub fn relation_of_signer<'p>(
        &self,
        one: &Person,
        others: impl IntoIterator<Item = &'p Person>,
    ) -> Relation {
        let separated_by = if self.known.key_set.keys.lists_address(self.governance, one) {
            SeparatedBy::OwnKey
        } else {
            SeparatedBy::Address
        };
        self.nearest_relation(one, others, &separated_by)
    }

    fn is_listed(&self, only: &OnlyListed, person: &Person) -> bool {
        let resolver = self.resolver();
        only.why_not(&resolver, &resolver, &resolver.of_person(person).person).is_none()
    }

    fn nearest_relation<'p>(
        &self,
        one: &Person,
        others: impl IntoIterator<Item = &'p Person>,
        separated_by: &SeparatedBy,
    ) -> Relation {
        let resolver = self.resolver();
        let identity = resolver.of_person(one);
        let others = others.into_iter().map(|other| resolver.of_person(other));
        others
            .map(|other| resolver.relation(&identity, separated_by, &other))
            .fold(Relation::Different, Relation::nearest)
    }

    /// Tells whether an identity is not a person: a bot, an agent, a forge, or the address used to commit approvals.
    pub fn is_no_person(&self, one: &Person) -> bool {
        let resolver = self.resolver();
        resolver.sort(&resolver.of_person(one)) != IdentityKind::Person
    }

    fn has_left(&self, one: &Person) -> bool {
        self.known.met.face(self.governance, "", &one.email).has_left
    }

    fn resolver(&self) -> IdentityResolver<'_> {
        IdentityResolver {
            at: self.governance,
            judge: self.governance,
            approved: self.governance,
            landed: self.governance,
            later: &[],
            key_set: &self.known.key_set,
            approved_key_set: &self.known.key_set,
            met: &self.known.met,
        }
    }
}

/// Returns which approvals some content needs: the combined requirements of this content and of the last approved
/// content. None are needed for a closure, or for a change that only narrows what is approved.
pub fn needed(governance: &Governance, own: &Record, approved: Option<&Record>) -> Needed {
    if requirement::is_exempt(governance, own, approved) {
        return Needed::default();
    }
    combined_demand(governance, Some(own), approved).terms.needed()
}

/// Tells whether anybody could sign an approval: a key is listed, and the policy accepts its signatures.
pub fn can_be_signed(governance: &Governance) -> bool {
    governance.policy.approval.accept.contains(&EvidenceKind::Detached)
        && !Keys::from_governance(governance, governance).is_empty()
}

/// Returns the verdict on content that has not landed: not approved, with who could approve it.
/// `makers` are the authors of the commits that propose it.
pub fn proposed(
    governance: &Governance,
    own: &Record,
    approved: Option<&Record>,
    makers: &[Person],
    at: Instant,
) -> ApprovalVerdict {
    let identities = Identities::from_governance(governance);
    let resolver = identities.resolver();
    let mut authors = AuthorSet::default();
    for maker in makers {
        authors.add(resolver.of_person(maker));
    }
    if let Some(requester) = &own.requester {
        authors.add(resolver.identity("", requester.as_str()));
    }
    let demand: VersionDemand = combined_demand(governance, Some(own), approved);
    let context = DemandContext { resolver, now: resolver, authors: &authors, demand: &demand };
    let members = authors.members.iter();
    let mut shown: Vec<Author> = members
        .map(|member| Author {
            person: member.person.clone(),
            is_attested: false,
            by_own_commit: makers.iter().any(|maker| maker.key == member.person.key),
        })
        .collect();
    shown.order_by(|one, other| one.person.key.cmp(&other.person.key));
    let verdict = ApprovalVerdict {
        satisfied: Satisfied::Yes,
        makers: shown.iter().map(|author| author.person.clone()).collect(),
        authors: shown,
        ..ApprovalVerdict::without_evidence(FourEyes::NoneRecorded)
    };
    if requirement::is_exempt(governance, own, approved) {
        return verdict;
    }
    ApprovalVerdict {
        satisfied: Satisfied::No,
        needed: demand.terms.needed(),
        missing: missing::missing_approvals(context, &[], &[]),
        accepted: AcceptedKinds::new(
            governance,
            &demand.terms,
            (&identities.known.key_set.keys, at),
            false,
        ),
        ..verdict
    }
}

/// Returns which approvals some content still needs, and who could give them: nobody in its author set.
/// `makers` is the author set so far; the requesters of the new and the approved content join it (A5). `signed` are the
/// people who have approved it already.
pub fn lacking(
    governance: &Governance,
    own: &Record,
    approved: Option<&Record>,
    makers: &[Person],
    signed: &[Person],
) -> Vec<MissingApproval> {
    if requirement::is_exempt(governance, own, approved) {
        return Vec::new();
    }
    let demand = combined_demand(governance, Some(own), approved);
    missing_beside(governance, (&demand, [Some(own), approved]), makers, signed)
}

/// Returns the one approval that a review needs to count where a degraded record grants nothing (V9): by anybody who could fill
/// a place, and did not write what is approved.
pub fn lacking_witness(
    governance: &Governance,
    own: &Record,
    authors: &[Person],
    signed: &[Person],
) -> Vec<MissingApproval> {
    let mut demand = combined_demand(governance, Some(own), None);
    demand.terms.count = 1;
    let missing = |signed: &[Person]| {
        missing_beside(governance, (&demand, [Some(own), None]), authors, signed)
    };
    let open = missing(&[]);
    let is_witness = |person: &Person| missing(std::slice::from_ref(person)).len() < open.len();
    if signed.iter().any(is_witness) {
        return Vec::new();
    }
    let needs: Vec<&str> = open.iter().map(|missing| missing.need.as_str()).collect();
    let need = needs.join(", or ").replace("than the authors", "than the authors of the record");
    let who = relation::each_once(open.iter().flat_map(|missing| missing.who.iter().cloned()));
    let first = open.first().cloned();
    let one = first.map(|first| {
        let group = first.group.clone().filter(|_| open.len() == 1);
        MissingApproval { need, who, group, ..first }
    });
    one.into_iter().collect()
}

/// Returns the same by what is demanded, for the records whose requesters are authors, too.
pub(crate) fn missing_beside(
    governance: &Governance,
    (demand, records): (&VersionDemand, [Option<&Record>; 2]),
    makers: &[Person],
    signed: &[Person],
) -> Vec<MissingApproval> {
    let identities = Identities::from_governance(governance);
    let resolver = identities.resolver();
    let mut authors = AuthorSet::default();
    for maker in makers {
        authors.add(resolver.of_person(maker));
    }
    let requesters = records.into_iter().flatten();
    for requester in requesters.filter_map(|record| record.requester.as_ref()) {
        authors.add(resolver.identity("", requester.as_str()));
    }
    let context = DemandContext { resolver, now: resolver, authors: &authors, demand };
    let signers = signed.iter().map(|person| CountedPerson {
        identity: resolver.identity(&person.typed_name, &person.typed_email),
        names: identities.known.key_set.names(person, Proof::Attested),
        statement: signer(governance, person),
        accounts: Accounts::default(),
        given: Vec::new(),
    });
    missing::missing_approvals(context, &signers.collect::<Vec<_>>(), &[])
}

/// Returns the listed people who could approve a change of a governance file or a redesign: everyone but its authors.
pub fn for_rules(governance: &Governance, makers: &[Person]) -> Vec<Person> {
    let identities = Identities::from_governance(governance);
    let listed = ListedPeople::of(governance, &identities.known.key_set.keys).persons(governance);
    let is_other = |person: &Person| identities.relation_of_signer(person, makers).is_different();
    relation::each_once(listed.into_iter().filter(is_other))
}

fn signer(governance: &Governance, person: &Person) -> Statement {
    Statement {
        person: person.clone(),
        vote: Vote::Approves,
        counts: VoteCounts::Yes,
        groups: people::groups_of(governance, person),
        level: Proof::Attested,
        kind: EvidenceKind::Detached,
        self_asserted: SelfAsserted::No,
        is_author: false,
        stated_by: None,
        commit: String::new(),
        at: Instant::MIN,
        stated_at: Instant::MIN,
        reason: None,
        source: None,
        key: None,
        level_reason: None,
        via: None,
    }
}

pub struct Eligibility<'g> {
    governance: &'g Governance,
    identities: Identities<'g>,
    authors: Vec<Person>,
    owners: Vec<Person>,
    listed: Option<OnlyListed>,
    groups: BTreeSet<String>,
    proof: Proof,
    authors_may: bool,
}

impl<'g> Eligibility<'g> {
    /// `makers` are the known authors; the requesters of both contents join them (A5).
    pub fn new(
        (governance, known): (&'g Governance, &KnownIdentities),
        own: &Record,
        approved: Option<&Record>,
        makers: &[Person],
    ) -> Eligibility<'g> {
        let requesters = [Some(own), approved]
            .into_iter()
            .flatten()
            .filter_map(|record| record.requester.as_ref())
            .map(|address| people::identify(governance, "", address.as_str()));
        let demand = combined_demand(governance, Some(own), approved);
        let owners = match governance.policy.approval.owner_may_approve {
            true => Vec::new(),
            false => demand.owners,
        };
        Eligibility {
            governance,
            identities: Identities { governance, known: known.clone() },
            authors: makers.iter().cloned().chain(requesters).collect(),
            owners,
            listed: OnlyListed::for_record(governance, Some(own), approved),
            proof: demand.terms.proof,
            groups: demand.terms.each_of,
            authors_may: governance.policy.approval.self_approval == SelfApproval::Allow,
        }
    }

    // Returns the same for evidence that no author can give, whatever the policy lets them approve.
    pub(crate) fn of_others(self) -> Eligibility<'g> {
        Eligibility { authors_may: false, ..self }
    }

    pub(crate) fn for_rules(
        (governance, known): (&'g Governance, &KnownIdentities),
        demand: &VersionDemand,
        makers: &[Person],
    ) -> Eligibility<'g> {
        Eligibility {
            governance,
            identities: Identities { governance, known: known.clone() },
            authors: makers.to_vec(),
            owners: Vec::new(),
            listed: demand.listed.clone(),
            proof: demand.terms.proof,
            groups: demand.terms.each_of.clone(),
            authors_may: false,
        }
    }

    /// Tells whether a person could fill a place that is still missing beside those who count.
    pub fn can_fill(
        &self,
        missing: &[MissingApproval],
        counted: &[Person],
        person: &Person,
    ) -> bool {
        let is_person = |other: &Person| other.key == person.key;
        let is_named = |missing: &MissingApproval| {
            let is_open = missing.is_for_anyone && missing.who.is_empty();
            is_open || missing.who.iter().any(is_person)
        };
        let groups: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        let resolver = self.identities.resolver();
        // Of two who count for one group, either may take the place of another one.
        let n_left = |more: Option<&Person>| {
            let people = counted.iter().chain(more);
            let member_of: Vec<Vec<String>> =
                people.map(|person| resolver.groups(person, self.proof)).collect();
            requirement::unfilled(&groups, &member_of).len()
        };
        !counted.iter().any(is_person)
            && (missing.iter().any(is_named) || n_left(Some(person)) < n_left(None))
    }

    /// Tells whether an approval by a person could count in some way.
    pub fn may_approve(&self, person: &Person) -> bool {
        self.may_as_author(person)
            && self.identities.relation_of_signer(person, &self.authors).is_different()
    }

    /// Tells whether an approval by a person could count if authors may approve: an owner's doesn't, whoever wrote the record.
    pub(crate) fn may_as_author(&self, person: &Person) -> bool {
        self.is_reachable(person)
            && self.identities.relation_of_signer(person, &self.owners).is_different()
    }

    pub(crate) fn may_claim(&self, person: &Person) -> bool {
        self.is_reachable(person)
            && self.identities.relation(person, &self.authors).is_different()
            && self.identities.relation(person, &self.owners).is_different()
    }

    pub(crate) fn may_press_merge(&self, person: &Person) -> bool {
        self.may_claim(person) && self.identities.resolver().listed().has_key(person)
    }

    // Tells whether a person can sign something of a namespace so that it counts; with `self_approval: allow`, an author can, too.
    pub(crate) fn can_sign(&self, person: &Person, namespace: &str) -> bool {
        let may = self.may_approve(person) || self.authors_may && self.may_as_author(person);
        may && self.keys().lists_for(self.governance, person, (namespace, self.proof))
    }

    /// Tells whether a person can approve in a way so that it counts.
    pub fn can_take(&self, way: ApprovalWay, person: &Person) -> bool {
        match way {
            ApprovalWay::SignedFile => self.can_sign(person, signature::APPROVAL),
            ApprovalWay::SignedMerge => self.can_sign(person, signature::GIT),
            ApprovalWay::ForgeMerge => self.may_press_merge(person),
            ApprovalWay::ForgeReviews
            | ApprovalWay::Merge
            | ApprovalWay::MergeWithTrailers
            | ApprovalWay::ReviewNote => self.may_claim(person),
        }
    }

    /// Returns the people who are named as the ones whose approval is missing, and could give it.
    pub fn named(&self, missing: &[MissingApproval]) -> Vec<Person> {
        let named = missing.iter().flat_map(|missing| &missing.who);
        self.eligible(named.cloned())
    }

    /// Returns a missing approval that nobody could give beside those who count: one of a group none of whose members may, or any
    /// where only listed people may approve. `None` also where it is not known who could.
    pub fn for_nobody<'m>(
        &self,
        missing: &'m [MissingApproval],
        counted: &[Person],
    ) -> Option<&'m MissingApproval> {
        let keys = self.keys();
        if self.authors_may
            || signature::OF_PEOPLE.iter().any(|namespace| keys.has_pattern_key(namespace))
            || !self.unknown_authors().is_empty()
        {
            return None;
        }
        let can_fill = |missing: &[MissingApproval], people: Vec<Person>| {
            people.iter().any(|person| self.can_fill(missing, counted, person))
        };
        let is_lost = |one: &&MissingApproval| {
            let is_empty = one.group.is_some() && one.who.is_empty();
            is_empty && !can_fill(std::slice::from_ref(*one), self.known())
        };
        let is_for_nobody = |_: &&MissingApproval| {
            self.is_for_listed() && !can_fill(missing, self.candidates(missing))
        };
        missing.iter().find(is_lost).or_else(|| missing.first().filter(is_for_nobody))
    }

    pub(crate) fn is_for_listed(&self) -> bool {
        self.listed.is_some()
    }

    /// Returns everyone who could approve, of those whom groups, the signers file or `people.logins` name; where only
    /// listed people approve, of those.
    pub fn known(&self) -> Vec<Person> {
        if let Some(listed) = &self.listed {
            return self.eligible(listed.persons(&self.identities.resolver()).into_iter());
        }
        let policy = &self.governance.policy;
        let members = policy.groups.values().flatten().map(Address::as_str);
        let logins = policy.people.logins.values().map(Address::as_str);
        let named =
            members.chain(logins).map(|address| people::identify(self.governance, "", address));
        self.eligible(named.chain(self.keys().persons(self.governance)))
    }

    /// Returns those of the missing approvals' candidates who could approve, or everyone known if anyone may.
    pub fn candidates(&self, missing: &[MissingApproval]) -> Vec<Person> {
        let named = self.named(missing);
        let is_open = missing.iter().any(|missing| missing.is_for_anyone);
        if named.is_empty() && is_open { self.known() } else { named }
    }

    pub(crate) fn signers(&self, namespace: &str) -> Vec<Person> {
        let signers = self.keys().persons(self.governance).into_iter();
        relation::each_once(signers.filter(|person| self.can_sign(person, namespace)))
    }

    /// Tells whether a key is listed for a pattern of addresses, so that not everyone who can sign is known.
    pub(crate) fn has_unnamed_signers(&self, namespace: &str) -> bool {
        self.keys().has_pattern_key(namespace)
    }

    pub(crate) fn barred(&self) -> Vec<Person> {
        let mut barred: Vec<Person> = Vec::new();
        for person in self.authors.iter().chain(&self.owners) {
            if !barred.iter().any(|known| known.key == person.key) {
                barred.push(person.clone());
            }
        }
        barred
    }

    pub(crate) fn unknown_authors(&self) -> Vec<&Person> {
        let is_unknown =
            |author: &&Person| author.unmapped().is_some() && !self.identities.is_no_person(author);
        self.authors.iter().filter(is_unknown).collect()
    }

    fn eligible(&self, persons: impl Iterator<Item = Person>) -> Vec<Person> {
        let keys = self.keys();
        let may =
            |person: &Person| self.may_approve(person) && !keys.is_bridge(self.governance, person);
        relation::each_once(persons.filter(may))
    }

    fn keys(&self) -> &Keys {
        &self.identities.known.key_set.keys
    }

    fn is_reachable(&self, person: &Person) -> bool {
        person.is_resolved()
            && !self.identities.has_left(person)
            && !self.identities.is_no_person(person)
            && self.listed.as_ref().is_none_or(|listed| self.identities.is_listed(listed, person))
    }
}

/// The people whose own approval of some content does not count, by what they have to do with it.
#[derive(Clone, Copy, Debug)]
pub struct ContentPeople<'a> {
    pub makers: &'a [Person],
    /// Its owners; empty for a governance file.
    pub owners: &'a [Address],
    /// The record, and the last approved one; `None` for a governance file.
    pub records: [Option<&'a Record>; 2],
}

/// Returns why somebody's signed approval or rejection of content would not count; `None` if it would.
///
/// The first governance determines what an approval must be, the second one who is who (D1, D2).
pub fn refusal(
    content: ContentPeople<'_>,
    person: &Person,
    decision: ApprovalDecision,
    [governance_before, who]: [&Governance; 2],
) -> Option<NotCounted> {
    let approval = &governance_before.policy.approval;
    if people::is_bot(who, person) || people::is_agent(who, person) {
        return Some(NotCounted::Bot);
    }
    let identities = Identities::from_governance(who);
    if identities.is_no_person(person) {
        return Some(NotCounted::Forge);
    }
    // An approval states only an address: the name comes from the governance files.
    let known = people::identify(who, "", &person.typed_email);
    if decision == ApprovalDecision::Reject {
        return None;
    }
    let relation = identities.relation_of_signer(&known, content.makers);
    if approval.self_approval == SelfApproval::Forbid && !relation.is_different() {
        return Some(weigh::as_author(&relation));
    }
    let owners = content.owners.iter().map(|owner| people::identify(who, "", owner.as_str()));
    let owners: Vec<Person> = owners.collect();
    match identities.relation_of_signer(&known, &owners) {
        _ if approval.owner_may_approve => {}
        Relation::Same | Relation::Namesake => return Some(NotCounted::Owner),
        Relation::Unknown(unknown) => return Some(NotCounted::UnknownAccount(unknown)),
        Relation::Different => {}
    }
    if !approval.accept.contains(&EvidenceKind::Detached) {
        return Some(NotCounted::Kind);
    }
    let [own, approved] = content.records;
    let listed = OnlyListed::for_record(governance_before, own, approved);
    // The line of a key may still make somebody listed.
    let listed =
        if identities.known.key_set.keys.lists_address(who, &known) { listed } else { None };
    let resolver = identities.resolver();
    listed?.why_not(&resolver, &resolver, &resolver.of_person(&known).person)
}
