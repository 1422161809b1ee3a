//! The subjects of rules about changes: a record before and after, and the changes of a branch to the governance files.
//!
//! Pure. Start at [`ChangeCase`]. Follows `docs/spec/rules.md` (change) and `docs/spec/policy.md`, which policy applies.

use std::rc::Rc;

use crate::approval::next::steps::{ApprovalWay, NextSteps};
use crate::approval::next::text::{self, ContentNames};
use crate::approval::verdict::MissingApproval;
use crate::diag::code::Code;
use crate::diag::remedy::{Act, Remedy};
use crate::diag::shell;
use crate::diag::{Finding, Level, count};
use crate::history::objects::Oid;
use crate::history::off_line::Loss;
use crate::policy::governance::Governance;
use crate::policy::tier::Needed;
use crate::record::Record;
use crate::record::file::RecordFile;
use crate::record::time::When;
use crate::rules::past::RecordPast;

/// A record before and after a change.
pub struct ChangeCase<'c> {
    /// The commit before the change, on a branch.
    pub start: Option<Oid>,
    /// The file before; `None` if the record is new.
    pub before: Option<&'c RecordFile>,
    /// The file after; `None` if it was removed.
    pub after: Option<&'c RecordFile>,
    /// The content of the last approved version; `None` if none is approved.
    pub approved: Option<&'c Record>,
    /// The landed content that is not approved; `None` if the landed content is approved, or nothing landed.
    pub waiting: Option<&'c Record>,
    /// The content with which the record was closed; `None` if the landed content is open.
    pub closed: Option<&'c Record>,
    /// How many times an approved version ended later than the approved one before it.
    pub renewed: u32,
    /// The earliest begin of an approved version.
    pub begin: Option<&'c When>,
    /// The approvals that the change needs.
    pub needs: Needs,
    /// The record's history as far as rules need it.
    pub past: RecordPast,
    /// The governance before the change, which determines who must approve it.
    pub base: &'c Governance,
    /// Each governance that the branch introduces, including the last; empty if it changes none.
    pub brought: &'c [Rc<Governance>],
}

/// The text for a change that needs no approval.
pub const NOBODY: &str = "it needs no approval";

/// Who must approve a change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// The requirements of its content and of the last approved content together.
    pub needed: Needed,
    /// The missing approvals, with who could give them.
    pub missing: Vec<MissingApproval>,
    /// Whether the change carries on the result of what landed unapproved, so that no merge of it approves that.
    pub carries_on: bool,
    /// Whether anybody could sign an approval.
    pub can_be_signed: bool,
}

/// A commit of a branch, or an uncommitted change, that changes a governance file or a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GovernanceChange {
    /// The first digits of the commit's id; `None` for the work tree.
    pub commit: Option<String>,
    /// The address of its author.
    pub author: Option<String>,
    /// The path of the governance file or workflow.
    pub path: String,
    /// The branch that approvers name; `None` if it is not known.
    pub branch: Option<String>,
    /// Whether the commit adds, changes or removes it.
    pub how: How,
    /// Whether the target branch has no policy yet.
    pub is_first: bool,
    /// The only person listed on the target branch, if that is its author: nobody could approve it.
    pub only_listed: Option<String>,
    /// What the branch keeps of versions that nobody approved; stated once for each file.
    pub inherited: Vec<InheritedLine>,
    /// How what the branch leaves of the file can be approved.
    pub standing: Rc<RulesStanding>,
}

/// How what a branch leaves of a governance file or redesign can be approved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesStanding {
    pub next: NextSteps,
    /// Whether it is the text that counts, which needs no approval.
    pub is_as_counted: bool,
    /// The path of the signers file.
    pub signers: String,
}

/// What a commit of a branch takes away and a later one gives back, so that a merge commit would take it (approval.md, M5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOnBranch {
    /// The first digits of the commit's id.
    pub commit: String,
    /// Those of the commit at which the branch starts.
    pub base: String,
    /// The record's file, or the governance file.
    pub path: String,
    /// The id of the record.
    pub id: Option<String>,
    pub loss: Loss,
}

