//! Folders as git stores them: the raw entries, and a commit's files as a ledger's tree.
//!
//! Uses ledger (the trait that it serves), history's objects, chain, paths. Pure. Start at [`CommitTree`]; [`entries`]
//! reads one folder. Follows `docs/spec/approval.md`, V4 and 5 (27).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::history::chain;
use crate::history::objects::{Extent, Kind, Objects, Obstacle, Oid};
use crate::history::paths::{self, Prefix};
use crate::ledger::tree::{self, Item, Tree, TreeError};

/// The most entries that may lie below one folder of records.
pub const MOST_ENTRIES: usize = 200_000;

/// How deep folders may lie below one folder of records.
pub const DEEPEST: usize = 100;

/// One entry of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'t> {
    /// The name, which need not be text.
    pub name: &'t [u8],
    /// What it is.
    pub mode: Mode,
    /// The object.
    pub oid: Oid,
    /// All its bytes.
    raw: &'t [u8],
}

/// What an entry of a folder is. Whether a file may be run makes no difference here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A regular file: `100644` or `100755`.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A submodule.
    Submodule,
    /// Anything else, which git no longer writes.
    Other,
}

/// Reads the entries of a folder one by one, in the order of git; the last one is an error where bytes are malformed.
pub fn entries(raw: &[u8]) -> impl Iterator<Item = Result<Entry<'_>, &'static str>> {
    let mut rest = raw;
    let mut before: Option<Entry<'_>> = None;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let read = entry(&mut rest).and_then(|entry| match before {
            Some(before) if !precedes(&before, &entry) => Err("its entries are not in order"),
            _ => Ok(entry),
        });
        match read {
            Ok(entry) => before = Some(entry),
            Err(_) => rest = &[],
        }
        Some(read)
    })
}

fn entry<'t>(rest: &mut &'t [u8]) -> Result<Entry<'t>, &'static str> {
    let blank = rest.iter().take(8).position(|byte| *byte == b' ');
    let (mode, after) = blank
        .and_then(|at| rest.split_at_checked(at))
        .ok_or("an entry has no mode")?;
    let after = after.get(1..).unwrap_or_default();
    let end = after.iter().position(|byte| *byte == 0);
    let (name, id) = end
        .and_then(|at| after.split_at_checked(at))
        .ok_or("an entry has no name")?;
    let oid = id.get(1..21).and_then(Oid::from_bytes);
    let oid = oid.ok_or("an entry has no id")?;
    let (raw, after) = rest
        .split_at_checked(mode.len() + name.len() + 22)
        .ok_or("an entry has no id")?;
    if name.contains(&b'/') || matches!(name, b"" | b"." | b"..") {
        return Err("an entry has a name that leads elsewhere");
    }
    *rest = after;
    let mode = match mode {
        b"100644" | b"100755" => Mode::File,
        b"40000" | b"040000" => Mode::Folder,
        b"120000" => Mode::Link,
        b"160000" => Mode::Submodule,
        _ => Mode::Other,
    };
    Ok(Entry {
        name,
        mode,
        oid,
        raw,
    })
}

/// Returns the raw entries of these names, in the same form.
///
/// # Errors
/// What is malformed about the folder.
pub fn only(raw: &[u8], names: &HashSet<Vec<u8>>) -> Result<Vec<u8>, &'static str> {
    let mut kept = Vec::new();
    for entry in entries(raw) {
        let entry = entry?;
        if names.contains(entry.name) {
            kept.extend_from_slice(entry.raw);
        }
    }
    Ok(kept)
}

/// Compares entries as git sorts them: a folder's name as if a slash stood behind it.
pub fn order(left: &Entry<'_>, right: &Entry<'_>) -> std::cmp::Ordering {
    let tail = |entry: &Entry<'_>| (entry.mode == Mode::Folder).then_some(b'/');
    let left_name = left.name.iter().copied().chain(tail(left));
    left_name.cmp(right.name.iter().copied().chain(tail(right)))
}

/// Compares an entry with a name, which is that of a folder or of something else.
pub fn order_name(entry: &Entry<'_>, name: &[u8], mode: Mode) -> std::cmp::Ordering {
    let wanted = Entry {
        name,
        mode,
        oid: Oid::NULL,
        raw: &[],
    };
    order(entry, &wanted)
}

/// Tells whether two neighbours are in order and have two names.
fn precedes(left: &Entry<'_>, right: &Entry<'_>) -> bool {
    left.name != right.name && order(left, right).is_lt()
}

/// Returns the text of a name; bytes that are no UTF-8 are written as `\xNN`.
pub fn text(name: &[u8]) -> String {
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// Reads the bytes of a folder.
///
/// # Errors
/// [`Obstacle`] where they are not here, or the object is no folder.
pub fn read(objects: &dyn Objects, oid: Oid) -> Result<Vec<u8>, Obstacle> {
    match objects.read(oid)? {
        (Kind::Tree, raw) => Ok(raw),
        _ => Err(malformed(oid, "it is no folder")),
    }
}

/// Returns the obstacle of a malformed object.
pub fn malformed(object: Oid, cause: &str) -> Obstacle {
    Obstacle::Malformed {
        object,
        cause: cause.to_owned(),
    }
}

type Folder = Rc<BTreeMap<String, (Mode, Oid)>>;

/// The files of one commit, below the folder of the ledger.
pub struct CommitTree<'o> {
    objects: &'o dyn Objects,
    root: Oid,
    prefix: Prefix,
    folders: RefCell<HashMap<Oid, Folder>>,
}

