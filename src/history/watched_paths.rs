//! The paths of a repository that matter: records, governance files, approval files.
//!
//! Pure. Start at [`Interest`]; [`WatchedFolder`] is a folder with that filter. Follows `docs/spec/record.md` (which files
//! are records) and `docs/spec/approval.md`, V8, G1 and S7.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::paths::{self, LedgerPrefix};
use crate::policy;
use crate::record::file;

/// The folder for approval files, inside a record folder.
pub const APPROVALS: &str = ".approvals";

/// Why a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WatchedKind {
    Record,
    /// It is in the place of a record, but not a regular file.
    Other,
    /// It is a governance file or a redesign.
    Governance,
    /// It lies below `.approvals`.
    Approval,
    OtherPolicy,
}

/// The paths that matter, as a tree of names from the root of the repository.
#[derive(Clone, Debug, Default)]
pub struct Interest {
    top: WatchNode,
    /// Whether the policy of every folder is a governance file.
    has_all_policies: bool,
    few: Option<RecordFilter>,
    /// Whether of the approval files, too, only those about these records and about governance matter.
    has_few_approvals: bool,
}

/// A few records, by the names of their files in any folder: a file that is gone now may have been anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// The names, in upper case and without suffix.
    pub names: BTreeSet<String>,
}

impl RecordFilter {
    /// Returns the records in files with these names, in upper case and without suffix; without names, no records.
    pub fn of(names: BTreeSet<String>) -> RecordFilter {
        RecordFilter { names }
    }

    /// Adds a file by its path.
    pub fn add(&mut self, path: &str) {
        self.names.insert(file::stem(path).to_ascii_uppercase());
    }
}

#[derive(Clone, Debug, Default)]
struct WatchNode {
    /// Whether everything below is records, or approval files, or this is a single governance file.
    what: Option<ReadPurpose>,
    /// Whether this is the policy of another folder, whatever else the policies make of it.
    is_other_policy: bool,
    inside: BTreeMap<String, WatchNode>,
}

/// Why the files at a path are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadPurpose {
    Records,
    /// It is a folder of records, with approval files beside them: any policy of the mainline names it, whether or not that counts.
    Approvals,
    Governance,
    /// It is a folder of redesigns, which are judged like governance files.
    Redesigns,
    OtherPolicy,
}

/// A folder of the repository, and what to look for in it.
#[derive(Clone, Copy, Debug)]
pub struct WatchedFolder<'i> {
    few: Option<&'i RecordFilter>,
    node: Option<&'i WatchNode>,
    below: Below,
    has_all_policies: bool,
    has_few_approvals: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    Nothing,
    RecordRoot,
    Records,
    /// Right in the folder for approval files.
    Approvals,
    /// In the folder of one subject of approvals.
    Statements,
    Redesigns,
}

impl Interest {
    /// Returns the paths that matter for the record folders of a ledger.
    pub fn new(prefix: &LedgerPrefix, records: &[String]) -> Interest {
        Interest::default().with(prefix, records, ReadPurpose::Records)
    }

    /// Adds files or folders. What is in a record folder stays a record, so that no policy hides records.
    pub fn with<'p>(
        mut self,
        prefix: &LedgerPrefix,
        paths: impl IntoIterator<Item = &'p String>,
        what: ReadPurpose,
    ) -> Interest {
        for path in paths {
            let beside = (what == ReadPurpose::Approvals).then(|| format!("{path}/{APPROVALS}"));
            let Some(node) = self.node(prefix, beside.as_ref().unwrap_or(path)) else { continue };
            match what {
                ReadPurpose::OtherPolicy => node.is_other_policy = true,
                ReadPurpose::Redesigns if node.what.is_some() => {}
                _ => node.what = Some(what),
            }
        }
        self
    }

    /// Returns the paths of the approval files about a few records, and about governance, beside the records of these folders.
    pub fn of_statements<'f>(
        prefix: &LedgerPrefix,
        folders: impl Iterator<Item = &'f String>,
        few: &RecordFilter,
    ) -> Interest {
        let interest = Interest { has_few_approvals: true, ..Interest::default() };
        interest.with(prefix, folders, ReadPurpose::Approvals).narrowed(few)
    }

    /// Adds the policy of every folder as a governance file, for a comparison of few commits: all folders that differ
    /// are read.
    pub fn with_all_policies(mut self) -> Interest {
        self.has_all_policies = true;
        self
    }

    fn node(&mut self, prefix: &LedgerPrefix, path: &str) -> Option<&mut WatchNode> {
        let mut node = &mut self.top;
        for segment in prefix.outward(path)? {
            node = node.inside.entry(segment).or_default();
        }
        Some(node)
    }

    /// Restricts the records to a few.
    pub fn narrowed(mut self, few: &RecordFilter) -> Interest {
        self.few = Some(few.clone());
        self
    }

    /// Returns the root of the repository.
    pub fn top(&self) -> WatchedFolder<'_> {
        let below = match self.top.what {
            Some(ReadPurpose::Records) => Below::RecordRoot,
            _ => Below::Nothing,
        };
        WatchedFolder {
            few: self.few.as_ref(),
            node: Some(&self.top),
            below,
            has_all_policies: self.has_all_policies,
            has_few_approvals: self.has_few_approvals,
        }
    }

    /// Returns why a file at a ledger path is read.
    pub fn kind_of(&self, prefix: &LedgerPrefix, path: &str) -> Option<WatchedKind> {
        let segments = prefix.outward(path)?;
        let (name, folders) = segments.split_last()?;
        let mut at = self.top();
        for folder in folders {
            at = at.folder(folder)?;
        }
        at.file(name)
    }

    /// Tells whether the approval file at a path matters: it is about one of the records, or about governance.
    pub fn watches(&self, path: &str) -> bool {
        let folder = approvals_of(path);
        let is_asked = |few: &RecordFilter| few.names.contains(&folder.to_ascii_uppercase());
        is_of_governance(path) || self.few.as_ref().is_none_or(is_asked)
    }

    /// Returns the paths from the top of the repository in which everything of interest is; `None` if it may be anywhere.
    pub fn paths(&self) -> Option<Vec<String>> {
        let mut paths = Vec::new();
        let has_none = self.few.as_ref().is_some_and(|few| few.names.is_empty());
        self.top.add_paths("", has_none, &mut paths);
        let is_anywhere = self.has_all_policies || paths.iter().any(String::is_empty);
        (!is_anywhere).then_some(paths)
    }

    /// Returns the names at the root that lead to something of interest; `None` if all do.
    pub fn names(&self) -> Option<Vec<&str>> {
        let all = self.has_all_policies || self.top.what == Some(ReadPurpose::Records);
        (!all).then(|| self.top.inside.keys().map(String::as_str).collect())
    }
}

