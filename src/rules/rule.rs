//! What a rule is: its code, its texts, its examples, and the checks that look.
//!
//! Uses diag, the cases and examples of rules. Pure. Start at [`Rule`]; `rules::ALL` lists them. Follows `docs/spec/rules.md`.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::file::RecordFile;
use crate::rules::audit_cases::{LandedCase, MainlineCase, Statements, UsesCase};
use crate::rules::case::{RecordCase, RuleContext};
use crate::rules::change_cases::{ChangeCase, GovernanceChange};
use crate::rules::example::Example;
use crate::rules::past::RecordPast;
use crate::rules::repeats::Repeat;

/// A rule: a code that findings carry, and all that is to be said of it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The code, which names the bad state.
    pub code: Code,
    /// The level of its findings, unless the policy gives it another.
    pub level: Level,
    /// The requirements that it serves, as `docs/mission.md` numbers them.
    pub serves: &'static [&'static str],
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Why that matters, in one sentence.
    pub why: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// What it finds, as an example.
    pub bad: Example,
    /// What it has nothing against.
    pub good: Example,
    /// What it looks at; most rules look at one subject.
    pub checks: &'static [Check],
    /// Where it differs from the other rules of its group.
    pub special: SpecialCases,
}

/// A subject of rules, and the function that adds the findings about it.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// The readers of files note it under the rule's code.
    Noted,
    /// A record's file, as far as it can be read.
    Record(fn(&RecordCase<'_>, &mut Vec<Finding>)),
    /// The evidence files that a record names.
    Evidence(fn(&RecordCase<'_>, &mut Vec<Finding>)),
    /// The governance files of a tree.
    Policy(fn(&RuleContext<'_>, &mut Vec<Finding>)),
    /// An open record and the closed ones that it repeats.
    Repeat(fn(&Repeat, &mut Vec<Finding>)),
    /// A record before and after a change.
    Change(fn(&ChangeCase<'_>, &RuleContext<'_>, &mut Vec<Finding>)),
    /// The same, judged again under each policy of the branch.
    Loosened(fn(&ChangeCase<'_>, &RuleContext<'_>, JudgeRecord, &mut Vec<Finding>)),
    /// A commit of a branch that changes a governance file.
    Governance(fn(&GovernanceChange, &mut Vec<Finding>)),
    /// A commit of a branch that changes a workflow of the forge.
    Workflow(fn(&GovernanceChange, &mut Vec<Finding>)),
    /// A version on the approved branch.
    Landed(fn(&LandedCase<'_>, &mut Vec<Finding>)),
    /// The commits of the approved branch.
    Mainline(fn(&MainlineCase<'_>, &mut Vec<Finding>)),
    /// Approval files, landed or on a branch.
    ApprovalFiles(fn(&Statements<'_>, &mut Vec<Finding>)),
    /// What receipts say of a record.
    Uses(fn(&UsesCase<'_>, &mut Vec<Finding>)),
}

/// Returns the findings about a record's file under some governance.
pub type JudgeRecord = fn(&RecordFile, &RuleContext<'_>, RecordPast) -> Vec<Finding>;

/// Where a rule differs from the other rules of its group.
#[derive(Clone, Copy, Debug)]
pub struct SpecialCases {
    /// Whether it judges records that are closed on the approved branch.
    pub closed: Closed,
    /// An error of it stays one, whatever is approved later.
    pub stays_error: bool,
    /// It judges a version too that carries on the verdict of an earlier one.
    pub each_landing: bool,
    /// It asks for a field that `new` asks for later, and so is no objection to an answer.
    pub asked_later: bool,
}

/// Whether a rule judges a record whose closure is on the approved branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It passes the record by.
    Passed,
    /// It judges the record as if it were open.
    Judged,
    /// It judges the record where a review of the closure is new.
    WhenReviewed,
}

impl SpecialCases {
    /// Of a rule like the others of its group.
    pub const NONE: SpecialCases = SpecialCases {
        closed: Closed::Passed,
        stays_error: false,
        each_landing: false,
        asked_later: false,
    };
}
