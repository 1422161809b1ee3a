//! The subjects of audit rules: a landed version, the mainline itself, a file below `.approvals`, the receipts.
//!
//! Pure. Start at [`LandedCase`]. Follows `docs/spec/rules.md` (audit, levels in verify). The levels of findings about
//! approval are decided in `audit::levels`, once for all rules.

use crate::approval::evidence::files::ApprovalFileOutcome;
use crate::approval::governance::key_levels::AdmittedKey;
use crate::approval::next::steps::{self, ApprovalWay, Standing};
use crate::approval::next::text::{self, ContentNames};
use crate::approval::people::at_landing::LandedSignature;
use crate::approval::verdict::{ApprovalVerdict, NotCounted, Satisfied, Statement, VoteCounts};
use crate::diag;
use crate::diag::code::Code;
use crate::diag::remedy::{Act, Remedy, Waiting};
use crate::diag::shell;
use crate::diag::{Finding, Level, Pos};
use crate::history::governance::MainlineGovernance;
use crate::history::mainline::{Flag, Landing};
use crate::history::objects::Oid;
use crate::history::off_line;
use crate::history::off_line::{Loss, Lost};
use crate::history::version::{Trail, Version};
use crate::history::walked::History;
use crate::policy::demand::{EvidenceKind, SelfApproval};
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::redesign::Redesign;
use crate::record::Record;
use crate::record::file;
use crate::record::time::Instant;
use crate::rules::audit::policy_bypass::Loosening;
use crate::status::trace::Lapse;
use std::collections::BTreeMap;

/// A landed version of a record or a governance file, with its context.
pub struct LandedCase<'c> {
    /// Whether it is a governance file, not a record.
    pub is_governance: bool,
    /// Whether it is a redesign, which never counts without approval.
    pub is_redesign: bool,
    /// The path of the file, relative to the root.
    pub path: &'c str,
    /// The record's id; `None` for other files.
    pub id: Option<&'c str>,
    /// The redesign before and after; `None` for other files, and if it can't be read.
    pub redesign: Option<&'c RedesignVersions>,
    /// The version of the file that landed.
    pub version: &'c Version,
    /// Its content, if readable.
    pub record: Option<&'c Record>,
    /// The content that it is compared with.
    pub before: Option<&'c Record>,
    /// Its approval verdict.
    pub verdict: &'c ApprovalVerdict,
    /// The landing that added it.
    pub landing: &'c Landing,
    /// The governance before the landing, which determines who must approve.
    pub governance_before: &'c MainlineGovernance,
    /// Whether that governance allows a member of the author set to approve.
    pub self_approval: SelfApproval,
    /// The governance after the landing.
    pub after: &'c MainlineGovernance,
    /// The governance of the tree in question, which determines today's identities.
    pub today: &'c Governance,
    /// The last approved version before it in its series.
    pub approved: Option<&'c Version>,
    /// Whether it is at the tip, itself or as a version that inherits its verdict.
    pub at_tip: bool,
    /// The maximum level of a finding about its approval.
    pub level: Level,
    /// Whether a later version is approved.
    pub healed: Healed,
    /// For a governance file, whether it counts; `None` for a record.
    pub counts: Option<GovernanceCounts>,
    /// For a version of the signers file, its keys at the tip that no signature let in.
    pub keys: Vec<KeyUse<'c>>,
    /// The version that added its closure.
    pub closing: Option<ClosingVersion<'c>>,
    /// The untrusted changes of governance without which it would not be approved.
    pub loosened: &'c [Loosening],
    /// The signatures on its landing, and in the branch that it merges.
    pub signatures: Vec<&'c LandedSignature>,
    /// The deadline for its approval, if it is the first version of an emergency.
    pub urgent: Option<Urgent>,
    /// The time without cover that it ended.
    pub lapse: Option<Lapse>,
}

/// A version with which a record was closed.
#[derive(Clone, Copy, Debug)]
pub struct ClosingVersion<'c> {
    pub record: &'c Record,
    pub verdict: &'c ApprovalVerdict,
}

/// A key that signs for people, and the records whose present version it signed an approval of.
#[derive(Clone, Debug)]
pub struct KeyUse<'c> {
    pub key: &'c AdmittedKey,
    /// Whether it came after a policy that could not be used, and so with the first one that could.
    pub completes_policy: bool,
    /// Those that count it.
    pub approved: Vec<String>,
    /// Those that ask for more than it proves.
    pub refused: Vec<String>,
}

