//! Finds and opens a repository, or reports the setting that prevents it.
//!
//! Start at [`OpenError`]; `Repository::discover` is in here. The head of `store::git` lists the repositories that libgit2
//! refuses.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::history::objects::{Extent, Oid};
use crate::store::git::configuration::GitConfig;
use crate::store::git::loose_folders::LooseFolders;
use crate::store::git::{Repository, configuration};
use crate::store::real_path::real_path;

/// Why there is no repository to work with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("{} is not in a git repository", .folder.display())]
    NotFound { folder: PathBuf },
    #[error("{} belongs to another user", .folder.display())]
    Owner {
        /// The folder to add to git's `safe.directory`.
        folder: PathBuf,
    },
    #[error("the setting `{name}` makes this a kind of repository that can't be read")]
    Setting {
        /// The responsible setting of git's configuration, as `key = value` if the value is known.
        name: String,
    },
    #[error(
        "this repository uses SHA-256, which exledger does not support yet: libgit2 has it as an experiment since 1.6, \
         and by default from 2.0 on"
    )]
    Sha256,
    #[error("this repository keeps its refs in a reftable, which exledger does not support yet")]
    Reftable,
    /// The folder looks like that of a repository, and is part of what another one versions.
    #[error(
        "{} looks like a git directory, but the repository of {} versions it",
        .own_dir.display(),
        .folder.display()
    )]
    Tracked { own_dir: PathBuf, folder: PathBuf },
    /// Something has the name of a repository's folder, and is none that can be opened.
    #[error("{} is not a git repository that can be opened", .entry.display())]
    Broken { entry: PathBuf },
    /// The environment says that the repository of a folder is elsewhere.
    #[error("git's folder for {} is elsewhere according to GIT_DIR, which is not followed", .folder.display())]
    Named { folder: PathBuf, has_own: bool },
    #[error("git: {cause}")]
    Refused { cause: String },
}

const LINK: &str = "printf 'gitdir: %s\\n' \"$(git rev-parse --absolute-git-dir)\" > \"$(git rev-parse --show-toplevel)/.git\"";

impl OpenError {
    pub fn remedy(&self) -> Remedy {
        match self {
            OpenError::NotFound { .. } | OpenError::Refused { .. } => Remedy::default(),
            OpenError::Owner { folder } => {
                let folder = folder.display().to_string();
                let trust = shell::command("git config --global --add safe.directory", &[&folder]);
                Remedy::run([&trust]).after(format!(
                    "run `{trust}` if you trust it (an entry like `/dir/*` and settings in the environment are not enough)"
                ))
            }
            OpenError::Broken { entry } => {
                let folder = entry.parent().unwrap_or(entry).display().to_string();
                let ask = shell::command("git -C", &[&folder]) + " status";
                let moved = match entry.is_file() {
                    true => format!(
                        "; where its repository moved to, run `{}`",
                        shell::command("git worktree repair", &[&folder])
                    ),
                    false => String::new(),
                };
                Remedy::run([&ask]).after(format!("mend what `{ask}` says, or remove it{moved}"))
            }
            OpenError::Named { has_own: true, .. } => {
                "unset GIT_DIR, or remove the `.git` that lies there".into()
            }
            OpenError::Named { .. } => Remedy::run([LINK]).after(format!("run `{LINK}`")),
            OpenError::Setting { .. } => "use a clone without it".into(),
            OpenError::Tracked { .. } => {
                "remove what makes it one (`HEAD`, `objects`, `refs`)".into()
            }
            OpenError::Reftable => {
                "use a clone that keeps them in files (`git clone --ref-format=files`), or, with git 2.48 or later, run `git refs migrate --ref-format=files`"
                    .into()
            }
            OpenError::Sha256 => {
                "keep the ledger in a repository with SHA-1 (`git init --object-format=sha1`)"
                    .into()
            }
        }
    }
}

