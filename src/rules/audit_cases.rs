//! What rules of the audit look at: a landed version, the mainline itself, a file below `.approvals`, the receipts.
//!
//! Uses history, approval, policy. Pure. Start at [`LandedCase`]. Follows `docs/spec/rules.md` (audit, levels in verify).
//! The levels of findings about approval are decided in `audit::levels`, once for all rules.

use crate::approval::file_outcome::ApprovalFileOutcome;
use crate::approval::loosened::Loosening;
use crate::approval::signature_checks::LandedSignature;
use crate::approval::verdict::{ApprovalVerdict, NotCounted, Satisfied, Statement, VoteCounts};
use crate::diag::code::Code;
use crate::diag::{self, Finding, Level, Pos};
use crate::history::governance::MainlineGovernance;
use crate::history::mainline::{Flag, Landing};
use crate::history::thrown_off::ThrownOff;
use crate::history::version::{Trail, Version};
use crate::history::walked::History;
use crate::policy::demand::{EvidenceKind, SelfApproval};
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::time::Instant;

/// A landed version of a record or a governance file, and what is known around it.
pub struct LandedCase<'c> {
    /// Whether it is a governance file and no record.
    pub is_governance: bool,
    /// The path of the file, relative to the root.
    pub path: &'c str,
    /// The record's id; `None` for other files.
    pub id: Option<&'c str>,
    /// The version of the file that landed.
    pub version: &'c Version,
    /// What it says, where that can be read.
    pub record: Option<&'c Record>,
    /// The content that it is compared with.
    pub before: Option<&'c Record>,
    /// What is known of its approval.
    pub verdict: &'c ApprovalVerdict,
    /// The commit on the approved branch that brought it.
    pub landing: &'c Landing,
    /// The governance before the landing, which judges who must approve.
    pub law: &'c MainlineGovernance,
    /// Whether a member of the author set may approve, by that governance.
    pub self_approval: SelfApproval,
    /// The governance that the landing leaves.
    pub after: &'c MainlineGovernance,
    /// The governance of the tree that is asked about, which says today who is one person.
    pub today: &'c Governance,
    /// The last approved version before it, of its series.
    pub approved: Option<&'c Version>,
    /// Whether it stands at the tip, or a version does that carries its verdict on.
    pub at_tip: bool,
    /// How bad a finding about its approval is, at most.
    pub level: Level,
    /// Whether a later version is approved.
    pub healed: Healed,
    /// Of a governance file, whether it counts; `None` for a record.
    pub counts: Option<GovernanceCounts>,
    /// What is known of the version that brought the closure which it holds.
    pub closing: Option<&'c ApprovalVerdict>,
    /// The changes of governance that do not deserve trust, and that alone let it be approved.
    pub loosened: &'c [Loosening],
    /// The signatures on its landing, and in the branch that it merges.
    pub signatures: Vec<&'c LandedSignature>,
    /// When it had to be approved, where it is the first of an emergency.
    pub urgent: Option<Urgent>,
}

/// Whether a version of a governance file counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GovernanceCounts {
    /// It does: somebody approved it.
    AsApproved,
    /// It does, or did, although nobody approved it: it only adds demands.
    AsStricter,
    /// It does not count, and never did.
    No,
}

/// Whether a later version of a file is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Healed {
    /// A later version is approved by its own evidence.
    Yes,
    /// None is, and a later one is again what was approved before.
    Restored,
    /// No later version is approved or restored.
    No,
}

/// When an emergency had to be approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Urgent {
    /// The first instant at which the approval is late.
    pub due: Instant,
    /// When a version of it was approved first; `None` where none is.
    pub approved: Option<Instant>,
    /// The instant that the answers are for.
    pub now: Instant,
}

/// The mainline, and what it is compared with.
pub struct MainlineCase<'c> {
    /// What the commits of the branch prove.
    pub history: &'c History,
    /// The landings that are asked about, by index.
    pub landings: &'c [usize],
    /// Commits that once were its tip, and what became of them.
    pub marks: &'c [Mark],
    /// What merges threw off it and is not repaired: each with the record's file.
    pub thrown_off: &'c [(&'c Trail, &'c ThrownOff)],
}

/// A commit that a checkpoint or a receipt names as the mainline's tip of its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The file that says so.
    pub path: String,
    /// The line in it; `None` for a file of one object.
    pub line: Option<u32>,
    /// The commit, as it is written there.
    pub commit: String,
    /// Where that commit is today, in the history of the tip.
    pub place: Place,
}

/// Where a commit stands that once was the tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the chain of first parents.
    OnChain,
    /// Among the ancestors of the tip, and not on that chain.
    Beside,
    /// Nowhere in the history of the tip; why, in words.
    Gone(String),
    /// On the chain of first parents, and what the checkpoint says of the history before it does not hold.
    Contradicted(String),
    /// It can't be told, and why.
    Undetermined(String),
}

/// What the receipts say of one record.
pub struct UsesCase<'c> {
    /// The path of the record's file.
    pub path: &'c str,
    /// The id of the record.
    pub id: &'c str,
    /// Whether it ever granted anything.
    pub has_granted: bool,
    /// How often it was used.
    pub n_uses: usize,
    /// The uses after its end: line of the receipts, instant, and what the record was by then.
    pub late: Vec<(u32, Instant, String)>,
}

