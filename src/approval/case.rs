//! The evidence on one version, and which of its approvals count.
//!
//! Uses record, policy, history, approval's evidence. Pure. Start at [`VersionEvidence`]. Follows `docs/spec/approval.md`, 1.8.

use crate::approval::authors::AuthorSet;
use crate::approval::demand::{self, Role, VersionDemand};
use crate::approval::evidence::{Claim, VersionEvidenceSet, Vouched};
use crate::approval::identity::apart::SeparatedBy;
use crate::approval::identity::{Identity, IdentityResolver, NamedPerson};
use crate::approval::relation::Relation;
use crate::approval::verdict::{Approver, SelfAsserted};
use crate::history::commit::Commit;
use crate::policy::demand::SelfApproval;
use crate::record::time::Instant;

#[derive(Clone, Copy)]
pub(crate) struct VersionEvidence<'a> {
    pub resolver: IdentityResolver<'a>,
    pub authors: &'a AuthorSet,
    pub demand: &'a VersionDemand,
    pub evidence: &'a VersionEvidenceSet<'a>,
    pub landing: &'a Commit,
    pub at: Instant,
    /// Whether the merge, by its subject, is one of the approved branch or into another one; its actor is then no evidence.
    pub is_suspicious_merge: bool,
    pub self_approval: SelfApproval,
}

#[derive(Clone, Debug)]
pub(crate) struct CountedApproval {
    pub identity: Identity,
    /// Every identity key by which they may fill a role.
    pub names: Vec<String>,
    pub approver: Approver,
    pub stated_at: Instant,
}

impl CountedApproval {
    pub(crate) fn fills_role(&self, role: &Role) -> bool {
        role.person.as_ref().is_some_and(|person| self.names.contains(&person.key))
    }
}

/// Tells whether a person landed a one-parent commit written by someone else: the committer may have edited it.
pub(crate) fn is_committer_alone(case: VersionEvidence, identity: &Identity) -> bool {
    let author = case.resolver.of_ident(case.landing.author());
    case.landing.parents.len() < 2 && author.is_none_or(|author| !author.is(identity))
}

pub(crate) fn approver(case: VersionEvidence, claim: &Claim) -> Approver {
    let person = match &claim.who {
        NamedPerson::Someone(identity) => &identity.person,
        NamedPerson::Unresolved(person) | NamedPerson::Nobody(person) => person,
    };
    Approver {
        person: person.clone(),
        groups: claim.resolver.key_set.groups(claim.resolver.at, person, claim.level),
        level: claim.level,
        kind: claim.kind,
        self_asserted: self_asserted(case, claim),
        is_author: false,
        stated_by: claim.stated_by.as_ref().map(|identity| identity.person.clone()),
        commit: claim.commit.to_string(),
        at: claim.at,
        reason: claim.reason.clone(),
        source: claim.source.clone(),
        key: claim.key.clone(),
        key_claimed_in: claim.key_claimed_in.clone(),
        via: claim.via.clone(),
    }
}

pub(crate) fn is_met(demand: &VersionDemand, counted_approvals: &[CountedApproval]) -> bool {
    let approvers = counted_approvals.iter().map(|counted_approval| &counted_approval.approver);
    let roles = demand.people.iter().all(|role| {
        counted_approvals.iter().any(|counted_approval| counted_approval.fills_role(role))
    });
    are_enough(demand, approvers) && roles
}

pub(crate) fn are_enough<'a>(
    demand: &VersionDemand,
    approvers: impl Iterator<Item = &'a Approver>,
) -> bool {
    let groups: Vec<&str> = demand.terms.each_of.iter().map(String::as_str).collect();
    let member_of: Vec<Vec<String>> = approvers.map(|approver| approver.groups.clone()).collect();
    member_of.len() >= demand.terms.needed().count as usize
        && demand::unfilled(&groups, &member_of).is_empty()
}

/// Tells whether a counted approval could fill a place of a requirement: a group or role where any is asked for.
pub(crate) fn fills_place(demand: &VersionDemand, counted_approval: &CountedApproval) -> bool {
    let (groups, roles) = (&demand.terms.each_of, &demand.people);
    let in_group = counted_approval.approver.groups.iter().any(|group| groups.contains(group));
    let in_role = roles.iter().any(|role| counted_approval.fills_role(role));
    groups.is_empty() && roles.is_empty() || in_group || in_role
}

pub(crate) fn self_asserted(case: VersionEvidence, claim: &Claim) -> SelfAsserted {
    match claim.vouched {
        Vouched::ByForge => SelfAsserted::ForgeUi,
        _ if stater(case, claim).is_different() => SelfAsserted::No,
        _ => SelfAsserted::Yes,
    }
}

/// Returns the relation of the person who stated a claim to the authors. If nobody is named as stating a claim about
/// someone else, it is treated as stated by an author.
pub(crate) fn stater(case: VersionEvidence, claim: &Claim) -> Relation {
    match (claim.vouched, &claim.stated_by) {
        (Vouched::ForItself | Vouched::ByForge, _) => Relation::Different,
        (Vouched::ByStater, None) => Relation::Same,
        (Vouched::ByStater, Some(stater)) => {
            case.authors.relation(claim.resolver, stater, &SeparatedBy::Address)
        }
    }
}
