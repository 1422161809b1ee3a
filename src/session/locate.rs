//! Where the ledger is: the folder of `exledger.yaml`, searched from a folder upwards, and its repository.
//!
//! Start at [`Located::find`]. Follows `docs/spec/policy.md`, first paragraph.

use std::path::{Path, PathBuf};

use crate::diag::Level;
use crate::ledger::tree::Tree;
use crate::policy;
use crate::policy::governance::{Governance, State};
use crate::session::error::{Error, Undetermined};
use crate::session::options::Options;
use crate::store::files::{self, FileError, WorkTree};
use crate::store::git::Repository;
use crate::store::git::open::OpenError;

/// The location of a ledger.
pub struct Located {
    /// Its folder; for a bare repository, the repository itself.
    pub root: PathBuf,
    /// Its files as they are now.
    pub tree: WorkTree,
    /// How it was opened.
    pub options: Options,
    repository: Option<Repository>,
    is_bare: bool,
}

impl Located {
    /// Finds the ledger from a folder upwards, or in the folder given by the options.
    pub fn find(folder: &Path, options: Options) -> Result<Located, Error> {
        let nearest = files::upwards(folder, policy::FILE);
        if let (Ok(None), None) = (&nearest, &options.root)
            && let Ok(repository) = Repository::discover(folder)
            && repository.work_dir().is_none()
        {
            return Ok(Located {
                root: repository.common_dir().to_owned(),
                tree: WorkTree::new(repository.common_dir().join("no files")),
                repository: Some(repository),
                is_bare: true,
                options,
            });
        }
        let root = match &options.root {
            Some(given) => named_root(&folder.join(given))?,
            None => match nearest {
                Ok(Some(root)) => root,
                Ok(None) => {
                    let from = folder.to_owned();
                    return Err(Undetermined::NoLedger { from }.into());
                }
                Err(FileError::Absent(folder)) => {
                    return Err(Undetermined::NoFolder(folder).into());
                }
                Err(error) => return Err(Undetermined::File(error).into()),
            },
        };
        Located::at(root, options)
    }

    /// Returns the ledger in a folder.
    pub fn at(root: PathBuf, options: Options) -> Result<Located, Error> {
        let repository = match Repository::discover(&root) {
            Ok(repository) => Some(repository),
            Err(OpenError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let inside = repository
            .as_ref()
            .and_then(|repository| Some((repository.work_dir()?, repository.prefix(&root)?)));
        let tree = match inside {
            Some((top, prefix)) => WorkTree::within(top, &prefix),
            None => WorkTree::new(&root),
        };
        Ok(Located { is_bare: false, root, tree, options, repository })
    }

    /// Returns the repository.
    ///
    /// # Errors
    /// [`Undetermined::NoRepository`].
    pub fn repository(&self) -> Result<&Repository, Undetermined> {
        let root = || self.root.clone();
        self.repository.as_ref().ok_or_else(|| Undetermined::NoRepository { root: root() })
    }

    /// Returns the files as they are now.
    ///
    /// # Errors
    /// [`Undetermined::Bare`].
    pub fn work_tree(&self) -> Result<&WorkTree, Undetermined> {
        if self.is_bare {
            return Err(Undetermined::Bare { root: self.root.clone() });
        }
        Ok(&self.tree)
    }

    /// Returns the repository if there is one.
    pub fn repository_or_none(&self) -> Option<&Repository> {
        self.repository.as_ref()
    }
}

fn named_root(folder: &Path) -> Result<PathBuf, Undetermined> {
    let not_a_root = |cause: String| Undetermined::NotARoot { cause };
    let folder = files::folder(folder).map_err(|error| not_a_root(error.to_string()))?;
    let nearest = files::upwards(&folder, policy::FILE).ok().flatten();
    nearest
        .filter(|found| *found == folder)
        .ok_or_else(|| not_a_root(format!("{} holds no {}", folder.display(), policy::FILE)))
}

/// Reads the governance files of a tree, which must have no errors: nothing is evaluated under
/// rules that can't be read.
///
/// # Errors
/// [`Undetermined::PolicyBroken`], or [`Undetermined::Tree`] if they can't be read.
pub fn governance(tree: &dyn Tree) -> Result<Governance, Undetermined> {
    sound(Governance::read(tree)?)
}

/// Returns the governance if it has no errors.
///
/// # Errors
/// [`Undetermined::PolicyBroken`].
pub fn sound(governance: Governance) -> Result<Governance, Undetermined> {
    if governance.state == State::Broken {
        let findings = governance.findings.into_iter();
        let errors = findings.filter(|it| it.level == Level::Error).collect();
        return Err(Undetermined::PolicyBroken(errors));
    }
    Ok(governance)
}