/// A line that a version which nobody approved added or took out, and that a branch leaves so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InheritedLine {
    /// The first digits of the commit that landed the version.
    pub commit: String,
    pub change: LineChange,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineChange {
    /// The number of the line in the branch's file, from 1.
    Added(u32),
    /// The text of the line.
    TakenOut(String),
}

/// How a file changed.
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

/// Returns the command that approves a governance file, or a redesign, on a branch.
pub fn approve_governance(path: &str, branch: Option<&str>) -> String {
    let branch = branch.into_iter().flat_map(|branch| ["--ref", branch]);
    let words: Vec<&str> = [path].into_iter().chain(branch).collect();
    shell::command("exledger approve --governance", &words)
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

    /// Returns the remedy that others approve what the branch leaves of the file.
    pub fn approval(&self) -> Remedy {
        let path = &self.path;
        if self.standing.is_as_counted {
            let text = format!(
                "the branch leaves {path} as it counts, which needs no approval: squash or merge it"
            );
            return text.into();
        }
        let approve = self.approve();
        let note = self.standing.words(path, &format!("run `{approve}`"));
        let commands = if self.standing.can_be_signed() { vec![approve] } else { Vec::new() };
        let act = match self.standing.next.steps.is_empty() {
            true => Act::Said,
            false => Act::Other { waits_for: Vec::new(), commands },
        };
        Remedy { note, act }
    }

    /// Returns the command of whoever approves the change.
    pub fn approve(&self) -> String {
        approve_governance(&self.path, self.branch.as_deref())
    }

    /// Returns a warning about the file.
    pub fn finding(&self, rule: Code, message: String, remedy: impl Into<Remedy>) -> Finding {
        Finding {
            rule,
            level: Level::Warning,
            path: self.path.clone(),
            pos: None,
            field: None,
            id: None,
            message,
            remedy: remedy.into(),
        }
    }
}

impl RulesStanding {
    pub fn can_be_signed(&self) -> bool {
        self.next.steps.iter().any(|step| step.way == ApprovalWay::SignedFile)
    }

    /// Says what the change still needs, and how that is given; `sign` is the phrase for a signature.
    pub fn words(&self, path: &str, sign: &str) -> String {
        text::of_rules(&self.next, ContentNames { id: path, signers: &self.signers }, sign)
    }
}

impl<'c> ChangeCase<'c> {
    /// Returns both contents, if both can be read. A file that could not be read before is replaced
    /// by the last approved content.
    pub fn both(&self) -> Option<(&'c Record, &'c Record)> {
        let before = self.before?.record.as_ref().or(self.approved)?;
        Some((before, self.after?.record.as_ref()?))
    }

    /// Returns the edit that puts back what stood there before the change.
    pub fn put_back(&self) -> Remedy {
        let both = self.before.zip(self.after);
        both.map_or_else(Remedy::default, |(before, after)| after.put_back(before))
    }

    /// Returns a finding at a field of the file after the change.
    pub fn finding(
        &self,
        code: Code,
        level: Level,
        field: &str,
        message: String,
        remedy: impl Into<Remedy>,
    ) -> Option<Finding> {
        let remedy = remedy.into();
        let remedy = match remedy.act {
            Act::Said => self.put_back().after(remedy.note),
            _ => remedy,
        };
        Some(self.after?.finding(code, level, field, message, remedy))
    }
}

impl Needs {
    /// Returns who must approve, as a complete phrase: `needs 2 approvals: …`.
    pub fn describe(&self) -> String {
        if self.needed.count == 0 {
            return NOBODY.to_owned();
        }
        let n = usize::try_from(self.needed.count).unwrap_or(usize::MAX);
        let what = if self.carries_on { "what landed before it" } else { "it" };
        let missing: Vec<String> = self.missing.iter().map(text::missing).collect();
        if missing.is_empty() {
            format!("{what} needs {}", count(n, "approval"))
        } else {
            format!("{what} needs {}: {}", count(n, "approval"), missing.join("; "))
        }
    }
}
