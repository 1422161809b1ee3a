//! Where the ledger is: the folder of `exledger.yaml`, searched from a folder upwards, and its repository.
//!
//! Start at [`Located::find`]. Follows `docs/spec/policy.md`, first paragraph.

pub mod above;
pub(crate) mod submodule;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::Level;
use crate::diag::remedy::Remedy;
use crate::diag::shell::{self, quoted};
use crate::history::objects::Oid;
use crate::history::paths;
use crate::ledger::tree::Tree;
use crate::policy;
use crate::policy::governance::{Governance, State};
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::facts::ExternalFacts;
use crate::session::options::Options;
use crate::session::source_roots::SourceRoots;
use crate::store::files::{self, FileError, WorkTree};
use crate::store::git::Repository;
use crate::store::git::open::OpenError;
use crate::store::git::tracked::TrackedFile;

/// The location of a ledger.
pub struct Located {
    /// Its folder; for a bare repository, the repository itself.
    pub root: PathBuf,
    /// Its files as they are now.
    pub tree: WorkTree,
    /// How it was opened.
    pub options: Options,
    /// The folders from the top of the repository down to the one that the search began in, as it was named and with its
    /// links resolved.
    asked: Vec<String>,
    repository: Option<Repository>,
    is_bare: bool,
    facts: OnceCell<Arc<ExternalFacts>>,
}

impl Located {
    /// Finds the ledger from a folder upwards, or in the folder given by the options.
    pub fn find(folder: &Path, options: Options) -> Result<Located, Error> {
        let nearest = files::upwards(folder, policy::FILE);
        if let (Ok(None), None) = (&nearest, &options.root)
            && let Ok(repository) = Repository::discover(folder)
            && repository.work_dir().is_none()
        {
            refuse_tracked(&repository)?;
            return Ok(Located {
                root: repository.common_dir().to_owned(),
                tree: WorkTree::new(repository.common_dir().join("no files")),
                asked: Vec::new(),
                repository: Some(repository),
                is_bare: true,
                facts: OnceCell::new(),
                options,
            });
        }
        let root = match &options.root {
            Some(given) => named_root(&folder.join(given))?,
            None => match nearest {
                Ok(Some(root)) => root,
                Ok(None) => return Err(no_ledger(folder).into()),
                Err(FileError::Absent(folder)) => {
                    return Err(no_folder(folder).into());
                }
                Err(error) => return Err(Undetermined::File(error).into()),
            },
        };
        let is_named = options.root.is_some();
        let located = Located::at(root, options)?;
        if is_named {
            return Ok(located);
        }
        let asked = located.folders_to(folder);
        located.refuse_left_out(&asked)?;
        Ok(Located { asked, ..located })
    }