impl<'o> CommitTree<'o> {
    /// Returns the tree of a commit.
    ///
    /// # Errors
    /// [`Obstacle`] where the commit can't be read.
    pub fn of_commit(
        objects: &'o dyn Objects,
        commit: Oid,
        prefix: &Prefix,
    ) -> Result<CommitTree<'o>, Obstacle> {
        let commit = chain::read(objects, commit)?;
        Ok(CommitTree::new(objects, commit.tree, prefix))
    }

    /// Returns the tree of a root folder.
    pub fn new(objects: &'o dyn Objects, root: Oid, prefix: &Prefix) -> CommitTree<'o> {
        CommitTree {
            objects,
            root,
            prefix: prefix.clone(),
            folders: RefCell::default(),
        }
    }

    /// Returns what stands at a path, and its object.
    ///
    /// # Errors
    /// [`TreeError`] where a folder on the way can't be read.
    pub fn entry(&self, path: &str) -> Result<Option<(Mode, Oid)>, TreeError> {
        let Some(segments) = self.prefix.outward(path) else {
            return Ok(None);
        };
        let mut at = (Mode::Folder, self.root);
        for segment in segments {
            if at.0 != Mode::Folder {
                return Ok(None);
            }
            match self.folder(at.1)?.get(&segment) {
                Some(entry) => at = *entry,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    fn folder(&self, oid: Oid) -> Result<Folder, TreeError> {
        if let Some(folder) = self.folders.borrow().get(&oid) {
            return Ok(Rc::clone(folder));
        }
        let raw = read(self.objects, oid).map_err(|obstacle| failed(&obstacle))?;
        let mut folder = BTreeMap::new();
        for entry in entries(&raw) {
            let entry = entry.map_err(|cause| failed(&malformed(oid, cause)))?;
            folder.insert(text(entry.name), (entry.mode, entry.oid));
        }
        let folder = Rc::new(folder);
        self.folders.borrow_mut().insert(oid, Rc::clone(&folder));
        Ok(folder)
    }

    fn fill(
        &self,
        path: &str,
        folder: Oid,
        depth: usize,
        items: &mut Vec<Item>,
    ) -> Result<(), TreeError> {
        let too_large = || TreeError::TooLarge {
            folder: path.to_owned(),
        };
        if depth > DEEPEST {
            return Err(too_large());
        }
        for (name, (mode, oid)) in self.folder(folder)?.iter() {
            let path = paths::join(path, name);
            let kind = kind(*mode);
            items.push(Item {
                path: path.clone(),
                kind,
            });
            if items.len() > MOST_ENTRIES {
                return Err(too_large());
            }
            if kind == tree::Kind::Folder {
                self.fill(&path, *oid, depth + 1, items)?;
            }
        }
        Ok(())
    }
}

impl Tree for CommitTree<'_> {
    fn list(&self, folder: &str) -> Result<Vec<Item>, TreeError> {
        let mut items = Vec::new();
        let folder = folder.trim_end_matches('/');
        if let Some((Mode::Folder, oid)) = self.entry(folder)? {
            let folder = if folder == "." { "" } else { folder };
            self.fill(folder, oid, 1, &mut items)?;
        }
        items.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(items)
    }

    fn kind(&self, path: &str) -> Result<Option<tree::Kind>, TreeError> {
        Ok(self.entry(path)?.map(|(mode, _)| kind(mode)))
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        let Some((Mode::File, oid)) = self.entry(path)? else {
            return Ok(None);
        };
        match self.objects.read(oid) {
            Ok((Kind::Blob, bytes)) => Ok(Some(bytes)),
            Ok(_) => Err(failed(&malformed(oid, "it is no file"))),
            Err(obstacle) => Err(failed(&obstacle)),
        }
    }
}

fn kind(mode: Mode) -> tree::Kind {
    match mode {
        Mode::File => tree::Kind::File,
        Mode::Folder => tree::Kind::Folder,
        Mode::Link => tree::Kind::Link,
        Mode::Submodule => tree::Kind::Submodule,
        Mode::Other => tree::Kind::Other,
    }
}

/// Returns the obstacle that an error of a commit's tree is.
pub fn obstacle(error: &TreeError) -> Obstacle {
    match error {
        TreeError::Missing { object } => Obstacle::Missing {
            object: Oid::from_hex(object).unwrap_or(Oid::NULL),
            extent: Extent::Partial,
        },
        TreeError::TooLarge { folder } => Obstacle::TooLarge {
            folder: folder.clone(),
        },
        TreeError::Unreadable { path, cause } => Obstacle::Unreadable {
            object: Oid::from_hex(path).unwrap_or(Oid::NULL),
            cause: cause.clone(),
        },
    }
}

fn failed(obstacle: &Obstacle) -> TreeError {
    match obstacle {
        Obstacle::Missing { object, .. } => TreeError::Missing {
            object: object.to_string(),
        },
        Obstacle::TooLarge { folder } => TreeError::TooLarge {
            folder: folder.clone(),
        },
        Obstacle::Shallow { commit: object }
        | Obstacle::Malformed { object, .. }
        | Obstacle::Unreadable { object, .. } => TreeError::Unreadable {
            path: object.to_string(),
            cause: obstacle.to_string(),
        },
    }
}