/// The content of a redesign before and after a landing.
#[derive(Clone, Debug)]
pub struct RedesignVersions {
    pub before: Option<Redesign>,
    pub after: Redesign,
}

/// Whether a version of a governance file counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GovernanceCounts {
    /// It counts: somebody approved it.
    AsApproved,
    /// It counts, or did, although nobody approved it: it only adds requirements.
    AsStricter,
    /// It does not count, and never did.
    No,
}

/// Whether a later version of a file is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Healed {
    /// A later version is approved by evidence of its own.
    Yes,
    /// No later version is, but one restores the content that was approved before, or that counts as the rules.
    Restored,
    /// No later version is, and the last one is a removal.
    Gone,
    /// No later version is approved or restored.
    No,
}

/// The deadline for the approval of an emergency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Urgent {
    /// The first instant at which the approval is late.
    pub due: Instant,
    /// When one of its versions was first approved; `None` if none is.
    pub approved: Option<Instant>,
    /// The instant of the answers.
    pub now: Instant,
}

/// The mainline, and the earlier tips to compare it with.
pub struct MainlineCase<'c> {
    /// What the commits of the branch prove.
    pub history: &'c History,
    /// The landings in question, by index.
    pub landings: &'c [usize],
    /// Commits that were its tip at some time, and where they are now.
    pub marks: &'c [Mark],
    /// The tips that this clone saw, and that are not on the line.
    pub lost_tips: &'c [LostTip],
    /// What commits off the first-parent line took away, and the line lacks.
    pub taken_away: &'c [LostChange<'c>],
    /// What the approvals branch lost.
    pub removed: &'c [RemovedApprovals],
}

/// What the approvals branch had, and has no more (approval.md, S8).
pub enum RemovedApprovals {
    /// The tip that a checkpoint names.
    Tip(Mark),
    /// A statement about a record that counts with a former tip alone.
    Statement {
        id: String,
        path: String,
        by: String,
        at: Instant,
        tip: Oid,
        /// The branch, by its full name.
        reference: Option<String>,
    },
}

/// A tip that this clone saw, and that is not on the line of first parents (approval.md, M5b).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostTip {
    pub tip: Oid,
    /// When this clone last saw it as the tip; `None` if only a pin or a later entry names it.
    pub seen: Option<Instant>,
    pub standing: LostStanding,
    /// The ref that keeps it, if one does.
    pub pin: Option<String>,
}

/// Where a lost tip is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostStanding {
    /// A merge brought it back, and left nothing out.
    Merged,
    /// A merge brought it back, and left out what it took away, or rules that it had.
    Rerouted,
    /// The tip has no way to it.
    Apart,
}

impl LostTip {
    /// Returns a finding about it, with the commands that accept its loss.
    pub fn finding(&self, code: Code, level: Level, reference: &str, message: &str) -> Finding {
        let seen = self.seen.map(|seen| format!(" on {}", seen.day())).unwrap_or_default();
        let message = format!("this clone saw {}{seen}; {message} {reference}", self.tip);
        let kept = self.pin.as_ref().map(|pin| format!("kept as {pin}; ")).unwrap_or_default();
        let help = Remedy::run(off_line::clear_commands(Some(reference), self.pin.as_deref()))
            .after(format!(
                "{kept}compare it with `git log {reference}..{}`; if that was agreed",
                self.tip.short()
            ));
        of_line(code, level, message, help)
    }
}

/// A change that took something away, and that the line lacks (approval.md, M5).
pub struct LostChange<'c> {
    /// The trail of the record or governance file.
    pub trail: &'c Trail,
    pub commit: Oid,
    pub loss: Loss,
    pub by: Lost,
    /// Whether a later version is approved.
    pub is_approved_anew: bool,
}

/// A commit that a checkpoint or a receipt names as the tip at its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The file that names it.
    pub path: String,
    /// Its line in the file; `None` for a file that holds a single object.
    pub line: Option<u32>,
    /// The commit as written there.
    pub commit: String,
    /// The position of the commit in the present history of the tip.
    pub place: Place,
}

/// The position of a commit that was the tip at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the chain of first parents.
    OnChain,
    /// Among the ancestors of the tip, but not on that chain.
    Beside,
    /// Not in the history of the tip; with the reason.
    Gone(String),
    /// On the chain of first parents, but the history before it contradicts the checkpoint.
    Contradicted(String),
    /// Can't be determined; with the reason.
    Undetermined(String),
}

