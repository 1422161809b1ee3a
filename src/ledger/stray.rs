//! Files that are meant as records of the ledger, and are not read as such.
//!
//! Pure. Start at [`StraySearch`]. Follows `docs/spec/rules.md`, `stray-record`.

use std::collections::BTreeMap;

use crate::ledger::Files;
use crate::ledger::tree::{EntryKind, Tree, TreeError};
use crate::record::id::Id;
use crate::record::pattern;
use crate::yaml;
use crate::yaml::node::Limits;

/// The folders in which such a file is an example, or what a record refers to.
const BESIDE: &[&str] = &[".approvals", "evidence", "tests", "testdata", "fixtures", "examples"];

/// The ends of a name, ignoring letter case.
const SUFFIXES: &[&str] = &["", ".yaml", ".yml", ".json", ".yaml.txt", ".yml~"];

/// A file that is meant as a record, under a name or at a place that nothing reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The path from the ledger's root.
    pub path: String,
    /// The id that its name or its text states.
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
    let (stem, suffix) = parted(path);
    Id::new(stem).filter(|_| is_suffix(suffix))
}

/// Tells whether a name is one that a record, or a stray, may have.
pub fn may_be(path: &str) -> bool {
    named_id(path).is_some() || has_odd_suffix(path)
}

// Tells whether a name has the suffix of a record as no record has it.
fn has_odd_suffix(path: &str) -> bool {
    let (_, suffix) = parted(path);
    is_suffix(suffix) && !["", ".yaml", ".yml"].contains(&suffix)
}

fn parted(path: &str) -> (&str, &str) {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_at_checked(name.find('.').unwrap_or(name.len())).unwrap_or((name, ""))
}

fn is_suffix(suffix: &str) -> bool {
    SUFFIXES.contains(&suffix.to_ascii_lowercase().as_str())
}

// Returns the id that a text states at its top level, or with which it begins if it can't be parsed.
fn stated_id(bytes: &[u8]) -> Option<Id> {
    match yaml::parse(bytes, &Limits::RECORD).root {
        Some(root) => Id::new(root.get("id")?.text()?),
        None => first_statement(&String::from_utf8_lossy(bytes)),
    }
}

fn first_statement(text: &str) -> Option<Id> {
    // Several lines of JSON, each a whole, are what another tool writes.
    if text.lines().filter(|line| line.starts_with('{')).count() > 1 {
        return None;
    }
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let says_nothing = |line: &str| line.starts_with('#') || ["", "---", "{"].contains(&line);
    let line = lines.find(|line| !says_nothing(line))?;
    let (key, value) = line.trim_start_matches('{').split_once(':')?;
    let plain = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let value = value.trim().split([' ', ',', '#', '}']).next().unwrap_or_default();
    Id::new(&plain(value)).filter(|_| plain(key) == "id")
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
            if !self.is_searched(path) {
                continue;
            }
            let Some(bytes) = tree.bytes_within(path, Limits::RECORD.bytes)? else { continue };
            let named = named_id(path);
            let stated = stated_id(&bytes).filter(|id| self.is_own(id));
            let states_its_name = named.is_some() && named == stated;
            // Elsewhere than in a record folder, other tools name their files by an id, too: only one that states the id of
            // its name is meant as a record.
            let meant = if self.is_for_records(path) && !bytes.is_empty() {
                [named.clone(), stated]
            } else {
                [named.clone().filter(|_| states_its_name), None]
            };
            let meant: Vec<Id> = meant.into_iter().flatten().collect();
            if meant.is_empty() || self.is_of_other_ledger(tree, path)? {
                continue;
            }
            let files: &Files = match &mut files {
                Some(files) => files,
                none => none.insert(Files::list(tree, self.records)?),
            };
            let is_here = |id: &Id| files.records.iter().any(|file| file.stem() == id.as_str());
            let (id, kind) = match (meant.iter().find(|id| !is_here(id)), named) {
                (Some(id), _) => (id.clone(), self.misplaced(tree, path, id)?),
                (None, Some(id)) if states_its_name => (id, StrayKind::Copy),
                // It may be made of the record, as an export is.
                _ => continue,
            };
            let (path, is_tracked) = (path.clone(), *is_tracked);
            strays.push(Stray { path, id, kind, is_tracked, is_new: false });
        }
        Ok(strays)
    }

    fn is_own(&self, id: &Id) -> bool {
        self.id_prefix.iter().any(|prefix| prefix == id.prefix())
    }

    fn is_searched(&self, path: &str) -> bool {
        // Elsewhere, what has no id for a name would have to be read of the whole repository.
        let may_be = match named_id(path) {
            Some(id) => self.is_own(&id),
            None => self.is_for_records(path),
        };
        may_be
            && !super::is_record_of(self.records, path)
            && !path.split('/').any(|part| BESIDE.contains(&part))
            && !pattern::matches_any(self.exclude, path)
    }

    // Tells whether a file lies in a record folder and has the suffix of a record as no record has it.
    fn is_for_records(&self, path: &str) -> bool {
        let is_below = |folder: &String| {
            let rest = path.strip_prefix(folder.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        has_odd_suffix(path) && self.records.iter().any(is_below)
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
            // Nothing below a folder that begins with a dot is a record.
            Some(_) => own.and_then(|own| {
                let above =
                    own.match_indices('/').map(|(end, _)| own.get(..end).unwrap_or_default());
                let mut above: Vec<&str> = above.chain([own]).collect();
                above.retain(|folder| {
                    super::is_record_of(self.records, &format!("{folder}/{id}.yaml"))
                });
                above.pop()
            }),
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
