//! A git repository: its objects, refs and configuration, through libgit2 and without starting git.
//!
//! Start at [`Repository::discover`]. Follows `docs/spec/approval.md`, 1.2.
//!
//! Where git2 0.21 with libgit2 1.9.7 differs from git, or misleads, and what is done instead:
//! - Trailers: `message_trailers` stops at `---` (1,144 of 6,000 messages of DefectDojo differ from git's):
//!   `history::trailer`.
//! - Idents: of a line with two `<…>` git takes the first and libgit2 the last; of two `author` headers the other way
//!   round; git keeps a blank at the end of an address. `find_commit` and `peel` fail on an author without `<`, on a header
//!   before the author and on a time beyond 64 bits. So commits are raw bytes, read by `history::ident`, which notes each; what can't be read is exit
//!   3, with the id.
//! - Messages: `message` fails where it is not UTF-8, and a NUL ends it. The raw bytes and the `encoding` header are used.
//! - Parents: `Commit::parent` honours grafts and shallow boundaries, not `refs/replace`; at a boundary `parent_count` is
//!   0, as at a root. Parents are raw, `.git/shallow` is read here, replaced objects are reported.
//! - Partial clones: today's open like whole ones: a missing blob is `NotFound` of class Odb, a missing path of class Tree.
//!   Older ones need `set_extensions(["partialclone"])` (libgit2#6880).
//! - Reftable and SHA-256 repositories don't open (`extensions.refstorage`, cocogitto#571; `unknown object format`): exit
//!   3, with the setting. Signatures of SHA-256 commits would be in `gpgsig-sha256`. The extensions worktreeConfig,
//!   relativeWorktrees and preciousObjects work.
//! - Owner: `safe.directory` is read from the system's and `$HOME`'s configuration only, as an exact path or `*`; `/dir/*`
//!   is not understood, nor is what `GIT_CONFIG_GLOBAL` and `GIT_CONFIG_COUNT` name (libgit2#7126, fixed later by #7265). The
//!   check stays on, its error prints the `git config` command. All else is read from where `configuration` says.
//! - Mailmap: `Repository::mailmap` reads the work tree's and minds letter case (onefetch#635). `policy::mailmap` reads the
//!   approved branch's.
//! - Notes: author and committer of a `Note` are those of the newest notes commit, whatever it changed. `history::notes`
//!   finds the commit of each entry. Notes are not fetched by default: a hint says how.
//! - Signatures: `extract_signature(oid, None)` gives the payload; with `mergetag` it gives the whole tag, which is split
//!   at `-----BEGIN`. `ssh-key` 0.6.7 verifies; each listed key is tried, not the one embedded. It reads no allowed
//!   signers: `approval::sources::signers` does, with globs, quotes, namespaces and local times.
//! - Work tree: status ignores skip-worktree (sparse files look deleted), so HEAD's content is taken; `Oid::hash_file`
//!   applies no filters; a change of mode alone is a delta with id 0; pathspecs of diffs are globs, so folders are walked
//!   by entry.
//! - Refs: `refs/remotes/origin/HEAD` is missing after actions/checkout and after `git remote add` (M1). In a linked work
//!   tree `path` is `.git/worktrees/x`; shallow, grafts and notes are in `commondir`.
//! - Attributes: the quotes of a pattern are taken for a part of it, and a macro is unknown before the line that defines it.
//!   `attributes` reads such lines.
//! - Object ids are verified on reading, slowly: SHA-1 that finds collisions, as git did when it fetched the object. That is
//!   switched off; `Repository::read` verifies each id with the processor's instructions.
//! - A truncated loose object is inflated for ever (libgit2#7342, fixed later). `whole` reads the compressed file to its
//!   end first; `revision` resolves refs, ids, prefixes, `@{…}`, `^{commit}`, `~` and `^` itself; the index's
//!   `.gitattributes` are checked first; a search by message (`:/text`, `^{/text}`) finds no commit.

