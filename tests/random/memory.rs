//! A repository in memory: a map of objects by the ids that git gives them.
//!
//! Start at [`Memory`]. Files are merged by git's own merge, as in `store`.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use exledger::history::objects::{Extent, Merge, ObjectKind, Objects, Obstacle, Oid};

/// The files of a commit, by path.
pub(super) type Files = BTreeMap<String, Oid>;

/// The objects, by their ids.
#[derive(Default)]
pub(super) struct Memory {
    objects: RefCell<HashMap<Oid, (ObjectKind, Vec<u8>)>>,
    trees: RefCell<HashMap<Oid, Rc<Files>>>,
}

impl Memory {
    /// Stores an object and returns its id.
    fn keep(&self, kind: ObjectKind, bytes: Vec<u8>) -> Oid {
        let of_git = match kind {
            ObjectKind::Commit => git2::ObjectType::Commit,
            ObjectKind::Tree => git2::ObjectType::Tree,
            ObjectKind::Blob => git2::ObjectType::Blob,
            ObjectKind::Tag => git2::ObjectType::Tag,
        };
        let oid = git2::Oid::hash_object(of_git, &bytes).unwrap();
        let oid = Oid::from_bytes(oid.as_bytes()).unwrap();
        self.objects.borrow_mut().entry(oid).or_insert((kind, bytes));
        oid
    }

    /// Stores a file's bytes.
    pub(super) fn blob(&self, bytes: &[u8]) -> Oid {
        self.keep(ObjectKind::Blob, bytes.to_vec())
    }

    /// Stores a raw commit.
    pub(super) fn commit(&self, raw: Vec<u8>) -> Oid {
        self.keep(ObjectKind::Commit, raw)
    }

    /// Stores the trees of some files and returns the id of the root tree.
    pub(super) fn tree(&self, files: &Rc<Files>) -> Oid {
        let entries: Vec<(&str, Oid)> =
            files.iter().map(|(path, oid)| (path.as_str(), *oid)).collect();
        let top = self.folder(&entries);
        self.trees.borrow_mut().insert(top, Rc::clone(files));
        top
    }

    fn folder(&self, files: &[(&str, Oid)]) -> Oid {
        let mut inside: BTreeMap<&str, Vec<(&str, Oid)>> = BTreeMap::new();
        // Git sorts a tree as if its name ended in a slash.
        let mut entries: BTreeMap<String, (&str, &str, Oid)> = BTreeMap::new();
        for (path, oid) in files {
            match path.split_once('/') {
                Some((folder, rest)) => inside.entry(folder).or_default().push((rest, *oid)),
                None => {
                    entries.insert((*path).to_owned(), ("100644", path, *oid));
                }
            }
        }
        for (name, files) in inside {
            entries.insert(format!("{name}/"), ("40000", name, self.folder(&files)));
        }
        let mut raw = Vec::new();
        for (mode, name, oid) in entries.values() {
            raw.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            raw.extend_from_slice(oid.as_bytes());
        }
        self.keep(ObjectKind::Tree, raw)
    }

    /// Tells whether there is an object with an id.
    pub(super) fn has(&self, oid: Oid) -> bool {
        self.objects.borrow().contains_key(&oid)
    }

    /// Returns the bytes of a file.
    pub(super) fn bytes(&self, oid: Oid) -> Vec<u8> {
        self.objects.borrow().get(&oid).unwrap().1.clone()
    }

    /// Merges one file as git does: `Err` if it conflicts, or if one side removed it and the other changed it.
    pub(super) fn merge_file(
        &self,
        base: Option<Oid>,
        ours: Option<Oid>,
        theirs: Option<Oid>,
    ) -> Result<Option<Oid>, ()> {
        if ours == theirs || base == theirs {
            return Ok(ours);
        }
        if base == ours {
            return Ok(theirs);
        }
        let (Some(base), Some(ours), Some(theirs)) = (base, ours, theirs) else {
            return Err(());
        };
        match self.merge(&self.bytes(base), &self.bytes(ours), &self.bytes(theirs)) {
            Merge::Clean(bytes) => Ok(Some(self.blob(&bytes))),
            Merge::Conflict => Err(()),
        }
    }
}

impl Objects for Memory {
    fn read(&self, oid: Oid) -> Result<(ObjectKind, Vec<u8>), Obstacle> {
        let objects = self.objects.borrow();
        let missing = Obstacle::Missing { object: oid, extent: Extent::Full };
        objects.get(&oid).cloned().ok_or(missing)
    }

    fn is_shallow(&self, _: Oid) -> bool {
        false
    }

    fn merge(&self, base: &[u8], ours: &[u8], theirs: &[u8]) -> Merge {
        exledger::store::git::merge(base, ours, theirs)
    }

    fn has_replacements(&self) -> bool {
        false
    }
}
