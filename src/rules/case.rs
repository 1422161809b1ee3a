//! What a rule looks at: a subject, and what is known around it.
//!
//! Uses record, ledger, policy, history, approval, survey. Pure. Start at [`RuleCase`]. Follows `docs/spec/rules.md`.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::policy::catalog::controls::Found;
use crate::policy::catalog::{self};
use crate::policy::governance::Governance;
use crate::policy::tier::Resolved;
use crate::record::file::{FieldState, RecordFile};
use crate::record::reference::ControlRef;
use crate::record::scalar::Scalar;
use crate::record::time::{Instant, When, not_after};
use crate::rules::audit_cases::{LandedCase, MainlineCase, Statements, UsesCase};
use crate::rules::change_cases::{ChangeCase, GovernanceChange};
use crate::rules::evidence::Evidence;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::repeats::Repeat;
use crate::survey::neighbour::Neighbours;

/// One thing that rules look at, with what is known around it.
#[derive(Clone, Copy)]
pub struct RuleCase<'c> {
    /// What is looked at.
    pub subject: Subject<'c>,
    /// What is known beside it.
    pub known: &'c RuleContext<'c>,
}

/// What rules look at.
#[derive(Clone, Copy)]
pub enum Subject<'c> {
    /// A record's file, as far as it can be read.
    Record(&'c RecordCase<'c>),
    /// The governance files.
    Policy,
    /// The names below the record folders.
    Files(&'c Files),
    /// A record before and after a change.
    Change(&'c ChangeCase<'c>),
    /// What a branch does to the governance files, commit by commit.
    Branch(&'c [GovernanceChange]),
    /// What a branch does to workflows and actions of the forge, commit by commit.
    Workflows(&'c [GovernanceChange]),
    /// An open record, and the closed ones that it repeats.
    Repeat(&'c Repeat),
    /// A version that landed.
    Landed(&'c LandedCase<'c>),
    /// The mainline, and what it is compared with.
    Line(&'c MainlineCase<'c>),
    /// The files below `.approvals`.
    Statements(&'c Statements<'c>),
    /// What receipts say of a record.
    Used(&'c UsesCase<'c>),
}

/// A record's file, and what was worked out about it for all rules.
pub struct RecordCase<'c> {
    /// The file.
    pub source: &'c RecordFile,
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
    pub meant: Vec<Found<'c>>,
}

/// What is known beside the subject.
#[derive(Clone, Copy)]
pub struct RuleContext<'c> {
    /// The governance files of the tree.
    pub governance: &'c Governance,
    /// The tree itself.
    pub tree: &'c dyn Tree,
    /// The team's own schema of these governance files.
    pub house: &'c ExtraSchema,
    /// The instant asked about; `None` where no rule may look at a clock.
    pub instant: Option<Instant>,
    /// The records that landed, as far as they may repeat or be repeated; `None` where history was not asked.
    pub neighbours: Option<&'c Neighbours>,
}

impl<'c> RuleCase<'c> {
    /// Returns the record, where the case is one.
    pub fn record(&self) -> Option<&'c RecordCase<'c>> {
        match self.subject {
            Subject::Record(of) => Some(of),
            _ => None,
        }
    }

    /// Returns the change of a record, where the case is one.
    pub fn change(&self) -> Option<&'c ChangeCase<'c>> {
        match self.subject {
            Subject::Change(changed) => Some(changed),
            _ => None,
        }
    }

    /// Returns the landed version, where the case is one.
    pub fn landed(&self) -> Option<&'c LandedCase<'c>> {
        match self.subject {
            Subject::Landed(landed) => Some(landed),
            _ => None,
        }
    }

    /// Returns the mainline, where the case is that.
    pub fn line(&self) -> Option<&'c MainlineCase<'c>> {
        match self.subject {
            Subject::Line(line) => Some(line),
            _ => None,
        }
    }

    /// Returns the files below `.approvals`, where the case is those.
    pub fn statements(&self) -> Option<&'c Statements<'c>> {
        match self.subject {
            Subject::Statements(statements) => Some(statements),
            _ => None,
        }
    }

    /// Returns what receipts say of a record, where the case is that.
    pub fn used(&self) -> Option<&'c UsesCase<'c>> {
        match self.subject {
            Subject::Used(used) => Some(used),
            _ => None,
        }
    }

    /// Returns what the readers noted under a code of the shape group.
    pub fn noted(&self, code: Code) -> Vec<Finding> {
        let findings = match self.subject {
            Subject::Record(of) => &of.source.findings,
            Subject::Policy => &self.known.governance.findings,
            Subject::Files(files) => return of_code(files.findings(), code),
            _ => return Vec::new(),
        };
        let of_code = findings.iter().filter(|finding| finding.rule == code);
        of_code.cloned().collect()
    }
}

fn of_code(findings: Vec<Finding>, code: Code) -> Vec<Finding> {
    let findings = findings.into_iter();
    findings.filter(|finding| finding.rule == code).collect()
}

impl<'c> Cited<'c> {
    /// Returns the controls that a record cites.
    pub fn of(source: &RecordFile, governance: &'c Governance) -> Vec<Cited<'c>> {
        let items = source.items("deviates_from.controls").iter().enumerate();
        let cited = items.filter_map(|(index, item)| {
            let control = ControlRef::new(item.text()?)?;
            let meant = meant(governance, &control);
            Some(Cited {
                index,
                control,
                meant,
            })
        });
        cited.collect()
    }

    /// Returns the path of the control in the record.
    pub fn field(&self) -> String {
        format!("deviates_from.controls[{}]", self.index)
    }
}

fn meant<'c>(governance: &'c Governance, control: &ControlRef) -> Vec<Found<'c>> {
    if governance.catalog(control.catalog()).is_some() {
        return governance.control(control).into_iter().collect();
    }
    // Some ids have a colon of their own: `NHI2:2025` alone names no catalog either.
    let listed = governance.policy.catalogs.iter();
    let catalogs = listed.filter_map(|name| governance.catalog(catalog::name_of(name)));
    catalogs
        .filter_map(|catalog| catalog.find(control.as_str()))
        .collect()
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
        self.source
            .finding(code, Level::Error, field, message, help)
    }

    /// Returns a finding about a map that lacks something, at the map's key.
    pub fn finding_at_key(&self, code: Code, map: &str, message: String, help: String) -> Finding {
        Finding {
            pos: Some(self.source.key_pos(map)),
            ..self.finding(code, map, message, help)
        }
    }
}