/// The receipts about one record.
pub struct UsesCase<'c> {
    /// The path of the record's file.
    pub path: &'c str,
    /// The id of the record.
    pub id: &'c str,
    /// Whether it ever granted anything, and is not closed.
    pub expects_use: bool,
    /// The number of uses.
    pub n_uses: usize,
    /// The uses after its end: line of the receipts, instant, and the record's state by then.
    pub late: Vec<(u32, Instant, String)>,
}

/// The files below `.approvals`, landed or not.
pub enum Statements<'c> {
    /// What became of each on the mainline.
    Landed(&'c [ApprovalFileOutcome]),
    /// The invalid approval files of a tree that has not landed.
    Proposed(&'c [BadStatement]),
}

/// A file below `.approvals` that would not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadStatement {
    /// The path of the approval file.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
    pub remedy: Remedy,
}

impl<'c> LandedCase<'c> {
    /// Returns a finding about the version, with its landing.
    pub fn finding(
        &self,
        code: Code,
        level: Level,
        message: &str,
        remedy: impl Into<Remedy>,
    ) -> Finding {
        Finding {
            rule: code,
            level: level.max(self.level),
            path: self.path.to_owned(),
            pos: None,
            field: None,
            id: self.id.map(str::to_owned),
            message: self.placed(message),
            remedy: remedy.into(),
        }
    }

    /// Returns a message with the version's landing.
    pub fn placed(&self, message: &str) -> String {
        format!("{message} ({})", self.place())
    }

    /// Returns the version's landing: `version 2, commit 3f2c9a7be1d0, not before 2026-11-20T09:00:00Z`.
    pub fn place(&self) -> String {
        format!(
            "version {}, commit {}, not before {}",
            self.version.n,
            self.landing.oid.short(),
            self.landing.effective
        )
    }

    /// Returns the governance that determines who must approve.
    pub fn governance(&self) -> &'c Governance {
        &self.governance_before.governance
    }

    /// Returns how the version can still be approved, in the same words as `show`; for one that was
    /// changed since, what counts instead.
    pub fn how_to_approve(&self) -> String {
        let is_open = self.verdict.satisfied == Satisfied::No;
        match (self.healed, self.at_tip) {
            (Healed::Yes, _) => "a later version is approved; this one stays as it was merged",
            (Healed::Restored, _) => {
                "the approved version was restored; this version stays as it was merged"
            }
            (Healed::Gone, _) => "the file is gone; this version stays as it was merged",
            (Healed::No, false) => {
                "it has changed since: the current version needs its own approval"
            }
            (Healed::No, true) if !is_open => {
                "protect the approved branch, and have someone else merge"
            }
            (Healed::No, true) => {
                let signers = &self.today.policy.approval.signers;
                let names = ContentNames { id: file::stem(self.path), signers };
                return text::sentence(&steps::steps(Standing::Landed(self.verdict)), names);
            }
        }
        .to_owned()
    }

    /// Returns the remedy for what landed wrong: a later version's approval. What is only noted ends by the version's own.
    pub fn ending(&self, level: Level) -> Remedy {
        let is_open = self.verdict.satisfied == Satisfied::No && level != Level::Error;
        if is_open || self.healed != Healed::No || !self.at_tip {
            return self.approval(self.how_to_approve());
        }
        Remedy::from(Act::Other { waits_for: Vec::new(), commands: Vec::new() })
            .after("correct it in a change that someone else approves: that ends it")
    }

    /// Returns the remedy that the version is approved; what comes before, in words.
    pub fn approval(&self, note: impl Into<String>) -> Remedy {
        let is_open = self.verdict.satisfied == Satisfied::No;
        let can_be_approved = self.healed == Healed::No && (!self.at_tip || is_open);
        if !can_be_approved {
            return Remedy::stays().after(note);
        }
        let next = steps::steps(Standing::Landed(self.verdict));
        let who = next.steps.into_iter().flat_map(|step| step.who);
        self.approved_by(who, note)
    }

    /// Returns the same with the people who can approve it; the command is left out where only a merge counts, or can.
    pub fn approved_by(
        &self,
        who: impl IntoIterator<Item = Person>,
        note: impl Into<String>,
    ) -> Remedy {
        let who: BTreeMap<String, String> =
            who.into_iter().map(|person| (person.email.clone(), person.display.clone())).collect();
        let waits_for = who.into_iter().map(|(email, name)| Waiting { email, name }).collect();
        let next = steps::steps(Standing::Landed(self.verdict));
        // Where nobody's key is listed, a signed approval comes first only if nothing else counts.
        let is_only = next.steps.iter().all(|step| step.way == ApprovalWay::SignedFile);
        let mut signed = next.steps.iter().filter(|step| step.way == ApprovalWay::SignedFile);
        let may_sign = signed.any(|step| is_only || step.after.is_none());
        let command = match self.id {
            // The text of the version may state another id than the record has.
            Some(_) if !self.is_governance => {
                may_sign.then(|| shell::command("exledger approve", &[file::stem(self.path)]))
            }
            _ => Some(shell::command("exledger approve --governance", &[self.path])),
        };
        let commands = command.into_iter().collect();
        Remedy { note: note.into(), act: Act::Other { waits_for, commands } }
    }

    /// Tells whether there is any evidence besides authors merging their own content.
    pub fn has_evidence(&self) -> bool {
        let is_maker = |statement: &Statement| {
            let mut makers = self.verdict.makers.iter();
            makers.any(|maker| maker.key == statement.person.key)
        };
        let may_be_author = |statement: &Statement| {
            matches!(
                statement.counts,
                VoteCounts::No(
                    NotCounted::Author
                        | NotCounted::SameNameAsAuthor
                        | NotCounted::UnknownAccount(_)
                )
            )
        };
        let own_act = |statement: &Statement| {
            let by_author = may_be_author(statement) || is_maker(statement);
            statement.kind == EvidenceKind::Merge && by_author
        };
        self.verdict.statements.iter().any(|statement| !own_act(statement))
    }

    /// Returns the addresses of the author set.
    pub fn authors(&self) -> String {
        let authors = self.verdict.authors.iter();
        let emails: Vec<&str> = authors.map(|author| author.person.email.as_str()).collect();
        diag::names(&emails)
    }
}

