//! The ways in which content that has not landed can be approved here, each with the people who can take it.
//!
//! Uses policy, `approval`'s count, `next::ways` and `next::who`. Pure. Start at [`offers`]. Follows `docs/spec/cli.md`,
//! `how[]`: a way is named only if it counts under the policy that the content lands on.

use crate::approval::count::requirement::{self, VersionDemand, combined_demand};
use crate::approval::next::ways::{AcceptedKinds, ApprovalWay};
use crate::approval::next::who::{self, Eligibility, SignedObject};
use crate::approval::people::relation;
use crate::approval::verdict::MissingApproval;
use crate::policy::demand::{EvidenceKind, Proof, SelfApproval};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::record::vocabulary::Vocabulary;

/// Content that has not landed, and what is known about it.
#[derive(Clone, Copy)]
pub struct ProposedContent<'p> {
    /// The governance that counts where it will land.
    pub governance: &'p Governance,
    pub record: &'p Record,
    pub approved: Option<&'p Record>,
    pub makers: &'p [Person],
    /// Those who signed an approval of these bytes that counts once it lands.
    pub signed: &'p [Person],
    pub review_job: ReviewJob,
}

/// Whether a job of the forge records the reviews of merged pull requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewJob {
    Present,
    Absent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalOffer {
    pub way: ApprovalWay,
    /// The people who can take it, sorted; empty if anyone can who is not an author.
    pub who: Vec<Person>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovalOffers {
    /// The ways; empty if none is needed, or none counts.
    pub ways: Vec<ApprovalOffer>,
    pub missing: Vec<MissingApproval>,
    /// Whether one of the authors may be among the approvers.
    pub authors_may: bool,
    /// The people whose approval does not count: authors, requesters, and owners if they may not approve.
    pub barred: Vec<Person>,
    /// The forge that the policy pins, if its merges list the reviewers and no job records them.
    pub forge: Option<&'static str>,
    /// Sentences about what must happen first, or why no way counts.
    pub first: Vec<String>,
}

pub fn offers(content: ProposedContent<'_>) -> ApprovalOffers {
    let (governance, record) = (content.governance, content.record);
    let missing =
        who::lacking(governance, record, content.approved, content.makers, content.signed);
    if missing.is_empty() {
        return ApprovalOffers::default();
    }
    let demand = combined_demand(governance, Some(record), content.approved);
    let offering = Offering {
        content,
        accepted: AcceptedKinds::new(governance, &demand.terms),
        demand: &demand,
        eligibility: Eligibility::new(governance, record, content.approved, content.makers),
        missing: &missing,
    };
    let mut first = offering.first();
    let mut ways = offering.ways();
    if !offering.can_be_met(&ways) {
        ways.clear();
        if first.is_empty() {
            first.push(offering.why_none());
        }
    }
    if governance.policy.approval.authors == Proof::Attested {
        first.push(
            "nothing counts unless every commit that makes this text is signed by a listed key of its author \
             (`approval.authors: attested`)"
                .to_owned(),
        );
    }
    let approval = &governance.policy.approval;
    let writes_reviews = offering.accepted.forge_reviews && content.review_job == ReviewJob::Absent;
    ApprovalOffers {
        ways,
        authors_may: approval.self_approval == SelfApproval::Allow,
        barred: offering.eligibility.barred(),
        forge: if writes_reviews { Some(approval.forge.as_str()) } else { None },
        first,
        missing,
    }
}

struct Offering<'p> {
    content: ProposedContent<'p>,
    accepted: AcceptedKinds,
    eligibility: Eligibility<'p>,
    missing: &'p [MissingApproval],
    demand: &'p VersionDemand,
}

