//! Why a question has no answer: the request was wrong, or the answer could not be determined.
//!
//! Start at [`Error`]. Follows `docs/spec/cli.md`, exit codes: the program ends with 2 for [`Usage`]
//! and with 3 for [`Undetermined`].

pub mod lost_rules;
pub mod policy_below;
pub(crate) mod wording;

use std::path::PathBuf;

use crate::diag::Finding;
use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::diag::shell::quoted;
use crate::history::objects::{Extent, Obstacle, Oid};
use crate::history::refs::NoRef;
use crate::ledger::NotFound;
use crate::ledger::tree::TreeError;
use crate::policy;
use crate::session::error::lost_rules::LostRules;
use crate::session::error::policy_below::PolicyBelow;
use crate::session::notice::Notice;
use crate::store::files::FileError;
use crate::store::git::GitError;
use crate::store::git::open::OpenError;
use crate::store::git::revision::Unresolved;
use crate::survey::approved_state::PastObstacle;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The question, or the decision, is refused as it was stated.
    #[error(transparent)]
    Usage(#[from] Usage),
    /// The ledger, or its history, does not hold the answer.
    #[error("could not determine: {0}")]
    Undetermined(#[from] Undetermined),
}

/// What is wrong with a question or a decision.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "fields that say what they are")]
pub enum Usage {
    /// A text does not identify exactly one record.
    #[error("{}", wording::unnamed(.nobody, .text, .error))]
    Record {
        /// The text.
        text: String,
        /// Why it does not: no record matches, or several do.
        error: NotFound,
        /// The beginning of the sentence if no record matches, such as `there is no record`.
        nobody: &'static str,
        /// How to find the right one if no record matches, or to bring it here.
        list: Box<Remedy>,
    },
    /// A name resolves to neither a time nor a commit.
    #[error("--as-of {rev} is neither a date nor a commit")]
    NoRevision { rev: String, similar: Option<String> },
    /// A commit is not one of the approved ref's first parents.
    #[error("{rev} is not on {reference}")]
    NotOnApprovedRef { rev: String, reference: String, within: Option<Oid> },
    /// A name does not resolve to a commit of the repository.
    #[error("{name} is not a commit in this repository")]
    NoCommit { name: String, similar: Option<String>, fetch: Option<String> },
    /// A name stands for several refs, or for a ref and the id of a commit, which do not name one commit.
    #[error("{name} stands for different commits: {}", .refs.join(", "))]
    Ambiguous { name: String, refs: Vec<String> },
    /// The result of a decision breaks rules.
    #[error("the result would not pass lint, so nothing was written{}", wording::listed(.findings))]
    WouldNotLint { findings: Vec<Finding>, notices: Vec<Notice> },
    /// Anything else that the user can fix.
    #[error("{what}")]
    Refused {
        /// What is wrong.
        what: String,
        /// What ends it; empty if the message says all.
        remedy: Remedy,
        /// Further notices for the reader.
        notices: Vec<Notice>,
    },
}

const MOST_NAMED: usize = 5;

/// Why something could not be determined.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "fields that say what they are")]
pub enum Undetermined {
    /// Neither this folder nor a parent is a ledger.
    #[error("{} is not in a ledger: no {} found here or in a parent folder", .from.display(), policy::FILE)]
    NoLedger {
        from: PathBuf,
        /// Whether it is in a git repository.
        in_repository: bool,
        elsewhere: Vec<String>,
        /// A branch of the remote that brings one: remote and name.
        brought_by: Option<(String, String)>,
        /// The last commit of the approved ref that had one, and its path in the repository.
        removed_since: Option<Box<(Oid, String)>>,
    },
    /// The folder that the environment names is not a ledger.
    #[error("EXLEDGER_ROOT: {cause}")]
    NotARoot { cause: String },
    /// A folder does not exist.
    #[error("there is no folder {}", .0.display())]
    NoFolder(PathBuf),
    /// The ledger is not in a repository.
    #[error("{} is not in a git repository, so approvals cannot be determined", .root.display())]
    NoRepository { root: PathBuf },
    /// The repository has no files checked out.
    #[error("{} is a bare repository, without a work tree", .root.display())]
    Bare { root: PathBuf },
    /// The repository can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No approved ref can be chosen.
    #[error("{}", wording::no_ref(.0))]
    NoApprovedRef(#[from] NoRef),
    /// The approved ref holds no policy, and no files are checked out.
    #[error("{reference} has no {}", policy::FILE)]
    NoPolicy { reference: String },
    /// The policy is below another ledger, whose people did not approve it.
    #[error("{0}")]
    PolicyBelow(Box<PolicyBelow>),
    /// Other rules were approved at a tip that this clone saw, and that is lost.
    #[error("{}", .0.what())]
    LostRules(Box<LostRules>),
    /// The ledger is in a submodule of a repository that holds a ledger above it.
    #[error("{path} is a submodule, below the ledger in {}, whose people did not approve its rules", .above.display())]
    Submodule { path: String, root: PathBuf, above: PathBuf },
    /// The folder that is asked about has a ledger of its own, whose policy is missing.
    #[error("{}", wording::policy_removed(.path, .reference))]
    PolicyRemoved { path: String, reference: Option<String>, restore: String },
    /// The policy has errors, so nothing is evaluated under it.
    #[error("the policy has errors: {}", wording::first_error(.0))]
    PolicyBroken(Vec<Finding>),
    /// The approved ref had no commit yet.
    #[error("{reference} has no commit that was effective at {instant}")]
    NothingEffective { reference: String, instant: crate::record::time::Instant },
    /// Two commits have no common ancestor in this clone.
    #[error("the two have no common ancestor in this clone")]
    NothingInCommon { onto: Oid, extent: Extent },
    /// Every id that was drawn is in use.
    #[error("no unused id {beginning} is left")]
    NoIdLeft { beginning: String },
    /// Whether a filter matches a record can't be determined, because part of its history is missing.
    #[error("whether {id} matches the filter")]
    Meant {
        /// The record.
        id: String,
        /// What brings the rest of its history.
        remedy: Remedy,
    },
    /// The part of a record's past that a change depends on can't be determined.
    #[error("how often {id} was renewed, and when it started")]
    Renewals {
        /// The record.
        id: String,
        /// The obstacle.
        doubt: PastObstacle,
    },
    /// A file can't be written.
    #[error(transparent)]
    Unwritable(FileError),
    /// An object of the repository is not available.
    #[error(transparent)]
    Object(#[from] Obstacle),
    /// A folder or file of a tree can't be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Git reports an error.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Anything else.
    #[error("{what}")]
    Other {
        /// What went wrong.
        what: String,
        /// What ends it; empty if the message says all.
        remedy: Remedy,
    },
}

const INIT: &str = "exledger init";

impl Error {
    // Returns why a name stands for no commit; `unknown` is the error if nothing has that name.
    pub(crate) fn of_revision(
        name: &str,
        unresolved: Unresolved,
        unknown: impl FnOnce() -> Usage,
    ) -> Error {
        match unresolved {
            Unresolved::Unknown => unknown().into(),
            Unresolved::Ambiguous(refs) => Usage::Ambiguous { name: name.to_owned(), refs }.into(),
            Unresolved::Unread(obstacle) => obstacle.into(),
        }
    }

    /// Returns what ends it; empty if the message says all.
    pub fn remedy(&self) -> Remedy {
        match self {
            Error::Usage(usage) => usage.remedy(),
            Error::Undetermined(undetermined) => undetermined.remedy(),
        }
    }

    /// Returns further notices for the reader.
    pub fn notices(&self) -> &[Notice] {
        match self {
            Error::Usage(Usage::WouldNotLint { notices, .. } | Usage::Refused { notices, .. }) => {
                notices
            }
            _ => &[],
        }
    }

    /// Returns the error with its remedy below it, as a terminal shows it.
    pub fn in_full(&self) -> String {
        self.remedy().below(&self.to_string())
    }

    /// Returns the error and its remedy on one line, as an answer states its reason.
    pub fn reason(&self) -> String {
        match self {
            Error::Usage(usage) => usage.remedy().beside(&usage.to_string()),
            Error::Undetermined(undetermined) => {
                undetermined.remedy().beside(&undetermined.to_string())
            }
        }
    }
}

impl Usage {
    /// Returns the error for a text that does not identify exactly one record.
    pub fn no_record(text: &str, error: NotFound) -> Usage {
        Usage::Record {
            text: text.to_owned(),
            error,
            nobody: "there is no record",
            list: Box::new("run `exledger list --all` for the ids".into()),
        }
    }

    /// Returns the error for a refused request, with its remedy.
    pub fn refused(what: impl Into<String>, remedy: impl Into<Remedy>) -> Usage {
        Usage::Refused { what: what.into(), remedy: remedy.into(), notices: Vec::new() }
    }

    /// Returns what ends it; empty if the message says all.
    pub fn remedy(&self) -> Remedy {
        match self {
            Usage::Record { error, list, .. } => match error {
                NotFound::Unknown(like) if like.is_empty() => Remedy::clone(list),
                NotFound::Unknown(like) => {
                    format!("did you mean {}? {}", like.join(" or "), list.words()).into()
                }
                NotFound::Ambiguous(ids) => format!("use one of: {}", ids.join(", ")).into(),
            },
            Usage::NoRevision { similar, .. } => format!(
                "{}give a date such as 2026-03-31, or a commit on the approved ref",
                meant(similar)
            )
            .into(),
            Usage::NotOnApprovedRef { within: Some(oid), .. } => {
                format!("use --as-of {oid}, the commit on the approved branch that contains it")
                    .into()
            }
            Usage::NotOnApprovedRef { within: None, .. } => {
                "give a commit on the approved ref; none of its commits contains this one".into()
            }
            Usage::NoCommit { name, similar, fetch } => {
                let remote = |name: &str| name.split('/').next().map(str::to_owned);
                let elsewhere =
                    similar.as_deref().filter(|similar| remote(similar) != remote(name));
                let give = format!("{}give a branch, tag or commit id", meant(similar));
                let missing = |fetch| format!("{give}; run `{fetch}` if it is missing");
                match (fetch, elsewhere) {
                    (Some(fetch), None) => Remedy::run([fetch]).after(missing(fetch)),
                    // What was probably meant is here, under a name that no fetch brings.
                    (Some(fetch), Some(_)) => missing(fetch).into(),
                    (None, _) => give.into(),
                }
            }
            Usage::Ambiguous { refs, .. } => {
                format!("give the full name of the one that is meant: {}", refs.join(" or ")).into()
            }
            Usage::WouldNotLint { .. } => "fix these problems, then run the command again".into(),
            Usage::Refused { remedy, .. } => remedy.clone(),
        }
    }
}

fn meant(similar: &Option<String>) -> String {
    similar.as_ref().map_or_else(String::new, |similar| format!("did you mean {similar}? "))
}

impl Undetermined {
    /// Returns an error that has no variant of its own, with its remedy.
    pub fn other(what: impl Into<String>, remedy: impl Into<Remedy>) -> Undetermined {
        Undetermined::Other { what: what.into(), remedy: remedy.into() }
    }

    /// Returns what ends it; empty if the message says all.
    pub fn remedy(&self) -> Remedy {
        match self {
            Undetermined::NoLedger { elsewhere, .. } if !elsewhere.is_empty() => {
                let named: Vec<String> =
                    elsewhere.iter().take(MOST_NAMED).map(|folder| format!("-C {folder}")).collect();
                format!("say which ledger of this repository is meant: {}", named.join(" or ")).into()
            }
            Undetermined::NoLedger { brought_by: Some((remote, branch)), .. } => {
                let switch = shell::command("git switch", &[branch]);
                let says = format!("{remote}/{branch} brings one, and is not merged: run `{switch}`");
                Remedy::run([switch]).after(says)
            }
            // A new one would not be the same ledger's.
            Undetermined::NoLedger { removed_since: Some(removed), .. } => {
                let (commit, path) = &**removed;
                let restore =
                    format!("git checkout {} -- :/{}", commit.short(), quoted(path));
                Remedy::run([restore]).after(format!("{path} was removed: put it back"))
            }
            Undetermined::NoLedger { in_repository: false, .. } => {
                Remedy::run(["git init", INIT]).after(
                    "give the folder of a ledger with -C DIR, or begin one here, in a git repository",
                )
            }
            Undetermined::NoLedger { .. } => Remedy::run([INIT]).after(format!(
                "run `{INIT}` in the root of the repository, or give the folder of a ledger with -C DIR"
            )),
            Undetermined::NotARoot { .. } => "name the folder of a ledger there, or unset it".into(),
            Undetermined::NoFolder(_) => "give the folder of a ledger with -C".into(),
            Undetermined::NoRepository { .. } => Remedy::run(["git init"]).after(
                "run `git init` and commit the ledger; outside git, only `exledger lint` works",
            ),
            Undetermined::Bare { .. } => "run the command in a clone with a work tree".into(),
            Undetermined::NoApprovedRef(error) => error.remedy(),
            Undetermined::NoPolicy { .. } => "give the ref of the ledger with --approved-ref".into(),
            Undetermined::PolicyBelow(below) => below.remedy(),
            Undetermined::LostRules(lost) => lost.remedy(),
            Undetermined::Submodule { root, above, .. } => {
                let [root, above] =
                    [root, above].map(|folder| quoted(&folder.display().to_string()));
                format!(
                    "to ask that repository's own ledger, set EXLEDGER_ROOT={root}; to ask the ledger above, give -C {above}"
                )
                .into()
            }
            Undetermined::PolicyRemoved { reference, restore, .. } => {
                let but = match reference {
                    None => "; remove it only in a change that somebody else approves",
                    Some(_) => "",
                };
                Remedy::run([restore]).after(format!("restore it: `{restore}`{but}"))
            }
            Undetermined::PolicyBroken(_) => "run `exledger lint` and fix them".into(),
            Undetermined::NothingEffective { .. } => "ask about a later date".into(),
            Undetermined::NothingInCommon { onto, extent: Extent::Full } => {
                let join = format!("git merge --allow-unrelated-histories {onto}");
                Remedy::run([&join]).after(format!(
                    "begin the branch anew from a commit of the other, or join the two: `{join}`"
                ))
            }
            Undetermined::NothingInCommon { extent, .. } => extent.remedy(),
            Undetermined::Renewals { doubt, .. } => doubt.remedy(),
            Undetermined::Unwritable(error) => match error.remedy() {
                unknown if unknown.is_empty() => "check that the folder can be written".into(),
                remedy => remedy,
            },
            Undetermined::NoIdLeft { .. } => "set another `id_prefix` in exledger.yaml".into(),
            Undetermined::Object(obstacle) => obstacle.remedy(),
            Undetermined::Tree(error) => error.remedy(),
            Undetermined::Meant { remedy, .. } | Undetermined::Other { remedy, .. } => {
                remedy.clone()
            }
            Undetermined::Git(error) => error.remedy.clone(),
            Undetermined::Open(error) => error.remedy(),
            Undetermined::File(_) => Remedy::default(),
        }
    }
}

macro_rules! undetermined {
    ($($cause:ty),*) => {
        $(impl From<$cause> for Error {
            fn from(cause: $cause) -> Error {
                Error::Undetermined(cause.into())
            }
        })*
    };
}

undetermined!(Obstacle, TreeError, GitError, NoRef, OpenError);
