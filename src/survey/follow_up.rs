//! What needs attention and is not a record: a redesign that is late or came to nothing, a frozen group without one.
//!
//! Pure. Start at [`FollowUp`]. Follows `docs/spec/cli.md`, queue. `queue`, its messages and `report` show the same ones.

pub mod group;

use crate::record::vocabulary::words;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::policy::governance::Governance;
use crate::policy::people::{self, person::Person};
use crate::policy::redesign::Redesign;
use crate::record::time::Day;
use crate::survey::due::Timing;
use crate::survey::patterns::linked::LinkedRedesign;
use crate::survey::redesign::RedesignStatus;

/// Something other than a record that needs attention.
#[derive(Clone, Debug)]
pub struct FollowUp {
    pub subject: FollowUpSubject,
    pub bucket: FollowUpBucket,
    /// Since when it has needed attention, or its deadline.
    pub timing: Timing,
    /// What to do: a lower-case sentence without a full stop.
    pub action: String,
    /// The command that does it, which prompts for what it needs.
    pub command: String,
    /// The people who can do it.
    pub waits_for: Vec<Person>,
    /// The people who get a message about it, each with their roles.
    pub recipients: Vec<(Person, BTreeSet<String>)>,
}

/// What a follow-up is about.
#[derive(Clone, Debug)]
pub enum FollowUpSubject {
    Redesign(DueRedesign),
    Group(FrozenGroup),
}

/// A redesign that needs attention.
#[derive(Clone, Debug)]
pub struct DueRedesign {
    pub id: String,
    pub redesign: Rc<Redesign>,
    pub status: RedesignStatus,
    /// The last day on which it is in time.
    pub due: Option<Day>,
    /// The ids of the records that link it, and of those that landed after it was done.
    pub records: Vec<String>,
}

/// A frozen group without a redesign in time.
#[derive(Clone, Debug)]
pub struct FrozenGroup {
    /// Each key with its value, as the records spell it.
    pub key: Vec<(&'static str, Option<String>)>,
    /// What the records have in common, in words.
    pub title: String,
    /// The number of occurrences.
    pub count: usize,
    /// The ids of the records, sorted.
    pub ids: Vec<String>,
    /// The redesign whose date has passed; `None` without one.
    pub redesign: Option<LinkedRedesign>,
}

words! {
    /// Why something other than a record needs attention.
    pub enum FollowUpBucket {
        /// The date of a redesign is past, and it isn't done.
        RedesignOverdue,
        /// The exceptions that a redesign was to make unnecessary came back, and no other redesign was filed.
        RedesignRecurred,
        /// The time in which the effect of a redesign shows is over, and nobody has assessed it.
        RedesignUnassessed,
        /// A cause repeats, and nobody has promised a redesign, or its date has passed.
        FrozenPattern,
    }
}

impl FollowUpBucket {
    /// Tells whether a date has passed, so that it makes `queue` exit 1 without `--strict`.
    pub fn is_problem(self) -> bool {
        match self {
            FollowUpBucket::RedesignOverdue
            | FollowUpBucket::RedesignRecurred
            | FollowUpBucket::RedesignUnassessed => true,
            FollowUpBucket::FrozenPattern => false,
        }
    }
}

impl FollowUp {
    /// Returns the id of what it is about; `None` for a group, which has none.
    pub fn id(&self) -> Option<&str> {
        match &self.subject {
            FollowUpSubject::Redesign(redesign) => Some(&redesign.id),
            FollowUpSubject::Group(_) => None,
        }
    }

    /// Returns what it is about, in words.
    pub fn title(&self) -> &str {
        match &self.subject {
            FollowUpSubject::Redesign(due) => &due.redesign.title,
            FollowUpSubject::Group(group) => &group.title,
        }
    }

    /// Returns the ids of the records that it is about.
    pub fn records(&self) -> &[String] {
        match &self.subject {
            FollowUpSubject::Redesign(due) => &due.records,
            FollowUpSubject::Group(group) => &group.ids,
        }
    }

    /// Returns the group; `None` if it is about something else.
    pub fn group(&self) -> Option<&FrozenGroup> {
        match &self.subject {
            FollowUpSubject::Group(group) => Some(group),
            FollowUpSubject::Redesign(_) => None,
        }
    }

    /// Returns the redesign; `None` if it is about something else.
    pub fn redesign(&self) -> Option<&DueRedesign> {
        match &self.subject {
            FollowUpSubject::Redesign(redesign) => Some(redesign),
            FollowUpSubject::Group(_) => None,
        }
    }

    /// Tells whether a redesign is owned by one of some people, named by address or name.
    pub fn is_owned_by(&self, names: &[String], governance: &Governance) -> bool {
        self.redesign().is_some_and(|due| {
            let owner = &due.redesign.owner;
            let person = people::identify(governance, &owner.name, owner.email.as_str());
            names.iter().any(|name| people::is_named(governance, &person, name))
        })
    }
}
