//! Where the paths of a report begin: the folders of the repository, as the tool saw them.
//!
//! Start at [`SourceRoots::new`]. Follows `docs/spec/cli.md`, triage, `--source-root`.

use std::path::{Path, PathBuf};

use crate::formats::sarif::location::Roots;
use crate::gate;
use crate::history::folder::Mode;
use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::session::error::Usage;
use crate::store::files;
use crate::store::git::Repository;

/// The folders to which absolute paths in results are relative.
pub(crate) struct SourceRoots<'r> {
    repository: Option<&'r Repository>,
    /// The folder of the repository, in each of its forms, and the source roots given by the user.
    folders: Vec<String>,
    asked: String,
    ran_in: Option<String>,
    top: PathBuf,
}

impl<'p> SourceRoots<'p> {
    /// An absolute folder held the repository where the tool ran; a relative one is where it ran.
    pub(crate) fn new(
        repository: Option<&'p Repository>,
        ledger: &Path,
        asked: String,
        named: &[String],
    ) -> Result<SourceRoots<'p>, Usage> {
        let work_dir = repository.and_then(Repository::work_dir);
        let top = work_dir.unwrap_or(ledger).to_path_buf();
        let real = files::folder(&top).ok();
        let forms = [Some(&top), real.as_ref()].into_iter().flatten();
        let mut folders: Vec<String> =
            forms.map(|root| root.to_string_lossy().into_owned()).collect();
        let mut ran_in = None;
        for root in named {
            let slashed = root.replace('\\', "/");
            let is_absolute = slashed.starts_with('/') || slashed.get(1..3) == Some(":/");
            let from = if is_absolute { slashed } else { format!("{asked}/{slashed}") };
            let folder =
                gate::plain(&from).filter(|_| !root.trim().is_empty()).ok_or_else(|| {
                    let what = format!("--source-root `{root}` is not a folder of the repository");
                    Usage::refused(what, "give the folder as the scanner saw it, such as /src")
                })?;
            if is_absolute {
                folders.push(folder);
            } else if ran_in.replace(folder).is_some() {
                let what = "--source-root names two folders in which a tool ran";
                return Err(Usage::refused(
                    what,
                    "triage what it reported in each of them by itself",
                ));
            }
        }
        folders.dedup();
        Ok(SourceRoots { repository, folders, asked, ran_in, top })
    }

    pub(crate) fn with_files<'r>(
        &'r self,
        has_file: &'r dyn Fn(&str, Option<&str>) -> bool,
    ) -> Roots<'r> {
        let ran_in = self.ran_in.as_deref();
        Roots { folders: &self.folders, asked: &self.asked, ran_in, has_file }
    }

    pub(crate) fn has_file(&self, path: &str, commit: Option<&str>) -> bool {
        match commit {
            // A sparse checkout has files in the index alone.
            None => {
                self.top.join(path).is_file()
                    || self.repository.is_some_and(|repository| repository.has_indexed(path))
            }
            Some(commit) => self.repository.zip(Oid::from_hex(commit)).is_some_and(|at| {
                let tree = CommitTree::of_commit(at.0, at.1, &LedgerPrefix::default());
                let entry = tree.ok().and_then(|tree| tree.entry(path).ok().flatten());
                matches!(entry, Some((Mode::File, _)))
            }),
        }
    }
}
