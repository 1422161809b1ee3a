//! What rules about records look at, and what is known around each subject.
//!
//! Uses record, ledger, policy, history, approval, survey. Pure. Start at [`RecordCase`]. Follows `docs/spec/rules.md`.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::ledger::tree::Tree;
use crate::policy::catalog::controls::ControlMatch;
use crate::policy::catalog::{self};
use crate::policy::governance::Governance;
use crate::policy::tier::Resolved;
use crate::record::file::{FieldState, RecordFile};
use crate::record::reference::ControlRef;
use crate::record::scalar::Scalar;
use crate::record::time::{Instant, When, not_after};
use crate::rules::evidence::Evidence;
use crate::rules::extra_schema::ExtraSchema;
use crate::survey::neighbour::Neighbours;

/// A record's file, and what was worked out about it for all rules.
pub struct RecordCase<'c> {
    /// The record's file, with the places of its fields.
    pub source: &'c RecordFile,
    /// What is known beside it.
    pub known: &'c RuleContext<'c>,
    /// What tier and class demand; `None` where a field that decides can't be read.
    pub tier: Option<Resolved>,
    /// Where its term begins when it does not say so itself: its landing; `None` where history was not walked.
    pub landed: Option<Instant>,
    /// Its evidence files, as the tree has them.
    pub evidence: Vec<Evidence>,
    /// The controls that it cites, in the order of the file.
    pub cited: Vec<Cited<'c>>,
}

/// A control that a record cites.
pub struct Cited<'c> {
    /// Which of `deviates_from.controls` it is.
    pub index: usize,
    /// The control as it is written.
    pub control: ControlRef,
    /// What it may mean: the control of its catalog; without a catalog those of all that the policy lists.
    pub meant: Vec<ControlMatch<'c>>,
}

/// What is known beside the subject.
#[derive(Clone, Copy)]
pub struct RuleContext<'c> {
    /// The governance files of the tree.
    pub governance: &'c Governance,
    /// The tree that evidence is looked up in.
    pub tree: &'c dyn Tree,
    /// The team's own schema of these governance files.
    pub house: &'c ExtraSchema,
    /// The instant asked about; `None` where no rule may look at a clock.
    pub instant: Option<Instant>,
    /// The records that landed, as far as they may repeat or be repeated; `None` where history was not asked.
    pub neighbours: Option<&'c Neighbours>,
}

impl<'c> Cited<'c> {
    /// Returns the controls that a record cites.
    pub fn in_record(source: &RecordFile, governance: &'c Governance) -> Vec<Cited<'c>> {
        let items = source.items("deviates_from.controls").iter().enumerate();
        let cited = items.filter_map(|(index, item)| {
            let control = ControlRef::new(item.text()?)?;
            let meant = find_meant(governance, &control);
            Some(Cited { index, control, meant })
        });
        cited.collect()
    }

    /// Returns the path of the control in the record.
    pub fn field(&self) -> String {
        format!("deviates_from.controls[{}]", self.index)
    }
}

fn find_meant<'c>(governance: &'c Governance, control: &ControlRef) -> Vec<ControlMatch<'c>> {
    if governance.catalog(control.catalog()).is_some() {
        return governance.control(control).into_iter().collect();
    }
    // Some ids have a colon of their own: `NHI2:2025` alone names no catalog either.
    let listed = governance.policy.catalogs.iter();
    let catalogs = listed.filter_map(|name| governance.catalog(catalog::name_of(name)));
    catalogs.filter_map(|catalog| catalog.find(control.as_str())).collect()
}

impl RecordCase<'_> {
    /// Says whether a field is not there, neither stated nor broken.
    pub fn lacks(&self, field: &str) -> bool {
        self.source.stated(field) == FieldState::Absent
    }

    /// Says whether a field is not there, or is an empty list or map.
    pub fn holds_nothing(&self, field: &str) -> bool {
        match self.source.stated(field) {
            FieldState::Absent => true,
            FieldState::Unreadable => false,
            FieldState::Node(node) => {
                node.text().is_none() && node.items().is_empty() && node.entries().is_empty()
            }
        }
    }

    /// Returns the value of a field that can be read.
    pub fn value<T: Scalar>(&self, field: &str) -> Option<T> {
        self.source.value(field)
    }

    /// Returns the first instant at which the exception grants nothing any more, as its `expires` says.
    pub fn not_after(&self) -> Option<Instant> {
        self.value::<When>("expires").as_ref().map(not_after)
    }

    /// Returns a finding at the value of a field, or where it is missing from. Its level is set by who lints.
    pub fn finding(&self, code: Code, field: &str, message: String, help: String) -> Finding {
        self.source.finding(code, Level::Error, field, message, help)
    }

    /// Returns a finding about a map that lacks something, at the map's key.
    pub fn finding_at_key(&self, code: Code, map: &str, message: String, help: String) -> Finding {
        Finding { pos: Some(self.source.key_pos(map)), ..self.finding(code, map, message, help) }
    }
}
