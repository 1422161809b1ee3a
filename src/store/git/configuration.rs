//! The files of git's configuration that the environment names instead of the user's and the system's own.
//!
//! Start at [`replace`]. libgit2 1.9 does not read `GIT_CONFIG_GLOBAL`, `GIT_CONFIG_SYSTEM` and `GIT_CONFIG_NOSYSTEM`,
//! which `git` does (libgit2#7265).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The files by their levels; `None` if nothing is read instead.
type Replaced = Vec<(git2::ConfigLevel, Option<PathBuf>)>;

/// The environment is that of the process, and git's configuration with it.
static REPLACED: OnceLock<Replaced> = OnceLock::new();

/// The index that git writes a commit from, while it runs a hook.
static INDEX: OnceLock<Option<PathBuf>> = OnceLock::new();

/// The user's own attributes, if git's configuration names no other file.
static ATTRIBUTES: OnceLock<Option<PathBuf>> = OnceLock::new();

pub(super) fn attributes_file() -> Option<&'static Path> {
    ATTRIBUTES.get()?.as_deref()
}

pub(super) fn index_file() -> Option<&'static Path> {
    INDEX.get()?.as_deref()
}

/// Reads what the environment says of git's configuration and index, once for the process.
pub fn replace(environment: &BTreeMap<String, String>) {
    INDEX.get_or_init(|| environment.get("GIT_INDEX_FILE").map(PathBuf::from));
    ATTRIBUTES.get_or_init(|| {
        let folder = environment.get("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty());
        let home = || Some(Path::new(environment.get("HOME")?).join(".config"));
        Some(folder.map(PathBuf::from).or_else(home)?.join("git/attributes"))
    });
    let mut replaced = Replaced::new();
    let file = |name: &str| environment.get(name).map(|path| Some(PathBuf::from(path)));
    if let Some(global) = file("GIT_CONFIG_GLOBAL") {
        replaced.push((git2::ConfigLevel::XDG, None));
        replaced.push((git2::ConfigLevel::Global, global));
    }
    let is_on = |text: &String| git2::Config::parse_bool(text.as_str()).unwrap_or(false);
    if environment.get("GIT_CONFIG_NOSYSTEM").is_some_and(is_on) {
        replaced.push((git2::ConfigLevel::System, None));
        replaced.push((git2::ConfigLevel::ProgramData, None));
    } else if let Some(system) = file("GIT_CONFIG_SYSTEM") {
        replaced.push((git2::ConfigLevel::System, system));
    }
    REPLACED.get_or_init(|| replaced);
}

/// Puts the named files in place of git's own ones; `own_dir` is the repository's folder.
pub(super) fn put(config: &mut git2::Config, own_dir: &Path) -> Result<(), git2::Error> {
    // A level is emptied by a file that is not there.
    let nothing = own_dir.join("config.none");
    for (level, file) in REPLACED.get().into_iter().flatten() {
        let file = file.as_deref().filter(|file| file.is_file()).unwrap_or(&nothing);
        config.add_file(file, *level, true)?;
    }
    Ok(())
}

/// Reads our section of a file of git's configuration, without the files that it includes: one of them may be versioned.
///
/// # Errors
/// If it can't be read.
pub(super) fn own(path: &Path) -> std::io::Result<git2::Config> {
    let text = fs::read_to_string(path)?;
    if !text.to_ascii_lowercase().contains("[exledger") {
        return git2::Config::new().map_err(std::io::Error::other);
    }
    let mut is_included = false;
    let own = text.split_inclusive('\n').filter(|line| {
        let line = line.trim_start().to_ascii_lowercase();
        if line.starts_with('[') {
            is_included = line.trim_start_matches(['[', ' ', '\t']).starts_with("include");
        }
        !is_included
    });
    let copy = tempfile::NamedTempFile::new()?;
    fs::write(copy.path(), own.collect::<String>())?;
    let read = git2::Config::open(copy.path()).and_then(|mut config| config.snapshot());
    read.map_err(std::io::Error::other)
}

/// Returns the files that are read for all repositories of the user.
pub(super) fn elsewhere() -> Vec<PathBuf> {
    let own = [git2::Config::find_system(), git2::Config::find_xdg(), git2::Config::find_global()];
    let named = REPLACED.get().into_iter().flatten().filter_map(|(_, file)| file.clone());
    own.into_iter().flatten().chain(named).collect()
}
