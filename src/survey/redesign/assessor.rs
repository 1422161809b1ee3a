//! Who may assess a redesign: neither its owner nor who did it, by the names in the file and by who landed it.
//!
//! Uses policy, approval's identities. Pure. Start at [`assessor_doubt`]. Follows `docs/spec/redesign.md` and
//! `docs/spec/rules.md` (`review-by-self`).

use crate::approval::ask::Identities;
use crate::approval::relation::{Relation, UnknownAccount};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::redesign::Redesign;
use crate::record::address::Address;

/// Why the person named in `assessed.by` can't assess a redesign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssessorDoubt {
    Owner,
    Doer,
    /// It is not known whether an account belongs to one of them.
    Unknown(UnknownAccount),
}

/// Returns why the person who is named as the assessor can't assess a redesign; `None` if they can, or nobody assessed it.
pub fn assessor_doubt(redesign: &Redesign, governance: &Governance) -> Option<AssessorDoubt> {
    let by = &redesign.assessed.as_ref()?.by;
    let others = [
        (Some(&redesign.owner.email), AssessorDoubt::Owner),
        (redesign.done.as_ref().map(|done| &done.by), AssessorDoubt::Doer),
    ];
    let identities = Identities::from_governance(governance);
    let person = |address: &Address| people::identify(governance, "", address.as_str());
    others.into_iter().find_map(|(other, doubt)| {
        match identities.relation(&person(by), [&person(other?)]) {
            Relation::Different => None,
            Relation::Unknown(unknown) => Some(AssessorDoubt::Unknown(unknown)),
            Relation::Same | Relation::Namesake => Some(doubt),
        }
    })
}

/// Tells whether somebody other than the owner and the doer of a redesign is among the authors of a landing.
pub fn is_landed_by_other(
    redesign: &Redesign,
    authors: &[Person],
    governance: &Governance,
) -> bool {
    let identities = Identities::from_governance(governance);
    let addresses = [Some(&redesign.owner.email), redesign.done.as_ref().map(|done| &done.by)];
    let own: Vec<Person> = addresses
        .into_iter()
        .flatten()
        .map(|address| people::identify(governance, "", address.as_str()))
        .collect();
    authors.iter().any(|author| {
        !identities.is_no_person(author) && identities.relation(author, &own).is_different()
    })
}
