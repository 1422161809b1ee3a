//! Finds who vouches for the reviews and verifications that a version adds.
//!
//! Uses policy's people, `approval`'s parts. Pure. Start at [`collect_vouchers`]. Follows `docs/spec/approval.md`, V9.

use crate::approval::authors::AuthorSet;
use crate::approval::case::CountedApproval;
use crate::approval::four_eyes::FourEyesOutcome;
use crate::approval::identity::apart::SeparatedBy;
use crate::approval::identity::{IdentityKind, IdentityResolver};
use crate::approval::verdict::FourEyes;
use crate::policy::people::person::Person;

/// Returns the people outside the reference author set who vouch for a version's additions: its
/// authors and its counted approvers.
pub(crate) fn collect_vouchers(
    resolver: IdentityResolver,
    own: &AuthorSet,
    reference: &AuthorSet,
    outcome: &FourEyesOutcome,
) -> Vec<Person> {
    // The reference authors are unknown, so nobody can be known to be different from them.
    if reference.doubt.is_some() {
        return Vec::new();
    }
    let spoiled = matches!(outcome.result, FourEyes::Vetoed | FourEyes::InvalidSignature);
    let is_outside = |counted_approval: &&CountedApproval| {
        let relation = reference.relation(
            resolver,
            &counted_approval.identity,
            &counted_approval.separated_by,
        );
        relation.is_different()
    };
    let mut people: Vec<Person> = own
        .members
        .iter()
        .filter(|member| {
            let is_person = resolver.sort(member) == IdentityKind::Person;
            let relation = reference.relation(resolver, member, &SeparatedBy::Address);
            is_person && relation.is_different()
        })
        .map(|member| member.person.clone())
        .chain(
            outcome
                .counted_approvals
                .iter()
                .filter(|counted_approval| !spoiled && is_outside(counted_approval))
                .map(|counted_approval| counted_approval.approver.person.clone()),
        )
        .collect();
    people.sort_by(|one, other| one.key.cmp(&other.key));
    people.dedup_by(|one, other| one.key == other.key);
    people
}
