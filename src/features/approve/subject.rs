//! What is approved: the bytes as git stores them, who made them, the approvals they need,
//! and whether they have landed.
//!
//! Start at [`ApprovalContent`]; `record` and `governance_file` find it.

pub(super) mod governance_file;
pub(super) mod not_found;
pub(super) mod record;

use crate::approval::count::requirement::combined_demand;
use crate::approval::evidence::statement_file::{ApprovalDecision, ApprovalSubject};
use crate::approval::verdict::{Satisfied, Statement};
use crate::diag::shell;
use crate::history::change::event::ChangeEvent;
use crate::policy::demand::Proof;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::record::Record;
use crate::record::address::Address;
use crate::record::file::RecordFile;
use crate::session::snapshot::tip::Tip;
use std::rc::Rc;

/// The subject of an approval: some bytes, and who made them.
#[derive(Clone, Debug)]
pub struct ApprovalTarget {
    /// The record or governance file.
    pub about: ApprovalSubject,
    /// The sha256 of the bytes, in 64 hexadecimal digits.
    pub sha256: String,
    /// The sha256 of the bytes that count instead, if what is approved follows a version that does not.
    pub from: Option<String>,
    /// The record folder below which its approvals are stored.
    pub folder: String,
    /// Its authors, each once.
    pub makers: Vec<Person>,
    /// Its owners; empty for a governance file.
    pub owners: Vec<Address>,
    pub needed: Needed,
}

/// The content that somebody is about to approve or reject.
pub struct ApprovalContent {
    /// The bytes, their authors, and the approvals they need.
    pub target: ApprovalTarget,
    /// The id, or the path of the governance file.
    pub name: String,
    /// The path of the file from the ledger's root.
    pub path: String,
    /// Whether a commit holds these bytes.
    pub is_committed: bool,
    /// For a governance file that follows a version that does not count: the difference from the one that does.
    pub inherits: Option<String>,
    /// The parsed file of a record; `None` for a governance file.
    pub file: Option<RecordFile>,
    /// What a record that has not landed changes relative to the landed one.
    pub events: Vec<ChangeEvent>,
    pub(super) last_approved: Option<Rc<Record>>,
    /// Who signed an approval of these bytes that would count now, whether or not it has landed.
    pub(super) signers: Vec<Person>,
    /// How these bytes were evaluated at the tip of the approved ref; `None` if the tip holds other bytes.
    pub(super) landed: Option<LandedContent>,
}

impl ApprovalContent {
    // Returns the governance that counted and that was approved before rules that have landed: their approvals are evaluated
    // under both, whatever merely landed with them or since (G2). `None` for anything else, which the present one judges.
    pub(super) fn rules_before(&self) -> Option<[&Governance; 2]> {
        let landed = self.landed.as_ref().filter(|_| self.file.is_none())?;
        Some([&landed.governance, &landed.approved])
    }

    // Returns the governance that says what it needs, and who is in which group.
    pub(super) fn demanding<'g>(&'g self, present: &'g Governance) -> &'g Governance {
        self.rules_before().map_or(present, |[_, approved]| approved)
    }

    // Returns the weakest level of proof at which an approval of it counts.
    pub(super) fn needed_proof(&self, present: &Governance) -> Proof {
        let governance = self.demanding(present);
        match self.file.as_ref().and_then(|file| file.record.as_ref()) {
            Some(record) => {
                let approved = self.last_approved.as_deref();
                combined_demand(governance, Some(record), approved).terms.proof
            }
            None => governance.policy.strongest_proof(),
        }
    }
}

/// Returns the groups that must approve the content and that a person is in: those for which the approval counts.
pub(super) fn groups(
    needed: &Needed,
    person: &Person,
    decision: ApprovalDecision,
    who: &Governance,
) -> Vec<String> {
    let mut groups = people::groups_of(who, person);
    groups.retain(|group| needed.each_of.contains(group) && decision == ApprovalDecision::Approve);
    groups
}

pub(super) struct LandedContent {
    pub(super) governance: Governance,
    approved: Governance,
    pub(super) approvers: Vec<Statement>,
    /// Everything that was said of it, whether or not it counts.
    pub(super) statements: Vec<Statement>,
    pub(super) is_approved: bool,
    pub(super) refused: Vec<String>,
}

impl ApprovalContent {
    /// Returns the record, if it can be read.
    pub fn record(&self) -> Option<&Record> {
        self.file.as_ref()?.record.as_ref()
    }

    /// Tells whether the approved ref has these bytes.
    pub fn has_landed(&self) -> bool {
        self.landed.is_some()
    }

    /// Returns the command that approves it.
    pub fn command(&self) -> String {
        let words = match self.file {
            Some(_) => "exledger approve",
            None => "exledger approve --governance",
        };
        shell::command(words, &[&self.name])
    }
}

impl LandedContent {
    fn of(tip: &Tip<'_>) -> LandedContent {
        let refused = tip.verdict.refused.iter();
        LandedContent {
            governance: tip.governance_before.clone(),
            approved: tip.approved_before.clone(),
            approvers: tip.verdict.approvers.clone(),
            statements: tip.verdict.statements.clone(),
            is_approved: tip.verdict.satisfied == Satisfied::Yes,
            refused: refused.filter_map(|statement| statement.source.clone()).collect(),
        }
    }
}
