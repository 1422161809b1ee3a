//! Computes the approval requirement of a version: that of its own content and of the last approved one combined.
//!
//! Uses record, policy, history's intersection of versions. Pure. Start at [`combined_demand`]. Follows
//! `docs/spec/approval.md`, D1, D3 and D4.

use crate::approval::listed::OnlyListed;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::tier::fact::Facts;
use crate::policy::tiers::Must;
use crate::policy::{people, tier};
use crate::record::Record;
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub(crate) struct VersionDemand {
    pub terms: tier::TierDemand,
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
        terms: least(governance),
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

fn least(governance: &Governance) -> tier::TierDemand {
    tier::TierDemand {
        count: 1,
        each_of: BTreeSet::new(),
        must_include: BTreeSet::new(),
        proof: governance.policy.approval.proof,
    }
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
