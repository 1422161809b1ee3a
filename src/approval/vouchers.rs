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

/// Returns the people outside the reference author set who vouch for a version's additions: its authors and its counted
/// approvers.
pub(crate) fn collect_vouchers(
    lens: IdentityResolver,
    own: &AuthorSet,
    reference: &AuthorSet,
    outcome: &FourEyesOutcome,
) -> Vec<Person> {
    // The reference authors are unknown, so nobody can be known to be different from them.
    if reference.doubt.is_some() {
        return Vec::new();
    }
    let spoiled = matches!(outcome.result, FourEyes::Vetoed | FourEyes::InvalidSignature);
    let is_outside = |voice: &&CountedApproval| {
        let relation = reference.relation(lens, &voice.party, &voice.told_by);
        relation.is_different()
    };
    let mut people: Vec<Person> = own
        .members
        .iter()
        .filter(|member| {
            let is_person = lens.sort(member) == IdentityKind::Person;
            let relation = reference.relation(lens, member, &SeparatedBy::Address);
            is_person && relation.is_different()
        })
        .map(|member| member.person.clone())
        .chain(
            outcome
                .voices
                .iter()
                .filter(|voice| !spoiled && is_outside(voice))
                .map(|voice| voice.approver.person.clone()),
        )
        .collect();
    people.sort_by(|one, other| one.key.cmp(&other.key));
    people.dedup_by(|one, other| one.key == other.key);
    people
}