mod attributes;
pub mod commit_graph;
pub mod configuration;
pub mod fetched;
pub mod heads;
pub mod indexed;
pub mod judged;
mod loose;
pub mod loose_folders;
mod names;
pub mod open;
pub mod reach;
pub mod revision;
pub mod seen;
pub mod stamps;
pub mod stored;
pub mod tracked;
pub mod watch;
mod whole;

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sha1::{Digest as _, Sha1};

use crate::diag::remedy::Remedy;
use crate::history::chain;
use crate::history::objects::{Extent, Merge, ObjectKind, Objects, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::store::commits::{CommitWriter, ScribeError};
use crate::store::git::commit_graph::CommitGraph;
use crate::store::git::loose_folders::LooseFolders;
use crate::store::real_path::real_path;
use crate::store::sign::{CommitSigning, Setup, SignError};

pub struct Repository {
    git: git2::Repository,
    /// The folder of HEAD: for a linked work tree, its own git folder.
    own_dir: PathBuf,
    common_dir: PathBuf,
    work_dir: Option<PathBuf>,
    shallow: BTreeSet<Oid>,
    extent: Extent,
    loose_folders: LooseFolders,
    graph: OnceCell<Option<CommitGraph>>,
    reads: Cell<u64>,
    /// A folder that replaces a git folder that libgit2 refuses; removed when this value is dropped.
    stand_in: Option<tempfile::TempDir>,
}

/// Why git can't answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("git: {cause}")]
pub struct GitError {
    pub cause: String,
    pub remedy: Remedy,
}

/// Lists the files of whole folders in the index again.
const EXPAND_INDEX: &str = "git sparse-checkout reapply --no-sparse-index";

impl From<git2::Error> for GitError {
    fn from(error: git2::Error) -> GitError {
        // libgit2 names the extension of the index that it doesn't know.
        let remedy = if error.message().contains("'link'") {
            Remedy::run(["git config core.splitIndex false && git update-index --no-split-index"])
                .after("the index is split")
        } else if error.message().contains("'sdir'") {
            Remedy::run([EXPAND_INDEX]).after("the index lists whole folders")
        } else if let Some(file) = unread_index(&error) {
            return match file.as_ref().and_then(|file| fs::File::open(file).err()) {
                Some(why) => GitError::new(unopened(&file.unwrap_or_default(), &why.to_string())),
                None => GitError { cause: DAMAGED_INDEX.to_owned(), remedy: renew_index() },
            };
        } else {
            Remedy::default()
        };
        GitError { cause: cause(&error), remedy }
    }
}

impl GitError {
    fn new(cause: String) -> GitError {
        GitError { cause, remedy: Remedy::default() }
    }

    fn of_object(path: &str, obstacle: &Obstacle) -> GitError {
        GitError { cause: format!("{path}: {obstacle}"), remedy: obstacle.remedy() }
    }
}

const DAMAGED_INDEX: &str = "the index, which says what is staged, is damaged or empty";

fn renew_index() -> Remedy {
    let index = "\"$(git rev-parse --git-path index)\"";
    let command = format!("mv -- {index} {index}.damaged && git reset -q");
    Remedy::run([command])
        .after("put it aside, and make it anew from HEAD; then stage again what is to be committed")
}

// Returns the index that libgit2 can't read, `None` in it where the error doesn't name it. It says of one that this user may not
// open, or that is shorter than a checksum, that it no longer exists.
fn unread_index(error: &git2::Error) -> Option<Option<PathBuf>> {
    let message = error.message();
    let named = message.strip_prefix("failed to read index: '");
    let file = named.and_then(|rest| rest.strip_suffix("' no longer exists")).map(PathBuf::from);
    let is_invalid = error.class() == git2::ErrorClass::Index && message.contains("invalid data");
    (file.is_some() || is_invalid).then_some(file)
}

fn unopened(file: &Path, why: &str) -> String {
    format!("can't open {}: {why}; check its permissions", file.display())
}

/// Returns the text of an error of libgit2, which calls a file that this user may not open "locked".
fn cause(error: &git2::Error) -> String {
    let message = error.message();
    let opened = message.strip_prefix("failed open - '");
    match opened.and_then(|rest| rest.split_once("' is locked: ")) {
        Some((path, why)) => unopened(Path::new(path), why),
        None => message.to_owned(),
    }
}

impl Repository {
    /// Returns the top of the work tree; `None` for a bare repository.
    pub fn work_dir(&self) -> Option<&Path> {
        self.work_dir.as_deref()
    }

    /// Returns the index: the one that git makes a commit from, while it runs a hook, else the repository's own.
    /// A file that a sparse checkout leaves out and that lies there after all is not left out, as for git.
    fn index(&self) -> Result<git2::Index, GitError> {
        if self.stand_in.is_some() {
            return Err(GitError {
                cause: "the setting extensions.partialClone is of an older git".to_owned(),
                remedy: Remedy::run([format!(
                    "git config \"remote.$(git config extensions.partialClone).promisor\" true && git config --unset extensions.partialClone && {}",
                    self.extent.remedy().command().unwrap_or_default()
                )]),
            });
        }
        let index = self.read_index();
        index.map_err(|error| {
            let mut error = GitError::from(error);
            // The blobs of the files in those folders were never asked for.
            if let Extent::Partial { fetch } = &self.extent
                && error.remedy.command() == Some(EXPAND_INDEX)
            {
                let expand = format!("{EXPAND_INDEX} && {fetch}");
                error.remedy = Remedy::run([expand]).after(error.remedy.note);
            }
            error
        })
    }

    fn read_index(&self) -> Result<git2::Index, git2::Error> {
        let named = configuration::index_file().zip(self.work_dir.as_ref());
        let named = named.map(|(path, top)| top.join(path)).filter(|path| self.may_own(path));
        let index = match &named {
            Some(path) => git2::Index::open(path)?,
            None => self.git.index()?,
        };
        let (lying, path) = (self.lying_outside(&index), index.path());
        let Some(path) = path.filter(|_| !lying.is_empty()) else { return Ok(index) };
        // One that belongs to no repository: libgit2 would ask it for the blobs, which a partial clone may lack.
        let mut index = git2::Index::open(path)?;
        lying.iter().try_for_each(|entry| index.add(entry))?;
        Ok(index)
    }

    /// Tells whether a file, which need not exist, is not in the git folder of another repository.
    fn may_own(&self, path: &Path) -> bool {
        let Some(folder) = path.parent().and_then(|folder| fs::canonicalize(folder).ok()) else {
            return false;
        };
        let is_own = fs::canonicalize(&self.own_dir).is_ok_and(|own| own == folder);
        !path.is_dir() && (is_own || !folder.join("HEAD").is_file())
    }

    /// Returns how many objects have been read so far.
    pub fn reads(&self) -> u64 {
        self.reads.get()
    }

    /// Returns the git folder that all work trees share: refs, objects, configuration.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Returns the path of a ledger's root in the repository; that of the repository's own root if it lies elsewhere.
    pub fn ledger_prefix(&self, root: &Path) -> LedgerPrefix {
        LedgerPrefix::new(&self.prefix(root).unwrap_or_default())
    }

    /// Returns the path of a folder from the top of the work tree, with `/`; empty for the top itself.
    ///
    /// `None` if the folder is not inside, or the repository is bare.
    pub fn prefix(&self, folder: &Path) -> Option<String> {
        let top = real_path(self.work_dir.as_ref()?).ok()?;
        let folder = real_path(folder).ok()?;
        let inside = folder.strip_prefix(top).ok()?;
        let parts: Option<Vec<&str>> =
            inside.components().map(|part| part.as_os_str().to_str()).collect();
        Some(parts?.join("/"))
    }

    /// Returns the user's name and address, as git writes the author of a commit.
    pub fn user(&self) -> (Option<String>, Option<String>) {
        self.person(configuration::AUTHOR_NAME, configuration::AUTHOR_EMAIL, "author")
    }

    /// Returns the user's name and address, as git writes the committer of a commit.
    pub fn committer(&self) -> (Option<String>, Option<String>) {
        self.person(configuration::COMMITTER_NAME, configuration::COMMITTER_EMAIL, "committer")
    }

    fn person(&self, name: &str, email: &str, role: &str) -> (Option<String>, Option<String>) {
        let text = |key: &str| self.setting(key).filter(|text| !text.is_empty());
        let set = |variable, key| {
            let own = || text(&format!("{role}.{key}"));
            let stated = configuration::user_variable(variable).or_else(own);
            stated.or_else(|| text(&format!("user.{key}")))
        };
        let elsewhere = || configuration::user_variable(configuration::EMAIL);
        (set(name, "name"), set(email, "email").or_else(elsewhere))
    }

    /// Returns a setting of git's configuration, at whatever level it is set.
    pub fn setting(&self, key: &str) -> Option<String> {
        self.config().ok()?.get_string(key).ok()
    }

    /// Returns the setup for signing approvals; `home` is the folder that `~` stands for, `folder` the base of relative
    /// paths, `key` the key given by a flag.
    ///
    /// # Errors
    /// [`SignError`] if no existing key is named.
    pub fn signing(
        &self,
        key: Option<&str>,
        home: Option<&Path>,
        folder: &Path,
    ) -> Result<Setup, SignError> {
        Setup::for_approvals(&self.config().map_err(unreadable)?, key, home, folder)
    }

    /// Returns the setup for signing commits, if git signs with an SSH key here.
    ///
    /// # Errors
    /// [`SignError`] if the configuration names no existing key.
    pub fn signing_of_commits(
        &self,
        home: Option<&Path>,
        folder: &Path,
    ) -> Result<Setup, SignError> {
        Setup::for_commits(&self.config().map_err(unreadable)?, home, folder)
    }

    /// Returns how git signs commits here.
    pub fn commit_signing(&self) -> CommitSigning {
        let config = self.config();
        config.map_or(CommitSigning::Unsigned, |config| CommitSigning::from_config(&config))
    }

    /// Returns a writer of commits.
    ///
    /// # Errors
    /// [`ScribeError`] if git refuses.
    pub fn scribe(&self) -> Result<CommitWriter, ScribeError> {
        CommitWriter::open(&self.own_dir)
    }

    // Not by libgit2's reader of commits, which refuses some that git reads: with the signature before the author.
    fn tree_of(&self, commit: Oid) -> Result<git2::Tree<'_>, GitError> {
        let read = chain::read(self, commit);
        let tree = read.map_err(|obstacle| GitError::of_object("a commit", &obstacle))?.tree;
        Ok(self.git.find_tree(theirs(tree)?)?)
    }

    fn obstacle(&self, oid: Oid, error: &git2::Error) -> Obstacle {
        if error.code() == git2::ErrorCode::NotFound {
            return Obstacle::Missing { object: oid, extent: self.extent.clone() };
        }
        Obstacle::Unreadable { object: oid, cause: cause(error) }
    }

    /// Returns git's index of the history; `None` without one, or it doesn't describe the objects as they are read.
    pub fn commit_graph(&self) -> Option<&CommitGraph> {
        let read = || {
            let is_off = self.config().ok()?.get_bool("core.commitGraph") == Ok(false)
                || !self.shallow.is_empty()
                || self.has_replacements();
            if is_off { None } else { CommitGraph::open(&self.common_dir) }
        };
        self.graph.get_or_init(read).as_ref()
    }

    /// Returns how much of the repository this clone holds.
    pub fn extent(&self) -> Extent {
        self.extent.clone()
    }
}

