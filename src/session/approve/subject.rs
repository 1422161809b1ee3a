//! What is approved: the bytes as git stores them, who made them, what they demand, and whether they have landed.
//!
//! Start at [`ApprovalContent`]; it is found in `record` and `governance_file`.

pub(super) mod governance_file;
pub(super) mod not_found;
pub(super) mod record;

use crate::approval::verdict::Approver;
use crate::approval::verdict::Author;
use crate::history::change::event::ChangeEvent;
use crate::plan::approve::ApprovalTarget;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::record::file::RecordFile;
use crate::session::snapshot::tip::Tip;
use crate::survey::shell::quoted;
use std::rc::Rc;

/// The content that somebody is about to approve or reject.
pub struct ApprovalContent {
    /// The bytes, who is behind them, and what they demand.
    pub target: ApprovalTarget,
    /// The id, or the path of the governance file.
    pub name: String,
    /// The path of the file from the ledger's root.
    pub path: String,
    /// Whether a commit holds these bytes.
    pub is_committed: bool,
    /// The file of a record as it was read; `None` for a governance file.
    pub file: Option<RecordFile>,
    /// What a record that has not landed changes against what did.
    pub events: Vec<ChangeEvent>,
    /// The last approved version of the record.
    pub(super) last_approved: Option<Rc<Record>>,
    /// Who signed an approval of these bytes that would count now, whether it has landed or not.
    pub(super) signers: Vec<Person>,
    /// How these bytes were judged at the tip of the approved ref; `None` where they are not what it holds.
    pub(super) landed: Option<LandedContent>,
}

/// How the content at the tip of the approved ref was judged.
pub(super) struct LandedContent {
    /// The governance that judged it.
    pub(super) governance: Governance,
    /// Who approved it, and counts.
    pub(super) approvers: Vec<Approver>,
    /// The approval files of it that do not count.
    pub(super) refused: Vec<String>,
}

/// Who made some content.
struct ContentAuthors {
    all: Vec<Person>,
    /// Those of them whom a commit of their own shows.
    by_own_commit: Vec<Person>,
}

impl ApprovalContent {
    /// Returns the record, where it is one that can be read.
    pub fn record(&self) -> Option<&Record> {
        self.file.as_ref()?.record.as_ref()
    }

    /// Returns the words that name it on a command line.
    pub(super) fn argument(&self) -> String {
        match self.file {
            Some(_) => self.name.clone(),
            None => format!("--governance {}", quoted(&self.name)),
        }
    }
}

impl LandedContent {
    fn of(tip: &Tip<'_>) -> LandedContent {
        let refused = tip.verdict.refused.iter();
        LandedContent {
            governance: tip.law.clone(),
            approvers: tip.verdict.approvers.clone(),
            refused: refused.filter_map(|statement| statement.approver.source.clone()).collect(),
        }
    }
}

impl ContentAuthors {
    /// Returns who made what stands at the tip.
    fn of(tip: &Tip<'_>) -> ContentAuthors {
        let persons = |is_meant: &dyn Fn(&Author) -> bool| {
            let authors = tip.verdict.authors.iter().filter(|it| is_meant(it));
            authors.map(|author| author.person.clone()).collect()
        };
        ContentAuthors {
            all: persons(&|_| true),
            by_own_commit: persons(&|author| author.by_own_commit),
        }
    }
}
