//! Files that are meant as records of the ledger, and are not read as such.
//!
//! Pure. Start at [`StraySearch`]. Follows `docs/spec/rules.md`, `stray-record`.

use std::collections::BTreeMap;

use crate::ledger::Files;
use crate::ledger::tree::{EntryKind, Tree, TreeError};
use crate::record::file;
use crate::record::id::Id;
use crate::record::pattern;
use crate::yaml::node::Limits;

/// The folders in which such a file is an example, or what a record refers to.
const BESIDE: &[&str] = &[".approvals", "evidence", "tests", "testdata", "fixtures", "examples"];

/// The ends of a name, ignoring letter case, and as written.
const SUFFIXES: &[&str] = &["", ".yaml", ".yml", ".json"];
const EXACT_SUFFIXES: &[&str] = &[".yaml.txt", ".yml~"];

/// A file that holds a record's id under a name, or at a place, that nothing reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The path from the ledger's root.
    pub path: String,
    /// The id that its name and its text state.
    pub id: Id,
    pub kind: StrayKind,
    /// Whether git tracks it.
    pub is_tracked: bool,
    /// Whether the branch in question adds it.
    pub is_new: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StrayKind {
    /// It would be read at another path.
    Misplaced { to: String, missing_folder: Option<String> },
    /// The record is there, too.
    Copy,
    /// It is a record, but git ignores it.
    Ignored,
}

/// Where strays are searched.
pub struct StraySearch<'s> {
    /// The record folders.
    pub records: &'s [String],
    /// The prefixes of the ledger's ids.
    pub id_prefix: &'s [String],
    /// Patterns of paths that are left out.
    pub exclude: &'s [String],
    /// The name of the file that makes a folder a ledger.
    pub policy: &'s str,
}

/// Returns the id that the name of a record, or of a stray, begins with.
pub fn named_id(path: &str) -> Option<Id> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    let suffix = name.get(stem.len()..).unwrap_or_default();
    let is_suffix = SUFFIXES.contains(&suffix.to_ascii_lowercase().as_str())
        || EXACT_SUFFIXES.contains(&suffix);
    Id::new(stem).filter(|_| is_suffix)
}

impl StraySearch<'_> {
    /// Returns the strays among some files, in the order of their paths; each is given with whether git tracks it.
    ///
    /// # Errors
    /// [`TreeError`] if a file can't be read.
    pub fn find(
        &self,
        tree: &dyn Tree,
        paths: &BTreeMap<String, bool>,
    ) -> Result<Vec<Stray>, TreeError> {
        let mut strays = Vec::new();
        let mut files = None;
        for (path, is_tracked) in paths {
            let Some(id) = named_id(path).filter(|id| self.is_searched(path, id)) else { continue };
            let Some(bytes) = tree.bytes_within(path, Limits::RECORD.bytes)? else { continue };
            let record = file::read(&format!("{id}.yaml"), &bytes);
            if record.text("id") != Some(id.as_str()) || self.is_of_other_ledger(tree, path)? {
                continue;
            }
            let files: &Files = match &mut files {
                Some(files) => files,
                none => none.insert(Files::list(tree, self.records)?),
            };
            let is_here = files.records.iter().any(|file| file.stem() == id.as_str());
            let kind = if is_here { StrayKind::Copy } else { self.misplaced(tree, path, &id)? };
            let (path, is_tracked) = (path.clone(), *is_tracked);
            strays.push(Stray { path, id, kind, is_tracked, is_new: false });
        }
        Ok(strays)
    }

    fn is_searched(&self, path: &str, id: &Id) -> bool {
        self.id_prefix.iter().any(|prefix| prefix == id.prefix())
            && !super::is_record_of(self.records, path)
            && !path.split('/').any(|part| BESIDE.contains(&part))
            && !pattern::matches_any(self.exclude, path)
    }

    fn is_of_other_ledger(&self, tree: &dyn Tree, path: &str) -> Result<bool, TreeError> {
        for (end, _) in path.match_indices('/') {
            let folder = path.get(..end).unwrap_or_default();
            if tree.kind(&format!("{folder}/{}", self.policy))? == Some(EntryKind::File) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn misplaced(&self, tree: &dyn Tree, path: &str, id: &Id) -> Result<StrayKind, TreeError> {
        let folders = self.records.iter().map(|folder| folder.trim_end_matches('/'));
        let mut holding = folders
            .clone()
            .filter(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')));
        let own = path.rsplit_once('/').map(|(folder, _)| folder);
        let folder = match holding.next() {
            Some(_) => own,
            None => folders.clone().next(),
        };
        let folder = folder.unwrap_or_default();
        let is_missing = tree.kind(folder)?.is_none();
        Ok(StrayKind::Misplaced {
            to: format!("{folder}/{id}.yaml"),
            missing_folder: if is_missing { Some(folder.to_owned()) } else { None },
        })
    }
}