impl Offering<'_> {
    fn ways(&self) -> Vec<ApprovalOffer> {
        let has_job = self.content.review_job == ReviewJob::Present;
        let accepted = &self.accepted;
        let needs_one = self.n_missing() <= 1;
        let mut ways = Vec::new();
        if accepted.bridged_reviews && has_job || accepted.forge_reviews {
            ways.extend(self.by_claim(ApprovalWay::ForgeReviews));
        }
        if accepted.merges {
            ways.extend(self.by_claim(ApprovalWay::Merge));
        } else if accepted.signed_merges && needs_one {
            ways.extend(self.by_key(ApprovalWay::SignedMerge, SignedObject::Commit));
        }
        if accepted.signed_files {
            ways.extend(self.by_key(ApprovalWay::SignedFile, SignedObject::ApprovalFile));
        }
        if accepted.notes {
            ways.extend(self.by_claim(ApprovalWay::ReviewNote));
        }
        let others = ways.iter().any(|offer| is_repeatable(offer.way));
        if let Some(merge) = ways.iter_mut().find(|offer| offer.way == ApprovalWay::Merge)
            && !needs_one
            && !others
            && accepted.trailers
        {
            merge.way = ApprovalWay::MergeWithTrailers;
        }
        ways
    }

    fn by_claim(&self, way: ApprovalWay) -> Option<ApprovalOffer> {
        if self.is_open() && !self.eligibility.is_for_listed() {
            return Some(ApprovalOffer { way, who: Vec::new() });
        }
        let named = self.eligibility.named(self.missing);
        let may = named.into_iter().filter(|person| self.eligibility.may_claim(person));
        let who: Vec<Person> = may.collect();
        if who.is_empty() { None } else { Some(ApprovalOffer { way, who }) }
    }

    fn by_key(&self, way: ApprovalWay, object: SignedObject) -> Option<ApprovalOffer> {
        if self.is_open() && self.eligibility.has_unnamed_signers(object) {
            return Some(ApprovalOffer { way, who: Vec::new() });
        }
        let who = if self.is_open() {
            self.eligibility.signers(object)
        } else {
            let mut named = self.eligibility.named(self.missing);
            named.retain(|person| self.eligibility.can_sign(person, object));
            named
        };
        if who.is_empty() { None } else { Some(ApprovalOffer { way, who }) }
    }

    /// Tells whether an approval is missing that anyone but the authors could give, beside those of groups and roles.
    fn is_open(&self) -> bool {
        let of_groups = |person: &Person| {
            let mut groups = self.missing.iter().filter(|missing| missing.group.is_some());
            groups.any(|missing| missing.who.iter().any(|it| it.key == person.key))
        };
        let is_role = |missing: &&MissingApproval| {
            let is_role = missing.group.is_none() && !missing.is_for_anyone;
            is_role && !missing.who.iter().any(of_groups)
        };
        let n_named = self.groups_left().len() + self.missing.iter().filter(is_role).count();
        self.n_missing() > n_named && self.missing.iter().any(|missing| missing.is_for_anyone)
    }

    fn n_missing(&self) -> usize {
        let needed = usize::try_from(self.demand.terms.needed().count).unwrap_or(usize::MAX);
        needed.saturating_sub(self.content.signed.len()).max(self.groups_left().len()).max(1)
    }

    fn groups_left(&self) -> Vec<&str> {
        self.missing.iter().filter_map(|missing| missing.group.as_deref()).collect()
    }

    /// Tells whether the ways together can give every approval that is missing: one merge gives one of them.
    fn can_be_met(&self, ways: &[ApprovalOffer]) -> bool {
        let unnamed = |missing: &&MissingApproval| missing.who.is_empty() && !missing.is_for_anyone;
        if ways.is_empty() || self.missing.iter().any(|missing| unnamed(&missing)) {
            return false;
        }
        let is_offered = |person: &Person| {
            let mut offers = ways.iter();
            offers.any(|offer| {
                offer.who.is_empty() || offer.who.iter().any(|it| it.key == person.key)
            })
        };
        let named = self.missing.iter().filter(|missing| !missing.is_for_anyone);
        let is_lost = |missing: &MissingApproval| !missing.who.iter().any(is_offered);
        if named.clone().any(is_lost) {
            return false;
        }
        if ways.iter().any(|offer| offer.way == ApprovalWay::MergeWithTrailers) {
            return true;
        }
        let merges = usize::from(ways.iter().any(|offer| is_merge(offer.way)));
        let repeatable: Vec<&ApprovalOffer> =
            ways.iter().filter(|offer| is_repeatable(offer.way)).collect();
        let n_missing = self.n_missing();
        let is_open_ended = repeatable.iter().any(|offer| offer.who.is_empty());
        if is_open_ended || self.demand.terms.each_of.is_empty() && self.is_open() {
            let n_signers: usize = repeatable.iter().map(|offer| offer.who.len()).sum();
            return is_open_ended || n_signers + merges >= n_missing;
        }
        let groups = self.groups_left();
        let of = |offers: &[&ApprovalOffer]| -> Vec<Vec<String>> {
            let people = offers.iter().flat_map(|offer| offer.who.iter().cloned());
            let people = relation::each_once(people);
            let governance = self.content.governance;
            people.iter().map(|person| people::groups_of(governance, person)).collect()
        };
        let all: Vec<&ApprovalOffer> = ways.iter().collect();
        requirement::unfilled(&groups, &of(&all)).is_empty()
            && requirement::unfilled(&groups, &of(&repeatable)).len() <= merges
    }

    /// Returns what must be added to the policy before a person without an account can approve.
    fn first(&self) -> Vec<String> {
        let authors = self.eligibility.unknown_authors();
        let sentences = authors.iter().filter_map(|author| {
            let account = author.unmapped()?;
            let key = account.login_key(&self.content.governance.policy.people);
            Some(format!(
                "it is not known who {account} is, an author: have {} approved and merged first; until then only \
                 another account at {} counts",
                relation::to_add(&[key]),
                account.forge
            ))
        });
        sentences.collect()
    }

    fn why_none(&self) -> String {
        let unnamed: Vec<&str> = self
            .missing
            .iter()
            .filter(|missing| missing.who.is_empty() && !missing.is_for_anyone)
            .map(|missing| missing.need.as_str())
            .collect();
        if !unnamed.is_empty() {
            return format!(
                "nobody can give what is needed ({}): add someone else to the policy, or name them in the record",
                unnamed.join("; ")
            );
        }
        let accept = &self.content.governance.policy.approval.accept;
        let signers = &self.content.governance.policy.approval.signers;
        if !accept.contains(&EvidenceKind::Detached) {
            let way = "add `detached` to `approval.accept` in exledger.yaml, and have that approved first";
            return format!("the policy accepts nothing that could give what is needed: {way}");
        }
        let needs: Vec<&str> = self.missing.iter().map(|missing| missing.need.as_str()).collect();
        format!(
            "no key is listed for anyone who could give what is needed ({}): have {signers} list their key first",
            needs.join("; ")
        )
    }
}

fn is_repeatable(way: ApprovalWay) -> bool {
    matches!(way, ApprovalWay::ForgeReviews | ApprovalWay::SignedFile | ApprovalWay::ReviewNote)
}

fn is_merge(way: ApprovalWay) -> bool {
    matches!(way, ApprovalWay::Merge | ApprovalWay::SignedMerge | ApprovalWay::MergeWithTrailers)
}
