//! The subjects of rules about records, and the context of each subject.
//!
//! Pure. Start at [`RecordCase`]. Follows `docs/spec/rules.md`.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level, Pos};
use crate::ledger::tree::Tree;
use crate::policy;
use crate::policy::catalog::controls::ControlMatch;
use crate::policy::catalog::{self};
use crate::policy::governance::Governance;
use crate::policy::tier::Resolved;
use crate::record::file::{FieldState, RecordFile};
use crate::record::mend;
use crate::record::reference::ControlRef;
use crate::record::scalar::Scalar;
use crate::record::time::{Instant, When, not_after};
use crate::rules::evidence::Evidence;
use crate::rules::extra_schema::ExtraSchema;
use crate::survey::neighbour::Neighbours;
use crate::yaml::node::Limits;

/// A record's file, and the facts computed from it for all rules.
pub struct RecordCase<'c> {
    /// The record's file, with the positions of its fields.
    pub source: &'c RecordFile,
    /// The context besides the record.
    pub context: &'c RuleContext<'c>,
    /// The requirements of tier and class; `None` if a field that determines them can't be read.
    pub tier: Option<Resolved>,
    /// The start of its term if it does not state one: its landing; `None` if history was not walked.
    pub landed: Option<Instant>,
    /// Its evidence files in the tree.
    pub evidence: Vec<Evidence>,
    /// The controls that it cites, in the order of the file.
    pub cited: Vec<Cited<'c>>,
}

/// A control that a record cites.
pub struct Cited<'c> {
    /// Its index in `deviates_from.controls`.
    pub index: usize,
    /// The control as written.
    pub control: ControlRef,
    /// The controls that it may refer to: the one of its catalog; without a catalog those of all
    /// catalogs that the policy lists.
    pub candidates: Vec<ControlMatch<'c>>,
}

/// The context besides the subject.
#[derive(Clone, Copy)]
pub struct RuleContext<'c> {
    /// The governance files of the tree.
    pub governance: &'c Governance,
    /// The tree that evidence is looked up in.
    pub tree: &'c dyn Tree,
    /// The team's own schema for these governance files.
    pub extra_schema: &'c ExtraSchema,
    /// The instant in question; `None` if rules must not depend on time.
    pub instant: Option<Instant>,
    /// The landed records that may repeat or be repeated; `None` if history was not read.
    pub neighbours: Option<&'c Neighbours>,
}

impl RuleContext<'_> {
    /// Returns the edit of the policy that gives a field a value, which only a person knows; the words if it can't be made.
    pub(crate) fn set_in_policy(&self, field: &str, yaml: &str) -> Remedy {
        let bytes = self.tree.bytes_within(policy::FILE, Limits::POLICY.bytes).ok().flatten();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let root = self.governance.document.as_ref();
        let edit = text
            .zip(root)
            .and_then(|(text, root)| mend::set(policy::FILE, &text, root, field, yaml));
        let words = || format!("write for example `{field}: {yaml}`").into();
        edit.map_or_else(words, |edit| edit.for_example().into())
    }

    pub(crate) fn policy_error(
        &self,
        rule: Code,
        fields: &[&str],
        message: String,
        remedy: impl Into<Remedy>,
    ) -> Finding {
        let document = self.governance.document.as_ref();
        let node = document.and_then(|root| fields.iter().find_map(|field| root.at(field)));
        Finding {
            rule,
            level: Level::Error,
            path: policy::FILE.to_owned(),
            pos: Some(node.map_or(Pos::START, |node| node.pos)),
            field: fields.first().map(|field| (*field).to_owned()),
            id: None,
            message,
            remedy: remedy.into(),
        }
    }
}

impl<'c> Cited<'c> {
    /// Returns the controls that a record cites.
    pub fn in_record(source: &RecordFile, governance: &'c Governance) -> Vec<Cited<'c>> {
        let items = source.items("deviates_from.controls").iter().enumerate();
        let cited = items.filter_map(|(index, item)| {
            let control = ControlRef::new(item.text()?)?;
            let candidates = find_candidates(governance, &control);
            Some(Cited { index, control, candidates })
        });
        cited.collect()
    }

    /// Returns the path of the control in the record.
    pub fn field(&self) -> String {
        format!("deviates_from.controls[{}]", self.index)
    }
}

fn find_candidates<'c>(governance: &'c Governance, control: &ControlRef) -> Vec<ControlMatch<'c>> {
    if governance.catalog(control.catalog()).is_some() {
        return governance.control(control).into_iter().collect();
    }
    // Some ids contain a colon: `NHI2:2025` alone names no catalog either.
    let listed = governance.policy.catalogs.iter();
    let catalogs = listed.filter_map(|name| governance.catalog(catalog::name_of(name)));
    catalogs.filter_map(|catalog| catalog.find(control.as_str())).collect()
}

impl RecordCase<'_> {
    /// Tells whether a field is absent, neither stated nor broken.
    pub fn lacks(&self, field: &str) -> bool {
        self.source.stated(field) == FieldState::Absent
    }

    /// Tells whether a field is absent, or is an empty list or map.
    pub fn holds_nothing(&self, field: &str) -> bool {
        match self.source.stated(field) {
            FieldState::Absent => true,
            FieldState::Unreadable => false,
            FieldState::Node(node) => {
                node.text().is_none() && node.items().is_empty() && node.entries().is_empty()
            }
        }
    }

    /// Returns the value of a field, if it can be read.
    pub fn value<T: Scalar>(&self, field: &str) -> Option<T> {
        self.source.value(field)
    }

    /// Returns the first instant at which the exception no longer grants anything, according to its `expires`.
    pub fn not_after(&self) -> Option<Instant> {
        self.value::<When>("expires").as_ref().map(not_after)
    }

    /// Returns a finding at the value of a field, or where the field is missing. The caller of the rule sets its level.
    pub fn finding(
        &self,
        code: Code,
        field: &str,
        message: String,
        remedy: impl Into<Remedy>,
    ) -> Finding {
        self.source.finding(code, Level::Error, field, message, remedy)
    }

    /// Returns a finding about a map that lacks a field, at the map's key.
    pub fn finding_at_key(
        &self,
        code: Code,
        map: &str,
        message: String,
        remedy: impl Into<Remedy>,
    ) -> Finding {
        Finding { pos: Some(self.source.key_pos(map)), ..self.finding(code, map, message, remedy) }
    }
}
