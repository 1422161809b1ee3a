//! Where the ledger is: the folder of `exledger.yaml`, from the working directory upwards, and its repository.
//!
//! Start at [`Ctx::home`]. Follows `docs/spec/policy.md`, first paragraph.

use std::path::PathBuf;

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::diag::{self, Level};
use exledger::history::refs::Layout;
use exledger::ledger::tree::Tree;
use exledger::policy;
use exledger::policy::governance::{Governance, State};
use exledger::store::files::{self, FileError, WorkTree};
use exledger::store::git::Repository;
use exledger::store::git::open::OpenError;

/// Where a ledger is.
pub(crate) struct Home {
    /// Its folder.
    pub root: PathBuf,
    /// Its files as they are now.
    pub tree: WorkTree,
    /// Its repository; `None` in a plain folder.
    repository: Option<Repository>,
    /// Whether there are files besides the history.
    layout: Layout,
}

impl Home {
    /// Returns the ledger in a folder.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] when its repository can't be opened.
    pub(crate) fn at(root: PathBuf) -> anyhow::Result<Home> {
        let repository = match Repository::discover(&root) {
            Ok(repository) => Some(repository),
            Err(OpenError::NotFound { .. }) => None,
            Err(error) => return Err(unopened(&error)),
        };
        let inside = repository
            .as_ref()
            .and_then(|repository| Some((repository.work_dir()?, repository.prefix(&root)?)));
        let tree = match inside {
            Some((top, prefix)) => WorkTree::within(top, &prefix),
            None => WorkTree::new(&root),
        };
        Ok(Home {
            layout: Layout::Work,
            root,
            tree,
            repository,
        })
    }

    /// Returns the repository.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] when the ledger is in none.
    pub(crate) fn repository(&self) -> anyhow::Result<&Repository> {
        self.repository.as_ref().ok_or_else(|| {
            fault::cannot_say(
                format!(
                    "{} is in no git repository, so nothing says who approved",
                    self.root.display()
                ),
                "run `git init` and commit the ledger; outside git `exledger lint` alone works",
            )
        })
    }

    /// Returns the files as they are now.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] when the repository is bare.
    pub(crate) fn work_tree(&self) -> anyhow::Result<&WorkTree> {
        match self.layout {
            Layout::Work => Ok(&self.tree),
            Layout::Bare => Err(fault::cannot_say(
                format!(
                    "{} is a bare repository, without files",
                    self.root.display()
                ),
                "run the command in a clone that has its files checked out",
            )),
        }
    }

    /// Returns the repository where there is one.
    pub(crate) fn repository_or_none(&self) -> Option<&Repository> {
        self.repository.as_ref()
    }
}

impl Ctx {
    /// Finds the ledger.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] when there is none, or its repository can't be opened.
    pub(crate) fn home(&self) -> anyhow::Result<Home> {
        let home = match files::upwards(&self.folder, policy::FILE) {
            Ok(None) if self.named_root().is_none() => self.bare()?,
            _ => Home::at(self.root()?)?,
        };
        log::info!("ledger: {}", home.root.display());
        Ok(home)
    }

    /// Finds the ledger of a bare repository, which has a history and no files.
    fn bare(&self) -> anyhow::Result<Home> {
        match Repository::discover(&self.folder) {
            Ok(repository) if repository.work_dir().is_none() => Ok(Home {
                root: repository.common_dir().to_owned(),
                tree: WorkTree::new(repository.common_dir().join("no files")),
                repository: Some(repository),
                layout: Layout::Bare,
            }),
            _ => Home::at(self.root()?),
        }
    }

    /// Returns the ledger that the environment names, unless a flag names a folder.
    fn named_root(&self) -> Option<&str> {
        self.variable("EXLEDGER_ROOT")
            .filter(|_| self.globals.directory.is_none())
    }

    /// Returns the folder of the ledger: `EXLEDGER_ROOT`, or the nearest one upwards from `-C` or here.
    fn root(&self) -> anyhow::Result<PathBuf> {
        let given = self.named_root();
        let missing = |what: String| {
            fault::cannot_say(
                what,
                "run `exledger init` in the root of the repository, or name a ledger with -C DIR",
            )
        };
        let mark = policy::FILE;
        if let Some(given) = given {
            let folder = files::folder(&self.folder.join(given))
                .map_err(|error| missing(format!("EXLEDGER_ROOT: {error}")))?;
            let found = files::upwards(&folder, mark)
                .ok()
                .flatten()
                .filter(|found| *found == folder);
            return found.ok_or_else(|| {
                missing(format!(
                    "EXLEDGER_ROOT: {} holds no {mark}",
                    folder.display()
                ))
            });
        }
        match files::upwards(&self.folder, mark) {
            Ok(Some(root)) => Ok(root),
            Ok(None) => Err(missing(format!(
                "{} is in no ledger: no {mark} here or above",
                self.folder.display()
            ))),
            Err(FileError::Absent(folder)) => Err(fault::cannot_say(
                format!("there is no folder {}", folder.display()),
                "name the folder of a ledger with -C",
            )),
            Err(error) => Err(missing(error.to_string())),
        }
    }
}

/// Returns the error of a repository that can't be opened; the way out is in its words.
pub(crate) fn unopened(error: &OpenError) -> anyhow::Error {
    fault::cannot_say(error.to_string(), "")
}

impl Ctx {
    /// Reads the governance files of a tree, which must be sound.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] when they have errors, or can't be read.
    pub(crate) fn governance(&self, tree: &dyn Tree) -> anyhow::Result<Governance> {
        let governance = Governance::read(tree).map_err(|error| fault::tree(&error))?;
        sound(&governance)?;
        Ok(governance)
    }
}

/// Refuses governance files with errors: nothing is judged by what can't be read.
///
/// # Errors
/// [`fault::Fault::CannotSay`] with the first of the errors.
pub(crate) fn sound(governance: &Governance) -> anyhow::Result<()> {
    if governance.state != State::Broken {
        return Ok(());
    }
    let mut errors = governance
        .findings
        .iter()
        .filter(|finding| finding.level == Level::Error);
    let first = errors.next().map(|finding| {
        let place = finding
            .pos
            .map(|pos| format!(":{}:{}", pos.line, pos.column))
            .unwrap_or_default();
        format!("{}{place}: {}", finding.path, finding.message)
    });
    let more = match errors.count() {
        0 => String::new(),
        n => format!(", and {}", diag::count(n, "further error")),
    };
    Err(fault::cannot_say(
        format!("the policy has errors: {}{more}", first.unwrap_or_default()),
        "run `exledger lint` and correct them",
    ))
}
