//! What is linted: the work tree, some paths of it, or one record that is not written yet.
//!
//! Start at [`LintRequest`] and `Input`.

use crate::session::error::{Error, Usage};
use crate::session::notice::Notice;
use std::path::{Path, PathBuf};

use crate::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use crate::ledger::{self, Files};
use crate::policy;
use crate::policy::governance::Governance;
use crate::record::near;
use crate::session::locate::Located;
use crate::session::overlay::Overlay;
use crate::store::files;
use crate::store::git::judged::JudgedTree;

/// A request to lint.
#[derive(Clone, Copy, Debug)]
pub struct LintRequest<'r> {
    /// The folder that paths are relative to.
    pub folder: &'r Path,
    /// Files or folders of the ledger; empty for everything.
    pub paths: &'r [PathBuf],
    /// A single record to lint: its future path, and its bytes.
    pub record: Option<(&'r Path, &'r [u8])>,
    /// Lints only what changed since the branch left this commit, and the changes themselves.
    pub base: Option<&'r str>,
    /// The branch that approvers name; the checked-out one if it is not given.
    pub branch: Option<&'r str>,
}

pub(super) struct Input<'l> {
    tree: Overlay<JudgedTree<'l>>,
    /// The given paths, relative to the ledger's root; empty for everything.
    named: Vec<String>,
}

/// Returns a question that names the record with the most similar path; empty if none is, or they can't be listed.
fn like(tree: &dyn Tree, path: &str) -> String {
    let Ok(governance) = Governance::read(tree) else { return String::new() };
    let Ok(files) = Files::list(tree, &governance.policy.records) else { return String::new() };
    near::question(path, files.records.iter().map(|file| file.path.as_str()))
}

impl<'l> Input<'l> {
    pub(super) fn of(
        located: &Located,
        tree: &JudgedTree<'l>,
        request: &LintRequest<'_>,
    ) -> Result<Input<'l>, Error> {
        if let Some((path, bytes)) = request.record {
            let path = path_inside(path, located, request.folder)?;
            return Ok(Input {
                tree: Overlay::over(tree.clone(), [(path.clone(), bytes.to_vec())]),
                named: vec![path],
            });
        }
        let mut named = Vec::new();
        for path in request.paths {
            let inside = path_inside(path, located, request.folder);
            // Answers print paths from the ledger's root, wherever they are read.
            let as_printed = path_inside(path, located, &located.root);
            let is_there = |path: &String| -> Result<bool, Error> {
                Ok(path.is_empty() || tree.kind(path)?.is_some())
            };
            let inside = match (inside, as_printed) {
                (Ok(inside), _) if is_there(&inside)? => inside,
                (_, Ok(as_printed)) if is_there(&as_printed)? => as_printed,
                (inside, _) => {
                    let similar = like(tree, &inside?);
                    return Err(Usage::refused(
                        format!("there is no {}", path.display()),
                        format!("{similar}give files or folders of the ledger"),
                    )
                    .into());
                }
            };
            named.push(inside);
        }
        Ok(Input { tree: Overlay::over(tree.clone(), []), named })
    }

    pub(super) fn of_state<'s>(&self, tree: JudgedTree<'s>) -> Input<'s> {
        Input { tree: Overlay::over(tree, []), named: self.named.clone() }
    }

    pub(super) fn instead(&self) -> Option<&str> {
        self.tree.files.keys().next().map(String::as_str)
    }

    pub(super) fn names(&self, path: &str) -> bool {
        let below = |folder: &String| {
            folder.is_empty()
                || path == folder
                || path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        self.named.is_empty() || self.named.iter().any(below)
    }

    pub(super) fn strangers(&self, records: &[String], governance: &[String]) -> Vec<&str> {
        let below = |path: &str, folder: &str| {
            let trimmed = folder.trim_end_matches('/');
            trimmed.is_empty()
                || path == trimmed
                || path.strip_prefix(trimmed).is_some_and(|rest| rest.starts_with('/'))
        };
        let is_linted = |path: &str| match self.tree.kind(path) {
            Ok(Some(EntryKind::Folder)) => {
                let mut places = records.iter().chain(governance);
                let is_file = |item: &TreeItem| {
                    ledger::is_record_of(records, &item.path) || is_of_approvals(&item.path)
                };
                places.any(|place| below(place, path))
                    || records.iter().any(|folder| below(path, folder))
                        && self.tree.list(path).map_or(true, |items| items.iter().any(is_file))
            }
            _ => {
                ledger::is_record_of(records, path)
                    || governance.iter().any(|known| known == path)
                    || is_of_approvals(path)
            }
        };
        let named = self.named.iter().map(String::as_str);
        named.filter(|path| !is_linted(path)).collect()
    }

    /// Refuses paths that hold nothing to lint; if others do, a notice names them instead.
    pub(super) fn refuse_strangers(
        &self,
        governance: &Governance,
    ) -> Result<Option<Notice>, Usage> {
        let records = &governance.policy.records;
        let redesigns = std::iter::once(&governance.policy.redesigns);
        let folders: Vec<String> = records.iter().chain(redesigns).cloned().collect();
        let strangers = self.strangers(&folders, &governance.paths());
        if strangers.is_empty() {
            return Ok(None);
        }
        if strangers.len() < self.named.len() {
            let paths = strangers.into_iter().map(str::to_owned).collect();
            return Ok(Some(Notice::NothingToLint { paths }));
        }
        Err(Usage::refused(
            format!(
                "{} contains no records, redesigns, approvals or governance files",
                strangers.join(", ")
            ),
            format!("give files or folders in {}, or {}", records.join(", "), policy::FILE),
        ))
    }

    pub(super) fn is_record(&self, folders: &[String]) -> bool {
        let Some(path) = self.instead() else {
            return true;
        };
        let below =
            |folder: &String| path.starts_with(&format!("{}/", folder.trim_end_matches('/')));
        path != policy::FILE && folders.iter().any(below)
    }
}

fn is_of_approvals(path: &str) -> bool {
    path.split('/').any(|part| part == ".approvals")
}

fn path_inside(path: &Path, located: &Located, folder: &Path) -> Result<String, Usage> {
    files::inside(&located.root, folder, path).ok_or_else(|| {
        Usage::refused(
            format!("{} is not in the ledger {}", path.display(), located.root.display()),
            "give files or folders of the ledger",
        )
    })
}

impl Tree for Input<'_> {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        self.tree.list(folder)
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        self.tree.kind(path)
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        self.tree.bytes(path)
    }

    fn stored(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        self.tree.stored(path)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, TreeError> {
        self.tree.size(path)
    }

    fn target(&self, path: &str) -> Result<Option<String>, TreeError> {
        self.tree.target(path)
    }
}
