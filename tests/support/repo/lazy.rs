//! A repository that stays in memory until somebody asks for its folder.
//!
//! Creating files is half of what a test of a history costs, and few of them need any. Start at [`LazyGit`].

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use exledger::history::objects::{Extent, Merge, ObjectKind, Objects, Obstacle, Oid};
use exledger::history::refs::{HeadState, Refs, ResolvedRef};

use crate::support::history::own;
use crate::support::repo::MAIN;

/// Objects and refs in memory; whoever uses it as a [`git2::Repository`] gets one in a temporary folder.
pub(crate) struct LazyGit {
    memory: git2::Repository,
    refs: RefCell<BTreeMap<String, git2::Oid>>,
    /// Every commit that was written, whether or not a ref still leads to it.
    commits: RefCell<Vec<git2::Oid>>,
    folder: OnceCell<Folder>,
}

struct Folder {
    temporary: tempfile::TempDir,
    git: git2::Repository,
}

impl Deref for LazyGit {
    type Target = git2::Repository;

    fn deref(&self) -> &git2::Repository {
        &self.folder.get_or_init(|| self.write_out()).git
    }
}

impl LazyGit {
    pub(crate) fn new() -> LazyGit {
        let memory = git2::Repository::open(empty()).unwrap();
        let odb = git2::Odb::new().unwrap();
        odb.add_new_mempack_backend(1).unwrap();
        memory.set_odb(&odb).unwrap();
        LazyGit {
            memory,
            refs: RefCell::default(),
            commits: RefCell::default(),
            folder: OnceCell::new(),
        }
    }

    /// Returns the repository in which objects are read and written; this creates no folder.
    pub(crate) fn objects(&self) -> &git2::Repository {
        self.folder.get().map_or(&self.memory, |folder| &folder.git)
    }

    /// Tells whether everything is still in memory.
    pub(crate) fn is_in_memory(&self) -> bool {
        self.folder.get().is_none()
    }

    pub(crate) fn path_of_folder(&self) -> &Path {
        let folder = self.folder.get_or_init(|| self.write_out());
        folder.temporary.path()
    }

    /// Returns the commit of a ref.
    pub(crate) fn target(&self, name: &str) -> Option<git2::Oid> {
        match self.folder.get() {
            Some(folder) => folder.git.refname_to_id(name).ok(),
            None => self.refs.borrow().get(name).copied(),
        }
    }

    /// Sets a ref, forced.
    pub(crate) fn point(&self, name: &str, oid: git2::Oid) {
        match self.folder.get() {
            Some(folder) => drop(folder.git.reference(name, oid, true, "test").unwrap()),
            None => drop(self.refs.borrow_mut().insert(name.to_owned(), oid)),
        }
    }

    /// Writes a raw commit.
    pub(crate) fn write_commit(&self, raw: &[u8]) -> git2::Oid {
        let odb = self.objects().odb().unwrap();
        let oid = odb.write(git2::ObjectType::Commit, raw).unwrap();
        self.commits.borrow_mut().push(oid);
        oid
    }

    /// Returns the refs in memory as `store` would read them from the folder.
    pub(crate) fn refs(&self) -> Refs {
        let names = self.refs.borrow();
        let branches = names.iter().filter(|(name, _)| {
            name.starts_with("refs/heads/") || name.starts_with("refs/remotes/")
        });
        Refs {
            names: branches.map(|(name, oid)| (name.clone(), own(*oid))).collect(),
            links: BTreeMap::new(),
            head: HeadState::Branch(format!("refs/heads/{MAIN}")),
            remotes: Vec::new(),
            unfollowed: Vec::new(),
            upstream: None,
            is_bare: false,
            is_shallow: false,
            is_rebasing: false,
            configured: None,
            trusted_from: None,
        }
    }

    /// Resolves a full ref name.
    pub(crate) fn resolve(&self, name: &str) -> Option<ResolvedRef> {
        let oid = own(self.target(name)?);
        Some(ResolvedRef { name: Some(name.to_owned()), oid })
    }