/// A file below `.approvals`, where it is judged.
pub enum Statements<'c> {
    /// What became of it on the mainline.
    Landed(&'c [ApprovalFileOutcome]),
    /// What is wrong with files of a tree that has not landed.
    Proposed(&'c [BadStatement]),
}

/// A file below `.approvals` that would count for nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BadStatement {
    /// The path of the approval file.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
    /// What to do about it.
    pub help: String,
}

impl<'c> LandedCase<'c> {
    /// Returns a finding about the version; it says where the version landed.
    pub fn finding(&self, code: Code, level: Level, message: &str, help: String) -> Finding {
        Finding {
            rule: code,
            level: level.max(self.level),
            path: self.path.to_owned(),
            pos: None,
            field: None,
            id: self.id.map(str::to_owned),
            message: self.placed(message),
            help,
        }
    }

    /// Returns a message with where the version landed.
    pub fn placed(&self, message: &str) -> String {
        format!("{message} ({})", self.place())
    }

    /// Returns where the version landed: `version 2, commit 3f2c9a7be1d0, not before 2026-11-20T09:00:00Z`.
    pub fn place(&self) -> String {
        format!(
            "version {}, commit {}, not before {}",
            self.version.n,
            self.landing.oid.short(),
            self.landing.effective
        )
    }

    /// Returns the governance that judges who must approve.
    pub fn governance(&self) -> &'c Governance {
        &self.law.governance
    }

    /// Returns how the version can still be approved, as a sentence about whoever may, in the words of `show`; of one that
    /// was changed since, what counts in its place.
    pub fn way(&self) -> String {
        let is_open = self.verdict.satisfied == Satisfied::No;
        match (self.healed, self.at_tip) {
            (Healed::Yes, _) => "a later version is approved; this one stays as it was merged",
            (Healed::Restored, _) => {
                "the approved version was restored; this version stays as it was merged"
            }
            (Healed::No, false) => {
                "it has changed since: the current version needs its own approval"
            }
            (Healed::No, true) if !is_open => {
                "protect the approved branch, and have someone else merge"
            }
            (Healed::No, true) => {
                let signers = &self.today.policy.approval.signers;
                return self.verdict.ways.sentence(self.id.unwrap_or("ID"), signers);
            }
        }
        .to_owned()
    }

    /// Tells whether somebody spoke other than by landing what they wrote themselves.
    pub fn has_evidence(&self) -> bool {
        let is_maker = |said: &Statement| {
            let mut makers = self.verdict.makers.iter();
            makers.any(|maker| maker.key == said.approver.person.key)
        };
        let may_be_author = |said: &Statement| {
            matches!(
                said.counts,
                VoteCounts::No(
                    NotCounted::Author
                        | NotCounted::SameNameAsAuthor
                        | NotCounted::UnknownAccount(_)
                )
            )
        };
        let own_act = |said: &Statement| {
            let by_author = may_be_author(said) || is_maker(said);
            said.approver.kind == EvidenceKind::Merge && by_author
        };
        self.verdict.statements.iter().any(|said| !own_act(said))
    }

    /// Returns the addresses of the author set.
    pub fn authors(&self) -> String {
        let authors = self.verdict.authors.iter();
        let emails: Vec<&str> = authors.map(|it| it.person.email.as_str()).collect();
        diag::names(&emails)
    }
}

impl<'c> MainlineCase<'c> {
    /// Returns the landings with something odd about them.
    pub fn flagged(&self, flag: Flag) -> impl Iterator<Item = &'c Landing> {
        let landings = &self.history.mainline.landings;
        let found = self.landings.iter().filter_map(|at| landings.get(*at));
        found.filter(move |landing| landing.flags.contains(&flag))
    }
}

impl Mark {
    /// Returns the first digits of the commit.
    pub fn short(&self) -> &str {
        self.commit.get(..12).unwrap_or(&self.commit)
    }

    /// Returns a finding about the commit, where it is named.
    pub fn finding(&self, code: Code, message: String, help: &str) -> Finding {
        Finding {
            rule: code,
            level: Level::Error,
            path: self.path.clone(),
            pos: self.line.map(|line| Pos { line, column: 1 }),
            field: None,
            id: None,
            message,
            help: help.to_owned(),
        }
    }
}

impl UsesCase<'_> {
    /// Returns a finding about the record.
    pub fn finding(&self, code: Code, level: Level, message: String, help: &str) -> Finding {
        Finding {
            rule: code,
            level,
            path: self.path.to_owned(),
            pos: None,
            field: None,
            id: Some(self.id.to_owned()),
            message,
            help: help.to_owned(),
        }
    }
}

/// Returns the findings about commits of the mainline whose time is not believed: of a flag, how they are dated, and what
/// what to do about it.
pub fn misdated(
    line: &MainlineCase<'_>,
    (code, flag): (Code, Flag),
    how: &str,
    help: &str,
) -> Vec<Finding> {
    let landings = line.flagged(flag);
    let found = landings.map(|landing| {
        let at = landing.committed.map(|at| at.to_string());
        let message = format!(
            "commit {} is dated {}, {how}; it counts as {}",
            landing.oid.short(),
            at.unwrap_or_default(),
            landing.effective
        );
        of_line(code, Level::Warning, message, help)
    });
    found.collect()
}

/// Returns a finding about the mainline as a whole, which stands at the policy.
pub fn of_line(code: Code, level: Level, message: String, help: &str) -> Finding {
    Finding {
        rule: code,
        level,
        path: crate::policy::FILE.to_owned(),
        pos: None,
        field: None,
        id: None,
        message,
        help: help.to_owned(),
    }
}