impl Objects for Repository {
    fn read(&self, oid: Oid) -> Result<(ObjectKind, Vec<u8>), Obstacle> {
        self.reads.set(self.reads.get().saturating_add(1));
        let packed = || {
            let odb = self.git.odb()?;
            let object = odb.read(theirs(oid)?)?;
            Ok((object.kind(), object.data().to_vec()))
        };
        let (kind, bytes) = match self.unpacked(oid)? {
            Some(object) => object,
            None => packed().map_err(|error| self.obstacle(oid, &error))?,
        };
        if object_id(kind, &bytes) != *oid.as_bytes() {
            let cause = "its content is not that of its id".to_owned();
            return Err(Obstacle::Unreadable { object: oid, cause });
        }
        Ok((own_kind(kind), bytes))
    }

    fn size(&self, oid: Oid) -> Result<u64, Obstacle> {
        let size = || self.git.odb()?.read_header(theirs(oid)?);
        let (size, _) = size().map_err(|error| self.obstacle(oid, &error))?;
        Ok(u64::try_from(size).unwrap_or(u64::MAX))
    }

    fn is_shallow(&self, oid: Oid) -> bool {
        self.shallow.contains(&oid)
    }

    fn extent(&self) -> Extent {
        self.extent.clone()
    }

    fn merge(&self, base: &[u8], ours: &[u8], theirs: &[u8]) -> Merge {
        merge(base, ours, theirs)
    }