    /// Creates the folder, with all objects in one pack, and the refs.
    fn write_out(&self) -> Folder {
        let temporary = crate::support::temporary();
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head(MAIN).external_template(false);
        let git = git2::Repository::init_opts(temporary.path(), &options).unwrap();
        let objects = self.written();
        if !objects.is_empty() {
            let mut pack = self.memory.packbuilder().unwrap();
            pack.set_threads(1);
            for oid in objects {
                pack.insert_object(oid, None).unwrap();
            }
            let mut bytes = git2::Buf::new();
            pack.write_buf(&mut bytes).unwrap();
            let odb = git.odb().unwrap();
            let mut writer = odb.packwriter().unwrap();
            writer.write_all(&bytes).unwrap();
            writer.commit().unwrap();
        }
        for (name, oid) in self.refs.borrow().iter() {
            git.reference(name, *oid, true, "test").unwrap();
        }
        Folder { temporary, git }
    }

    /// Returns every object in memory that a commit or a ref leads to.
    fn written(&self) -> BTreeSet<git2::Oid> {
        let odb = self.memory.odb().unwrap();
        let mut open: Vec<git2::Oid> = self.commits.borrow().clone();
        open.extend(self.refs.borrow().values());
        let mut found = BTreeSet::new();
        while let Some(oid) = open.pop() {
            if found.contains(&oid) {
                continue;
            }
            // A test may write a commit whose parent or tree does not exist.
            let Ok(object) = odb.read(oid) else { continue };
            found.insert(oid);
            match object.kind() {
                git2::ObjectType::Commit | git2::ObjectType::Tag => {
                    open.extend(named_in_header(object.data()));
                }
                git2::ObjectType::Tree => open.extend(named_in_tree(object.data())),
                _ => {}
            }
        }
        found
    }
}

/// Returns the ids that the header of a commit or tag names.
fn named_in_header(raw: &[u8]) -> Vec<git2::Oid> {
    let lines = raw.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    let ids = lines.filter_map(|line| {
        let line = std::str::from_utf8(line).ok()?;
        let (key, id) = line.split_once(' ')?;
        let is_link = ["tree", "parent", "object"].contains(&key);
        git2::Oid::from_str(id).ok().filter(|_| is_link)
    });
    ids.collect()
}

/// Returns the ids of the entries of a tree.
fn named_in_tree(raw: &[u8]) -> Vec<git2::Oid> {
    let (mut ids, mut rest) = (Vec::new(), raw);
    while let Some(end) = rest.iter().position(|byte| *byte == 0) {
        let Some(id) = rest.get(end + 1..end + 21) else { break };
        ids.push(git2::Oid::from_bytes(id).unwrap());
        rest = &rest[end + 21..];
    }
    ids
}

/// Returns the path of an empty repository, whose configuration the ones in memory use. It is made once and kept.
fn empty() -> PathBuf {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("empty.git");
    if !kept.exists() {
        let made = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head(MAIN).external_template(false).bare(true);
        git2::Repository::init_opts(made.path().join("empty.git"), &options).unwrap();
        // Another process may have been first.
        let renamed = std::fs::rename(made.path().join("empty.git"), &kept);
        assert!(renamed.is_ok() || kept.exists(), "{renamed:?}");
    }
    kept
}

impl Objects for LazyGit {
    fn read(&self, oid: Oid) -> Result<(ObjectKind, Vec<u8>), Obstacle> {
        let missing = Obstacle::Missing { object: oid, extent: Extent::Full };
        let id = git2::Oid::from_bytes(oid.as_bytes()).unwrap();
        let odb = self.memory.odb().unwrap();
        let object = odb.read(id).map_err(|_| missing)?;
        let kind = match object.kind() {
            git2::ObjectType::Commit => ObjectKind::Commit,
            git2::ObjectType::Tree => ObjectKind::Tree,
            git2::ObjectType::Tag => ObjectKind::Tag,
            _ => ObjectKind::Blob,
        };
        Ok((kind, object.data().to_vec()))
    }

    fn is_shallow(&self, _: Oid) -> bool {
        false
    }

    fn merge(&self, base: &[u8], ours: &[u8], theirs: &[u8]) -> Merge {
        exledger::store::git::merge(base, ours, theirs)
    }

    fn has_replacements(&self) -> bool {
        self.refs.borrow().keys().any(|name| name.starts_with("refs/replace/"))
    }
}
