//! Which paths of a repository say anything: records, governance files, files beside records.
//!
//! Uses record (file names), history's paths. Pure. Start at [`Interest`]; [`At`] is a folder seen with that interest. Follows
//! `docs/spec/record.md` (which files are records) and `docs/spec/approval.md`, V8, G1 and S7.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::history::paths::Prefix;
use crate::record::read;

/// The folder beside records that holds approval files.
pub const APPROVALS: &str = ".approvals";

/// What a file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is a record.
    Record,
    /// It is a governance file.
    Governance,
    /// It lies below `.approvals`.
    Approval,
}

/// The paths that matter, as a tree of names from the top of the repository.
#[derive(Clone, Debug, Default)]
pub struct Interest {
    top: Node,
    /// The names of the record files that matter, in upper case and without suffix; `None` when all do.
    names: Option<BTreeSet<String>>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Whether all below is records, or this is one governance file.
    what: Option<What>,
    inside: BTreeMap<String, Node>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Records,
    Governance,
}

/// A folder of the repository, and what is looked for in it.
#[derive(Clone, Copy, Debug)]
pub struct At<'i> {
    names: Option<&'i BTreeSet<String>>,
    node: Option<&'i Node>,
    below: Below,
}

/// What the folders above have said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    Nothing,
    RecordRoot,
    Records,
    Approvals,
}

impl Interest {
    /// Returns the interest in the record folders and governance files of a ledger.
    pub fn new(prefix: &Prefix, records: &[String], governance: &BTreeSet<String>) -> Interest {
        let mut interest = Interest::default();
        let folders = records.iter().map(|path| (path, What::Records));
        let files = governance.iter().map(|path| (path, What::Governance));
        for (path, what) in folders.chain(files) {
            let Some(segments) = prefix.outward(path) else {
                continue;
            };
            let mut node = &mut interest.top;
            for segment in segments {
                node = node.inside.entry(segment).or_default();
            }
            node.what = Some(what);
        }
        interest
    }

    /// Returns the same interest, of records in those alone whose files have one of these names, in upper case and
    /// without suffix.
    pub fn narrowed(mut self, names: &BTreeSet<String>) -> Interest {
        self.names = Some(names.clone());
        self
    }

    /// Returns the top of the repository.
    pub fn top(&self) -> At<'_> {
        let below = match self.top.what {
            Some(What::Records) => Below::RecordRoot,
            _ => Below::Nothing,
        };
        At {
            names: self.names.as_ref(),
            node: Some(&self.top),
            below,
        }
    }

    /// Returns what a file at a path of the ledger is read for.
    pub fn kind_of(&self, prefix: &Prefix, path: &str) -> Option<Kind> {
        let segments = prefix.outward(path)?;
        let (name, folders) = segments.split_last()?;
        let mut at = self.top();
        for folder in folders {
            at = at.folder(folder)?;
        }
        at.file(name)
    }

    /// Returns the names at the top that lead to something, `None` when all do.
    pub fn names(&self) -> Option<Vec<&str>> {
        let all = self.top.what == Some(What::Records);
        (!all).then(|| self.top.inside.keys().map(String::as_str).collect())
    }
}

impl<'i> At<'i> {
    /// Returns a folder inside this one; `None` where nothing in it matters.
    pub fn folder(&self, name: &str) -> Option<At<'i>> {
        let node = self.node.and_then(|node| node.inside.get(name));
        let below = match (node.and_then(|node| node.what), self.below) {
            (Some(What::Records), _) => Below::RecordRoot,
            (_, Below::RecordRoot) if name == APPROVALS => Below::Approvals,
            (_, Below::Approvals) => Below::Approvals,
            (_, Below::RecordRoot | Below::Records) if !name.starts_with('.') => Below::Records,
            _ => Below::Nothing,
        };
        let empty = node.is_none_or(|node| node.inside.is_empty());
        (below != Below::Nothing || !empty).then_some(At {
            names: self.names,
            node,
            below,
        })
    }

    /// Returns what a file of this folder is read for; `None` where it says nothing.
    pub fn file(&self, name: &str) -> Option<Kind> {
        let node = self.node.and_then(|node| node.inside.get(name));
        if node.and_then(|node| node.what) == Some(What::Governance) {
            return Some(Kind::Governance);
        }
        match self.below {
            Below::Approvals => Some(Kind::Approval),
            Below::RecordRoot | Below::Records if is_record(name) => {
                let is_asked = |names: &BTreeSet<String>| {
                    names.contains(&read::stem(name).to_ascii_uppercase())
                };
                self.names.is_none_or(is_asked).then_some(Kind::Record)
            }
            _ => None,
        }
    }
}

/// Tells whether a file of this name is a record where records are.
pub fn is_record(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}
