//! What is demanded of a version: by its own content and by the last approved one, both.
//!
//! Uses record, policy, history's meeting of versions. Pure. Start at [`of`]. Follows `docs/spec/approval.md`, D1, D3
//! and D4.

use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::policy::tiers::Must;
use crate::record::Record;
use std::collections::BTreeSet;

/// What is demanded of a version.
#[derive(Clone, Debug)]
pub(crate) struct VersionDemand {
    /// Count, groups, roles and proof.
    pub terms: tier::TierDemand,
    /// The people behind the roles; a role that nobody fills is never met.
    pub people: Vec<Role>,
    /// Whether a merge counts although the policy leaves merges out: it lists the first key, and nobody could sign for that.
    pub lists_first_key: bool,
    /// Who owns the record, by its own content and by the last approved one.
    pub owners: Vec<Person>,
}

/// A role that must be among the approvers.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub must: Must,
    /// Who has it; `None` where the record names nobody.
    pub person: Option<Person>,
}

/// Returns what own and approved content demand together, by the policy before the landing.
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

/// Returns what any approval needs: one person, at the level that the policy sets for all.
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