impl<'c> MainlineCase<'c> {
    /// Returns the landings whose subject says that they approve nothing, in the ledger of the name that it had then.
    pub fn suspicious(&self) -> impl Iterator<Item = &'c Landing> {
        let (landings, states) = (&self.history.mainline.landings, &self.history.states);
        let found = self.landings.iter().filter_map(|at| Some((*at, landings.get(*at)?)));
        let suspicious = found.filter(|(at, landing)| {
            landing.is_suspicious(states.before(*at).governance.policy.name.as_deref())
        });
        suspicious.map(|(_, landing)| landing)
    }

    /// Returns the landings with a flag.
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

    /// Returns the remedy that a checkpoint is written anew; a receipt stays as it is.
    pub fn write_anew(&self, note: &str) -> Remedy {
        let anew = shell::command("exledger verify --write-checkpoint", &[&self.path]);
        match self.line {
            None => Remedy::run([anew]).after(format!("{note}; if what the branch holds is right")),
            Some(_) => Remedy::stays().after(note),
        }
    }

    /// Returns a finding about the commit, located where it is named.
    pub fn finding(&self, code: Code, message: String, remedy: impl Into<Remedy>) -> Finding {
        Finding {
            rule: code,
            level: Level::Error,
            path: self.path.clone(),
            pos: self.line.map(|line| Pos { line, column: 1 }),
            field: None,
            id: None,
            message,
            remedy: remedy.into(),
        }
    }
}

impl UsesCase<'_> {
    /// Returns a finding about the record.
    pub fn finding(
        &self,
        code: Code,
        level: Level,
        message: String,
        remedy: impl Into<Remedy>,
    ) -> Finding {
        Finding {
            rule: code,
            level,
            path: self.path.to_owned(),
            pos: None,
            field: None,
            id: Some(self.id.to_owned()),
            message,
            remedy: remedy.into(),
        }
    }
}

/// Returns the findings about commits of the mainline whose time is implausible: `flag` selects them.
pub fn misdated(
    line: &MainlineCase<'_>,
    (code, flag): (Code, Flag),
    how: &str,
    remedy: &str,
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
        of_line(code, Level::Warning, message, Remedy::stays().after(remedy))
    });
    found.collect()
}

/// Returns a finding about the mainline as a whole, located at the policy.
pub fn of_line(code: Code, level: Level, message: String, remedy: impl Into<Remedy>) -> Finding {
    Finding {
        rule: code,
        level,
        path: crate::policy::FILE.to_owned(),
        pos: None,
        field: None,
        id: None,
        message,
        remedy: remedy.into(),
    }
}