impl WatchNode {
    /// Adds the paths of what is of interest here and below; without record folders where no record is of interest.
    fn add_paths(&self, path: &str, has_none: bool, paths: &mut Vec<String>) {
        let is_left_out = has_none && self.what == Some(ReadPurpose::Records);
        if self.is_other_policy || self.what.is_some() && !is_left_out {
            paths.push(path.to_owned());
        }
        for (name, node) in &self.inside {
            node.add_paths(&paths::join(path, name), has_none, paths);
        }
    }
}

impl<'i> WatchedFolder<'i> {
    /// Returns a subfolder; `None` if nothing in it matters.
    pub fn folder(&self, name: &str) -> Option<WatchedFolder<'i>> {
        let node = self.node.and_then(|node| node.inside.get(name));
        let below = match (node.and_then(|node| node.what), self.below) {
            (Some(ReadPurpose::Records), _) => Below::RecordRoot,
            (Some(ReadPurpose::Approvals), _) => Below::Approvals,
            (_, Below::RecordRoot) if name == APPROVALS => Below::Approvals,
            (_, Below::Approvals) if self.has_few_approvals && !self.is_subject(name) => {
                Below::Nothing
            }
            (_, Below::Approvals | Below::Statements) => Below::Statements,
            (_, Below::RecordRoot | Below::Records) if !name.starts_with('.') => Below::Records,
            (Some(ReadPurpose::Redesigns), _) => Below::Redesigns,
            (_, Below::Redesigns) if !name.starts_with('.') => Below::Redesigns,
            _ => Below::Nothing,
        };
        let empty = node.is_none_or(|node| node.inside.is_empty());
        let is_watched = below != Below::Nothing || !empty || self.has_all_policies;
        is_watched.then_some(WatchedFolder { node, below, ..*self })
    }

    fn is_subject(&self, name: &str) -> bool {
        let is_asked = |few: &RecordFilter| few.names.contains(&name.to_ascii_uppercase());
        name == OF_GOVERNANCE || self.few.is_none_or(is_asked)
    }

    /// Tells whether this folder can contain a record that matters.
    pub fn leads_on(&self) -> bool {
        let is_of_records = self.below == Below::Records;
        let leads_elsewhere = self.node.is_some_and(|node| !node.inside.is_empty());
        !is_of_records || leads_elsewhere || self.few.is_none_or(|few| !few.names.is_empty())
    }

    /// Returns why a file of this folder is read; `None` if it does not matter.
    pub fn file(&self, name: &str) -> Option<WatchedKind> {
        let node = self.node.and_then(|node| node.inside.get(name));
        let is_governance = node.and_then(|node| node.what) == Some(ReadPurpose::Governance)
            || self.has_all_policies && name == policy::FILE;
        if is_governance {
            return Some(WatchedKind::Governance);
        }
        if node.is_some_and(|node| node.is_other_policy) {
            return Some(WatchedKind::OtherPolicy);
        }
        match self.below {
            Below::Approvals | Below::Statements => Some(WatchedKind::Approval),
            Below::Redesigns if is_record(name) => Some(WatchedKind::Governance),
            Below::RecordRoot | Below::Records if is_record(name) => {
                let is_asked =
                    |few: &RecordFilter| few.names.contains(&file::stem(name).to_ascii_uppercase());
                self.few.is_none_or(is_asked).then_some(WatchedKind::Record)
            }
            _ => None,
        }
    }
}

pub const OF_GOVERNANCE: &str = "governance";

/// Returns the folder directly below `.approvals` that an approval file is in: an id, or the governance
/// folder. Empty for files elsewhere.
pub fn approvals_of(path: &str) -> &str {
    let mut segments = path.split('/').skip_while(|segment| *segment != APPROVALS);
    segments.nth(1).unwrap_or_default()
}

/// Tells whether an approval file, by its path, is about a governance file.
pub fn is_of_governance(path: &str) -> bool {
    approvals_of(path) == OF_GOVERNANCE
}

/// Tells whether a file with this name is a record if it is in a record folder.
pub fn is_record(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}