    /// Returns the ledger in a folder.
    pub fn at(root: PathBuf, options: Options) -> Result<Located, Error> {
        let repository = match Repository::discover(&root) {
            Ok(repository) => Some(repository),
            Err(OpenError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        // A folder can hold the files of a bare repository, whose branches are anybody's.
        if repository.as_ref().is_some_and(|repository| repository.work_dir().is_none()) {
            return Err(Undetermined::Bare { root }.into());
        }
        let inside = repository
            .as_ref()
            .and_then(|repository| Some((repository.work_dir()?, repository.prefix(&root)?)));
        if let (Some(repository), None) = (&repository, &inside) {
            return Err(outside(repository, &root).into());
        }
        let tree = match inside {
            Some((top, prefix)) => WorkTree::within(top, &prefix),
            None => WorkTree::new(&root),
        };
        let (asked, facts) = (Vec::new(), OnceCell::new());
        Ok(Located { asked, is_bare: false, facts, root, tree, options, repository })
    }

    /// Returns where the paths of a report begin; an absolute folder of `named` held the repository where the tool ran, a
    /// relative one is where it ran.
    pub(crate) fn source_roots(&self, named: &[String]) -> Result<SourceRoots<'_>, Usage> {
        let asked = self.asked().last().cloned().unwrap_or_default();
        SourceRoots::new(self.repository_or_none(), &self.root, asked, named)
    }

    /// Returns the facts of the options' files, which are read once.
    pub(crate) fn facts(&self, approved: Oid) -> Result<Arc<ExternalFacts>, Error> {
        if let Some(facts) = self.facts.get() {
            return Ok(Arc::clone(facts));
        }
        let roots = self.source_roots(&[])?;
        let facts = ExternalFacts::read(&self.options.facts, self.repository()?, &roots, approved)?;
        Ok(Arc::clone(self.facts.get_or_init(|| Arc::new(facts))))
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

    /// Returns the folders from the top of the repository down to another one, as it is named and with its links resolved.
    fn folders_to(&self, folder: &Path) -> Vec<String> {
        let top = self.repository.as_ref().and_then(Repository::work_dir);
        let top = top.and_then(|top| files::folder(top).ok());
        let mut folders: Vec<String> = Vec::new();
        for folder in [Some(files::plain(folder)), files::folder(folder).ok()].into_iter().flatten()
        {
            let inside = top.as_ref().and_then(|top| folder.strip_prefix(top).ok());
            let mut at = String::new();
            for part in inside.into_iter().flatten().map_while(|part| part.to_str()) {
                at = paths::join(&at, part);
                folders.push(at.clone());
            }
        }
        folders
    }

    // Refuses a ledger above one whose policy this checkout leaves out.
    fn refuse_left_out(&self, asked: &[String]) -> Result<(), Undetermined> {
        let Some(repository) = &self.repository else { return Ok(()) };
        let above = repository.prefix(&self.root).unwrap_or_default();
        for folder in asked.iter().filter(|folder| folder.len() > above.len()) {
            // An index that can't be read stops what judges the checkout, and nothing else.
            if let Ok(Some(file)) = repository.left_out(&paths::join(folder, policy::FILE)) {
                return Err(left_out(repository, &file));
            }
        }
        Ok(())
    }

    pub(crate) fn asked(&self) -> &[String] {
        &self.asked
    }

    /// Returns the repository if there is one.
    pub fn repository_or_none(&self) -> Option<&Repository> {
        self.repository.as_ref()
    }
}

/// Returns the error for a folder in no ledger: it names those elsewhere in the repository, or the policy that git has, or may
/// have, and that this checkout leaves out.
fn no_ledger(folder: &Path) -> Undetermined {
    let found = Repository::discover(folder);
    let none = |elsewhere| Undetermined::NoLedger {
        from: folder.to_owned(),
        in_repository: found.is_ok(),
        elsewhere,
        brought_by: None,
        removed_since: None,
    };
    let Ok(repository) = &found else { return none(Vec::new()) };
    let Some(inside) = repository.prefix(folder) else { return none(Vec::new()) };
    let tracked = match repository.tracked() {
        Ok(tracked) => tracked,
        Err(error) => return error.into(),
    };
    let (mut elsewhere, mut absent) = (Vec::new(), None);
    let is_here = |path: &str| repository.work_dir().is_some_and(|top| top.join(path).is_file());
    for file in tracked {
        let above = file.path.strip_suffix(policy::FILE);
        let Some(above) = above.filter(|it| it.is_empty() || it.ends_with('/')) else { continue };
        let is_above = above.is_empty() || format!("{inside}/").starts_with(above);
        if (file.is_sparse || file.is_assumed) && is_above {
            return left_out(repository, &file);
        }
        if !is_above && let Some(ledger) = above.strip_suffix('/') {
            let up = "../".repeat(inside.split('/').filter(|part| !part.is_empty()).count());
            match (file.is_sparse || file.is_assumed) && !is_here(&file.path) {
                false => elsewhere.push(quoted(&format!("{up}{ledger}"))),
                true => absent = absent.or(Some(file)),
            }
        }
    }
    match absent.filter(|_| elsewhere.is_empty()) {
        Some(file) => left_out(repository, &file),
        None => none(elsewhere),
    }
}

/// Returns the error for a folder that is not there: a ledger may lie in it that this checkout leaves out.
fn no_folder(folder: PathBuf) -> Undetermined {
    let file = folder.ancestors().find(|above| above.is_dir()).and_then(|above| {
        let repository = Repository::discover(above).ok()?;
        let below = folder.strip_prefix(above).ok()?.to_str()?.replace('\\', "/");
        let inside = paths::join(&repository.prefix(above)?, &below);
        let file = repository.left_out(&paths::join(&inside, policy::FILE)).ok()??;
        Some(left_out(&repository, &file))
    });
    file.unwrap_or(Undetermined::NoFolder(folder))
}

fn outside(repository: &Repository, root: &Path) -> Undetermined {
    let top = repository.work_dir().unwrap_or(repository.common_dir());
    let top = top.components().collect::<PathBuf>();
    let what = format!(
        "{} is not in the work tree of its repository: git's setting core.worktree puts that at {}",
        root.display(),
        top.display()
    );
    let command = shell::command("git -C", &[&root.display().to_string()]);
    let unset = format!("{command} config --unset core.worktree");
    Undetermined::other(what, Remedy::run([&unset]).after(format!("`{unset}` ends that")))
}

fn left_out(repository: &Repository, file: &TrackedFile) -> Undetermined {
    let is_sparse = repository.setting("core.sparsecheckout").as_deref() == Some("true");
    let top = repository.work_dir().unwrap_or(repository.common_dir());
    let top = top.components().collect::<PathBuf>().display().to_string();
    let git = shell::command("git -C", &[&top]);
    let command = if file.is_sparse && is_sparse {
        match file.path.rsplit_once('/') {
            Some((folder, _)) => format!("{git} sparse-checkout add {}", quoted(folder)),
            None => format!("{git} sparse-checkout disable"),
        }
    } else {
        let path = quoted(&file.path);
        let marks = [("skip-worktree", file.is_sparse), ("assume-unchanged", file.is_assumed)];
        let marks = marks.iter().filter(|(_, is_set)| *is_set);
        let looks = marks.map(|(mark, _)| format!("{git} update-index --no-{mark} -- {path} && "));
        format!("{}{git} checkout -- {path}", looks.collect::<String>())
    };
    let what = format!("{} is in git's index, and this checkout leaves it out", file.path);
    Undetermined::other(what, Remedy::run([command]))
}

/// Refuses a bare repository whose files another repository tracks: it could be made up by anybody who writes there.
fn refuse_tracked(bare: &Repository) -> Result<(), Undetermined> {
    let place = bare.common_dir();
    let Some(outer) = place.parent().and_then(|parent| Repository::discover(parent).ok()) else {
        return Ok(());
    };
    let Some(inside) = outer.prefix(place) else {
        return Ok(());
    };
    let head = paths::join(&inside, "HEAD");
    match outer.tracked() {
        Ok(tracked) if tracked.iter().all(|file| file.path != head) => Ok(()),
        _ => Err(Undetermined::Bare { root: place.to_owned() }),
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
        let errors = findings.filter(|finding| finding.level == Level::Error).collect();
        return Err(Undetermined::PolicyBroken(errors));
    }
    Ok(governance)
}
