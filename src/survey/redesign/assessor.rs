//! Who may assess a redesign: neither its owner nor who did it, by the names in the file and by who landed it.
//!
//! Pure. Start at [`Assessors`]. Follows `docs/spec/redesign.md` and `docs/spec/rules.md` (`review-by-self`).

use crate::approval::next::who::Identities;
use crate::approval::people::relation::{Relation, UnknownAccount};
use crate::diag::remedy::Remedy;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::redesign::Redesign;
use crate::record::address::Address;

/// The persons who can't assess a redesign.
#[derive(Clone, Copy, Debug)]
pub struct Assessors<'r> {
    pub owner: &'r Address,
    /// Who did it; `None` if it isn't done.
    pub doer: Option<&'r Address>,
}

/// Why a person can't assess a redesign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssessorDoubt {
    Owner,
    Doer,
    /// The address is of a bot, a forge or an agent.
    NoPerson,
    /// It is not known whether an account belongs to the owner or to who did it.
    Unknown(UnknownAccount),
}

impl<'r> Assessors<'r> {
    pub fn of(redesign: &'r Redesign) -> Assessors<'r> {
        let doer = redesign.done.as_ref().map(|done| &done.by);
        Assessors { owner: &redesign.owner.email, doer }
    }

    /// Returns why a person can't assess the redesign; `None` if they can.
    pub fn doubt(&self, by: &Address, governance: &Governance) -> Option<AssessorDoubt> {
        let identities = Identities::from_governance(governance);
        let person = |address: &Address| people::identify(governance, "", address.as_str());
        if identities.is_no_person(&person(by)) {
            return Some(AssessorDoubt::NoPerson);
        }
        let others = [(Some(self.owner), AssessorDoubt::Owner), (self.doer, AssessorDoubt::Doer)];
        others.into_iter().find_map(|(other, doubt)| {
            match identities.relation(&person(by), [&person(other?)]) {
                Relation::Different => None,
                Relation::Unknown(unknown) => Some(AssessorDoubt::Unknown(unknown)),
                Relation::Same | Relation::Namesake => Some(doubt),
            }
        })
    }

    /// Tells whether somebody else is among the authors of a landing.
    pub fn has_other(&self, authors: &[Person], governance: &Governance) -> bool {
        let identities = Identities::from_governance(governance);
        let own: Vec<Person> = [Some(self.owner), self.doer]
            .into_iter()
            .flatten()
            .map(|address| people::identify(governance, "", address.as_str()))
            .collect();
        authors.iter().any(|author| {
            !identities.is_no_person(author) && identities.relation(author, &own).is_different()
        })
    }
}

impl AssessorDoubt {
    /// Returns the doubt as a sentence about the person.
    pub fn message(&self, by: &Address) -> String {
        match self {
            AssessorDoubt::Owner => format!("{by} owns the redesign and assessed it"),
            AssessorDoubt::Doer => format!("{by} did the redesign and assessed it"),
            AssessorDoubt::NoPerson => format!("{by} is not the address of a person"),
            AssessorDoubt::Unknown(unknown) => {
                format!("it is not known that {} is not {}", unknown.account, unknown.other)
            }
        }
    }

    pub fn remedy(&self) -> Remedy {
        match self {
            AssessorDoubt::Unknown(unknown) => {
                format!("add {}, or ask someone else to assess it", unknown.to_add()).into()
            }
            _ => "ask someone else to assess it".into(),
        }
    }
}
