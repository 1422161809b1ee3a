//! How a change of a governance file or of a redesign can be approved that has not landed.
//!
//! Pure. Start at [`ProposedRules::steps`]. Follows `docs/spec/approval.md`, G2, and `docs/spec/cli.md`, `how[]`.

use crate::approval::count::accepted::AcceptedKinds;
use crate::approval::count::requirement::{GovernanceVersion, governance_demand};
use crate::approval::evidence::statement_file;
use crate::approval::governance::counted::CountedGovernance;
use crate::approval::next::steps::{Blocker, ChangeContext, NextSteps, Proposal};
use crate::approval::next::who::{self, Eligibility, KnownIdentities};
use crate::approval::people::at_landing::GovernanceHistory;
use crate::approval::sources::signature;
use crate::history::version::{Trail, Version};
use crate::history::walked::History;
use crate::policy::demand::{Proof, SelfApproval};
use crate::policy::people::person::Person;

/// What a branch leaves of a governance file or a redesign, and the line that it would land on.
#[derive(Clone, Copy)]
pub(crate) struct ProposedRules<'p> {
    pub(crate) history: &'p History,
    pub(crate) counted: &'p CountedGovernance,
    /// How many landings come before it.
    pub(crate) landing: usize,
    pub(crate) path: &'p str,
    /// Its bytes as git stores them; `None` if the branch removes it.
    pub(crate) bytes: Option<&'p [u8]>,
}

impl<'p> ProposedRules<'p> {
    /// Tells whether these are the bytes that count, which need no approval.
    pub(crate) fn is_as_counted(&self) -> bool {
        self.is_named() && self.counting_bytes() == self.bytes
    }

    /// Returns the sha256 of the bytes that count, where the version before it is another one: a statement has to name it.
    pub(crate) fn counts_instead(&self) -> Option<String> {
        let trail = if self.is_named() { self.trail()? } else { return None };
        let place = trail.versions.partition_point(|version| version.landing < self.landing);
        let followed = trail.versions.get(trail.find_followed(place, self.counting())?)?;
        let counts = self.counting_bytes();
        let is_other = self.bytes_of(followed) != counts;
        if is_other { Some(statement_file::digest(counts.unwrap_or_default())) } else { None }
    }

    pub(crate) fn steps(&self, change: ChangeContext<'_>) -> NextSteps {
        let all = GovernanceHistory::new(self.counted.ruled(self.history));
        // Who somebody is, is asked of the last approved state (G2).
        let approved = all.before(self.landing).approved;
        let (bytes, prefix) = (self.bytes, &self.history.prefix);
        let version = GovernanceVersion { path: self.path, bytes, prefix };
        let known = KnownIdentities::from_governance(approved);
        let keys = known.keys();
        // Whether the forge signed a merge before is not known here; where its signature can count, it does.
        let demand =
            governance_demand(version, &all, self.landing, || keys.prove_merges(approved, None));
        let authors_may = approved.policy.approval.self_approval == SelfApproval::Allow;
        let makers = if authors_may { &[][..] } else { change.makers };
        let eligibility = Eligibility::for_rules((approved, &known), &demand, makers);
        let signs = |person: &&Person| eligibility.can_sign(person, signature::APPROVAL);
        let signed: Vec<Person> = change.approvals.iter().filter(signs).cloned().collect();
        let terms = &demand.terms;
        let accepted =
            AcceptedKinds::new(approved, terms, (keys, change.at), change.merging.has_review_job);
        let follows_uncounted = self.counts_instead().is_some();
        let accepted = match (follows_uncounted, demand.lists_first_key) {
            (true, _) => AcceptedKinds { bridged_reviews: false, ..accepted.naming_bytes() },
            (false, true) => AcceptedKinds {
                merges: terms.proof == Proof::Claimed,
                forge_merges: keys.prove_merges(approved, Some(change.at)),
                ..accepted
            },
            (false, false) => accepted,
        };
        let missing = who::missing_beside(approved, (&demand, [None, None]), makers, &signed);
        let proposal =
            Proposal { governance: approved, accepted, eligibility, missing, demand, signed };
        let no_merge = if follows_uncounted { Some(Blocker::FollowsUncounted) } else { None };
        proposal.next_steps(change, false, no_merge)
    }

    // A redesign is judged without what counts: each of its versions by itself.
    fn is_named(&self) -> bool {
        self.history.named_governance().contains(self.path)
    }

    fn trail(&self) -> Option<&'p Trail> {
        self.history.governance.get(self.path)
    }

    fn counting(&self) -> Option<usize> {
        self.counted.version(self.path, self.landing.checked_sub(1)?)
    }

    fn counting_bytes(&self) -> Option<&'p [u8]> {
        self.bytes_of(self.trail()?.versions.get(self.counting()?)?)
    }

    fn bytes_of(&self, version: &Version) -> Option<&'p [u8]> {
        self.history.bytes_of(version).map(AsRef::as_ref)
    }
}