impl Repository {
    /// Opens the repository that a folder is in.
    ///
    /// # Errors
    /// [`OpenError`]; only [`OpenError::NotFound`] means that the folder is outside git.
    pub fn discover(folder: &Path) -> Result<Repository, OpenError> {
        // Libgit2's cache grows with the history, and hardly anything is read twice.
        git2::opts::enable_caching(false);
        // `Repository::read` verifies each id.
        git2::opts::strict_hash_verification(false);
        let found = git2::Repository::discover_path(folder, std::iter::empty::<PathBuf>());
        let own_dir = found.map_err(|error| match error.code() {
            git2::ErrorCode::NotFound => match named_git(folder) {
                Some(entry) => OpenError::Broken { entry },
                None if is_named_elsewhere(folder, None) => {
                    OpenError::Named { folder: folder.to_path_buf(), has_own: false }
                }
                None => OpenError::NotFound { folder: folder.to_path_buf() },
            },
            _ => refused(error),
        })?;
        if let Some(folder) = holder(&own_dir) {
            return Err(OpenError::Tracked { own_dir, folder });
        }
        if !has_head(&own_dir) {
            return Err(OpenError::Broken { entry: named_git(folder).unwrap_or(own_dir) });
        }
        if is_named_elsewhere(folder, Some(&own_dir)) {
            return Err(OpenError::Named { folder: folder.to_path_buf(), has_own: true });
        }
        match git2::Repository::open(&own_dir) {
            Ok(git) => {
                // Git's work tree begins at its folder, or at the link or file that leads there.
                if let Some(here) = top_beside(folder, &git) {
                    git.set_workdir(&here, false).map_err(refused)?;
                }
                Repository::opened(git)
            }
            Err(error) if error.code() == git2::ErrorCode::Owner => {
                Err(OpenError::Owner { folder: trusted(&own_dir) })
            }
            Err(error) if error.message().contains("extensions.partialclone") => {
                Repository::stood_in(&own_dir)
            }
            Err(error) => Err(setting(&error).unwrap_or_else(|| refused(error))),
        }
    }

    fn opened(git: git2::Repository) -> Result<Repository, OpenError> {
        // libgit2 passes over settings that this user may not read.
        let settings = git.commondir().join("config");
        if let Err(cause) = fs::File::open(&settings)
            && cause.kind() == ErrorKind::PermissionDenied
        {
            let cause =
                format!("can't open {}: {cause}; check its permissions", settings.display());
            return Err(OpenError::Refused { cause });
        }
        let mut config = git.config().map_err(refused)?;
        // Those that the repository hands out later are this one.
        configuration::put(&mut config, git.path()).map_err(refused)?;
        let common_dir = git.commondir().to_path_buf();
        let (shallow, extent) = extent(git.path(), &common_dir, &config);
        Ok(Repository {
            own_dir: git.path().to_path_buf(),
            work_dir: stated_work_dir(&git, &config),
            loose_folders: LooseFolders::of(&common_dir),
            graph: OnceCell::new(),
            reads: Cell::new(0),
            git,
            common_dir,
            shallow,
            extent,
            stand_in: None,
        })
    }

