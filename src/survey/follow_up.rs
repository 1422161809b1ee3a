//! What needs attention and is not a record: a frozen group without a redesign in time.
//!
//! Uses policy's people, record, survey's patterns and buckets. Pure. Start at [`FollowUp`]. Follows `docs/spec/cli.md`, due and
//! queue. `due`, its messages, `queue` and `report` show the same ones.

pub mod group;

use std::collections::BTreeSet;

use crate::policy::people::person::Person;
use crate::survey::due::Timing;
use crate::survey::follow_up::group::FrozenGroup;

/// Something other than a record that needs attention.
#[derive(Clone, Debug)]
pub struct FollowUp {
    pub subject: FollowUpSubject,
    pub bucket: FollowUpBucket,
    /// Since when it has needed attention, or its deadline.
    pub timing: Timing,
    /// What to do: a lower-case sentence without a full stop.
    pub action: String,
    /// The command that does it; `…` marks what a person has to fill in.
    pub command: String,
    /// The people who can do it.
    pub waits_for: Vec<Person>,
    /// The people who get a message about it, each with their roles.
    pub recipients: Vec<(Person, BTreeSet<String>)>,
}

/// What a follow-up is about.
#[derive(Clone, Debug)]
pub enum FollowUpSubject {
    Group(FrozenGroup),
}

/// Why something other than a record needs attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FollowUpBucket {
    /// A cause repeats, and nobody has promised a redesign, or its date has passed.
    FrozenPattern,
}

impl FollowUpBucket {
    /// Returns the bucket's name as in `docs/spec/cli.md`.
    pub fn as_str(self) -> &'static str {
        match self {
            FollowUpBucket::FrozenPattern => "frozen-pattern",
        }
    }

    /// Tells whether it makes `due` exit 1 without `--strict`.
    pub fn is_problem(self) -> bool {
        match self {
            FollowUpBucket::FrozenPattern => false,
        }
    }
}

impl FollowUp {
    /// Returns the id of what it is about; `None` for a group, which has none.
    pub fn id(&self) -> Option<&str> {
        match &self.subject {
            FollowUpSubject::Group(_) => None,
        }
    }

    /// Returns what it is about, in words.
    pub fn title(&self) -> &str {
        match &self.subject {
            FollowUpSubject::Group(group) => &group.title,
        }
    }

    /// Returns the ids of the records that it is about.
    pub fn records(&self) -> &[String] {
        match &self.subject {
            FollowUpSubject::Group(group) => &group.ids,
        }
    }

    /// Returns the group; `None` if it is about something else.
    pub fn group(&self) -> Option<&FrozenGroup> {
        match &self.subject {
            FollowUpSubject::Group(group) => Some(group),
        }
    }
}
