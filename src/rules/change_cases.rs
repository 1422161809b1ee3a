//! What rules about changes look at: a record before and after, and what a branch does to the governance files.
//!
//! Uses record, policy, approval. Pure. Start at [`ChangeCase`]. Follows `docs/spec/rules.md` (change) and
//! `docs/spec/policy.md`, whose policy judges.

use std::rc::Rc;

use crate::approval::verdict::MissingApproval;
use crate::diag::code::Code;
use crate::diag::{Finding, Level, count};
use crate::policy::governance::Governance;
use crate::policy::tier::Needed;
use crate::record::Record;
use crate::record::file::RecordFile;
use crate::rules::past::RecordPast;

/// A record before and after a change.
pub struct ChangeCase<'c> {
    /// The file before; `None` where the record is new.
    pub before: Option<&'c RecordFile>,
    /// The file after; `None` where it is gone.
    pub after: Option<&'c RecordFile>,
    /// What the last approved version says; `None` where none is approved.
    pub approved: Option<&'c Record>,
    /// What landed without being approved; `None` where what landed is approved, and where nothing landed.
    pub waiting: Option<&'c Record>,
    /// How often an approved version ended later than the approved one before it.
    pub renewed: u32,
    /// The approvals that the change needs.
    pub needs: Needs,
    /// What history says of the record.
    pub past: RecordPast,
    /// The governance before the change, which judges who must approve it.
    pub base: &'c Governance,
    /// Each governance that the branch brings, the last one included; empty where it changes none.
    pub brought: &'c [Rc<Governance>],
}

/// What is said of a change that demands nobody.
pub const NOBODY: &str = "it needs no approval";

/// Who must approve a change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// What its content and the last approved content demand, both.
    pub needed: Needed,
    /// The same in words, with who could.
    pub missing: Vec<MissingApproval>,
}

/// A commit of a branch that changes a governance file or a workflow, or what is not committed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GovernanceChange {
    /// The first digits of the commit's id; `None` for the work tree.
    pub commit: Option<String>,
    /// Who is named as having written it.
    pub author: Option<String>,
    /// The path of the governance file or workflow.
    pub path: String,
    /// Whether the commit adds, changes or removes it.
    pub how: How,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The file did not exist before.
    Added,
    /// The file existed and has other bytes now.
    Changed,
    /// The file does not exist any more.
    Removed,
}

impl How {
    /// Returns the verb: `adds`, `changes`, `removes`.
    pub fn verb(self) -> &'static str {
        match self {
            How::Added => "adds",
            How::Changed => "changes",
            How::Removed => "removes",
        }
    }
}

impl GovernanceChange {
    /// Returns which commit does what: `commit 3f2c9a7be1d0 by ana@example.com changes`.
    pub fn actor(&self) -> String {
        let commit = match &self.commit {
            Some(commit) => format!("commit {commit}"),
            None => "the work tree".to_owned(),
        };
        let by = match &self.author {
            Some(author) => format!(" by {author}"),
            None => String::new(),
        };
        format!("{commit}{by} {}", self.how.verb())
    }

    /// Returns a warning about the file.
    pub fn finding(&self, rule: Code, message: String, help: String) -> Finding {
        Finding {
            rule,
            level: Level::Warning,
            path: self.path.clone(),
            pos: None,
            field: None,
            id: None,
            message,
            help,
        }
    }
}

impl<'c> ChangeCase<'c> {
    /// Returns both contents, where both can be read. A file that could not be read before is compared with what was
    /// last approved.
    pub fn both(&self) -> Option<(&'c Record, &'c Record)> {
        let before = self.before?.record.as_ref().or(self.approved)?;
        Some((before, self.after?.record.as_ref()?))
    }

    /// Returns a finding at a field of the file after the change.
    pub fn finding(
        &self,
        code: Code,
        level: Level,
        field: &str,
        message: String,
        help: String,
    ) -> Option<Finding> {
        Some(self.after?.finding(code, level, field, message, help))
    }
}

impl Needs {
    /// Returns who must approve, in words that stand alone: `needs 2 approvals: …`.
    pub fn words(&self) -> String {
        if self.needed.count == 0 {
            return NOBODY.to_owned();
        }
        let n = usize::try_from(self.needed.count).unwrap_or(usize::MAX);
        let missing: Vec<String> = self.missing.iter().map(said).collect();
        if missing.is_empty() {
            format!("it needs {}", count(n, "approval"))
        } else {
            format!("it needs {}: {}", count(n, "approval"), missing.join("; "))
        }
    }
}

/// Returns one need with who could meet it.
pub fn said(missing: &MissingApproval) -> String {
    let who: Vec<&str> = missing.who.iter().map(|person| person.email.as_str()).collect();
    if who.is_empty() {
        missing.need.clone()
    } else {
        format!("{} ({})", missing.need, who.join(", "))
    }
}