    /// Opens an older partial clone, whose configuration libgit2 refuses, through a folder of links to its parts.
    /// Making libgit2 accept the setting would take unsafe code; readers need nothing else of the setting.
    fn stood_in(own_dir: &Path) -> Result<Repository, OpenError> {
        let failed = |cause: std::io::Error| OpenError::Refused { cause: cause.to_string() };
        let common_dir = common(own_dir);
        let config = refused_config(&common_dir).map_err(refused)?;
        let stand_in = tempfile::tempdir().map_err(failed)?;
        let inside = |name: &str| stand_in.path().join(name);
        fs::write(inside("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
            .and_then(|()| fs::copy(own_dir.join("HEAD"), inside("HEAD")))
            .and_then(|_| link(&common_dir.join("objects"), &inside("objects")))
            .and_then(|()| link(&common_dir.join("refs"), &inside("refs")))
            .map_err(failed)?;
        if common_dir.join("packed-refs").is_file() {
            fs::copy(common_dir.join("packed-refs"), inside("packed-refs")).map_err(failed)?;
        }
        let git = git2::Repository::open_bare(stand_in.path()).map_err(refused)?;
        let (shallow, _) = extent(own_dir, &common_dir, &config);
        let promisor = config.get_string("extensions.partialclone").unwrap_or_default();
        let remotes = RemoteNames::read(own_dir, &config);
        let bare = config.get_bool("core.bare").unwrap_or(false);
        Ok(Repository {
            git,
            own_dir: own_dir.to_path_buf(),
            work_dir: if !bare { work_dir(own_dir) } else { None },
            loose_folders: LooseFolders::of(&common_dir),
            graph: OnceCell::new(),
            reads: Cell::new(0),
            common_dir,
            extent: Extent::partial(remotes.to_name(&promisor), !shallow.is_empty()),
            shallow,
            stand_in: Some(stand_in),
        })
    }
}

impl Repository {
    // Returns git's configuration from the environment and its current files.
    pub(super) fn config(&self) -> Result<GitConfig, git2::Error> {
        self.config_files().map(GitConfig::from)
    }

    // Returns git's configuration from its current files alone: what the repository is, git takes from nowhere else.
    pub(super) fn config_files(&self) -> Result<git2::Config, git2::Error> {
        match self.stand_in {
            None => self.git.config(),
            Some(_) => refused_config(&self.common_dir),
        }
    }

    /// Tells whether the opened repository still matches its files: what the clone contains, its shallow boundaries,
    /// and the stand-in folder. Refs, objects and configuration are read anew each time.
    pub fn is_current(&self) -> bool {
        let Ok(config) = self.config_files() else {
            return false;
        };
        let (shallow, extent) = extent(&self.own_dir, &self.common_dir, &config);
        let is_copied = |stand_in: &tempfile::TempDir| {
            let same = |folder: &Path, name: &str| {
                fs::read(folder.join(name)).ok() == fs::read(stand_in.path().join(name)).ok()
            };
            same(&self.own_dir, "HEAD") && same(&self.common_dir, "packed-refs")
        };
        match &self.stand_in {
            None => (&shallow, &extent) == (&self.shallow, &self.extent),
            Some(stand_in) => shallow == self.shallow && is_copied(stand_in),
        }
    }
}

fn refused_config(common_dir: &Path) -> Result<git2::Config, git2::Error> {
    let mut config = git2::Config::open_default()?;
    configuration::put(&mut config, common_dir)?;
    config.add_file(&common_dir.join("config"), git2::ConfigLevel::Local, true)?;
    Ok(config)
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(windows)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(from, to)
}

/// Returns the git folder that all work trees share, from the file `commondir`.
pub(super) fn common(own_dir: &Path) -> PathBuf {
    match fs::read_to_string(own_dir.join("commondir")) {
        Ok(text) => own_dir.join(text.trim()),
        Err(_) => own_dir.to_path_buf(),
    }
}

const WORK_TREE: &str = "core.worktree";

/// Returns the top of the work tree. The setting `core.worktree` counts only in the repository's own configuration, as for
/// git: another one would choose which folder of the ledger is read.
fn stated_work_dir(git: &git2::Repository, config: &git2::Config) -> Option<PathBuf> {
    let found = git.workdir()?.to_path_buf();
    let is_in = |level| config.open_level(level).is_ok_and(|own| own.get_string(WORK_TREE).is_ok());
    let is_own = is_in(git2::ConfigLevel::Local) || is_in(git2::ConfigLevel::Worktree);
    if is_own || config.get_string(WORK_TREE).is_err() { Some(found) } else { work_dir(git.path()) }
}

// Tells whether git's folder has a HEAD that git takes for one: the name of a ref or the id of a commit. One that can't be read says
// so when it is opened.
fn has_head(own_dir: &Path) -> bool {
    let head = own_dir.join("HEAD");
    if fs::read_link(&head).is_ok_and(|target| target.starts_with("refs")) {
        return true;
    }
    let Ok(bytes) = fs::read(&head) else { return true };
    match bytes.strip_prefix(b"ref:") {
        Some(name) => name.trim_ascii_start().starts_with(b"refs/"),
        None => bytes.get(..40).is_some_and(|id| id.iter().all(u8::is_ascii_hexdigit)),
    }
}

// Tells whether the environment names another git folder, with a work tree that a folder lies in: git takes that one there.
fn is_named_elsewhere(folder: &Path, own_dir: Option<&Path>) -> bool {
    let [Some(named), Some(top)] = configuration::named_folders() else { return false };
    let real = |path: &Path| real_path(path).ok();
    let is_inside =
        real(folder).zip(real(top)).is_some_and(|(folder, top)| folder.starts_with(top));
    is_inside && own_dir.is_none_or(|own_dir| real(named) != real(own_dir))
}

// Returns the nearest entry that has the name of git's folder, from a folder upwards.
fn named_git(folder: &Path) -> Option<PathBuf> {
    let begin = real_path(folder).ok()?;
    let mut named = begin.ancestors().map(|folder| folder.join(".git"));
    let is_any = |entry: &PathBuf| fs::symlink_metadata(entry).is_ok();
    // Git steps over a folder that never was one of its own.
    let holds = |entry: &PathBuf, part: &str| is_any(&entry.join(part));
    let is_plain = |entry: &PathBuf| {
        fs::read_dir(entry).is_ok()
            && !["HEAD", "config", "index"].iter().any(|part| holds(entry, part))
    };
    named.find(|entry| is_any(entry) && !is_plain(entry))
}

// Returns the folder whose `.git` is git's folder, leads there or names it, if libgit2 takes another one for the work tree: git's
// begins there.
fn top_beside(folder: &Path, git: &git2::Repository) -> Option<PathBuf> {
    let own = real_path(git.path()).ok()?;
    let known = real_path(git.workdir()?).ok();
    let begin = real_path(folder).ok()?;
    let leads_there = |above: &&Path| {
        let named = named_by(&above.join(".git"));
        named.and_then(|named| real_path(named).ok()).is_some_and(|named| named == own)
    };
    let here = begin.ancestors().find(leads_there)?;
    let config = git.config().ok()?.open_level(git2::ConfigLevel::Local).ok()?;
    let is_stated = !git.is_worktree() && config.get_string(WORK_TREE).is_ok();
    (!is_stated && known.as_deref() != Some(here)).then(|| here.to_path_buf())
}

/// Returns the folder of git that an entry `.git` is, or names in its line.
pub(in crate::store) fn named_by(entry: &Path) -> Option<PathBuf> {
    if !entry.is_file() {
        return Some(entry.to_path_buf());
    }
    let text = fs::read_to_string(entry).ok()?;
    Some(entry.parent()?.join(text.trim().strip_prefix("gitdir:")?.trim()))
}

pub(super) fn work_dir(own_dir: &Path) -> Option<PathBuf> {
    linked_work_dir(own_dir).or_else(|| own_dir.parent().map(Path::to_path_buf))
}

/// Returns the top of a linked work tree, if the git folder is that of one: it lies where git puts it, and the work tree
/// names it, too. Anybody who can write the folder can write the file `gitdir`.
pub(super) fn linked_work_dir(own_dir: &Path) -> Option<PathBuf> {
    let own = real_path(own_dir).ok()?;
    let commondir = fs::read_to_string(own.join("commondir")).ok()?;
    let common = real_path(own.join(commondir.trim())).ok()?;
    let text = fs::read_to_string(own.join("gitdir")).ok()?;
    let link = own.join(text.trim());
    let named = real_path(named_by(&link)?).ok()?;
    let is_linked = link.is_file() && own.parent() == Some(&common.join("worktrees"));
    (is_linked && named == own).then(|| link.parent().map(Path::to_path_buf)).flatten()
}

/// Returns the work tree that versions a git directory; `None` for one named as git names it, and for a bare repository that
/// nobody versions. Whoever could commit one would be the repository that answers there.
fn holder(own_dir: &Path) -> Option<PathBuf> {
    holder_of(own_dir, &mut BTreeSet::new())
}

fn holder_of(own_dir: &Path, asked: &mut BTreeSet<PathBuf>) -> Option<PathBuf> {
    // A file `.git` may lead into its own work tree, or into one that leads back.
    let is_new = asked.insert(real_path(own_dir).ok()?);
    if !is_new || own_dir.file_name().is_some_and(|name| name == ".git") {
        return None;
    }
    let outside = git2::Repository::discover(own_dir.parent()?).ok()?;
    if let Some(folder) = holder_of(outside.path(), asked) {
        return Some(folder);
    }
    let top = outside.workdir()?.to_path_buf();
    let inside = own_dir.strip_prefix(&top).ok()?.to_path_buf();
    // Git's own folders lie below the one that is named so.
    if inside.components().next().is_some_and(|first| first.as_os_str() == ".git") {
        return None;
    }
    let head = inside.join("HEAD");
    let in_index = outside.index().is_ok_and(|index| index.get_path(&head, 0).is_some());
    let in_tip = || {
        let tree = outside.head().and_then(|head| head.peel_to_tree());
        tree.is_ok_and(|tree| tree.get_path(&head).is_ok())
    };
    (in_index || in_tip()).then_some(top)
}

/// Returns the folder whose owner git checks: that of the work tree, or of the bare repository.
fn trusted(own_dir: &Path) -> PathBuf {
    let folder = match own_dir.file_name() {
        Some(name) if name == ".git" => own_dir.parent().unwrap_or(own_dir).to_path_buf(),
        _ => linked_work_dir(own_dir).unwrap_or_else(|| own_dir.to_path_buf()),
    };
    // Git compares the text, without a trailing slash.
    folder.components().collect()
}

fn refused(error: git2::Error) -> OpenError {
    OpenError::Refused { cause: super::cause(&error) }
}

fn setting(error: &git2::Error) -> Option<OpenError> {
    let message = error.message();
    let name = message.strip_prefix("unsupported extension name ");
    let format =
        message.strip_prefix("unknown object format '").map(|name| name.trim_end_matches('\''));
    let version = message.contains("unsupported repository version");
    let name = match (name, format) {
        (Some("extensions.refstorage"), _) => return Some(OpenError::Reftable),
        (Some(name), _) => name.to_owned(),
        (_, Some("sha256")) => return Some(OpenError::Sha256),
        (_, Some(format)) => format!("extensions.objectFormat = {format}"),
        _ if version => "core.repositoryFormatVersion".to_owned(),
        _ => return None,
    };
    Some(OpenError::Setting { name })
}

fn extent(own_dir: &Path, common_dir: &Path, config: &git2::Config) -> (BTreeSet<Oid>, Extent) {
    let text = fs::read_to_string(common_dir.join("shallow")).unwrap_or_default();
    let shallow: BTreeSet<Oid> =
        text.lines().filter_map(|line| Oid::from_hex(line.trim())).collect();
    let promisors = promisors(config);
    if promisors.is_empty() && shallow.is_empty() {
        return (shallow, Extent::Full);
    }
    let remotes = RemoteNames::read(own_dir, config);
    let extent = match remotes.preferred(&promisors) {
        Some(promisor) => Extent::partial(remotes.to_name(promisor), !shallow.is_empty()),
        None => {
            let fetched = remotes.fetched(common_dir);
            let source = remotes.preferred(&fetched).or(remotes.preferred(&remotes.all));
            Extent::shallow(source.map(|source| remotes.to_name(source)))
        }
    };
    (shallow, extent)
}

// The remotes that are configured, and the one from which git fetches if none is named.
struct RemoteNames {
    all: Vec<String>,
    default: String,
}

impl RemoteNames {
    fn read(own_dir: &Path, config: &git2::Config) -> RemoteNames {
        let all = configuration::ConfigValues::of_all(config).map(|values| values.remotes());
        let head = fs::read_to_string(own_dir.join("HEAD")).unwrap_or_default();
        let branch = head.trim().strip_prefix("ref: refs/heads/");
        let upstream = branch.map(|branch| config.get_string(&format!("branch.{branch}.remote")));
        let upstream = upstream.and_then(Result::ok).filter(|remote| remote != ".");
        RemoteNames {
            all: all.unwrap_or_default(),
            default: upstream.unwrap_or_else(|| "origin".to_owned()),
        }
    }

    fn preferred<'n>(&self, names: &'n [String]) -> Option<&'n String> {
        names.iter().find(|name| **name == self.default).or(names.first())
    }

    fn to_name<'n>(&self, remote: &'n str) -> &'n str {
        if remote == self.default { "" } else { remote }
    }

    // Returns those of which a branch was fetched.
    fn fetched(&self, common_dir: &Path) -> Vec<String> {
        let packed = fs::read_to_string(common_dir.join("packed-refs")).unwrap_or_default();
        let is_fetched = |name: &&String| {
            common_dir.join("refs/remotes").join(name).is_dir()
                || packed.contains(&format!(" refs/remotes/{name}/"))
        };
        self.all.iter().filter(is_fetched).cloned().collect()
    }
}

// Returns the remotes that are promisors of objects missing here.
fn promisors(config: &git2::Config) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = config.entries(Some(r"^remote\..*\.promisor$")) else { return found };
    let walked = entries.for_each(|entry| {
        let is_one = entry.value().is_ok_and(|value| git2::Config::parse_bool(value) == Ok(true));
        let name = entry.name().ok().and_then(|key| key.strip_prefix("remote."));
        found.extend(
            name.filter(|_| is_one)
                .and_then(|key| key.strip_suffix(".promisor"))
                .map(str::to_owned),
        );
    });
    if walked.is_ok() { found } else { Vec::new() }
}
