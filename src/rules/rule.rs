//! The definition of a rule: its code, its texts, its examples, and its checks.
//!
//! Pure. Start at [`Rule`]; `rules::ALL` lists them. Follows `docs/spec/rules.md`.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::ledger::stray::Stray;
use crate::record::file::RecordFile;
use crate::rules::audit_cases::{LandedCase, MainlineCase, Statements, UsesCase};
use crate::rules::case::{RecordCase, RuleContext};
use crate::rules::change_cases::{ChangeCase, GovernanceChange, TakenOnBranch};
use crate::rules::ends::CrowdedDay;
use crate::rules::example::Example;
use crate::rules::past::RecordPast;
use crate::rules::receipts_case::ReceiptsCase;
use crate::rules::renewals::Renewals;
use crate::rules::repeats::Repeat;
use crate::rules::scan::SuppressionCase;

/// A rule: the code of its findings, and its documentation.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The code, which names the bad state.
    pub code: Code,
    /// The level of its findings, unless the policy overrides it.
    pub level: Level,
    /// The requirements that it serves, numbered as in `tests/requirements.tsv`.
    pub serves: &'static [&'static str],
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Why that matters, in one sentence.
    pub why: &'static str,
    /// An example that it reports.
    pub bad: Example,
    /// An example that it accepts.
    pub good: Example,
    /// Its checks; most rules check one subject.
    pub checks: &'static [Check],
    /// How it differs from the other rules of its group.
    pub special: SpecialCases,
}

/// A subject of rules, and the function that adds the findings about it.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// The readers of files report it under the rule's code.
    Noted,
    /// A file that is meant as a record, and is not read as one.
    Stray(fn(&Stray, &mut Vec<Finding>)),
    /// A record's file, as far as it can be read.
    Record(fn(&RecordCase<'_>, &mut Vec<Finding>)),
    /// A redesign's file, as far as it can be read; it is a case without a record.
    Redesign(fn(&RecordCase<'_>, &mut Vec<Finding>)),
    /// The evidence files that a record or a redesign names.
    Evidence(fn(&RecordCase<'_>, &mut Vec<Finding>)),
    /// The governance files of a tree.
    Policy(fn(&RuleContext<'_>, &mut Vec<Finding>)),
    /// An open record and the closed ones that it repeats.
    Repeat(fn(&Repeat, &mut Vec<Finding>)),
    /// A day on which too many open records end.
    Ends(fn(&CrowdedDay<'_>, &mut Vec<Finding>)),
    /// The records that one landing or branch renews.
    Renewals(fn(&Renewals, &RuleContext<'_>, &mut Vec<Finding>)),
    /// A record before and after a change.
    Change(fn(&ChangeCase<'_>, &RuleContext<'_>, &mut Vec<Finding>)),
    /// The same, checked again under each policy of the branch.
    Loosened(fn(&ChangeCase<'_>, &RuleContext<'_>, JudgeRecord, &mut Vec<Finding>)),
    /// A commit of a branch that changes a governance file.
    Governance(fn(&GovernanceChange, &mut Vec<Finding>)),
    /// What a commit of a branch takes away, and a later one gives back.
    Taken(fn(&TakenOnBranch, &mut Vec<Finding>)),
    /// A commit of a branch that changes a workflow of the forge.
    Workflow(fn(&GovernanceChange, &mut Vec<Finding>)),
    /// A version on the approved branch.
    Landed(fn(&LandedCase<'_>, &mut Vec<Finding>)),
    /// The commits of the approved branch.
    Mainline(fn(&MainlineCase<'_>, &mut Vec<Finding>)),
    /// Approval files, landed or on a branch.
    ApprovalFiles(fn(&Statements<'_>, &mut Vec<Finding>)),
    /// The receipts about a record.
    Uses(fn(&UsesCase<'_>, &mut Vec<Finding>)),
    /// A file of receipts.
    Receipts(fn(&ReceiptsCase<'_>, &mut Vec<Finding>)),
    /// A suppression, or a file that was generated from the ledger.
    Scan(fn(&SuppressionCase, &mut Vec<Finding>)),
}

/// Returns the findings about a record's file under some governance.
pub type JudgeRecord = fn(&RecordFile, &RuleContext<'_>, RecordPast) -> Vec<Finding>;

/// How a rule differs from the other rules of its group.
#[derive(Clone, Copy, Debug)]
pub struct SpecialCases {
    /// Whether it checks records that are closed on the approved branch.
    pub closed: Closed,
    /// Whether its errors remain errors, even if a later version is approved.
    pub stays_error: bool,
    /// Whether it also checks a version that inherits the verdict of an earlier one.
    pub each_landing: bool,
    /// Whether it requires a field that `new` asks for later, so that it is not an objection to an answer.
    pub asked_later: bool,
}

/// Whether a rule checks a record whose closure is on the approved branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It skips the record.
    Passed,
    /// It checks the record as if it were open.
    Judged,
    /// It checks the record if a review of the closure is new.
    WhenReviewed,
}

impl SpecialCases {
    /// For a rule like the others of its group.
    pub const NONE: SpecialCases = SpecialCases {
        closed: Closed::Passed,
        stays_error: false,
        each_landing: false,
        asked_later: false,
    };
}