    fn has_replacements(&self) -> bool {
        let grafts = fs::metadata(self.common_dir.join("info/grafts"));
        let replaces = self.git.references_glob("refs/replace/*");
        grafts.is_ok_and(|file| file.len() > 0)
            || replaces.is_ok_and(|mut found| found.next().is_some())
    }
}

fn unreadable(error: git2::Error) -> SignError {
    SignError::Configuration(error.message().to_owned())
}

/// Returns the three-way merge of a file, with git's default options; it needs no repository.
pub fn merge(base: &[u8], ours: &[u8], theirs: &[u8]) -> Merge {
    // Also all cases with an empty result, which the library can't return.
    if base == theirs || ours == theirs {
        return Merge::Clean(ours.to_vec());
    }
    if base == ours {
        return Merge::Clean(theirs.to_vec());
    }
    let (mut old, mut left, mut right) =
        (git2::MergeFileInput::new(), git2::MergeFileInput::new(), git2::MergeFileInput::new());
    old.content(base);
    left.content(ours);
    right.content(theirs);
    match git2::merge_file(&old, &left, &right, None) {
        Ok(merged) if merged.is_automergeable() => Merge::Clean(merged.content().to_vec()),
        _ => Merge::Conflict,
    }
}

fn own_kind(kind: git2::ObjectType) -> ObjectKind {
    match kind {
        git2::ObjectType::Commit => ObjectKind::Commit,
        git2::ObjectType::Tree => ObjectKind::Tree,
        git2::ObjectType::Tag => ObjectKind::Tag,
        _ => ObjectKind::Blob,
    }
}

fn object_id(kind: git2::ObjectType, bytes: &[u8]) -> [u8; 20] {
    let head = [kind.str(), " ", &bytes.len().to_string(), "\0"].concat();
    let mut hash = Sha1::new_with_prefix(head);
    hash.update(bytes);
    hash.finalize().into()
}

fn theirs(oid: Oid) -> Result<git2::Oid, git2::Error> {
    git2::Oid::from_bytes(oid.as_bytes())
}

/// Returns the object id of a file with these bytes.
pub fn blob_id(bytes: &[u8]) -> Option<Oid> {
    let oid = git2::Oid::hash_object(git2::ObjectType::Blob, bytes);
    oid.ok().and_then(ours)
}

pub(in crate::store) fn ours(oid: git2::Oid) -> Option<Oid> {
    Oid::from_bytes(oid.as_bytes())
}
